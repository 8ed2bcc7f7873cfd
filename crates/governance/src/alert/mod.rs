//! Tells the administrators when the assistant gets worse, slower or dearer, and when budgets run out.
//!
//! A rule measures something over a window and has a threshold. From when it is reached until it is not any more is an episode, which
//! is told once: to who may change the guardrails, and of a person's own budget to that person. [`job`] looks each minute, on whichever
//! server; the episodes are rows, so that no restart tells of one again.

pub mod http;
pub mod job;
mod store;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertKind)]
pub enum Kind {
    /// Runs that failed, in percent of all; of five or more.
    ErrorRate,
    /// Sentences that nothing supported, in percent of all that were written; of twenty or more.
    HallucinationRate,
    /// How long the slowest twentieth of runs took at least, in seconds; of five or more.
    LatencyP95,
    /// What calls of models cost in the last 24 hours, in the currency of the price table.
    CostPerDay,
    /// A budget of an hour, a day or a month that is nearly used up, in percent.
    #[serde(rename = "budget_80")]
    Budget80,
    /// One that is used up.
    #[serde(rename = "budget_100")]
    Budget100,
}

impl Kind {
    pub const ALL: [Self; 6] =
        [Self::ErrorRate, Self::HallucinationRate, Self::LatencyP95, Self::CostPerDay, Self::Budget80, Self::Budget100];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ErrorRate => "error_rate",
            Self::HallucinationRate => "hallucination_rate",
            Self::LatencyP95 => "latency_p95",
            Self::CostPerDay => "cost_per_day",
            Self::Budget80 => "budget_80",
            Self::Budget100 => "budget_100",
        }
    }

    fn named(text: &str) -> Result<Self> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| Error::internal(format!("no such kind of an alert: {text}")))
    }

    /// Whether a window can be set: budgets have their period, and a day is a day.
    const fn has_window(self) -> bool {
        matches!(self, Self::ErrorRate | Self::HallucinationRate | Self::LatencyP95)
    }

    /// The thresholds that make sense.
    const fn range(self) -> (f64, f64) {
        match self {
            Self::ErrorRate | Self::HallucinationRate => (0.1, 100.0),
            Self::LatencyP95 => (0.1, 3600.0),
            Self::CostPerDay => (0.000_001, 1_000_000_000.0),
            Self::Budget80 => (1.0, 99.0),
            Self::Budget100 => (100.0, 100.0),
        }
    }

    /// An episode in words. `of` says which budget it is.
    fn told(self, value: f64, threshold: f64, of: Option<&str>) -> String {
        match self {
            Self::ErrorRate => format!("{value:.0} % of the assistant's runs fail (from {threshold:.0} %)"),
            Self::HallucinationRate => {
                format!("{value:.0} % of the assistant's sentences have no source (from {threshold:.0} %)")
            }
            Self::LatencyP95 => format!("The slowest runs of the assistant take {value:.0} s (from {threshold:.0} s)"),
            Self::CostPerDay => format!("AI has cost {value:.2} in 24 hours (from {threshold:.2})"),
            Self::Budget80 => format!("{value:.0} % of {} is used", of.unwrap_or("an AI budget")),
            Self::Budget100 => format!("{} is used up", of.unwrap_or("an AI budget")),
        }
    }
}

/// From when on the administrators are told.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AlertRule)]
pub struct Rule {
    pub kind: Kind,
    pub active: bool,
    /// Percent, seconds, or units of the currency of the price table.
    pub threshold: f64,
    /// Over how many minutes it is measured; 0 where it has a period of its own.
    pub window_minutes: i64,
    /// 0 until somebody has changed it.
    pub version: i64,
}

/// From when a threshold was reached until it was not any more.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = AlertEpisode)]
pub struct Episode {
    pub id: Uuid,
    pub kind: Kind,
    /// In words.
    pub name: String,
    /// Whose budget it is, if it is one person's.
    pub person: Option<Ref>,
    /// What was measured last.
    pub value: f64,
    pub threshold: f64,
    pub began_at: DateTime<Utc>,
    /// Null while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
}
