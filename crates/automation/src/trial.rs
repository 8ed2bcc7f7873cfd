//! What an automation would have done: over the events of the past days, with each record as it was then; or, of a schedule,
//! with the records that are there. It changes nothing.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Context;
use dealwright_crm::rule;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::rule::{Catalogue, Facts, RuleObject, Value};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::definition::moment::{Happened, Kinds};
use crate::definition::{Definition, Moment, Timing, Trigger};
use crate::guard::MOST_PER_RECORD;
use crate::history::Reading;
use crate::run::{holds, kinds, with_before};
use crate::store::{self, StageFacts};

/// Events, or records, that are read in one transaction.
const BATCH: i64 = 500;
/// Events, or records, that one trial looks at, and how long it may take for it.
const MOST: usize = 20_000;
const LONGEST: Duration = Duration::from_secs(5);
/// Runs that an answer names.
const NAMED: usize = 100;

/// What an automation would have done.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = AutomationTrial)]
pub struct Trial {
    /// Events, or of a schedule records, that were looked at, of what you see.
    pub looked_at: usize,
    /// Since when; null of a schedule, which is tried on what is there.
    pub since: Option<DateTime<Utc>>,
    /// Whether there was more than can be looked at: older events, or other records.
    pub cut: bool,
    /// Those that it waits for.
    pub triggered: usize,
    /// Those whose condition did not hold.
    pub unmet: usize,
    /// Those whose condition could not be judged, and why the first one could not.
    pub failed: usize,
    pub problem: Option<String>,
    /// Those that a record would have been left alone for.
    pub left_alone: usize,
    pub would_run: usize,
    /// The most runs within an hour; more than `per_hour` would have switched it off.
    pub most_in_an_hour: usize,
    /// When a schedule comes next, five times.
    pub next: Vec<DateTime<Utc>>,
    /// The last hundred runs, the newest first.
    pub runs: Vec<TrialRun>,
}

/// A run that would have been.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AutomationTrialRun)]
pub struct TrialRun {
    pub record_id: Uuid,
    pub record: String,
    /// When; of a schedule, when it comes next.
    pub at: DateTime<Utc>,
    /// What happened, such as `opportunity.moved`; null of a schedule.
    pub event: Option<String>,
}

/// Tries an automation on the past `days`, or on what is there.
///
/// # Errors
/// When the database is gone.
pub async fn run(cx: &Context, definition: &Definition, days: u16) -> Result<Trial> {
    match &definition.trigger {
        Trigger::Event { moments, fields } => of_events(cx, definition, moments, fields, days).await,
        Trigger::Schedule(timing) => of_schedule(cx, definition, timing).await,
    }
}

/// How long a record had stood still is known of now alone.
fn without_waiting(facts: &mut Facts) {
    for name in ["days_in_stage", "days_without_activity"] {
        if !facts.get(name).is_missing() {
            facts.put(name, Value::Missing);
        }
    }
}

/// What is judged by, read once.
struct Basis {
    catalogue: Catalogue,
    stages: StageFacts,
    kinds: Kinds,
}

impl Basis {
    async fn read(tx: &mut Tx, object: RuleObject) -> Result<Self> {
        let catalogue = dealwright_workflow::rule::store::catalogue(tx, object).await?;
        let stages = store::stages(tx).await?;
        Ok(Self { catalogue, kinds: kinds(&stages), stages })
    }
}

fn is_long(cx: &Context, begun: DateTime<Utc>) -> bool {
    (cx.clock().now() - begun).to_std().is_ok_and(|taken| taken >= LONGEST)
}

fn named(facts: &Facts) -> String {
    let name = ["name", "title"].into_iter().map(|fact| facts.get(fact)).find(|value| !value.is_missing());
    name.and_then(|value| value.to_json().as_str().map(str::to_owned)).unwrap_or_default()
}

async fn of_events(
    cx: &Context,
    definition: &Definition,
    moments: &[Moment],
    fields: &[String],
    days: u16,
) -> Result<Trial> {
    let begun = cx.clock().now();
    let since = begun - TimeDelta::days(days.into());
    let mut trial = Trial { since: Some(since), ..Trial::default() };
    let mut tx = cx.begin().await?;
    let basis = Basis::read(&mut tx, definition.object).await?;
    tx.done(()).await?;
    // Each record as it was, from now back to where the look has come.
    let mut states: HashMap<Uuid, Facts> = HashMap::new();
    let (mut runs, mut before) = (Vec::new(), None);
    loop {
        let mut tx = cx.begin().await?;
        let events = store::events(&mut tx, definition.object, since, before, BATCH).await?;
        let mut unseen: Vec<Uuid> = events.iter().filter_map(|event| event.record(definition.object)).collect();
        unseen.retain(|id| !states.contains_key(id));
        unseen.sort_unstable();
        unseen.dedup();
        let mut found = rule::store::facts(&mut tx, definition.object, &unseen).await?;
        found.values_mut().for_each(without_waiting);
        states.extend(found);
        tx.done(()).await?;
        let Some(last) = events.last() else { break };
        before = Some((last.at, last.id));
        for event in &events {
            let Some(record) = event.record(definition.object) else { continue };
            let Some(state) = states.remove(&record) else { continue };
            trial.looked_at += 1;
            let reading = Reading { catalogue: &basis.catalogue, currency: cx.actor().currency, stages: &basis.stages };
            let waited = (definition.with_imports || event.import.is_none())
                && event.is(definition.object, moments, fields, &basis.kinds);
            if waited && trial.judge(definition, &reading, &state, event) {
                runs.push(TrialRun {
                    record_id: record,
                    record: named(&state),
                    at: event.at,
                    event: Some(event.kind.clone()),
                });
            }
            let own = event.subject_type == definition.object.as_str();
            states.insert(record, if own { reading.before(state, &event.changes) } else { state });
        }
        if trial.looked_at >= MOST || is_long(cx, begun) {
            trial.cut = true;
            trial.since = Some(last.at);
            break;
        }
    }
    trial.count(definition, runs);
    Ok(trial)
}

async fn of_schedule(cx: &Context, definition: &Definition, timing: &Timing) -> Result<Trial> {
    let begun = cx.clock().now();
    let mut trial = Trial::default();
    let times = std::iter::successors(timing.next(begun), |at| timing.next(*at));
    trial.next = times.take(5).collect();
    let at = trial.next.first().copied().unwrap_or(begun);
    let mut tx = cx.begin().await?;
    let basis = Basis::read(&mut tx, definition.object).await?;
    tx.done(()).await?;
    let (mut runs, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let mut tx = cx.begin().await?;
        let ids = rule::store::page(&mut tx, definition.object, after, BATCH).await?;
        let mut facts = rule::store::facts(&mut tx, definition.object, &ids).await?;
        tx.done(()).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in &ids {
            let Some(facts) = facts.remove(id) else { continue };
            trial.looked_at += 1;
            trial.triggered += 1;
            let record = named(&facts);
            let before = facts.clone();
            if trial.meets(definition, &basis.catalogue, &facts.after(Some(&before))) {
                runs.push(TrialRun { record_id: *id, record, at, event: None });
            }
        }
        if trial.looked_at >= MOST || is_long(cx, begun) {
            trial.cut = true;
            break;
        }
    }
    trial.count(definition, runs);
    Ok(trial)
}

impl Trial {
    fn judge(&mut self, definition: &Definition, reading: &Reading<'_>, state: &Facts, event: &Happened) -> bool {
        self.triggered += 1;
        let facts = with_before(reading, definition.object, state.clone(), Some(event));
        self.meets(definition, reading.catalogue, &facts)
    }

    fn meets(&mut self, definition: &Definition, catalogue: &Catalogue, facts: &Facts) -> bool {
        match holds(definition.condition.as_deref(), catalogue, facts) {
            Ok(true) => true,
            Ok(false) => {
                self.unmet += 1;
                false
            }
            Err(why) => {
                self.failed += 1;
                self.problem.get_or_insert(why);
                false
            }
        }
    }

    /// Counts the runs, the newest of which comes first, as the guards would have let them.
    fn count(&mut self, definition: &Definition, mut runs: Vec<TrialRun>) {
        runs.sort_by_key(|run| run.at);
        let quiet = TimeDelta::days(definition.quiet_days.into());
        let hour = TimeDelta::hours(1);
        let mut of_record: HashMap<Uuid, Vec<DateTime<Utc>>> = HashMap::new();
        let mut made: Vec<TrialRun> = Vec::with_capacity(runs.len());
        for run in runs {
            let times = of_record.entry(run.record_id).or_default();
            let lately = times.iter().rev().take_while(|at| run.at - **at < hour).count();
            let alone = definition.quiet_days > 0 && times.last().is_some_and(|last| run.at - *last < quiet);
            if alone || i64::try_from(lately).unwrap_or(i64::MAX) >= MOST_PER_RECORD {
                self.left_alone += 1;
                continue;
            }
            times.push(run.at);
            made.push(run);
        }
        self.would_run = made.len();
        let mut from = 0;
        for (n, run) in made.iter().enumerate() {
            while made.get(from).is_some_and(|first| run.at - first.at >= hour) {
                from += 1;
            }
            self.most_in_an_hour = self.most_in_an_hour.max(n + 1 - from);
        }
        made.reverse();
        made.truncate(NAMED);
        self.runs = made;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(quiet_days: u16) -> Definition {
        serde_json::from_value(json!({
            "name": "x", "object": "opportunity", "trigger": { "on": "event", "moments": ["changed"] },
            "steps": [], "scopes": {}, "quiet_days": quiet_days,
        }))
        .unwrap()
    }

    fn run(record: u128, minutes: i64) -> TrialRun {
        let at = DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        TrialRun { record_id: Uuid::from_u128(record), record: String::new(), at, event: None }
    }

    #[test]
    fn guards_count_in_a_trial_too() {
        let mut trial = Trial::default();
        let runs = (0..8).map(|n| run(1, n * 5)).chain([run(2, 70), run(2, 200)]).collect();
        trial.count(&definition(0), runs);
        // Five of the eight within 40 minutes, and two of the other record.
        assert_eq!((trial.would_run, trial.left_alone, trial.most_in_an_hour), (7, 3, 5));
        assert_eq!(trial.runs.first().map(|run| run.record_id), Some(Uuid::from_u128(2)));
        let mut trial = Trial::default();
        trial.count(&definition(1), vec![run(1, 0), run(1, 60 * 23), run(1, 60 * 25)]);
        assert_eq!((trial.would_run, trial.left_alone), (2, 1));
    }
}
