//! What somebody forwarded: who wrote it, when, about what, as the usual mail programs write it above the forwarded text.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::Regex;

use super::letter::{Person, clean, normal};

/// A message within another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub from: Person,
    pub subject: Option<String>,
    pub sent: Option<DateTime<Utc>>,
    pub text: Option<String>,
}

/// How many lines the head may have, beside those that are empty.
const HEAD_LINES: usize = 12;

static SUBJECT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|pd|vs)\s?:\s*").ok());
static LABEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[>\s*]*([\p{L}-]{2,14})\*?\s?:\*?\s*(.*)$").ok());
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,63}"#).ok());

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    Date,
    Subject,
    Other,
}

fn label(word: &str) -> Option<Label> {
    match word.to_lowercase().as_str() {
        "from" | "von" | "de" | "da" | "van" | "från" | "fra" | "od" => Some(Label::From),
        "date" | "sent" | "datum" | "gesendet" | "envoyé" | "fecha" | "enviado" | "data" | "inviato" | "verzonden" => {
            Some(Label::Date)
        }
        "subject" | "betreff" | "objet" | "asunto" | "oggetto" | "onderwerp" | "assunto" | "temat" => {
            Some(Label::Subject)
        }
        "to" | "an" | "à" | "para" | "a" | "aan" | "cc" | "kopie" | "reply-to" | "antwort" => Some(Label::Other),
        _ => None,
    }
}

/// The forwarded message in a text whose subject says that it is one.
#[must_use]
pub fn find(subject: &str, text: &str) -> Option<Forwarded> {
    let without = SUBJECT.as_ref()?.replace(subject, "");
    if without == subject {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let start = lines
        .iter()
        .position(|line| matches!(labelled(line), Some((Label::From, value)) if person(value).is_some()))?;
    let (mut from, mut sent, mut about, mut end) = (None, None, None, start);
    let mut seen = 0;
    for (n, line) in lines.iter().enumerate().skip(start) {
        if line.trim_matches(['>', ' ', '\t']).is_empty() {
            if seen > 1 {
                break;
            }
            continue;
        }
        // A line without a label carries on the one above.
        match labelled(line) {
            Some((Label::From, value)) if from.is_none() => from = person(value),
            Some((Label::Date, value)) => sent = sent.or_else(|| moment(value)),
            Some((Label::Subject, value)) => about = about.or_else(|| clean(value, 500)),
            _ => {}
        }
        (seen, end) = (seen + 1, n);
        if seen >= HEAD_LINES {
            break;
        }
    }
    // One label alone is only a sentence.
    if about.is_none() && seen < 2 {
        return None;
    }
    // Some programs quote all that they forward.
    let quoted = lines.get(start).is_some_and(|line| line.starts_with('>'));
    let rest = lines.get(end + 1..).unwrap_or_default();
    let body: Vec<&str> = rest.iter().map(|line| if quoted { unquoted(line) } else { line }).collect();
    let body = body.join("\n");
    Some(Forwarded { from: from?, subject: about.or_else(|| clean(&without, 500)), sent, text: clean(&body, 100_000) })
}

fn unquoted(line: &str) -> &str {
    line.strip_prefix('>').map_or(line, |said| said.strip_prefix(' ').unwrap_or(said))
}

fn labelled(line: &str) -> Option<(Label, &str)> {
    let found = LABEL.as_ref()?.captures(line)?;
    Some((label(found.get(1)?.as_str())?, found.get(2)?.as_str()))
}

fn person(value: &str) -> Option<Person> {
    let found = ADDRESS.as_ref()?.find(value)?;
    let address = normal(found.as_str())?;
    let name = value.get(..found.start()).unwrap_or_default().replace("[mailto:", "");
    let name = clean(name.trim_matches([' ', '<', '"', '\'', '*', '[', '(']), 200);
    Some(Person { address, name })
}

/// A date as mail programs write it, where it says a time zone; else the day of the message that carries it serves.
fn moment(value: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(value.trim()).ok().map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Address, name, subject, text.
    type Told = (String, Option<String>, Option<String>, Option<String>);

    fn found(subject: &str, text: &str) -> Option<Told> {
        find(subject, text).map(|f| (f.from.address, f.from.name, f.subject, f.text))
    }

    fn nadia() -> Option<Told> {
        let some = |text: &str| Some(text.to_owned());
        Some(("nadia@isdom.test".into(), some("Nadia Berg"), some("Offer"), some("Please call me.")))
    }

    #[test]
    fn the_usual_programs_are_read() {
        let gmail = "FYI\n\n---------- Forwarded message ---------\nFrom: Nadia Berg <nadia@isdom.test>\n\
            Date: Mon, 2 Feb 2026 10:00:00 +0100\nSubject: Offer\nTo: <rep@acme.test>\n\n\nPlease call me.";
        let apple = "Begin forwarded message:\n\n> From: Nadia Berg <Nadia@isdom.test>\n> Subject: Offer\n\
            > Date: 2 February 2026\n> To: Rep <rep@acme.test>\n>\nPlease call me.";
        let outlook = "\n________________________________\nFrom: Nadia Berg <nadia@isdom.test>\nSent: Monday, February 2, 2026 10:00 AM\n\
            To: Rep <rep@acme.test>\nSubject: Offer\n\nPlease call me.";
        let german = "-----Ursprüngliche Nachricht-----\nVon: Nadia Berg [mailto:nadia@isdom.test]\nGesendet: Montag\n\
            An: Rep\nBetreff: Offer\n\nPlease call me.";
        for (subject, text) in
            [("Fwd: Offer", gmail), ("FW: Offer", outlook), ("Fwd: Offer", apple), ("WG: Offer", german)]
        {
            assert_eq!(found(subject, text), nadia(), "{text}");
        }
        let sent = find("Fwd: Offer", gmail).and_then(|f| f.sent);
        assert_eq!(sent.map(|at| at.to_rfc3339()).as_deref(), Some("2026-02-02T09:00:00+00:00"));
    }

    #[test]
    fn what_is_not_forwarded_is_left_alone() {
        assert_eq!(found("Re: Offer", "From: Nadia <nadia@isdom.test>\nSubject: Offer\n\nx"), None);
        assert_eq!(found("Fwd: Offer", "see below"), None);
        assert_eq!(found("Fwd: Offer", "From: nobody\nSubject: x"), None);
    }
}
