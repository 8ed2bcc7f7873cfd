//! What somebody wrote themselves: an answer without the message that it repeats.
//!
//! The message that is repeated is a message of its own in the same conversation. Where nothing would be left, all is kept.

use std::sync::LazyLock;

use regex::Regex;

/// The line with which mail programs introduce what they repeat; some break it in two.
static INTRODUCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words = [
        r"On\b.{4,300}\bwrote:",
        r"Am\b.{4,300}\bschrieb\b.{0,200}:",
        r"Le\b.{4,300}\ba écrit\s?:",
        r"El\b.{4,300}\bescribió:",
        r"Il\b.{4,300}\bha scritto:",
        r"Op\b.{4,300}\bschreef\b.{0,200}:",
        r"Em\b.{4,300}\bescreveu:",
        r"W dniu\b.{4,300}\bpisze:",
    ];
    Regex::new(&format!(r"(?ms)^\s*(?:{})\s*$", words.join("|"))).ok()
});

/// A rule, or the head of the repeated message as Outlook writes it.
static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?m)^\s*(?:-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale|Oorspronkelijk bericht)\s*-{2,}|_{20,})\s*$|^\s*\*?(?:From|Von|De|Da|Van)\s?:\*?.{3,300}\n\s*\*?(?:Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|Datum)\s?:",
    )
    .ok()
});

/// The text without what it repeats.
#[must_use]
pub fn trim(text: &str) -> String {
    let mut end = text.len();
    for marker in [&*INTRODUCTION, &*HEAD].into_iter().flatten() {
        if let Some(found) = marker.find(text) {
            end = end.min(found.start());
        }
    }
    let kept: Vec<&str> = text.get(..end).unwrap_or(text).lines().collect();
    let last = kept.iter().rposition(|line| !line.trim().is_empty() && !line.trim_start().starts_with('>'));
    let own = last.and_then(|last| kept.get(..=last)).unwrap_or_default().join("\n");
    let own = own.trim();
    if own.is_empty() { text.trim().to_owned() } else { own.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_without_what_it_repeats() {
        for text in [
            "Yes, Tuesday.\n\nOn Mon, 2 Feb 2026 at 10:00, Rep <rep@acme.test> wrote:\n> Tuesday?\n> Rep",
            "Yes, Tuesday.\n\nOn Mon, 2 Feb 2026 at 10:00, Rep\n<rep@acme.test> wrote:\n\n> Tuesday?",
            "Yes, Tuesday.\n\nAm 02.02.2026 um 10:00 schrieb Rep <rep@acme.test>:\n> Tuesday?",
            "Yes, Tuesday.\n-----Original Message-----\nFrom: Rep\nTuesday?",
            "Yes, Tuesday.\n\n________________________________\nFrom: Rep <rep@acme.test>\nSent: Monday\nTuesday?",
            "Yes, Tuesday.\n\nVon: Rep <rep@acme.test>\nGesendet: Montag\nAn: Nadia\nTuesday?",
            "Yes, Tuesday.\n\n> Tuesday?\n> Rep\n",
        ] {
            assert_eq!(trim(text), "Yes, Tuesday.", "{text}");
        }
        // What is said between the lines stays whole.
        assert_eq!(trim("> Tuesday?\nYes.\n> And Friday?\nNo."), "> Tuesday?\nYes.\n> And Friday?\nNo.");
        assert_eq!(trim("> only this"), "> only this");
        assert_eq!(trim("On reflection, no."), "On reflection, no.");
    }
}
