//! `create_task`: proposes a task, a follow-up or a reminder.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::Object;
use dealwright_access::policy::{CreateTask as MayCreate, Needs, Permission};
use dealwright_crm::change;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::update::Said;
use super::{Effect, Output, Running, Tool};
use crate::planner::Priority;
use crate::proposal::{Difference, Evidence, Kind, NewProposal, Target};
use crate::resolve::record::RecordType;

/// Proposes a task.
#[derive(Debug)]
pub struct CreateTask;

/// The record a task is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    #[serde(rename = "type")]
    pub kind: RecordType,
    pub id: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskArgs {
    pub title: String,
    #[serde(default)]
    pub about: Option<About>,
    #[serde(default)]
    pub due_date: Option<NaiveDate>,
    /// When the assignee is reminded.
    #[serde(default)]
    pub remind_at: Option<DateTime<Utc>>,
    #[serde(default)]
    pub assignee_id: Option<Uuid>,
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Each argument's origin: the user's words that it was read from.
    #[serde(default)]
    pub said: Vec<Said>,
}

impl Tool for CreateTask {
    const NAME: &'static str = "create_task";
    const EFFECT: Effect = Effect::Proposes;
    const PERMISSION: Permission = MayCreate::PERMISSION;
    const ABOUT: &'static str =
        "Propose a task, follow-up or reminder with a due date and an assignee. A person approves.";
    type Args = TaskArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: TaskArgs) -> Result<Output> {
        let title = args.title.trim();
        if title.is_empty() || title.chars().count() > 500 {
            return Err(Error::field("title", "invalid_value", "a title has 1 to 500 characters"));
        }
        let about = args.about.as_ref().map(|about| about.kind.id_field());
        let (due, remind) = (args.due_date.map(|_| "due_date"), args.remind_at.map(|_| "remind_at"));
        let said = [due, remind, args.priority.map(|_| "priority"), about];
        running.cx.actor().fields.may_write(Object::Task, said.into_iter().flatten())?;
        let assignee = args.assignee_id.unwrap_or(running.cx.actor().user.0);
        let mut ids = vec![assignee];
        ids.extend(args.about.as_ref().map(|a| a.id));
        let names = change::store::names(tx, &ids).await?;
        let named = |id: Uuid, what: &str| names.get(&id).cloned().ok_or_else(|| Error::not_found(what));
        let assignee_name = named(assignee, "user")?;

        let mut diff = vec![Difference::new("title", json!(title), None)];
        if let Some(due) = args.due_date {
            diff.push(Difference::new("due_date", json!(due), None));
        }
        if let Some(at) = args.remind_at {
            diff.push(Difference::new("remind_at", json!(at), None));
        }
        if let Some(priority) = args.priority {
            diff.push(Difference::new("priority", json!(priority), None));
        }
        diff.push(Difference::new("assignee_id", json!(assignee), Some(assignee_name)));
        let mut evidence: Vec<Evidence> = args.said.iter().map(|s| Evidence::request(&s.field, &s.words)).collect();
        let target = match &args.about {
            Some(about) => {
                let (kind, field) = (about.kind.as_str(), about.kind.id_field());
                let name = named(about.id, kind)?;
                diff.push(Difference::new(field, json!(about.id), Some(name.clone())));
                evidence.push(Evidence::record(kind, about.id, &name, tx.now()));
                Target { kind: kind.into(), id: Some(about.id), name }
            }
            None => Target { kind: "task".into(), id: None, name: title.to_owned() },
        };
        let summary = args.due_date.map_or_else(|| title.to_owned(), |due| format!("{title}, due {due}"));
        let proposal = NewProposal {
            kind: Kind::CreateTask,
            target,
            base_version: None,
            diff,
            reason: running.goal.to_owned(),
            evidence,
            tainted: false,
        };
        Ok(Output {
            result: json!({ "title": title, "diff": proposal.diff }),
            count: 1,
            summary,
            proposal: Some(proposal),
        })
    }
}

/// Proposes a meeting: a task on its day, with a reminder before its hour. Invitations are for people to send.
#[derive(Debug)]
pub struct ScheduleMeeting;

impl Tool for ScheduleMeeting {
    const NAME: &'static str = "schedule_meeting";
    const EFFECT: Effect = Effect::Proposes;
    const PERMISSION: Permission = MayCreate::PERMISSION;
    const ABOUT: &'static str = "Propose a meeting, demo or visit on a day, with a reminder, as a task. A person approves, and invites the others.";
    type Args = TaskArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: TaskArgs) -> Result<Output> {
        if args.due_date.is_none() {
            return Err(Error::field("due_date", "required", "a meeting has a day"));
        }
        CreateTask::run(running, tx, args).await
    }
}
