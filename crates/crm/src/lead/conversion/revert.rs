//! Taking a conversion back: what it made goes to the bin as long as nobody has changed or used it since, what it moved
//! goes back, and what stays is named.

use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteAccount, DeleteContact, DeleteOpportunity, Object};
use dealwright_access::{Context, Permission, Permit, Record};
use dealwright_kernel::error::{OrNotFound, Outcome};
use dealwright_kernel::id::EventId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::json;
use uuid::Uuid;

use super::convert::{status_change, tell_tasks, told};
use super::{MadeRecord, RevertedConversion, Trace, store};
use crate::account::Account;
use crate::change;
use crate::choice::Category;
use crate::contact::Contact;
use crate::lead::Lead;
use crate::opportunity::Opportunity;
use crate::{account, contact, opportunity};

/// Takes the conversion of a lead back. `undoes` names its event where that is what was asked to be undone.
///
/// # Errors
/// 409 `version_conflict`, `not_converted`, or `nothing_to_undo` when it has been converted anew since.
pub async fn revert(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Lead>,
    version: i64,
    undoes: Option<EventId>,
) -> Result<RevertedConversion> {
    let lead = permit.into_inner();
    let trace = store::trace(tx, lead.id).await?;
    let trace = trace.ok_or_else(|| Error::conflict("not_converted", "this lead is not converted"))?;
    if undoes.is_some_and(|event| event != trace.event_id) {
        return Err(Error::conflict("nothing_to_undo", "the lead has been converted anew since"));
    }
    if lead.version != version {
        return Err(change::stale_for(cx, Object::Lead, lead.version, &lead.fields(), &lead.fields()));
    }
    let status = status_before(tx, &trace).await?.unwrap_or(lead.status_id);
    let moved = store::move_to_lead(tx, lead.id, &trace).await?;
    if !store::unmark(tx, lead.id, version, status).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let made = unmake(cx, tx, &lead, &trace).await?;
    let now = crate::lead::store::find(tx, lead.id, false).await?.or_not_found("lead")?.allowing(cx.actor());
    tell_tasks(tx, &lead, &trace, &moved, false);
    let (deleted, kept): (Vec<_>, Vec<_>) = made.into_iter().partition(|m| m.reason.is_none());
    let event_id = EventId(tx.new_id());
    let mut event = told(&now, event_id, "conversion_reverted", &trace, vec![status_change(&lead, &now)]);
    let told = |records: &[MadeRecord]| -> Vec<_> {
        records.iter().map(|r| json!({ "type": r.object, "id": r.id, "reason": r.reason })).collect()
    };
    event = event.data(json!({ "deleted": told(&deleted), "kept": told(&kept) }));
    event.undoes = Some(trace.event_id);
    tx.emit(event);
    Ok(RevertedConversion { lead: now, deleted, kept, event_id })
}

/// The status that the lead had, or else one of leads that are worked on.
async fn status_before(tx: &mut Tx, trace: &Trace) -> Result<Option<dealwright_kernel::id::ChoiceId>> {
    if store::status_there(tx, trace.status_id).await? {
        return Ok(Some(trace.status_id));
    }
    crate::lead::store::status_of(tx, Category::Working).await
}

/// What was made goes to the bin, from what hangs on the others to what they hang on.
async fn unmake(cx: &Context, tx: &mut Tx, lead: &Lead, trace: &Trace) -> Result<Vec<MadeRecord>> {
    let mut all = Vec::new();
    if let (Some(id), Some(version)) = (trace.opportunity, trace.made.opportunity) {
        let needs = permission::<DeleteOpportunity>();
        match permitted::<Opportunity>(cx, tx, id, needs).await? {
            Ok(permit) => {
                let (at, name) = (permit.version, permit.name.clone());
                let reason = stays(tx, lead, "opportunity", id.0, at == version).await?;
                if reason.is_none() {
                    opportunity::write::delete(tx, permit, version, None).await?;
                }
                all.push(MadeRecord { object: "opportunity", id: id.0, name, reason });
            }
            Err(reason) => all.extend(unseen(tx, "opportunity", id.0, reason).await?),
        }
    }
    if let (Some(id), Some(version)) = (trace.contact, trace.made.contact) {
        match permitted::<Contact>(cx, tx, id, permission::<DeleteContact>()).await? {
            Ok(permit) => {
                let (at, name) = (permit.version, permit.name.clone());
                let reason = stays(tx, lead, "contact", id.0, at == version).await?;
                if reason.is_none() {
                    contact::write::delete(tx, permit, version, None).await?;
                }
                all.push(MadeRecord { object: "contact", id: id.0, name, reason });
            }
            Err(reason) => all.extend(unseen(tx, "contact", id.0, reason).await?),
        }
    }
    if let (Some(id), Some(version)) = (trace.account, trace.made.account) {
        match permitted::<Account>(cx, tx, id, permission::<DeleteAccount>()).await? {
            Ok(permit) => {
                let (at, name) = (permit.version, permit.name.clone());
                let reason = stays(tx, lead, "account", id.0, at == version).await?;
                if reason.is_none() {
                    account::write::delete(tx, permit, version, None).await?;
                }
                all.push(MadeRecord { object: "account", id: id.0, name, reason });
            }
            Err(reason) => all.extend(unseen(tx, "account", id.0, reason).await?),
        }
    }
    Ok(all)
}

/// Why a record stays; nothing when it goes.
async fn stays(tx: &mut Tx, lead: &Lead, object: &str, id: Uuid, unchanged: bool) -> Result<Option<&'static str>> {
    if !unchanged {
        return Ok(Some("changed"));
    }
    Ok(store::in_use(tx, lead.id, object, id).await?.then_some("in_use"))
}

/// The right to delete a record, or why there is none: it is gone or hidden (nothing), or it is not the caller's.
async fn permitted<T: Record>(
    cx: &Context,
    tx: &mut Tx,
    id: T::Id,
    needs: Permission,
) -> Result<std::result::Result<Permit<T>, Option<&'static str>>> {
    match cx.permit_for::<T>(tx, id, needs).await {
        Ok(permit) => Ok(Ok(permit)),
        Err(error) if error.outcome == Outcome::NotFound => Ok(Err(None)),
        Err(error) if error.outcome == Outcome::Forbidden => Ok(Err(Some("not_permitted"))),
        Err(error) => Err(error),
    }
}

/// A record that is not the caller's to delete.
async fn unseen(
    tx: &mut Tx,
    object: &'static str,
    id: Uuid,
    reason: Option<&'static str>,
) -> Result<Option<MadeRecord>> {
    let Some(reason) = reason else { return Ok(None) };
    let name = change::store::names(tx, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Some(MadeRecord { object, id, name, reason: Some(reason) }))
}
