//! `/organisation`: its settings.

use axum::response::IntoResponse;
use dealwright_access::policy::{ReadOrganisation, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Valid, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Organisation, OrganisationPatch, store};
use crate::change;

/// The settings' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(get, update))
}

/// The organisation's settings
#[utoipa::path(get, path = "/organisation", tag = "master data", responses((status = 200, body = Organisation), Problems))]
async fn get(cx: Allow<ReadOrganisation>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let organisation = store::find(&mut tx).await?;
    tx.done((etag(organisation.version), Json(organisation))).await
}

/// Change the organisation's settings
///
/// The currency changes only while there are no amounts and no rates; 409 `currency_in_use` says how many there are.
#[utoipa::path(patch, path = "/organisation", tag = "master data", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = OrganisationPatch, responses((status = 200, body = Organisation), Problems))]
async fn update(
    cx: Allow<UpdateOrganisation>,
    if_match: IfMatch,
    Valid(patch): Valid<OrganisationPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx).await?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if new.currency != old.currency {
        let count = store::amounts(&mut tx).await?;
        if count > 0 {
            let detail = format!(
                "there are {count} amounts and rates in {}: sums would come to mean another thing",
                old.currency
            );
            return Err(Error::conflict("currency_in_use", detail).counting(count).on("currency"));
        }
    }
    if !store::update(&mut tx, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let organisation = store::find(&mut tx).await?;
    let event = organisation.event(&tx, "updated").changes(changes);
    tx.emit(event);
    tx.commit((etag(organisation.version), Json(organisation))).await
}
