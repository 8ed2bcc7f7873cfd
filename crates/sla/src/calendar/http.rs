//! `/sla-calendars`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateSlaRule, DeleteSlaRule, ReadSlaRule, UpdateSlaRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::SlaCalendarId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewSlaCalendar, SlaCalendar, SlaCalendarPatch, store};
use crate::rule;

/// The endpoints of calendars.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete))
}

async fn find(tx: &mut Tx, id: SlaCalendarId) -> Result<SlaCalendar> {
    store::list(tx, Some(id)).await?.pop().or_not_found("calendar")
}

/// All calendars that service levels can count by
#[utoipa::path(get, path = "/sla-calendars", tag = "service levels", responses((status = 200, body = Page<SlaCalendar>), Problems))]
async fn index(cx: Allow<ReadSlaRule>) -> Result<Json<Page<SlaCalendar>>> {
    let mut tx = cx.begin().await?;
    let calendars = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(calendars))).await
}

/// Create a calendar
#[utoipa::path(post, path = "/sla-calendars", tag = "service levels", request_body = NewSlaCalendar, responses((status = 201, body = SlaCalendar), Problems))]
async fn create(cx: Allow<CreateSlaRule>, Valid(new): Valid<NewSlaCalendar>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let id = SlaCalendarId(tx.new_id());
    store::insert(&mut tx, id, &new.fields()).await?;
    let calendar = find(&mut tx, id).await?;
    let event = calendar.event(&tx, "created");
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/sla-calendars/{id}"))];
    tx.commit((StatusCode::CREATED, etag(calendar.version), location, Json(calendar))).await
}

/// One calendar
#[utoipa::path(get, path = "/sla-calendars/{id}", tag = "service levels", params(("id" = SlaCalendarId, Path)), responses((status = 200, body = SlaCalendar), Problems))]
async fn get(cx: Allow<ReadSlaRule>, Path(id): Path<SlaCalendarId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let calendar = find(&mut tx, id).await?;
    tx.done((etag(calendar.version), Json(calendar))).await
}

/// Change a calendar
///
/// Clocks that run by it are reckoned anew, in the background.
#[utoipa::path(patch, path = "/sla-calendars/{id}", tag = "service levels", params(("id" = SlaCalendarId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = SlaCalendarPatch, responses((status = 200, body = SlaCalendar), Problems))]
async fn update(
    cx: Allow<UpdateSlaRule>,
    Path(id): Path<SlaCalendarId>,
    if_match: IfMatch,
    Valid(patch): Valid<SlaCalendarPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = find(&mut tx, id).await?;
    let old = current.fields();
    let new = patch.apply(&old);
    if current.version != version {
        return Err(stale(current.version, &old, &new));
    }
    let changes = diff(&old, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if !store::update(&mut tx, id, version, &new).await? {
        return Err(stale(version + 1, &old, &new));
    }
    rule::write::replan_by_calendar(&mut tx, id).await?;
    let calendar = find(&mut tx, id).await?;
    let event = calendar.event(&tx, "updated").changes(changes);
    tx.emit(event);
    tx.commit((etag(calendar.version), Json(calendar))).await
}

/// Delete a calendar that no rule counts by
#[utoipa::path(delete, path = "/sla-calendars/{id}", tag = "service levels", params(("id" = SlaCalendarId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<DeleteSlaRule>,
    Path(id): Path<SlaCalendarId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let calendar = find(&mut tx, id).await?;
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(calendar.version)).await? {
        return Err(Error::stale(VersionConflict { version: calendar.version, fields: Vec::new() }));
    }
    let event = calendar.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}
