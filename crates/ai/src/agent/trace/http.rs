//! `/agent-runs/{id}/trace`: what a run did, when, and what it took.

use dealwright_access::Allow;
use dealwright_access::policy::{Needs, ReadGuardrail, UseAgent};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::AgentRunId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Trace, store};
use crate::AssistantState;

/// The endpoint.
pub fn router() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// A run as a trace: its steps and calls of models, with times, tokens and cost
///
/// For its person and for who may read the guardrails; what models were sent and answered is told the latter alone, as the policy
/// keeps it. The ids are those that a collector of OpenTelemetry gets.
#[utoipa::path(get, path = "/agent-runs/{id}/trace", tag = "assistant", params(("id" = AgentRunId, Path)), responses((status = 200, body = Trace), Problems))]
async fn get(cx: Allow<UseAgent>, Path(id): Path<AgentRunId>) -> Result<Json<Trace>> {
    let content = cx.actor().may(ReadGuardrail::PERMISSION);
    let mut tx = cx.begin().await?;
    let trace = store::trace(&mut tx, id, content).await?;
    tx.done(Json(trace)).await
}
