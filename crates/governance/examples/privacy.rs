//! Says how much personal data is found, and how much of what is found is some.
//!
//!     cargo run --release -p dealwright-governance --example privacy -- TEXTS.jsonl
//!
//! Each line holds `text` and `spans` of `type`, `start` and `end`, in characters. A labelled span counts as found when at least half
//! of it is covered by a span of that kind; a found one counts as right when at least half of it is covered by labelled ones of
//! that kind.

#![allow(clippy::print_stdout, reason = "a program that tells what it found")]
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts of some thousand spans, as shares")]

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::Range;

use dealwright_governance::privacy::{Kind, find};
use serde_json::Value;

/// The kind of a label; none for what is not personal here (places, organisations, times).
fn kind(label: &str) -> Option<Kind> {
    Some(match label {
        "PERSON" => Kind::Person,
        "EMAIL_ADDRESS" => Kind::Email,
        "PHONE_NUMBER" => Kind::Phone,
        "STREET_ADDRESS" | "ADDRESS" => Kind::Address,
        "CREDIT_CARD" => Kind::Card,
        "IBAN_CODE" => Kind::Iban,
        "US_SSN" => Kind::Id,
        "IP_ADDRESS" => Kind::Ip,
        _ => return None,
    })
}

fn covered(of: &Range<usize>, by: &[Range<usize>]) -> bool {
    let inside: usize = by.iter().map(|other| of.end.min(other.end).saturating_sub(of.start.max(other.start))).sum();
    inside * 2 >= of.len()
}

#[derive(Debug, Default)]
struct Counts {
    labelled: usize,
    found: usize,
    told: usize,
    right: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("TEXTS.jsonl")?;
    let mut counts: BTreeMap<Kind, Counts> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let text = row.get("text").and_then(Value::as_str).unwrap_or_default();
        let at: Vec<usize> = text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.len())).collect();
        let byte = |span: &Value, field: &str| {
            let character = usize::try_from(span.get(field).and_then(Value::as_u64).unwrap_or(0)).unwrap_or(0);
            at.get(character).copied().unwrap_or(text.len())
        };
        let mut labelled: BTreeMap<Kind, Vec<Range<usize>>> = BTreeMap::new();
        for span in row.get("spans").and_then(Value::as_array).into_iter().flatten() {
            if let Some(kind) = span.get("type").and_then(Value::as_str).and_then(kind) {
                labelled.entry(kind).or_default().push(byte(span, "start")..byte(span, "end"));
            }
        }
        let mut told: BTreeMap<Kind, Vec<Range<usize>>> = BTreeMap::new();
        for span in find(text) {
            told.entry(span.kind).or_default().push(span.at);
        }
        for kind in Kind::ALL {
            let (is, says) = (labelled.remove(&kind).unwrap_or_default(), told.remove(&kind).unwrap_or_default());
            let sums = counts.entry(kind).or_default();
            sums.labelled += is.len();
            sums.told += says.len();
            sums.found += is.iter().filter(|span| covered(span, &says)).count();
            sums.right += says.iter().filter(|span| covered(span, &is)).count();
        }
    }
    println!("kind       labelled  recall   found  precision");
    for (kind, sums) in counts {
        let share = |part: usize, of: usize| 100.0 * part as f64 / of.max(1) as f64;
        println!(
            "{:10} {:8}  {:5.1} %  {:6}  {:5.1} %",
            kind.as_str(),
            sums.labelled,
            share(sums.found, sums.labelled),
            sums.told,
            share(sums.right, sums.told)
        );
    }
    Ok(())
}
