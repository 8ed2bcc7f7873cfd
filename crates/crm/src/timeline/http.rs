//! `/opportunities/{id}/timeline` and its like.

use dealwright_access::policy::{Needs, ReadAccount, ReadContact, ReadLead, ReadOpportunity};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use super::ask::Params;
use super::ask::{Asked, unreadable};
use super::look::{self, Of};
use super::{Entry, pin, store};

/// The timelines' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(of_opportunity))
        .routes(routes!(of_account))
        .routes(routes!(of_contact))
        .routes(routes!(of_lead))
        .merge(pin::router())
}

/// A page of what is asked for.
///
/// # Errors
/// 400 that names the parameter; 404 when the record is absent or hidden.
pub async fn page<P: Needs>(cx: Allow<P>, of: Of, params: Params) -> Result<Json<Page<Entry>>> {
    let limit = params.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(unreadable(Error::field("limit", "invalid_value", format!("a number from 1 to {MAX_LIMIT}"))));
    }
    let asked = Asked::read(&params)?;
    let mut tx = cx.begin().await?;
    look::visible(&mut tx, of).await?.then_some(()).or_not_found("record")?;
    tx.keep_plans().await?;
    let page = store::page(&mut tx, cx.actor(), of, &asked, limit, params.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// What happened to an opportunity
#[utoipa::path(get, path = "/opportunities/{id}/timeline", tag = "timeline", params(("id" = OpportunityId, Path), Params), responses((status = 200, body = Page<Entry>), Problems))]
async fn of_opportunity(
    cx: Allow<ReadOpportunity>,
    Path(id): Path<OpportunityId>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Entry>>> {
    page(cx, Of::Opportunity(id.0), params).await
}

/// What happened to an account, its contacts and its opportunities
#[utoipa::path(get, path = "/accounts/{id}/timeline", tag = "timeline", params(("id" = AccountId, Path), Params), responses((status = 200, body = Page<Entry>), Problems))]
async fn of_account(
    cx: Allow<ReadAccount>,
    Path(id): Path<AccountId>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Entry>>> {
    page(cx, Of::Account(id.0), params).await
}

/// What happened to a contact
#[utoipa::path(get, path = "/contacts/{id}/timeline", tag = "timeline", params(("id" = ContactId, Path), Params), responses((status = 200, body = Page<Entry>), Problems))]
async fn of_contact(
    cx: Allow<ReadContact>,
    Path(id): Path<ContactId>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Entry>>> {
    page(cx, Of::Contact(id.0), params).await
}

/// What happened to a lead
#[utoipa::path(get, path = "/leads/{id}/timeline", tag = "timeline", params(("id" = LeadId, Path), Params), responses((status = 200, body = Page<Entry>), Problems))]
async fn of_lead(
    cx: Allow<ReadLead>,
    Path(id): Path<LeadId>,
    Query(params): Query<Params>,
) -> Result<Json<Page<Entry>>> {
    page(cx, Of::Lead(id.0), params).await
}
