//! `/trash`: what was deleted.

use axum::http::StatusCode;
use dealwright_access::context::Caller;
use dealwright_access::policy::UpdateOrganisation;
use dealwright_access::{Access, Allow, ScopeLevel};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{TrashItem, TrashObject, store};
use crate::file::FileParent;

/// The trash's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(purge))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// Of one kind only.
    #[param(value_type = Option<TrashObject>)]
    object: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// What was deleted, by whom, and how long it can be restored
///
/// Of the objects that the caller may delete, as far as they see the records; the last deleted first.
#[utoipa::path(get, path = "/trash", tag = "trash", params(Params), responses((status = 200, body = Page<TrashItem>), Problems))]
async fn index(Caller(cx): Caller, Query(params): Query<Params>) -> Result<Json<Page<TrashItem>>> {
    let limit = params.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit"));
    }
    let asked = params.object.map(|object| object.parse::<TrashObject>()).transpose()?;
    let parents = [FileParent::Opportunity, FileParent::Account, FileParent::Contact, FileParent::Lead];
    // Of each object but files all are the same.
    let may = |object: &TrashObject| {
        parents.iter().any(|on| cx.actor().scope(object.permission(Some(*on))) != ScopeLevel::None)
    };
    let objects: Vec<TrashObject> =
        TrashObject::ALL.into_iter().filter(|o| asked.is_none_or(|asked| asked == *o) && may(o)).collect();
    if objects.is_empty() {
        return Err(Error::forbidden("forbidden", "your roles let you delete nothing of this"));
    }
    let mut tx = cx.begin().await?;
    let page = store::page(&mut tx, cx.actor(), &objects, limit, params.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// Take a record out of the trash for good
///
/// For administrators. Nothing brings it back; the audit log keeps that it was there.
#[utoipa::path(delete, path = "/trash/{object}/{id}", tag = "trash", params(("object" = TrashObject, Path), ("id" = Uuid, Path)),
    responses((status = 204, description = "Gone for good"), Problems))]
async fn purge(
    cx: Allow<UpdateOrganisation>,
    Path((object, id)): Path<(String, Uuid)>,
) -> Result<Committed<StatusCode>> {
    let object = object.parse().map_err(|_| Error::not_found("record"))?;
    let mut tx = cx.begin().await?;
    super::purge(&cx, &mut tx, object, id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
