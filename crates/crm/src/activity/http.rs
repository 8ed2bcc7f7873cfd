//! `/activities`: requests, responses and handlers. Lists of them are timelines.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateActivity, ReadActivity};
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, etag};
use dealwright_kernel::id::ActivityId;
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Activity, NewActivity, store};
use crate::task::about::About;

/// The activities' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get))
}

/// Log a note, a call, an e-mail or a meeting
#[utoipa::path(post, path = "/activities", tag = "activities", request_body = NewActivity, responses((status = 201, body = Activity), Problems))]
async fn create(cx: Allow<CreateActivity>, Valid(new): Valid<NewActivity>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let id = ActivityId(tx.new_id());
    new.records().check(&mut tx, About::default()).await?;
    store::insert(&mut tx, id, cx.actor().user, new).await?;
    let activity = store::find(&mut tx, id).await?.or_not_found("activity")?;
    let event = activity.logged(&tx);
    let event = activity.records().stand_on(&mut tx, event).await?;
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/activities/{id}"))];
    tx.commit((StatusCode::CREATED, etag(activity.version), location, Json(activity))).await
}

/// One activity
#[utoipa::path(get, path = "/activities/{id}", tag = "activities", params(("id" = ActivityId, Path)), responses((status = 200, body = Activity), Problems))]
async fn get(cx: Allow<ReadActivity>, Path(id): Path<ActivityId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let activity = store::find(&mut tx, id).await?.or_not_found("activity")?;
    tx.done((etag(activity.version), Json(activity))).await
}
