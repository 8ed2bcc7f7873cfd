//! `/options`: the values of the managed lists.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{CreatePipeline, DeletePipeline, ReadPipeline, UpdatePipeline};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::ChoiceId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Choice, ChoicePatch, ListOrder, NewChoice, store, write};

/// The managed lists' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(order)).routes(routes!(update, delete))
}

/// All values of the managed lists
#[utoipa::path(get, path = "/options", tag = "master data", responses((status = 200, body = Page<Choice>), Problems))]
async fn list(cx: Allow<ReadPipeline>) -> Result<Json<Page<Choice>>> {
    let mut tx = cx.begin().await?;
    let choices = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(choices))).await
}

/// Add a value to a managed list
#[utoipa::path(post, path = "/options", tag = "master data", request_body = NewChoice, responses((status = 201, body = Choice), Problems))]
async fn create(cx: Allow<CreatePipeline>, Valid(new): Valid<NewChoice>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let choice = write::create(&mut tx, new).await?;
    tx.commit((StatusCode::CREATED, etag(choice.version), Json(choice))).await
}

/// Put the values of a list into another order
#[utoipa::path(post, path = "/options/order", tag = "master data", request_body = ListOrder, responses((status = 200, body = Page<Choice>), Problems))]
async fn order(cx: Allow<UpdatePipeline>, Json(order): Json<ListOrder>) -> Result<Committed<Json<Page<Choice>>>> {
    let mut tx = cx.begin().await?;
    let choices = write::order(&mut tx, &order).await?;
    tx.commit(Json(Page::whole(choices))).await
}

/// Change a value: its name, or whether it is offered
#[utoipa::path(patch, path = "/options/{id}", tag = "master data", params(("id" = ChoiceId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ChoicePatch, responses((status = 200, body = Choice), Problems))]
async fn update(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<ChoiceId>,
    if_match: IfMatch,
    Valid(patch): Valid<ChoicePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let choice = write::update(&mut tx, id, version, patch).await?;
    tx.commit((etag(choice.version), Json(choice))).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    replacement_id: Option<ChoiceId>,
}

/// Delete a value, or merge it into another
///
/// The records that have it get the replacement. 409 `in_use` says how many there are when none is named.
#[utoipa::path(delete, path = "/options/{id}", tag = "master data", params(("id" = ChoiceId, Path), ("replacement_id" = Option<ChoiceId>, Query, description = "A value of the same list, which takes its place"),
    ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")), responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeletePipeline>,
    Path(id): Path<ChoiceId>,
    if_match: IfMatch,
    Query(to): Query<Replacement>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::delete(&cx, &mut tx, id, if_match.0, to.replacement_id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
