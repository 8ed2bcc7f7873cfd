//! `/accounts/{id}/enrichment` and `/leads/{id}/enrichment`.

use axum::response::IntoResponse;
use dealwright_access::policy::{ReadAccount, ReadLead, UpdateAccount, UpdateLead};
use dealwright_access::{Access, Allow};
use dealwright_crm::account::Account;
use dealwright_crm::custom_field;
use dealwright_crm::lead::Lead;
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::{AccountId, LeadId};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::apply::{self, TakeOver};
use super::suggest::{Enrichment, Target, suggest};

/// The endpoints of enrichment.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(of_account, take_to_account)).routes(routes!(of_lead, take_to_lead))
}

/// What public sources know of an account
///
/// Proposals with source, confidence and reason. Nothing is written, and nobody is asked: the sources are part of the server.
#[utoipa::path(get, path = "/accounts/{id}/enrichment", tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = Enrichment), Problems))]
async fn of_account(cx: Allow<ReadAccount>, Path(id): Path<AccountId>) -> Result<Json<Enrichment>> {
    let mut tx = cx.begin().await?;
    let known = suggest(&cx, &mut tx, Target::Account(id)).await?;
    tx.done(Json(known)).await
}

/// Take proposals over to an account
///
/// As an edit of the account: by its version, with its permissions, rules, history and undo.
#[utoipa::path(post, path = "/accounts/{id}/enrichment", tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = TakeOver, responses((status = 200, body = Account), Problems))]
async fn take_to_account(
    cx: Allow<UpdateAccount>,
    Path(id): Path<AccountId>,
    if_match: IfMatch,
    Valid(wanted): Valid<TakeOver>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(wanted.version)?;
    let mut tx = cx.begin().await?;
    let mut account = apply::account(&cx, &mut tx, id, version, &wanted.fields).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut account]).await?;
    tx.commit((etag(account.version), Json(account))).await
}

/// What public sources know of a lead
#[utoipa::path(get, path = "/leads/{id}/enrichment", tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = Enrichment), Problems))]
async fn of_lead(cx: Allow<ReadLead>, Path(id): Path<LeadId>) -> Result<Json<Enrichment>> {
    let mut tx = cx.begin().await?;
    let known = suggest(&cx, &mut tx, Target::Lead(id)).await?;
    tx.done(Json(known)).await
}

/// Take proposals over to a lead
///
/// As an edit of the lead: by its version, with its permissions, rules, history and undo.
#[utoipa::path(post, path = "/leads/{id}/enrichment", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = TakeOver, responses((status = 200, body = Lead), Problems))]
async fn take_to_lead(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    if_match: IfMatch,
    Valid(wanted): Valid<TakeOver>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(wanted.version)?;
    let mut tx = cx.begin().await?;
    let mut lead = apply::lead(&cx, &mut tx, id, version, &wanted.fields).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut lead]).await?;
    tx.commit((etag(lead.version), Json(lead))).await
}
