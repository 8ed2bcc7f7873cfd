//! The timeline: events as a person reads them, of one record and what hangs on it.
//!
//! `ask` is what can be asked for, `look` finds which entries these are, `store` reads them, `pin` keeps some on top.

pub mod ask;
pub mod http;
pub mod look;
pub mod pin;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::EventId;
use dealwright_store::ActorKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::activity::Activity;
use crate::record::Ref;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entry {
    pub id: EventId,
    /// `<object>.<verb>`, such as `opportunity.moved`.
    #[serde(rename = "type")]
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor: EntryActor,
    pub subject: EntrySubject,
    pub changes: Vec<EntryChange>,
    #[schema(value_type = Object)]
    pub data: Value,
    /// Whether it is of a kind that can be taken back, and has not been.
    pub undoable: bool,
    /// Whether it has been taken back.
    pub undone: bool,
    /// Whether it is pinned to the top of this record's timeline.
    pub pinned: bool,
    /// What was logged, as it reads now; of `activity.logged` only.
    pub activity: Option<Activity>,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryActor {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
    pub name: String,
    /// The person an agent or an import acts for.
    #[serde(rename = "for")]
    pub on_behalf_of: Option<Ref>,
}

/// What it happened to.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntrySubject {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub name: String,
}

/// One field, old and new.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EntryChange {
    pub field: String,
    /// The field's name for a person.
    #[serde(default)]
    pub label: String,
    pub old: Value,
    pub new: Value,
    #[serde(default)]
    pub old_label: Option<String>,
    #[serde(default)]
    pub new_label: Option<String>,
}

/// Whether an event of this kind can be taken back.
#[must_use]
pub fn can_be_undone(kind: &str, has_changes: bool) -> bool {
    let Some((object, verb)) = kind.split_once('.') else { return false };
    if object == "file" {
        return matches!(verb, "added" | "deleted" | "restored")
            || (has_changes && matches!(verb, "renamed" | "classified" | "version_added" | "version_chosen"));
    }
    if object == "account_plan" {
        return matches!(verb, "created" | "deleted" | "restored" | "updated" | "undone");
    }
    let known = matches!(object, "opportunity" | "account" | "contact" | "lead" | "task" | "activity");
    known
        && (matches!(verb, "created" | "deleted" | "restored")
            || (object == "activity" && verb == "logged")
            || (object == "lead" && verb == "converted")
            || (object == "opportunity"
                && (verb.starts_with("contact_")
                    || verb.starts_with("competitor_")
                    || verb.starts_with("product_")
                    || verb.starts_with("checklist_")
                    || matches!(verb, "archived" | "unarchived")))
            || (object == "contact" && verb.starts_with("affiliation_"))
            || (matches!(object, "account" | "contact" | "lead") && verb == "merged")
            || (has_changes && matches!(verb, "updated" | "moved" | "assigned" | "undone" | "completed" | "reopened")))
}
