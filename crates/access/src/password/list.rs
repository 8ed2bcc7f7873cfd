//! Passwords that are tried first: those of the lists that leaked, words of ours, and what people make of them to get past a
//! rule (a number behind it, `0` for `o`, twice the same).
//!
//! `common.txt` is the head of the list that `@zxcvbn-ts/language-common` 4.1.3 carries (MIT; from leaked passwords, by how
//! often they were found), lower case and sorted.

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common.txt").lines().collect());

/// What a password for this product must not be made of: its name, its trade, and what people call a first password.
const OURS: [&str; 16] = [
    "dealwright",
    "crm",
    "sales",
    "account",
    "contact",
    "opportunity",
    "pipeline",
    "customer",
    "company",
    "organisation",
    "administrator",
    "manager",
    "welcome",
    "changeme",
    "initial",
    "secret",
];
/// How many characters beside a known word make no password of it: a year and a mark.
const DECORATION: usize = 5;
/// A stretch of so few characters, repeated, is no password.
const SHORT_PERIOD: usize = 4;

/// Whether somebody who guesses would try it early.
#[must_use]
pub fn is_guessed_early(password: &str) -> bool {
    let plain = password.to_lowercase();
    let bare = plain.trim_matches(|c: char| !c.is_alphabetic());
    let decorated = plain.chars().count() - bare.chars().count() <= DECORATION;
    is_tried(&plain) || (decorated && is_tried(bare))
}

/// As it stands, or with the letters that are meant.
fn is_tried(text: &str) -> bool {
    let meant: String = text.chars().map(letter).collect();
    [text, &meant]
        .into_iter()
        .any(|text| is_known(text) || repeats(text, SHORT_PERIOD) || twice(text).is_some_and(is_known))
}

fn is_known(text: &str) -> bool {
    COMMON.contains(text) || OURS.contains(&text)
}

/// The half of what is written twice.
fn twice(text: &str) -> Option<&str> {
    let (first, second) = text.split_at_checked(text.len() / 2)?;
    (first == second).then_some(first)
}

/// Whether it is one stretch of at most `longest` characters, over and over.
fn repeats(text: &str, longest: usize) -> bool {
    let all: Vec<char> = text.chars().collect();
    (1..=longest).any(|period| all.len() > 2 * period && all.iter().zip(all.iter().skip(period)).all(|(a, b)| a == b))
}

/// The letter that is meant.
const fn letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_refused() {
        for guessed in [
            "1234567890",
            "qwertyuiop",
            "Password123",
            "P@ssw0rd2026",
            "football1!",
            "welcome2026!",
            "Dealwright1",
            "dealwright!!",
            "sunshinesunshine",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "12121212121212",
            "administrator",
            "Opportunity#1",
            "!!changeme!!",
            "1qaz2wsx3edc",
            "iloveyou1234",
            "CHRISTOPHER",
        ] {
            assert!(is_guessed_early(guessed), "{guessed}");
        }
    }

    #[test]
    fn what_somebody_thought_up_is_not() {
        for fine in [
            "correct horse battery",
            "demo-password",
            "a long walk in May",
            "xK9#pQ2$vL",
            "Dealwright und Kaffee",
            "müsli-am-morgen",
            "password manager made this",
            "7f3e91ab55c2",
        ] {
            assert!(!is_guessed_early(fine), "{fine}");
        }
    }

    /// ASVS asks for the 3,000 commonest that are long enough; people make theirs of shorter ones.
    #[test]
    fn the_list_is_long_enough() {
        assert!(COMMON.len() > 20_000);
        assert!(COMMON.iter().all(|word| *word == word.to_lowercase()));
    }
}
