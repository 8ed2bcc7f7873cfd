//! `/budgets`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::Allow;
use dealwright_access::policy::{ReadGuardrail, UpdateGuardrail};
use dealwright_crm::record::Texts;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Event, Subject, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Said};
use super::{Budget, Metric, Period, Scope};
use crate::GovernanceState;

/// The endpoints.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, put, delete))
}

/// The most budgets of an organisation.
const MOST: usize = 200;

/// A budget to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBudget {
    scope: Scope,
    /// For the scope `role`.
    role_id: Option<Uuid>,
    /// For the scope `person`.
    user_id: Option<Uuid>,
    metric: Metric,
    period: Period,
    /// Whole requests or tokens; cost as a decimal with up to six places.
    #[schema(max_length = 30)]
    amount: String,
}

/// An amount as it is kept.
fn amount(metric: Metric, text: &str) -> Result<i64> {
    let wrong = || {
        Error::field(
            "amount",
            "invalid_value",
            "more than nothing: a whole number, or for cost a decimal with up to six places",
        )
    };
    let number: Decimal = text.trim().parse().map_err(|_| wrong())?;
    let scaled = match metric {
        Metric::Cost => number.checked_mul(Decimal::from(1_000_000)).ok_or_else(wrong)?,
        Metric::Requests | Metric::Tokens => number,
    };
    if scaled.fract() != Decimal::ZERO || scaled <= Decimal::ZERO {
        return Err(wrong());
    }
    i64::try_from(scaled).ok().filter(|amount| *amount <= 1_000_000_000_000_000).ok_or_else(wrong)
}

impl Validate for NewBudget {
    fn validate(&self) -> Result<()> {
        if (self.scope == Scope::Role) != self.role_id.is_some() {
            return Err(Error::field("role_id", "required", "a role belongs to the scope role, and to no other"));
        }
        if (self.scope == Scope::Person) != self.user_id.is_some() {
            return Err(Error::field("user_id", "required", "a person belongs to the scope person, and to no other"));
        }
        amount(self.metric, &self.amount).map(|_| ())
    }
}

/// That a budget is nearly, or wholly, used up.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetWarning {
    budget_id: Uuid,
    /// 80 or 100.
    percent: i64,
    at: DateTime<Utc>,
}

/// Every budget.
#[derive(Debug, Serialize, ToSchema)]
struct Budgets {
    items: Vec<Budget>,
    /// Of the periods that it is now.
    warnings: Vec<BudgetWarning>,
}

/// List the budgets of the assistant, with what is used of them
#[utoipa::path(get, path = "/budgets", tag = "governance", responses((status = 200, body = Budgets), Problems))]
async fn index(cx: Allow<ReadGuardrail>) -> Result<Json<Budgets>> {
    let mut tx = cx.begin().await?;
    let items = store::all(&mut tx, None).await?;
    let warnings = store::warnings(&mut tx).await?;
    let warnings =
        warnings.into_iter().map(|w| BudgetWarning { budget_id: w.budget, percent: w.percent, at: w.at }).collect();
    tx.done(Json(Budgets { items, warnings })).await
}

async fn find(tx: &mut Tx, id: Uuid) -> Result<Budget> {
    store::all(tx, Some(id)).await?.pop().or_not_found("budget")
}

fn event(tx: &Tx, verb: &str, budget: &Budget) -> Event {
    let of = budget.role.as_ref().or(budget.person.as_ref()).map_or(budget.scope.as_str(), |of| of.name.as_str());
    let name = format!("{} a {} for {of}", budget.metric.as_str(), budget.period.as_str());
    let subject = Subject { object: "budget", id: budget.id, name, version: Some(budget.version) };
    Event::with_id(tx.new_id().into(), format!("budget.{verb}"), subject)
}

/// What of a budget can change, for the audit log.
#[derive(Debug, Serialize)]
struct Changing<'a> {
    amount: &'a str,
}

/// Add a budget
#[utoipa::path(post, path = "/budgets", tag = "governance", request_body = NewBudget, responses((status = 201, body = Budget), Problems))]
async fn create(cx: Allow<UpdateGuardrail>, Valid(new): Valid<NewBudget>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    if new.scope == Scope::Role || new.scope == Scope::Person {
        let field = if new.scope == Scope::Role { "role_id" } else { "user_id" };
        if store::subject(&mut tx, new.role_id, new.user_id).await?.is_none() {
            return Err(Error::field(field, "unknown", "there is no such role or person"));
        }
    }
    if store::all(&mut tx, None).await?.len() >= MOST {
        return Err(Error::conflict("too_many", format!("an organisation has at most {MOST} budgets")));
    }
    let said = Said {
        scope: new.scope,
        role: new.role_id,
        person: new.user_id,
        metric: new.metric,
        period: new.period,
        amount: amount(new.metric, &new.amount)?,
    };
    let id = store::insert(&mut tx, cx.actor().user, &said).await?;
    let budget = find(&mut tx, id).await?;
    let told = event(&tx, "created", &budget);
    tx.emit(told);
    let location = [(header::LOCATION, format!("/api/v1/budgets/{id}"))];
    tx.commit((StatusCode::CREATED, location, etag(budget.version), Json(budget))).await
}

/// One budget
#[utoipa::path(get, path = "/budgets/{id}", tag = "governance", params(("id" = Uuid, Path)), responses((status = 200, body = Budget), Problems))]
async fn get(cx: Allow<ReadGuardrail>, Path(id): Path<Uuid>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let budget = find(&mut tx, id).await?;
    tx.done((etag(budget.version), Json(budget))).await
}

/// The new amount of a budget.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BudgetAmount {
    #[schema(max_length = 30)]
    amount: String,
    version: Option<i64>,
}

impl Validate for BudgetAmount {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("amount", &self.amount, 30);
        wrong.finish()
    }
}

/// Change the amount of a budget
#[utoipa::path(put, path = "/budgets/{id}", tag = "governance", params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = BudgetAmount, responses((status = 200, body = Budget), Problems))]
async fn put(
    cx: Allow<UpdateGuardrail>,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Valid(new): Valid<BudgetAmount>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(new.version)?;
    let mut tx = cx.begin().await?;
    let before = find(&mut tx, id).await?;
    let wanted = amount(before.metric, &new.amount)?;
    let (old, new) = (Changing { amount: &before.amount }, Changing { amount: new.amount.trim() });
    if before.version != version || !store::update(&mut tx, id, version, cx.actor().user, wanted).await? {
        return Err(stale(before.version, &old, &new));
    }
    let budget = find(&mut tx, id).await?;
    let told = event(&tx, "updated", &budget).changes(diff(&old, &Changing { amount: &budget.amount })?);
    tx.emit(told);
    tx.commit((etag(budget.version), Json(budget))).await
}

/// Remove a budget
#[utoipa::path(delete, path = "/budgets/{id}", tag = "governance", params(("id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "It is gone"), Problems))]
async fn delete(cx: Allow<UpdateGuardrail>, Path(id): Path<Uuid>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let version = if_match.or(None)?;
    let mut tx = cx.begin().await?;
    let budget = find(&mut tx, id).await?;
    let told = event(&tx, "deleted", &budget);
    if budget.version != version || !store::delete(&mut tx, id, version).await? {
        let kept = Changing { amount: &budget.amount };
        return Err(stale(budget.version, &kept, &kept));
    }
    tx.emit(told);
    tx.commit(StatusCode::NO_CONTENT).await
}
