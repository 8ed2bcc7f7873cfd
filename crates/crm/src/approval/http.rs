//! `/approvals`, and the requests of records. Decisions are made where what they set off can be done: a proposal's in `ai`.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{ReadApproval, ReadLead, ReadOpportunity, UpdateLead, UpdateOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{ApprovalDefinitionId, ApprovalId, FileId, LeadId, OpportunityId, UserId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::view::{self, Approval, ApprovalChoice, ApprovalWhole, Filter};
use super::{Subject, decide, in_force, store};
use crate::lead::{self, Lead};
use crate::opportunity::{self, Opportunity};
use crate::record::Texts;

/// The requests' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(get))
        .routes(routes!(recall))
        .routes(routes!(delegate))
        .routes(routes!(comment))
        .routes(routes!(attach))
        .routes(routes!(of_deal, ask_for_deal))
        .routes(routes!(of_lead, ask_for_lead))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    #[serde(default)]
    #[param(inline)]
    filter: Filter,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// List requests for approval, newest first
///
/// Those that wait for you, for whom you stand in too; those that you made; or those that are over, of records that you see.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ListParams), responses((status = 200, body = Page<Approval>), Problems))]
async fn index(cx: Allow<ReadApproval>, Query(asked): Query<ListParams>) -> Result<Json<Page<Approval>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid_query", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit"));
    }
    let mut tx = cx.begin().await?;
    let page = view::page(&cx, &mut tx, asked.filter, limit, asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// A request for approval, with all that happened to it
#[utoipa::path(get, path = "/approvals/{id}", tag = "approvals", params(("id" = ApprovalId, Path)), responses((status = 200, body = ApprovalWhole), Problems))]
async fn get(cx: Allow<ReadApproval>, Path(id): Path<ApprovalId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let whole = view::whole(&cx, &mut tx, id).await?;
    tx.done((etag(whole.approval.version), Json(whole))).await
}

/// A word about a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalRecall {
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl Validate for ApprovalRecall {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("reason", self.reason.as_deref(), 2_000);
        wrong.finish()
    }
}

/// Recall a request for approval
///
/// Who asked, or who may change definitions. What was locked is free again.
#[utoipa::path(post, path = "/approvals/{id}/recall", tag = "approvals", params(("id" = ApprovalId, Path)), request_body = ApprovalRecall, responses((status = 200, body = ApprovalWhole), Problems))]
async fn recall(
    cx: Allow<ReadApproval>,
    Path(id): Path<ApprovalId>,
    Valid(body): Valid<ApprovalRecall>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let mut tx = cx.begin().await?;
    let reason = body.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    decide::recall(&cx, &mut tx, id, reason).await?;
    answer(&cx, tx, id).await
}

/// To whom a request is passed on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalPassing {
    user_id: UserId,
    #[schema(max_length = 2000)]
    note: Option<String>,
}

impl Validate for ApprovalPassing {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("note", self.note.as_deref(), 2_000);
        wrong.finish()
    }
}

/// Pass on what you are asked to somebody else
#[utoipa::path(post, path = "/approvals/{id}/delegation", tag = "approvals", params(("id" = ApprovalId, Path)), request_body = ApprovalPassing, responses((status = 200, body = ApprovalWhole), Problems))]
async fn delegate(
    cx: Allow<ReadApproval>,
    Path(id): Path<ApprovalId>,
    Valid(body): Valid<ApprovalPassing>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let mut tx = cx.begin().await?;
    decide::delegate(&cx, &mut tx, id, body.user_id, body.note.as_deref()).await?;
    answer(&cx, tx, id).await
}

/// A comment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalComment {
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

impl Validate for ApprovalComment {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("text", &self.text, 5_000);
        wrong.finish()
    }
}

/// Comment on a request for approval
#[utoipa::path(post, path = "/approvals/{id}/comments", tag = "approvals", params(("id" = ApprovalId, Path)), request_body = ApprovalComment, responses((status = 200, body = ApprovalWhole), Problems))]
async fn comment(
    cx: Allow<ReadApproval>,
    Path(id): Path<ApprovalId>,
    Valid(body): Valid<ApprovalComment>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let mut tx = cx.begin().await?;
    decide::comment(&mut tx, id, body.text.trim()).await?;
    answer(&cx, tx, id).await
}

/// A file of the record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalAttachment {
    file_id: FileId,
}

impl Validate for ApprovalAttachment {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Lay a file of the record before those who decide
#[utoipa::path(post, path = "/approvals/{id}/attachments", tag = "approvals", params(("id" = ApprovalId, Path)), request_body = ApprovalAttachment, responses((status = 200, body = ApprovalWhole), Problems))]
async fn attach(
    cx: Allow<ReadApproval>,
    Path(id): Path<ApprovalId>,
    Valid(body): Valid<ApprovalAttachment>,
) -> Result<Committed<Json<ApprovalWhole>>> {
    let mut tx = cx.begin().await?;
    decide::attach(&mut tx, id, body.file_id).await?;
    answer(&cx, tx, id).await
}

/// Commits, and answers the request as it is now.
async fn answer(cx: &Context, mut tx: Tx, id: ApprovalId) -> Result<Committed<Json<ApprovalWhole>>> {
    let whole = view::whole(cx, &mut tx, id).await?;
    tx.commit(Json(whole)).await
}

/// The approvals of a record.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalsOfRecord {
    /// The newest first, at most 50.
    items: Vec<Approval>,
    /// By what it could be asked for.
    definitions: Vec<ApprovalChoice>,
}

async fn of_record(cx: &Context, tx: &mut Tx, subject: &Subject) -> Result<ApprovalsOfRecord> {
    let all = in_force(tx).await?;
    let mut definitions = Vec::new();
    let facts = if all.iter().any(|known| known.active && known.object == subject.object && known.ready.asks()) {
        subject.facts(tx).await?
    } else {
        None
    };
    let newest = store::newest_of(tx, subject.id).await?;
    for known in all.iter().filter(|known| known.active && known.object == subject.object) {
        let given = newest.iter().find(|one| one.definition == known.id);
        let approved = match given {
            Some(given) => given.stands_for(&subject.snapshot(tx, &given.rules, &[]).await?),
            None => false,
        };
        definitions.push(ApprovalChoice {
            id: known.id,
            name: known.name.clone(),
            description: known.description.clone(),
            needed: known.ready.applies(facts.as_ref()),
            approved,
        });
    }
    Ok(ApprovalsOfRecord { items: view::of_subject(cx, tx, subject.id).await?, definitions })
}

/// The approvals of an opportunity
///
/// What was asked for it, and by which definitions it could be.
#[utoipa::path(get, path = "/opportunities/{id}/approvals", tag = "approvals", params(("id" = OpportunityId, Path)), responses((status = 200, body = ApprovalsOfRecord), Problems))]
async fn of_deal(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<Json<ApprovalsOfRecord>> {
    let mut tx = cx.begin().await?;
    let deal = opportunity::store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let found = of_record(&cx, &mut tx, &Subject::deal(&deal)).await?;
    tx.done(Json(found)).await
}

/// The approvals of a lead
///
/// What was asked for its conversion, and by which definitions it could be.
#[utoipa::path(get, path = "/leads/{id}/approvals", tag = "approvals", params(("id" = LeadId, Path)), responses((status = 200, body = ApprovalsOfRecord), Problems))]
async fn of_lead(cx: Allow<ReadLead>, Path(id): Path<LeadId>) -> Result<Json<ApprovalsOfRecord>> {
    let mut tx = cx.begin().await?;
    let lead = lead::store::find(&mut tx, id, false).await?.or_not_found("lead")?;
    let found = of_record(&cx, &mut tx, &Subject::lead(&lead)).await?;
    tx.done(Json(found)).await
}

/// A request to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApproval {
    definition_id: ApprovalDefinitionId,
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

impl Validate for NewApproval {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("reason", self.reason.as_deref(), 2_000);
        wrong.finish()
    }
}

impl NewApproval {
    fn reason(self) -> Option<String> {
        self.reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty())
    }
}

/// Ask for the approval of an opportunity
///
/// Its approved fields are locked until it is decided or recalled.
#[utoipa::path(post, path = "/opportunities/{id}/approvals", tag = "approvals", params(("id" = OpportunityId, Path)), request_body = NewApproval, responses((status = 201, body = ApprovalWhole), Problems))]
async fn ask_for_deal(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    Valid(new): Valid<NewApproval>,
) -> Result<Committed<(StatusCode, Json<ApprovalWhole>)>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let subject = Subject::deal(&permit);
    let made = super::request(&cx, &mut tx, &subject, new.definition_id, new.reason()).await?;
    Ok(answer(&cx, tx, made).await?.map(|body| (StatusCode::CREATED, body)))
}

/// Ask for the approval of a lead's conversion
#[utoipa::path(post, path = "/leads/{id}/approvals", tag = "approvals", params(("id" = LeadId, Path)), request_body = NewApproval, responses((status = 201, body = ApprovalWhole), Problems))]
async fn ask_for_lead(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    Valid(new): Valid<NewApproval>,
) -> Result<Committed<(StatusCode, Json<ApprovalWhole>)>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let made = super::request(&cx, &mut tx, &Subject::lead(&permit), new.definition_id, new.reason()).await?;
    Ok(answer(&cx, tx, made).await?.map(|body| (StatusCode::CREATED, body)))
}
