//! Who has a say in a deal: contacts, each with a role and a note. One of them is the primary contact, which stands on the
//! deal itself and is listed here whether or not it has a role.
//!
//! Who sees the deal sees who is on it; a contact that they may not see has no name for them, here or in the history.

pub mod http;
pub mod store;

use dealwright_access::context::permission;
use dealwright_access::policy::{Object, UpdateOpportunity};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ChoiceId, ContactId, EventId, OpportunityId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Change, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::change::store::{References, check_references};
use crate::opportunity::parts::{self, PartChange};
use crate::opportunity::{self, Opportunity, OpportunityPatch};
use crate::record::{self, Ref, Texts};

/// The most contacts that a deal has.
pub const MAX_CONTACTS: usize = 200;

/// A contact on a deal.
#[derive(Debug, Serialize, ToSchema)]
pub struct DealContact {
    pub contact_id: ContactId,
    /// Null when you may not see the contact, or it is in the bin.
    pub contact: Option<Ref>,
    /// A value of the list `contact_role`.
    pub role_id: Option<ChoiceId>,
    pub note: Option<String>,
    /// The deal's primary contact.
    pub primary: bool,
}

/// What a contact is to a deal. A contact that is on it already gets this role and this note.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactPart {
    pub role_id: Option<ChoiceId>,
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// Makes it the primary contact, or no longer so; as it is when absent.
    pub primary: Option<bool>,
    /// The opportunity's version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for ContactPart {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("note", self.note.as_deref(), 2_000);
        wrong.finish()
    }
}

/// A row as it is kept, and as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub contact_id: ContactId,
    pub role_id: Option<ChoiceId>,
    pub note: Option<String>,
}

/// Puts a contact on a deal, or changes what it is to it.
///
/// # Errors
/// 403; 409 `version_conflict`; 422 `too_many_contacts`, for a contact or a role that there is not, and what the gate of
/// the stage says of the primary contact.
pub async fn set(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    contact: ContactId,
    part: ContactPart,
) -> Result<OpportunityId> {
    may_write(cx)?;
    parts::at(&permit, version)?;
    let (id, was_primary) = (permit.id, permit.primary_contact_id == Some(contact));
    let old = store::find(tx, id, contact).await?;
    let new = Kept { contact_id: contact, role_id: part.role_id, note: record::text(part.note) };
    let changed = old.as_ref() != Some(&new);
    if changed {
        write(tx, &permit, version, old, Some(new), None).await?;
    }
    match part.primary {
        Some(primary) if primary != was_primary => {
            if let Some(other) = permit.primary_contact_id.filter(|c| *c != contact) {
                store::keep(tx, id, other).await?;
            }
            let at = if changed { version + 1 } else { version };
            let to = if primary { Patch::Value(contact) } else { Patch::Null };
            make_primary(cx, tx, id, at, to).await?;
        }
        Some(_) | None => {}
    }
    Ok(id)
}

/// Takes a contact off a deal; the primary one is then no longer so.
///
/// # Errors
/// 404; 409 `version_conflict`; 422 `gate_not_cleared` when the stage asks for a primary contact.
pub async fn remove(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    contact: ContactId,
) -> Result<OpportunityId> {
    may_write(cx)?;
    parts::at(&permit, version)?;
    let (id, primary) = (permit.id, permit.primary_contact_id == Some(contact));
    let old = store::find(tx, id, contact).await?;
    if old.is_none() && !primary {
        return Err(Error::not_found("contact"));
    }
    let there = old.is_some();
    if let Some(old) = old {
        write(tx, &permit, version, Some(old), None, None).await?;
    }
    if primary {
        make_primary(cx, tx, id, if there { version + 1 } else { version }, Patch::Null).await?;
    }
    Ok(id)
}

/// Takes back a change of who is on a deal.
///
/// # Errors
/// 403; 409 `nothing_to_undo` when it has changed since.
pub async fn take_back(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    change: &Change,
    undoes: EventId,
) -> Result<EventId> {
    may_write(cx)?;
    let (old, new) = parts::told::<Kept>(change)?;
    let contact = old.as_ref().or(new.as_ref()).map(|kept| kept.contact_id);
    let contact = contact.ok_or_else(|| parts::nothing("this can't be taken back"))?;
    if store::find(tx, permit.id, contact).await? != new {
        return Err(parts::nothing("who is on the deal has changed since"));
    }
    let version = permit.version;
    write(tx, &permit, version, new, old, Some(undoes)).await
}

/// Writes or removes the row, with its event.
async fn write(
    tx: &mut Tx,
    permit: &Permit<Opportunity>,
    version: i64,
    old: Option<Kept>,
    new: Option<Kept>,
    undoes: Option<EventId>,
) -> Result<EventId> {
    match (&new, &old) {
        (Some(new), old) => {
            check(tx, old.as_ref(), new).await?;
            if old.is_none() && store::count(tx, permit.id).await? >= MAX_CONTACTS {
                let why = format!("a deal has at most {MAX_CONTACTS} contacts");
                return Err(Error::invalid("too_many_contacts", why));
            }
            store::upsert(tx, permit.id, new).await?;
        }
        (None, Some(old)) => store::delete(tx, permit.id, old.contact_id).await?,
        (None, None) => {}
    }
    let old_label = in_words(tx, old.as_ref()).await?;
    let new_label = in_words(tx, new.as_ref()).await?;
    let (old, new) = (old.as_ref().zip(old_label), new.as_ref().zip(new_label));
    let part = PartChange::of("contact", "contacts", old, new, undoes)?;
    parts::record(tx, permit, version, part).await
}

async fn check(tx: &mut Tx, old: Option<&Kept>, new: &Kept) -> Result<()> {
    let role = new.role_id.filter(|role| old.and_then(|o| o.role_id) != Some(*role));
    check_references(
        tx,
        &References {
            contact: old.is_none().then_some(new.contact_id.0),
            contact_field: Some("contact_id"),
            choices: role.map(|role| ("role_id", "contact_role", role.0)).into_iter().collect(),
            ..References::default()
        },
    )
    .await
}

/// What a person reads of a row, but for the contact's name: who reads the history may not see it.
async fn in_words(tx: &mut Tx, kept: Option<&Kept>) -> Result<Option<String>> {
    let Some(kept) = kept else { return Ok(None) };
    let role = match kept.role_id {
        Some(role) => crate::choice::store::find(tx, role).await?.map(|choice| choice.name),
        None => None,
    };
    let role = role.unwrap_or_else(|| "no role".to_owned());
    Ok(Some(kept.note.as_ref().map_or_else(|| role.clone(), |note| format!("{role}: {note}"))))
}

/// Changes the primary contact by the one way in which opportunities are written.
async fn make_primary(cx: &Context, tx: &mut Tx, id: OpportunityId, version: i64, to: Patch<ContactId>) -> Result<()> {
    let permit = cx.permit_for::<Opportunity>(tx, id, permission::<UpdateOpportunity>()).await?;
    let patch = OpportunityPatch { primary_contact_id: to, ..OpportunityPatch::default() };
    opportunity::write::update(cx, tx, permit, version, patch, None).await?;
    Ok(())
}

fn may_write(cx: &Context) -> Result<()> {
    cx.actor().fields.may_write(Object::Opportunity, ["contacts"])
}

/// Who is on a deal: the primary contact first, then in the order of their names.
///
/// # Errors
/// 404 when the deal is absent or hidden; 403 when this is hidden from the caller.
pub async fn list(cx: &Context, tx: &mut Tx, id: OpportunityId) -> Result<(i64, Vec<DealContact>)> {
    let deal = opportunity::store::find(tx, id, false).await?.or_not_found("opportunity")?;
    cx.actor().fields.may_read(Object::Opportunity, "contacts", "contacts")?;
    Ok((deal.version, store::list(tx, id).await?))
}
