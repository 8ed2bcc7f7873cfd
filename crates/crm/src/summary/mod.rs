//! What a whole list comes to, beyond its pages: groups with their totals, and figures of its columns. Both are of what the
//! reader's filter finds and their roles show, worked out by one statement under row-level security.

pub mod http;
pub mod store;

use dealwright_kernel::{Currency, Error, Money, Result};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::list::{Field, Kind, Names};
use crate::words::words;

/// RecordGroups that are told one by one; the rest is told together.
pub const MAX_GROUPS: i64 = 100;
/// Figures of one request.
pub const MAX_FIGURES: usize = 40;

words! {
    /// What is worked out of a column.
    Measure, "measure" {
        /// Records, whatever is in the column.
        Count = "count",
        /// Those without a value.
        Empty = "empty",
        /// Those with one.
        Filled = "filled",
        Sum = "sum",
        Average = "average",
        Min = "min",
        Max = "max",
    }
}

impl Measure {
    /// Whether a column of this kind has it.
    #[must_use]
    pub fn fits(self, kind: Kind) -> bool {
        let told_by_null = !matches!(kind, Kind::Tag | Kind::State(_) | Kind::Part(..) | Kind::StageKind);
        match self {
            Self::Count => true,
            Self::Empty | Self::Filled => told_by_null,
            Self::Sum | Self::Average => matches!(kind, Kind::Int | Kind::Money | Kind::Decimal),
            Self::Min | Self::Max => {
                matches!(kind, Kind::Int | Kind::Money | Kind::Decimal | Kind::Date | Kind::Time)
            }
        }
    }
}

/// A figure that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub field: &'static Field,
    pub measure: Measure,
}

impl Wanted {
    /// Reads `amount.sum`.
    ///
    /// # Errors
    /// 400 that names it.
    pub fn read(text: &str, names: &Names) -> Result<Self> {
        let wrong = |why: String| Error::unreadable("invalid_query", why).on("of");
        let (name, measure) = text
            .rsplit_once('.')
            .ok_or_else(|| wrong(format!("{text:?} is not a field and a figure, such as amount.sum")))?;
        let field = names
            .field(name)
            .ok_or_else(|| wrong(format!("{} has no field {name:?} to work out", names.catalogue.object)))?;
        let measure: Measure = measure
            .parse()
            .map_err(|_| wrong(format!("{measure:?} is not count, empty, filled, sum, average, min or max")))?;
        if !measure.fits(field.kind) {
            return Err(wrong(format!("{name} has no {}", measure.as_str())));
        }
        Ok(Self { field, measure })
    }

    /// The figure as the API shows it, from its text in SQL.
    fn shown(self, text: Option<String>, currency: Currency, is_money: bool) -> Result<Value> {
        let Some(text) = text else { return Ok(Value::Null) };
        if matches!(self.measure, Measure::Count | Measure::Empty | Measure::Filled) {
            return Ok(json!(text.parse::<i64>().map_err(Error::internal)?));
        }
        let number = || text.parse::<rust_decimal::Decimal>().map_err(Error::internal);
        Ok(match self.field.kind {
            Kind::Money => {
                use rust_decimal::prelude::ToPrimitive;
                let minor = number()?.round().to_i64();
                minor.map_or(Value::Null, |minor| json!(Money::new(minor, currency)))
            }
            Kind::Decimal if is_money => {
                let amount = (number()? / rust_decimal::Decimal::from(10_000)).round_dp(currency.decimals());
                json!({ "amount": amount.to_string(), "currency": currency })
            }
            Kind::Decimal => {
                json!((number()? / rust_decimal::Decimal::from(10_000)).round_dp(4).normalize().to_string())
            }
            Kind::Int => json!(number()?.round_dp(2).normalize().to_string()),
            _ => json!(text),
        })
    }
}

/// A figure of a column.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    pub field: String,
    pub measure: Measure,
    /// A number of records; an amount in the organisation's currency; a number, a date or a time as text; null where no
    /// record has a value.
    pub value: Value,
}

/// What a list comes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figures {
    pub count: i64,
    /// In the order in which they were asked for.
    pub items: Vec<Figure>,
}

/// Records that have something in common.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordGroup {
    /// Its value: an id, a word, an option, or a month as `2026-12`; null for records without.
    pub key: Option<String>,
    /// What it is called; null where there is no value, or where you may not see the record that it is.
    pub label: Option<String>,
    /// The condition of its records, to be added to the list's filter.
    #[schema(value_type = Object)]
    pub filter: Value,
    #[serde(flatten)]
    pub sums: GroupSums,
}

/// How many, and what they come to in the organisation's currency; null where your roles hide it or the object has none.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct GroupSums {
    pub count: i64,
    pub sum: Option<Money>,
    /// Each amount times its probability.
    pub weighted: Option<Money>,
}

/// What is beyond the groups that are told one by one.
#[derive(Debug, Serialize, ToSchema)]
pub struct OtherGroups {
    pub groups: i64,
    #[serde(flatten)]
    pub sums: GroupSums,
}

/// A list in groups.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordGroups {
    /// The field.
    pub by: String,
    pub groups: Vec<RecordGroup>,
    pub rest: Option<OtherGroups>,
    pub total: GroupSums,
}

/// Whether a list can be put in groups by a field of this kind.
#[must_use]
pub fn groups_by(field: &Field) -> bool {
    match field.kind {
        Kind::Stage
        | Kind::User
        | Kind::Team
        | Kind::Choice(_)
        | Kind::Word(_)
        | Kind::Date
        | Kind::Time
        | Kind::Option
        | Kind::Flag
        | Kind::Reference { person: true } => true,
        Kind::Account => true,
        Kind::Id => matches!(field.name, "primary_contact_id" | "pipeline_id"),
        Kind::Text => matches!(field.name, "country" | "company" | "account.country"),
        Kind::Part(..)
        | Kind::StageKind
        | Kind::Int
        | Kind::Money
        | Kind::Tag
        | Kind::State(_)
        | Kind::Decimal
        | Kind::Options
        | Kind::Reference { person: false } => false,
    }
}

/// Reads the field that groups are made by.
///
/// # Errors
/// 400 that says by what else.
pub fn grouped_by(name: &str, names: &Names) -> Result<&'static Field> {
    names.field(name).filter(|f| groups_by(f)).ok_or_else(|| {
        let known =
            names.catalogue.fields.iter().filter(|f| groups_by(f)).map(|f| f.name).collect::<Vec<_>>().join(", ");
        let why =
            format!("{} can be grouped by {known}, and by custom fields of choices and dates", names.catalogue.object);
        Error::unreadable("invalid_query", why).on("by")
    })
}

/// The condition of a group's records.
#[must_use]
pub fn condition(field: &Field, key: Option<&str>) -> Value {
    match (key, field.kind) {
        (None, _) => json!({ "field": field.name, "op": "is_null", "value": true }),
        (Some(month), Kind::Date | Kind::Time) => {
            let first = format!("{month}-01");
            let last = first
                .parse::<chrono::NaiveDate>()
                .ok()
                .and_then(|d| d.checked_add_months(chrono::Months::new(1)))
                .and_then(|d| d.pred_opt())
                .map_or_else(|| first.clone(), |d| d.to_string());
            json!({ "field": field.name, "op": "between", "value": [first, last] })
        }
        (Some(key), _) => json!({ "field": field.name, "op": "eq", "value": key }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_its_days() {
        let field = Field::new("close_date", "close_date", Kind::Date);
        assert_eq!(
            condition(&field, Some("2026-02")),
            json!({ "field": "close_date", "op": "between", "value": ["2026-02-01", "2026-02-28"] })
        );
        assert_eq!(condition(&field, None), json!({ "field": "close_date", "op": "is_null", "value": true }));
    }

    #[test]
    fn measures_fit_what_they_can_be_worked_out_of() {
        assert!(Measure::Sum.fits(Kind::Money) && Measure::Max.fits(Kind::Date) && Measure::Empty.fits(Kind::Text));
        assert!(!Measure::Sum.fits(Kind::Date) && !Measure::Min.fits(Kind::Text) && !Measure::Filled.fits(Kind::Tag));
    }
}
