//! What can happen to a record, and whether an event is that.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_workflow::StageKind;
use dealwright_workflow::rule::RuleObject;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AutomationMoment)]
pub enum Moment {
    Created,
    Changed,
    StageChanged,
    Won,
    Lost,
    Reopened,
    OwnerChanged,
    Converted,
    Restored,
    /// A call, an e-mail, a meeting or a note that is on its timeline.
    ActivityLogged,
    /// A task about it is done; or, of tasks, this one.
    TaskDone,
    SlaWarned,
    SlaBreached,
    ApprovalRequested,
    Approved,
    Rejected,
}

impl Moment {
    pub const ALL: [Self; 16] = [
        Self::Created,
        Self::Changed,
        Self::StageChanged,
        Self::Won,
        Self::Lost,
        Self::Reopened,
        Self::OwnerChanged,
        Self::Converted,
        Self::Restored,
        Self::ActivityLogged,
        Self::TaskDone,
        Self::SlaWarned,
        Self::SlaBreached,
        Self::ApprovalRequested,
        Self::Approved,
        Self::Rejected,
    ];

    /// Whether it happens to records of `object`.
    #[must_use]
    pub const fn happens_to(self, object: RuleObject) -> bool {
        match self {
            Self::Created | Self::Changed | Self::OwnerChanged | Self::Restored => true,
            Self::StageChanged | Self::Won | Self::Lost | Self::Reopened => matches!(object, RuleObject::Opportunity),
            Self::Converted => matches!(object, RuleObject::Lead),
            Self::ActivityLogged => !matches!(object, RuleObject::Task),
            Self::TaskDone => true,
            Self::SlaWarned | Self::SlaBreached | Self::ApprovalRequested | Self::Approved | Self::Rejected => {
                matches!(object, RuleObject::Opportunity | RuleObject::Lead)
            }
        }
    }
}

/// An event, as automations read it.
#[derive(Clone, Debug)]
pub struct Happened {
    pub org: Uuid,
    pub id: Uuid,
    pub kind: String,
    pub at: DateTime<Utc>,
    /// When it got its place in the log. When it happened may be long before: a call of last week.
    pub recorded_at: DateTime<Utc>,
    pub subject_type: String,
    pub subject: Uuid,
    pub opportunity: Option<Uuid>,
    pub account: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub lead: Option<Uuid>,
    pub changes: Value,
    pub data: Value,
    pub import: Option<Uuid>,
}

/// What stages mean, by id.
pub type Kinds = HashMap<Uuid, StageKind>;

impl Happened {
    fn verb(&self) -> &str {
        self.kind.split_once('.').map_or("", |(_, verb)| verb)
    }

    /// The run that brought it about, when an automation did.
    #[must_use]
    pub fn by_run(&self) -> Option<Uuid> {
        self.data.get("automation_run_id")?.as_str()?.parse().ok()
    }

    /// The record of `object` that it happened to.
    #[must_use]
    pub fn record(&self, object: RuleObject) -> Option<Uuid> {
        if self.subject_type == object.as_str() {
            return Some(self.subject);
        }
        match self.subject_type.as_str() {
            // Both stand on the timelines of what they are about.
            "activity" | "task" => match object {
                RuleObject::Opportunity => self.opportunity,
                RuleObject::Account => self.account,
                RuleObject::Contact => self.contact,
                RuleObject::Lead => self.lead,
                RuleObject::Task => (self.subject_type == "task").then_some(self.subject),
            },
            _ => None,
        }
    }

    /// The change of a field.
    #[must_use]
    pub fn change(&self, field: &str) -> Option<&Value> {
        let mut changes = self.changes.as_array()?.iter();
        changes.find(|change| change.get("field").and_then(Value::as_str) == Some(field))
    }

    fn is_change(&self) -> bool {
        self.changes.as_array().is_some_and(|changes| !changes.is_empty())
    }

    fn changes_any(&self, fields: &[String]) -> bool {
        self.is_change() && (fields.is_empty() || fields.iter().any(|field| self.change(field).is_some()))
    }

    /// Whether it is one of `moments` for records of `object`; of won, lost and reopened, whether it may be: [`Self::is`] knows
    /// that by what the stages mean.
    #[must_use]
    pub fn may_be(&self, object: RuleObject, moments: &[Moment], fields: &[String]) -> bool {
        moments.iter().any(|moment| self.is_one(object, *moment, fields, None))
    }

    /// Whether it is one of `moments`.
    #[must_use]
    pub fn is(&self, object: RuleObject, moments: &[Moment], fields: &[String], kinds: &Kinds) -> bool {
        moments.iter().any(|moment| self.is_one(object, *moment, fields, Some(kinds)))
    }

    fn is_one(&self, object: RuleObject, moment: Moment, fields: &[String], kinds: Option<&Kinds>) -> bool {
        let own = self.subject_type == object.as_str();
        match moment {
            Moment::Created => {
                own && matches!(self.verb(), "created" | "cloned") && self.kind.starts_with(object.as_str())
            }
            // What is created has no change; what is taken back has one.
            Moment::Changed => own && self.kind.starts_with(object.as_str()) && self.changes_any(fields),
            Moment::StageChanged => own && self.change("stage_id").is_some(),
            Moment::Won => own && self.enters(kinds, StageKind::Won),
            Moment::Lost => own && self.enters(kinds, StageKind::Lost),
            Moment::Reopened => own && self.reopens(kinds),
            Moment::OwnerChanged => own && (self.change("owner_id").or_else(|| self.change("assignee_id")).is_some()),
            Moment::Converted => own && self.verb() == "converted",
            Moment::Restored => own && self.verb() == "restored",
            Moment::ActivityLogged => {
                self.kind == "activity.logged" && self.data.get("again").and_then(Value::as_bool) != Some(true)
            }
            Moment::TaskDone => self.kind == "task.completed",
            Moment::SlaWarned => own && self.kind == "sla.warned",
            Moment::SlaBreached => own && self.kind == "sla.breached",
            Moment::ApprovalRequested => own && self.kind == "approval.requested",
            Moment::Approved => own && self.kind == "approval.approved",
            Moment::Rejected => own && self.kind == "approval.rejected",
        }
    }

    /// What the stage means that it left, or entered.
    fn stage(&self, side: &str, kinds: &Kinds) -> Option<StageKind> {
        kinds.get(&self.change("stage_id")?.get(side)?.as_str()?.parse().ok()?).copied()
    }

    fn enters(&self, kinds: Option<&Kinds>, kind: StageKind) -> bool {
        match kinds {
            None => self.change("stage_id").is_some(),
            Some(kinds) => self.stage("new", kinds) == Some(kind) && self.stage("old", kinds) != Some(kind),
        }
    }

    fn reopens(&self, kinds: Option<&Kinds>) -> bool {
        match kinds {
            None => self.change("stage_id").is_some(),
            Some(kinds) => {
                self.stage("new", kinds) == Some(StageKind::Open)
                    && self.stage("old", kinds).is_some_and(StageKind::is_closed)
            }
        }
    }

    /// The stages that it names.
    #[must_use]
    pub fn stages(&self) -> Vec<Uuid> {
        let Some(change) = self.change("stage_id") else { return Vec::new() };
        ["old", "new"].iter().filter_map(|side| change.get(side)?.as_str()?.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn happened(kind: &str, subject_type: &str, changes: Value, data: Value) -> Happened {
        Happened {
            org: Uuid::from_u128(1),
            id: Uuid::from_u128(2),
            kind: kind.to_owned(),
            at: DateTime::UNIX_EPOCH,
            recorded_at: DateTime::UNIX_EPOCH,
            subject_type: subject_type.to_owned(),
            subject: Uuid::from_u128(3),
            opportunity: Some(Uuid::from_u128(9)),
            account: None,
            contact: None,
            lead: None,
            changes,
            data,
            import: None,
        }
    }

    #[test]
    fn a_deal_is_won_only_when_it_enters_a_stage_that_is_won() {
        let (open, won) = (Uuid::from_u128(10), Uuid::from_u128(11));
        let kinds = Kinds::from([(open, StageKind::Open), (won, StageKind::Won)]);
        let moved = |old: Uuid, new: Uuid| {
            happened(
                "opportunity.moved",
                "opportunity",
                json!([{ "field": "stage_id", "old": old, "new": new }]),
                json!({}),
            )
        };
        let is = |event: &Happened, moment| event.is(RuleObject::Opportunity, &[moment], &[], &kinds);
        assert!(is(&moved(open, won), Moment::Won));
        assert!(!is(&moved(won, won), Moment::Won));
        assert!(is(&moved(won, open), Moment::Reopened));
        assert!(!is(&moved(open, won), Moment::Lost));
        assert!(moved(open, won).may_be(RuleObject::Opportunity, &[Moment::Lost], &[]));
    }

    #[test]
    fn a_change_is_one_of_the_fields_that_are_watched() {
        let event = happened("opportunity.updated", "opportunity", json!([{ "field": "amount" }]), json!({}));
        let is = |fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|f| (*f).to_owned()).collect();
            event.may_be(RuleObject::Opportunity, &[Moment::Changed], &fields)
        };
        assert!(is(&[]) && is(&["name", "amount"]) && !is(&["name"]));
        assert!(!event.may_be(RuleObject::Lead, &[Moment::Changed], &[]));
    }

    #[test]
    fn an_activity_and_a_task_lead_to_what_they_are_about() {
        let logged = |data| happened("activity.logged", "activity", json!([]), data);
        let call = logged(json!({ "kind": "call" }));
        assert_eq!(call.record(RuleObject::Opportunity), Some(Uuid::from_u128(9)));
        assert_eq!([call.record(RuleObject::Lead), call.record(RuleObject::Task)], [None, None]);
        let is_logged = |event: &Happened| event.may_be(RuleObject::Opportunity, &[Moment::ActivityLogged], &[]);
        assert!(is_logged(&call) && !is_logged(&logged(json!({ "kind": "call", "again": true }))));
        let done = happened("task.completed", "task", json!([{ "field": "done" }]), json!({}));
        assert_eq!(done.record(RuleObject::Opportunity), Some(Uuid::from_u128(9)));
        assert!(done.may_be(RuleObject::Opportunity, &[Moment::TaskDone], &[]));
        assert!(!done.may_be(RuleObject::Opportunity, &[Moment::Changed], &[]));
    }
}
