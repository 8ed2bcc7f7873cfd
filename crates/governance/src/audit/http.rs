//! `/model-calls`: what models were asked.

use dealwright_access::Allow;
use dealwright_access::policy::ReadGuardrail;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::ModelCall;
use super::store::{self, Wanted};
use crate::GovernanceState;

/// The endpoint.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(index))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct CallParams {
    /// For whom.
    user_id: Option<Uuid>,
    #[param(max_length = 200)]
    model: Option<String>,
    /// Only those that failed, or only those that did not.
    failed: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// List the calls of language models, newest first
#[utoipa::path(get, path = "/model-calls", tag = "governance", params(CallParams), responses((status = 200, body = Page<ModelCall>), Problems))]
async fn index(cx: Allow<ReadGuardrail>, Query(asked): Query<CallParams>) -> Result<Json<Page<ModelCall>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid_query", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit"));
    }
    let mut tx = cx.begin().await?;
    let wanted = Wanted { user: asked.user_id, model: asked.model, failed: asked.failed };
    let page = store::page(&mut tx, &wanted, limit, asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}
