//! `/accounts/{id}/hierarchy`: the tree that an account stands in.

use dealwright_access::policy::ReadAccount;
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::AccountId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Hierarchy;

/// The endpoints of trees of accounts.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The tree that an account stands in
///
/// From the topmost account that you may see down, with what each comes to alone and with those below it. What you may not
/// see is neither named nor counted, and what stands below it is not here either.
#[utoipa::path(get, path = "/accounts/{id}/hierarchy", tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = Hierarchy), Problems))]
async fn show(cx: Allow<ReadAccount>, Path(id): Path<AccountId>) -> Result<Json<Hierarchy>> {
    let mut tx = cx.begin().await?;
    let hierarchy = super::hierarchy(&cx, &mut tx, id).await?;
    tx.done(Json(hierarchy)).await
}
