//! `/saved-views`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::ViewId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewSavedView, SavedView, SavedViewPatch, check, store};
use crate::change;
use crate::custom_field::FieldObject;
use crate::selection::reading;

/// The saved views' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(choose))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    object: Option<FieldObject>,
}

/// The views that are for you, by name
#[utoipa::path(get, path = "/saved-views", tag = "views", params(("object" = Option<FieldObject>, Query)), responses((status = 200, body = Page<SavedView>), Problems))]
async fn index(Caller(cx): Caller, Query(of): Query<Of>) -> Result<Json<Page<SavedView>>> {
    let mut tx = cx.begin().await?;
    let views = store::list(&mut tx, cx.actor(), of.object, None).await?;
    tx.done(Json(Page::whole(views))).await
}

/// Save a view
///
/// One for the organisation needs `saved_view.create`.
#[utoipa::path(post, path = "/saved-views", tag = "views", request_body = NewSavedView, responses((status = 201, body = SavedView), Problems))]
async fn create(Caller(cx): Caller, Valid(new): Valid<NewSavedView>) -> Result<Committed<impl IntoResponse>> {
    let object = new.object;
    let mut tx = cx.begin().await?;
    cx.actor().require(reading(object))?;
    let (id, fields) = (ViewId(tx.new_id()), new.fields());
    let team = check(&cx, &mut tx, object, None, &fields).await?;
    store::insert(&mut tx, id, object, cx.actor().user, team, &fields).await?;
    let view = store::find(&mut tx, cx.actor(), id).await?;
    let event = view.event(&tx, "created");
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/saved-views/{id}"))];
    tx.commit((StatusCode::CREATED, etag(view.version), location, Json(view))).await
}

/// One view
#[utoipa::path(get, path = "/saved-views/{id}", tag = "views", params(("id" = ViewId, Path)), responses((status = 200, body = SavedView), Problems))]
async fn get(Caller(cx): Caller, Path(id): Path<ViewId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let view = store::find(&mut tx, cx.actor(), id).await?;
    tx.done((etag(view.version), Json(view))).await
}

fn not_yours(what: &str) -> Error {
    Error::forbidden(
        "forbidden",
        format!("only its owner may {what} this view, or whom a role lets do so for everyone's"),
    )
}

/// Change a view
#[utoipa::path(patch, path = "/saved-views/{id}", tag = "views", params(("id" = ViewId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = SavedViewPatch, responses((status = 200, body = SavedView), Problems))]
async fn update(
    Caller(cx): Caller,
    Path(id): Path<ViewId>,
    if_match: IfMatch,
    Valid(patch): Valid<SavedViewPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, cx.actor(), id).await?;
    if !current.may.update {
        return Err(not_yours("change"));
    }
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    let team = check(&cx, &mut tx, current.object, Some(&current), &new).await?;
    if !store::update(&mut tx, id, version, team, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let view = store::find(&mut tx, cx.actor(), id).await?;
    let event = view.event(&tx, "updated").changes(changes);
    tx.emit(event);
    tx.commit((etag(view.version), Json(view))).await
}

/// Delete a view
#[utoipa::path(delete, path = "/saved-views/{id}", tag = "views", params(("id" = ViewId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(Caller(cx): Caller, Path(id): Path<ViewId>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let view = store::find(&mut tx, cx.actor(), id).await?;
    if !view.may.delete {
        return Err(not_yours("delete"));
    }
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(view.version)).await? {
        return Err(Error::stale(VersionConflict { version: view.version, fields: Vec::new() }));
    }
    let event = view.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What a view is to you.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewChoice {
    /// It stands among your views.
    pinned: bool,
    /// The list begins with it; another that did so no longer does.
    default: bool,
}

/// Pin a view, or begin with it
#[utoipa::path(put, path = "/saved-views/{id}/choice", tag = "views", params(("id" = ViewId, Path)), request_body = ViewChoice, responses((status = 200, body = SavedView), Problems))]
async fn choose(
    Caller(cx): Caller,
    Path(id): Path<ViewId>,
    Json(choice): Json<ViewChoice>,
) -> Result<Committed<Json<SavedView>>> {
    let mut tx = cx.begin().await?;
    let view = store::find(&mut tx, cx.actor(), id).await?;
    store::choose(&mut tx, cx.actor().user, &view, choice.pinned, choice.default).await?;
    tx.commit(Json(SavedView { pinned: choice.pinned, default: choice.default, ..view })).await
}
