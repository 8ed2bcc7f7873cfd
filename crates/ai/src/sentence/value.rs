//! Dates, amounts and lengths of time as conditions: relative days stay relative, so that a saved view moves with time.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::resolve::amount::{self, Bound, Span};
use crate::resolve::date::{self, Calendar, Grain, count_named, unit_named};
use crate::resolve::text::{Kind, Token};

/// An operator and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub op: &'static str,
    pub value: Value,
}

fn compared(op: &'static str, value: Value) -> Compared {
    Compared { op, value }
}

/// The word at `i` in lower case; nothing for a quotation.
pub fn word(tokens: &[Token], i: usize) -> &str {
    tokens.get(i).filter(|t| t.kind != Kind::Quoted).map_or("", |t| t.lower.as_str())
}

/// So many units as lists write them: days, weeks, months and years.
fn written(count: u32, unit: Grain) -> String {
    match unit {
        Grain::Day => format!("{count}d"),
        Grain::Week => format!("{count}w"),
        Grain::Month => format!("{count}m"),
        Grain::Quarter => format!("{}m", count.saturating_mul(3)),
        Grain::Year => format!("{count}y"),
    }
}

/// A date at `tokens[i]`, and how many tokens it takes.
pub fn date_at(tokens: &[Token], i: usize, calendar: &Calendar) -> Option<(Compared, usize)> {
    let lead =
        usize::from(matches!(word(tokens, i), "in" | "on" | "during" | "within" | "for" | "over" | "of" | "from"));
    let article = usize::from(word(tokens, i + lead) == "the");
    if let Some((found, n)) = relative(tokens, i + lead + article) {
        return Some((found, lead + article + n));
    }
    let (when, n) = date::scan(tokens, i, calendar)?;
    let day = |d: chrono::NaiveDate| json!(d.to_string());
    let found = match (when.from, when.to) {
        (Some(from), Some(to)) if from == to => compared("eq", day(from)),
        (Some(from), Some(to)) => compared("between", json!([from.to_string(), to.to_string()])),
        (Some(from), None) => compared("gte", day(from)),
        (None, Some(to)) => compared("lte", day(to)),
        (None, None) => return None,
    };
    Some((found, n))
}

/// today, this quarter, the last 30 days, the next two weeks.
fn relative(tokens: &[Token], i: usize) -> Option<(Compared, usize)> {
    let first = word(tokens, i);
    if matches!(first, "today" | "yesterday" | "tomorrow") {
        return Some((compared("eq", json!(first)), 1));
    }
    let which = match first {
        "this" | "current" => "this",
        "last" | "past" | "previous" => "last",
        "next" | "coming" | "following" => "next",
        _ => return None,
    };
    let second = word(tokens, i + 1);
    if matches!(second, "week" | "month" | "quarter" | "year") {
        return Some((compared("eq", json!(format!("{which}_{second}"))), 2));
    }
    let count = count_named(second)?;
    let unit = unit_named(word(tokens, i + 2))?;
    match which {
        "last" => Some((compared("gte", json!(format!("-{}", written(count, unit)))), 3)),
        "next" => Some((compared("between", json!(["today", format!("+{}", written(count, unit))])), 3)),
        _ => None,
    }
}

/// A length of time at `tokens[i]`: what is longer ago than it, or not as long.
pub fn age_at(tokens: &[Token], i: usize) -> Option<(Compared, usize)> {
    let (bound, n) = amount::scan_span(tokens, i)?;
    let ago = |s: Span| json!(format!("-{}", written(s.count, s.unit)));
    let found = match bound {
        Bound::Exactly(s) | Bound::MoreThan(s) | Bound::AtLeast(s) => compared("lt", ago(s)),
        Bound::LessThan(s) | Bound::AtMost(s) => compared("gt", ago(s)),
        Bound::Between(a, b) => compared("between", json!([ago(b), ago(a)])),
    };
    Some((found, n))
}

/// A number within bounds.
pub fn number(bound: Bound<Decimal>) -> Compared {
    let said = |d: Decimal| json!(d.normalize().to_string());
    match bound {
        Bound::Exactly(v) => compared("eq", said(v)),
        Bound::MoreThan(v) => compared("gt", said(v)),
        Bound::AtLeast(v) => compared("gte", said(v)),
        Bound::LessThan(v) => compared("lt", said(v)),
        Bound::AtMost(v) => compared("lte", said(v)),
        Bound::Between(a, b) => compared("between", json!([a.normalize().to_string(), b.normalize().to_string()])),
    }
}
