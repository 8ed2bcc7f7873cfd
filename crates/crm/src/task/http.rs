//! `/tasks`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateTask, DeleteTask, ReadTask, UpdateTask};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::TaskId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewTask, Task, TaskPatch, list, store, write};
use crate::list::Asked;

/// The tasks' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(restore))
}

/// How lists are filtered, sorted and paged. Filters take several values by commas, and comparisons as
/// `due_date.lte`, `due_date.is_null`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// Up to three of due_date, created_at and updated_at; a leading minus sorts descending. By due date when absent.
    #[param(example = "due_date")]
    sort: Option<String>,
    count: Option<bool>,
    /// `me` or an id.
    assignee_id: Option<String>,
    /// `my_team` or an id.
    team_id: Option<String>,
    /// `open` or `done`.
    #[param(example = "open")]
    status: Option<String>,
    /// `overdue`: late and still open. `today`. `week`: today and the seven days after it.
    #[param(example = "overdue")]
    due: Option<String>,
    /// An opportunity, an account or a contact.
    subject_id: Option<String>,
    opportunity_id: Option<String>,
    account_id: Option<String>,
    contact_id: Option<String>,
    /// `low`, `normal` or `high`.
    priority: Option<String>,
    /// A date, `today`, `+7d`, `this_week`, ….
    due_date: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// List tasks
#[utoipa::path(get, path = "/tasks", tag = "tasks", params(ListParams), responses((status = 200, body = Page<Task>), Problems))]
async fn index(cx: Allow<ReadTask>, Query(asked): Query<Asked>) -> Result<Json<Page<Task>>> {
    let mut tx = cx.begin().await?;
    let query = list::read(asked, cx.actor(), cx.clock().today())?;
    let page = list::page(&cx, &mut tx, &query).await?;
    tx.done(Json(page)).await
}

/// Create a task
#[utoipa::path(post, path = "/tasks", tag = "tasks", request_body = NewTask, responses((status = 201, body = Task), Problems))]
async fn create(cx: Allow<CreateTask>, Valid(new): Valid<NewTask>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let task = write::create(&cx, &mut tx, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/tasks/{}", task.id))];
    tx.commit((StatusCode::CREATED, etag(task.version), location, Json(task))).await
}

/// One task
#[utoipa::path(get, path = "/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = Task), Problems))]
async fn get(cx: Allow<ReadTask>, Path(id): Path<TaskId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let task = store::find(&mut tx, id, false).await?.or_not_found("task")?.allowing(cx.actor());
    tx.done((etag(task.version), Json(task))).await
}

/// Change a task, complete it or open it again
#[utoipa::path(patch, path = "/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = TaskPatch, responses((status = 200, body = Task), Problems))]
async fn update(
    cx: Allow<UpdateTask>,
    Path(id): Path<TaskId>,
    if_match: IfMatch,
    Valid(patch): Valid<TaskPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    tx.commit((etag(written.task.version), Json(written.task))).await
}

/// Put a task into the bin
#[utoipa::path(delete, path = "/tasks/{id}", tag = "tasks", params(("id" = TaskId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(cx: Allow<DeleteTask>, Path(id): Path<TaskId>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Task>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take a task out of the bin
#[utoipa::path(post, path = "/tasks/{id}/restore", tag = "tasks", params(("id" = TaskId, Path)), responses((status = 200, body = Task), Problems))]
async fn restore(cx: Allow<DeleteTask>, Path(id): Path<TaskId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let written = write::restore(&cx, &mut tx, id, None).await?;
    tx.commit((etag(written.task.version), Json(written.task))).await
}
