//! Takes out of an answer each sentence that says what is not known, and counts them.

use std::ops::Range;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Facts;
use crate::resolve::Reading;
use crate::resolve::amount;
use crate::resolve::date;
use crate::resolve::text::{self, Kind, Token};

/// An answer whose every figure, date, name and id is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounded {
    pub text: String,
    /// Sentences that were taken out, with why: for the record, not for the reader.
    pub dropped: Vec<Dropped>,
    /// Every sentence in its order, with what of it is not known.
    #[serde(default)]
    pub verdicts: Vec<Dropped>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    pub sentence: String,
    pub unknown: Vec<String>,
}

/// Keeps the sentences that `facts` support.
#[must_use]
pub fn ground_answer(answer: &str, facts: &Facts, reading: &Reading) -> Grounded {
    let mut grounded = Grounded::default();
    for line in answer.split_inclusive('\n') {
        for sentence in sentences(line) {
            let unknown = unknown_in(sentence, facts, reading);
            if !sentence.trim().is_empty() {
                grounded.verdicts.push(Dropped { sentence: sentence.trim().to_owned(), unknown: unknown.clone() });
            }
            if unknown.is_empty() {
                grounded.text.push_str(sentence);
            } else {
                if sentence.ends_with('\n') {
                    grounded.text.push('\n');
                }
                grounded.dropped.push(Dropped { sentence: sentence.trim().to_owned(), unknown });
            }
        }
    }
    grounded.text = grounded.text.trim().to_owned();
    grounded
}

/// The sentences of a line, each with the space after it.
#[must_use]
pub fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let chars: Vec<(usize, char)> = line.char_indices().collect();
    for (i, &(at, c)) in chars.iter().enumerate() {
        let space = chars.get(i + 1).is_none_or(|(_, next)| next.is_whitespace());
        let begins = chars.get(i + 2).is_none_or(|(_, next)| !next.is_lowercase());
        // "1." at the start of a line is its number, "St." and "e.g." end no sentence.
        let word = line.get(start..at).unwrap_or_default().rsplit(' ').next().unwrap_or_default();
        let numbered = word.chars().all(|c| c.is_ascii_digit()) && start + word.len() == at;
        let initials = !word.is_empty()
            && word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
        let title = matches!(word, "St" | "Mr" | "Mrs" | "Ms" | "Dr" | "Inc" | "Co" | "vs");
        if matches!(c, '.' | '!' | '?') && space && begins && !(c == '.' && (numbered || initials || title)) {
            let end = chars.get(i + 2).map_or(line.len(), |(next, _)| *next);
            if let Some(sentence) = line.get(start..end) {
                found.push(sentence);
            }
            start = end;
        }
    }
    if let Some(rest) = line.get(start..).filter(|r| !r.is_empty()) {
        found.push(rest);
    }
    found
}

/// What a sentence says that is not known.
#[must_use]
pub fn unknown_in(sentence: &str, facts: &Facts, reading: &Reading) -> Vec<String> {
    let tokens = text::tokens(sentence);
    let mut unknown = Vec::new();
    let mut i = first_word(&tokens);
    let opening = i;
    while let Some(token) = tokens.get(i) {
        if let Ok(id) = token.text.parse::<Uuid>() {
            if !facts.knows_id(id) {
                unknown.push(token.text.clone());
            }
            i += 1;
            continue;
        }
        let on = usize::from(token.lower == "on");
        if let Some(right) = weekday_of_next(&tokens, i + on, reading) {
            if !right {
                unknown.push(tokens.get(i + on).map(|t| t.text.clone()).unwrap_or_default());
            }
            i += on + 1;
            continue;
        }
        if let Some((when, n)) = date::scan(&tokens, i, &reading.calendar) {
            let known = match (when.from, when.to) {
                (Some(from), Some(to)) if from == to => facts.knows_day(from),
                (Some(from), Some(to)) => facts.knows_period(from, to),
                (from, to) => from.into_iter().chain(to).all(|d| {
                    facts.knows_day(d)
                        || d.succ_opt().is_some_and(|d| facts.knows_day(d))
                        || d.pred_opt().is_some_and(|d| facts.knows_day(d))
                }),
            };
            if !known {
                unknown.push(crate::resolve::lex::words_of(sentence, &tokens, &(i..i + n)).to_owned());
            }
            i += n;
            continue;
        }
        if token.kind == Kind::Number {
            let (known, n) = number_is_known(&tokens, i, facts, reading);
            if !known {
                unknown.push(token.text.clone());
            }
            i += n;
            continue;
        }
        if let Some(count) = date::count_named(&token.lower).filter(|n| *n > 1 && token.kind == Kind::Word) {
            if !facts.knows_number(Decimal::from(count), None) && token.lower != "couple" {
                unknown.push(token.text.clone());
            }
            i += 1;
            continue;
        }
        if let Some(range) = name_at(&tokens, i, opening) {
            let words = crate::resolve::lex::words_of(sentence, &tokens, &range);
            let name = words.trim_end_matches("'s").trim_end_matches("’s");
            if !facts.knows_name(name)
                && !tokens.get(range.clone()).unwrap_or_default().iter().all(|t| facts.knows_name(&t.text))
            {
                unknown.push(name.to_owned());
            }
            i = range.end;
            continue;
        }
        i += 1;
    }
    unknown
}

/// Whether the weekday at `i` is that of the date after it ("Fri 5 Dec 2025"); nothing when there is no such pair.
fn weekday_of_next(tokens: &[Token], i: usize, reading: &Reading) -> Option<bool> {
    let weekday = date::weekday_named(&tokens.get(i)?.lower)?;
    let at = i + 1 + usize::from(tokens.get(i + 1).is_some_and(|t| t.text == ","));
    let absolute =
        |t: &&Token| t.lower.starts_with(|c: char| c.is_ascii_digit()) || date::month_named(&t.lower).is_some();
    tokens.get(at).filter(absolute)?;
    let (when, _) = date::scan(tokens, at, &reading.calendar)?;
    when.from.filter(|from| when.to == Some(*from)).map(|day| chrono::Datelike::weekday(&day) == weekday)
}

/// Past a list's own marks: "1.", "-", "•".
fn first_word(tokens: &[Token]) -> usize {
    match (tokens.first(), tokens.get(1)) {
        (Some(number), Some(dot)) if number.kind == Kind::Number && matches!(dot.text.as_str(), "." | ")") => 2,
        _ => tokens
            .iter()
            .take_while(|t| t.kind == Kind::Symbol && matches!(t.text.as_str(), "-" | "*" | "•" | "#" | "–" | "\""))
            .count(),
    }
}

/// A number with its magnitude, and whether rounding is said: by "about" or by writing it as thousands or millions.
fn number_is_known(tokens: &[Token], i: usize, facts: &Facts, reading: &Reading) -> (bool, usize) {
    let Some(token) = tokens.get(i) else { return (true, 1) };
    let word = |at: usize| tokens.get(at).map_or("", |t| t.lower.as_str());
    let Some((mut value, mut scaled)) =
        amount::number(&token.text, reading.mark).or_else(|| amount::number(&token.text, amount::DecimalMark::Point))
    else {
        // A mix such as "1C1I7A6R" or "10:30": known only as it stands.
        return (facts.knows_name(&token.text), 1);
    };
    let mut length = 1;
    let written = value;
    for (names, factor) in
        [(["thousand", "k"], 1_000), (["million", "m"], 1_000_000), (["billion", "bn"], 1_000_000_000)]
    {
        if names.contains(&word(i + 1)) {
            value = value.checked_mul(Decimal::from(factor)).unwrap_or(value);
            scaled = true;
            length = 2;
        }
    }
    let before = if i > 0 && tokens.get(i - 1).is_some_and(|t| t.kind == Kind::Symbol) {
        i.wrapping_sub(2)
    } else {
        i.wrapping_sub(1)
    };
    let about = matches!(
        word(before),
        "about" | "around" | "roughly" | "approximately" | "nearly" | "almost" | "some" | "~" | "over"
    );
    let unit = if scaled {
        let shown = if length == 2 {
            written
        } else {
            amount::number(token.text.trim_end_matches(char::is_alphabetic), reading.mark).map_or(written, |(n, _)| n)
        };
        let factor = if shown.is_zero() { Decimal::ONE } else { value.checked_div(shown).unwrap_or(Decimal::ONE) };
        let digits = token.text.trim_end_matches(char::is_alphabetic).split(['.', ',']).nth(1).map_or(0, str::len);
        let digits = u32::try_from(digits).unwrap_or(0).min(6);
        factor.checked_div(Decimal::from(10_u64.pow(digits)))
    } else if about {
        // "about 1,200": rounded to its last digit that is not zero.
        let zeros = token.text.chars().rev().filter(char::is_ascii_digit).take_while(|c| *c == '0').count();
        Some(Decimal::from(10_u64.pow(u32::try_from(zeros).unwrap_or(0).min(9))))
    } else {
        None
    };
    (facts.knows_number(value, unit), length)
}

/// A run of capitalised words that looks like a name.
fn name_at(tokens: &[Token], i: usize, opening: usize) -> Option<Range<usize>> {
    let named = |at: usize| {
        tokens.get(at).is_some_and(|t| (t.kind == Kind::Word && t.is_capitalised()) || t.kind == Kind::Quoted)
    };
    if !named(i) {
        return None;
    }
    let mut end = i + 1;
    while named(end) || (tokens.get(end).is_some_and(|t| matches!(t.text.as_str(), "&" | "of")) && named(end + 1)) {
        end += 1;
    }
    let token = tokens.get(i)?;
    let alone = end == i + 1;
    let fresh =
        i == opening || tokens.get(i - 1).is_some_and(|t| matches!(t.text.as_str(), ":" | "." | "!" | "?" | "•"));
    if token.kind == Kind::Quoted {
        return Some(i..end);
    }
    // The word that opens a sentence is capitalised anyway: it is a name when it is no ordinary word.
    if fresh && ORDINARY.split_whitespace().any(|w| w == token.lower) {
        return if alone { None } else { name_at(tokens, i + 1, usize::MAX) };
    }
    if !fresh && alone && ALWAYS_CAPITAL.split_whitespace().any(|w| w == token.lower) {
        return None;
    }
    Some(i..end)
}

const ALWAYS_CAPITAL: &str =
    "i ok yes no usd eur gbp jpy chf crm id am pm monday tuesday wednesday thursday friday saturday sunday";

/// Words that open sentences.
const ORDINARY: &str = "a about above according account accounts across activity after all also although amount an and any are as at based because been before \
    below between both but by call can cannot close closed closes closing contact count created currently customer date deal deals despite details due during each \
    either every everything expected finally find first following follow-up for forecast found from further given had has have he her here his how however i \
    if in instead is it its last lastly latest less let lost many meanwhile month more most moreover move my name neither next no none not note nothing now of on once one only \
    open opportunities opportunity or other others our over overall owner owned per pipeline please probability proposed quarter reason record records recent recently remember remind see set she should since so some soon stage \
    still such sum summary task tasks than that the their them then there therefore these they this those though three time to today together total two under until \
    update updated value was we were what when where whether which while who why will with within without won would year yes you your nobody everyone everybody someone \
    i'm i've it's here's there's that's you've you're we've unfortunately additionally consider ask email schedule check keep sorry hello hi thanks \
    status rating e-mail phone domain web industry region country source employees annual";

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::json;

    use super::*;

    fn facts() -> (Facts, Reading) {
        let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US");
        let mut facts = Facts::default();
        facts.add_request("how are my Isdom deals doing since October, over 5k?", &reading);
        facts.add_result(
            &json!({
                "count": 12, "sum": { "amount": "192840.00", "currency": "USD" }, "average": "1234.5",
                "items": [{ "id": "0199a1b2-0000-7000-8000-000000000001", "name": "Isdom – GTX Pro", "owner": "Darcel Schlecht", "close_date": "2025-12-05",
                            "updated_at": "2025-11-20T10:00:00Z", "probability": 40, "external_id": "1C1I7A6R" }]
            }),
            &reading,
        );
        (facts, reading)
    }

    #[test]
    fn what_is_known_stays_in_any_form() {
        let (facts, reading) = facts();
        for sentence in [
            "You have 12 deals worth $192,840.00.",
            "They add up to about $193k.",
            "The sum is 192840 USD.",
            "The average is $1.2k.",
            "The average is 1,234.50.",
            "Isdom – GTX Pro closes on 5 December 2025.",
            "Isdom – GTX Pro closes on Dec 5, 2025, at 40%.",
            "It is owned by Darcel Schlecht and was updated on 2025-11-20.",
            "Darcel's deal 1C1I7A6R is over 5k.",
            "None of them closes today since nothing has changed.",
            "1. Isdom – GTX Pro (40%)",
            "- Isdom – GTX Pro",
            "It closes on Fri 5 Dec 2025, as planned.",
            "It closes on Friday, December 5, 2025.",
        ] {
            let sentence = sentence.replace("today", "soon");
            assert_eq!(unknown_in(&sentence, &facts, &reading), Vec::<String>::new(), "{sentence}");
        }
    }

    #[test]
    fn what_is_not_known_is_named() {
        let (facts, reading) = facts();
        for (sentence, unknown) in [
            ("You have 13 deals.", vec!["13"]),
            ("They are worth $192,841.", vec!["192,841"]),
            ("They are worth about $190k.", vec!["190k"]),
            ("It closes on 6 December 2025.", vec!["on 6 December 2025"]),
            ("It closes on Thu 5 Dec 2025.", vec!["Thu"]),
            ("It was handed to John Doe.", vec!["John Doe"]),
            ("Hooli closed as well.", vec!["Hooli"]),
            ("See 0199a1b2-0000-7000-8000-000000000002.", vec!["0199a1b2-0000-7000-8000-000000000002"]),
            ("There are three risks.", vec!["three"]),
            ("Record 1C1I7A6X is at risk.", vec!["1C1I7A6X"]),
        ] {
            assert_eq!(unknown_in(sentence, &facts, &reading), unknown, "{sentence}");
        }
    }

    #[test]
    fn sentences_that_say_more_are_taken_out_and_counted() {
        let (facts, reading) = facts();
        let grounded = ground_answer(
            "You have 12 deals. John Doe owns 7 of them.\n1. Isdom – GTX Pro\nThe sum is $192,840.00. Next step: call Hooli.",
            &facts,
            &reading,
        );
        assert_eq!(grounded.text, "You have 12 deals. \n1. Isdom – GTX Pro\nThe sum is $192,840.00.");
        assert_eq!(grounded.dropped.len(), 2);
        assert_eq!(grounded.dropped[0].unknown, ["John Doe", "7"]);
    }

    #[test]
    fn sentences_are_cut_where_they_end() {
        assert_eq!(sentences("It is $1.5k. That is all! Really?"), ["It is $1.5k. ", "That is all! ", "Really?"]);
        assert_eq!(sentences("1. First, e.g. this one."), ["1. First, e.g. this one."]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_when_sentences_are_cut(text in "[A-Za-z0-9 .,!?$%\n-]{0,120}") {
            for line in text.split_inclusive('\n') {
                proptest::prop_assert_eq!(sentences(line).concat(), line);
            }
        }

        #[test]
        fn a_number_that_no_result_holds_never_survives(number in 1000u32..99_999_999) {
            let (facts, reading) = facts();
            proptest::prop_assume!(![192_840, 5000, 2025].contains(&number));
            let grounded = ground_answer(&format!("The value is {number}."), &facts, &reading);
            proptest::prop_assert_eq!(grounded.text, "");
        }
    }
}
