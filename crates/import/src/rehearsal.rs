//! What validation rules will say of an import: its rows are written as the import itself would write them, batch by
//! batch, and each batch is taken back. So the check tells of every row what the import would.

use std::sync::Arc;

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::ImportId;
use dealwright_store::ActorKind;
use dealwright_workflow::rule::{Active, RuleObject};

use super::Import;
use super::check::{Outcome, Plan, Problem, State, Summary};
use super::field::Object;
use super::store::Fate;
use super::write::{Ready, Writer};

/// Rows that are written and taken back in one transaction.
const BATCH: usize = 500;

/// The objects whose rules an import of `object` can meet: its own, and accounts that it creates in passing.
fn ruled(object: Object) -> &'static [RuleObject] {
    match object {
        Object::Opportunity => &[RuleObject::Opportunity, RuleObject::Account],
        Object::Account => &[RuleObject::Account],
        Object::Contact => &[RuleObject::Contact, RuleObject::Account],
        Object::Lead => &[RuleObject::Lead],
        Object::Task => &[RuleObject::Task, RuleObject::Account, RuleObject::Contact],
        Object::Activity => &[RuleObject::Account, RuleObject::Contact],
        Object::Product | Object::User => &[],
    }
}

/// The ready rows that would be refused, and why. Without rules nothing is rehearsed.
///
/// # Errors
/// When the database is gone.
pub async fn rehearse(cx: &Context, import: &Arc<Import>, plan: &Plan<'_>, outcomes: &[Outcome]) -> Result<Vec<Fate>> {
    if !has_rules(cx, import.object).await? {
        return Ok(Vec::new());
    }
    let acting = cx.acting(cx.actor().acting_as(ActorKind::Import, Some(import.id.0), &import.filename));
    let ready: Vec<(usize, &Outcome)> = outcomes
        .iter()
        .enumerate()
        .filter(|(_, outcome)| matches!(outcome.state, State::Create | State::Update))
        .collect();
    let mut refused = Vec::new();
    for batch in ready.chunks(BATCH) {
        // What a batch creates in passing is gone with it, so that each begins with a writer of its own.
        let mut writer = Writer::new(&acting, Arc::clone(import)).await?;
        let rows = batch.iter().map(|(row, outcome)| Ready {
            row: i64::try_from(*row).unwrap_or(i64::MAX),
            record: plan.record(*row, outcome),
        });
        let rows = rows.collect();
        let mut tx = acting.begin().await?;
        let fates = writer.write(&mut tx, rows).await?;
        tx.rollback().await?;
        refused.extend(fates.into_iter().filter(|fate| !fate.problems.is_empty()));
    }
    Ok(refused)
}

async fn has_rules(cx: &Context, object: Object) -> Result<bool> {
    let mut tx = cx.begin().await?;
    let mut any = false;
    for object in ruled(object) {
        any = any || !Active::of(&mut tx, *object).await?.is_empty();
    }
    tx.done(any).await
}

/// Counts refused rows as errors and lists the reasons, each once.
pub fn tell(summary: &mut Summary, outcomes: &[Outcome], refused: &[Fate]) {
    for fate in refused {
        let row = usize::try_from(fate.row).ok().and_then(|row| outcomes.get(row));
        match row.map(|outcome| outcome.state) {
            Some(State::Create) => summary.creates = summary.creates.saturating_sub(1),
            Some(State::Update) => summary.updates = summary.updates.saturating_sub(1),
            Some(State::Skip | State::Error | State::Undecided) | None => {}
        }
        summary.errors += 1;
        for reason in &fate.problems {
            let same =
                |p: &&mut Problem| p.code == reason.code && p.field == reason.field && p.message == reason.message;
            match summary.problems.iter_mut().find(same) {
                Some(problem) => problem.rows += 1,
                None => summary.problems.push(Problem {
                    code: reason.code.clone(),
                    field: reason.field.clone(),
                    value: None,
                    state: State::Error,
                    rows: 1,
                    also: 0,
                    message: reason.message.clone(),
                    detail: None,
                    suggestions: Vec::new(),
                    actions: Vec::new(),
                }),
            }
        }
    }
    summary.ready = summary.creates + summary.updates;
}

/// Marks refused rows in the table of the check.
///
/// # Errors
/// When the database is gone.
pub async fn mark(cx: &Context, import: ImportId, refused: &[Fate]) -> Result<()> {
    for batch in refused.chunks(BATCH) {
        let mut tx = cx.begin().await?;
        super::store::settle(&mut tx, import, batch).await?;
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}
