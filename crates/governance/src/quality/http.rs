//! `/ai/quality`: how good the assistant is.

use dealwright_access::Allow;
use dealwright_access::policy::ReadGuardrail;
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Quality, store};
use crate::GovernanceState;
use crate::usage::http::Days;

/// The endpoint.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(quality))
}

/// How good the assistant is
///
/// Runs, errors, latency, cost, ratings, proposals accepted, drafts used and sentences without a source, by day, agent, model, version of the
/// prompt and person; and versions of prompts beside each other. Numbers only: what people asked stays theirs.
#[utoipa::path(get, path = "/ai/quality", tag = "governance", params(Days), responses((status = 200, body = Quality), Problems))]
async fn quality(cx: Allow<ReadGuardrail>, Query(asked): Query<Days>) -> Result<Json<Quality>> {
    let (from, to, until) = asked.checked(cx.clock().now().date_naive())?;
    let mut tx = cx.begin().await?;
    let quality = store::quality(&mut tx, from, to, until).await?;
    tx.done(Json(quality)).await
}
