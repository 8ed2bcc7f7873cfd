//! How a stage that goes hands its deals over to another: through the gate, in batches, each with its event. Nothing is
//! moved when one of them would not be let in.

use std::collections::BTreeMap;

use dealwright_access::context::permission;
use dealwright_access::policy::UpdateOpportunity;
use dealwright_access::{Context, ScopeLevel};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::{Missing, refusal};
use serde_json::json;
use uuid::Uuid;

use super::{Stage, store};
use crate::change;
use crate::change::store::name_values;
use crate::opportunity::moving::{self, Said};
use crate::opportunity::{self, Opportunity};

const BATCH: i64 = 500;

/// The most deals that are changed within one request.
pub const MOST: i64 = 20_000;

/// Who changes deals by changing master data must be allowed to change them all.
///
/// # Errors
/// 403.
pub fn require_all(cx: &Context) -> Result<()> {
    if cx.actor().scope(permission::<UpdateOpportunity>()) == ScopeLevel::All {
        return Ok(());
    }
    Err(Error::forbidden("forbidden", "this changes deals: it takes the right to update all of them"))
}

/// Refuses to change more deals than one request can.
///
/// # Errors
/// 409 `too_many_in_use`.
pub fn require_few(count: i64) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    let detail =
        format!("this would change {count} records; at most {MOST} are changed at once: move some of them first");
    Err(Error::conflict("too_many_in_use", detail).counting(count))
}

/// Moves every deal of `from` to `to`.
///
/// # Errors
/// 403; 422 `gate_not_cleared` with what is missing and on how many deals, or `stage_full`.
pub async fn hand_over(cx: &Context, tx: &mut Tx, from: &Stage, to: &Stage) -> Result<()> {
    require_all(cx)?;
    let (mut after, mut refused, mut lacking) = (Uuid::nil(), 0_i64, BTreeMap::<String, Missing>::new());
    loop {
        let ids = store::deals(tx, from.id, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let deals = opportunity::list::read(cx, tx, &ids).await?;
        let mut moves = Vec::with_capacity(deals.len());
        for deal in deals {
            let missing = moving::missing(deal.id, deal.version, &deal.fields(), to);
            if missing.is_empty() {
                moves.push(deal);
            } else {
                refused += 1;
                lacking.extend(missing.into_iter().map(|m| (m.field.clone(), m)));
            }
        }
        if refused == 0 {
            enter(tx, moves, from, to).await?;
        }
    }
    if refused > 0 {
        return Err(refusal(lacking.into_values().collect()).counting(refused));
    }
    store::move_bin(tx, from.id, to).await
}

async fn enter(tx: &mut Tx, deals: Vec<Opportunity>, from: &Stage, to: &Stage) -> Result<()> {
    let entering = i64::try_from(deals.iter().filter(|d| d.archived_at.is_none()).count()).unwrap_or(i64::MAX);
    moving::make_room(tx, to, entering).await?;
    let mut rows = Vec::with_capacity(deals.len());
    for deal in deals {
        let old = deal.fields();
        // A probability that somebody gave the deal is the deal's own.
        let said = Said {
            probability: deal.probability != i64::from(from.probability),
            forecast_category: true,
            close_date: true,
        };
        let new = moving::pass_gate(deal.id, deal.version, old.clone(), to, said, tx.now().date_naive())?;
        let mut changes = change::diff(&old, &new)?;
        name_values(tx, &mut changes).await?;
        rows.push(json!({ "id": deal.id, "probability": new.probability }));
        let mut event = deal.event(tx, "moved").changes(changes).data(json!({ "stage_deleted": from.name }));
        event.subject.version = Some(deal.version + 1);
        tx.emit(event);
    }
    opportunity::store::enter_stage(tx, &rows, to.id, to.pipeline_id).await
}
