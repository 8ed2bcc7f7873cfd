//! Two records made one. The **winner** keeps its id and takes the values that were chosen of the loser's; what hung on the
//! **loser** hangs on the winner, and the loser goes to the bin. Its id leads to the winner from then on. All of it goes
//! through the same functions as edits by hand, and is taken back as a whole: what has been changed since stays, and is
//! named.

pub mod http;
pub mod store;

use dealwright_access::context::permission;
use dealwright_access::policy::{
    DeleteAccount, DeleteContact, DeleteLead, Object, UpdateAccount, UpdateContact, UpdateLead,
};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{AccountId, ContactId, EventId, LeadId, MemberId, ShareId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use self::store::{Link, Merge};
use crate::account::{self, Account, AccountPatch};
use crate::change::undo::Undone;
use crate::change::{self, Kept, diff};
use crate::contact::{self, Contact, ContactPatch};
use crate::lead::{self, Lead, LeadPatch};
use crate::{account_team, sharing};

/// What can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeObject {
    Account,
    Contact,
    Lead,
}

impl MergeObject {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
        }
    }

    /// As the policy calls it.
    #[must_use]
    pub const fn object(self) -> Object {
        match self {
            Self::Account => Object::Account,
            Self::Contact => Object::Contact,
            Self::Lead => Object::Lead,
        }
    }

    fn named(text: &str) -> Result<Self> {
        [Self::Account, Self::Contact, Self::Lead]
            .into_iter()
            .find(|o| o.as_str() == text)
            .ok_or_else(|| Error::internal("the database holds a merge of something unknown"))
    }
}

/// Two records with the right to merge them: to change both, and to delete the loser.
enum Pair {
    Accounts(Permit<Account>, Permit<Account>),
    Contacts(Permit<Contact>, Permit<Contact>),
    Leads(Box<Permit<Lead>>, Box<Permit<Lead>>),
}

impl Pair {
    /// # Errors
    /// 404 when one is hidden, 403 when a right is lacking, 409 `lead_converted`, 422 when they are the same, or the winner
    /// stands below the loser.
    async fn of(cx: &Context, tx: &mut Tx, object: MergeObject, winner: Uuid, loser: Uuid) -> Result<Self> {
        if winner == loser {
            return Err(Error::field("loser_id", "same_record", "a record can't be merged with itself"));
        }
        Ok(match object {
            MergeObject::Account => {
                let (w, l) = (AccountId(winner), AccountId(loser));
                let kept = cx.permit_for::<Account>(tx, w, permission::<UpdateAccount>()).await?;
                drop(cx.permit_for::<Account>(tx, l, permission::<UpdateAccount>()).await?);
                let gone = cx.permit_for::<Account>(tx, l, permission::<DeleteAccount>()).await?;
                if account::store::is_below(tx, w, l).await? {
                    let message = "the winner stands below the loser; merge them the other way round";
                    return Err(Error::field("winner_id", "parent_cycle", message));
                }
                Self::Accounts(kept, gone)
            }
            MergeObject::Contact => {
                let (w, l) = (ContactId(winner), ContactId(loser));
                let kept = cx.permit_for::<Contact>(tx, w, permission::<UpdateContact>()).await?;
                drop(cx.permit_for::<Contact>(tx, l, permission::<UpdateContact>()).await?);
                let gone = cx.permit_for::<Contact>(tx, l, permission::<DeleteContact>()).await?;
                Self::Contacts(kept, gone)
            }
            MergeObject::Lead => {
                let (w, l) = (LeadId(winner), LeadId(loser));
                let kept = cx.permit_for::<Lead>(tx, w, permission::<UpdateLead>()).await?;
                drop(cx.permit_for::<Lead>(tx, l, permission::<UpdateLead>()).await?);
                let gone = cx.permit_for::<Lead>(tx, l, permission::<DeleteLead>()).await?;
                lead::write::require_open(&kept)?;
                lead::write::require_open(&gone)?;
                Self::Leads(Box::new(kept), Box::new(gone))
            }
        })
    }

    fn versions(&self) -> (i64, i64) {
        match self {
            Self::Accounts(w, l) => (w.version, l.version),
            Self::Contacts(w, l) => (w.version, l.version),
            Self::Leads(w, l) => (w.version, l.version),
        }
    }

    fn names(&self) -> (String, String) {
        match self {
            Self::Accounts(w, l) => (w.name.clone(), l.name.clone()),
            Self::Contacts(w, l) => (w.name.clone(), l.name.clone()),
            Self::Leads(w, l) => (w.name.clone(), l.name.clone()),
        }
    }

    /// What differs, as a change from the winner's to the loser's value, of what the caller may read.
    fn differences(&self, cx: &Context) -> Result<Vec<Change>> {
        let (object, mut changes) = match self {
            Self::Accounts(w, l) => (Object::Account, diff(&w.fields(), &l.fields())?),
            Self::Contacts(w, l) => (Object::Contact, diff(&w.fields(), &l.fields())?),
            Self::Leads(w, l) => (Object::Lead, diff(&w.fields(), &l.fields())?),
        };
        // A team follows its owner, a name its parts.
        changes.retain(|c| c.field != "team_id" && !cx.actor().fields.hides(object, &c.field));
        Ok(changes)
    }

    /// Puts the loser into the bin and gives the winner what was chosen of it.
    async fn write(self, cx: &Context, tx: &mut Tx, values: Map<String, Value>) -> Result<Option<EventId>> {
        match self {
            Self::Accounts(winner, loser) => {
                let (at, gone) = (winner.version, loser.version);
                account::write::delete(tx, loser, gone, None).await?;
                if values.is_empty() {
                    return Ok(None);
                }
                let patch = AccountPatch { merging: true, ..AccountPatch::from_values(values)? };
                Ok(account::write::update(cx, tx, winner, at, patch, None).await?.event)
            }
            Self::Contacts(winner, loser) => {
                let (at, gone) = (winner.version, loser.version);
                contact::write::delete(tx, loser, gone, None).await?;
                if values.is_empty() {
                    return Ok(None);
                }
                let patch = ContactPatch { merging: true, ..ContactPatch::from_values(values)? };
                Ok(contact::write::update(cx, tx, winner, at, patch, None).await?.event)
            }
            Self::Leads(winner, loser) => {
                let (at, gone) = (winner.version, loser.version);
                lead::write::delete(tx, *loser, gone, None).await?;
                if values.is_empty() {
                    return Ok(None);
                }
                let patch = LeadPatch { merging: true, ..LeadPatch::from_values(values)? };
                Ok(lead::write::update(cx, tx, *winner, at, patch, None).await?.event)
            }
        }
    }
}

/// What is to be merged, and which values of the loser the winner gets.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    pub object: MergeObject,
    pub winner_id: Uuid,
    pub loser_id: Uuid,
    /// The versions that were read.
    pub winner_version: i64,
    pub loser_version: i64,
    /// Fields whose value is the loser's from then on; the others stay the winner's.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub take: Vec<String>,
}

/// Merges two records.
///
/// # Errors
/// 404, 403; 409 `version_conflict`; 422 for a field that does not differ, or that the winner can't have.
pub async fn merge(cx: &Context, tx: &mut Tx, asked: &NewMerge) -> Result<Merge> {
    let pair = Pair::of(cx, tx, asked.object, asked.winner_id, asked.loser_id).await?;
    let (winner, loser) = pair.versions();
    for (version, read) in [(winner, asked.winner_version), (loser, asked.loser_version)] {
        if version != read {
            return Err(Error::stale(VersionConflict { version, fields: Vec::new() }));
        }
    }
    let differences = pair.differences(cx)?;
    let mut values = Map::new();
    for field in &asked.take {
        let Some(change) = differences.iter().find(|c| c.field == *field) else {
            return Err(Error::field("take", "unknown_field", format!("{field:.60} does not differ between the two")));
        };
        values.insert(field.clone(), change.new.clone());
    }
    may_show(cx, tx, asked).await?;
    let (name, gone) = pair.names();
    let update_event = pair.write(cx, tx, values).await?;
    let moved = store::move_links(tx, asked.object, asked.loser_id, asked.winner_id, None).await?;
    tell(tx, &moved, asked.loser_id, &gone, asked.winner_id, &name);
    tell_access(tx, asked.object, &moved, (asked.loser_id, &gone), (asked.winner_id, &name)).await?;
    let (id, event_id) = (tx.new_id(), EventId(tx.new_id()));
    let links = moved.iter().map(|l| json!({ "kind": l.kind, "id": l.id, "field": l.field })).collect();
    store::insert(tx, id, asked, cx.actor().user, update_event, event_id, &Value::Array(links)).await?;
    store::settle_pair(tx, asked, cx.actor().user).await?;
    let merge = store::find(tx, id).await?.or_not_found("merge")?;
    let data = json!({ "merge_id": id, "loser_id": asked.loser_id, "loser": gone, "winner_id": asked.winner_id, "winner": name, "taken": asked.take, "moved": moved.len() });
    // The winner's comes last: it is the one that the answer names, and that is undone.
    let told = [
        ("merged_into", EventId(tx.new_id()), asked.loser_id, gone, loser),
        ("merged", event_id, asked.winner_id, name, winner),
    ];
    for (verb, event, record, name, version) in told {
        let subject = Subject { object: asked.object.as_str(), id: record, name, version: Some(version) };
        let event = Event::with_id(event, format!("{}.{verb}", asked.object.as_str()), subject);
        tx.emit(about(event, asked.object, record).data(data.clone()));
    }
    Ok(merge)
}

/// An event in the history of a record.
fn about(event: Event, object: MergeObject, id: Uuid) -> Event {
    match object {
        MergeObject::Account => event.about(None, Some(AccountId(id)), None),
        MergeObject::Contact => event.about(None, None, Some(ContactId(id))),
        MergeObject::Lead => event.on_lead(Some(LeadId(id))),
    }
}

/// Records in the history of each record that something else is its account, contact or parent.
fn tell(tx: &mut Tx, moved: &[Link], from: Uuid, from_name: &str, to: Uuid, to_name: &str) {
    for link in moved {
        let object = match link.kind.as_str() {
            "opportunity" => "opportunity",
            "contact" => "contact",
            "account" => "account",
            "task" => "task",
            // Who may not see the contact has no name for it in the deal's history.
            "deal_contact" => "opportunity",
            "lead" if link.field.starts_with("custom.") => "lead",
            _ => continue,
        };
        let subject = Subject { object, id: link.id, name: link.name.clone(), version: Some(link.version) };
        let part = link.kind == "deal_contact";
        let label = |name: &str| (!part).then(|| name.to_owned());
        let change = Change {
            field: if part { "contacts".to_owned() } else { link.field.clone() },
            old: json!(from),
            new: json!(to),
            old_label: label(from_name),
            new_label: label(to_name),
        };
        let lead = match object {
            "lead" => Some(link.id.into()),
            _ if link.field == "lead_id" => Some(to.into()),
            _ => None,
        };
        let (opportunity, account, contact) = match object {
            "opportunity" => (Some(link.id.into()), None, None),
            "account" => (None, Some(link.id.into()), None),
            "contact" => (None, None, Some(link.id.into())),
            "lead" => (None, None, None),
            _ if link.field == "contact_id" => (None, None, Some(to.into())),
            _ if link.field == "lead_id" => (None, None, None),
            _ => (None, Some(to.into()), None),
        };
        let event = Event::with_id(EventId(tx.new_id()), format!("{object}.updated"), subject);
        tx.emit(event.about(opportunity, account, contact).on_lead(lead).changes(vec![change]));
    }
}

/// Members of an account's team see deals and contacts of the account. When two accounts become one they see those of the
/// other: as much as adding them to its team would show, and only who may do that may do this.
async fn may_show(cx: &Context, tx: &mut Tx, asked: &NewMerge) -> Result<()> {
    if asked.object != MergeObject::Account {
        return Ok(());
    }
    for account in [asked.winner_id, asked.loser_id] {
        for member in account_team::store::list(tx, AccountId(account)).await? {
            account_team::may_show(cx.actor(), &member)?;
        }
    }
    Ok(())
}

/// Shares and members that moved, in the history of both: whom a record is shown to is always told there.
async fn tell_access(
    tx: &mut Tx,
    object: MergeObject,
    moved: &[Link],
    from: (Uuid, &str),
    to: (Uuid, &str),
) -> Result<()> {
    for link in moved {
        let (off, on, data) = match link.kind.as_str() {
            "member" => {
                let member = account_team::store::find(tx, AccountId(to.0), MemberId(link.id)).await?;
                ("member_removed", "member_added", account_team::about(&member.or_not_found("member")?))
            }
            "share" => {
                let share = sharing::store::find(tx, object.object(), to.0, ShareId(link.id)).await?;
                ("unshared", "shared", sharing::about(&share.or_not_found("share")?))
            }
            _ => continue,
        };
        for (verb, (id, name)) in [(off, from), (on, to)] {
            let subject = Subject { object: object.as_str(), id, name: name.to_owned(), version: None };
            let event = Event::with_id(EventId(tx.new_id()), format!("{}.{verb}", object.as_str()), subject);
            tx.emit(about(event, object, id).data(data.clone()));
        }
    }
    Ok(())
}

/// Refuses to take a record out of the trash that has become another: that is done by taking the merge back.
///
/// # Errors
/// 409 `merged`.
pub async fn refuse_merged(tx: &mut Tx, object: MergeObject, id: Uuid) -> Result<()> {
    if store::survivor(tx, object, id).await?.is_some() {
        let why = "it was merged into another record, which its links lead to; take the merge back instead";
        return Err(Error::conflict("merged", why));
    }
    Ok(())
}

/// Makes two records of one again. What has been changed since stays, and is named.
///
/// # Errors
/// 404, 403; 409 `already_undone`, or `external_id_taken`.
pub async fn take_back(cx: &Context, tx: &mut Tx, merge: &Merge) -> Result<Undone> {
    if merge.undone {
        return Err(change::undo::already());
    }
    let object = merge.object;
    let name = match object {
        MergeObject::Account => {
            let id = AccountId(merge.winner_id);
            cx.permit_for::<Account>(tx, id, permission::<UpdateAccount>()).await?.name.clone()
        }
        MergeObject::Contact => {
            let id = ContactId(merge.winner_id);
            cx.permit_for::<Contact>(tx, id, permission::<UpdateContact>()).await?.name.clone()
        }
        MergeObject::Lead => {
            let winner = cx.permit_for::<Lead>(tx, LeadId(merge.winner_id), permission::<UpdateLead>()).await?;
            // Of what it has become nothing can be taken out.
            lead::write::require_open(&winner)?;
            winner.name.clone()
        }
    };
    // The loser is its own record again before it is taken out of the trash, where a merged one stays.
    store::set_undone(tx, merge).await?;
    let (mut restored, mut kept) = (Vec::new(), Vec::new());
    if let Some(event) = merge.update_event {
        values_back(cx, tx, event, &mut restored, &mut kept).await?;
    }
    let back = match object {
        MergeObject::Account => {
            account::write::restore(cx, tx, AccountId(merge.loser_id), None).await.map(|w| w.account.name)
        }
        MergeObject::Contact => {
            contact::write::restore(cx, tx, ContactId(merge.loser_id), None).await.map(|w| w.contact.name)
        }
        MergeObject::Lead => lead::write::restore(cx, tx, LeadId(merge.loser_id), None).await.map(|w| w.lead.name),
    }?;
    restored.push(back.clone());
    let links = merge.moved.as_array().map_or(0, Vec::len);
    let moved = store::move_links(tx, object, merge.winner_id, merge.loser_id, Some(&merge.moved)).await?;
    tell(tx, &moved, merge.winner_id, &name, merge.loser_id, &back);
    tell_access(tx, object, &moved, (merge.winner_id, &name), (merge.loser_id, &back)).await?;
    if moved.len() < links {
        let stay = links - moved.len();
        kept.push(Kept { field: "links".into(), reason: format!("{stay} have been moved or removed since") });
    }
    let event_id = EventId(tx.new_id());
    let subject = Subject { object: object.as_str(), id: merge.winner_id, name, version: None };
    let event = Event::with_id(event_id, format!("{}.unmerged", object.as_str()), subject);
    let data = json!({ "merge_id": merge.id, "loser_id": merge.loser_id, "loser": back, "moved": moved.len() });
    let mut event = about(event, object, merge.winner_id).data(data);
    event.undoes = Some(merge.event_id);
    tx.emit(event);
    Ok(Undone { event_id: Some(event_id), restored, kept })
}

/// Gives the winner its own values back, where nobody has changed them since.
async fn values_back(
    cx: &Context,
    tx: &mut Tx,
    event: EventId,
    restored: &mut Vec<String>,
    kept: &mut Vec<Kept>,
) -> Result<()> {
    let event = change::store::undoable(tx, event).await?;
    if event.undone {
        return Ok(());
    }
    // Boxed: an undo may take a merge back, which takes an update back.
    match Box::pin(change::undo::take_back(cx, tx, &event)).await {
        Ok(undone) => {
            restored.extend(undone.restored);
            kept.extend(undone.kept);
            Ok(())
        }
        Err(error) if error.code == "nothing_to_undo" => {
            let edited = event.changes.iter().map(|c| Kept { field: c.field.clone(), reason: "edited since".into() });
            kept.extend(edited);
            Ok(())
        }
        Err(error) => Err(error),
    }
}
