//! `/activities`: requests, responses and handlers. Lists of them are timelines.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateActivity, DeleteActivity, ReadActivity, UpdateActivity};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::ActivityId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Activity, ActivityPatch, NewActivity, mention, reaction, store, write};
use crate::timeline::{Entry, http as pages, look::Of};

/// The activities' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get, update, delete))
        .routes(routes!(restore))
        .routes(routes!(history))
        .merge(mention::router())
        .merge(reaction::router())
}

/// Log a note, a call, an e-mail or a meeting
#[utoipa::path(post, path = "/activities", tag = "activities", request_body = NewActivity, responses((status = 201, body = Activity), Problems))]
async fn create(cx: Allow<CreateActivity>, Valid(new): Valid<NewActivity>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let activity = write::create(&cx, &mut tx, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/activities/{}", activity.id))];
    tx.commit((StatusCode::CREATED, etag(activity.version), location, Json(activity))).await
}

/// One activity
#[utoipa::path(get, path = "/activities/{id}", tag = "activities", params(("id" = ActivityId, Path)), responses((status = 200, body = Activity), Problems))]
async fn get(cx: Allow<ReadActivity>, Path(id): Path<ActivityId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let activity = store::find(&mut tx, id, false).await?.or_not_found("activity")?.allowing(cx.actor());
    tx.done((etag(activity.version), Json(activity))).await
}

/// Put an activity right
///
/// By its owner, by whom their roles let update it, and by who may update what it is about.
#[utoipa::path(patch, path = "/activities/{id}", tag = "activities", params(("id" = ActivityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ActivityPatch, responses((status = 200, body = Activity), Problems))]
async fn update(
    cx: Allow<UpdateActivity>,
    Path(id): Path<ActivityId>,
    if_match: IfMatch,
    Valid(patch): Valid<ActivityPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    tx.commit((etag(written.activity.version), Json(written.activity))).await
}

/// Put an activity into the bin, and off the timelines
#[utoipa::path(delete, path = "/activities/{id}", tag = "activities", params(("id" = ActivityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(
    cx: Allow<DeleteActivity>,
    Path(id): Path<ActivityId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Activity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take an activity out of the bin
#[utoipa::path(post, path = "/activities/{id}/restore", tag = "activities", params(("id" = ActivityId, Path)), responses((status = 200, body = Activity), Problems))]
async fn restore(cx: Allow<DeleteActivity>, Path(id): Path<ActivityId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let written = write::restore(&cx, &mut tx, id, None).await?;
    tx.commit((etag(written.activity.version), Json(written.activity))).await
}

/// What was changed of an activity, the last first
#[utoipa::path(get, path = "/activities/{id}/history", tag = "activities", params(("id" = ActivityId, Path), pages::Params), responses((status = 200, body = Page<Entry>), Problems))]
async fn history(
    cx: Allow<ReadActivity>,
    Path(id): Path<ActivityId>,
    Query(params): Query<pages::Params>,
) -> Result<Json<Page<Entry>>> {
    pages::page(cx, Of::Activity(id.0), params).await
}
