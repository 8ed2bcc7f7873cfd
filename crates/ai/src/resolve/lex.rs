//! Finds everything in a sentence that has a meaning of its own: dates, amounts, durations, stages, people.
//!
//! Read from left to right; where several readings begin at one place, the more particular one wins (a date over an
//! amount, a stage over a name). What no reading covers is left for the planner to name or to skip.

use std::ops::Range;

use super::amount::{self, Amount, Bound, Span};
use super::date::{self, When};
use super::text::{Kind, Token};
use super::vocabulary::{StageKind, Vocabulary};
use super::{Reading, text};

/// What a stretch of a sentence means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    Date(When),
    Age(Bound<Span>),
    Percent,
    Amount(Amount),
    /// "top 5", "5 biggest".
    Limit(u16),
    Stage,
    Kind(StageKind),
    /// Won or lost.
    Closed,
    Forecast,
    Owner,
    Choice,
    Product,
    Quoted,
}

/// A stretch of tokens and its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub tokens: Range<usize>,
    pub meaning: Meaning,
}

/// Whether an adjective sorts a list.
#[must_use]
pub fn is_superlative(word: &str) -> bool {
    matches!(
        word,
        "biggest"
            | "largest"
            | "highest"
            | "top"
            | "best"
            | "smallest"
            | "lowest"
            | "oldest"
            | "newest"
            | "latest"
            | "most"
            | "longest"
            | "earliest"
            | "soonest"
    )
}

/// The entities of a sentence, in order, without overlap.
#[must_use]
pub fn entities(tokens: &[Token], vocabulary: &Vocabulary, reading: &Reading) -> Vec<Entity> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if let Some((meaning, length)) = meaning_at(tokens, i, vocabulary, reading) {
            found.push(Entity { tokens: i..i + length, meaning });
            i += length;
        } else {
            i += 1;
        }
    }
    found
}

fn meaning_at(tokens: &[Token], i: usize, vocabulary: &Vocabulary, reading: &Reading) -> Option<(Meaning, usize)> {
    let token = tokens.get(i)?;
    if token.kind == Kind::Quoted {
        return Some((Meaning::Quoted, 1));
    }
    if let Some(found) = own_word(tokens, i, vocabulary) {
        return Some(found);
    }
    if let Some((when, n)) = date::scan(tokens, i, &reading.calendar) {
        return Some((Meaning::Date(when), n));
    }
    if let Some((span, n)) = amount::scan_span(tokens, i) {
        return Some((Meaning::Age(span), n));
    }
    if let Some((_, n)) = amount::scan_percent(tokens, i, reading.mark) {
        return Some((Meaning::Percent, n));
    }
    if let Some(found) = limit(tokens, i) {
        return Some(found);
    }
    if let Some((amount, n)) = amount::scan(tokens, i, reading.mark) {
        let numbered =
            i > 0 && tokens.get(i - 1).is_some_and(|t| t.kind == Kind::Word && t.is_capitalised() && t.text.len() <= 4);
        // "GTK 500" is a name, "over 500" and "500k" are amounts.
        if amount.certain || amount.bound.exactly().is_none() || !numbered {
            return Some((Meaning::Amount(amount), n));
        }
        return None;
    }
    known_state(tokens, i)
}

fn word(tokens: &[Token], i: usize) -> &str {
    tokens.get(i).map_or("", |t| t.lower.as_str())
}

fn limit(tokens: &[Token], i: usize) -> Option<(Meaning, usize)> {
    let number = |at: usize| {
        date::count_named(word(tokens, at)).and_then(|n| u16::try_from(n).ok()).filter(|n| (1..=100).contains(n))
    };
    if matches!(word(tokens, i), "top" | "first" | "bottom")
        && let Some(n) = number(i + 1)
    {
        return Some((Meaning::Limit(n), 2));
    }
    if is_superlative(word(tokens, i + 1)) && !matches!(word(tokens, i), "a" | "an") {
        return number(i).map(|n| (Meaning::Limit(n), 1));
    }
    None
}

/// The organisation's own names, longest first: stages, people, teams, products, list values.
fn own_word(tokens: &[Token], i: usize, vocabulary: &Vocabulary) -> Option<(Meaning, usize)> {
    match (word(tokens, i), word(tokens, i + 1)) {
        ("my" | "our", "team" | "teams") => return Some((Meaning::Owner, 2)),
        ("my" | "mine", _) => return Some((Meaning::Owner, 1)),
        // "have I won", "did I lose", "I sold": whose, not who asks. "can I see" is neither.
        ("i", verb) if i > 0 && matches!(word(tokens, i - 1), "have" | "did" | "do" | "am") => {
            return (!matches!(verb, "see" | "get" | "need" | "want" | "know")).then_some((Meaning::Owner, 1));
        }
        // "the deals I still have to close", "what I own"
        ("i", "still" | "have" | "own" | "manage" | "handle" | "run" | "'ve" | "work" | "am")
            if i > 0
                && matches!(
                    word(tokens, i - 1),
                    "deals"
                        | "deal"
                        | "opportunities"
                        | "that"
                        | "which"
                        | "what"
                        | "everything"
                        | "all"
                        | "anything"
                        | "stuff"
                ) =>
        {
            return Some((Meaning::Owner, 1));
        }
        ("i", "won" | "lost" | "sold" | "closed" | "own" | "win" | "lose") => return Some((Meaning::Owner, 1)),
        _ => {}
    }
    let longest = (tokens.len() - i).min(5);
    for n in (1..=longest).rev() {
        let span = tokens.get(i..i + n)?;
        if span.iter().any(|t| t.kind == Kind::Quoted || matches!(t.lower.as_str(), "," | "?" | "!" | ";" | "." | ":"))
        {
            continue;
        }
        // A possessive ends a name.
        if span.iter().rev().skip(1).any(|t| t.possessive) {
            continue;
        }
        let phrase = span.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
        let key = text::key(&phrase);
        let same = |name: &str| text::key(name) == key && !key.is_empty();
        if vocabulary.stages.iter().any(|s| same(&s.name)) {
            return Some((Meaning::Stage, n));
        }
        if vocabulary.people.iter().any(|p| same(&p.name) || p.email.eq_ignore_ascii_case(&phrase)) {
            return Some((Meaning::Owner, n));
        }
        let of_team = n == 1 && word(tokens, i + 1) == "team" && vocabulary.team_with(&key).is_some();
        let is_team = of_team || vocabulary.teams.iter().any(|t| same(&t.name));
        if is_team && (word(tokens, i + n) == "team" || span.first().is_some_and(Token::is_capitalised)) {
            return Some((Meaning::Owner, n + usize::from(word(tokens, i + n) == "team")));
        }
        if vocabulary.products.iter().any(|p| same(&p.name) || text::key(&p.name).replace(' ', "") == key) {
            return Some((Meaning::Product, n));
        }
        let plural = |name: &str| key.len() > 4 && key.strip_suffix('s') == Some(text::key(name).as_str());
        if vocabulary.choices.iter().any(|c| same(&c.name) || plural(&c.name)) {
            return Some((Meaning::Choice, n));
        }
    }
    let token = tokens.get(i)?;
    let name_like = token.kind == Kind::Word
        && token.text.chars().count() >= 3
        && (token.is_capitalised() && i > 0
            || token.possessive
            || i > 0 && matches!(word(tokens, i - 1), "ask" | "tell" | "have" | "let" | "get" | "assign"));
    if name_like && vocabulary.people.iter().any(|p| text::key(&p.name).split(' ').any(|part| part == token.lower)) {
        return Some((Meaning::Owner, 1));
    }
    // A stage with a slip of the finger; long words only, so that ordinary words stay words.
    let slip = token.kind == Kind::Word
        && token.lower.len() >= 6
        && vocabulary.stages.iter().any(|s| !s.name.contains(' ') && text::likeness(&s.name, &token.lower) >= 0.9);
    slip.then_some((Meaning::Stage, 1))
}

fn known_state(tokens: &[Token], i: usize) -> Option<(Meaning, usize)> {
    Some(match (word(tokens, i), word(tokens, i + 1)) {
        ("best", "case") => (Meaning::Forecast, 2),
        ("commit" | "committed" | "upside", _) => (Meaning::Forecast, 1),
        ("closed", "won") => (Meaning::Kind(StageKind::Won), 2),
        ("closed", "lost") => (Meaning::Kind(StageKind::Lost), 2),
        ("open" | "active" | "live" | "ongoing", _) => (Meaning::Kind(StageKind::Open), 1),
        ("won", _) => (Meaning::Kind(StageKind::Won), 1),
        ("lost", _) => (Meaning::Kind(StageKind::Lost), 1),
        ("closed", _) => (Meaning::Closed, 1),
        _ => return None,
    })
}

/// The words of a stretch of tokens, as they stand in the sentence.
#[must_use]
pub fn words_of<'a>(sentence: &'a str, tokens: &[Token], range: &Range<usize>) -> &'a str {
    let start = tokens.get(range.start).map(|t| t.span.start);
    let end = range.end.checked_sub(1).and_then(|last| tokens.get(last)).map(|t| t.span.end);
    start.zip(end).and_then(|(start, end)| sentence.get(start..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::resolve::vocabulary::tests::sample;

    fn read(sentence: &str) -> Vec<String> {
        let tokens = text::tokens(sentence);
        let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US");
        entities(&tokens, &sample(), &reading)
            .iter()
            .map(|e| {
                let kind = format!("{:?}", e.meaning);
                format!("{}:{}", kind.split(['(', '{']).next().unwrap().trim(), words_of(sentence, &tokens, &e.tokens))
            })
            .collect()
    }

    #[test]
    fn each_stretch_gets_its_meaning() {
        assert_eq!(
            read("which of my deals have been in Engaging for more than 60 days?"),
            ["Owner:my", "Stage:Engaging", "Age:for more than 60 days"]
        );
        assert_eq!(read("create a follow-up for the Isdom deal next Friday"), ["Date:next Friday"]);
        assert_eq!(
            read("Anna's top 5 retail deals over 10k"),
            ["Owner:Anna's", "Limit:top 5", "Choice:retail", "Amount:over 10k"]
        );
        assert_eq!(read("the GTK 500 deal under 2000"), ["Product:GTK 500", "Amount:under 2000"]);
        assert_eq!(read("won deals in Q1 2017 by Carl Lin"), ["Stage:won", "Date:in Q1 2017", "Owner:Carl Lin"]);
        assert_eq!(read("move it to negotation"), ["Stage:negotation"]);
    }
}
