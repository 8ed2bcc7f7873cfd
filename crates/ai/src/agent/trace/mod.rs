//! A run as a trace: spans made of what is stored of it, for its page and for a collector.
//!
//! Ids follow from the run's, its steps' and its calls' own, so that a run which goes on after a restart is one trace, and a trace that
//! is sent twice is the same one. [`genai`] says it in OpenTelemetry's words.

mod genai;
pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AgentRunId, ConversationId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::call::{Called, Kept};
use crate::Assistant;

/// What a span stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TraceSpanKind)]
pub enum Kind {
    Run,
    Plan,
    /// A call of a language model.
    Chat,
    /// A call for vectors.
    Embeddings,
    Tool,
    /// A look through what was written.
    Retrieval,
    Review,
}

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TraceSpanStatus)]
pub enum Outcome {
    Running,
    Done,
    Failed,
}

/// What a model was sent after its constant prompt, and what it answered, as far as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TraceContent)]
pub struct Content {
    pub prompt: Option<String>,
    pub reply: Option<String>,
    /// Whether personal data in these was replaced.
    pub redacted: bool,
}

/// A piece of a run's work.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = TraceSpan)]
pub struct Span {
    /// Sixteen hexadecimal digits, as in OpenTelemetry.
    pub id: String,
    pub parent_id: Option<String>,
    pub kind: Kind,
    /// In words for people.
    pub title: String,
    pub started_at: DateTime<Utc>,
    /// Null while it goes on.
    pub ended_at: Option<DateTime<Utc>>,
    pub status: Outcome,
    /// The kind of error, in a word.
    pub error: Option<String>,
    pub tool: Option<String>,
    pub model: Option<String>,
    /// The model that answered, by its own word.
    pub answered_by: Option<String>,
    pub provider: Option<String>,
    pub prompt_version: Option<String>,
    pub first_token_ms: Option<i64>,
    /// How many records a tool found.
    pub result_count: Option<i64>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// In the currency of the price table; null when it is not known.
    pub cost: Option<String>,
    /// For who may read the calls of models.
    pub content: Option<Content>,
}

/// A run, as its trace tells it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RunTrace)]
pub struct Trace {
    /// Thirty-two hexadecimal digits, as in OpenTelemetry.
    pub trace_id: String,
    pub run_id: AgentRunId,
    pub conversation_id: ConversationId,
    /// Under which name it acted.
    pub agent: String,
    pub prompt_version: Option<String>,
    /// Sentences that were written out of results, and those of them that nothing supported.
    pub sentences: Option<i64>,
    pub unsupported: Option<i64>,
    /// The run itself first, then each after what it is a part of.
    pub spans: Vec<Span>,
}

/// The id of a span of this name and number.
fn span_id(of: Uuid, name: &str, n: i32) -> [u8; 8] {
    let mut seed = of.as_bytes().to_vec();
    seed.extend_from_slice(name.as_bytes());
    seed.extend_from_slice(&n.to_be_bytes());
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &seed);
    let mut id = [0; 8];
    id.iter_mut().zip(hash.as_ref()).for_each(|(byte, of)| *byte = *of);
    id
}

/// Sends a run's trace to the collector, if there is one. What keeps it from that is logged: no run fails for it.
pub async fn send(assistant: &Assistant, cx: &Context, run: AgentRunId) {
    let Some(tracing) = assistant.tracing() else { return };
    match whole(cx, run, tracing.content).await {
        Ok(spans) => tracing.traces.send(spans),
        Err(error) => tracing::warn!(%run, %error, "a run's trace could not be made; it is not sent"),
    }
}

async fn whole(cx: &Context, run: AgentRunId, content: bool) -> Result<Vec<dealwright_trace::Span>> {
    let mut tx = cx.begin().await?;
    let trace = store::trace(&mut tx, run, content).await?;
    let said = if content { Some(store::said(&mut tx, run).await?) } else { None };
    tx.done(()).await?;
    Ok(genai::spans(&trace, said.as_ref()))
}

/// Sends a call that belongs to no run, as a trace of its own.
pub fn send_call(assistant: &Assistant, cx: &Context, id: Uuid, called: &Called, kept: &Kept) {
    let Some(tracing) = assistant.tracing() else { return };
    let kept = Some(kept).filter(|_| tracing.content);
    tracing.traces.send(vec![genai::call(id, cx.clock().now(), called, kept)]);
}
