//! Tasks: what somebody has to do, by when, and about what.
//!
//! Here are the types and the rules; `about` says what a task concerns, `checklist`, `due`, `recurrence` and `needs` what its
//! parts are, `following` makes the next of one that comes round, `store` holds the SQL, `list` what lists can ask, `write` the one
//! way in which tasks are written, `http` the endpoints. A task's owner is its assignee.

pub mod about;
pub mod checklist;
pub mod due;
mod following;
pub mod http;
pub mod list;
pub mod needs;
pub mod recurrence;
pub mod store;
pub mod write;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteTask, Object, UpdateTask};
use dealwright_access::{Actor, Record};
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, TaskId, TaskTemplateId, TeamId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use self::about::{About, SubjectRef};
use self::checklist::TaskStep;
use self::needs::Need;
use crate::opportunity::May;
use crate::record::{self, Ref, Texts};

/// How much a task matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
}

impl Priority {
    pub const WORDS: &'static [&'static str] = &["low", "normal", "high"];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

impl std::str::FromStr for Priority {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Low, Self::Normal, Self::High]
            .into_iter()
            .find(|p| p.as_str() == text)
            .ok_or_else(|| Error::field("priority", "invalid_value", format!("one of {}", Self::WORDS.join(", "))))
    }
}

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub title: String,
    pub notes: Option<String>,
    pub due_date: Option<NaiveDate>,
    pub priority: Priority,
    pub assignee_id: UserId,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    pub remind_at: Option<DateTime<Utc>>,
    pub recurrence: Option<String>,
    pub checklist: Vec<TaskStep>,
    pub blocked_by_ids: Vec<TaskId>,
    pub done: bool,
}

impl Fields {
    /// # Errors
    /// 422 on `due_date` of a task that comes round and has none; 422 `invalid_recurrence`.
    pub fn check(&self) -> Result<()> {
        let Some(rule) = &self.recurrence else { return Ok(()) };
        recurrence::check(rule)?;
        if self.due_date.is_none() {
            return Err(Error::field("due_date", "required", "a task that comes round is due on a day"));
        }
        Ok(())
    }

    /// Refuses a rule that is over before the task is due, when it is one that was not there before: what was put off past the end
    /// of its rule can still be worked on.
    ///
    /// # Errors
    /// 422 `invalid_recurrence`.
    pub fn check_beginning(&self, before: Option<&str>) -> Result<()> {
        match (self.recurrence.as_deref(), self.due_date) {
            (Some(rule), Some(due)) if before != Some(rule) => recurrence::check_from(rule, due),
            _ => Ok(()),
        }
    }

    /// What the task is about.
    #[must_use]
    pub const fn about(&self) -> About {
        About {
            opportunity: self.opportunity_id,
            account: self.account_id,
            contact: self.contact_id,
            lead: self.lead_id,
        }
    }
}

/// A task as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(remote = "Self")]
pub struct Task {
    pub id: TaskId,
    pub title: String,
    pub notes: Option<String>,
    pub due_date: Option<NaiveDate>,
    pub priority: Priority,
    pub assignee_id: UserId,
    pub assignee: Ref,
    /// Whose colleagues may see it as their team's.
    pub team_id: Option<TeamId>,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    /// What it is about; null when nothing, or when you may not see it.
    pub subject: Option<SubjectRef>,
    /// When its assignee is to be reminded.
    pub remind_at: Option<DateTime<Utc>>,
    /// How it comes round: a rule of RFC 5545 without its name. Finishing it makes the next one.
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO")]
    pub recurrence: Option<String>,
    /// The day that the rule counts from.
    pub recurs_from: Option<NaiveDate>,
    pub checklist: Vec<TaskStep>,
    pub blocked_by_ids: Vec<TaskId>,
    /// Those that it waits for and that you see.
    pub blocked_by: Vec<Need>,
    /// Whether it waits for something that is not done, be it one that you don't see.
    pub blocked: bool,
    pub done: bool,
    pub done_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub may: May,
    /// Fields that your roles hide; they are null, or empty, here.
    #[schema(value_type = Vec<String>)]
    pub hidden_fields: Vec<&'static str>,
    /// Whether it is shared with who reads it, to be edited.
    #[serde(skip)]
    pub shared_to_edit: bool,
}

record::serialize_shown!(Task, Object::Task);

impl Task {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            title: self.title.clone(),
            notes: self.notes.clone(),
            due_date: self.due_date,
            priority: self.priority,
            assignee_id: self.assignee_id,
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            remind_at: self.remind_at,
            recurrence: self.recurrence.clone(),
            checklist: self.checklist.clone(),
            blocked_by_ids: self.blocked_by_ids.clone(),
            done: self.done,
        }
    }

    /// An event about this task, on no timeline yet.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "task", id: self.id.0, name: self.title.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("task.{verb}"), subject)
    }

    /// As `actor` may see and write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateTask>();
        self.may = May {
            update: actor.reaches(update, self.assignee_id, self.team_id)
                || actor.may_by_share(update, self.shared_to_edit),
            delete: actor.reaches(permission::<DeleteTask>(), self.assignee_id, self.team_id),
        };
        self.hidden_fields = actor.fields.hidden(Object::Task);
        self
    }
}

impl Record for Task {
    const OBJECT: Object = Object::Task;
    type Id = TaskId;

    async fn find(tx: &mut Tx, id: TaskId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.assignee_id, self.team_id)
    }

    fn shared_to_edit(&self) -> bool {
        self.shared_to_edit
    }
}

/// A new task. Without an assignee it is the caller's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewTask {
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[schema(max_length = 10000)]
    pub notes: Option<String>,
    pub due_date: Option<NaiveDate>,
    /// `normal` when absent.
    pub priority: Option<Priority>,
    pub assignee_id: Option<UserId>,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    pub remind_at: Option<DateTime<Utc>>,
    /// A rule of RFC 5545 without its name; by days or longer.
    #[schema(max_length = 300, example = "FREQ=WEEKLY;BYDAY=MO")]
    pub recurrence: Option<String>,
    #[schema(max_items = 100)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<TaskStep>,
    /// Tasks that have to be done before it.
    #[schema(max_items = 50)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_by_ids: Vec<TaskId>,
    /// A template that says what the request does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TaskTemplateId>,
}

impl Validate for NewTask {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        match self.template_id {
            Some(_) => wrong.optional("title", Some(&self.title), 500),
            None => wrong.required("title", &self.title, 500),
        }
        wrong.optional("notes", self.notes.as_deref(), 10_000);
        wrong.date("due_date", self.due_date);
        wrong.date("remind_at", self.remind_at.map(|at| at.date_naive()));
        checklist::check(&mut wrong, &self.checklist);
        needs::check(&mut wrong, &self.blocked_by_ids);
        wrong.finish()
    }
}

impl NewTask {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self, assignee_id: UserId) -> Fields {
        Fields {
            title: self.title.trim().to_owned(),
            notes: record::text(self.notes),
            due_date: self.due_date,
            priority: self.priority.unwrap_or_default(),
            assignee_id,
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
            remind_at: self.remind_at,
            recurrence: record::text(self.recurrence),
            checklist: checklist::tidy(self.checklist),
            blocked_by_ids: needs::tidy(self.blocked_by_ids),
            done: false,
        }
    }
}

/// A change of a task: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub notes: Patch<String>,
    #[schema(value_type = Option<NaiveDate>)]
    pub due_date: Patch<NaiveDate>,
    pub priority: Option<Priority>,
    pub assignee_id: Option<UserId>,
    #[schema(value_type = Option<OpportunityId>)]
    pub opportunity_id: Patch<OpportunityId>,
    #[schema(value_type = Option<AccountId>)]
    pub account_id: Patch<AccountId>,
    #[schema(value_type = Option<ContactId>)]
    pub contact_id: Patch<ContactId>,
    #[schema(value_type = Option<LeadId>)]
    pub lead_id: Patch<LeadId>,
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub remind_at: Patch<DateTime<Utc>>,
    #[schema(value_type = Option<String>, max_length = 300, example = "FREQ=WEEKLY;BYDAY=MO")]
    pub recurrence: Patch<String>,
    /// All steps, as they shall be.
    #[schema(max_items = 100)]
    pub checklist: Option<Vec<TaskStep>>,
    /// All tasks that it waits for, of those that you see.
    #[schema(max_items = 50)]
    pub blocked_by_ids: Option<Vec<TaskId>>,
    /// True completes it, false opens it again.
    pub done: Option<bool>,
}

impl Validate for TaskPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(title) = &self.title {
            wrong.required("title", title, 500);
        }
        wrong.patch("notes", &self.notes, 10_000);
        wrong.date("due_date", self.due_date.apply(None));
        wrong.date("remind_at", self.remind_at.apply(None).map(|at| at.date_naive()));
        checklist::check(&mut wrong, self.checklist.as_deref().unwrap_or_default());
        needs::check(&mut wrong, self.blocked_by_ids.as_deref().unwrap_or_default());
        wrong.finish()
    }
}

impl TaskPatch {
    /// From field values as the API names them: what an undo or a proposal writes. A team follows the assignee.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn from_values(mut values: Map<String, Value>) -> Result<Self> {
        values.remove("team_id");
        let patch: Self = read_value(Value::Object(values))?;
        patch.validate()?;
        Ok(patch)
    }

    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            title: self.title.map_or(old.title, |t| t.trim().to_owned()),
            notes: record::text(self.notes.apply(old.notes)),
            due_date: self.due_date.apply(old.due_date),
            priority: self.priority.unwrap_or(old.priority),
            assignee_id: self.assignee_id.unwrap_or(old.assignee_id),
            opportunity_id: self.opportunity_id.apply(old.opportunity_id),
            account_id: self.account_id.apply(old.account_id),
            contact_id: self.contact_id.apply(old.contact_id),
            lead_id: self.lead_id.apply(old.lead_id),
            remind_at: self.remind_at.apply(old.remind_at),
            recurrence: record::text(self.recurrence.apply(old.recurrence)),
            checklist: self.checklist.map_or(old.checklist, checklist::tidy),
            blocked_by_ids: self.blocked_by_ids.map_or(old.blocked_by_ids, needs::tidy),
            done: self.done.unwrap_or(old.done),
        }
    }
}

/// What a change is called.
const fn verb(was_done: bool, is_done: bool, undoing: bool) -> &'static str {
    match (undoing, was_done, is_done) {
        (true, _, _) => "undone",
        (false, false, true) => "completed",
        (false, true, false) => "reopened",
        (false, true, true) | (false, false, false) => "updated",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_called_what_it_is() {
        assert_eq!(verb(false, true, false), "completed");
        assert_eq!(verb(true, false, false), "reopened");
        assert_eq!(verb(true, true, false), "updated");
        assert_eq!(verb(true, false, true), "undone");
    }

    #[test]
    fn a_patch_leaves_clears_and_sets() {
        let me = UserId(uuid::Uuid::nil());
        let new = NewTask {
            title: " Call ".into(),
            notes: Some(" ".into()),
            due_date: NaiveDate::from_ymd_opt(2026, 11, 23),
            ..NewTask::default()
        };
        let old = new.fields(me);
        assert_eq!(
            (old.title.as_str(), old.notes.as_deref(), old.priority, old.done),
            ("Call", None, Priority::Normal, false)
        );
        let Value::Object(values) = json!({"done": true, "due_date": null, "priority": "high"}) else {
            panic!("an object")
        };
        let after = TaskPatch::from_values(values).unwrap().apply(&old);
        assert_eq!(after, Fields { done: true, due_date: None, priority: Priority::High, ..old });
    }

    #[test]
    fn what_is_wrong_is_named() {
        let new = NewTask { due_date: NaiveDate::from_ymd_opt(1, 1, 1), ..NewTask::default() };
        let fields: Vec<_> = new.validate().unwrap_err().fields.into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["title", "due_date"]);
        let Value::Object(values) = json!({"priority": "urgent"}) else { panic!("an object") };
        assert_eq!(
            TaskPatch::from_values(values).unwrap_err().fields.first().map(|f| f.field.clone()),
            Some("priority".into())
        );
    }
}
