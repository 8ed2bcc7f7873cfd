//! What the assistant used, and how good it was: in numbers, never in words.

pub mod http;
mod store;

use chrono::NaiveDate;
use dealwright_crm::record::Ref;
use serde::Serialize;
use utoipa::ToSchema;

/// What calls of models took.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct CallsUsed {
    pub calls: i64,
    pub failed: i64,
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// Of the calls whose price is known, as a decimal in the currency of the price table.
    pub cost: String,
    /// Calls whose price is not known; they are not in `cost`.
    pub unpriced: i64,
    pub latency_p50_ms: Option<f64>,
    pub latency_p95_ms: Option<f64>,
}

/// Calls of one group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UsageRow {
    /// The person, for groups by person.
    pub user: Option<Ref>,
    /// The model, the purpose or the day.
    pub key: String,
    #[serde(flatten)]
    pub used: CallsUsed,
}

/// How runs went.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct RunsQuality {
    pub runs: i64,
    /// Planned by a model; the others by the grammar, or called by programs.
    pub by_model: i64,
    pub failed: i64,
    pub useful: i64,
    pub not_useful: i64,
    pub rated: i64,
    /// From 1 to 5, of the runs that were rated; null without any.
    pub rating: Option<f64>,
    /// Sentences that were left out of answers, since nothing supported them.
    pub left_out: i64,
    /// Per hundred runs that ended with an answer.
    pub left_out_per_100: Option<f64>,
}

/// What became of proposals.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ProposalsAccepted {
    pub made: i64,
    pub approved: i64,
    pub rejected: i64,
    pub waiting: i64,
    /// Stale, failed or expired.
    pub lapsed: i64,
    /// Of those that somebody decided on, from 0 to 1; null without any.
    pub acceptance: Option<f64>,
}

/// A person's share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonUsage {
    pub user: Option<Ref>,
    pub runs: RunsQuality,
    pub proposals: ProposalsAccepted,
}

/// All of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Usage {
    /// The first day and the last, in UTC, both whole.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub total: CallsUsed,
    pub by_person: Vec<UsageRow>,
    pub by_model: Vec<UsageRow>,
    pub by_purpose: Vec<UsageRow>,
    pub by_day: Vec<UsageRow>,
    pub runs: RunsQuality,
    pub proposals: ProposalsAccepted,
    pub people: Vec<PersonUsage>,
}

/// A share, or a mean; null of nothing.
pub(crate) fn ratio(part: i64, whole: i64) -> Option<f64> {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let of = (whole > 0).then(|| part as f64 / whole as f64);
    of
}
