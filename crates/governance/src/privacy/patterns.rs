//! Personal data that has a form: addresses of mail and machines, numbers with check digits, phones, streets.

use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Span};

fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static PATTERNS: LazyLock<Vec<(Kind, Option<Regex>)>> = LazyLock::new(|| {
    vec![
        (Kind::Email, regex(r"(?i)\b[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}\b")),
        (Kind::Iban, regex(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")),
        (Kind::Card, regex(r"\b\d(?:[ \-]?\d){11,18}\b")),
        (Kind::Id, regex(r"\b\d{3}-\d{2}-\d{4}\b")),
        (Kind::Ip, regex(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|(?i)\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b")),
        (
            Kind::Phone,
            regex(
                r"\+\d{1,3}[ .\-]?(?:\(\d{1,5}\)[ .\-]?)?\d(?:[ .\-/]?\d){5,12}(?:\s?(?:x|ext\.?)\s?\d{1,5})?|\(\d{2,5}\)[ .\-]?\d{3,4}(?:[ .\-]\d{2,4}){0,3}(?:\s?(?:x|ext\.?)\s?\d{1,5})?|\b\d{3}[ .\-]\d{3}[ .\-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,5})?\b|\b0\d{1,4}[ /\-]\d{3,4}(?:[ \-]\d{2,4}){0,3}\b|\b0\d{2,3} \d{3} \d{4}\b",
            ),
        ),
        (Kind::Phone, regex(r"\b\d{2,4}(?:[ .\-]\d{2,4}){2,4}(?:x\d{1,6})?\b")),
        (
            Kind::Address,
            regex(
                r"(?x)\b\d{1,5}[A-Za-z]?\ (?:(?:[NSEW]\.?|North|South|East|West)\ )?(?:[A-Z][\w'.\-]*\ ){0,4}
                  (?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Alley|Trail|Close|Crescent)\b\.?
                  (?:[ ,]+(?:Apt|Apartment|Suite|Ste|Unit)\.?\ ?\w+)?
                | \b(?:Apt|Apartment|Suite|Ste)\.?\ \d{1,5}\b
                | \b(?i:p\.?o\.?\ box)\ \d+\b
                | \b[A-ZÄÖÜ][\w\-]*(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|straat|laan|gatan|gata|gade|vej|veg|vegur|katu|kuja|polku|stræti|brücke|utca|ulica)\ \d{1,4}[a-z]?\b
                | \b\d{1,4},?\ (?:rue|avenue|boulevard|place)\ (?:d[eu]s?\ |de\ la\ |d')?[A-Z][\w\-]*(?:\ [A-Z][\w\-]*)?
                | \b(?:Via|Calle|Rua|Rue)\ [A-Z][\w\-]*(?:\ [A-Z][\w\-]*)?,?\ \d{1,4}\b",
            ),
        ),
    ]
});

/// Everything that has a form and passes its check.
pub fn find(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for (kind, pattern) in PATTERNS.iter() {
        let Some(pattern) = pattern else { continue };
        for at in pattern.find_iter(text) {
            if stands(*kind, at.as_str()) {
                found.push(Span { kind: *kind, at: at.range() });
            }
        }
    }
    found
}

/// Whether something of this form is what it looks like.
fn stands(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Card => luhn(text),
        Kind::Iban => iban(text),
        Kind::Ip => text.contains(':') || text.split('.').all(|part| part.parse::<u8>().is_ok()),
        Kind::Phone => is_phone(text),
        Kind::Email | Kind::Id | Kind::Address | Kind::Person => true,
    }
}

/// The check of card numbers.
fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(i, d)| if i % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { *d }).sum();
    (12..=19).contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|d| *d != 0)
}

/// The check of bank account numbers: 97 by ISO 7064.
fn iban(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let turned = plain.iter().skip(4).chain(plain.iter().take(4));
    let rest =
        turned.filter_map(|c| c.to_digit(36)).fold(0_u32, |rest, d| (rest * if d > 9 { 100 } else { 10 } + d) % 97);
    rest == 1
}

/// Whether groups of digits are a number to call: as many digits as one has, and neither a date nor a sum with blanks in it.
fn is_phone(text: &str) -> bool {
    let number = text.split(['x', 'e']).next().unwrap_or_default();
    let groups: Vec<usize> = number.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|len| *len > 0).collect();
    let digits: usize = groups.iter().sum();
    let is_date = matches!(groups.as_slice(), [4, 2, 2] | [2, 2, 4] | [3, 2, 4]);
    let is_sum = groups.iter().skip(1).all(|len| *len == 3) && groups.len() > 1 && !number.starts_with(['0', '+', '(']);
    (7..=15).contains(&digits) && groups.iter().any(|len| *len != 4) && !is_date && !is_sum && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_sums_are_no_phones() {
        for phone in ["040 379 2455", "71-33-52-22", "+46 (0)179 459 33", "062-085-9260x155", "438.812.1525"] {
            assert!(find(phone).iter().any(|span| span.kind == Kind::Phone && span.at == (0..phone.len())), "{phone}");
        }
        for other in ["2026-11-28", "28.11.2026", "1 200 000", "12 345 678", "10-20-30"] {
            assert!(find(other).is_empty(), "{other}");
        }
    }
}
