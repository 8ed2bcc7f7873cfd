//! What is said of a plan: a new one, and a change of one.

use chrono::NaiveDate;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ContactId, ObjectiveId, UserId};
use dealwright_kernel::{Error, Money, Patch, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::period::Period;
use super::{Attitude, Fields, Influence, KeptObjective, KeptPerson, MAX_PARTS, ObjectiveState, PlanMeasure};
use crate::record::{self, Texts};

/// Somebody who matters for a plan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlanPerson {
    pub contact_id: ContactId,
    #[serde(default)]
    #[schema(max_length = 100)]
    pub role: Option<String>,
    pub influence: Influence,
    pub attitude: Attitude,
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Something to be done for a plan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlanObjective {
    /// Of one that is there; absent of a new one.
    #[serde(default)]
    pub id: Option<ObjectiveId>,
    #[schema(min_length = 1, max_length = 300)]
    pub title: String,
    #[serde(default)]
    pub owner_id: Option<UserId>,
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    pub state: ObjectiveState,
    /// What tells how far it has come; nothing but its state when absent.
    #[serde(default)]
    pub measure: Option<PlanMeasure>,
    /// Of a measure of money, in the organisation's currency.
    #[serde(default)]
    pub target_amount: Option<Money>,
    /// Of a measure that counts deals.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 1000000)]
    pub target_count: Option<i64>,
}

/// What is said of a plan: absent leaves, null clears. People and objectives are written as a whole. A new plan has a period.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountPlanInput {
    /// The version that was read, unless `If-Match` says it; a new plan has none.
    pub version: Option<i64>,
    /// A year, a half or a quarter: `2026`, `2026-H2`, `2026-Q3`.
    #[schema(max_length = 7, example = "2026-Q3")]
    pub period: Option<String>,
    /// Whether deals of the accounts below count too.
    pub with_below: Option<bool>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub goal: Patch<String>,
    /// In the organisation's currency.
    #[schema(value_type = Option<Money>)]
    pub target: Patch<Money>,
    /// Markdown.
    #[schema(value_type = Option<String>, max_length = 20000)]
    pub strategy: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub strengths: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub weaknesses: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub opportunities: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub threats: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 5000)]
    pub white_space: Patch<String>,
    #[schema(max_items = 100)]
    pub people: Option<Vec<NewPlanPerson>>,
    #[schema(max_items = 100)]
    pub objectives: Option<Vec<NewPlanObjective>>,
}

impl Validate for AccountPlanInput {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(Err(why)) = self.period.as_deref().map(str::parse::<Period>) {
            wrong.push("period", "invalid_value", why);
        }
        wrong.patch("goal", &self.goal, 2_000);
        wrong.patch("strategy", &self.strategy, 20_000);
        for (field, text) in [
            ("strengths", &self.strengths),
            ("weaknesses", &self.weaknesses),
            ("opportunities", &self.opportunities),
            ("threats", &self.threats),
            ("white_space", &self.white_space),
        ] {
            wrong.patch(field, text, 5_000);
        }
        if matches!(self.target, Patch::Value(target) if target.minor < 0) {
            wrong.push("target", "out_of_range", "a target is not negative");
        }
        check_people(&mut wrong, self.people.as_deref().unwrap_or_default());
        check_objectives(&mut wrong, self.objectives.as_deref().unwrap_or_default());
        wrong.finish()
    }
}

impl AccountPlanInput {
    /// The fields of a new plan.
    ///
    /// # Errors
    /// 422 without a period.
    pub fn fields(self, tx: &Tx) -> Result<Fields> {
        let period = self.period.as_deref();
        let period = period.ok_or_else(|| Error::field("period", "required", "this field is required"))?;
        let empty = Fields {
            period: read_period(period)?,
            with_below: true,
            goal: None,
            target: None,
            strategy: None,
            strengths: None,
            weaknesses: None,
            opportunities: None,
            threats: None,
            white_space: None,
            people: Vec::new(),
            objectives: Vec::new(),
        };
        self.apply(tx, &empty)
    }

    /// The fields after this change.
    ///
    /// # Errors
    /// 422 for what is no period.
    pub fn apply(self, tx: &Tx, old: &Fields) -> Result<Fields> {
        let text = |patch: Patch<String>, old: &Option<String>| record::text(patch.apply(old.clone()));
        let people = self.people.map(|people| people.into_iter().map(NewPlanPerson::kept).collect());
        let objectives = self.objectives.map(|items| items.into_iter().map(|o| o.kept(tx, old)).collect());
        Ok(Fields {
            period: self.period.map_or(Ok(old.period), |text| read_period(&text))?,
            with_below: self.with_below.unwrap_or(old.with_below),
            goal: text(self.goal, &old.goal),
            target: self.target.apply(old.target),
            strategy: text(self.strategy, &old.strategy),
            strengths: text(self.strengths, &old.strengths),
            weaknesses: text(self.weaknesses, &old.weaknesses),
            opportunities: text(self.opportunities, &old.opportunities),
            threats: text(self.threats, &old.threats),
            white_space: text(self.white_space, &old.white_space),
            people: people.unwrap_or_else(|| old.people.clone()),
            objectives: objectives.unwrap_or_else(|| old.objectives.clone()),
        })
    }
}

impl NewPlanPerson {
    fn kept(self) -> KeptPerson {
        KeptPerson {
            contact_id: self.contact_id,
            role: record::text(self.role),
            influence: self.influence,
            attitude: self.attitude,
            note: record::text(self.note),
        }
    }
}

impl NewPlanObjective {
    fn kept(self, tx: &Tx, old: &Fields) -> KeptObjective {
        let known = self.id.filter(|id| old.objectives.iter().any(|old| old.id == *id));
        KeptObjective {
            id: known.unwrap_or_else(|| ObjectiveId(tx.new_id())),
            title: self.title.trim().to_owned(),
            owner_id: self.owner_id,
            due_on: self.due_on,
            state: self.state,
            measure: self.measure.unwrap_or(PlanMeasure::None),
            target: self.target_amount.map(|amount| amount.minor).or(self.target_count),
        }
    }
}

fn read_period(text: &str) -> Result<Period> {
    text.parse().map_err(|why: String| Error::field("period", "invalid_value", why))
}

fn check_people(wrong: &mut Texts, people: &[NewPlanPerson]) {
    if people.len() > MAX_PARTS {
        wrong.push("people", "too_many", format!("at most {MAX_PARTS} people"));
        return;
    }
    for (place, person) in people.iter().enumerate() {
        let at = |field: &str| format!("people.{place}.{field}");
        wrong.optional(&at("role"), person.role.as_deref(), 100);
        wrong.optional(&at("note"), person.note.as_deref(), 1_000);
        if people.iter().take(place).any(|other| other.contact_id == person.contact_id) {
            wrong.push(&at("contact_id"), "duplicate", "this person is there twice");
        }
    }
}

fn check_objectives(wrong: &mut Texts, objectives: &[NewPlanObjective]) {
    if objectives.len() > MAX_PARTS {
        wrong.push("objectives", "too_many", format!("at most {MAX_PARTS} objectives"));
        return;
    }
    for (place, objective) in objectives.iter().enumerate() {
        let at = |field: &str| format!("objectives.{place}.{field}");
        wrong.required(&at("title"), &objective.title, 300);
        wrong.date(&at("due_on"), objective.due_on);
        if objective.id.is_some() && objectives.iter().take(place).any(|other| other.id == objective.id) {
            wrong.push(&at("id"), "duplicate", "this objective is there twice");
        }
        let measure = objective.measure.unwrap_or(PlanMeasure::None);
        let (field, wanted, other) = match (measure, measure.is_money()) {
            (PlanMeasure::None, _) => {
                if objective.target_amount.is_some() || objective.target_count.is_some() {
                    wrong.push(&at("measure"), "required", "a target needs a measure");
                }
                continue;
            }
            (_, true) => ("target_amount", objective.target_amount.map(|m| m.minor), objective.target_count.is_some()),
            (_, false) => ("target_count", objective.target_count, objective.target_amount.is_some()),
        };
        match wanted {
            None => wrong.push(&at(field), "required", "a measure needs a target"),
            Some(n) if n <= 0 || (field == "target_count" && n > 1_000_000) => {
                wrong.push(&at(field), "out_of_range", "above 0, and at most 1,000,000 deals");
            }
            Some(_) if other => wrong.push(&at(field), "invalid_value", "one target, of the kind that is measured"),
            Some(_) => {}
        }
    }
}
