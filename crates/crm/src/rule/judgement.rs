//! The judgement of a write by the rules in force. It is read from the row as written, before the transaction commits:
//! what was derived or defaulted on the way counts, and a refusal takes the row back.

use std::collections::HashMap;
use std::sync::Arc;

use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::{Active, Facts, RuleObject, judge};
use uuid::Uuid;

use super::store;

/// The judgement of a change: the rules, and the record as it was.
#[derive(Debug)]
#[must_use]
pub struct Judgement {
    object: RuleObject,
    id: Uuid,
    rules: Arc<[Active]>,
    before: Option<Facts>,
}

impl Judgement {
    /// Remembers the record before it is changed. Without rules it costs nothing.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(tx: &mut Tx, object: RuleObject, id: Uuid) -> Result<Self> {
        let rules = Active::of(tx, object).await?;
        let before = if rules.is_empty() { None } else { store::facts(tx, object, &[id]).await?.remove(&id) };
        Ok(Self { object, id, rules, before })
    }

    /// Judges the record as it has been written.
    ///
    /// # Errors
    /// 422 `rule_not_met` or `rule_failed`.
    pub async fn pass(self, tx: &mut Tx) -> Result<()> {
        if self.rules.is_empty() {
            return Ok(());
        }
        match store::facts(tx, self.object, &[self.id]).await?.remove(&self.id) {
            Some(after) => judge(&self.rules, after, self.before.as_ref()),
            None => Err(unseen()),
        }
    }
}

/// Judges a record that has just been created.
///
/// # Errors
/// 422 `rule_not_met` or `rule_failed`.
pub async fn judge_new(tx: &mut Tx, object: RuleObject, id: Uuid) -> Result<()> {
    refusals_of_new(tx, object, &[id]).await?.remove(&id).map_or(Ok(()), Err)
}

/// Judges a new record of which this is known.
///
/// # Errors
/// 422 `rule_not_met` or `rule_failed`.
pub async fn judge_facts(tx: &mut Tx, object: RuleObject, facts: Facts) -> Result<()> {
    judge(&Active::of(tx, object).await?, facts, None)
}

/// Judges a change of a record of which this was known, and this is now: it may be out of the actor's sight by then.
///
/// # Errors
/// 422 `rule_not_met` or `rule_failed`.
pub async fn judge_change(tx: &mut Tx, object: RuleObject, after: Facts, before: &Facts) -> Result<()> {
    judge(&Active::of(tx, object).await?, after, Some(before))
}

/// The records, of those just created, that do not pass, and why.
///
/// # Errors
/// When the database is gone.
pub async fn refusals_of_new(tx: &mut Tx, object: RuleObject, ids: &[Uuid]) -> Result<HashMap<Uuid, Error>> {
    let rules = Active::of(tx, object).await?;
    if rules.is_empty() {
        return Ok(HashMap::new());
    }
    let mut facts = store::facts(tx, object, ids).await?;
    let judged = ids.iter().map(|id| match facts.remove(id) {
        Some(facts) => (*id, judge(&rules, facts, None)),
        None => (*id, Err(unseen())),
    });
    Ok(judged.filter_map(|(id, judged)| Some((id, judged.err()?))).collect())
}

/// What the writer can't see can't be judged, and so is not written.
fn unseen() -> Error {
    Error::forbidden("owner_out_of_scope", "you would not see a record of this person; an administrator can add it")
        .on("owner_id")
}
