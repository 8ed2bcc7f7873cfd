//! The one way in which contacts are written: by a person's form, an undo, an approved proposal. Scope, version,
//! references and history are the same for all.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateContact, DeleteContact, Object, UpdateContact};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{ContactId, EventId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;

use super::{Contact, ContactPatch, Fields, NewContact, check_name, store};
use crate::affiliation;
use crate::change::store::{References, check_references, name_values};
use crate::change::{self};
use crate::custom_field::{FieldObject, values};
use crate::duplicate::{self, Draft, MatchObject, Moment};
use crate::merge::{self, MergeObject};
use crate::rule;

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub contact: Contact,
    pub event: Option<EventId>,
}

/// Creates a contact.
///
/// # Errors
/// 403 when the owner is beyond the caller's scope; 409 `external_id_taken`; 422 for what is invalid or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewContact) -> Result<Contact> {
    change::may_say(cx, Object::Contact, &new)?;
    let allow = new.allow_duplicates;
    let owner = new.owner_id.unwrap_or(cx.actor().user);
    let team = change::owner_team(cx, tx, permission::<CreateContact>(), owner).await?;
    let (id, mut fields) = (ContactId(tx.new_id()), new.fields(owner, team));
    values::check(tx, FieldObject::Contact, None, &mut fields.custom).await?;
    check_name(&fields)?;
    check_references(tx, &references(None, &fields)).await?;
    duplicate::guard(cx, tx, MatchObject::Contact, Moment::Create, id.0, Draft::from(&fields), allow).await?;
    store::insert(tx, id, &fields).await?;
    rule::judge_new(tx, RuleObject::Contact, id.0).await?;
    let contact = store::find(tx, id, false).await?.or_not_found("contact")?.allowing(cx.actor());
    tx.emit(contact.event(tx, "created"));
    Ok(contact)
}

/// Changes a contact. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field, or `external_id_taken`; 403; 422, as when no name is left.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Contact>,
    version: i64,
    patch: ContactPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    let old = permit.fields();
    let (allow, merging) = (patch.allow_duplicates, patch.merging);
    let mut new = patch.apply(&old);
    change::may_write(cx, Object::Contact, &old, &new)?;
    values::check(tx, FieldObject::Contact, Some(&old.custom), &mut new.custom).await?;
    if new.owner_id != old.owner_id {
        permit.may_give_away("owner_id")?;
        new.team_id = change::owner_team(cx, tx, permission::<UpdateContact>(), new.owner_id).await?;
    }
    let current = permit.into_inner();
    if current.version != version {
        return Err(change::stale_for(cx, Object::Contact, current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { contact: current.allowing(cx.actor()), event: None });
    }
    check_name(&new)?;
    check_references(tx, &references(Some(&old), &new)).await?;
    if undoes.is_none() && !merging && Draft::from(&new) != Draft::from(&old) {
        duplicate::guard(cx, tx, MatchObject::Contact, Moment::Update, current.id.0, Draft::from(&new), allow).await?;
    }
    let judgement = rule::Judgement::of(tx, RuleObject::Contact, current.id.0).await?;
    affiliation::store::undo_of(tx, undoes.map(|event| event.0)).await?;
    if !store::update(tx, current.id, version, &new).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("contact")?;
        return Err(change::stale_for(cx, Object::Contact, now.version, &now.fields(), &new));
    }
    judgement.pass(tx).await?;
    name_values(tx, &mut changes).await?;
    values::tell(tx, FieldObject::Contact, &mut changes).await?;
    let contact = store::find(tx, current.id, false).await?.or_not_found("contact")?.allowing(cx.actor());
    if let Some(left) = old.account_id.filter(|left| contact.account_id != Some(*left) && undoes.is_none()) {
        // The old account's timeline tells it too, before the change that the answer names.
        tx.emit(contact.event(tx, "left").about(None, Some(left), None));
    }
    let verb = if undoes.is_some() { "undone" } else { "updated" };
    let mut event = contact.event(tx, verb).changes(changes);
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { contact, event: Some(event) })
}

/// What a changed reference must point at.
fn references(old: Option<&Fields>, new: &Fields) -> References {
    let account = new.account_id.filter(|id| old.and_then(|o| o.account_id) != Some(*id));
    References { account: account.map(Into::into), ..References::default() }
}

/// Puts a contact into the bin.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, permit: Permit<Contact>, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let mut event = current.event(tx, "deleted");
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes a contact out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it; 409 `external_id_taken`, or `merged`.
pub async fn restore(cx: &Context, tx: &mut Tx, id: ContactId, undoes: Option<EventId>) -> Result<Written> {
    let gone = store::find(tx, id, true).await?.or_not_found("contact")?;
    if !cx.actor().reaches(permission::<DeleteContact>(), gone.owner_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this contact"));
    }
    merge::refuse_merged(tx, MergeObject::Contact, id.0).await?;
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let contact = store::find(tx, id, false).await?.or_not_found("contact")?.allowing(cx.actor());
    let mut event = contact.event(tx, "restored");
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { contact, event: Some(event) })
}
