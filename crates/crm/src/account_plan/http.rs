//! `/accounts/{id}/plans`: what one means to reach at an account.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{ReadAccount, UpdateAccount};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::{AccountId, AccountPlanId};
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::input::AccountPlanInput;
use super::{AccountPlan, shown, store, write};
use crate::account::{self, Account};

/// The endpoints of plans.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete))
}

/// The plans for an account
///
/// The last period first, each with how far it has come by the deals that you may see.
#[utoipa::path(get, path = "/accounts/{id}/plans", tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = Page<AccountPlan>), Problems))]
async fn index(cx: Allow<ReadAccount>, Path(id): Path<AccountId>) -> Result<Json<Page<AccountPlan>>> {
    let mut tx = cx.begin().await?;
    account::store::find(&mut tx, id, false).await?.or_not_found("account")?;
    let plans = store::plans(&mut tx, id, None, false).await?;
    let mut items = Vec::with_capacity(plans.len());
    for plan in plans {
        items.push(shown(&cx, &mut tx, plan).await?);
    }
    tx.done(Json(Page::whole(items))).await
}

/// Make a plan for an account
#[utoipa::path(post, path = "/accounts/{id}/plans", tag = "accounts", params(("id" = AccountId, Path)), request_body = AccountPlanInput, responses((status = 201, body = AccountPlan), Problems))]
async fn create(
    cx: Allow<UpdateAccount>,
    Path(id): Path<AccountId>,
    Valid(new): Valid<AccountPlanInput>,
) -> Result<Committed<impl IntoResponse>> {
    write::check_targets(&cx, &new)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Account>(&mut tx, id).await?;
    let plan = write::create(&cx, &mut tx, &permit, new).await?;
    let plan = shown(&cx, &mut tx, plan).await?;
    let location = [(header::LOCATION, format!("/api/v1/accounts/{id}/plans/{}", plan.id))];
    tx.commit((StatusCode::CREATED, etag(plan.version), location, Json(plan))).await
}

/// One plan for an account
#[utoipa::path(get, path = "/accounts/{id}/plans/{plan_id}", tag = "accounts", params(("id" = AccountId, Path), ("plan_id" = AccountPlanId, Path)), responses((status = 200, body = AccountPlan), Problems))]
async fn get(cx: Allow<ReadAccount>, Path((id, plan)): Path<(AccountId, AccountPlanId)>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    account::store::find(&mut tx, id, false).await?.or_not_found("account")?;
    let plan = store::find(&mut tx, id, plan, false).await?.or_not_found("plan")?;
    let plan = shown(&cx, &mut tx, plan).await?;
    tx.done((etag(plan.version), Json(plan))).await
}

/// Change a plan for an account
#[utoipa::path(patch, path = "/accounts/{id}/plans/{plan_id}", tag = "accounts", params(("id" = AccountId, Path), ("plan_id" = AccountPlanId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = AccountPlanInput, responses((status = 200, body = AccountPlan), Problems))]
async fn update(
    cx: Allow<UpdateAccount>,
    Path((id, plan)): Path<(AccountId, AccountPlanId)>,
    if_match: IfMatch,
    Valid(patch): Valid<AccountPlanInput>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    write::check_targets(&cx, &patch)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Account>(&mut tx, id).await?;
    let current = store::find(&mut tx, permit.id, plan, false).await?.or_not_found("plan")?;
    let fields = patch.apply(&tx, &current.fields)?;
    let (plan, _) = write::update(&cx, &mut tx, current, version, fields, None).await?;
    let plan = shown(&cx, &mut tx, plan).await?;
    tx.commit((etag(plan.version), Json(plan))).await
}

/// Delete a plan for an account
#[utoipa::path(delete, path = "/accounts/{id}/plans/{plan_id}", tag = "accounts", params(("id" = AccountId, Path), ("plan_id" = AccountPlanId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "It can be taken back by undo"), Problems))]
async fn delete(
    cx: Allow<UpdateAccount>,
    Path((id, plan)): Path<(AccountId, AccountPlanId)>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Account>(&mut tx, id).await?;
    let current = store::find(&mut tx, permit.id, plan, false).await?.or_not_found("plan")?;
    let version = if_match.0.unwrap_or(current.version);
    write::delete(&mut tx, current, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
