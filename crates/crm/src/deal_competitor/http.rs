//! `/opportunities/{id}/competitors`: who else is after a deal.

use axum::response::IntoResponse;
use dealwright_access::policy::{ReadOpportunity, UpdateOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::{ChoiceId, OpportunityId};
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CompetitorPart, DealCompetitor};
use crate::opportunity::Opportunity;

/// The endpoints of a deal's competitors.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(set, remove))
}

/// Who else is after an opportunity
///
/// The one it was lost to comes first. The `ETag` is the opportunity's version.
#[utoipa::path(get, path = "/opportunities/{id}/competitors", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Page<DealCompetitor>), Problems))]
async fn index(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let (version, items) = super::list(&cx, &mut tx, id).await?;
    tx.done((etag(version), Json(Page::whole(items)))).await
}

/// Name a competitor in an opportunity, or change how it stands
#[utoipa::path(put, path = "/opportunities/{id}/competitors/{competitor_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("competitor_id" = ChoiceId, Path)),
    request_body = CompetitorPart, responses((status = 200, body = Page<DealCompetitor>), Problems))]
async fn set(
    cx: Allow<UpdateOpportunity>,
    Path((id, competitor)): Path<(OpportunityId, ChoiceId)>,
    if_match: IfMatch,
    Valid(part): Valid<CompetitorPart>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.or(part.version).unwrap_or(permit.version);
    super::set(&cx, &mut tx, permit, version, competitor, part).await?;
    all(&cx, tx, id).await
}

/// Take a competitor out of an opportunity
#[utoipa::path(delete, path = "/opportunities/{id}/competitors/{competitor_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("competitor_id" = ChoiceId, Path)),
    responses((status = 200, body = Page<DealCompetitor>), Problems))]
async fn remove(
    cx: Allow<UpdateOpportunity>,
    Path((id, competitor)): Path<(OpportunityId, ChoiceId)>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    super::remove(&cx, &mut tx, permit, version, competitor).await?;
    all(&cx, tx, id).await
}

async fn all(cx: &Context, mut tx: Tx, id: OpportunityId) -> Result<Committed<impl IntoResponse + use<>>> {
    let (version, items) = super::list(cx, &mut tx, id).await?;
    tx.commit((etag(version), Json(Page::whole(items)))).await
}
