//! Personal data in texts: found by form, by check digits and by names, and replaced.
//!
//! [`redacted`] writes what something is in its place, for what is kept. [`Mask`] gives each its own placeholder, the same one each
//! time, for what is sent to a model on another machine, and puts the values back into what that answers.
//!
//! It errs: a name that is in no list and has no title before it is not found. [docs/ai-governance.md] says how often.

mod names;
mod patterns;

use std::collections::HashMap;
use std::ops::Range;

/// What a piece of personal data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Email,
    Iban,
    Card,
    /// Numbers that authorities give people.
    Id,
    Ip,
    Phone,
    Address,
    Person,
}

impl Kind {
    pub const ALL: [Self; 8] =
        [Self::Email, Self::Iban, Self::Card, Self::Id, Self::Ip, Self::Phone, Self::Address, Self::Person];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Id => "id",
            Self::Ip => "ip",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Person => "person",
        }
    }
}

/// Where in a text something personal stands, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub kind: Kind,
    pub at: Range<usize>,
}

/// The personal data of a text, in order; none overlaps another.
#[must_use]
pub fn find(text: &str) -> Vec<Span> {
    let mut found = patterns::find(text);
    found.extend(names::find(text));
    // What begins first stands; of two that begin together the longer, and before that the surer kind.
    found.sort_by_key(|span| (span.at.start, std::cmp::Reverse(span.at.end), span.kind));
    let mut end = 0;
    found.retain(|span| {
        let free = span.at.start >= end;
        if free {
            end = span.at.end;
        }
        free
    });
    found
}

/// A text with what is personal replaced by what it is: "call [person] on [phone]".
#[must_use]
pub fn redacted(text: &str, spans: &[Span]) -> String {
    replaced(text, spans, |span, _| format!("[{}]", span.kind.as_str()))
}

fn replaced(text: &str, spans: &[Span], mut by: impl FnMut(&Span, &str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        let (Some(before), Some(value)) = (text.get(from..span.at.start), text.get(span.at.clone())) else { continue };
        out.push_str(before);
        out.push_str(&by(span, value));
        from = span.at.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Placeholders for personal data, and what they stand for.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Placeholder and value.
    pairs: Vec<(String, String)>,
    by_value: HashMap<String, usize>,
    counts: HashMap<Kind, usize>,
}

impl Mask {
    /// A text with a placeholder for each piece of personal data: the same value has the same one in every text of this mask.
    pub fn hide(&mut self, text: &str) -> String {
        replaced(text, &find(text), |span, value| {
            if let Some(n) = self.by_value.get(value) {
                return self.pairs.get(*n).map_or_else(String::new, |(placeholder, _)| placeholder.clone());
            }
            let count = self.counts.entry(span.kind).or_default();
            // One that the text itself holds stands for nothing of ours.
            let placeholder = loop {
                *count += 1;
                let placeholder = format!("{}_{count}", span.kind.as_str().to_uppercase());
                if !text.contains(&placeholder) {
                    break placeholder;
                }
            };
            self.by_value.insert(value.to_owned(), self.pairs.len());
            self.pairs.push((placeholder.clone(), value.to_owned()));
            placeholder
        })
    }

    /// What was hidden, back in its place, whatever case the placeholder came back in.
    #[must_use]
    pub fn reveal(&self, text: &str) -> String {
        let mut out = text.to_owned();
        // From the last, so that PERSON_1 does not eat the beginning of PERSON_12.
        let mut pairs: Vec<&(String, String)> = self.pairs.iter().collect();
        pairs.sort_by_key(|(placeholder, _)| std::cmp::Reverse(placeholder.len()));
        for (placeholder, value) in pairs {
            out = put_back(&out, placeholder, value);
        }
        out
    }

    /// How many values are hidden.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

fn put_back(text: &str, placeholder: &str, value: &str) -> String {
    // As a part of JSON, which is what models answer: a value with a quote in it must not end the string.
    let value = serde_json::Value::String(value.to_owned()).to_string();
    let value = value.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
    let (upper, mut out, mut from) = (text.to_ascii_uppercase(), String::with_capacity(text.len()), 0);
    while let Some(at) = upper.get(from..).and_then(|rest| rest.find(placeholder)).map(|at| at + from) {
        let end = at + placeholder.len();
        out.push_str(text.get(from..at).unwrap_or_default());
        // Not the beginning of a longer one.
        let longer = text.get(end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        out.push_str(if longer { text.get(at..end).unwrap_or_default() } else { value });
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn redact(text: &str) -> String {
        redacted(text, &find(text))
    }

    #[test]
    fn what_is_personal_is_replaced() {
        assert_eq!(redact("write to anna.smith@isdom.com about it"), "write to [email] about it");
        assert_eq!(redact("call Anna Smith on +1 212-555-0143 today"), "call [person] on [phone] today");
        assert_eq!(redact("IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111"), "IBAN [iban], card [card]");
        assert_eq!(redact("she lives at 12 Baker Street, London"), "she lives at [address], London");
        assert_eq!(redact("SSN 536-22-1234 from 10.0.0.1"), "SSN [id] from [ip]");
        assert_eq!(redact("Dr. Okonkwo-Meier said so"), "Dr. [person] said so");
    }

    #[test]
    fn what_is_not_is_left() {
        for text in [
            "move the Isdom deal to Proposal",
            "deals over 50k closing in May",
            "Will the Acme deal close on 2026-11-30?",
            "update 4111 1111 1111 1112 units",
            "summarise Hatfan, 12,500.00 USD in Q3 2026",
            "version 1.2.3 of 2026.11.28",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn what_is_hidden_comes_back() {
        let mut mask = Mask::default();
        let hidden = mask.hide("remind Anna Smith (anna@isdom.com) and Mary Jones; Anna Smith first");
        assert_eq!(hidden, "remind PERSON_1 (EMAIL_1) and PERSON_2; PERSON_1 first");
        assert_eq!(
            mask.reveal(r#"{"who":"person_1","to":"EMAIL_1"}"#),
            r#"{"who":"Anna Smith","to":"anna@isdom.com"}"#
        );
        assert_eq!(mask.reveal("PERSON_12"), "PERSON_12");
        assert_eq!(mask.len(), 3);
    }

    #[test]
    fn what_the_text_itself_calls_so_stays() {
        let mut mask = Mask::default();
        assert_eq!(mask.hide("PERSON_1 met Anna Smith"), "PERSON_1 met PERSON_2");
        assert_eq!(mask.reveal("PERSON_1 met PERSON_2"), "PERSON_1 met Anna Smith");
    }
}
