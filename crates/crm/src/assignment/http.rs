//! `/assignment-rules`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateRule, DeleteRule, ReadRule, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::AssignmentRuleId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::trial::{self, Told, Trial};
use super::{AssignmentRule, AssignmentRulePatch, NewAssignmentRule, store, write};

/// The endpoints of assignment rules.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(order))
        .routes(routes!(run_trial))
        .routes(routes!(get, update, delete))
}

/// All assignment rules, in their order
#[utoipa::path(get, path = "/assignment-rules", tag = "rules", responses((status = 200, body = Page<AssignmentRule>), Problems))]
async fn index(cx: Allow<ReadRule>) -> Result<Json<Page<AssignmentRule>>> {
    let mut tx = cx.begin().await?;
    let rules = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(rules))).await
}

/// Create an assignment rule
///
/// It stands last. Its condition is checked as a validation rule's is.
#[utoipa::path(post, path = "/assignment-rules", tag = "rules", request_body = NewAssignmentRule, responses((status = 201, body = AssignmentRule), Problems))]
async fn create(cx: Allow<CreateRule>, Valid(new): Valid<NewAssignmentRule>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let rule = write::create(&mut tx, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/assignment-rules/{}", rule.id))];
    tx.commit((StatusCode::CREATED, etag(rule.version), location, Json(rule))).await
}

/// The whole order of the rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignmentOrder {
    #[schema(max_items = 50)]
    ids: Vec<uuid::Uuid>,
}

/// Put the assignment rules into another order
#[utoipa::path(post, path = "/assignment-rules/order", tag = "rules", request_body = AssignmentOrder, responses((status = 200, body = Page<AssignmentRule>), Problems))]
async fn order(
    cx: Allow<UpdateRule>,
    Json(order): Json<AssignmentOrder>,
) -> Result<Committed<Json<Page<AssignmentRule>>>> {
    trial::check_order(&order.ids)?;
    let mut tx = cx.begin().await?;
    let rules = write::order(&mut tx, &order.ids).await?;
    tx.commit(Json(Page::whole(rules))).await
}

/// Try the assignment rules on a lead
///
/// As if it had just arrived: which rule takes it, and who would get it. Nothing is changed, and no turn is taken.
#[utoipa::path(post, path = "/assignment-rules/trial", tag = "rules", request_body = Trial, responses((status = 200, body = Told), Problems))]
async fn run_trial(cx: Allow<ReadRule>, Valid(asked): Valid<Trial>) -> Result<Json<Told>> {
    let mut tx = cx.begin().await?;
    let told = trial::run(&mut tx, asked).await?;
    tx.done(Json(told)).await
}

/// One assignment rule
#[utoipa::path(get, path = "/assignment-rules/{id}", tag = "rules", params(("id" = AssignmentRuleId, Path)), responses((status = 200, body = AssignmentRule), Problems))]
async fn get(cx: Allow<ReadRule>, Path(id): Path<AssignmentRuleId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let rule = store::find(&mut tx, id).await?.or_not_found("assignment rule")?;
    tx.done((etag(rule.version), Json(rule))).await
}

/// Change an assignment rule
///
/// Switching one off always goes, whatever is wrong with it.
#[utoipa::path(patch, path = "/assignment-rules/{id}", tag = "rules", params(("id" = AssignmentRuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = AssignmentRulePatch, responses((status = 200, body = AssignmentRule), Problems))]
async fn update(
    cx: Allow<UpdateRule>,
    Path(id): Path<AssignmentRuleId>,
    if_match: IfMatch,
    Valid(patch): Valid<AssignmentRulePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let rule = write::update(&mut tx, id, version, patch).await?;
    tx.commit((etag(rule.version), Json(rule))).await
}

/// Delete an assignment rule
#[utoipa::path(delete, path = "/assignment-rules/{id}", tag = "rules", params(("id" = AssignmentRuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<DeleteRule>,
    Path(id): Path<AssignmentRuleId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::delete(&mut tx, id, if_match.0).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
