//! Decisions on approvals, in the app and by a letter's link. They stand here since the last one on a proposal applies it, in the
//! same transaction: it is decided and applied, or neither.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap};
use dealwright_access::policy::ReadApproval;
use dealwright_access::session::device::Device;
use dealwright_access::{Access, Allow, Context};
use dealwright_crm::approval::decide::{self as approvals, Word};
use dealwright_crm::approval::link::{self, Link};
use dealwright_crm::approval::view::{self, ApprovalWhole};
use dealwright_crm::record::Texts;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate};
use dealwright_kernel::id::{ApprovalId, ProposalId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::approval::run::{Status, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{decide, governed, store};

/// The endpoints that decide.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(one)).routes(routes!(many)).routes(routes!(by_link))
}

/// A yes or a no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalDecision {
    verdict: Verdict,
    /// A no says why.
    #[schema(max_length = 2000)]
    reason: Option<String>,
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
}

impl Validate for ApprovalDecision {
    fn validate(&self) -> Result<()> {
        check(self.reason.as_deref())
    }
}

fn check(reason: Option<&str>) -> Result<()> {
    let mut wrong = Texts::default();
    wrong.optional("reason", reason, 2_000);
    wrong.finish()
}

/// Decides, and does what follows from it.
async fn say(cx: &Context, id: ApprovalId, word: &Word, by: Option<&Link>) -> Result<Committed<Json<ApprovalWhole>>> {
    // Who asked for a proposal is read before the transaction that writes begins.
    let mut tx = cx.begin().await?;
    let about = view::one(cx, &mut tx, id).await?;
    let proposal = match about.subject.object {
        ApprovalObject::Proposal => Some(store::find(&mut tx, ProposalId(about.subject.id), false).await?),
        ApprovalObject::Opportunity | ApprovalObject::Lead => None,
    };
    tx.done(()).await?;
    let proposal = match proposal {
        Some(proposal) if about.status == Status::Pending => {
            let requester = decide::requester(cx, &proposal).await?;
            Some((proposal, requester))
        }
        Some(_) | None => None,
    };
    let mut tx = cx.begin().await?;
    if let Some(link) = by {
        link::shown(cx, &mut tx, link).await?;
        link::take(&mut tx, link).await?;
    }
    let decided = approvals::decide(cx, &mut tx, id, word).await?;
    if let Some((proposal, requester)) = proposal.filter(|_| decided.counted) {
        governed::settle(cx, &mut tx, &decided, &proposal, &requester, word.reason.as_deref()).await?;
    }
    let whole = view::whole(cx, &mut tx, id).await?;
    tx.commit(Json(whole)).await
}

/// Decide on a request for approval
///
/// The last yes on a proposal applies it; `X-Event-Id` undoes that. Saying the same again changes nothing.
#[utoipa::path(post, path = "/approvals/{id}/decision", tag = "approvals", params(("id" = ApprovalId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ApprovalDecision, responses((status = 200, body = ApprovalWhole), Problems))]
async fn one(
    cx: Allow<ReadApproval>,
    Path(id): Path<ApprovalId>,
    if_match: IfMatch,
    Valid(body): Valid<ApprovalDecision>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let version = if_match.or(body.version)?;
    let word = Word { verdict: body.verdict, reason: body.reason, version: Some(version), via: None };
    say(&cx, id, &word, None).await
}

/// One of several requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalToDecide {
    id: ApprovalId,
    /// The version that was read.
    version: i64,
}

/// The same word on several requests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalDecisions {
    #[schema(min_items = 1, max_items = 50)]
    items: Vec<ApprovalToDecide>,
    verdict: Verdict,
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl Validate for ApprovalDecisions {
    fn validate(&self) -> Result<()> {
        if self.items.is_empty() || self.items.len() > 50 {
            return Err(Error::field("items", "too_many", "from 1 to 50 at once"));
        }
        check(self.reason.as_deref())
    }
}

/// What came of one of several.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalDecided {
    id: ApprovalId,
    /// How it stands; null when it could not be decided.
    status: Option<Status>,
    /// Why not.
    code: Option<String>,
    detail: Option<String>,
}

/// What came of several decisions.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalsDecided {
    items: Vec<ApprovalDecided>,
}

/// Decide on several requests for approval
///
/// Each by itself: what can't be decided says why, and the others are decided all the same.
#[utoipa::path(post, path = "/approvals/decisions", tag = "approvals", request_body = ApprovalDecisions, responses((status = 200, body = ApprovalsDecided), Problems))]
async fn many(cx: Allow<ReadApproval>, Valid(body): Valid<ApprovalDecisions>) -> Result<Json<ApprovalsDecided>> {
    let mut items = Vec::with_capacity(body.items.len());
    for item in body.items {
        let word = Word { verdict: body.verdict, reason: body.reason.clone(), version: Some(item.version), via: None };
        items.push(match say(&cx, item.id, &word, None).await {
            Ok(whole) => {
                let status = Some(whole.into_inner().0.approval.status);
                ApprovalDecided { id: item.id, status, code: None, detail: None }
            }
            Err(error) if error.outcome.status().is_client_error() => {
                let (code, detail) = (Some(error.code.to_string()), Some(error.detail));
                ApprovalDecided { id: item.id, status: None, code, detail }
            }
            Err(error) => return Err(error),
        });
    }
    Ok(Json(ApprovalsDecided { items }))
}

/// A yes or a no by a letter's link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalLinkDecision {
    #[schema(max_length = 300)]
    token: String,
    verdict: Verdict,
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl Validate for ApprovalLinkDecision {
    fn validate(&self) -> Result<()> {
        link::check_token(&self.token)?;
        check(self.reason.as_deref())
    }
}

/// Decide by a letter's link
///
/// Once, in the name of whom the letter was sent to, as they are now.
#[utoipa::path(post, path = "/approval-links/decision", tag = "approvals", security(()), request_body = ApprovalLinkDecision, responses((status = 200, body = ApprovalWhole), Problems))]
async fn by_link(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<ApprovalLinkDecision>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let device = Device::of(&headers, &extensions);
    let (link, cx) = link::open(&access, &body.token, &device.address).await?;
    let word = Word { verdict: body.verdict, reason: body.reason, version: None, via: Some("mail") };
    say(&cx, link.approval, &word, Some(&link)).await
}
