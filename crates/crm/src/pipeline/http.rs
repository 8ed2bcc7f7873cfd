//! `/pipelines`.

use axum::extract::FromRef;
use dealwright_access::policy::ReadPipeline;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::{Page, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Pipeline, store};

/// The pipelines' endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(list))
}

/// All pipelines with their stages
#[utoipa::path(get, path = "/pipelines", tag = "master data", responses((status = 200, body = Page<Pipeline>), Problems))]
async fn list(cx: Allow<ReadPipeline>) -> Result<Json<Page<Pipeline>>> {
    let mut tx = cx.begin().await?;
    let pipelines = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(pipelines))).await
}
