//! What an answer says that nothing in its run supports: figures, dates, codes and names.
//!
//! It shares no code with the product's own review: it reads the run as the API gives it and looks for itself, so that a
//! fault of the one is not a fault of both.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use regex::{Captures, Regex};
use serde_json::Value;

/// A pattern that is known to be right; tests compile each.
#[expect(clippy::expect_used, reason = "patterns are constants")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

static CITED: LazyLock<Regex> = LazyLock::new(|| pattern(r" ?\[\d+\]"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b",
    )
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? $"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d[\d,]*(?:\.\d+)?(?:[kKmM]\b)?"));
static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b"));
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[A-Z][\w'’&-]+(?: (?:&|of|[A-Z][\w'’&-]+))+"));

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WORDS: [(&str, f64); 11] = [
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
];

/// What the run has seen: the request, and what its tools were asked and gave.
#[derive(Debug, Default)]
struct Known {
    numbers: Vec<f64>,
    dates: BTreeSet<NaiveDate>,
    texts: String,
}

impl Known {
    fn of(run: &Value) -> Self {
        let mut known = Self::default();
        if let Some(goal) = run["goal"].as_str() {
            known.text(goal);
        }
        for step in run["steps"].as_array().into_iter().flatten().filter(|step| step["kind"] == "tool") {
            known.walk(&step["result"]);
            known.walk(&step["arguments"]);
        }
        known
    }

    fn text(&mut self, text: &str) {
        self.texts.push_str(text);
        self.texts.push('\n');
        self.dates.extend(DATE.captures_iter(text).filter_map(|found| date(&found)));
        self.numbers.extend(numbers(text).into_iter().map(|(_, number)| number));
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.numbers.extend(number.as_f64()),
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                self.numbers.extend(u32::try_from(items.len()).ok().map(f64::from));
                items.iter().for_each(|item| self.walk(item));
            }
            Value::Object(fields) => fields.values().for_each(|value| self.walk(value)),
        }
    }

    fn has(&self, number: f64) -> bool {
        self.numbers.iter().any(|known| (known - number).abs() < 1e-9)
    }
}

fn date(found: &Captures<'_>) -> Option<NaiveDate> {
    let number = |n: usize| found.get(n)?.as_str().parse::<u32>().ok();
    let year = |n: usize| found.get(n)?.as_str().parse::<i32>().ok();
    match found.get(2) {
        Some(month) => {
            let month = month.as_str().to_lowercase();
            let month = MONTHS.iter().position(|known| *known == month)?;
            NaiveDate::from_ymd_opt(year(3)?, u32::try_from(month).ok()? + 1, number(1)?)
        }
        None => NaiveDate::from_ymd_opt(year(4)?, number(5)?, number(6)?),
    }
}

/// The numbers of a text with how they are written, those that stand within words left out.
pub fn numbers(text: &str) -> Vec<(&str, f64)> {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
    NUMBER
        .find_iter(text)
        .filter(|found| {
            let after = text.get(found.end()..).and_then(|rest| rest.chars().next());
            !inside(text.get(..found.start()).and_then(|rest| rest.chars().next_back()))
                && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
        .filter_map(|found| Some((found.as_str(), value(found.as_str())?)))
        .collect()
}

fn value(text: &str) -> Option<f64> {
    let scale = match text.chars().next_back()? {
        'k' | 'K' => 1e3,
        'm' | 'M' => 1e6,
        _ => 1.0,
    };
    Some(text.trim_end_matches(['k', 'K', 'm', 'M']).replace(',', "").parse::<f64>().ok()? * scale)
}

fn weekday(name: &str) -> Option<Weekday> {
    name.parse().ok()
}

/// Whether it is a number of a record, and neither a word nor a figure.
fn is_code(word: &str) -> bool {
    let has = |of: fn(&char) -> bool| word.chars().any(|c| of(&c));
    word.len() >= 6
        && has(char::is_ascii_digit)
        && (has(char::is_ascii_uppercase) || word.len() >= 12 && has(char::is_ascii_lowercase))
}

/// What the answer of a run, as the API gives it, says without a source; empty when it says nothing more than is known.
#[must_use]
pub fn ungrounded(run: &Value) -> Vec<String> {
    let Some(text) = run["answer"]["text"].as_str() else { return Vec::new() };
    let known = Known::of(run);
    let text = CITED.replace_all(text, "");
    let mut missing = Vec::new();
    for found in DATE.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        let Some(date) = date(&found).filter(|date| known.dates.contains(date)) else {
            missing.push(whole.as_str().to_owned());
            continue;
        };
        let named = text.get(..whole.start()).and_then(|before| WEEKDAY.captures(before)?.get(1));
        if let Some(named) = named.filter(|named| weekday(named.as_str()) != Some(date.weekday())) {
            missing.push(format!("{} {}", named.as_str(), whole.as_str()));
        }
    }
    let rest = DATE.replace_all(&text, " ");
    let codes = CODE.find_iter(&rest).map(|found| found.as_str()).filter(|code| is_code(code));
    missing.extend(codes.filter(|code| !known.texts.contains(code)).map(str::to_owned));
    let rest = CODE.replace_all(
        &rest,
        |found: &Captures<'_>| if is_code(&found[0]) { " ".to_owned() } else { found[0].to_owned() },
    );
    let figures = numbers(&rest).into_iter();
    missing.extend(
        figures.filter(|(said, n)| !known.has(*n) && !known.texts.contains(said)).map(|(said, _)| said.to_owned()),
    );
    let (lower, all) = (rest.to_lowercase(), known.texts.to_lowercase());
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    missing.extend(words.by_ref().filter_map(|word| {
        let (word, number) = WORDS.iter().find(|(known, _)| *known == word)?;
        (!known.has(*number) && !all.contains(word)).then(|| (*word).to_owned())
    }));
    for name in NAME.find_iter(&rest).map(|found| found.as_str()) {
        // The word that opens a line is capitalised anyway.
        let shorter = name.split_once(' ').map_or(name, |(_, rest)| rest);
        if !all.contains(&name.to_lowercase()) && !all.contains(&shorter.to_lowercase()) {
            missing.push(name.to_owned());
        }
    }
    let cited = run["answer"]["citations"].as_array().into_iter().flatten().filter_map(|cited| cited["id"].as_str());
    missing.extend(cited.filter(|id| !known.texts.contains(id)).map(str::to_owned));
    missing
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(text: &str) -> Vec<String> {
        let result = json!({ "count": 12, "items": [{ "name": "Hanseatic Robotics", "amount": "184000.00", "close_date": "2026-12-11", "external_id": "HAN-1042X" }] });
        let run = json!({
            "goal": "what about Hanseatic?",
            "steps": [{ "kind": "tool", "arguments": {}, "result": result }],
            "answer": { "text": text, "citations": [] },
        });
        ungrounded(&run)
    }

    #[test]
    fn what_is_known_passes() {
        let text =
            "12 deals, one with Hanseatic Robotics: $184,000 [1], 184k, closing Fri 11 December 2026 (HAN-1042X).";
        assert_eq!(of(text), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_known_is_named() {
        assert_eq!(of("13 deals."), ["13"]);
        assert_eq!(of("It is worth $185,000."), ["185,000"]);
        assert_eq!(of("It closes on 12 December 2026."), ["12 December 2026"]);
        assert_eq!(of("It closes on Mon 11 December 2026."), ["Mon 11 December 2026"]);
        assert_eq!(of("Ask Ada Lovelace."), ["Ask Ada Lovelace"]);
        assert_eq!(of("Its number is HAN-1043X."), ["HAN-1043X"]);
        assert_eq!(of("There are seven of them."), ["seven"]);
    }
}
