//! `/duplicates/sweeps`: requests and handlers.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{Action, Permission, ReadRule, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query, Valid, Validate};
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Sweep};
use crate::duplicate::MatchObject;

/// The endpoints of sweeps.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(last, begin))
}

#[derive(Debug, Deserialize, IntoParams)]
struct Of {
    object: MatchObject,
}

/// What is to be looked through.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewDuplicateSweep)]
#[serde(deny_unknown_fields)]
struct NewSweep {
    object: MatchObject,
}

impl Validate for NewSweep {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// The last look through all there is; none when there was none
#[utoipa::path(get, path = "/duplicates/sweeps", tag = "duplicates", params(Of), responses((status = 200, body = Page<Sweep>), Problems))]
async fn last(cx: Allow<ReadRule>, Query(of): Query<Of>) -> Result<Json<Page<Sweep>>> {
    let mut tx = cx.begin().await?;
    let sweeps = store::last(&mut tx, of.object).await?.into_iter().collect();
    tx.done(Json(Page::whole(sweeps))).await
}

/// Look through all there is for what is there twice
///
/// In the background, through what you may see. One that is running is answered instead of a second.
#[utoipa::path(post, path = "/duplicates/sweeps", tag = "duplicates", request_body = NewSweep, responses((status = 202, body = Sweep), Problems))]
async fn begin(cx: Allow<UpdateRule>, Valid(new): Valid<NewSweep>) -> Result<Committed<impl IntoResponse>> {
    cx.actor().require(Permission::new(new.object.object(), Action::Read))?;
    let mut tx = cx.begin().await?;
    let sweep = super::begin(&cx, &mut tx, new.object).await?;
    tx.commit((StatusCode::ACCEPTED, Json(sweep))).await
}
