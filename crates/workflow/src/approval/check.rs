//! Which definitions can work: everybody and everything in them exists, and each level can come to a decision.

use std::collections::HashSet;

use dealwright_kernel::FieldError;
use dealwright_kernel::id::{RoleId, StageId, UserId};

use super::{ApprovalObject, Approver, Definition, Level, Needs};
use crate::lifecycle::check::Wrong;
use crate::rule::{Catalogue, check};

/// How much a definition may hold.
pub const MAX_LEVELS: usize = 10;
pub const MAX_APPROVERS: usize = 20;
pub const MAX_FIELDS: usize = 50;
pub const MAX_STAGES: usize = 50;

/// What there is for a definition to speak of.
#[derive(Debug)]
pub struct Known<'a> {
    pub stages: &'a [StageId],
    pub roles: &'a [RoleId],
    /// Who is active.
    pub people: &'a [UserId],
    /// Fields that can be locked.
    pub fields: &'a [String],
    pub catalogue: &'a Catalogue,
}

/// What is wrong with a definition, by paths in it.
#[must_use]
pub fn problems(definition: &Definition, known: &Known<'_>) -> Vec<FieldError> {
    let mut wrong = Wrong::default();
    condition(&mut wrong, definition, known);
    if wrong.at_most("stages", definition.stages.len(), MAX_STAGES)
        && !definition.stages.iter().all(|stage| known.stages.contains(stage))
    {
        wrong.push("stages", "unknown_reference", "there is no such stage");
    }
    let deal = definition.object == ApprovalObject::Opportunity;
    if !deal && !definition.stages.is_empty() {
        wrong.push("stages", "invalid_value", "only deals have stages");
    }
    if definition.object != ApprovalObject::Lead && definition.conversion {
        wrong.push("conversion", "invalid_value", "only leads are converted");
    }
    if wrong.at_most("fields", definition.fields.len(), MAX_FIELDS) {
        fields(&mut wrong, definition, known);
    }
    if definition.levels.is_empty() {
        wrong.push("levels", "required", "somebody must be asked");
    }
    if wrong.at_most("levels", definition.levels.len(), MAX_LEVELS) {
        for (i, one) in definition.levels.iter().enumerate() {
            level(&mut wrong, &format!("levels.{i}"), one, known);
        }
    }
    wrong.0
}

fn condition(wrong: &mut Wrong, definition: &Definition, known: &Known<'_>) {
    let Some(expression) = &definition.condition else {
        if definition.automatic && definition.object != ApprovalObject::Proposal {
            wrong.push("condition", "required", "say what is to ask by itself");
        }
        return;
    };
    for problem in check(expression, known.catalogue).err().into_iter().flatten().take(1) {
        let place = format!("line {}, column {}: {}", problem.line, problem.column, problem.message);
        wrong.push("condition", problem.code, place);
    }
}

fn fields(wrong: &mut Wrong, definition: &Definition, known: &Known<'_>) {
    let mut seen = HashSet::new();
    for field in &definition.fields {
        let short: String = field.chars().take(60).collect();
        if !known.fields.contains(field) {
            wrong.push("fields", "unknown_field", format!("{short:?} can't be approved here"));
        } else if !seen.insert(field) {
            wrong.push("fields", "duplicate", format!("{short:?} is listed already"));
        }
    }
}

fn level(wrong: &mut Wrong, path: &str, level: &Level, known: &Known<'_>) {
    wrong.text(format!("{path}.name"), &level.name, 100);
    let who = format!("{path}.approvers");
    if level.approvers.is_empty() {
        wrong.push(who.as_str(), "required", "somebody must be asked");
    }
    if wrong.at_most(&who, level.approvers.len(), MAX_APPROVERS) {
        for (i, one) in level.approvers.iter().enumerate() {
            approver(wrong, &format!("{who}.{i}"), one, known);
        }
    }
    if matches!(level.needs, Needs::Quorum(n) if n == 0 || n > 100) {
        wrong.push(format!("{path}.needs"), "out_of_range", "from 1 to 100 people");
    }
    if let Some(escalation) = &level.escalation {
        if escalation.after_hours == 0 || escalation.after_hours > 2160 {
            wrong.push(format!("{path}.escalation.after_hours"), "out_of_range", "from one hour to 90 days");
        }
        approver(wrong, &format!("{path}.escalation.to"), &escalation.to, known);
    }
}

fn approver(wrong: &mut Wrong, path: &str, approver: &Approver, known: &Known<'_>) {
    match approver {
        Approver::Person { user_id } if !known.people.contains(user_id) => {
            wrong.push(path, "unknown_reference", "there is no such person, or they are not active");
        }
        Approver::Role { role_id } if !known.roles.contains(role_id) => {
            wrong.push(path, "unknown_reference", "there is no such role");
        }
        Approver::Manager { up } if *up == 0 || *up > 10 => {
            wrong.push(path, "out_of_range", "from 1 to 10 above the owner");
        }
        Approver::Person { .. } | Approver::Role { .. } | Approver::TeamLead | Approver::Manager { .. } => {}
    }
}
