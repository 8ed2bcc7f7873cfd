//! `/configuration`.

use axum::response::{IntoResponse, Response};
use dealwright_access::policy::{ReadOrganisation, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query, Valid};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Configuration, Report, apply, export};

/// The configuration's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(get, post))
}

/// The organisation's configuration as a file
#[utoipa::path(get, path = "/configuration", tag = "master data", responses((status = 200, body = Configuration), Problems))]
async fn get(cx: Allow<ReadOrganisation>) -> Result<Json<Configuration>> {
    let mut tx = cx.begin().await?;
    let file = export(&cx, &mut tx).await?;
    tx.done(Json(file)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    #[serde(default)]
    dry_run: bool,
}

/// Read a configuration file in: all of it or nothing
///
/// Adds what is not there and changes what differs, by name; what the file does not name stays.
#[utoipa::path(post, path = "/configuration", tag = "master data", params(("dry_run" = Option<bool>, Query, description = "Only say what would happen")),
    request_body = Configuration, responses((status = 200, body = Report), Problems))]
async fn post(
    cx: Allow<UpdateOrganisation>,
    Query(how): Query<How>,
    Valid(file): Valid<Configuration>,
) -> Result<Response> {
    // Roles hand out rights.
    let (cx, mut tx) = cx.begin_fresh().await?;
    let report = Report { dry_run: how.dry_run, ..apply(&cx, &mut tx, file).await? };
    if how.dry_run {
        tx.rollback().await?;
        return Ok(Json(report).into_response());
    }
    Ok(tx.commit(Json(report)).await?.into_response())
}
