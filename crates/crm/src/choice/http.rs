//! `/options`: the values of the managed lists.

use axum::extract::FromRef;
use dealwright_access::policy::ReadPipeline;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::{Page, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Choice, store};

/// The managed lists' endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(list))
}

/// All values of the managed lists
#[utoipa::path(get, path = "/options", tag = "master data", responses((status = 200, body = Page<Choice>), Problems))]
async fn list(cx: Allow<ReadPipeline>) -> Result<Json<Page<Choice>>> {
    let mut tx = cx.begin().await?;
    let choices = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(choices))).await
}
