//! `/pipelines/{id}/lifecycle`, the log of transitions, and the checklists of deals.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{ReadOpportunity, UpdateOpportunity, UpdatePipeline};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{EventId, OpportunityId, PipelineId};
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Tx};
use dealwright_workflow::lifecycle::Definition;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::checklist::{self, ChecklistItem};
use super::draft::{self, Adopted};
use super::dry_run::{self, Found};
use super::log::{self, Of, TransitionAttempt};
use super::{LifecycleDraft, LifecycleVersion, store};
use crate::opportunity::{self, Opportunity};
use crate::pipeline;
use crate::record::Texts;

/// The lifecycles' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(save, discard))
        .routes(routes!(version))
        .routes(routes!(publish))
        .routes(routes!(try_out))
        .routes(routes!(adopt))
        .routes(routes!(log_of_pipeline))
        .routes(routes!(log_of_deal))
        .routes(routes!(checklist_of))
        .routes(routes!(tick, untick))
}

/// The lifecycle of a pipeline: what is in force, what is being drafted, and what was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Lifecycle)]
struct Whole {
    /// The newest version, under which new deals run.
    number: i32,
    definition: Definition,
    draft: Option<LifecycleDraft>,
    /// The newest first, at most 200.
    versions: Vec<LifecycleVersion>,
}

async fn whole(tx: &mut Tx, id: PipelineId) -> Result<Whole> {
    let (number, definition) = store::definition(tx, id, None).await?.or_not_found("pipeline")?;
    let (draft, versions) = (store::draft(tx, id).await?, store::versions(tx, id).await?);
    Ok(Whole { number, definition, draft, versions })
}

/// The lifecycle of a pipeline
#[utoipa::path(get, path = "/pipelines/{id}/lifecycle", tag = "lifecycles", params(("id" = PipelineId, Path)), responses((status = 200, body = Whole), Problems))]
async fn get(cx: Allow<UpdatePipeline>, Path(id): Path<PipelineId>) -> Result<Json<Whole>> {
    let mut tx = cx.begin().await?;
    let whole = whole(&mut tx, id).await?;
    tx.done(Json(whole)).await
}

/// A draft to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LifecycleDraftToSave)]
#[serde(deny_unknown_fields)]
struct Draft {
    definition: Definition,
    /// Of the draft that was read, unless `If-Match` says it; 0 when there was none.
    version: Option<i64>,
}

impl Validate for Draft {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Keep a draft of a pipeline's lifecycle
///
/// What could not work is refused, by paths in the definition: stages that nothing leads to, ways without an end, expressions
/// that do not pass their check.
#[utoipa::path(put, path = "/pipelines/{id}/lifecycle/draft", tag = "lifecycles", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The draft's version that was read, in quotes")),
    request_body = Draft, responses((status = 200, body = Whole), Problems))]
async fn save(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
    Valid(body): Valid<Draft>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    draft::save(&cx, &mut tx, id, version, &body.definition).await?;
    let whole = whole(&mut tx, id).await?;
    tx.commit((etag(whole.draft.as_ref().map_or(0, |d| d.version)), Json(whole))).await
}

/// Throw the draft of a pipeline's lifecycle away
#[utoipa::path(delete, path = "/pipelines/{id}/lifecycle/draft", tag = "lifecycles", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The draft's version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn discard(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let version = if_match.or(None)?;
    let mut tx = cx.begin().await?;
    draft::discard(&mut tx, id, version).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What a version says
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleOfVersion)]
struct OfVersion {
    number: i32,
    definition: Definition,
}

/// A version of a pipeline's lifecycle
#[utoipa::path(get, path = "/pipelines/{id}/lifecycle/versions/{number}", tag = "lifecycles", params(("id" = PipelineId, Path), ("number" = i32, Path)),
    responses((status = 200, body = OfVersion), Problems))]
async fn version(cx: Allow<UpdatePipeline>, Path((id, number)): Path<(PipelineId, i32)>) -> Result<Json<OfVersion>> {
    let mut tx = cx.begin().await?;
    let (number, definition) = store::definition(&mut tx, id, Some(number)).await?.or_not_found("version")?;
    tx.done(Json(OfVersion { number, definition })).await
}

/// What is said of a new version.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LifecyclePublication)]
#[serde(deny_unknown_fields)]
struct Publication {
    /// Why, for those who come later.
    #[schema(max_length = 2000)]
    note: Option<String>,
    /// Of the draft that was read, unless `If-Match` says it.
    version: Option<i64>,
}

impl Validate for Publication {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("note", self.note.as_deref(), 2_000);
        wrong.finish()
    }
}

/// Publish the draft of a pipeline's lifecycle
///
/// New deals run under it from now on; those that are there go on under the version they began with, until they are moved over.
#[utoipa::path(post, path = "/pipelines/{id}/lifecycle/versions", tag = "lifecycles", params(("id" = PipelineId, Path), ("If-Match" = Option<String>, Header, description = "The draft's version that was read, in quotes")),
    request_body = Publication, responses((status = 201, body = Whole), Problems))]
async fn publish(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    if_match: IfMatch,
    Valid(body): Valid<Publication>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let note = body.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    draft::publish(&cx, &mut tx, id, version, note).await?;
    let whole = whole(&mut tx, id).await?;
    tx.commit((StatusCode::CREATED, Json(whole))).await
}

/// What is to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LifecycleDryRun)]
#[serde(deny_unknown_fields)]
struct DryRun {
    definition: Definition,
    /// `next_cursor` of the answer before; absent to begin.
    #[serde(default)]
    cursor: Option<Uuid>,
}

impl Validate for DryRun {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Try a lifecycle on the open deals
///
/// Says how many open deals, of what the caller sees, would not be let into the stage that they are in or could not leave it,
/// and why. Looks at up to ten thousand, for some seconds at most, and changes nothing. Go on with `next_cursor`.
#[utoipa::path(post, path = "/pipelines/{id}/lifecycle/dry-run", tag = "lifecycles", params(("id" = PipelineId, Path)), request_body = DryRun, responses((status = 200, body = Found), Problems))]
async fn try_out(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    Valid(body): Valid<DryRun>,
) -> Result<Json<Found>> {
    let mut tx = cx.begin().await?;
    let pipeline = pipeline::store::find(&mut tx, Some(id)).await?;
    draft::check(&mut tx, &pipeline, &body.definition).await?;
    let ready = super::ready(&mut tx, 0, body.definition).await?;
    tx.done(()).await?;
    Ok(Json(dry_run::run(&cx, id, &ready, body.cursor).await?))
}

/// Which deals are moved over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LifecycleAdoption)]
#[serde(deny_unknown_fields)]
struct Adoption {
    /// At most 1,000; all open ones when absent.
    opportunity_ids: Option<Vec<OpportunityId>>,
}

impl Validate for Adoption {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.opportunity_ids.as_ref().is_some_and(|ids| ids.len() > 1_000) {
            wrong.push("opportunity_ids", "too_many", "at most 1,000 deals at once");
        }
        wrong.finish()
    }
}

/// Move deals over to the newest version of their pipeline's lifecycle
///
/// Up to 5,000 at once; `more` says whether to ask again. It takes the right to update all deals.
#[utoipa::path(post, path = "/pipelines/{id}/lifecycle/adoption", tag = "lifecycles", params(("id" = PipelineId, Path)), request_body = Adoption, responses((status = 200, body = Adopted), Problems))]
async fn adopt(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    Valid(body): Valid<Adoption>,
) -> Result<Committed<Json<Adopted>>> {
    let only: Option<Vec<Uuid>> = body.opportunity_ids.map(|ids| ids.into_iter().map(|id| id.0).collect());
    let mut tx = cx.begin().await?;
    let adopted = draft::adopt(&cx, &mut tx, id, only.as_deref()).await?;
    tx.commit(Json(adopted)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LogParams {
    cursor: Option<String>,
    /// Those that were refused only.
    #[serde(default)]
    refused: bool,
}

/// Attempts to move deals of a pipeline
///
/// The newest first, 50 on a page, of deals that the caller sees; new deals that were refused are among them.
#[utoipa::path(get, path = "/pipelines/{id}/transition-log", tag = "lifecycles", params(("id" = PipelineId, Path), LogParams), responses((status = 200, body = Page<TransitionAttempt>), Problems))]
async fn log_of_pipeline(
    cx: Allow<UpdatePipeline>,
    Path(id): Path<PipelineId>,
    Query(asked): Query<LogParams>,
) -> Result<Json<Page<TransitionAttempt>>> {
    let mut tx = cx.begin().await?;
    pipeline::store::find(&mut tx, Some(id)).await?;
    let page = log::page(&cx, &mut tx, Of::Pipeline(id, asked.refused), asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DealLogParams {
    cursor: Option<String>,
}

/// Attempts to move an opportunity
///
/// Passed and refused, the newest first, 50 on a page.
#[utoipa::path(get, path = "/opportunities/{id}/transition-log", tag = "lifecycles", params(("id" = OpportunityId, Path), DealLogParams), responses((status = 200, body = Page<TransitionAttempt>), Problems))]
async fn log_of_deal(
    cx: Allow<ReadOpportunity>,
    Path(id): Path<OpportunityId>,
    Query(asked): Query<DealLogParams>,
) -> Result<Json<Page<TransitionAttempt>>> {
    let mut tx = cx.begin().await?;
    opportunity::store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let page = log::page(&cx, &mut tx, Of::Deal(id), asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// The checklist of an opportunity
///
/// What its version of the lifecycle wants ticked: first before it leaves its stage, then before it enters others.
#[utoipa::path(get, path = "/opportunities/{id}/checklist", tag = "lifecycles", params(("id" = OpportunityId, Path)), responses((status = 200, body = Page<ChecklistItem>), Problems))]
async fn checklist_of(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<Json<Page<ChecklistItem>>> {
    let mut tx = cx.begin().await?;
    let deal = opportunity::store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let items = checklist::items(&mut tx, &deal).await?;
    tx.done(Json(Page::whole(items))).await
}

/// What came of a tick.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChecklistTicked)]
struct Ticked {
    items: Vec<ChecklistItem>,
    /// Of the deal, by now.
    version: i64,
    /// Null when it was so already.
    event_id: Option<EventId>,
}

async fn set(
    cx: Allow<UpdateOpportunity>,
    id: OpportunityId,
    item: Uuid,
    ticked: bool,
    if_match: IfMatch,
) -> Result<Committed<Json<Ticked>>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    let event_id = checklist::set(&cx, &mut tx, &permit, version, item, ticked, None).await?;
    let deal = opportunity::store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let items = checklist::items(&mut tx, &deal).await?;
    tx.commit(Json(Ticked { items, version: deal.version, event_id })).await
}

/// Tick an item of an opportunity's checklist
#[utoipa::path(put, path = "/opportunities/{id}/checklist/{item_id}", tag = "lifecycles", params(("id" = OpportunityId, Path), ("item_id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The deal's version that was read, in quotes")),
    responses((status = 200, body = Ticked), Problems))]
async fn tick(
    cx: Allow<UpdateOpportunity>,
    Path((id, item)): Path<(OpportunityId, Uuid)>,
    if_match: IfMatch,
) -> Result<Committed<Json<Ticked>>> {
    set(cx, id, item, true, if_match).await
}

/// Take the tick of an item away
#[utoipa::path(delete, path = "/opportunities/{id}/checklist/{item_id}", tag = "lifecycles", params(("id" = OpportunityId, Path), ("item_id" = Uuid, Path), ("If-Match" = Option<String>, Header, description = "The deal's version that was read, in quotes")),
    responses((status = 200, body = Ticked), Problems))]
async fn untick(
    cx: Allow<UpdateOpportunity>,
    Path((id, item)): Path<(OpportunityId, Uuid)>,
    if_match: IfMatch,
) -> Result<Committed<Json<Ticked>>> {
    set(cx, id, item, false, if_match).await
}
