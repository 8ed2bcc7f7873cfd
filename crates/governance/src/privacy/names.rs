//! Names of people: after a title, or by a given name that is known, with what surname follows.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::{Kind, Span};

/// Given names; true for those that are words or places too.
static GIVEN: LazyLock<HashMap<&'static str, bool>> = LazyLock::new(|| {
    let lines = include_str!("../../data/given_names.txt").lines();
    lines.map(|line| line.strip_suffix('*').map_or((line, false), |word| (word, true))).collect()
});

const TITLES: [&str; 16] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "madam",
    "herr",
    "frau",
    "mme",
    "monsieur",
    "señor",
    "señora",
];

/// Between the parts of a surname.
const PARTICLES: [&str; 13] = ["van", "von", "de", "der", "den", "da", "di", "del", "della", "la", "le", "bin", "al"];

/// Words that begin with a capital beside a name and are none.
const NO_SURNAME: [&str; 34] = [
    "deal",
    "account",
    "contact",
    "lead",
    "task",
    "call",
    "meeting",
    "inc",
    "llc",
    "ltd",
    "gmbh",
    "corp",
    "company",
    "group",
    "team",
    "street",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    at: Range<usize>,
    /// Whether only blanks, or a full stop after an initial or a title, stand before it.
    joined: bool,
}

fn words(text: &str) -> Vec<Word<'_>> {
    let inside = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-');
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut from = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (from, inside(c)) {
            (None, true) => from = Some(at),
            (Some(start), false) => {
                let end = words.last().map_or(0, |word| word.at.end);
                let between = text.get(end..start).unwrap_or_default();
                let short = words.last().is_some_and(|w| w.text.chars().count() == 1 || is_title(w.text));
                let joined = between == " " || (short && matches!(between, ". " | "."));
                let word = text.get(start..at).unwrap_or_default();
                // A possessive is no part of a name.
                let word = word
                    .strip_suffix("'s")
                    .or_else(|| word.strip_suffix("’s"))
                    .unwrap_or(word)
                    .trim_end_matches(['\'', '’', '-']);
                words.push(Word { text: word, at: start..start + word.len(), joined });
                from = None;
            }
            _ => {}
        }
    }
    words
}

fn is_title(word: &str) -> bool {
    TITLES.contains(&word.to_lowercase().as_str())
}

fn is_capital(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.clone().next().is_none_or(|_| chars.any(char::is_lowercase))
}

fn is_surname(word: &Word<'_>) -> bool {
    is_capital(word.text) && !NO_SURNAME.contains(&word.text.to_lowercase().as_str())
}

/// The names in a text.
pub fn find(text: &str) -> Vec<Span> {
    let words = words(text);
    let mut found = Vec::new();
    let mut i = 0;
    while let Some(word) = words.get(i) {
        let titled = i > 0 && word.joined && words.get(i - 1).is_some_and(|before| is_title(before.text));
        let lower = word.text.to_lowercase();
        let given = if is_capital(word.text) && word.text.chars().count() > 1 {
            GIVEN.get(lower.as_str()).copied()
        } else {
            None
        };
        let begins = is_capital(word.text) && !is_title(word.text) && (titled || given.is_some());
        if !begins {
            i += 1;
            continue;
        }
        // Initials, particles and surnames that follow.
        let (mut end, mut last, mut follow) = (word.at.end, i, i + 1);
        while let Some(next) = words.get(follow).filter(|next| next.joined && follow - i <= 5) {
            let particle = PARTICLES.contains(&next.text.to_lowercase().as_str());
            if is_surname(next) {
                (end, last) = (next.at.end, follow);
            } else if !particle {
                break;
            }
            follow += 1;
        }
        if titled || given == Some(false) || last > i {
            found.push(Span { kind: Kind::Person, at: word.at.start..end });
        }
        i = last + 1;
    }
    found
}
