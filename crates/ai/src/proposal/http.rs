//! `/proposals`: requests, responses and handlers.

use dealwright_access::policy::UseAgent;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query, Valid, Validate};
use dealwright_kernel::id::ProposalId;
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::decide::{self, Approval, Approved};
use super::store::{self, Wanted};
use super::{Proposal, Status, governed};

/// The proposals' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(get)).routes(routes!(approve)).routes(routes!(reject))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    status: Option<Status>,
    /// The record they are about.
    subject_id: Option<Uuid>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// List proposals, newest first
#[utoipa::path(get, path = "/proposals", tag = "assistant", params(ListParams), responses((status = 200, body = Page<Proposal>), Problems))]
async fn index(cx: Allow<UseAgent>, Query(asked): Query<ListParams>) -> Result<Json<Page<Proposal>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid_query", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit"));
    }
    let mut tx = cx.begin().await?;
    let wanted = Wanted { status: asked.status, subject: asked.subject_id };
    let mut page = store::page(&mut tx, wanted, limit, asked.cursor.as_deref()).await?;
    page.items = page.items.into_iter().map(|proposal| proposal.shown_to(cx.actor())).collect();
    tx.done(Json(page)).await
}

/// One proposal
#[utoipa::path(get, path = "/proposals/{id}", tag = "assistant", params(("id" = ProposalId, Path)), responses((status = 200, body = Proposal), Problems))]
async fn get(cx: Allow<UseAgent>, Path(id): Path<ProposalId>) -> Result<Json<Proposal>> {
    let mut tx = cx.begin().await?;
    let proposal = store::find(&mut tx, id, false).await?;
    tx.done(Json(proposal.shown_to(cx.actor()))).await
}

/// An approval: of the diff that was seen, whole or in part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approve {
    /// The `diff_hash` of the proposal as it was shown.
    #[schema(max_length = 200)]
    diff_hash: String,
    /// Only these fields; all when absent.
    fields: Option<Vec<String>>,
    /// Other values than the proposed ones, by field.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    edits: Option<Map<String, Value>>,
}

impl Validate for Approve {
    fn validate(&self) -> Result<()> {
        if self.fields.as_ref().is_some_and(|f| f.len() > 50) || self.edits.as_ref().is_some_and(|e| e.len() > 50) {
            return Err(Error::field("fields", "too_many", "at most 50 fields"));
        }
        Ok(())
    }
}

/// Approve a proposal
///
/// Applies it in the caller's name, once, through the same rules as an edit of theirs. The answer's `event_id` undoes it.
#[utoipa::path(post, path = "/proposals/{id}/approval", tag = "assistant", params(("id" = ProposalId, Path)), request_body = Approve, responses((status = 200, body = Proposal), Problems))]
async fn approve(
    cx: Allow<UseAgent>,
    Path(id): Path<ProposalId>,
    Valid(body): Valid<Approve>,
) -> Result<Committed<Json<Proposal>>> {
    // Who asked is read before the transaction that writes begins.
    let mut tx = cx.begin().await?;
    let proposal = store::find(&mut tx, id, false).await?;
    tx.done(()).await?;
    governed::require_free(&proposal)?;
    let requester = decide::requester(&cx, &proposal).await?;

    let approval = Approval { diff_hash: body.diff_hash, fields: body.fields, edits: body.edits.unwrap_or_default() };
    let mut tx = cx.begin().await?;
    let outcome = decide::approve(&cx, &mut tx, id, &requester, &approval).await?;
    let proposal = store::find(&mut tx, id, false).await?;
    let committed = tx.commit(Json(proposal.shown_to(cx.actor()))).await?;
    match outcome {
        Approved::Applied => Ok(committed),
        Approved::Stale => Err(Error::conflict(
            "proposal_stale",
            "a field of this proposal has been changed since it was made; read it again",
        )),
    }
}

/// A rejection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reject {
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl Validate for Reject {
    fn validate(&self) -> Result<()> {
        let mut wrong = dealwright_crm::record::Texts::default();
        wrong.optional("reason", self.reason.as_deref(), 2000);
        wrong.finish()
    }
}

/// Reject a proposal
#[utoipa::path(post, path = "/proposals/{id}/rejection", tag = "assistant", params(("id" = ProposalId, Path)), request_body = Reject, responses((status = 200, body = Proposal), Problems))]
async fn reject(
    cx: Allow<UseAgent>,
    Path(id): Path<ProposalId>,
    Valid(body): Valid<Reject>,
) -> Result<Committed<Json<Proposal>>> {
    let mut tx = cx.begin().await?;
    let proposal = store::find(&mut tx, id, true).await?;
    governed::give_up(&cx, &mut tx, &proposal, body.reason.as_deref()).await?;
    decide::reject(&cx, &mut tx, id, body.reason.as_deref()).await?;
    let proposal = store::find(&mut tx, id, false).await?;
    tx.commit(Json(proposal.shown_to(cx.actor()))).await
}
