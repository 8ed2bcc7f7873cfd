//! Assignment rules: whose a lead becomes that no person gave to anybody.
//!
//! Rules stand in an order; the first whose condition is true of the lead, and that finds somebody, has it. Here are the
//! types; `input` is what requests say, `chooser` how a rule chooses, `decide` which rule takes a lead and who gets it,
//! `store` holds the SQL, `write` how rules are written, `http` the endpoints, `trial` what the rules would do.

pub mod chooser;
pub mod decide;
pub mod http;
pub mod input;
pub mod store;
mod trial;
pub mod write;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{AssignmentRuleId, UserId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::Problem;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use self::chooser::Chooser;
pub use self::decide::{Decision, decide};
pub use self::input::{AssignmentRulePatch, NewAssignmentRule};

/// Rules of an organisation.
pub const MAX_RULES: i64 = 50;

/// What can be written of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub condition: String,
    pub chooser: Chooser,
    pub working_hours: bool,
    pub fallback_id: Option<UserId>,
    pub active: bool,
}

/// An assignment rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AssignmentRule {
    pub id: AssignmentRuleId,
    pub name: String,
    /// From nought; the first that takes a lead has it.
    pub position: i32,
    /// CEL over the lead, as validation rules are; `true` takes every lead.
    #[schema(example = "country == \"Germany\" && rating == \"hot\"")]
    pub condition: String,
    pub chooser: Chooser,
    /// Only who is at work is chosen.
    pub working_hours: bool,
    /// Who gets it when nobody is at work; null for whoever begins next.
    pub fallback_id: Option<UserId>,
    pub active: bool,
    /// What is wrong with the condition since the facts it speaks of have changed. Such a rule takes nothing.
    pub problems: Vec<Problem>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl AssignmentRule {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            condition: self.condition.clone(),
            chooser: self.chooser.clone(),
            working_hours: self.working_hours,
            fallback_id: self.fallback_id,
            active: self.active,
        }
    }

    /// An event about this rule.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "assignment_rule", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("assignment_rule.{verb}"), subject)
    }

    /// What the audit tells of one that is new or gone.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({ "condition": self.condition, "chooser": self.chooser, "working_hours": self.working_hours, "active": self.active })
    }
}
