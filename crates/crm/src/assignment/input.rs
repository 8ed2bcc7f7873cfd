//! What requests say of an assignment rule, and what is wrong with it.

use std::collections::BTreeSet;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Patch, Result};
use dealwright_workflow::rule::{Catalogue, check};
use serde::Deserialize;
use utoipa::ToSchema;

use super::chooser::Area;
use super::{Chooser, Fields};
use crate::record::Texts;

const MAX_MEMBERS: usize = 200;
const MAX_AREAS: usize = 500;

/// A new assignment rule; it stands last.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAssignmentRule {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// CEL over the lead; `true` takes every lead.
    #[schema(min_length = 1, max_length = 2000)]
    pub condition: String,
    pub chooser: Chooser,
    #[serde(default)]
    pub working_hours: bool,
    #[serde(default)]
    pub fallback_id: Option<UserId>,
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl Validate for NewAssignmentRule {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        wrong.required("condition", &self.condition, 2_000);
        check_chooser(&mut wrong, &self.chooser);
        wrong.finish()
    }
}

impl NewAssignmentRule {
    /// The fields of the new rule.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            condition: self.condition.trim().to_owned(),
            chooser: self.chooser,
            working_hours: self.working_hours,
            fallback_id: self.fallback_id,
            active: self.active,
        }
    }
}

/// A change of an assignment rule: what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssignmentRulePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub condition: Option<String>,
    pub chooser: Option<Chooser>,
    pub working_hours: Option<bool>,
    #[schema(value_type = Option<UserId>)]
    pub fallback_id: Patch<UserId>,
    pub active: Option<bool>,
}

impl Validate for AssignmentRulePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        if let Some(condition) = &self.condition {
            wrong.required("condition", condition, 2_000);
        }
        if let Some(chooser) = &self.chooser {
            check_chooser(&mut wrong, chooser);
        }
        wrong.finish()
    }
}

impl AssignmentRulePatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let trimmed = |new: Option<String>, old: &str| new.map_or_else(|| old.to_owned(), |n| n.trim().to_owned());
        Fields {
            name: trimmed(self.name, &old.name),
            condition: trimmed(self.condition, &old.condition),
            chooser: self.chooser.unwrap_or_else(|| old.chooser.clone()),
            working_hours: self.working_hours.unwrap_or(old.working_hours),
            fallback_id: self.fallback_id.apply(old.fallback_id),
            active: self.active.unwrap_or(old.active),
        }
    }
}

/// What is wrong with a chooser whoever its members are.
fn check_chooser(wrong: &mut Texts, chooser: &Chooser) {
    match chooser {
        Chooser::User { .. } => {}
        Chooser::RoundRobin { members } => check_members(wrong, members),
        Chooser::Weighted { members } => {
            check_members(wrong, &members.iter().map(|m| m.user_id).collect::<Vec<_>>());
            if members.iter().any(|m| !(1..=100).contains(&m.weight)) {
                wrong.push("chooser", "out_of_range", "each weight is between 1 and 100");
            }
        }
        Chooser::Territory { areas } => check_areas(wrong, areas),
    }
}

fn check_members(wrong: &mut Texts, members: &[UserId]) {
    if members.is_empty() {
        wrong.push("chooser", "required", "choose who takes turns");
    }
    if members.len() > MAX_MEMBERS {
        wrong.push("chooser", "too_many", format!("at most {MAX_MEMBERS} members"));
    }
    if members.iter().collect::<BTreeSet<_>>().len() != members.len() {
        wrong.push("chooser", "invalid_value", "nobody is a member twice; use weights");
    }
}

fn check_areas(wrong: &mut Texts, areas: &[Area]) {
    if areas.is_empty() {
        wrong.push("chooser", "required", "add a territory");
    }
    if areas.len() > MAX_AREAS {
        wrong.push("chooser", "too_many", format!("at most {MAX_AREAS} territories"));
    }
    for area in areas {
        let country = area.country.as_deref().map(str::trim);
        if area.region_id.is_none() && country.is_none_or(str::is_empty) {
            wrong.push("chooser", "required", "each territory has a country, a region or both");
            return;
        }
        if country.is_some_and(|c| c.is_empty() || c.chars().count() > 100 || c.contains('\0')) {
            wrong.push("chooser", "invalid_value", "a country has 1 to 100 characters");
            return;
        }
        if area.user_id.is_some() == area.team_id.is_some() {
            wrong.push("chooser", "required", "each territory is either a user's or a team's");
            return;
        }
    }
}

/// Refuses a condition that does not pass the check of validation rules: its limits are the same.
///
/// # Errors
/// 422 on `condition` with the place.
pub fn check_condition(condition: &str, catalogue: &Catalogue) -> Result<()> {
    check_expression("condition", condition, catalogue)
}

/// The same of an expression in another field.
///
/// # Errors
/// 422 on the field with the place.
pub fn check_expression(field: &str, expression: &str, catalogue: &Catalogue) -> Result<()> {
    let Err(problems) = check(expression, catalogue) else { return Ok(()) };
    let mut wrong = Texts::default();
    if let Some(problem) = problems.into_iter().next() {
        let meant = problem.suggestion.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
        let message = format!("line {}, column {}: {}{meant}", problem.line, problem.column, problem.message);
        wrong.push(field, problem.code, message);
    }
    wrong.finish()
}
