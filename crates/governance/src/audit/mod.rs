//! What models were asked: every call, by whom, what it took, and, for as long as the policy keeps it, what was sent and answered.

pub mod http;
pub mod retention;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::id::AgentRunId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A call of a model, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelCall {
    pub id: Uuid,
    pub run_id: Option<AgentRunId>,
    pub user: Option<Ref>,
    /// `plan`, `filter`, `embed` or `replay`.
    pub purpose: String,
    pub model: String,
    /// Whether the model runs on this machine.
    pub local: bool,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub first_token_ms: Option<i64>,
    pub latency_ms: i64,
    /// In the currency of the price table; null when the model's price is not known.
    pub cost: Option<String>,
    pub error: Option<String>,
    /// Which constant prompt it was sent first.
    pub prompt_version: Option<String>,
    /// What it was sent after that; null when it is not kept, or not any more.
    pub prompt: Option<String>,
    pub reply: Option<String>,
    /// Whether personal data in these two was replaced.
    pub redacted: bool,
    pub at: DateTime<Utc>,
}
