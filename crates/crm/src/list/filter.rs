//! The filter tree: `{"and": […]}`, `{"or": […]}`, `{"not": …}` and `{"field", "op", "value"}`, checked against a
//! catalogue. Unknown fields and operators that don't fit are errors that name their place.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::Outcome;
use dealwright_kernel::{Error, Money, Result};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;
use uuid::Uuid;

use super::custom::Names;
use super::field::{Field, Kind};
use super::relative;

const MAX_DEPTH: usize = 8;
const MAX_CONDITIONS: usize = 100;
const MAX_VALUES: usize = 500;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    In,
    NotIn,
    Gt,
    Gte,
    Lt,
    Lte,
    Between,
    Contains,
    /// It is this account, or stands anywhere below it.
    Under,
    IsNull,
}

impl Op {
    /// From its name in the API.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "in" => Self::In,
            "not_in" => Self::NotIn,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "between" => Self::Between,
            "contains" => Self::Contains,
            "under" => Self::Under,
            "is_null" => Self::IsNull,
            _ => return None,
        })
    }

    /// Whether a field of this kind can be compared so.
    #[must_use]
    pub fn fits(self, kind: Kind) -> bool {
        match kind {
            Kind::Id | Kind::User | Kind::Team | Kind::Stage | Kind::Choice(_) => {
                matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn | Self::IsNull)
            }
            Kind::Account => {
                matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn | Self::Under | Self::IsNull)
            }
            Kind::StageKind | Kind::Tag | Kind::State(_) | Kind::Part(..) => {
                matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn)
            }
            Kind::Word(_) | Kind::Option | Kind::Options | Kind::Flag | Kind::Reference { .. } => {
                matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn | Self::IsNull)
            }
            Kind::Text => matches!(self, Self::Eq | Self::Ne | Self::In | Self::NotIn | Self::Contains | Self::IsNull),
            Kind::Int | Kind::Money | Kind::Decimal | Kind::Date | Kind::Time => {
                !matches!(self, Self::Contains | Self::Under)
            }
        }
    }
}

/// The resolved right-hand side of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Ids(Vec<Uuid>),
    /// Ids, and names to be looked up.
    Named {
        ids: Vec<Uuid>,
        names: Vec<String>,
    },
    Words(Vec<String>),
    Ints(Vec<i64>),
    /// Spans of days, as half-open intervals.
    Days(Vec<(NaiveDate, NaiveDate)>),
    /// Spans of time, as half-open intervals.
    Times(Vec<(DateTime<Utc>, DateTime<Utc>)>),
    Null(bool),
}

/// One comparison of a field.
#[derive(Clone, Debug)]
pub struct Condition {
    pub field: &'static Field,
    pub op: Op,
    pub operand: Operand,
}

/// A checked filter.
#[derive(Clone, Debug)]
pub enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Is(Condition),
}

impl Filter {
    /// Whether a condition anywhere in it is about this field.
    #[must_use]
    pub fn speaks_of(&self, field: &str) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.speaks_of(field)),
            Self::Not(inner) => inner.speaks_of(field),
            Self::Is(condition) => condition.field.name == field,
        }
    }
}

/// What relative values are relative to.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    pub actor: &'a Actor,
    pub today: NaiveDate,
}

/// 400: the filter can't be read, and where.
pub(super) fn unreadable(path: &str, code: &'static str, message: impl Into<String>) -> Error {
    let mut error = Error::field(path, code, message);
    error.outcome = Outcome::Unreadable;
    error.code = "invalid_filter".into();
    error
}

impl Filter {
    /// No condition at all.
    #[must_use]
    pub const fn none() -> Self {
        Self::And(Vec::new())
    }

    /// Reads a tree.
    ///
    /// # Errors
    /// 400 `invalid_filter` with the path of what is wrong.
    pub fn read(tree: &Value, names: &Names, reading: Reading<'_>) -> Result<Self> {
        let mut left = MAX_CONDITIONS;
        node(tree, "filter", names, reading, MAX_DEPTH, &mut left)
    }

    /// The sortable field that alone is compared by range, at the top: what the list is then sorted by.
    #[must_use]
    pub fn ranged(&self) -> Option<&'static Field> {
        let conditions: Vec<_> = match self {
            Self::And(parts) => parts.iter().collect(),
            Self::Is(_) => vec![self],
            Self::Or(_) | Self::Not(_) => return None,
        };
        let mut fields = conditions.iter().filter_map(|f| match f {
            Self::Is(c)
                if c.field.sort.is_some()
                    && !matches!(
                        c.operand,
                        Operand::Ids(_) | Operand::Words(_) | Operand::Null(_) | Operand::Named { .. }
                    ) =>
            {
                Some(c.field)
            }
            _ => None,
        });
        let first = fields.next()?;
        fields.all(|f| f.name == first.name).then_some(first)
    }
}

fn node(
    tree: &Value,
    path: &str,
    names: &Names,
    reading: Reading<'_>,
    depth: usize,
    left: &mut usize,
) -> Result<Filter> {
    let Value::Object(map) = tree else { return Err(unreadable(path, "invalid_value", "an object is expected")) };
    let Some(deeper) = depth.checked_sub(1) else {
        return Err(unreadable(path, "too_deep", format!("filters nest at most {MAX_DEPTH} deep")));
    };
    let mut list = |key: &str, items: &Value| {
        let Value::Array(items) = items else {
            return Err(unreadable(&format!("{path}.{key}"), "invalid_value", "a list is expected"));
        };
        items
            .iter()
            .enumerate()
            .map(|(i, item)| node(item, &format!("{path}.{key}.{i}"), names, reading, deeper, left))
            .collect::<Result<Vec<_>>>()
    };
    if map.len() == 1 {
        if let Some(items) = map.get("and") {
            return list("and", items).map(Filter::And);
        }
        if let Some(items) = map.get("or") {
            return list("or", items).map(Filter::Or);
        }
        if let Some(inner) = map.get("not") {
            return node(inner, &format!("{path}.not"), names, reading, deeper, left).map(|f| Filter::Not(Box::new(f)));
        }
    }
    *left = left
        .checked_sub(1)
        .ok_or_else(|| unreadable(path, "too_many", format!("at most {MAX_CONDITIONS} conditions")))?;
    if let Some(key) = map.keys().find(|k| !matches!(k.as_str(), "field" | "op" | "value")) {
        return Err(unreadable(&format!("{path}.{key}"), "unknown_field", "and, or, not, or field with op and value"));
    }
    let text = |key: &str| {
        map.get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| unreadable(&format!("{path}.{key}"), "required", "a string is expected"))
    };
    let op = Op::read(text("op")?)
        .ok_or_else(|| unreadable(&format!("{path}.op"), "unknown_operator", "there is no such operator"))?;
    let value = map.get("value").unwrap_or(&Value::Null);
    condition(text("field")?, op, value, path, names, reading).map(Filter::Is)
}

/// Reads one condition.
///
/// # Errors
/// 400 `invalid_filter` with the path of what is wrong.
pub fn condition(
    name: &str,
    op: Op,
    value: &Value,
    path: &str,
    names: &Names,
    reading: Reading<'_>,
) -> Result<Condition> {
    let field = names.field(name).ok_or_else(|| names.unknown(name, path))?;
    names.catalogue.may_read(reading.actor, field, path)?;
    if !op.fits(field.kind) {
        return Err(unreadable(path, "unfit_operator", format!("{name} can't be compared this way")));
    }
    if op == Op::IsNull {
        let null = value.as_bool().or_else(|| value.as_str().and_then(|s| s.parse().ok()));
        let null = null.ok_or_else(|| unreadable(path, "invalid_value", "is_null takes true or false"))?;
        return Ok(Condition { field, op, operand: Operand::Null(null) });
    }
    let values: Vec<&Value> = match (op, value) {
        (Op::In | Op::NotIn | Op::Between, Value::Array(values)) => values.iter().collect(),
        (Op::In | Op::NotIn | Op::Between, _) => return Err(unreadable(path, "invalid_value", "a list is expected")),
        (_, one) => vec![one],
    };
    if values.is_empty() || values.len() > MAX_VALUES || (op == Op::Between && values.len() != 2) {
        return Err(unreadable(
            path,
            "invalid_value",
            format!("between takes two values, in and not_in 1 to {MAX_VALUES}"),
        ));
    }
    let operand =
        operand(field, &values, names, reading).map_err(|message| unreadable(path, "invalid_value", message))?;
    Ok(Condition { field, op, operand })
}

fn operand(field: &Field, values: &[&Value], names: &Names, reading: Reading<'_>) -> Result<Operand, String> {
    let texts = || {
        values.iter().map(|v| v.as_str().ok_or_else(|| format!("{v} is not a string"))).collect::<Result<Vec<_>, _>>()
    };
    let plain =
        |t: &str| if t.contains('\0') { Err("text must not contain U+0000".to_owned()) } else { Ok(t.to_owned()) };
    Ok(match field.kind {
        Kind::Id | Kind::Account | Kind::Part(..) => {
            Operand::Ids(texts()?.into_iter().map(id).collect::<Result<_, _>>()?)
        }
        Kind::User => Operand::Ids(
            texts()?
                .into_iter()
                .map(|t| if t == "me" { Ok(reading.actor.user.0) } else { id(t) })
                .collect::<Result<_, _>>()?,
        ),
        Kind::Team => {
            let mut ids = Vec::new();
            for text in texts()? {
                if text == "my_team" { ids.extend(&reading.actor.teams) } else { ids.push(id(text)?) }
            }
            Operand::Ids(ids)
        }
        Kind::Stage | Kind::Choice(_) => {
            let (mut ids, mut names) = (Vec::new(), Vec::new());
            for text in texts()? {
                match Uuid::parse_str(text) {
                    Ok(id) => ids.push(id),
                    Err(_) => names.push(plain(text)?.to_lowercase()),
                }
            }
            Operand::Named { ids, names }
        }
        Kind::StageKind => words(&texts()?, &["open", "won", "lost"])?,
        Kind::State(known) => words(&texts()?, &known)?,
        Kind::Word(allowed) => words(&texts()?, allowed)?,
        Kind::Text => {
            Operand::Words(texts()?.into_iter().map(|t| plain(t).map(|t| t.to_lowercase())).collect::<Result<_, _>>()?)
        }
        Kind::Flag => {
            let flag = |v: &&Value| v.as_bool().map(|on| on.to_string()).or_else(|| v.as_str().map(str::to_owned));
            let texts = values.iter().map(|v| flag(v).ok_or_else(|| format!("{v} is not true or false")));
            let texts = texts.collect::<Result<Vec<_>, _>>()?;
            words(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &["true", "false"])?
        }
        Kind::Option | Kind::Options => {
            let options = texts()?.into_iter().map(|t| names.option(field.name, t));
            Operand::Words(options.collect::<Result<_, _>>()?)
        }
        Kind::Reference { person } => {
            let of = |t: &str| {
                let id = if person && t == "me" { reading.actor.user.0 } else { id(t)? };
                Ok::<_, String>(id.to_string())
            };
            Operand::Words(texts()?.into_iter().map(of).collect::<Result<_, _>>()?)
        }
        Kind::Decimal => Operand::Ints(values.iter().map(|v| decimal(v, reading)).collect::<Result<_, _>>()?),
        Kind::Tag => Operand::Words(texts()?.into_iter().map(plain).collect::<Result<_, _>>()?),
        Kind::Int => Operand::Ints(values.iter().map(|v| int(v)).collect::<Result<_, _>>()?),
        Kind::Money => Operand::Ints(values.iter().map(|v| money(v, reading)).collect::<Result<_, _>>()?),
        Kind::Date => Operand::Days(texts()?.into_iter().map(|t| days(t, reading.today)).collect::<Result<_, _>>()?),
        Kind::Time => Operand::Times(texts()?.into_iter().map(|t| times(t, reading.today)).collect::<Result<_, _>>()?),
    })
}

fn id(text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text).map_err(|_| format!("{text:?} is not an id"))
}

fn words(texts: &[&str], allowed: &[&str]) -> Result<Operand, String> {
    match texts.iter().find(|t| !allowed.contains(t)) {
        Some(text) => Err(format!("{text:?} is not one of {}", allowed.join(", "))),
        None => Ok(Operand::Words(texts.iter().map(|t| (*t).to_owned()).collect())),
    }
}

fn int(value: &Value) -> Result<i64, String> {
    value
        .as_i64()
        .or_else(|| value.as_str().and_then(|s| s.parse().ok()))
        .ok_or_else(|| format!("{value} is not a whole number"))
}

/// A number or an amount, times 10,000; what has more decimals is rounded: nothing lies between.
fn decimal(value: &Value, reading: Reading<'_>) -> Result<i64, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Object(_) => {
            let money: Money = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
            if money.currency != reading.actor.currency {
                return Err(format!("amounts in a filter are in {}", reading.actor.currency));
            }
            money.to_decimal().to_string()
        }
        _ => return Err(format!("{value} is not a number")),
    };
    let number = Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .map_err(|_| format!("{text:?} is not a number"))?;
    let scaled = number.checked_mul(Decimal::from(10_000)).and_then(|n| n.round().to_i64());
    scaled.ok_or_else(|| format!("{text} is out of range"))
}

fn money(value: &Value, reading: Reading<'_>) -> Result<i64, String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Object(_) => {
            let money: Money = serde_json::from_value(value.clone()).map_err(|e| e.to_string())?;
            if money.currency != reading.actor.currency {
                return Err(format!("amounts in a filter are in {}", reading.actor.currency));
            }
            return Ok(money.minor);
        }
        _ => return Err(format!("{value} is not an amount")),
    };
    let amount = Decimal::from_str_exact(&text)
        .or_else(|_| Decimal::from_scientific(&text))
        .map_err(|_| format!("{text:?} is not an amount"))?;
    // A bound with more decimals than the currency has is rounded: nothing lies between.
    let rounded = amount.round_dp(reading.actor.currency.decimals());
    Money::from_decimal(rounded, reading.actor.currency).map(|m| m.minor).map_err(|e| e.detail)
}

fn days(text: &str, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), String> {
    let span = relative::read(text, today)
        .ok_or_else(|| format!("{text:?} is not a date, such as 2026-12-31, today, -30d or this_quarter"))?;
    let end = span.to.checked_add_days(Days::new(1)).ok_or("the date is out of range")?;
    Ok((span.from, end))
}

fn times(text: &str, today: NaiveDate) -> Result<(DateTime<Utc>, DateTime<Utc>), String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let at = at.to_utc();
        return Ok((at, at));
    }
    let (from, to) = days(text, today)?;
    Ok((from.and_time(NaiveTime::MIN).and_utc(), to.and_time(NaiveTime::MIN).and_utc()))
}
