//! `/task-templates`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreatePipeline, DeletePipeline, ReadTask, UpdatePipeline};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::TaskTemplateId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewTaskTemplate, TaskTemplate, TaskTemplatePatch, store};
use crate::change;

/// The templates' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(update, delete))
}

/// One template.
///
/// # Errors
/// 404.
pub(crate) async fn find(tx: &mut Tx, id: TaskTemplateId) -> Result<TaskTemplate> {
    store::list(tx, Some(id)).await?.into_iter().next().or_not_found("task template")
}

/// All task templates, by name
#[utoipa::path(get, path = "/task-templates", tag = "tasks", responses((status = 200, body = Page<TaskTemplate>), Problems))]
async fn index(cx: Allow<ReadTask>) -> Result<Json<Page<TaskTemplate>>> {
    let mut tx = cx.begin().await?;
    let templates = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(templates))).await
}

/// Create a task template
#[utoipa::path(post, path = "/task-templates", tag = "tasks", request_body = NewTaskTemplate, responses((status = 201, body = TaskTemplate), Problems))]
async fn create(cx: Allow<CreatePipeline>, Valid(new): Valid<NewTaskTemplate>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let id = TaskTemplateId(tx.new_id());
    store::insert(&mut tx, id, &new.fields()).await?;
    let template = find(&mut tx, id).await?;
    let event = template.event(&tx, "created");
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/task-templates/{id}"))];
    tx.commit((StatusCode::CREATED, etag(template.version), location, Json(template))).await
}

/// Change a task template
///
/// Tasks that were made from it stay as they are.
#[utoipa::path(patch, path = "/task-templates/{id}", tag = "tasks", params(("id" = TaskTemplateId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = TaskTemplatePatch, responses((status = 200, body = TaskTemplate), Problems))]
async fn update(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<TaskTemplateId>,
    if_match: IfMatch,
    Valid(patch): Valid<TaskTemplatePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = find(&mut tx, id).await?;
    let new = patch.apply(current.fields.clone());
    if current.version != version {
        return Err(change::stale(current.version, &current.fields, &new));
    }
    new.check()?;
    let changes = change::diff(&current.fields, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if !store::update(&mut tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let template = find(&mut tx, id).await?;
    let event = template.event(&tx, "updated").changes(changes);
    tx.emit(event);
    tx.commit((etag(template.version), Json(template))).await
}

/// Delete a task template
///
/// Tasks that were made from it stay.
#[utoipa::path(delete, path = "/task-templates/{id}", tag = "tasks", params(("id" = TaskTemplateId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeletePipeline>,
    Path(id): Path<TaskTemplateId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let template = find(&mut tx, id).await?;
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(template.version)).await? {
        return Err(Error::stale(VersionConflict { version: template.version, fields: Vec::new() }));
    }
    let event = template.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}
