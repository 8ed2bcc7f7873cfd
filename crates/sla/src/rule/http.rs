//! `/sla-rules`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateSlaRule, DeleteSlaRule, ReadSlaRule, UpdateSlaRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::SlaRuleId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewSlaRule, SlaRule, SlaRulePatch, store, write};

/// The endpoints of rules.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete))
}

/// All rules for service levels
#[utoipa::path(get, path = "/sla-rules", tag = "service levels", responses((status = 200, body = Page<SlaRule>), Problems))]
async fn index(cx: Allow<ReadSlaRule>) -> Result<Json<Page<SlaRule>>> {
    let mut tx = cx.begin().await?;
    let rules = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(rules))).await
}

/// Create a rule
///
/// It counts from now on: the clocks of the records that are open begin with it, in the background.
#[utoipa::path(post, path = "/sla-rules", tag = "service levels", request_body = NewSlaRule, responses((status = 201, body = SlaRule), Problems))]
async fn create(cx: Allow<CreateSlaRule>, Valid(new): Valid<NewSlaRule>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let rule = write::create(&cx, &mut tx, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/sla-rules/{}", rule.id))];
    tx.commit((StatusCode::CREATED, etag(rule.version), location, Json(rule))).await
}

/// One rule
#[utoipa::path(get, path = "/sla-rules/{id}", tag = "service levels", params(("id" = SlaRuleId, Path)), responses((status = 200, body = SlaRule), Problems))]
async fn get(cx: Allow<ReadSlaRule>, Path(id): Path<SlaRuleId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let rule = write::find(&mut tx, id).await?;
    tx.done((etag(rule.version), Json(rule))).await
}

/// Change a rule
///
/// Its clocks are reckoned anew, in the background. What has been breached stays so. Switching one off always goes.
#[utoipa::path(patch, path = "/sla-rules/{id}", tag = "service levels", params(("id" = SlaRuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = SlaRulePatch, responses((status = 200, body = SlaRule), Problems))]
async fn update(
    cx: Allow<UpdateSlaRule>,
    Path(id): Path<SlaRuleId>,
    if_match: IfMatch,
    Valid(patch): Valid<SlaRulePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let rule = write::update(&cx, &mut tx, id, version, patch).await?;
    tx.commit((etag(rule.version), Json(rule))).await
}

/// Delete a rule
///
/// Its clocks stop; what it has counted stays on the dashboard.
#[utoipa::path(delete, path = "/sla-rules/{id}", tag = "service levels", params(("id" = SlaRuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<DeleteSlaRule>,
    Path(id): Path<SlaRuleId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::delete(&mut tx, id, if_match.0).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
