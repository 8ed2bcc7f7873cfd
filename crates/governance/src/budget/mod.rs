//! What may be used: requests, tokens and money, by an organisation, a role, a person or each person, in a calendar period (UTC).
//!
//! What a call may use at most is set aside before it and replaced by what it used after it ([`Reservation`]), so that calls at the
//! same time can't exceed a budget together. What was set aside and never settled, since a server was killed, counts as used.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Whom a budget binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetScope)]
pub enum Scope {
    /// Everybody together.
    Organisation,
    /// All who have a role, together.
    Role,
    /// One person.
    Person,
    /// Every person for themselves.
    Each,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetMetric)]
pub enum Metric {
    /// Requests to the assistant, and calls of tools by other programs.
    Requests,
    /// In and out together.
    Tokens,
    /// In the currency of the price table.
    Cost,
}

/// Within what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BudgetPeriod)]
pub enum Period {
    Minute,
    Hour,
    Day,
    Month,
}

macro_rules! word {
    ($($type:ident: $($variant:ident = $word:literal),+;)+) => {$(
        impl $type {
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            fn named(text: &str) -> Result<Self> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(Error::internal(format!("no such word of a budget: {other}"))),
                }
            }
        }
    )+};
}

word! {
    Scope: Organisation = "organisation", Role = "role", Person = "person", Each = "each";
    Metric: Requests = "requests", Tokens = "tokens", Cost = "cost";
    Period: Minute = "minute", Hour = "hour", Day = "day", Month = "month";
}

impl Period {
    /// When the one that began at `starts` ends.
    #[must_use]
    pub fn ends(self, starts: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Minute => starts + chrono::TimeDelta::minutes(1),
            Self::Hour => starts + chrono::TimeDelta::hours(1),
            Self::Day => starts + chrono::TimeDelta::days(1),
            Self::Month => starts.checked_add_months(chrono::Months::new(1)).unwrap_or(starts),
        }
    }
}

/// A budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Budget {
    pub id: Uuid,
    pub scope: Scope,
    pub role: Option<Ref>,
    pub person: Option<Ref>,
    pub metric: Metric,
    pub period: Period,
    /// Requests, tokens, or units of the currency of the prices, as a decimal.
    pub amount: String,
    /// Of it, in the period that it is now; of `each` by whoever used most.
    pub used: String,
    /// When the period ends.
    pub until: DateTime<Utc>,
    pub version: i64,
}

/// A budget that a call would exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub scope: Scope,
    pub metric: Metric,
    pub period: Period,
    pub amount: i64,
    pub used: i64,
    pub starts: DateTime<Utc>,
}

impl Exceeded {
    /// For the person who meets it.
    #[must_use]
    pub fn told(&self) -> String {
        let of = match self.scope {
            Scope::Organisation => "Your organisation's",
            Scope::Role => "Your role's",
            Scope::Person | Scope::Each => "Your",
        };
        let what = match self.metric {
            Metric::Requests => "requests to the assistant",
            Metric::Tokens => "AI tokens",
            Metric::Cost => "AI spending",
        };
        let until = self.period.ends(self.starts).format("%e %b %Y, %H:%M");
        format!(
            "{of} budget of {what} for this {} is used up until {} UTC",
            self.period.as_str(),
            until.to_string().trim()
        )
    }

    /// # Errors
    /// Always: 429 `ai_budget_exceeded`, with when to come back.
    pub fn refuse<T>(&self, now: DateTime<Utc>) -> Result<T> {
        let seconds = (self.period.ends(self.starts) - now).num_seconds().max(1);
        Err(Error::too_many("ai_budget_exceeded", u32::try_from(seconds).unwrap_or(u32::MAX), self.told()))
    }
}

/// Set aside for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation(pub Uuid);

/// That a budget is nearly, or wholly, used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warned {
    pub budget: Uuid,
    pub percent: i64,
}
