//! What is wrong with a definition: its shape, without the database, and then what it refers to.

use dealwright_access::Context;
use dealwright_access::policy::{Action, Grants, Object, Permission, ScopeLevel};
use dealwright_crm::bulk::{Work, apply};
use dealwright_crm::record::Texts;
use dealwright_crm::selection::ListObject;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_workflow::rule::{Catalogue, RuleObject, check};

use super::{Definition, MAX_STEPS, Recipient, Step, Trigger};
use crate::text;

/// The object as lists and bulk changes call it.
#[must_use]
pub const fn listed(object: RuleObject) -> ListObject {
    match object {
        RuleObject::Opportunity => ListObject::Opportunity,
        RuleObject::Account => ListObject::Account,
        RuleObject::Contact => ListObject::Contact,
        RuleObject::Lead => ListObject::Lead,
        RuleObject::Task => ListObject::Task,
    }
}

/// The object as the policy calls it.
#[must_use]
pub const fn governed(object: RuleObject) -> Object {
    match object {
        RuleObject::Opportunity => Object::Opportunity,
        RuleObject::Account => Object::Account,
        RuleObject::Contact => Object::Contact,
        RuleObject::Lead => Object::Lead,
        RuleObject::Task => Object::Task,
    }
}

/// # Errors
/// 422 that names each part whose shape is wrong.
pub fn shape(definition: &Definition) -> Result<()> {
    let mut wrong = Texts::default();
    wrong.required("name", &definition.name, 200);
    wrong.optional("description", definition.description.as_deref(), 2_000);
    wrong.optional("condition", definition.condition.as_deref(), 2_000);
    if !(1..=10_000).contains(&definition.per_hour) {
        wrong.push("per_hour", "out_of_range", "between 1 and 10,000");
    }
    if definition.quiet_days > 365 {
        wrong.push("quiet_days", "out_of_range", "at most 365 days");
    }
    trigger(&mut wrong, definition);
    if definition.steps.is_empty() || definition.steps.len() > MAX_STEPS {
        wrong.push("steps", "invalid_length", format!("between 1 and {MAX_STEPS} steps"));
    }
    for (n, one) in definition.steps.iter().take(MAX_STEPS).enumerate() {
        step(&mut wrong, n, one);
    }
    wrong.finish()
}

fn trigger(wrong: &mut Texts, definition: &Definition) {
    match &definition.trigger {
        Trigger::Event { moments, fields } => {
            if moments.is_empty() || moments.len() > super::Moment::ALL.len() {
                wrong.push("trigger.moments", "required", "choose at least one thing that happens");
            }
            if let Some(moment) = moments.iter().find(|moment| !moment.happens_to(definition.object)) {
                let moment = serde_json::to_value(moment).unwrap_or_default();
                let what = format!("{} does not happen to this object", moment.as_str().unwrap_or_default());
                wrong.push("trigger.moments", "invalid_value", what);
            }
            if fields.len() > 50 {
                wrong.push("trigger.fields", "too_many", "at most 50 fields");
            }
        }
        Trigger::Schedule(timing) => {
            if timing.minute().is_none() {
                wrong.push("trigger.at", "invalid_value", "a time such as 08:00");
            }
            if timing.zone().is_none() {
                wrong.push("trigger.time_zone", "invalid_value", "a time zone such as Europe/Berlin");
            }
            if timing.days.len() > 7 {
                wrong.push("trigger.days", "too_many", "a week has seven days");
            }
            if timing.month_days.len() > 31 || timing.month_days.iter().any(|day| !(1..=31).contains(day)) {
                wrong.push("trigger.month_days", "out_of_range", "days from 1 to 31");
            }
        }
    }
}

fn step(wrong: &mut Texts, n: usize, step: &Step) {
    let at = |name: &str| format!("steps.{n}.{name}");
    match step {
        Step::SetFields { .. } | Step::Assign {} | Step::RequestApproval { .. } => {}
        Step::CreateTask { title, notes, due_in_days, template_id, .. } => {
            match template_id {
                Some(_) => wrong.optional(&at("title"), Some(title), 500),
                None => wrong.required(&at("title"), title, 500),
            }
            wrong.optional(&at("notes"), notes.as_deref(), 10_000);
            if due_in_days.is_some_and(|days| days > 3_650) {
                wrong.push(&at("due_in_days"), "out_of_range", "at most 3,650 days");
            }
        }
        Step::Notify { to, message } => {
            wrong.required(&at("message"), message, 500);
            if to.is_empty() || to.len() > 20 {
                wrong.push(&at("to"), "required", "between 1 and 20 receivers");
            }
            // A message is read by people from whom the record's other fields may be hidden.
            if let Some(name) = text::names(message).find(|name| name != "name") {
                let only = format!("a message can name {{{{name}}}} alone, not {{{{{name}}}}}");
                wrong.push(&at("message"), "unknown_reference", only);
            }
        }
        Step::Webhook { url } => wrong.required(&at("url"), url, 2_000),
        Step::Agent { goal } => wrong.required(&at("goal"), goal, 2_000),
    }
}

/// Checks what the condition and the steps speak of.
///
/// # Errors
/// 422 that names the part.
pub fn meaning(definition: &Definition, catalogue: &Catalogue) -> Result<()> {
    if let Some(condition) = &definition.condition
        && let Err(problems) = check(condition, catalogue)
    {
        let fields = problems.into_iter().map(|problem| {
            let meant = problem.suggestion.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            FieldError {
                field: "condition".into(),
                code: problem.code.into(),
                message: format!("line {}, column {}: {}{meant}", problem.line, problem.column, problem.message),
            }
        });
        return Err(Error::fields("invalid", fields.collect()));
    }
    let mut wrong = Texts::default();
    if let Trigger::Event { fields, .. } = &definition.trigger {
        let known = catalogue.fields();
        if let Some(unknown) = fields.iter().find(|field| !known.contains(field)) {
            let what = format!("there is no field {unknown}; one of {}", known.join(", "));
            wrong.push("trigger.fields", "invalid_value", what);
        }
    }
    for (n, one) in definition.steps.iter().enumerate() {
        for name in texts(one).flat_map(text::names) {
            if catalogue.find(&name).is_none() || name.starts_with("previous.") {
                let meant = catalogue.nearest(&name).map_or_else(String::new, |m| format!("; did you mean {m}?"));
                wrong.push(&format!("steps.{n}"), "unknown_reference", format!("nothing is called {name}{meant}"));
            }
        }
    }
    wrong.finish()?;
    definition.steps.iter().enumerate().try_for_each(|(n, step)| takes(definition.object, n, step))
}

/// The texts of a step that may name facts.
fn texts(step: &Step) -> impl Iterator<Item = &str> {
    let (first, second) = match step {
        Step::CreateTask { title, notes, .. } => (Some(title.as_str()), notes.as_deref()),
        Step::Notify { message, .. } => (Some(message.as_str()), None),
        Step::Agent { goal } => (Some(goal.as_str()), None),
        Step::SetFields { .. } | Step::Assign {} | Step::Webhook { .. } | Step::RequestApproval { .. } => (None, None),
    };
    first.into_iter().chain(second)
}

/// Whether records of `object` take the step.
fn takes(object: RuleObject, n: usize, step: &Step) -> Result<()> {
    let Some(work) = work(step) else { return Ok(()) };
    work.check(listed(object)).map_err(|mut error| {
        for field in &mut error.fields {
            let under =
                field.field.strip_prefix("change").map_or(field.field.as_str(), |under| under.trim_start_matches('.'));
            field.field = if under.is_empty() { format!("steps.{n}") } else { format!("steps.{n}.{under}") };
        }
        error
    })?;
    apply::check(listed(object), work.set)
}

/// The change of the record that a step makes; none when it makes none.
#[must_use]
pub fn work(step: &Step) -> Option<Work> {
    match step {
        Step::SetFields { set, add_tags, remove_tags } => Some(Work {
            set: set.clone(),
            add_tags: add_tags.clone(),
            remove_tags: remove_tags.clone(),
            ..Work::default()
        }),
        Step::Assign {} => Some(Work { assign: true, ..Work::default() }),
        Step::CreateTask { .. }
        | Step::Notify { .. }
        | Step::Webhook { .. }
        | Step::Agent { .. }
        | Step::RequestApproval { .. } => None,
    }
}

/// What the steps need beside reading the record.
#[must_use]
pub fn needs(definition: &Definition) -> Vec<Permission> {
    let object = governed(definition.object);
    let mut needed = vec![Permission::new(object, Action::Read)];
    for step in &definition.steps {
        match step {
            Step::SetFields { .. } | Step::Assign {} | Step::RequestApproval { .. } => {
                needed.push(Permission::new(object, Action::Update))
            }
            Step::CreateTask { .. } => needed.push(Permission::new(Object::Task, Action::Create)),
            Step::Notify { .. } | Step::Webhook { .. } | Step::Agent { .. } => {}
        }
    }
    needed.sort();
    needed.dedup();
    needed
}

/// Checks that the scopes allow what the steps do.
///
/// # Errors
/// 422 `required` on each scope that is missing.
pub fn enough(definition: &Definition, scopes: &Grants) -> Result<()> {
    let lacking = needs(definition).into_iter().filter(|needed| scopes.scope(*needed) == ScopeLevel::None);
    let fields: Vec<FieldError> = lacking
        .map(|needed| FieldError {
            field: format!("scopes.{needed}"),
            code: "required".into(),
            message: format!("its steps need {needed}"),
        })
        .collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
}

/// Checks the people, teams, templates and stages that the steps name, and where they send to.
///
/// # Errors
/// 422 `unknown_reference`, or `invalid_value` on a URL.
pub async fn references(cx: &Context, tx: &mut dealwright_store::Tx, definition: &Definition) -> Result<()> {
    let (mut people, mut teams, mut templates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut approvals, mut stages) = (Vec::new(), Vec::new());
    for (n, step) in definition.steps.iter().enumerate() {
        match step {
            Step::CreateTask { assignee: super::Assignee::Person { id }, .. } => people.push((n, "assignee", id.0)),
            Step::Notify { to, .. } => {
                for recipient in to {
                    match recipient {
                        Recipient::Owner => {}
                        Recipient::Person { id } => people.push((n, "to", id.0)),
                        Recipient::Team { id } => teams.push((n, "to", id.0)),
                    }
                }
            }
            Step::Webhook { url } => {
                let way = dealwright_access::outbound::Outbound::new(&cx.access().settings().outbound_networks);
                way.check(url)
                    .map_err(|why| Error::field(format!("steps.{n}.url"), "invalid_value", why.to_string()))?;
            }
            Step::RequestApproval { definition_id } => approvals.push((n, "definition_id", definition_id.0)),
            Step::SetFields { set, .. } => {
                let stage = set.get("stage_id").and_then(|id| id.as_str()?.parse().ok());
                stages.extend(stage.map(|id| (n, "stage_id", id)));
            }
            Step::Assign {} | Step::CreateTask { .. } | Step::Agent { .. } => {}
        }
        if let Step::CreateTask { template_id: Some(id), .. } = step {
            templates.push((n, "template_id", id.0));
        }
    }
    let known = crate::store::known(tx, [&people, &teams, &templates, &approvals, &stages], definition.object).await?;
    let mut wrong = Texts::default();
    for (n, name, id) in people.iter().chain(&teams).chain(&templates).chain(&approvals).chain(&stages) {
        if !known.contains(id) {
            wrong.push(&format!("steps.{n}.{name}"), "unknown_reference", "there is no such one, or not any more");
        }
    }
    wrong.finish()
}
