//! The order of a stage's cards that people make by hand. It is the same for all of them, and no change of the deal: it has
//! no version and no history.

use dealwright_access::Permit;
use dealwright_kernel::id::OpportunityId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Opportunity, store};

/// Where among the cards of its stage a deal goes.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The card of the same stage that it comes below; null: on top of all.
    pub below_id: Option<OpportunityId>,
}

/// Puts a deal, which the caller may change, to its place in the stage it is in.
///
/// # Errors
/// 422 `unknown_reference` when the other one is not in that stage, or not seen by the caller.
pub async fn place(tx: &mut Tx, permit: &Permit<Opportunity>, place: Place) -> Result<()> {
    put(tx, permit.id, place).await
}

/// The same for a deal that has just been written.
///
/// # Errors
/// As [`place`].
pub async fn put(tx: &mut Tx, deal: OpportunityId, place: Place) -> Result<()> {
    let absent = || Error::field("below_id", "unknown_reference", "there is no such deal in this stage");
    if let Some(other) = place.below_id {
        store::find(tx, other, false).await?.ok_or_else(absent)?;
    }
    if store::place_by_hand(tx, deal, place.below_id).await? { Ok(()) } else { Err(absent()) }
}
