//! `/opportunities/{id}/timeline` and its like.

use dealwright_access::policy::{Needs, ReadAccount, ReadContact, ReadLead, ReadOpportunity};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Outcome, Problems};
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Entry;
use super::store::{self, Of};

/// The timelines' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(of_opportunity))
        .routes(routes!(of_account))
        .routes(routes!(of_contact))
        .routes(routes!(of_lead))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

async fn page<P: Needs>(cx: Allow<P>, of: Of, params: Params) -> Result<Json<Page<Entry>>> {
    let limit = params.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        let mut error = Error::field("limit", "invalid_value", format!("a number from 1 to {MAX_LIMIT}"));
        error.outcome = Outcome::Unreadable;
        return Err(error);
    }
    let mut tx = cx.begin().await?;
    store::visible(&mut tx, of).await?.then_some(()).or_not_found("record")?;
    let page = store::page(&mut tx, cx.actor(), of, limit, params.cursor.as_deref()).await?;
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
