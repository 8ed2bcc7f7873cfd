//! Checklists of deals: what the stage a deal is in wants ticked before it leaves, and what has been.

use chrono::{DateTime, Utc};
use dealwright_access::{Context, Permit};
use dealwright_kernel::id::{EventId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::lifecycle::{Definition, Item};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{standing, store};
use crate::opportunity::Opportunity;
use crate::opportunity::parts::{self, PartChange};
use crate::record::Ref;

/// An item of a deal's checklist.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChecklistItem {
    pub id: Uuid,
    pub label: String,
    /// Whether it holds the deal where it is; else it is asked for by a stage that it may enter.
    pub before_leaving: bool,
    /// The stage that asks for it.
    pub stage_id: StageId,
    pub ticked_by: Option<Ref>,
    pub ticked_at: Option<DateTime<Utc>>,
}

/// The items that the deal's version knows: those of its own stage first, then of the stages to which it may go.
///
/// # Errors
/// 404 when the deal is hidden.
pub async fn items(tx: &mut Tx, deal: &Opportunity) -> Result<Vec<ChecklistItem>> {
    let standing = standing(tx, deal.id.0).await?;
    let ticks = store::ticks(tx, deal.id).await?;
    let item = |item: &Item, stage_id, before_leaving| {
        let tick = ticks.iter().find(|tick| tick.item_id == item.id);
        ChecklistItem {
            id: item.id,
            label: item.label.clone(),
            before_leaving,
            stage_id,
            ticked_by: tick.map(|t| Ref { id: t.ticked_by, name: t.name.clone() }),
            ticked_at: tick.map(|t| t.ticked_at),
        }
    };
    let stages = &standing.lifecycle.definition.stages;
    let own = stages.iter().filter(|rules| rules.stage_id == deal.stage_id);
    let others = stages.iter().filter(|rules| rules.stage_id != deal.stage_id);
    let leaving = own.flat_map(|rules| rules.exit.checklist.iter().map(|i| item(i, rules.stage_id, true)));
    let entering = others.flat_map(|rules| rules.entry.checklist.iter().map(|i| item(i, rules.stage_id, false)));
    Ok(leaving.chain(entering).collect())
}

fn label_of(definition: &Definition, id: Uuid) -> Option<String> {
    let mut all = definition.stages.iter().flat_map(|rules| rules.exit.checklist.iter().chain(&rules.entry.checklist));
    all.find(|item| item.id == id).map(|item| item.label.clone())
}

/// Ticks an item of the deal's version, or takes the tick away; nothing happens when it is so already.
///
/// # Errors
/// 404 when the version knows no such item; 409 `version_conflict`.
pub async fn set(
    cx: &Context,
    tx: &mut Tx,
    permit: &Permit<Opportunity>,
    version: i64,
    id: Uuid,
    ticked: bool,
    undoes: Option<EventId>,
) -> Result<Option<EventId>> {
    parts::at(permit, version)?;
    let standing = standing(tx, permit.id.0).await?;
    let label = label_of(&standing.lifecycle.definition, id);
    // What a version before asked for can still be taken back.
    let label =
        label.or_else(|| undoes.map(|_| "An item".to_owned())).ok_or_else(|| Error::not_found("checklist item"))?;
    let done = if ticked {
        store::tick(tx, permit.id, id, cx.actor().user).await?
    } else {
        store::untick(tx, permit.id, id).await?
    };
    if !done {
        return Ok(None);
    }
    let state = |ticked: bool| json!({ "id": id, "ticked": ticked });
    let words = |ticked: bool| Some(if ticked { label.clone() } else { format!("{label} (open)") });
    let change = Change {
        field: "checklist".into(),
        old: state(!ticked),
        new: state(ticked),
        old_label: words(!ticked),
        new_label: words(ticked),
    };
    let verb = if undoes.is_some() {
        "undone"
    } else if ticked {
        "checklist_ticked"
    } else {
        "checklist_unticked"
    };
    let part = PartChange { verb: verb.to_owned(), change, undoes };
    parts::record(tx, permit, version, part).await.map(Some)
}

/// Takes a tick, or its end, back.
///
/// # Errors
/// 409 `nothing_to_undo` when somebody has done so already.
pub async fn take_back(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    change: &Change,
    undoes: EventId,
) -> Result<EventId> {
    let said = |name: &str| change.old.get(name).cloned();
    let id = said("id").and_then(|v| v.as_str()?.parse().ok());
    let ticked = said("ticked").and_then(|v| v.as_bool());
    let (Some(id), Some(ticked)) = (id, ticked) else { return Err(parts::nothing("this can't be taken back")) };
    let version = permit.version;
    let done = set(cx, tx, &permit, version, id, ticked, Some(undoes)).await?;
    done.ok_or_else(|| parts::nothing("this has been taken back since"))
}
