//! `/opportunities`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateOpportunity, DeleteOpportunity, ReadOpportunity, UpdateOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, EventId, LineId, OpportunityId, StageId};
use dealwright_kernel::page::TotalIs;
use dealwright_kernel::{Counted, Currency, Money, Patch, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lines::{LinePatch, NewLine};
use super::list::{self, CATALOGUE, Found};
use super::placing::{self, Place};
use super::ways::{self, Transition};
use super::{NewOpportunity, Opportunity, OpportunityPatch, Whole, lines, store, write};
use crate::custom_field;
use crate::list::{Asked, ListQuery, Names, TreeQuery};

/// The opportunities' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(query))
        .routes(routes!(get, update, delete))
        .routes(routes!(restore))
        .routes(routes!(move_to))
        .routes(routes!(put_in_place))
        .routes(routes!(transitions))
        .routes(routes!(add_line))
        .routes(routes!(change_line, remove_line))
}

/// A page of opportunities.
#[derive(Debug, Serialize, ToSchema)]
struct OpportunityPage {
    items: Vec<Opportunity>,
    next_cursor: Option<String>,
    #[serde(flatten)]
    total: Counted,
    totals: Option<Sums>,
}

/// Sums over all that matches; null when there is more than is counted.
#[derive(Debug, Serialize, ToSchema)]
struct Sums {
    count: i64,
    count_is: TotalIs,
    amount: Option<Money>,
    /// Each amount times its probability.
    weighted: Option<Money>,
    average: Option<Money>,
}

impl OpportunityPage {
    fn new(found: Found, currency: Currency) -> Self {
        let money = |minor: Option<i64>| minor.map(|m| Money::new(m, currency));
        let totals = found.totals.map(|t| Sums {
            count: t.count.total,
            count_is: t.count.total_is,
            amount: money(t.amount),
            weighted: money(t.weighted),
            average: money(t.average),
        });
        Self { items: found.items, next_cursor: found.next_cursor, total: found.total.into(), totals }
    }
}

/// How lists are filtered, sorted and paged. Filters take several values by commas, and comparisons as
/// `amount.gte`, `close_date.lte`, `name.contains`, `account_id.is_null`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// Up to four keys; a leading minus sorts descending.
    #[param(example = "-amount,close_date")]
    sort: Option<String>,
    /// A filter tree in JSON, as `POST /opportunities/query` takes it, besides the filters below.
    filter: Option<String>,
    count: Option<bool>,
    totals: Option<bool>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `me` or an id.
    owner_id: Option<String>,
    /// `my_team` or an id.
    team_id: Option<String>,
    /// An id or a name.
    stage_id: Option<String>,
    #[param(example = "open")]
    stage_kind: Option<String>,
    pipeline_id: Option<String>,
    account_id: Option<String>,
    primary_contact_id: Option<String>,
    type_id: Option<String>,
    source_id: Option<String>,
    industry_id: Option<String>,
    region_id: Option<String>,
    lost_reason_id: Option<String>,
    lost_to_id: Option<String>,
    won_reason_id: Option<String>,
    /// Anybody with a part in the deal, the primary contact too.
    contact_id: Option<String>,
    /// Who else is after it, and whom it was lost to.
    competitor_id: Option<String>,
    forecast_category: Option<String>,
    tag: Option<String>,
    name: Option<String>,
    amount: Option<String>,
    /// A date, `today`, `-30d`, `this_quarter`, ….
    close_date: Option<String>,
    follow_up_date: Option<String>,
    probability: Option<String>,
    expected_revenue: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    stage_entered_at: Option<String>,
    closed_at: Option<String>,
    /// Archived ones are left out unless this is `true`, or `true,false`.
    archived: Option<String>,
}

async fn page(cx: &Context, mut tx: Tx, query: ListQuery) -> Result<Json<OpportunityPage>> {
    let found = list::page(cx, &mut tx, &query).await?;
    tx.done(Json(OpportunityPage::new(found, cx.actor().currency))).await
}

/// List opportunities
#[utoipa::path(get, path = "/opportunities", tag = "opportunities", params(ListParams), responses((status = 200, body = OpportunityPage), Problems))]
async fn index(cx: Allow<ReadOpportunity>, Query(asked): Query<Asked>) -> Result<Json<OpportunityPage>> {
    let mut tx = cx.begin().await?;
    let names = Names::of_asked(&mut tx, &CATALOGUE, &asked).await?;
    let query = ListQuery::read(&asked, names, cx.actor(), cx.clock().today())?;
    page(&cx, tx, query).await
}

/// List opportunities by a filter tree
#[utoipa::path(post, path = "/opportunities/query", tag = "opportunities", request_body = TreeQuery, responses((status = 200, body = OpportunityPage), Problems))]
async fn query(cx: Allow<ReadOpportunity>, Json(tree): Json<TreeQuery>) -> Result<Json<OpportunityPage>> {
    let mut tx = cx.begin().await?;
    let names = Names::of_tree(&mut tx, &CATALOGUE, &tree).await?;
    let query = ListQuery::from_tree(tree, names, cx.actor(), cx.clock().today())?;
    page(&cx, tx, query).await
}

/// Create an opportunity
#[utoipa::path(post, path = "/opportunities", tag = "opportunities", request_body = NewOpportunity, responses((status = 201, body = Opportunity), Problems))]
async fn create(
    cx: Allow<CreateOpportunity>,
    Valid(new): Valid<NewOpportunity>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut opportunity = write::create(&cx, &mut tx, new).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut opportunity]).await?;
    let location = [(header::LOCATION, format!("/api/v1/opportunities/{}", opportunity.id))];
    tx.commit((StatusCode::CREATED, etag(opportunity.version), location, Json(opportunity))).await
}

/// One opportunity, with its products and the stages it has been in
#[utoipa::path(get, path = "/opportunities/{id}", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Whole), Problems))]
async fn get(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let whole = lines::whole(&cx, &mut tx, id).await?;
    tx.done((etag(whole.opportunity.version), Json(whole))).await
}

/// Change an opportunity
///
/// A change of `stage_id` is the same move as `POST …/move`.
#[utoipa::path(patch, path = "/opportunities/{id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = OpportunityPatch, responses((status = 200, body = Opportunity), Problems))]
async fn update(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
    Valid(patch): Valid<OpportunityPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let mut written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.opportunity]).await?;
    tx.commit((etag(written.opportunity.version), Json(written.opportunity))).await
}

/// Put an opportunity into the bin
#[utoipa::path(delete, path = "/opportunities/{id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(
    cx: Allow<DeleteOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take an opportunity out of the bin
#[utoipa::path(post, path = "/opportunities/{id}/restore", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Opportunity), Problems))]
async fn restore(cx: Allow<DeleteOpportunity>, Path(id): Path<OpportunityId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut written = write::restore(&cx, &mut tx, id, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.opportunity]).await?;
    tx.commit((etag(written.opportunity.version), Json(written.opportunity))).await
}

/// A move to a stage, with what its gate may ask for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Move {
    stage_id: StageId,
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    lost_reason_id: Option<ChoiceId>,
    #[schema(max_length = 10000)]
    lost_notes: Option<String>,
    /// The competitor it was lost to.
    lost_to_id: Option<ChoiceId>,
    won_reason_id: Option<ChoiceId>,
    #[schema(max_length = 10000)]
    won_notes: Option<String>,
    close_date: Option<chrono::NaiveDate>,
    account_id: Option<AccountId>,
    primary_contact_id: Option<ContactId>,
    amount: Option<Money>,
    #[schema(max_length = 2000)]
    next_step: Option<String>,
    follow_up_date: Option<chrono::NaiveDate>,
    type_id: Option<ChoiceId>,
    source_id: Option<ChoiceId>,
    industry_id: Option<ChoiceId>,
    region_id: Option<ChoiceId>,
    tags: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    custom: Option<serde_json::Map<String, serde_json::Value>>,
    /// Where it comes among the cards there, as in `PUT …/position`; on top when absent.
    place: Option<Place>,
}

impl Validate for Move {
    fn validate(&self) -> Result<()> {
        self.patch().validate()
    }
}

impl Move {
    /// The same change as a PATCH.
    fn patch(&self) -> OpportunityPatch {
        fn given<T>(value: Option<T>) -> Patch<T> {
            value.map_or(Patch::Absent, Patch::Value)
        }
        OpportunityPatch {
            stage_id: Some(self.stage_id),
            lost_reason_id: given(self.lost_reason_id),
            lost_notes: given(self.lost_notes.clone()),
            lost_to_id: given(self.lost_to_id),
            won_reason_id: given(self.won_reason_id),
            won_notes: given(self.won_notes.clone()),
            close_date: given(self.close_date),
            account_id: given(self.account_id),
            primary_contact_id: given(self.primary_contact_id),
            amount: given(self.amount),
            next_step: given(self.next_step.clone()),
            follow_up_date: given(self.follow_up_date),
            type_id: given(self.type_id),
            source_id: given(self.source_id),
            industry_id: given(self.industry_id),
            region_id: given(self.region_id),
            tags: self.tags.clone(),
            custom: self.custom.clone(),
            ..OpportunityPatch::default()
        }
    }
}

/// What a move did, and the event to undo it by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Moved {
    pub opportunity: Opportunity,
    /// Null when it was so already.
    pub event_id: Option<EventId>,
}

/// Move an opportunity to a stage, through its gate
#[utoipa::path(post, path = "/opportunities/{id}/move", tag = "opportunities", params(("id" = OpportunityId, Path)), request_body = Move, responses((status = 200, body = Moved), Problems))]
async fn move_to(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
    Valid(body): Valid<Move>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let mut written = write::update(&cx, &mut tx, permit, version, body.patch(), None).await?;
    if let Some(place) = body.place {
        placing::put(&mut tx, id, place).await?;
    }
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.opportunity]).await?;
    tx.commit((
        etag(written.opportunity.version),
        Json(Moved { opportunity: written.opportunity, event_id: written.event }),
    ))
    .await
}

/// Put an opportunity to another place among the cards of its stage
///
/// The order is everybody's: sort by `-position`. It is no change of the deal, which keeps its version.
#[utoipa::path(put, path = "/opportunities/{id}/position", tag = "opportunities", params(("id" = OpportunityId, Path)), request_body = Place, responses((status = 204), Problems))]
async fn put_in_place(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    Json(place): Json<Place>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    placing::place(&mut tx, &permit, place).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Where an opportunity could go, and what each stage still asks for.
#[derive(Debug, Serialize, ToSchema)]
struct Transitions {
    items: Vec<Transition>,
}

/// Which stages an opportunity may enter, and what they ask for
///
/// As the caller: whether there is a way can depend on their roles.
#[utoipa::path(get, path = "/opportunities/{id}/transitions", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Transitions), Problems))]
async fn transitions(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<Json<Transitions>> {
    let mut tx = cx.begin().await?;
    let opportunity = store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let items = ways::of(cx.actor(), &mut tx, &opportunity).await?;
    tx.done(Json(Transitions { items })).await
}

/// Add a product to an opportunity
#[utoipa::path(post, path = "/opportunities/{id}/lines", tag = "opportunities", params(("id" = OpportunityId, Path)), request_body = NewLine, responses((status = 200, body = Whole), Problems))]
async fn add_line(
    cx: Allow<UpdateOpportunity>,
    Path(id): Path<OpportunityId>,
    if_match: IfMatch,
    Valid(new): Valid<NewLine>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.or(new.version).unwrap_or(permit.version);
    let id = lines::add(&cx, &mut tx, permit, version, new).await?;
    whole(&cx, tx, id).await
}

/// Change a product on an opportunity
#[utoipa::path(patch, path = "/opportunities/{id}/lines/{line_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("line_id" = LineId, Path)), request_body = LinePatch, responses((status = 200, body = Whole), Problems))]
async fn change_line(
    cx: Allow<UpdateOpportunity>,
    Path((id, line)): Path<(OpportunityId, LineId)>,
    if_match: IfMatch,
    Valid(patch): Valid<LinePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.or(patch.version).unwrap_or(permit.version);
    let id = lines::change(&cx, &mut tx, permit, version, line, patch).await?;
    whole(&cx, tx, id).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct LineRemoval {
    /// As of a change of the opportunity.
    #[serde(default)]
    restart_approval: bool,
}

/// Remove a product from an opportunity
#[utoipa::path(delete, path = "/opportunities/{id}/lines/{line_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("line_id" = LineId, Path), LineRemoval), responses((status = 200, body = Whole), Problems))]
async fn remove_line(
    cx: Allow<UpdateOpportunity>,
    Path((id, line)): Path<(OpportunityId, LineId)>,
    Query(how): Query<LineRemoval>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    let id = lines::remove(&cx, &mut tx, permit, version, line, how.restart_approval).await?;
    whole(&cx, tx, id).await
}

async fn whole(cx: &Context, mut tx: Tx, id: OpportunityId) -> Result<Committed<impl IntoResponse + use<>>> {
    let whole = lines::whole(cx, &mut tx, id).await?;
    tx.commit((etag(whole.opportunity.version), Json(whole))).await
}
