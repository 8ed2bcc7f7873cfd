//! Looking for what rows may be, batch by batch: as many statements as there are batches, not as there are rows.

use dealwright_access::Context;
use dealwright_crm::duplicate::{Draft, MatchingRule, OnMatch, many, store as rules};
use dealwright_kernel::{Error, Result};

use super::{Doubt, Doubts, Likely, draft, matched};
use crate::check::{Outcome, Plan, State, Value};
use crate::field::Object;
use crate::read::Table;

/// Rows that are looked up in one statement.
const BATCH: usize = 2_000;

/// The rule that says what becomes of duplicates of what is imported; none where nothing is compared.
///
/// # Errors
/// When the database is gone.
pub async fn rule(cx: &Context, object: Object) -> Result<Option<MatchingRule>> {
    let Some(object) = matched(object) else { return Ok(None) };
    let mut tx = cx.begin().await?;
    let rule = rules::rule(&mut tx, object).await?;
    tx.done(Some(rule).filter(|rule| rule.on_create != OnMatch::Off)).await
}

/// What the rows that would be created may be.
///
/// # Errors
/// When the database is gone.
pub async fn doubts(
    cx: &Context,
    rule: &MatchingRule,
    table: &Table,
    plan: &Plan<'_>,
    outcomes: &[Outcome],
) -> Result<Doubts> {
    let mut doubts = Doubts::new();
    let new = |(row, outcome): (usize, &Outcome)| {
        (outcome.state == State::Create).then(|| (row, draft(rule.object, &plan.record(row, outcome))))
    };
    let drafts: Vec<(usize, Draft)> = outcomes.iter().enumerate().filter_map(new).collect();
    for batch in drafts.chunks(BATCH) {
        let mut tx = cx.begin().await?;
        let asked = batch.iter().map(|(_, draft)| draft.clone()).collect();
        let found = many::similar(&mut tx, cx.actor(), rule, asked).await?;
        tx.done(()).await?;
        for (place, similar) in found {
            let Some((row, _)) = batch.get(place) else { continue };
            let likely = similar.into_iter().map(|similar| Likely {
                record_id: Some(similar.id),
                row: None,
                name: similar.name,
                score: similar.score,
                reasons: similar.reasons,
            });
            doubts.insert(*row, Doubt { likely: likely.collect(), ..Doubt::default() });
        }
    }
    within(rule, table, plan, outcomes, drafts, &mut doubts).await?;
    Ok(doubts)
}

/// What earlier rows say already, where nothing that is there is likelier.
async fn within(
    rule: &MatchingRule,
    table: &Table,
    plan: &Plan<'_>,
    outcomes: &[Outcome],
    drafts: Vec<(usize, Draft)>,
    doubts: &mut Doubts,
) -> Result<()> {
    let (places, mut drafts): (Vec<usize>, Vec<Draft>) = drafts.into_iter().unzip();
    for draft in &mut drafts {
        // Among themselves contacts are compared by what their accounts are called.
        if let Some(account) = draft.account_id {
            draft.company = plan.account_name(account);
        }
    }
    let rule = rule.clone();
    let twice = tokio::task::spawn_blocking(move || many::twice(&rule, &drafts)).await.map_err(Error::internal)?;
    for twice in twice {
        let (Some(row), Some(earlier)) = (places.get(twice.place), places.get(twice.earlier)) else { continue };
        let doubt = doubts.entry(*row).or_default();
        let Some(outcome) = outcomes.get(*earlier) else { continue };
        doubt.likely.push(Likely {
            record_id: None,
            row: Some(table.number(*earlier)),
            name: called(plan, *earlier, outcome),
            score: twice.score,
            reasons: twice.reasons,
        });
    }
    Ok(())
}

fn called(plan: &Plan<'_>, row: usize, outcome: &Outcome) -> String {
    let record = plan.record(row, outcome);
    let words =
        ["name", "first_name", "last_name", "company"].into_iter().filter_map(|field| match record.get(field) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        });
    words.take(2).collect::<Vec<_>>().join(" ")
}
