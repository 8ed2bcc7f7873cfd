//! Text as it is compared: one script, no case, no accents, no punctuation.

use deunicode::deunicode_with_tofu;

/// ASCII letters and digits in lower case, with one space between words. Other scripts are transliterated, apostrophes
/// go, `&` is a word, and everything else parts words.
#[must_use]
pub fn fold(text: &str) -> String {
    let ascii = if text.is_ascii() { text.to_owned() } else { deunicode_with_tofu(text, "") };
    let mut out = String::with_capacity(ascii.len());
    let mut gap = false;
    for c in ascii.chars() {
        match c {
            '\'' | '`' | '"' => {}
            '&' => {
                out.push_str(if out.is_empty() { "and" } else { " and" });
                gap = true;
            }
            c if c.is_ascii_alphanumeric() => {
                if gap && !out.is_empty() {
                    out.push(' ');
                }
                gap = false;
                out.push(c.to_ascii_lowercase());
            }
            _ => gap = true,
        }
    }
    out
}

/// Runs of single letters as one word: "j p morgan" is "jp morgan".
#[must_use]
pub fn join_initials(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    let mut single = false;
    for word in folded.split(' ') {
        let letter = word.len() == 1 && word.chars().all(char::is_alphabetic);
        if !(out.is_empty() || letter && single) {
            out.push(' ');
        }
        out.push_str(word);
        single = letter;
    }
    out
}

/// Without spaces.
#[must_use]
pub fn compact(folded: &str) -> String {
    folded.chars().filter(|c| *c != ' ').collect()
}

/// Between 0 and 1: one less edits (insertions, deletions, changes, swaps of neighbours) per letter of the longer one.
#[must_use]
pub fn likeness(a: &str, b: &str) -> f32 {
    let longer = a.len().max(b.len());
    1.0 - crate::share(strsim::osa_distance(a, b).min(longer), longer)
}

/// What share of letters two texts have in common, wherever they stand: the best measure of letters that were shuffled.
#[must_use]
pub fn shared_letters(a: &str, b: &str) -> f32 {
    let mut counts = [0_i16; 128];
    let mut add = |text: &str, by: i16| {
        for byte in text.bytes() {
            if let Some(count) = counts.get_mut(usize::from(byte)) {
                *count += by;
            }
        }
    };
    add(a, 1);
    add(b, -1);
    let over: usize = counts.iter().map(|c| usize::from(c.unsigned_abs())).sum();
    let total = a.len() + b.len();
    1.0 - crate::share(over.min(total), total)
}

/// A stable 64-bit hash (FNV-1a with a final mix), for keys that are compared between runs.
#[must_use]
pub fn hash(parts: &[&str]) -> u64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        for byte in part.bytes().chain([0x1f]) {
            h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    h ^= h >> 32;
    h = h.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h ^ (h >> 29)
}

const NUMBERS: &[(&str, &str)] = &[
    ("first", "1"),
    ("second", "2"),
    ("third", "3"),
    ("fourth", "4"),
    ("fifth", "5"),
    ("sixth", "6"),
    ("seventh", "7"),
    ("eighth", "8"),
    ("ninth", "9"),
    ("tenth", "10"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("seventy", "70"),
    ("eighty", "80"),
    ("ninety", "90"),
    ("hundred", "100"),
];

/// A number in digits: `first`, `1st` and `one` are `1`. None for what is no number.
#[must_use]
pub fn number(word: &str) -> Option<&str> {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let end = word.get(digits.len()..).unwrap_or_default();
        return ["", "st", "nd", "rd", "th"].contains(&end).then_some(digits);
    }
    NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, digits)| *digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fold_to_one_script() {
        assert_eq!(fold("  Société  Générale S.A. "), "societe generale s a");
        assert_eq!(fold("H&M Hennes & Mauritz"), "h and m hennes and mauritz");
        assert_eq!(fold("Al-Qa'ida"), "al qaida");
        assert_eq!(fold("Ротенберг"), "rotenberg");
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("\u{0}\u{202e}!"), "");
        assert_eq!(join_initials("j p morgan and co"), "jp morgan and co");
        assert_eq!(join_initials("a b c company"), "abc company");
        assert_eq!(
            (number("5th"), number("fifth"), number("44"), number("3b")),
            (Some("5"), Some("5"), Some("44"), None)
        );
    }

    #[test]
    fn likeness_counts_edits_and_letters() {
        assert!((likeness("sergei", "sergi") - 5.0 / 6.0).abs() < 1e-6);
        assert!((likeness("", "") - 1.0).abs() < 1e-6);
        assert!((shared_letters("noah", "onah") - 1.0).abs() < 1e-6);
        assert!(shared_letters("noah", "xyzz") < 0.01);
    }
}
