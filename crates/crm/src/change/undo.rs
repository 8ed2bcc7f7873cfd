//! Taking an event back: a new change through the same permissions, rules and gates as any other.

use dealwright_access::context::permission;
use dealwright_access::policy::{
    DeleteAccount, DeleteActivity, DeleteContact, DeleteLead, DeleteOpportunity, DeleteTask, Needs, UpdateAccount,
    UpdateActivity, UpdateContact, UpdateLead, UpdateOpportunity, UpdateTask,
};
use dealwright_access::{Context, Record};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{AccountId, ActivityId, ContactId, EventId, LeadId, OpportunityId, TaskId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::store::Undoable;
use super::{Kept, fields_of, reversal};
use crate::timeline::can_be_undone;
use crate::{
    account, account_plan, activity, affiliation, contact, deal_competitor, deal_contact, file, lead, lifecycle, merge,
    opportunity, task,
};

/// What an undo did.
#[derive(Debug, Serialize, ToSchema)]
pub struct Undone {
    /// The undo's own event.
    pub event_id: Option<EventId>,
    pub restored: Vec<String>,
    /// Fields that were edited since, and stay as they are.
    pub kept: Vec<Kept>,
}

/// Takes an event back.
///
/// # Errors
/// 409 `already_undone` or `nothing_to_undo`; whatever the new change meets: 403, 404, 422.
pub async fn take_back(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    if event.undone {
        return Err(already());
    }
    tx.by_way_of("undo");
    if !can_be_undone(&event.kind, !event.changes.is_empty()) {
        return Err(Error::conflict("nothing_to_undo", "this can't be taken back"));
    }
    if event.subject_type == "file" {
        return file::write::take_back(cx, tx, event).await;
    }
    if event.subject_type == "account_plan" {
        return account_plan::write::take_back(cx, tx, event).await;
    }
    if let Some(change) = event.changes.first().filter(|c| event.subject_type == "contact" && c.field == "accounts") {
        let event_id = affiliation::take_back(cx, tx, ContactId(event.subject_id), change, event.id).await?;
        return Ok(Undone { event_id: Some(event_id), restored: vec![change.field.clone()], kept: Vec::new() });
    }
    if let Some(change) = event.changes.first().filter(|change| PARTS.contains(&change.field.as_str())) {
        return part(cx, tx, event, change).await;
    }
    let verb = event.kind.split_once('.').map_or("", |(_, verb)| verb);
    match verb {
        "created" | "logged" | "restored" => delete(cx, tx, event).await,
        "deleted" => restore(cx, tx, event).await,
        "converted" => revert_conversion(cx, tx, event).await,
        "archived" | "unarchived" => archive(cx, tx, event, verb == "unarchived").await,
        "merged" => {
            let merge = merge::store::find(tx, event.id.0).await?;
            merge::take_back(cx, tx, &merge.ok_or_else(|| unknown(event))?).await
        }
        _ => revert(cx, tx, event).await,
    }
}

/// What hangs on a deal, as its history names it.
const PARTS: [&str; 4] = ["contacts", "competitors", "products", "checklist"];

async fn part(cx: &Context, tx: &mut Tx, event: &Undoable, change: &Change) -> Result<Undone> {
    let id = OpportunityId(event.subject_id);
    let permit = cx.permit_for::<opportunity::Opportunity>(tx, id, UpdateOpportunity::PERMISSION).await?;
    let event_id = match change.field.as_str() {
        "contacts" => deal_contact::take_back(cx, tx, permit, change, event.id).await?,
        "checklist" => lifecycle::checklist::take_back(cx, tx, permit, change, event.id).await?,
        "products" => opportunity::line_undo::take_back(cx, tx, permit, change, event.id).await?,
        _ => deal_competitor::take_back(cx, tx, permit, change, event.id).await?,
    };
    Ok(Undone { event_id: Some(event_id), restored: vec![change.field.clone()], kept: Vec::new() })
}

async fn archive(cx: &Context, tx: &mut Tx, event: &Undoable, archived: bool) -> Result<Undone> {
    let id = OpportunityId(event.subject_id);
    let permit = cx.permit_for::<opportunity::Opportunity>(tx, id, UpdateOpportunity::PERMISSION).await?;
    let version = permit.version;
    let written = opportunity::write::archive(cx, tx, permit, version, archived, Some(event.id)).await?;
    if written.event.is_none() {
        return Err(Error::conflict("nothing_to_undo", "this has been taken back since"));
    }
    Ok(Undone { event_id: written.event, restored: Vec::new(), kept: Vec::new() })
}

/// Somebody was faster.
#[must_use]
pub fn already() -> Error {
    Error::conflict("already_undone", "somebody has taken this back already")
}

fn unknown(event: &Undoable) -> Error {
    Error::conflict("nothing_to_undo", format!("a change of a {} can't be taken back", event.subject_type))
}

/// Reads the record for writing, with its fields as the API names them.
async fn open<T: Record + Serialize>(
    cx: &Context,
    tx: &mut Tx,
    id: T::Id,
    needs: dealwright_access::Permission,
) -> Result<(dealwright_access::Permit<T>, Map<String, Value>)> {
    let permit = cx.permit_for::<T>(tx, id, needs).await?;
    let fields = fields_of(&*permit)?;
    Ok((permit, fields))
}

async fn revert(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let (id, undoes) = (event.subject_id, Some(event.id));
    let (kept, restored, event_id) = match event.subject_type.as_str() {
        "opportunity" => {
            let (permit, now) =
                open::<opportunity::Opportunity>(cx, tx, OpportunityId(id), UpdateOpportunity::PERMISSION).await?;
            let (mut back, kept) = plan(event, &now)?;
            // The owner's team follows the owner.
            back.remove("team_id");
            let (version, restored) = (permit.version, names(&back));
            keep_beside_stage(&mut back, &now);
            let patch = opportunity::OpportunityPatch::from_values(back)?;
            (kept, restored, opportunity::write::update(cx, tx, permit, version, patch, undoes).await?.event)
        }
        "account" => {
            let (permit, now) = open::<account::Account>(cx, tx, AccountId(id), UpdateAccount::PERMISSION).await?;
            let (mut back, kept) = plan(event, &now)?;
            back.remove("team_id");
            let (version, restored) = (permit.version, names(&back));
            (
                kept,
                restored,
                account::write::update(cx, tx, permit, version, account::AccountPatch::from_values(back)?, undoes)
                    .await?
                    .event,
            )
        }
        "contact" => {
            let (permit, now) = open::<contact::Contact>(cx, tx, ContactId(id), UpdateContact::PERMISSION).await?;
            let (mut back, kept) = plan(event, &now)?;
            for derived in ["team_id", "name"] {
                back.remove(derived);
            }
            let (version, restored) = (permit.version, names(&back));
            (
                kept,
                restored,
                contact::write::update(cx, tx, permit, version, contact::ContactPatch::from_values(back)?, undoes)
                    .await?
                    .event,
            )
        }
        "lead" => {
            let (permit, now) = open::<lead::Lead>(cx, tx, LeadId(id), UpdateLead::PERMISSION).await?;
            let (mut back, kept) = plan(event, &now)?;
            for derived in ["team_id", "name"] {
                back.remove(derived);
            }
            let (version, restored) = (permit.version, names(&back));
            let patch = lead::LeadPatch::from_values(back)?;
            (kept, restored, lead::write::update(cx, tx, permit, version, patch, undoes).await?.event)
        }
        "task" => {
            let (permit, now) = open::<task::Task>(cx, tx, TaskId(id), UpdateTask::PERMISSION).await?;
            let (mut back, kept) = plan(event, &now)?;
            back.remove("team_id");
            let (version, restored) = (permit.version, names(&back));
            (
                kept,
                restored,
                task::write::update(cx, tx, permit, version, task::TaskPatch::from_values(back)?, undoes).await?.event,
            )
        }
        "activity" => {
            let permit = cx.permit_for::<activity::Activity>(tx, ActivityId(id), UpdateActivity::PERMISSION).await?;
            let (back, kept) = plan(event, &fields_of(&permit.fields())?)?;
            let (version, restored) = (permit.version, names(&back));
            let patch = activity::ActivityPatch::from_values(back)?;
            (kept, restored, activity::write::update(cx, tx, permit, version, patch, undoes).await?.event)
        }
        _ => return Err(unknown(event)),
    };
    Ok(Undone { event_id, restored, kept })
}

/// What a conversion made and others have come to use stays, and is named by its kind.
async fn revert_conversion(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let permit = cx.permit_for::<lead::Lead>(tx, LeadId(event.subject_id), UpdateLead::PERMISSION).await?;
    let version = permit.version;
    let reverted = lead::conversion::revert(cx, tx, permit, version, Some(event.id)).await?;
    let kept = reverted
        .kept
        .iter()
        .map(|made| Kept { field: made.object.to_owned(), reason: made.reason.unwrap_or_default().replace('_', " ") });
    Ok(Undone {
        event_id: Some(reverted.event_id),
        restored: reverted.deleted.iter().map(|made| made.object.to_owned()).collect(),
        kept: kept.collect(),
    })
}

/// A move brings probability, forecast and close date with it; those edited since stay as they are.
fn keep_beside_stage(back: &mut Map<String, Value>, now: &Map<String, Value>) {
    if !back.contains_key("stage_id") {
        return;
    }
    for field in ["probability", "forecast_category", "close_date"] {
        if let Some(value) = now.get(field).filter(|_| !back.contains_key(field)) {
            back.insert(field.to_owned(), value.clone());
        }
    }
}

/// What to write back, and what has been edited since.
fn plan(event: &Undoable, now: &Map<String, Value>) -> Result<(Map<String, Value>, Vec<Kept>)> {
    let (back, kept) = reversal(&event.changes, now);
    if back.is_empty() {
        let edited = kept.iter().map(|k| k.field.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::conflict("nothing_to_undo", format!("every field has been edited since: {edited}")));
    }
    Ok((back, kept))
}

fn names(back: &Map<String, Value>) -> Vec<String> {
    back.keys().cloned().collect()
}

async fn delete(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let (id, undoes) = (event.subject_id, Some(event.id));
    let event_id = match event.subject_type.as_str() {
        "opportunity" => {
            let permit = cx
                .permit_for::<opportunity::Opportunity>(tx, OpportunityId(id), permission::<DeleteOpportunity>())
                .await?;
            let version = permit.version;
            opportunity::write::delete(tx, permit, version, undoes).await?
        }
        "account" => {
            let permit = cx.permit_for::<account::Account>(tx, AccountId(id), permission::<DeleteAccount>()).await?;
            let version = permit.version;
            account::write::delete(tx, permit, version, undoes).await?
        }
        "contact" => {
            let permit = cx.permit_for::<contact::Contact>(tx, ContactId(id), permission::<DeleteContact>()).await?;
            let version = permit.version;
            contact::write::delete(tx, permit, version, undoes).await?
        }
        "lead" => {
            let permit = cx.permit_for::<lead::Lead>(tx, LeadId(id), permission::<DeleteLead>()).await?;
            let version = permit.version;
            lead::write::delete(tx, permit, version, undoes).await?
        }
        "task" => {
            let permit = cx.permit_for::<task::Task>(tx, TaskId(id), permission::<DeleteTask>()).await?;
            let version = permit.version;
            task::write::delete(tx, permit, version, undoes).await?
        }
        "activity" => {
            let permit =
                cx.permit_for::<activity::Activity>(tx, ActivityId(id), permission::<DeleteActivity>()).await?;
            let version = permit.version;
            activity::write::delete(tx, permit, version, undoes).await?
        }
        _ => return Err(unknown(event)),
    };
    Ok(Undone { event_id: Some(event_id), restored: Vec::new(), kept: Vec::new() })
}

async fn restore(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let (id, undoes) = (event.subject_id, Some(event.id));
    let restored = match event.subject_type.as_str() {
        "opportunity" => opportunity::write::restore(cx, tx, OpportunityId(id), undoes).await.map(|w| w.event),
        "account" => account::write::restore(cx, tx, AccountId(id), undoes).await.map(|w| w.event),
        "contact" => contact::write::restore(cx, tx, ContactId(id), undoes).await.map(|w| w.event),
        "lead" => lead::write::restore(cx, tx, LeadId(id), undoes).await.map(|w| w.event),
        "task" => task::write::restore(cx, tx, TaskId(id), undoes).await.map(|w| w.event),
        "activity" => activity::write::restore(cx, tx, ActivityId(id), undoes).await.map(|w| w.event),
        _ => return Err(unknown(event)),
    };
    let event_id = match restored {
        // The event is seen by who sees the record, so the record is there: only not in the bin.
        Err(error) if error.outcome == Outcome::NotFound => {
            return Err(Error::conflict("nothing_to_undo", "this has been taken out of the bin since"));
        }
        other => other?,
    };
    Ok(Undone { event_id, restored: Vec::new(), kept: Vec::new() })
}
