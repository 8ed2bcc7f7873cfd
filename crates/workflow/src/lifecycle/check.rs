//! Which definitions can work: everything in them exists, no stage is out of reach, and from each a deal can come to its end.

use std::collections::HashSet;

use dealwright_kernel::FieldError;
use dealwright_kernel::id::{ApprovalDefinitionId, ChoiceId, RoleId, StageId, TaskTemplateId, UserId};

use super::{Action, Criteria, Definition, Place, SETTABLE, Whom};
use crate::StageKind;
use crate::rule::{Catalogue, check};

/// How much a definition may hold.
pub const MAX_TRANSITIONS: usize = 500;
pub const MAX_ROLES: usize = 50;
pub const MAX_REQUIRED: usize = 50;
pub const MAX_CONDITIONS: usize = 20;
pub const MAX_DOCUMENTS: usize = 20;
pub const MAX_ITEMS: usize = 50;
pub const MAX_ACTIONS: usize = 10;
pub const MAX_APPROVALS: usize = 10;
/// Whom an action tells.
pub const MAX_TOLD: usize = 20;

/// What there is for a definition to speak of.
#[derive(Debug)]
pub struct Known<'a> {
    /// Of the pipeline, in order.
    pub stages: &'a [Place],
    pub roles: &'a [RoleId],
    pub documents: &'a [ChoiceId],
    /// Definitions of approvals of deals.
    pub approvals: &'a [ApprovalDefinitionId],
    /// Templates of tasks that are offered.
    pub templates: &'a [TaskTemplateId],
    /// Who is active.
    pub people: &'a [UserId],
    /// Which fields a stage of a kind can ask for, beside custom ones.
    pub can_ask: fn(&str, StageKind) -> bool,
    /// What conditions can speak of.
    pub catalogue: &'a Catalogue,
}

impl Known<'_> {
    fn can_ask(&self, field: &str, kind: StageKind) -> bool {
        (self.can_ask)(field, kind)
            || (field.starts_with("custom.") && self.catalogue.facts.iter().any(|fact| fact.name == field))
    }
}

/// What is wrong with a definition, as it is collected.
#[derive(Default)]
pub(crate) struct Wrong(pub(crate) Vec<FieldError>);

impl Wrong {
    pub(crate) fn push(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        // Of an enormous definition the first slips are enough.
        if self.0.len() < 100 {
            self.0.push(FieldError { field: field.into(), code: code.into(), message: message.into() });
        }
    }

    pub(crate) fn at_most(&mut self, field: &str, n: usize, most: usize) -> bool {
        if n > most {
            self.push(field, "too_many", format!("at most {most}"));
        }
        n <= most
    }

    pub(crate) fn text(&mut self, field: String, text: &str, most: usize) {
        if text.trim().is_empty() {
            self.push(field, "required", "this field is required");
        } else if text.chars().count() > most {
            self.push(field, "too_long", format!("at most {most} characters"));
        } else if text.contains('\0') {
            self.push(field, "unsupported_character", "text must not contain U+0000");
        }
    }
}

/// What is wrong with a definition, by paths in it.
#[must_use]
pub fn problems(definition: &Definition, known: &Known<'_>) -> Vec<FieldError> {
    let mut wrong = Wrong::default();
    let stage = |id: &StageId| known.stages.iter().any(|s| s.id == *id);
    if wrong.at_most("begin", definition.begin.len(), known.stages.len()) && !definition.begin.iter().all(stage) {
        wrong.push("begin", "unknown_reference", "there is no such stage in this pipeline");
    }
    roles(&mut wrong, "reopening.roles", &definition.reopening.roles, known);
    if wrong.at_most("transitions", definition.transitions.len(), MAX_TRANSITIONS) {
        transitions(&mut wrong, definition, known);
    }
    if wrong.at_most("stages", definition.stages.len(), known.stages.len()) {
        stages(&mut wrong, definition, known);
    }
    if wrong.0.is_empty() {
        reach(&mut wrong, definition, known);
    }
    wrong.0
}

fn roles(wrong: &mut Wrong, path: &str, roles: &[RoleId], known: &Known<'_>) {
    if wrong.at_most(path, roles.len(), MAX_ROLES) && !roles.iter().all(|role| known.roles.contains(role)) {
        wrong.push(path, "unknown_reference", "there is no such role");
    }
}

fn transitions(wrong: &mut Wrong, definition: &Definition, known: &Known<'_>) {
    let mut seen = HashSet::new();
    for (i, edge) in definition.transitions.iter().enumerate() {
        let path = format!("transitions.{i}");
        let there = |id| known.stages.iter().any(|s| s.id == id);
        if !there(edge.from) || !there(edge.to) {
            wrong.push(path.as_str(), "unknown_reference", "there is no such stage in this pipeline");
        } else if edge.from == edge.to {
            wrong.push(path.as_str(), "invalid_value", "a transition leads to another stage");
        } else if !seen.insert((edge.from, edge.to)) {
            wrong.push(path.as_str(), "duplicate", "this transition is listed already");
        }
        roles(wrong, &format!("{path}.roles"), &edge.roles, known);
    }
}

fn stages(wrong: &mut Wrong, definition: &Definition, known: &Known<'_>) {
    let mut seen = HashSet::new();
    let mut items = HashSet::new();
    for (i, rules) in definition.stages.iter().enumerate() {
        let path = format!("stages.{i}");
        let Some(stage) = known.stages.iter().find(|s| s.id == rules.stage_id) else {
            wrong.push(path, "unknown_reference", "there is no such stage in this pipeline");
            continue;
        };
        if !seen.insert(rules.stage_id) {
            wrong.push(path.as_str(), "duplicate", "what this stage asks for is listed already");
        }
        criteria(wrong, &format!("{path}.entry"), &rules.entry, stage.kind, known);
        // A deal has the fields of its end only when it enters the stage.
        let leaving = if stage.kind == StageKind::Open { StageKind::Open } else { stage.kind };
        criteria(wrong, &format!("{path}.exit"), &rules.exit, leaving, known);
        actions(wrong, &format!("{path}.actions"), &rules.actions, known);
        for item in rules.entry.checklist.iter().chain(&rules.exit.checklist) {
            if !items.insert(item.id) {
                wrong.push(path.as_str(), "duplicate", "each item of a checklist has an id of its own");
            }
        }
    }
}

fn criteria(wrong: &mut Wrong, path: &str, criteria: &Criteria, kind: StageKind, known: &Known<'_>) {
    let required = format!("{path}.required");
    if wrong.at_most(&required, criteria.required.len(), MAX_REQUIRED) {
        for field in criteria.required.iter().filter(|field| !known.can_ask(field, kind)) {
            wrong.push(required.as_str(), "unknown_field", format!("{:?} can't be asked for here", short(field)));
        }
    }
    let documents = format!("{path}.documents");
    if wrong.at_most(&documents, criteria.documents.len(), MAX_DOCUMENTS)
        && !criteria.documents.iter().all(|d| known.documents.contains(d))
    {
        wrong.push(documents, "unknown_reference", "there is no such type of document");
    }
    let approvals = format!("{path}.approvals");
    if wrong.at_most(&approvals, criteria.approvals.len(), MAX_APPROVALS)
        && !criteria.approvals.iter().all(|id| known.approvals.contains(id))
    {
        wrong.push(approvals, "unknown_reference", "there is no such approval of deals");
    }
    if wrong.at_most(&format!("{path}.checklist"), criteria.checklist.len(), MAX_ITEMS) {
        for (i, item) in criteria.checklist.iter().enumerate() {
            wrong.text(format!("{path}.checklist.{i}.label"), &item.label, 200);
        }
    }
    if wrong.at_most(&format!("{path}.rules"), criteria.rules.len(), MAX_CONDITIONS) {
        for (i, condition) in criteria.rules.iter().enumerate() {
            let path = format!("{path}.rules.{i}");
            wrong.text(format!("{path}.message"), &condition.message, 500);
            if !known.catalogue.fields().contains(&condition.field) {
                wrong.push(format!("{path}.field"), "invalid_value", "not a field that a message can land on");
            }
            for problem in check(&condition.expression, known.catalogue).err().into_iter().flatten().take(1) {
                let place = format!("line {}, column {}: {}", problem.line, problem.column, problem.message);
                wrong.push(format!("{path}.expression"), problem.code, place);
            }
        }
    }
}

fn actions(wrong: &mut Wrong, path: &str, actions: &[Action], known: &Known<'_>) {
    if !wrong.at_most(path, actions.len(), MAX_ACTIONS) {
        return;
    }
    for (i, action) in actions.iter().enumerate() {
        match action {
            Action::CreateTask { title, template_id, due_in_days, .. } => {
                task(wrong, &format!("{path}.{i}"), (title, *template_id, *due_in_days), known);
            }
            Action::SetField { field, .. } if !SETTABLE.contains(&field.as_str()) => {
                wrong.push(format!("{path}.{i}.field"), "unknown_field", format!("one of {}", SETTABLE.join(", ")));
            }
            Action::SetField { .. } => {}
            Action::ChangeOwner { to } => {
                let path = format!("{path}.{i}.to");
                if matches!(to, Whom::Role { .. } | Whom::Owner) {
                    wrong.push(path.as_str(), "invalid_value", "a deal is given to a person or a team lead");
                }
                whom(wrong, &path, to, known);
            }
            Action::Notify { to, message } => {
                let path = format!("{path}.{i}");
                if to.is_empty() {
                    wrong.push(format!("{path}.to"), "required", "somebody must be told");
                }
                if wrong.at_most(&format!("{path}.to"), to.len(), MAX_TOLD) {
                    to.iter().enumerate().for_each(|(n, to)| whom(wrong, &format!("{path}.to.{n}"), to, known));
                }
                if let Some(message) = message.as_deref().filter(|message| !message.is_empty()) {
                    wrong.text(format!("{path}.message"), message, 500);
                }
            }
            Action::RequestApproval { approval_id } if !known.approvals.contains(approval_id) => {
                wrong.push(
                    format!("{path}.{i}.approval_id"),
                    "unknown_reference",
                    "there is no such approval of deals",
                );
            }
            Action::RequestApproval { .. } => {}
        }
    }
}

fn task(
    wrong: &mut Wrong,
    path: &str,
    (title, template, due_in_days): (&str, Option<TaskTemplateId>, Option<u16>),
    known: &Known<'_>,
) {
    if template.is_none() || !title.trim().is_empty() {
        wrong.text(format!("{path}.title"), title, 200);
    }
    if template.is_some_and(|id| !known.templates.contains(&id)) {
        wrong.push(format!("{path}.template_id"), "unknown_reference", "there is no such template");
    }
    match due_in_days {
        None if template.is_none() => wrong.push(format!("{path}.due_in_days"), "required", "say when it is due"),
        Some(days) if days > 365 => wrong.push(format!("{path}.due_in_days"), "out_of_range", "within a year"),
        None | Some(_) => {}
    }
}

fn whom(wrong: &mut Wrong, path: &str, whom: &Whom, known: &Known<'_>) {
    match whom {
        Whom::Person { user_id } if !known.people.contains(user_id) => {
            wrong.push(path, "unknown_reference", "there is no such person, or they are not active");
        }
        Whom::Role { role_id } if !known.roles.contains(role_id) => {
            wrong.push(path, "unknown_reference", "there is no such role");
        }
        Whom::Person { .. } | Whom::Role { .. } | Whom::Owner | Whom::TeamLead => {}
    }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Every stage can be reached by somebody, and from every open one somebody can close a deal.
fn reach(wrong: &mut Wrong, definition: &Definition, known: &Known<'_>) {
    // With all roles, whatever any of them may do is done.
    let everyone: Vec<_> = known.roles.iter().map(|role| role.0).collect();
    let goes = |from: &Place, to: &Place| from.id != to.id && definition.allows(known.stages, from, to, &everyone);
    let first = known.stages.iter().find(|s| s.kind == StageKind::Open).map(|s| s.id);
    let starts = if definition.begin.is_empty() { first.into_iter().collect() } else { definition.begin.clone() };
    let reached = closure(known.stages, starts, |from, to| goes(from, to));
    let closed = known.stages.iter().filter(|s| s.kind.is_closed()).map(|s| s.id).collect();
    let ending = closure(known.stages, closed, |to, from| goes(from, to));
    for stage in known.stages {
        if !reached.contains(&stage.id) {
            wrong.push("transitions", "unreachable", format!("no way leads to {}", stage.name));
        }
        if !ending.contains(&stage.id) {
            wrong.push("transitions", "dead_end", format!("from {} no way leads to an end", stage.name));
        }
    }
}

fn closure(stages: &[Place], starts: Vec<StageId>, goes: impl Fn(&Place, &Place) -> bool) -> HashSet<StageId> {
    let mut reached: HashSet<StageId> = starts.iter().copied().collect();
    let mut waiting = starts;
    while let Some(at) = waiting.pop() {
        let Some(from) = stages.iter().find(|s| s.id == at) else { continue };
        for to in stages.iter().filter(|to| goes(from, to)) {
            if reached.insert(to.id) {
                waiting.push(to.id);
            }
        }
    }
    reached
}
