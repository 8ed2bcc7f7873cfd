//! What the rules would do with a lead. Nothing is changed and no turn is taken.

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AssignmentRuleId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::active::known;
use dealwright_workflow::rule::{RuleObject, custom, store as rules};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::chooser::Because;
use super::decide::{Subject, Verdict, judge, seen};
use super::{AssignmentRule, NewAssignmentRule, store};
use crate::record::Ref;

/// A lead to try the rules on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AssignmentTrial)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    pub lead_id: LeadId,
    /// A rule as it is being written: in the place of the one with `draft_id`, or else last.
    #[serde(default)]
    pub draft: Option<NewAssignmentRule>,
    #[serde(default)]
    pub draft_id: Option<AssignmentRuleId>,
}

impl Validate for Trial {
    fn validate(&self) -> Result<()> {
        self.draft.as_ref().map_or(Ok(()), Validate::validate)
    }
}

/// What a rule makes of the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssignmentOutcome)]
pub enum Outcome {
    Takes,
    /// Its condition is not true of the lead, or none of its territories holds it.
    Passes,
    /// It would take the lead, but there is nobody whom it could choose.
    Nobody,
    /// Its condition can't be evaluated.
    Fails,
    /// It is switched off.
    Off,
    /// A rule before it takes the lead.
    NotReached,
}

/// A rule and what it makes of the lead.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentTried)]
pub struct Tried {
    /// Null for a draft that is new.
    pub id: Option<AssignmentRuleId>,
    pub name: String,
    pub outcome: Outcome,
    /// Why it can't be evaluated.
    pub problem: Option<String>,
}

/// What the rules would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignmentTrialResult)]
pub struct Told {
    pub rules: Vec<Tried>,
    /// Who would get the lead; null when no rule takes it.
    pub owner: Option<Ref>,
    pub because: Option<Because>,
}

/// Tries the rules on a lead.
///
/// # Errors
/// 404 when the actor may not see the lead; 422 for a draft whose condition is wrong.
pub async fn run(tx: &mut Tx, trial: Trial) -> Result<Told> {
    let subject = Subject::of(tx, trial.lead_id).await?.or_not_found("lead")?;
    let mut all = store::checked(tx).await?;
    let mut drafted = None;
    if let Some(draft) = trial.draft {
        super::input::check_condition(&draft.condition, &rules::catalogue(tx, RuleObject::Lead).await?)?;
        let at = all.iter().position(|(rule, _)| Some(rule.id) == trial.draft_id);
        drafted = Some(at.unwrap_or(all.len()));
        let speaks = custom::speaks_of_custom(&draft.condition);
        let custom = if speaks { rules::custom(tx, RuleObject::Lead).await? } else { custom::Custom::default() };
        let checked = known(RuleObject::Lead, draft.condition.trim(), &custom);
        let entry = (as_rule(tx, draft, trial.draft_id), checked);
        match at.and_then(|at| all.get_mut(at)) {
            Some(place) => *place = entry,
            None => all.push(entry),
        }
    }
    let facts = seen(&subject, true);
    let mut told = Told { rules: Vec::with_capacity(all.len()), owner: None, because: None };
    for (n, (rule, checked)) in all.iter().enumerate() {
        let (outcome, problem) = if told.owner.is_some() {
            (Outcome::NotReached, None)
        } else if !rule.active {
            (Outcome::Off, None)
        } else {
            match judge(tx, rule, checked, &facts, &subject.place, false).await? {
                Verdict::Takes(decision) => {
                    told.owner = Some(Ref { id: decision.owner.id.0, name: decision.owner.name.clone() });
                    told.because = Some(decision.because);
                    (Outcome::Takes, None)
                }
                Verdict::Passes => (Outcome::Passes, None),
                Verdict::Nobody => (Outcome::Nobody, None),
                Verdict::Fails(reason) => (Outcome::Fails, Some(reason)),
            }
        };
        let is_new = drafted == Some(n) && trial.draft_id.is_none();
        told.rules.push(Tried { id: (!is_new).then_some(rule.id), name: rule.name.clone(), outcome, problem });
    }
    Ok(told)
}

fn as_rule(tx: &Tx, draft: NewAssignmentRule, id: Option<AssignmentRuleId>) -> AssignmentRule {
    let fields = draft.fields();
    AssignmentRule {
        id: id.unwrap_or_else(|| AssignmentRuleId(tx.new_id())),
        name: fields.name,
        position: i32::MAX,
        condition: fields.condition,
        chooser: fields.chooser,
        working_hours: fields.working_hours,
        fallback_id: fields.fallback_id,
        active: fields.active,
        problems: Vec::new(),
        version: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
    }
}

/// # Errors
/// 422: more rules than there can be.
pub fn check_order(ids: &[uuid::Uuid]) -> Result<()> {
    let most = usize::try_from(super::MAX_RULES).map_err(Error::internal)?;
    if ids.len() > most {
        return Err(Error::field("ids", "too_many", format!("at most {most} rules")));
    }
    Ok(())
}
