//! `/ownership-transfers`: many records to another owner.

use dealwright_access::Access;
use dealwright_access::context::SignedIn;
use dealwright_access::people;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::id::UserId;
use dealwright_kernel::page::Cursor;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{AT_ONCE, Outcome, all, store};
use crate::handover::{Include, Kind};
use crate::record::Texts;

/// The transfers' endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(transfer))
}

/// Which records, and to whom: either `ids`, or all of `from_id`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnershipTransfer {
    object: Kind,
    to_id: UserId,
    /// At most 500.
    #[schema(max_items = 500)]
    ids: Option<Vec<Uuid>>,
    /// The owner whose records these are, 500 at a time.
    from_id: Option<UserId>,
    /// With `from_id`: whether closed deals and finished tasks go too.
    #[serde(default)]
    include: Include,
    /// With `from_id`: the `next_cursor` of the answer before.
    cursor: Option<String>,
}

impl Validate for OwnershipTransfer {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.ids.is_some() == self.from_id.is_some() {
            wrong.push("ids", "invalid_value", "either ids or from_id");
        }
        if self.ids.as_ref().is_some_and(|ids| ids.len() > AT_ONCE) {
            wrong.push("ids", "too_many", format!("at most {AT_ONCE} at a time"));
        }
        wrong.finish()
    }
}

/// What became of each record.
#[derive(Debug, Serialize, ToSchema)]
struct OwnershipTransfers {
    #[serde(flatten)]
    outcome: Outcome,
    /// There are more of the owner's; pass it as `cursor`.
    next_cursor: Option<String>,
}

/// Give many records to another owner
///
/// Each is checked and written as one alone would be. Those that are refused stay, and are named with the reason; the
/// others are transferred, each with an event to undo it by.
#[utoipa::path(post, path = "/ownership-transfers", tag = "people", request_body = OwnershipTransfer, responses((status = 200, body = OwnershipTransfers), Problems))]
async fn transfer(
    SignedIn(cx): SignedIn,
    Valid(asked): Valid<OwnershipTransfer>,
) -> Result<Committed<Json<OwnershipTransfers>>> {
    let needs = asked.object.update();
    cx.actor().require(needs)?;
    let mut tx = cx.begin_for(Some(needs)).await?;
    if people::store::team_of(&mut tx, asked.to_id).await?.is_none() {
        return Err(Error::field("to_id", "unknown_reference", "there is no such person, or they are not active"));
    }
    let (ids, next_cursor) = records(&mut tx, &asked).await?;
    let outcome = all(&cx, &mut tx, asked.object, &ids, asked.to_id).await?;
    tx.commit(Json(OwnershipTransfers { outcome, next_cursor })).await
}

/// The ids, each once; or a page of those of an owner, with the cursor of the next.
async fn records(tx: &mut Tx, asked: &OwnershipTransfer) -> Result<(Vec<Uuid>, Option<String>)> {
    let Some(from) = asked.from_id else {
        let mut ids = asked.ids.clone().unwrap_or_default();
        ids.sort_unstable();
        ids.dedup();
        return Ok((ids, None));
    };
    let query = format!("transfer:{from}:{}:{:?}", asked.object.as_str(), asked.include);
    let after = asked.cursor.as_deref().map(|c| Cursor::<Uuid>::decode(c, &query)).transpose()?;
    let after = after.map_or_else(Uuid::nil, |c| c.keys);
    let limit = i64::try_from(AT_ONCE).map_err(Error::internal)?;
    let mut ids = store::owned(tx, asked.object, from, asked.include, after, limit + 1).await?;
    let more = ids.len() > AT_ONCE;
    ids.truncate(AT_ONCE);
    let next = ids.last().filter(|_| more).map(|last| Cursor { query, keys: *last }.encode()).transpose()?;
    Ok((ids, next))
}
