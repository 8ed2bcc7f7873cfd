//! One record of many: changed by the same functions as one alone.

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, EventId, LeadId, OpportunityId, TaskId};
use dealwright_store::Tx;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Work;
use crate::account::{self, Account, AccountPatch};
use crate::contact::{self, Contact, ContactPatch};
use crate::lead::{self, Lead, LeadPatch};
use crate::opportunity::{self, Opportunity, OpportunityPatch};
use crate::selection::{ListObject, deleting, updating};
use crate::task::{self, Task, TaskPatch};

/// Whether a record of this object takes such values at all.
///
/// # Errors
/// 422 for what a field does not take.
pub fn check(object: ListObject, set: Map<String, Value>) -> Result<()> {
    match object {
        ListObject::Opportunity => OpportunityPatch::from_values(set).map(|_| ()),
        ListObject::Account => AccountPatch::from_values(set).map(|_| ()),
        ListObject::Contact => ContactPatch::from_values(set).map(|_| ()),
        ListObject::Lead => LeadPatch::from_values(set).map(|_| ()),
        ListObject::Task => TaskPatch::from_values(set).map(|_| ()),
    }
}

/// What to write on a record that has these tags.
fn patch(work: &Work, tags: &[String]) -> Map<String, Value> {
    let mut set = work.set.clone();
    let kept = tags.iter().filter(|t| !work.remove_tags.contains(t));
    let added = work.add_tags.iter().filter(|t| !tags.contains(t));
    let next: Vec<&String> = kept.chain(added).collect();
    if next.len() != tags.len() || next.iter().zip(tags).any(|(a, b)| *a != b) {
        set.insert("tags".to_owned(), json!(next));
    }
    set
}

/// Does the work on one record that must be at `version`, or as it is now; nothing when it is as wanted already.
///
/// # Errors
/// What a change of that one record alone would meet.
pub async fn one(
    cx: &Context,
    tx: &mut Tx,
    object: ListObject,
    id: Uuid,
    version: Option<i64>,
    work: &Work,
) -> Result<Option<EventId>> {
    if work.delete {
        return delete(cx, tx, object, id, version).await.map(Some);
    }
    let needs = updating(object);
    if work.assign {
        let permit = cx.permit_for::<Lead>(tx, LeadId(id), needs).await?;
        let version = version.unwrap_or(permit.version);
        return Ok(lead::assigning::assign(cx, tx, permit, version).await?.event);
    }
    match object {
        ListObject::Opportunity => {
            let permit = cx.permit_for::<Opportunity>(tx, OpportunityId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            let patch = OpportunityPatch::from_values(patch(work, &permit.tags))?;
            Ok(opportunity::write::update(cx, tx, permit, version, patch, None).await?.event)
        }
        ListObject::Account => {
            let permit = cx.permit_for::<Account>(tx, AccountId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            let patch = AccountPatch::from_values(patch(work, &permit.tags))?;
            Ok(account::write::update(cx, tx, permit, version, patch, None).await?.event)
        }
        ListObject::Contact => {
            let permit = cx.permit_for::<Contact>(tx, ContactId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            let patch = ContactPatch::from_values(patch(work, &permit.tags))?;
            Ok(contact::write::update(cx, tx, permit, version, patch, None).await?.event)
        }
        ListObject::Lead => {
            let permit = cx.permit_for::<Lead>(tx, LeadId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            let patch = LeadPatch::from_values(patch(work, &permit.tags))?;
            Ok(lead::write::update(cx, tx, permit, version, patch, None).await?.event)
        }
        ListObject::Task => {
            let permit = cx.permit_for::<Task>(tx, TaskId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            let patch = TaskPatch::from_values(work.set.clone())?;
            Ok(task::write::update(cx, tx, permit, version, patch, None).await?.event)
        }
    }
}

async fn delete(cx: &Context, tx: &mut Tx, object: ListObject, id: Uuid, version: Option<i64>) -> Result<EventId> {
    let needs = deleting(object);
    match object {
        ListObject::Opportunity => {
            let permit = cx.permit_for::<Opportunity>(tx, OpportunityId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            opportunity::write::delete(tx, permit, version, None).await
        }
        ListObject::Account => {
            let permit = cx.permit_for::<Account>(tx, AccountId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            account::write::delete(tx, permit, version, None).await
        }
        ListObject::Contact => {
            let permit = cx.permit_for::<Contact>(tx, ContactId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            contact::write::delete(tx, permit, version, None).await
        }
        ListObject::Lead => {
            let permit = cx.permit_for::<Lead>(tx, LeadId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            lead::write::delete(tx, permit, version, None).await
        }
        ListObject::Task => {
            let permit = cx.permit_for::<Task>(tx, TaskId(id), needs).await?;
            let version = version.unwrap_or(permit.version);
            task::write::delete(tx, permit, version, None).await
        }
    }
}
