//! Whether the request supports what a model made of it.

use crate::resolve::text::{contains_words, fold, key, likeness};

/// Whether `words` stand in the request: the same words in the same order, forgiving a slip of the finger in each, or
/// the same figures.
#[must_use]
pub fn is_said(request: &str, words: &str) -> bool {
    if contains_words(request, words) || fold(request).contains(fold(words).trim()) && words.trim().len() > 2 {
        return true;
    }
    let (request, words) = (key(request), key(words));
    let all: Vec<&str> = request.split(' ').collect();
    let wanted: Vec<&str> =
        words.split(' ').filter(|w| !matches!(*w, "the" | "a" | "an" | "s" | "of" | "deal" | "deals")).collect();
    let alike = |a: &str, b: &str| {
        let figures = |w: &str| w.chars().any(|c| c.is_ascii_digit());
        a == b
            || (!figures(a)
                && !figures(b)
                && a.len() > 3
                && (a.trim_end_matches('s') == b.trim_end_matches('s') || likeness(a, b) >= 0.92))
    };
    !wanted.is_empty() && wanted.iter().all(|w| all.iter().any(|a| alike(a, w)))
}

/// Whether most of the words of a title stand in the request; a title may be put a little differently.
#[must_use]
pub fn is_mostly_said(request: &str, words: &str) -> bool {
    let words = key(words);
    let wanted: Vec<&str> = words.split(' ').filter(|w| w.len() > 2).collect();
    let said = wanted.iter().filter(|w| is_said(request, w)).count();
    !wanted.is_empty() && said * 3 >= wanted.len() * 2
}

/// Whether the request tells of an outcome without its name: "they went with a competitor" is lost.
#[must_use]
pub fn is_implied(request: &str, stage: &str) -> bool {
    const LOST: [&str; 27] = [
        "dead",
        "went with",
        "going with",
        "chose",
        "competitor",
        "walked away",
        "turned us down",
        "said no",
        "fell through",
        "gone cold",
        "not going ahead",
        "not buying",
        "backed out",
        "pulled out",
        "rejected",
        "cancelled",
        "canceled",
        "lost",
        "losing",
        "no budget",
        "not happening",
        "bailed",
        "dropped out",
        "went dark",
        "picked someone else",
        "not interested",
        "passed on us",
    ];
    const WON: [&str; 18] = [
        "won",
        "win",
        "signed",
        "said yes",
        "in the bag",
        "accepted",
        "closed it",
        "got it",
        "landed",
        "they bought",
        "purchase order",
        "we got",
        "green light",
        "sealed",
        "is ours",
        "done deal",
        "came through",
        "agreed to buy",
    ];
    let of: &[&str] = match key(stage).as_str() {
        "lost" | "closed lost" => &LOST,
        "won" | "closed won" => &WON,
        _ => return false,
    };
    of.iter().any(|phrase| contains_words(request, phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_and_what_was_not() {
        let request = "show Anna's deals at Gekko & Co over 10k closing before the 30th of Nov";
        for words in ["Anna", "Gekko & Co", "over 10k", "gekko", "Annas", "the 30th of Nov"] {
            assert!(is_said(request, words), "{words}");
        }
        for words in ["John Doe", "100000", "10", "Acme", "", "30", "this month"] {
            assert!(!is_said(request, words), "{words}");
        }
    }

    #[test]
    fn outcomes_are_implied_by_how_people_say_them() {
        assert!(is_implied("they went with a competitor", "lost"));
        assert!(is_implied("Isdom signed this morning", "Won"));
        assert!(!is_implied("move Isdom on", "Won"));
        assert!(!is_implied("they went with a competitor", "Proposal"));
    }
}
