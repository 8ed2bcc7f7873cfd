//! `/pipelines` and `/stages`.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{CreatePipeline, DeletePipeline, ReadPipeline, UpdatePipeline};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::{PipelineId, StageId};
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewPipeline, NewStage, Pipeline, PipelinePatch, Stage, StagePatch, store, write};
use crate::order::Order;

/// The pipelines' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(order))
        .routes(routes!(update, delete))
        .routes(routes!(order_stages))
        .routes(routes!(add_stage))
        .routes(routes!(update_stage, delete_stage))
}

/// All pipelines with their stages
///
/// Those that the caller may put deals into come first.
#[utoipa::path(get, path = "/pipelines", tag = "master data", responses((status = 200, body = Page<Pipeline>), Problems))]
async fn list(cx: Allow<ReadPipeline>) -> Result<Json<Page<Pipeline>>> {
    let mut tx = cx.begin().await?;
    let pipelines = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(pipelines))).await
}

/// Create a pipeline
#[utoipa::path(post, path = "/pipelines", tag = "master data", request_body = NewPipeline, responses((status = 201, body = Pipeline), Problems))]
async fn create(cx: Allow<CreatePipeline>, Valid(new): Valid<NewPipeline>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let pipeline = write::create(&mut tx, new).await?;
    tx.commit((StatusCode::CREATED, etag(pipeline.version), Json(pipeline))).await
}

/// Put the pipelines into another order
#[utoipa::path(post, path = "/pipelines/order", tag = "master data", request_body = Order, responses((status = 200, body = Page<Pipeline>), Problems))]
async fn order(cx: Allow<UpdatePipeline>, Json(order): Json<Order>) -> Result<Committed<Json<Page<Pipeline>>>> {
    let mut tx = cx.begin().await?;
    write::order(&mut tx, &order.ids).await?;
    let pipelines = store::list(&mut tx).await?;
    tx.commit(Json(Page::whole(pipelines))).await
}

/// Change a pipeline: its name, its teams, whether it is archived
#[utoipa::path(patch, path = "/pipelines/{id}", tag = "master data", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = PipelinePatch, responses((status = 200, body = Pipeline), Problems))]
async fn update(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
    Valid(patch): Valid<PipelinePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let pipeline = write::update(&mut tx, id, version, patch).await?;
    tx.commit((etag(pipeline.version), Json(pipeline))).await
}

/// Delete a pipeline that no deal is in
#[utoipa::path(delete, path = "/pipelines/{id}", tag = "master data", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeletePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::delete(&mut tx, id, if_match.0).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Put the stages of a pipeline into another order
#[utoipa::path(post, path = "/pipelines/{id}/order", tag = "master data", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The pipeline's version that was read, in quotes")),
    request_body = Order, responses((status = 200, body = Pipeline), Problems))]
async fn order_stages(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
    Json(order): Json<Order>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(order.version)?;
    let mut tx = cx.begin().await?;
    let pipeline = write::order_stages(&mut tx, id, &order, version).await?;
    tx.commit((etag(pipeline.version), Json(pipeline))).await
}

/// Add a stage to a pipeline
#[utoipa::path(post, path = "/pipelines/{id}/stages", tag = "master data", params(("id" = PipelineId, Path)), request_body = NewStage, responses((status = 201, body = Stage), Problems))]
async fn add_stage(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    Valid(new): Valid<NewStage>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let stage = write::add_stage(&mut tx, id, new).await?;
    tx.commit((StatusCode::CREATED, etag(stage.version), Json(stage))).await
}

/// Change a stage
///
/// With another probability, `open_deals` says what becomes of open deals that have the old one; 409
/// `open_deals_undecided` asks for it, and says how many there are.
#[utoipa::path(patch, path = "/stages/{id}", tag = "master data", params(("id" = StageId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = StagePatch, responses((status = 200, body = Stage), Problems))]
async fn update_stage(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<StageId>,
    if_match: IfMatch,
    Valid(patch): Valid<StagePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let stage = write::update_stage(&cx, &mut tx, id, version, patch).await?;
    tx.commit((etag(stage.version), Json(stage))).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    replacement_id: Option<StageId>,
}

/// Delete a stage; its deals move to the replacement
///
/// 409 `in_use` says how many deals are in it when no replacement is named.
#[utoipa::path(delete, path = "/stages/{id}", tag = "master data", params(("id" = StageId, Path), ("replacement_id" = Option<StageId>, Query, description = "A stage of the same kind, which gets the deals"),
    ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")), responses((status = 204, description = "Gone"), Problems))]
async fn delete_stage(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<StageId>,
    if_match: IfMatch,
    Query(to): Query<Replacement>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::delete_stage(&cx, &mut tx, id, if_match.0, to.replacement_id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
