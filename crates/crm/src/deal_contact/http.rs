//! `/opportunities/{id}/contacts`: who has a say in a deal.

use axum::response::IntoResponse;
use dealwright_access::policy::{ReadOpportunity, UpdateOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::{ContactId, OpportunityId};
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Tx};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ContactPart, DealContact};
use crate::opportunity::Opportunity;

/// The endpoints of a deal's contacts.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(set, remove))
}

/// Who has a say in an opportunity
///
/// The primary contact comes first. The `ETag` is the opportunity's version.
#[utoipa::path(get, path = "/opportunities/{id}/contacts", tag = "opportunities", params(("id" = OpportunityId, Path)), responses((status = 200, body = Page<DealContact>), Problems))]
async fn index(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let (version, items) = super::list(&cx, &mut tx, id).await?;
    tx.done((etag(version), Json(Page::whole(items)))).await
}

/// Put a contact on an opportunity, or change its role
#[utoipa::path(put, path = "/opportunities/{id}/contacts/{contact_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("contact_id" = ContactId, Path)),
    request_body = ContactPart, responses((status = 200, body = Page<DealContact>), Problems))]
async fn set(
    cx: Allow<UpdateOpportunity>,
    Path((id, contact)): Path<(OpportunityId, ContactId)>,
    if_match: IfMatch,
    Valid(part): Valid<ContactPart>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.or(part.version).unwrap_or(permit.version);
    super::set(&cx, &mut tx, permit, version, contact, part).await?;
    all(&cx, tx, id).await
}

/// Take a contact off an opportunity
#[utoipa::path(delete, path = "/opportunities/{id}/contacts/{contact_id}", tag = "opportunities", params(("id" = OpportunityId, Path), ("contact_id" = ContactId, Path)),
    responses((status = 200, body = Page<DealContact>), Problems))]
async fn remove(
    cx: Allow<UpdateOpportunity>,
    Path((id, contact)): Path<(OpportunityId, ContactId)>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Opportunity>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    super::remove(&cx, &mut tx, permit, version, contact).await?;
    all(&cx, tx, id).await
}

async fn all(cx: &Context, mut tx: Tx, id: OpportunityId) -> Result<Committed<impl IntoResponse + use<>>> {
    let (version, items) = super::list(cx, &mut tx, id).await?;
    tx.commit((etag(version), Json(Page::whole(items)))).await
}
