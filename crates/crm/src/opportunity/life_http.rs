//! `/opportunities/{id}/…`: what else can happen to a deal than that it is changed: reopened, copied, archived.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateOpportunity, ReadOpportunity, UpdateOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::OpportunityId;
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::closing::{self, EarlierClose, Reopening};
use super::copying::{self, CloneRequest};
use super::http::Moved;
use super::write::Written;
use super::{Opportunity, store, write};
use crate::custom_field;

/// The endpoints of a deal's life.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(reopen))
        .routes(routes!(closes))
        .routes(routes!(copy))
        .routes(routes!(archive, unarchive))
}

/// Open a closed opportunity again
///
/// It goes back to the open stage that it was in last, or to another one. What the close said stays in its history.
#[utoipa::path(post, path = "/opportunities/{id}/reopening", tag = "opportunities", params(("id" = OpportunityId, Path)), request_body = Reopening, responses((status = 200, body = Moved), Problems))]
async fn reopen(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
    Valid(body): Valid<Reopening>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let written = closing::reopen(&cx, &mut tx, permit, version, body).await?;
    moved(&cx, tx, written).await
}

async fn moved(cx: &Context, mut tx: Tx, mut written: Written) -> Result<Committed<impl IntoResponse + use<>>> {
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.opportunity]).await?;
    let version = written.opportunity.version;
    tx.commit((etag(version), Json(Moved { opportunity: written.opportunity, event_id: written.event }))).await
}

/// How an opportunity was closed before it was opened again
#[utoipa::path(get, path = "/opportunities/{id}/earlier-closes", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Page<EarlierClose>), Problems))]
async fn closes(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<Json<Page<EarlierClose>>> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let closes = closing::earlier(&cx, &mut tx, id).await?;
    tx.done(Json(Page::whole(closes))).await
}

/// Copy an opportunity
///
/// The copy begins at the start of the pipeline and is the caller's. Fields that the caller may not see or write stay behind.
#[utoipa::path(post, path = "/opportunities/{id}/clone", tag = "opportunities", params(("id" = OpportunityId, Path)), request_body = CloneRequest, responses((status = 201, body = Opportunity), Problems))]
async fn copy(
    cx: Allow<CreateOpportunity>,
    Path(id): Path<OpportunityId>,
    Valid(request): Valid<CloneRequest>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let from = store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let mut made = copying::copy(&cx, &mut tx, from, request).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut made]).await?;
    let location = [(header::LOCATION, format!("/api/v1/opportunities/{}", made.id))];
    tx.commit((StatusCode::CREATED, etag(made.version), location, Json(made))).await
}

/// Archive an opportunity
///
/// It is kept out of lists, boards and totals unless they are asked for it, and otherwise stays as it is.
#[utoipa::path(put, path = "/opportunities/{id}/archive", tag = "opportunities", params(("id" = OpportunityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Moved), Problems))]
async fn archive(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    set_archived(cx, id, if_match, true).await
}

/// Bring an opportunity back from the archive
#[utoipa::path(delete, path = "/opportunities/{id}/archive", tag = "opportunities", params(("id" = OpportunityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Moved), Problems))]
async fn unarchive(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    set_archived(cx, id, if_match, false).await
}

async fn set_archived(
    cx: Allow<UpdateOpportunity>,
    id: OpportunityId,
    if_match: IfMatch,
    archived: bool,
) -> Result<Committed<impl IntoResponse + use<>>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    let written = write::archive(&cx, &mut tx, permit, version, archived, None).await?;
    moved(&cx, tx, written).await
}
