//! The organisation's settings: its name, its defaults of language and time, when its fiscal year starts, and the currency
//! in which everything is summed.
//!
//! The currency can change while there are no amounts: afterwards every sum that was ever shown would mean another thing.

pub mod http;
pub mod store;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Currency, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{self, Texts};

/// What can be written, by the API's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    pub currency: Currency,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    pub fiscal_year_start: i32,
    pub trash_days: i32,
}

/// The organisation as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisation {
    #[schema(value_type = uuid::Uuid)]
    pub id: OrgId,
    pub name: String,
    /// In which everything is summed.
    #[schema(value_type = String, example = "EUR")]
    pub currency: Currency,
    /// A BCP 47 tag: what people who have chosen none read dates and numbers in.
    pub locale: Option<String>,
    /// An IANA name.
    pub time_zone: Option<String>,
    /// The month, 1 to 12.
    pub fiscal_year_start: i32,
    /// How many days what is deleted can be restored.
    pub trash_days: i32,
    /// Whether the currency can still change.
    pub currency_is_open: bool,
    pub version: i64,
}

impl Organisation {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            currency: self.currency,
            locale: self.locale.clone(),
            time_zone: self.time_zone.clone(),
            fiscal_year_start: self.fiscal_year_start,
            trash_days: self.trash_days,
        }
    }

    /// An event about the organisation.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "organisation", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("organisation.{verb}"), subject)
    }
}

/// A change of the settings.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrganisationPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(value_type = Option<String>, example = "EUR")]
    pub currency: Option<Currency>,
    #[schema(value_type = Option<String>, max_length = 35)]
    pub locale: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 64)]
    pub time_zone: Patch<String>,
    #[schema(minimum = 1, maximum = 12)]
    pub fiscal_year_start: Option<i32>,
    #[schema(minimum = 1, maximum = 3650)]
    pub trash_days: Option<i32>,
}

impl Validate for OrganisationPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        if self.fiscal_year_start.is_some_and(|m| !(1..=12).contains(&m)) {
            wrong.push("fiscal_year_start", "out_of_range", "a month from 1 to 12");
        }
        if self.trash_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
            wrong.push("trash_days", "out_of_range", "from 1 to 3,650 days");
        }
        let says = |value: &Patch<String>, fits: fn(char) -> bool, most: usize| match value {
            Patch::Value(text) => text.is_empty() || (text.len() <= most && text.chars().all(fits)),
            Patch::Absent | Patch::Null => true,
        };
        if !says(&self.locale, |c| c.is_ascii_alphanumeric() || c == '-', 35) {
            wrong.push("locale", "invalid_value", "a language tag such as en-GB");
        }
        if !says(&self.time_zone, |c| c.is_ascii_alphanumeric() || "/_+-".contains(c), 64) {
            wrong.push("time_zone", "invalid_value", "a time zone such as Europe/Oslo");
        }
        wrong.finish()
    }
}

impl OrganisationPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            name: self.name.map_or(old.name, |n| n.trim().to_owned()),
            currency: self.currency.unwrap_or(old.currency),
            locale: record::text(self.locale.apply(old.locale)),
            time_zone: record::text(self.time_zone.apply(old.time_zone)),
            fiscal_year_start: self.fiscal_year_start.unwrap_or(old.fiscal_year_start),
            trash_days: self.trash_days.unwrap_or(old.trash_days),
        }
    }
}
