//! What requests say of a rule, and what is wrong with it.

use std::collections::BTreeSet;

use dealwright_crm::activity::ActivityKind;
use dealwright_crm::record::Texts;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::SlaCalendarId;
use dealwright_kernel::{Patch, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Fields;
use super::definition::{
    Action, Definition, Measure, NewOwner, ResponseFrom, SlaObject, Step, When, WorkingTime, responses,
};

const MAX_STEPS: usize = 20;
const MAX_PLACES: usize = 200;
const MAX_RECIPIENTS: usize = 20;

/// A new rule.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSlaRule {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    pub object: SlaObject,
    /// CEL over the record; `true` is for every record.
    #[serde(default = "always")]
    #[schema(min_length = 1, max_length = 2000)]
    pub condition: String,
    pub measure: Measure,
    pub target: WorkingTime,
    #[serde(default)]
    pub calendar_id: Option<SlaCalendarId>,
    #[serde(default)]
    pub response_from: ResponseFrom,
    #[serde(default = "responses")]
    #[schema(max_items = 4)]
    pub response_kinds: Vec<ActivityKind>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub places: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 200)]
    pub pause_in: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub pause_while: Option<String>,
    #[serde(default)]
    #[schema(minimum = 1, maximum = 99)]
    pub warn_percent: Option<u8>,
    #[serde(default)]
    #[schema(max_items = 20)]
    pub steps: Vec<Step>,
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

fn always() -> String {
    "true".to_owned()
}

impl Validate for NewSlaRule {
    fn validate(&self) -> Result<()> {
        checked(&self.clone().fields(), Texts::default()).finish()
    }
}

impl NewSlaRule {
    /// The fields of the new rule; steps without an id keep none.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            object: self.object,
            condition: self.condition.trim().to_owned(),
            measure: self.measure,
            calendar_id: self.calendar_id,
            active: self.active,
            definition: Definition {
                target: self.target,
                response_from: self.response_from,
                response_kinds: self.response_kinds,
                places: self.places,
                pause_in: self.pause_in,
                pause_while: said(self.pause_while),
                warn_percent: self.warn_percent,
                steps: self.steps,
            },
        }
    }
}

/// A change of a rule: what is absent stays. Its object and its measure stay always.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlaRulePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub condition: Option<String>,
    pub target: Option<WorkingTime>,
    #[schema(value_type = Option<SlaCalendarId>)]
    pub calendar_id: Patch<SlaCalendarId>,
    pub response_from: Option<ResponseFrom>,
    #[schema(max_items = 4)]
    pub response_kinds: Option<Vec<ActivityKind>>,
    #[schema(max_items = 200)]
    pub places: Option<Vec<Uuid>>,
    #[schema(max_items = 200)]
    pub pause_in: Option<Vec<Uuid>>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub pause_while: Patch<String>,
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 99)]
    pub warn_percent: Patch<u8>,
    #[schema(max_items = 20)]
    pub steps: Option<Vec<Step>>,
    pub active: Option<bool>,
}

impl Validate for SlaRulePatch {
    /// What the whole rule would be is checked once it is known.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

impl SlaRulePatch {
    /// The fields after this patch.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn apply(self, old: &Fields) -> Result<Fields> {
        let trimmed = |new: Option<String>, old: &str| new.map_or_else(|| old.to_owned(), |n| n.trim().to_owned());
        let was = &old.definition;
        let new = Fields {
            name: trimmed(self.name, &old.name),
            object: old.object,
            condition: trimmed(self.condition, &old.condition),
            measure: old.measure,
            calendar_id: self.calendar_id.apply(old.calendar_id),
            active: self.active.unwrap_or(old.active),
            definition: Definition {
                target: self.target.unwrap_or(was.target),
                response_from: self.response_from.unwrap_or(was.response_from),
                response_kinds: self.response_kinds.unwrap_or_else(|| was.response_kinds.clone()),
                places: self.places.unwrap_or_else(|| was.places.clone()),
                pause_in: self.pause_in.unwrap_or_else(|| was.pause_in.clone()),
                pause_while: said(self.pause_while.apply(was.pause_while.clone())),
                warn_percent: self.warn_percent.apply(was.warn_percent),
                steps: self.steps.unwrap_or_else(|| was.steps.clone()),
            },
        };
        checked(&new, Texts::default()).finish().map(|()| new)
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What is wrong with a rule whatever it refers to.
fn checked(fields: &Fields, mut wrong: Texts) -> Texts {
    let definition = &fields.definition;
    wrong.required("name", &fields.name, 200);
    wrong.required("condition", &fields.condition, 2_000);
    wrong.optional("pause_while", definition.pause_while.as_deref(), 2_000);
    check_duration(&mut wrong, "target", definition.target);
    if definition.warn_percent.is_some_and(|percent| !(1..=99).contains(&percent)) {
        wrong.push("warn_percent", "out_of_range", "between 1 and 99 percent of the target");
    }
    if fields.measure == Measure::FirstResponse && definition.response_kinds.is_empty() {
        wrong.push("response_kinds", "required", "choose what counts as a response");
    }
    if definition.response_kinds.len() > 4 {
        wrong.push("response_kinds", "too_many", "each kind once");
    }
    for (field, places) in [("places", &definition.places), ("pause_in", &definition.pause_in)] {
        if places.len() > MAX_PLACES {
            wrong.push(field, "too_many", format!("at most {MAX_PLACES}"));
        }
    }
    check_steps(&mut wrong, fields);
    wrong
}

fn check_duration(wrong: &mut Texts, field: &str, duration: WorkingTime) {
    if duration.value == 0 || duration.at_most_minutes() > WorkingTime::MOST_MINUTES {
        wrong.push(field, "out_of_range", "at least a minute, at most two years");
    }
}

fn check_steps(wrong: &mut Texts, fields: &Fields) {
    let definition = &fields.definition;
    if definition.steps.len() > MAX_STEPS {
        wrong.push("steps", "too_many", format!("at most {MAX_STEPS} steps"));
    }
    let ids: Vec<Uuid> = definition.steps.iter().map(|step| step.id).filter(|id| !id.is_nil()).collect();
    if ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
        wrong.push("steps", "invalid_value", "each step has an id of its own");
    }
    for (n, step) in definition.steps.iter().enumerate() {
        check_step(wrong, &format!("steps[{n}]"), fields, step);
    }
}

fn check_step(wrong: &mut Texts, at: &str, fields: &Fields, step: &Step) {
    match (step.when, step.after) {
        (When::AfterBreach, Some(after)) => check_duration(wrong, &format!("{at}.after"), after),
        (When::AfterBreach, None) => wrong.push(&format!("{at}.after"), "required", "how long after the breach"),
        (When::Warning | When::Breach, Some(_)) => {
            wrong.push(&format!("{at}.after"), "invalid_value", "only a step after the breach waits");
        }
        (When::Warning, None) if fields.definition.warn_percent.is_none() => {
            wrong.push("warn_percent", "required", "say when it warns, or take the step away that comes with it");
        }
        (When::Warning | When::Breach, None) => {}
    }
    match &step.action {
        Action::Notify { to } if to.is_empty() => wrong.push(&format!("{at}.do.to"), "required", "choose who is told"),
        Action::Notify { to } if to.len() > MAX_RECIPIENTS => {
            wrong.push(&format!("{at}.do.to"), "too_many", format!("at most {MAX_RECIPIENTS}"));
        }
        Action::Reassign { to: NewOwner::Rules } if fields.object != SlaObject::Lead => {
            wrong.push(&format!("{at}.do.to"), "invalid_value", "assignment rules are for leads");
        }
        Action::Task { title, due_in_days, .. } => {
            wrong.required(&format!("{at}.do.title"), title, 300);
            if *due_in_days > 365 {
                wrong.push(&format!("{at}.do.due_in_days"), "out_of_range", "at most 365 days");
            }
        }
        Action::Notify { .. } | Action::Reassign { .. } | Action::Raise => {}
    }
}
