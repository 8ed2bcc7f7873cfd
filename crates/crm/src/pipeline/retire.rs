//! How a stage that goes hands its deals over to another: through the gate, in batches, each with its event. Nothing is
//! moved when one of them would not be let in.

use std::collections::{BTreeSet, HashMap};

use dealwright_access::context::permission;
use dealwright_access::policy::UpdateOpportunity;
use dealwright_access::{Context, ScopeLevel};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::{Missing, Refusal, refusal};
use serde_json::json;
use uuid::Uuid;

use super::{Stage, store};
use crate::change;
use crate::change::store::name_values;
use crate::lifecycle::{self, Standing};
use crate::opportunity::moving::{self, CameFrom, Case, Said};
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
    let stages = store::stages(tx).await?;
    let (mut after, mut refused, mut lacking) = (Uuid::nil(), 0_i64, BTreeSet::<Missing>::new());
    loop {
        let ids = store::deals(tx, from.id, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let deals = opportunity::list::read(cx, tx, &ids).await?;
        let standings = lifecycle::standings(tx, &ids).await?;
        let mut moves = Vec::with_capacity(deals.len());
        for deal in deals {
            let mut case = case_of(&deal, &standings, from)?;
            let verdict = case.judge(tx, cx.actor(), &stages, to).await?;
            let missing = verdict.missing();
            if missing.is_empty() {
                moves.push((deal, case));
            } else {
                refused += 1;
                lacking.extend(missing);
                drop(verdict.attempted(tx));
            }
        }
        if refused == 0 {
            enter(cx, tx, moves, from, (&stages, to)).await?;
        }
    }
    if refused > 0 {
        return Err(refusal(Refusal::NotCleared(lacking.into_iter().collect())).counting(refused));
    }
    store::move_bin(tx, from.id, to).await
}

fn case_of(deal: &Opportunity, standings: &HashMap<Uuid, Standing>, from: &Stage) -> Result<Case> {
    let standing = standings.get(&deal.id.0).cloned().or_not_found("opportunity")?;
    Case::standing(deal.id, deal.version, CameFrom::Removed(from.id), standing, &deal.fields())
}

async fn enter(
    cx: &Context,
    tx: &mut Tx,
    deals: Vec<(Opportunity, Case)>,
    from: &Stage,
    (stages, to): (&[Stage], &Stage),
) -> Result<()> {
    let entering = i64::try_from(deals.iter().filter(|d| d.0.archived_at.is_none()).count()).unwrap_or(i64::MAX);
    moving::make_room(tx, to, entering).await?;
    let mut rows = Vec::with_capacity(deals.len());
    for (deal, case) in deals {
        let old = deal.fields();
        // A probability that somebody gave the deal is the deal's own.
        let said = Said {
            probability: deal.probability != i64::from(from.probability),
            forecast_category: true,
            close_date: true,
        };
        let new = moving::pass_gate(cx, tx, case, old.clone(), (stages, to), said).await?.fields;
        let mut changes = change::diff(&old, &new)?;
        name_values(tx, &mut changes).await?;
        rows.push(json!({ "id": deal.id, "probability": new.probability }));
        let mut event = deal.event(tx, "moved").changes(changes).data(json!({ "stage_deleted": from.name }));
        event.subject.version = Some(deal.version + 1);
        tx.emit(event);
    }
    opportunity::store::enter_stage(tx, &rows, to.id, to.pipeline_id).await
}
