//! What deals can be put in groups by: how a statement says the key, and how a list finds the deals of a group.

use chrono::{DateTime, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use dealwright_access::policy::Object;
use dealwright_crm::list::Field;
use dealwright_crm::opportunity::list::CATALOGUE;
use dealwright_crm::{summary, working_hours};
use dealwright_kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::base::Family;

/// A way to put deals in groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AnalyticsGroup)]
pub enum Group {
    Stage,
    Pipeline,
    Owner,
    Team,
    /// The deal's, or else its account's.
    Region,
    /// The deal's, or else its account's.
    Industry,
    /// Each of a deal's products, with its share of the amount.
    Product,
    Source,
    Type,
    Account,
    LostReason,
    ForecastCategory,
    /// Of the day that a deal was closed; of open ones, that it is expected to be; of the day it was made, for what counts
    /// deals that were made. In the organisation's time zone.
    Month,
    Quarter,
}

impl Group {
    pub const ALL: [Self; 14] = [
        Self::Stage,
        Self::Pipeline,
        Self::Owner,
        Self::Team,
        Self::Region,
        Self::Industry,
        Self::Product,
        Self::Source,
        Self::Type,
        Self::Account,
        Self::LostReason,
        Self::ForecastCategory,
        Self::Month,
        Self::Quarter,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Pipeline => "pipeline",
            Self::Owner => "owner",
            Self::Team => "team",
            Self::Region => "region",
            Self::Industry => "industry",
            Self::Product => "product",
            Self::Source => "source",
            Self::Type => "type",
            Self::Account => "account",
            Self::LostReason => "lost_reason",
            Self::ForecastCategory => "forecast_category",
            Self::Month => "month",
            Self::Quarter => "quarter",
        }
    }

    /// The field of the list that says it; none for products and time.
    #[must_use]
    pub fn field(self) -> Option<&'static Field> {
        CATALOGUE.field(match self {
            Self::Stage => "stage_id",
            Self::Pipeline => "pipeline_id",
            Self::Owner => "owner_id",
            Self::Team => "team_id",
            Self::Region => "region_id",
            Self::Industry => "industry_id",
            Self::Source => "source_id",
            Self::Type => "type_id",
            Self::Account => "account_id",
            Self::LostReason => "lost_reason_id",
            Self::ForecastCategory => "forecast_category",
            Self::Product | Self::Month | Self::Quarter => return None,
        })
    }

    /// The fields that its keys tell.
    #[must_use]
    pub const fn told_by(self) -> &'static [(Object, &'static str)] {
        match self {
            Self::Stage | Self::Pipeline | Self::Owner | Self::Team => &[],
            Self::Account => &[(Object::Opportunity, "account_id")],
            Self::Region => &[(Object::Opportunity, "region_id"), (Object::Account, "region_id")],
            Self::Industry => &[(Object::Opportunity, "industry_id"), (Object::Account, "industry_id")],
            Self::Product => &[(Object::Opportunity, "products")],
            Self::Source => &[(Object::Opportunity, "source_id")],
            Self::Type => &[(Object::Opportunity, "type_id")],
            Self::LostReason => &[(Object::Opportunity, "lost_reason_id")],
            Self::ForecastCategory => &[(Object::Opportunity, "forecast_category")],
            Self::Month | Self::Quarter => &[(Object::Opportunity, "close_date")],
        }
    }

    /// The key in SQL, as text, of a deal `t` with its account `a` and product `l`.
    #[must_use]
    pub fn key(self, family: Family, zone: Tz) -> String {
        let day = || match family {
            Family::Open => "t.close_date".to_owned(),
            Family::Created => format!("(t.created_at at time zone '{}')", zone.name()),
            Family::Won | Family::Lost => format!("(t.closed_at at time zone '{}')", zone.name()),
        };
        match self {
            Self::Stage => "t.stage_id::text".into(),
            Self::Pipeline => "t.pipeline_id::text".into(),
            Self::Owner => "t.owner_id::text".into(),
            Self::Team => "t.team_id::text".into(),
            Self::Region => "coalesce(t.region_id, a.region_id)::text".into(),
            Self::Industry => "coalesce(t.industry_id, a.industry_id)::text".into(),
            Self::Product => "l.product_id::text".into(),
            Self::Source => "t.source_id::text".into(),
            Self::Type => "t.type_id::text".into(),
            Self::Account => "t.account_id::text".into(),
            Self::LostReason => "t.lost_reason_id::text".into(),
            Self::ForecastCategory => "t.forecast_category".into(),
            Self::Month => format!("to_char({}, 'YYYY-MM')", day()),
            Self::Quarter => format!("to_char({}, 'YYYY-\"Q\"Q')", day()),
        }
    }

    /// Whether the key takes the deal's account.
    #[must_use]
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::Region | Self::Industry)
    }

    /// The condition by which a list finds the deals of a key; none where lists know no such condition.
    #[must_use]
    pub fn deals(self, key: Option<&str>, family: Family, zone: Tz) -> Option<Value> {
        match (self, key) {
            (Self::Product, None) => None,
            (Self::Product, Some(key)) => Some(json!({ "field": "product_id", "op": "eq", "value": key })),
            (Self::Month | Self::Quarter, key) => time(key, family, zone),
            (Self::Region | Self::Industry, key) => {
                let own = summary::condition(self.field()?, key);
                let name = self.field()?.name;
                let of_account = match key {
                    Some(key) => json!({ "field": format!("account.{name}"), "op": "eq", "value": key }),
                    None => json!({ "field": format!("account.{name}"), "op": "is_null", "value": true }),
                };
                let inherited = json!({ "and": [{ "field": name, "op": "is_null", "value": true }, of_account] });
                Some(if key.is_some() { json!({ "or": [own, inherited] }) } else { inherited })
            }
            (_, key) => Some(summary::condition(self.field()?, key)),
        }
    }
}

/// The deals of a month or a quarter.
fn time(key: Option<&str>, family: Family, zone: Tz) -> Option<Value> {
    let field = match family {
        Family::Open => "close_date",
        Family::Created => "created_at",
        Family::Won | Family::Lost => "closed_at",
    };
    let Some(key) = key else { return Some(json!({ "field": field, "op": "is_null", "value": true })) };
    let (first, next) = span(key)?;
    if family == Family::Open {
        return Some(json!({ "field": field, "op": "between", "value": [first, next.pred_opt()?] }));
    }
    Some(within(field, midnight(zone, first)?, midnight(zone, next)?))
}

/// The first day of `2026-11` or `2026-Q4`, and of what follows it.
#[must_use]
pub fn span(key: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (year, part) = key.split_once('-')?;
    let (month, months) = match part.strip_prefix('Q') {
        Some(quarter) => (quarter.parse::<u32>().ok()?.checked_sub(1)?.checked_mul(3)?.checked_add(1)?, 3),
        None => (part.parse().ok()?, 1),
    };
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, month, 1)?;
    Some((first, first.checked_add_months(Months::new(months))?))
}

/// The moment at which a day begins.
#[must_use]
pub fn midnight(zone: Tz, day: NaiveDate) -> Option<DateTime<Utc>> {
    working_hours::instant(zone, day, 0)
}

/// The condition of a time from a moment until before another.
#[must_use]
pub fn within(field: &str, begin: DateTime<Utc>, end: DateTime<Utc>) -> Value {
    json!({ "and": [{ "field": field, "op": "gte", "value": begin }, { "field": field, "op": "lt", "value": end }] })
}

impl std::str::FromStr for Group {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|g| g.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Error::unreadable("invalid_query", format!("{text:?} is not one of {known}")).on("group_by")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_quarters_are_their_days() {
        let of = |key: &str| span(key).map(|(a, b)| format!("{a}..{b}"));
        assert_eq!(of("2026-12").as_deref(), Some("2026-12-01..2027-01-01"));
        assert_eq!(of("2026-Q4").as_deref(), Some("2026-10-01..2027-01-01"));
        assert_eq!((of("2026-Q5"), of("2026-13"), of("x")), (None, None, None));
    }

    #[test]
    fn a_region_is_the_deals_or_else_its_accounts() {
        let deals = Group::Region.deals(Some("r"), Family::Won, Tz::UTC).unwrap();
        assert_eq!(
            deals,
            json!({ "or": [{ "field": "region_id", "op": "eq", "value": "r" },
                { "and": [{ "field": "region_id", "op": "is_null", "value": true },
                          { "field": "account.region_id", "op": "eq", "value": "r" }] }] })
        );
    }

    #[test]
    fn days_are_those_of_the_organisation() {
        let deals = Group::Month.deals(Some("2026-07"), Family::Won, Tz::Europe__Berlin).unwrap();
        assert_eq!(deals["and"][0]["value"], json!("2026-06-30T22:00:00Z"));
        let open = Group::Month.deals(Some("2026-07"), Family::Open, Tz::Europe__Berlin).unwrap();
        assert_eq!(open["value"], json!(["2026-07-01", "2026-07-31"]));
    }
}
