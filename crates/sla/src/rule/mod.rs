//! Rules of service levels: which records they are for, what they measure, how long it may take, and what happens then.
//!
//! Here are the types; `definition` is what a rule measures and does, `input` what requests say, `store` holds the SQL, `write`
//! how rules are written, `http` the endpoints.

pub mod definition;
pub mod http;
pub mod input;
pub mod store;
pub mod write;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::id::{SlaCalendarId, SlaRuleId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::Problem;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use self::definition::{Definition, Measure, SlaObject};
pub use self::input::{NewSlaRule, SlaRulePatch};

/// Rules of an organisation.
pub const MAX_RULES: i64 = 50;

/// What can be written of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub object: SlaObject,
    pub condition: String,
    pub measure: Measure,
    pub calendar_id: Option<SlaCalendarId>,
    pub active: bool,
    #[serde(flatten)]
    pub definition: Definition,
}

/// A rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaRule {
    pub id: SlaRuleId,
    pub name: String,
    pub object: SlaObject,
    /// CEL over the record, as validation rules are; `true` is for every record.
    #[schema(example = "amount > 50000")]
    pub condition: String,
    pub measure: Measure,
    /// The calendar it counts by; null around the clock.
    pub calendar_id: Option<SlaCalendarId>,
    pub calendar: Option<Ref>,
    pub active: bool,
    #[serde(flatten)]
    pub definition: Definition,
    /// Nothing that happened before counts.
    pub effective_from: DateTime<Utc>,
    /// Whether the clocks of all records follow it as it is now; they are being reckoned anew while they do not.
    pub planned: bool,
    /// What is wrong with its expressions since the facts they speak of have changed. Such a rule is for no record.
    pub problems: Vec<Problem>,
    /// Clocks that run, are paused, or have run out.
    pub open_timers: i64,
    /// Those of them that have run out.
    pub late_timers: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl SlaRule {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            object: self.object,
            condition: self.condition.clone(),
            measure: self.measure,
            calendar_id: self.calendar_id,
            active: self.active,
            definition: self.definition.clone(),
        }
    }

    /// An event about this rule.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "sla_rule", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("sla_rule.{verb}"), subject)
    }

    /// What the audit tells of one that is new or gone.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({ "object": self.object, "condition": self.condition, "measure": self.measure, "target": self.definition.target, "active": self.active })
    }
}
