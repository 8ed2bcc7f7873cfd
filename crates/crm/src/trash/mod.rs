//! The trash: what was deleted, by whom, and how long it can still be restored. Afterwards, or when an administrator says
//! so, it is gone for good.
//!
//! Restoring is each object's own: here is what there is, and its end. `job` keeps the organisation's retention.

pub mod http;
pub mod job;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::policy::{
    DeleteAccount, DeleteActivity, DeleteContact, DeleteLead, DeleteOpportunity, DeleteTask, Needs, Permission,
    UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity,
};
use dealwright_access::{Context, ScopeLevel};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::file::{self, FileParent};
use crate::words::words;

words! {
    /// What can be in the trash.
    TrashObject, "object" {
        Opportunity = "opportunity",
        Account = "account",
        Contact = "contact",
        Lead = "lead",
        Task = "task",
        Activity = "activity",
        File = "file",
    }
}

impl TrashObject {
    pub const ALL: [Self; 7] =
        [Self::Opportunity, Self::Account, Self::Contact, Self::Lead, Self::Task, Self::Activity, Self::File];

    /// What deleting and restoring one takes; of a file, the right to change what it is on.
    #[must_use]
    pub const fn permission(self, parent: Option<FileParent>) -> Permission {
        match self {
            Self::File => match parent {
                Some(FileParent::Account) => UpdateAccount::PERMISSION,
                Some(FileParent::Contact) => UpdateContact::PERMISSION,
                Some(FileParent::Lead) => UpdateLead::PERMISSION,
                Some(FileParent::Opportunity) | None => UpdateOpportunity::PERMISSION,
            },
            Self::Opportunity => DeleteOpportunity::PERMISSION,
            Self::Account => DeleteAccount::PERMISSION,
            Self::Contact => DeleteContact::PERMISSION,
            Self::Lead => DeleteLead::PERMISSION,
            Self::Task => DeleteTask::PERMISSION,
            Self::Activity => DeleteActivity::PERMISSION,
        }
    }
}

/// Something that was deleted.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrashItem {
    pub object: TrashObject,
    pub id: Uuid,
    pub name: String,
    pub deleted_at: DateTime<Utc>,
    /// Null when its history does not say.
    pub deleted_by: Option<String>,
    /// When it is gone for good.
    pub purge_at: DateTime<Utc>,
    /// Whole days until then; 0 when it goes within a day.
    pub days_left: i64,
    /// Whether the caller may restore it.
    pub may_restore: bool,
}

/// Takes a record out of the trash for good. The audit log keeps that it was there.
///
/// # Errors
/// 403 unless the caller may delete all records of the object; 404 when it is not in the trash.
pub async fn purge(cx: &Context, tx: &mut Tx, object: TrashObject, id: Uuid) -> Result<()> {
    if object == TrashObject::File {
        // Who may change the record it is on, as for its other end.
        file::write::open(cx, tx, id.into()).await?;
    } else if cx.actor().scope(object.permission(None)) != ScopeLevel::All {
        let needs = object.permission(None);
        return Err(Error::forbidden("forbidden", format!("this takes {needs} for all records")));
    }
    let name = store::purge(tx, object, id).await?.or_not_found("record")?;
    let subject = Subject { object: "trash", id, name, version: None };
    let event = Event::with_id(tx.new_id().into(), "trash.purged", subject).data(json!({ "object": object.as_str() }));
    tx.emit(event);
    Ok(())
}
