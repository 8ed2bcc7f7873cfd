//! Which rule takes a lead, and who gets it.

use std::sync::Arc;

use dealwright_kernel::Result;
use dealwright_kernel::id::LeadId;
use dealwright_store::Tx;
use dealwright_workflow::rule::active::Known;
use dealwright_workflow::rule::{Facts, RuleObject, Value, eval};
use serde_json::{Value as Json, json};

use super::chooser::{Because, Member, Place, shortlist, turn};
use super::{AssignmentRule, store};
use crate::record::Ref;
use crate::rule;

/// Who gets a lead, by which rule and why.
#[derive(Clone, Debug)]
pub struct Decision {
    pub rule: Ref,
    pub owner: Member,
    pub because: Because,
}

impl Decision {
    /// What the event on the lead tells.
    #[must_use]
    pub fn told(&self) -> Json {
        json!({ "rule": self.rule, "owner": Ref { id: self.owner.id.0, name: self.owner.name.clone() }, "because": self.because })
    }

    /// What is known of the lead once it is theirs.
    pub fn put(&self, facts: &mut Facts) {
        facts.put("owner.name", Value::text(Some(&self.owner.name)));
        facts.put("owner.email", Value::text(Some(&self.owner.email)));
        facts.put("owner.team", Value::text(self.owner.team_name.as_deref()));
    }
}

/// A lead as rules see it.
#[derive(Clone, Debug)]
pub struct Subject {
    pub facts: Facts,
    pub place: Place,
}

impl Subject {
    /// A lead that the actor may see; none when there is none.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(tx: &mut Tx, lead: LeadId) -> Result<Option<Self>> {
        let facts = rule::store::facts(tx, RuleObject::Lead, &[lead.0]).await?.remove(&lead.0);
        let (Some(facts), Some(place)) = (facts, store::place_of(tx, lead).await?) else { return Ok(None) };
        Ok(Some(Self { facts, place }))
    }
}

/// What came of one rule.
#[derive(Clone, Debug)]
pub enum Verdict {
    Takes(Box<Decision>),
    /// Its condition is not true of the lead.
    Passes,
    /// Its condition can't be evaluated.
    Fails(String),
    /// It is for this lead, but there is nobody whom it could choose.
    Nobody,
}

/// Decides by the rules in force and takes the turn; none when no rule takes the lead. A rule that can't be evaluated is
/// passed over: its problem shows in its editor, and a lead is not lost by it.
///
/// # Errors
/// When the database is gone.
pub async fn decide(tx: &mut Tx, subject: &Subject, is_new: bool) -> Result<Option<Decision>> {
    let rules = store::checked(tx).await?;
    if !rules.iter().any(|(rule, _)| rule.active) {
        return Ok(None);
    }
    store::hold_turns(tx).await?;
    let facts = seen(subject, is_new);
    for (rule, checked) in rules.iter().filter(|(rule, _)| rule.active) {
        match judge(tx, rule, checked, &facts, &subject.place, true).await? {
            Verdict::Takes(decision) => return Ok(Some(*decision)),
            Verdict::Passes | Verdict::Nobody => {}
            Verdict::Fails(reason) => tracing::info!(rule = %rule.id, reason, "an assignment rule can't be evaluated"),
        }
    }
    Ok(None)
}

/// The facts as conditions see them: of a lead that has just come, or of one that is saved as it is.
pub(super) fn seen(subject: &Subject, is_new: bool) -> Facts {
    let before = (!is_new).then(|| subject.facts.clone());
    subject.facts.clone().after(before.as_ref())
}

/// What one rule makes of a lead. `take` advances its turns, which must be held.
pub(super) async fn judge(
    tx: &mut Tx,
    rule: &AssignmentRule,
    checked: &Known,
    facts: &Facts,
    place: &Place,
    take: bool,
) -> Result<Verdict> {
    let Ok(checked) = Arc::as_ref(checked) else { return Ok(Verdict::Fails(eval::Failure::Broken.to_string())) };
    match eval::evaluate(&checked.root, facts) {
        Ok(Value::Bool(true)) => {}
        Ok(_) => return Ok(Verdict::Passes),
        Err(failure) => return Ok(Verdict::Fails(failure.to_string())),
    }
    let Some(pool) = rule.chooser.pool(place) else { return Ok(Verdict::Passes) };
    let (mut users, teams) = rule.chooser.named();
    users.extend(rule.fallback_id);
    let known = store::members(tx, &users, &teams).await?;
    let list = shortlist(&pool, &known, rule.working_hours, rule.fallback_id, tx.now());
    let mut owed = store::owed(tx, rule.id).await?;
    let Some(owner) = turn(&list.members, &mut owed).cloned() else { return Ok(Verdict::Nobody) };
    if take && list.because != Because::Fallback {
        // Who is no member any more is owed nothing.
        owed.retain(|user, _| known.iter().any(|m| m.id == *user));
        store::keep_owed(tx, rule.id, &owed).await?;
    }
    let named = Ref { id: rule.id.0, name: rule.name.clone() };
    Ok(Verdict::Takes(Box::new(Decision { rule: named, owner, because: list.because })))
}
