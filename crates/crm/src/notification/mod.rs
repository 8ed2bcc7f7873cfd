//! Notifications: what somebody ought to hear of, in the app and by letter.
//!
//! `maker` follows the event log and makes them; `recipients` says, without any I/O, who hears of what. A notification holds
//! no words of its record: who reads it, in the app or in a letter, is told what they may see by then (`store`, under their
//! own policies). `preference` and `due` say how and when; `letter` and `push` send; `text` is what they say, by language;
//! `follow` is who follows what; `unsubscribe` ends letters of a kind by a link.

pub mod answered;
pub mod bounce;
mod details;
pub mod due;
pub mod follow;
pub mod http;
pub mod letter;
pub mod maker;
pub mod preference;
pub mod push;
mod recipients;
pub mod store;
mod text;
pub mod unsubscribe;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::Ref;
use crate::words::words;

words! {
    /// Why somebody is told.
    NotificationKind, "kind" {
        /// A record or a task has become theirs.
        AssignedToMe = "assigned_to_me",
        /// Somebody named them, or their team, in a note.
        Mentioned = "mentioned",
        /// Stage, owner, amount or status of a record that they follow, or a note on it.
        FollowedRecordChanged = "followed_record_changed",
        /// The moment has come at which they wanted to be reminded.
        TaskReminder = "task_reminder",
        TaskDue = "task_due",
        TaskOverdue = "task_overdue",
        SharedWithMe = "shared_with_me",
        ImportFinished = "import_finished",
        BulkFinished = "bulk_finished",
        ProposalWaiting = "proposal_waiting",
        AccountTeamAdded = "account_team_added",
        /// An automation has something to say of a record.
        AutomationMessage = "automation_message",
        /// An automation that acts for them was switched off.
        AutomationPaused = "automation_paused",
        /// Something is soon due by a service level.
        SlaWarning = "sla_warning",
        /// It was not done in time.
        SlaBreached = "sla_breached",
        /// They are asked for an approval, or stand in for somebody who is.
        ApprovalWaiting = "approval_waiting",
        /// What they asked to be approved has been decided, or has begun anew; or what they were asked has been recalled.
        ApprovalDecided = "approval_decided",
        /// Nobody decided in time: now they may.
        ApprovalEscalated = "approval_escalated",
        /// A deal has entered a stage that tells them so.
        StageEntered = "stage_entered",
        /// The assistant has become worse, slower or dearer, or a budget of it runs out.
        AiAlert = "ai_alert",
    }
}

impl NotificationKind {
    pub const ALL: &'static [Self] = &[
        Self::AssignedToMe,
        Self::Mentioned,
        Self::FollowedRecordChanged,
        Self::TaskReminder,
        Self::TaskDue,
        Self::TaskOverdue,
        Self::SharedWithMe,
        Self::ImportFinished,
        Self::BulkFinished,
        Self::ProposalWaiting,
        Self::AccountTeamAdded,
        Self::AutomationMessage,
        Self::AutomationPaused,
        Self::SlaWarning,
        Self::SlaBreached,
        Self::ApprovalWaiting,
        Self::ApprovalDecided,
        Self::ApprovalEscalated,
        Self::StageEntered,
        Self::AiAlert,
    ];
}

words! {
    /// What a notification can be about.
    NotifiedObject, "object" {
        Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead", Task = "task",
        Import = "import", BulkChange = "bulk_change", Automation = "automation", AiAlert = "ai_alert",
    }
}

/// The record that a notification is about, by its name of now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NotifiedRecord {
    #[serde(rename = "type")]
    pub object: NotifiedObject,
    pub id: Uuid,
    pub name: String,
}

/// A change that a notification tells of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NotifiedChange {
    pub field: String,
    pub old: Value,
    pub new: Value,
    pub old_label: Option<String>,
    pub new_label: Option<String>,
}

/// The approval that a notification tells of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NotifiedApproval {
    pub id: Uuid,
    /// The name of its definition.
    pub name: String,
    /// What came of it; `pending` while it waits.
    pub status: String,
    #[serde(skip)]
    pub(crate) round: i32,
    #[serde(skip)]
    pub(crate) level: Option<i16>,
    /// Whether a letter may carry a link that decides.
    #[serde(skip)]
    pub(crate) by_mail: bool,
}

/// A notification as the API shows it: the newest of those about its record, unless they were asked for singly.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notification {
    pub id: Uuid,
    pub kind: NotificationKind,
    pub record: NotifiedRecord,
    /// Who did it; null for what nobody did, such as a day that has come.
    pub actor: Option<Ref>,
    /// For how many records it stands: more than one for an import or a change of many.
    pub count: i64,
    /// How many others there are about the same record, of those that were asked for.
    pub others: i64,
    /// What changed, without what your roles hide.
    pub changes: Vec<NotifiedChange>,
    /// The note it tells of.
    pub activity_id: Option<Uuid>,
    /// How the note begins, or what a stage has to say.
    pub excerpt: Option<String>,
    pub approval: Option<NotifiedApproval>,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
    pub snoozed_until: Option<DateTime<Utc>>,
}

impl Notification {
    /// The page of the app where its reader goes on from it.
    pub(crate) fn page(&self) -> String {
        let id = self.record.id;
        match (&self.approval, self.record.object) {
            (Some(approval), _) => format!("/approvals/{}", approval.id),
            (None, NotifiedObject::Opportunity) => format!("/opportunities/{id}"),
            (None, NotifiedObject::Account) => format!("/accounts/{id}"),
            (None, NotifiedObject::Contact) => format!("/contacts/{id}"),
            (None, NotifiedObject::Lead) => format!("/leads/{id}"),
            (None, NotifiedObject::Task) => "/tasks".to_owned(),
            (None, NotifiedObject::Import) => format!("/admin/imports/{id}"),
            (None, NotifiedObject::BulkChange) => "/notifications".to_owned(),
            (None, NotifiedObject::Automation) => format!("/admin/automations/{id}"),
            (None, NotifiedObject::AiAlert) => "/admin/ai-quality".to_owned(),
        }
    }
}

/// How many there are that were not read and are not put off.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NotificationCounts {
    /// At most 100.
    pub unread: i64,
    pub snoozed: i64,
}

/// Which notifications: some, all about a record, or all.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NotificationWhich)]
pub struct Which {
    #[schema(max_items = 200)]
    pub ids: Vec<Uuid>,
    pub object: Option<NotifiedObject>,
    pub record_id: Option<Uuid>,
    pub all: bool,
}

impl Which {
    fn check(&self) -> Result<()> {
        let said = [!self.ids.is_empty(), self.object.is_some() && self.record_id.is_some(), self.all];
        let torn = self.object.is_some() != self.record_id.is_some();
        if torn || said.iter().filter(|s| **s).count() != 1 {
            return Err(Error::field("ids", "required", "say `ids`, `object` with `record_id`, or `all`"));
        }
        if self.ids.len() > 200 {
            return Err(Error::field("ids", "too_many", "at most 200 at once"));
        }
        Ok(())
    }
}

/// What is to be read, or unread.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationMarking)]
pub struct Marking {
    pub which: Which,
    pub read: bool,
}

impl Validate for Marking {
    fn validate(&self) -> Result<()> {
        self.which.check()
    }
}

/// What is to be put off, and until when; null brings it back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationSnoozing)]
pub struct Snoozing {
    pub which: Which,
    pub until: Option<DateTime<Utc>>,
}

impl Validate for Snoozing {
    fn validate(&self) -> Result<()> {
        self.which.check()?;
        if self.until.is_some_and(|at| at.timestamp() >= 7_258_118_400) {
            return Err(Error::field("until", "out_of_range", "before the year 2200"));
        }
        Ok(())
    }
}

/// How many were changed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = NotificationMarked)]
pub struct Marked {
    pub changed: i64,
}
