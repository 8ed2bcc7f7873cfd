//! Task templates: what a team does again and again, with its steps. An administrator keeps them; whoever may create tasks
//! makes tasks from them.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints.

pub mod http;
pub mod store;

use chrono::NaiveDate;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::TaskTemplateId;
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::{self, Texts};
use crate::task::checklist::{self, TaskStep};
use crate::task::{NewTask, Priority, due, recurrence};

/// The most templates of an organisation.
pub const MAX_TEMPLATES: i64 = 500;
const MAX_DAYS: i32 = 3_650;

/// What can be written, by the API's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fields {
    pub name: String,
    /// The title of its tasks.
    pub title: String,
    pub notes: Option<String>,
    pub priority: Priority,
    /// Days from the day on which it is used; none for tasks without a date.
    pub due_in_days: Option<i32>,
    /// Whether Saturdays and Sundays don't count.
    pub working_days: bool,
    pub recurrence: Option<String>,
    pub checklist: Vec<TaskStep>,
    /// Kept, but not offered.
    pub archived: bool,
}

/// A template as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskTemplate {
    pub id: TaskTemplateId,
    #[serde(flatten)]
    pub fields: Fields,
    pub version: i64,
}

impl TaskTemplate {
    /// An event about this template.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let (name, version) = (self.fields.name.clone(), Some(self.version));
        let subject = Subject { object: "task_template", id: self.id.0, name, version };
        Event::with_id(tx.new_id().into(), format!("task_template.{verb}"), subject)
    }
}

/// A new task by a template that is offered.
///
/// # Errors
/// 422 `unknown_reference` on `template_id`.
pub async fn fill(tx: &mut Tx, template: TaskTemplateId, new: NewTask) -> Result<NewTask> {
    let template = store::list(tx, Some(template)).await?.into_iter().find(|t| !t.fields.archived);
    let template =
        template.ok_or_else(|| Error::field("template_id", "unknown_reference", "there is no such template"))?;
    Ok(template.fields.fill(NewTask { template_id: None, ..new }, tx.now().date_naive()))
}

impl Fields {
    /// # Errors
    /// 422 that names each field that is wrong.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        wrong.required("title", &self.title, 500);
        wrong.optional("notes", self.notes.as_deref(), 10_000);
        checklist::check(&mut wrong, &self.checklist);
        if self.due_in_days.is_some_and(|days| !(0..=MAX_DAYS).contains(&days)) {
            wrong.push("due_in_days", "out_of_range", format!("between 0 and {MAX_DAYS} days"));
        }
        if self.recurrence.is_some() && self.due_in_days.is_none() {
            wrong.push("due_in_days", "required", "a task that comes round is due on a day");
        }
        wrong.finish()?;
        self.recurrence.as_deref().map_or(Ok(()), recurrence::check)
    }

    /// The day that a task made `today` is due on.
    #[must_use]
    pub fn due(&self, today: NaiveDate) -> Option<NaiveDate> {
        due::days_on(today, u16::try_from(self.due_in_days?).ok()?, self.working_days)
    }

    /// A task of this template: what the request says comes before what the template does.
    #[must_use]
    pub fn fill(self, new: NewTask, today: NaiveDate) -> NewTask {
        let due_date = new.due_date.or_else(|| self.due(today));
        NewTask {
            title: if new.title.trim().is_empty() { self.title } else { new.title },
            notes: new.notes.or(self.notes),
            due_date,
            priority: new.priority.or(Some(self.priority)),
            recurrence: new.recurrence.or(self.recurrence),
            checklist: if new.checklist.is_empty() { self.checklist } else { new.checklist },
            ..new
        }
    }
}

/// A new template.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewTaskTemplate {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[schema(max_length = 10000)]
    pub notes: Option<String>,
    /// `normal` when absent.
    pub priority: Option<Priority>,
    #[schema(minimum = 0, maximum = 3650)]
    pub due_in_days: Option<i32>,
    pub working_days: bool,
    #[schema(max_length = 300, example = "FREQ=WEEKLY;BYDAY=MO")]
    pub recurrence: Option<String>,
    #[schema(max_items = 100)]
    pub checklist: Vec<TaskStep>,
}

impl NewTaskTemplate {
    /// The fields of the new template.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            title: self.title.trim().to_owned(),
            notes: record::text(self.notes),
            priority: self.priority.unwrap_or_default(),
            due_in_days: self.due_in_days,
            working_days: self.working_days,
            recurrence: record::text(self.recurrence),
            checklist: checklist::afresh(&checklist::tidy(self.checklist)),
            archived: false,
        }
    }
}

impl Validate for NewTaskTemplate {
    fn validate(&self) -> Result<()> {
        self.clone().fields().check()
    }
}

/// A change of a template: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskTemplatePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    pub title: Option<String>,
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub notes: Patch<String>,
    pub priority: Option<Priority>,
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 3650)]
    pub due_in_days: Patch<i32>,
    pub working_days: Option<bool>,
    #[schema(value_type = Option<String>, max_length = 300)]
    pub recurrence: Patch<String>,
    #[schema(max_items = 100)]
    pub checklist: Option<Vec<TaskStep>>,
    pub archived: Option<bool>,
}

impl Validate for TaskTemplatePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        checklist::check(&mut wrong, self.checklist.as_deref().unwrap_or_default());
        wrong.finish()
    }
}

impl TaskTemplatePatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: Fields) -> Fields {
        Fields {
            name: self.name.map_or(old.name, |name| name.trim().to_owned()),
            title: self.title.map_or(old.title, |title| title.trim().to_owned()),
            notes: record::text(self.notes.apply(old.notes)),
            priority: self.priority.unwrap_or(old.priority),
            due_in_days: self.due_in_days.apply(old.due_in_days),
            working_days: self.working_days.unwrap_or(old.working_days),
            recurrence: record::text(self.recurrence.apply(old.recurrence)),
            checklist: self.checklist.map_or(old.checklist, |steps| checklist::afresh(&checklist::tidy(steps))),
            archived: self.archived.unwrap_or(old.archived),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Fields {
        NewTaskTemplate {
            name: "Follow up".into(),
            title: "Call back".into(),
            due_in_days: Some(2),
            working_days: true,
            checklist: vec![TaskStep { text: " Read the notes ".into(), done: true }],
            ..NewTaskTemplate::default()
        }
        .fields()
    }

    #[test]
    fn what_is_said_comes_before_the_template() {
        let today = "2026-11-26".parse().unwrap();
        let task = template().fill(NewTask { notes: Some("Mine".into()), ..NewTask::default() }, today);
        assert_eq!((task.title.as_str(), task.notes.as_deref()), ("Call back", Some("Mine")));
        assert_eq!(task.checklist, [TaskStep { text: "Read the notes".into(), done: false }]);
        let task =
            template().fill(NewTask { title: "Visit".into(), due_date: Some(today), ..NewTask::default() }, today);
        assert_eq!((task.title.as_str(), task.due_date), ("Visit", Some(today)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = Fields { due_in_days: Some(-1), name: " ".into(), ..template() };
        let fields: Vec<_> = wrong.check().unwrap_err().fields.into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["name", "due_in_days"]);
        let round = Fields { recurrence: Some("FREQ=DAILY".into()), due_in_days: None, ..template() };
        assert!(round.check().is_err());
    }
}
