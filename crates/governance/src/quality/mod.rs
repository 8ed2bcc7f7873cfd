//! How good the assistant is: by day, agent, model, version of a prompt and person, in numbers and never in words.

pub mod compare;
pub mod http;
mod store;

use chrono::NaiveDate;
use dealwright_crm::record::Ref;
use serde::Serialize;
use utoipa::ToSchema;

use compare::Comparison;

/// How runs of one group went. Shares are from 0 to 1, and null where there is nothing to share.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct RunsMeasured {
    pub runs: i64,
    pub failed: i64,
    pub error_rate: Option<f64>,
    /// Sentences that were written out of results.
    pub sentences: i64,
    /// Those of them that no result supported; they were left out of the answer.
    pub unsupported: i64,
    pub hallucination_rate: Option<f64>,
    pub useful: i64,
    pub not_useful: i64,
    pub rated: i64,
    /// From 1 to 5, of the runs that were rated.
    pub rating: Option<f64>,
    /// From a request to its answer.
    pub latency_p50_ms: Option<f64>,
    pub latency_p95_ms: Option<f64>,
    pub tokens: i64,
    /// Of runs whose cost is known, as a decimal in the currency of the price table.
    pub cost: String,
    /// Runs whose cost is not known; they are not in `cost`.
    pub unpriced: i64,
    pub proposals: i64,
    pub approved: i64,
    pub rejected: i64,
    /// Of the proposals that somebody decided on.
    pub acceptance: Option<f64>,
    /// Letters that were drafted.
    pub drafts: i64,
    /// Those of them that were copied, opened in a mail program or logged.
    pub drafts_used: i64,
    pub draft_use: Option<f64>,
}

/// Runs of one group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QualityRow {
    /// The person, for groups by person.
    pub user: Option<Ref>,
    /// The day, the agent, the model (empty for the grammar), or the version of the prompt (empty for none).
    pub key: String,
    #[serde(flatten)]
    pub measured: RunsMeasured,
}

/// All of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Quality {
    /// The first day and the last, in UTC, both whole.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub total: RunsMeasured,
    pub by_day: Vec<QualityRow>,
    pub by_agent: Vec<QualityRow>,
    pub by_model: Vec<QualityRow>,
    pub by_prompt: Vec<QualityRow>,
    pub by_person: Vec<QualityRow>,
    /// Versions of a prompt beside each other.
    pub comparisons: Vec<Comparison>,
}
