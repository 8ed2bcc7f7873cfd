//! The values that rules reckon with, and their kinds.
//!
//! Money and other fractions are decimals, so that `amount == 1234.56` means what it says. A value that a record does
//! not have is [`Value::Missing`], CEL's `null`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

/// What a value is. `Missing` is the kind of `null`, which goes with every other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Missing,
    Bool,
    Int,
    Number,
    Text,
    Date,
    Timestamp,
    Duration,
    List(Box<Kind>),
}

impl Kind {
    /// Whether values of the two can be compared: the same kind, two numbers, or anything with `null`.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Missing, _) | (_, Self::Missing) => true,
            (Self::List(a), Self::List(b)) => a.agrees(b),
            (a, b) => a == b || (a.is_numeric() && b.is_numeric()),
        }
    }

    #[must_use]
    pub const fn is_numeric(&self) -> bool {
        matches!(self, Self::Int | Self::Number)
    }

    /// The kind that holds values of both, which agree.
    #[must_use]
    pub fn wider(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, kind) | (kind, Self::Missing) => kind,
            (Self::Int, Self::Number) | (Self::Number, Self::Int) => Self::Number,
            (Self::List(a), Self::List(b)) => Self::List(Box::new(a.wider(*b))),
            (kind, _) => kind,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Number => f.write_str("number"),
            Self::Text => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::List(of) => write!(f, "list<{of}>"),
        }
    }
}

/// A value. Text and lists are shared, so that passing one on costs nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Missing,
    Bool(bool),
    Int(i64),
    Number(Decimal),
    Text(Arc<str>),
    Date(NaiveDate),
    Timestamp(DateTime<Utc>),
    Duration(TimeDelta),
    List(Arc<[Value]>),
}

impl Value {
    /// Text, or nothing.
    #[must_use]
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |t| Self::Text(t.into()))
    }

    #[must_use]
    pub fn int(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Missing, |n| Self::Int(n.into()))
    }

    #[must_use]
    pub fn number(number: Option<Decimal>) -> Self {
        number.map_or(Self::Missing, Self::Number)
    }

    #[must_use]
    pub fn date(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Missing, Self::Date)
    }

    #[must_use]
    pub fn texts<T: AsRef<str>>(texts: &[T]) -> Self {
        Self::List(texts.iter().map(|t| Self::Text(t.as_ref().into())).collect())
    }

    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// A number as a decimal; none of anything else.
    #[must_use]
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Self::Int(n) => Some(Decimal::from(*n)),
            Self::Number(n) => Some(*n),
            Self::Missing
            | Self::Bool(_)
            | Self::Text(_)
            | Self::Date(_)
            | Self::Timestamp(_)
            | Self::Duration(_)
            | Self::List(_) => None,
        }
    }

    /// Whether two values are the same; 1 and 1.0 are, `null` is itself alone.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b)),
            (Self::Int(_) | Self::Number(_), Self::Int(_) | Self::Number(_)) => self.as_number() == other.as_number(),
            (a, b) => a == b,
        }
    }

    /// Their order; none when one is missing or has no order.
    #[must_use]
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (a, b) => Some(a.as_number()?.cmp(&b.as_number()?)),
        }
    }

    /// What working on it costs: one step, and more for long text and lists.
    #[must_use]
    pub fn weight(&self) -> u64 {
        let size = match self {
            Self::Text(text) => text.len() / 64,
            Self::List(items) => items.len(),
            Self::Missing
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Number(_)
            | Self::Date(_)
            | Self::Timestamp(_)
            | Self::Duration(_) => 0,
        };
        1 + u64::try_from(size).unwrap_or(u64::MAX)
    }

    /// As a test shows it to a person: numbers as the API writes them, dates and times in ISO 8601.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Missing => Json::Null,
            Self::Bool(b) => json!(b),
            Self::Int(n) => json!(n),
            Self::Number(n) => json!(n.normalize().to_string()),
            Self::Text(t) => json!(&**t),
            Self::Date(d) => json!(d),
            Self::Timestamp(t) => json!(t.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Self::Duration(d) => json!(format!("{}s", d.num_seconds())),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
        }
    }
}

/// What is known of a record, by the names of the catalogue: `amount`, `account.industry`, `previous.amount`.
#[derive(Clone, Debug, Default)]
pub struct Facts(BTreeMap<String, Value>);

impl Facts {
    pub fn put(&mut self, name: impl Into<String>, value: Value) {
        self.0.insert(name.into(), value);
    }

    /// The value of a fact; a fact that nobody told is missing.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        const MISSING: &Value = &Value::Missing;
        self.0.get(name).unwrap_or(MISSING)
    }

    /// What is known of the record as it is, for another program: without what was before, and without what is missing.
    #[must_use]
    pub fn plain(&self) -> serde_json::Map<String, Json> {
        let own = |name: &str| name != "is_new" && !name.starts_with("previous.");
        let known = self.0.iter().filter(|(name, value)| own(name) && !value.is_missing());
        known.map(|(name, value)| (name.clone(), value.to_json())).collect()
    }

    /// These facts, and more.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// These facts with those before the change, under `previous.`, and whether there were any.
    #[must_use]
    pub fn after(mut self, before: Option<&Self>) -> Self {
        self.put("is_new", Value::Bool(before.is_none()));
        for (name, value) in before.iter().flat_map(|b| &b.0).filter(|(name, _)| name.as_str() != "today") {
            self.0.insert(format!("previous.{name}"), value.clone());
        }
        self
    }
}

/// `36h`, `1h30m`, `90s`.
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
    let (mut total, mut digits) = (TimeDelta::zero(), String::new());
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let number: i64 = digits.parse().ok()?;
        digits.clear();
        let part = match character {
            'h' => TimeDelta::try_hours(number)?,
            'm' => TimeDelta::try_minutes(number)?,
            's' => TimeDelta::try_seconds(number)?,
            _ => return None,
        };
        total = total.checked_add(&part)?;
    }
    (digits.is_empty() && !text.is_empty()).then_some(total)
}
