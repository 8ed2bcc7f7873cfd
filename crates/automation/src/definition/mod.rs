//! What an automation is: its trigger, its condition, its steps, and whom it acts for. All of it is pure; [`check`] says what is
//! wrong with one, [`moment`] whether an event is what it waits for.

pub mod check;
pub mod moment;
pub mod timing;

use chrono::{DateTime, Utc};
use dealwright_access::policy::{Matrix, ScopeLevel};
use dealwright_crm::record::Ref;
use dealwright_crm::task::Priority;
use dealwright_kernel::Result;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ApprovalDefinitionId, AutomationId, TaskTemplateId, TeamId, UserId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use moment::Moment;
pub use timing::Timing;

/// The most automations of an organisation.
pub const MOST: i64 = 200;
/// The most steps of one.
pub const MAX_STEPS: usize = 10;

/// What sets an automation off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AutomationTrigger)]
pub enum Trigger {
    /// Something happens to a record.
    Event {
        moments: Vec<Moment>,
        /// For `changed`: one of these fields; any field when empty.
        #[serde(default)]
        fields: Vec<String>,
    },
    /// A time comes, for each record that meets the condition.
    Schedule(Timing),
}

/// Whose task it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AutomationAssignee)]
pub enum Assignee {
    #[default]
    Owner,
    Person {
        id: UserId,
    },
}

/// Whom to tell. Whoever does not see the record is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AutomationRecipient)]
pub enum Recipient {
    Owner,
    Person {
        id: UserId,
    },
    /// Its members, and those of the teams below it.
    Team {
        id: TeamId,
    },
}

/// Something that is done. Those of one run are done in order; one that is refused ends the run, and what was done stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AutomationStep)]
pub enum Step {
    /// Gives fields of the record values, as a PATCH takes them; gates and rules hold.
    SetFields {
        #[schema(value_type = Object)]
        #[serde(default)]
        set: Map<String, Value>,
        #[serde(default)]
        add_tags: Vec<String>,
        #[serde(default)]
        remove_tags: Vec<String>,
    },
    /// Has the assignment rules choose the owner of a lead.
    Assign {},
    /// Makes a task about the record.
    CreateTask {
        /// May name facts: `Call {{name}}`. Empty where a template says it.
        #[schema(max_length = 500)]
        #[serde(default)]
        title: String,
        #[schema(max_length = 10000)]
        #[serde(default)]
        notes: Option<String>,
        #[schema(maximum = 3650)]
        #[serde(default)]
        due_in_days: Option<u16>,
        /// Saturdays and Sundays do not count.
        #[serde(default)]
        working_days: bool,
        #[serde(default)]
        priority: Option<Priority>,
        #[serde(default)]
        assignee: Assignee,
        #[serde(default)]
        template_id: Option<TaskTemplateId>,
    },
    /// Tells people of the record, in the app and by letter as each of them wants it.
    Notify {
        #[schema(max_items = 20)]
        to: Vec<Recipient>,
        #[schema(min_length = 1, max_length = 500)]
        message: String,
    },
    /// Asks for an approval of the deal, or of the lead's conversion, in the name of whom the automation acts for.
    RequestApproval { definition_id: ApprovalDefinitionId },
    /// Sends the record to another system, signed.
    Webhook {
        #[schema(max_length = 2000)]
        url: String,
    },
    /// Asks the assistant, which proposes and changes nothing.
    Agent {
        /// May name facts.
        #[schema(min_length = 1, max_length = 2000)]
        goal: String,
    },
}

impl Step {
    /// As runs call it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::SetFields { .. } => "set_fields",
            Self::Assign {} => "assign",
            Self::CreateTask { .. } => "create_task",
            Self::Notify { .. } => "notify",
            Self::RequestApproval { .. } => "request_approval",
            Self::Webhook { .. } => "webhook",
            Self::Agent { .. } => "agent",
        }
    }
}

/// Why an automation was switched off by no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AutomationPause)]
pub enum Pause {
    /// It ran more often in an hour than it may.
    Storm,
    /// Whoever it acts for is not active any more.
    ActorGone,
    /// Run after run was refused.
    Failing,
}

impl Pause {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Storm => "storm",
            Self::ActorGone => "actor_gone",
            Self::Failing => "failing",
        }
    }

    /// As the column holds it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        [Self::Storm, Self::ActorGone, Self::Failing].into_iter().find(|pause| pause.as_str() == text)
    }
}

/// What can be written, by the API's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AutomationDefinition)]
pub struct Definition {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(max_length = 2000)]
    #[serde(default)]
    pub description: Option<String>,
    pub object: RuleObject,
    pub trigger: Trigger,
    /// An expression in CEL as validation rules have it; without one it always runs.
    #[schema(max_length = 2000, example = "amount > 50000 && stage.kind == \"open\"")]
    #[serde(default)]
    pub condition: Option<String>,
    #[schema(max_items = 10)]
    pub steps: Vec<Step>,
    /// Yourself, or an active service account; yourself when absent.
    #[serde(default)]
    pub run_as_id: Option<UserId>,
    /// The most it may do, by object and action; it never does more than whom it acts for may by then.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    pub scopes: Matrix,
    /// More runs than this in an hour switch it off.
    #[schema(minimum = 1, maximum = 10000)]
    #[serde(default = "usual_per_hour")]
    pub per_hour: u16,
    /// How many days a record is left alone after a run.
    #[schema(maximum = 365)]
    #[serde(default)]
    pub quiet_days: u16,
    /// Whether what imports bring sets it off.
    #[serde(default)]
    pub with_imports: bool,
    #[serde(default)]
    pub active: bool,
}

const fn usual_per_hour() -> u16 {
    1_000
}

/// An automation as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Automation {
    pub id: AutomationId,
    pub name: String,
    pub description: Option<String>,
    pub object: RuleObject,
    pub trigger: Trigger,
    pub condition: Option<String>,
    pub steps: Vec<Step>,
    pub run_as: RunAs,
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    pub scopes: Matrix,
    pub per_hour: u16,
    pub quiet_days: u16,
    pub with_imports: bool,
    pub active: bool,
    /// Why it was switched off, when no person did it.
    pub paused: Option<Pause>,
    pub paused_at: Option<DateTime<Utc>>,
    /// When its schedule comes next.
    pub next_at: Option<DateTime<Utc>>,
    /// Runs of the last seven days by what became of them.
    pub recent: Recent,
    /// What is wrong with its condition by now.
    pub problem: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Whom an automation acts for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AutomationRunAs)]
pub struct RunAs {
    #[serde(flatten)]
    pub user: Ref,
    /// A service account, and no person.
    pub service: bool,
    pub active: bool,
}

/// Runs of the last seven days.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = AutomationRecent)]
pub struct Recent {
    pub done: i64,
    /// Refused, failed, or skipped by a guard.
    pub problems: i64,
    pub last_at: Option<DateTime<Utc>>,
}

impl Validate for Definition {
    fn validate(&self) -> Result<()> {
        check::shape(self)
    }
}

/// An event about an automation.
#[must_use]
pub fn event(tx: &Tx, id: AutomationId, name: &str, version: i64, verb: &str) -> Event {
    Event::with_id(tx.new_id().into(), format!("automation.{verb}"), subject(id, name, Some(version)))
}

/// An automation as events name it.
#[must_use]
pub fn subject(id: AutomationId, name: &str, version: Option<i64>) -> Subject {
    Subject { object: "automation", id: id.0, name: name.to_owned(), version }
}
