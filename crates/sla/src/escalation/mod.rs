//! Takes what is due: warns, notes the breach, and does what the rule says.
//!
//! Due times are columns with an index: nothing is looked for in records. Every node takes batches of them, each locked past the
//! others; what a clock does is kept with its steps, its events and its next time in one transaction, so that nothing is lost and
//! nothing done twice, whenever a process or the database dies. `engine` says as whom, `people` who is meant, `step` does it.

pub mod engine;
mod people;
mod step;
mod store;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::{Access, Context};
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::database::access_changed;
use futures::{FutureExt as _, StreamExt as _, stream};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::people::People;
use self::step::Taken;
pub(crate) use self::step::of as steps_of;
use crate::timer::follow::told;
use crate::timer::life::{Outcome, Turn};
use crate::timer::snapshot::{self, Live, Snapshot};
use crate::timer::store::{self as timers, Stored};

/// How often it is looked for what is due.
const BEAT: Duration = Duration::from_millis(500);
/// Clocks of one transaction.
const BATCH: i64 = 100;
/// Batches at a time, on one node.
const HANDS: usize = 4;

/// Takes what is due until `stop`.
pub async fn run(access: Access, stop: CancellationToken) {
    loop {
        if let Err(error) = run_due(&access).await {
            tracing::warn!(%error, "what is due could not be taken; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(BEAT) => {}
        }
    }
}

/// Takes all that is due by now; how many clocks that were.
///
/// # Errors
/// When the database is gone: it is taken then.
pub async fn run_due(access: &Access) -> Result<usize> {
    let until = store::horizon(access).await?;
    let mut all = 0;
    loop {
        let due = store::due_rules(access, until).await?;
        // A rule may have more to do than one hand can hold.
        let mut hands = Vec::with_capacity(due.len() * 2);
        for (org, rule, behind) in due.iter().chain(&due).copied() {
            hands.push(drain(access, org, rule, behind, until).boxed());
        }
        let taken: Vec<Result<usize>> = stream::iter(hands).buffer_unordered(HANDS).collect().await;
        let mut round = 0;
        for one in taken {
            round += one?;
        }
        if round == 0 {
            return Ok(all);
        }
        all += round;
    }
}

/// Takes what is due of one rule, batch by batch.
async fn drain(access: &Access, org: OrgId, rule: SlaRuleId, behind: UserId, until: DateTime<Utc>) -> Result<usize> {
    let mut reader = engine::reader(access, org, behind).await?;
    let live = snapshot::rules(&mut reader, Some(rule)).await?.pop().filter(|live| live.on);
    reader.done(()).await?;
    let Some(live) = live else { return Ok(0) };
    let mut all = 0;
    loop {
        let taken = match batch(access, org, &live, until, BATCH).await {
            Ok(taken) => taken,
            Err(error) if access_changed(&error) || error.outcome.status().is_client_error() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, %org, %rule, "a batch of clocks could not be taken; taking them one by one");
                singly(access, org, &live, until).await?
            }
        };
        all += taken;
        if taken < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(all);
        }
    }
}

/// Takes clocks one by one: the one that fails is put off, and does not stand in the way of the others.
async fn singly(access: &Access, org: OrgId, live: &Live, until: DateTime<Utc>) -> Result<usize> {
    let mut taken = 0;
    for _ in 0..BATCH {
        match batch(access, org, live, until, 1).await {
            Ok(0) => break,
            Ok(n) => taken += n,
            Err(error) => {
                let (_, mut tx) =
                    engine::begin(access, org, live.made_by, engine::stamp(live.id, &live.name), live.grants()).await?;
                let first = timers::due(tx.db(), org, live.id, until, 1).await?.pop();
                if let Some(clock) = first {
                    tracing::error!(%error, %org, timer = %clock.id, failures = clock.failures, "a clock could not be taken; it is put off");
                    let pause =
                        TimeDelta::minutes(2_i64.saturating_pow(u32::try_from(clock.failures).unwrap_or(6)).min(60));
                    timers::put_off(tx.db(), org, clock.id, access.clock().now() + pause).await?;
                }
                tx.commit(()).await?.into_inner();
            }
        }
    }
    Ok(taken)
}

impl Live {
    fn grants(&self) -> dealwright_access::policy::Grants {
        engine::grants(self.object, &self.plan.definition)
    }
}

/// Takes the next clocks of a rule that are due; how many.
async fn batch(access: &Access, org: OrgId, live: &Live, until: DateTime<Utc>, most: i64) -> Result<usize> {
    let stamp = engine::stamp(live.id, &live.name);
    let (cx, mut tx) = engine::begin(access, org, live.made_by, stamp, live.grants()).await?;
    if !store::stands(&mut tx, live.id, live.version).await? {
        // It has been written since: the next round takes it as it is now.
        return tx.done(0).await;
    }
    let clocks = timers::due(tx.db(), org, live.id, until, most).await?;
    if clocks.is_empty() {
        return tx.done(0).await;
    }
    let count = clocks.len();
    let records: Vec<Uuid> = clocks.iter().map(|clock| clock.subject.1).collect();
    let known = snapshot::read(&mut tx, live.object, &records, false).await?;
    let ids: Vec<Uuid> = clocks.iter().map(|clock| clock.id).collect();
    let before = store::taken(&mut tx, &ids).await?;
    let mut hand = Hand { cx: &cx, live, until, people: People::default(), before, taken: Vec::new() };
    let mut written = Vec::with_capacity(count);
    for mut clock in clocks {
        let record = known.get(&clock.subject.1);
        hand.take(&mut tx, &mut clock, record).await?;
        written.push((&live.plan, clock));
    }
    let taken = hand.taken;
    timers::write(tx.db(), org, written).await?;
    store::keep(&mut tx, &taken).await?;
    tx.commit(()).await?.into_inner();
    Ok(count)
}

/// One transaction's work.
struct Hand<'a> {
    cx: &'a Context,
    live: &'a Live,
    until: DateTime<Utc>,
    people: People,
    /// Steps that were taken before, by clock and step.
    before: std::collections::HashSet<(Uuid, Uuid)>,
    taken: Vec<Taken>,
}

impl Hand<'_> {
    /// Takes all turns of a clock that have come.
    async fn take(&mut self, tx: &mut Tx, clock: &mut Stored, known: Option<&Snapshot>) -> Result<()> {
        let plan = &self.live.plan;
        let Some(record) = known.filter(|record| !record.gone) else {
            // Its record is gone: the log says so too, and this is the same end.
            clock.run.ended = Some((self.until.max(clock.run.started_at), Outcome::Gone));
            clock.run.running_since = None;
            return Ok(());
        };
        (clock.owner, clock.team, clock.failures) = (record.owner, record.team, 0);
        while let Some((turn, at)) = clock.run.next(plan).filter(|(_, at)| *at <= self.until) {
            // A rule that has become stricter breaches nothing before it did.
            let at = at.max(self.live.updated_at.min(self.until));
            clock.run.take(turn, at);
            if turn == Turn::Breach {
                clock.run.due_at = Some(at);
            }
            self.turn(tx, clock, record, turn, at).await?;
        }
        Ok(())
    }

    /// Does what the rule says to a turn, and tells it.
    async fn turn(
        &mut self,
        tx: &mut Tx,
        clock: &Stored,
        record: &Snapshot,
        turn: Turn,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let mut told_to = std::collections::BTreeSet::new();
        let mut steps = Vec::new();
        // What is overdue by now is told as that, by the turn that follows at once.
        let overdue = turn == Turn::Warning && clock.run.due_at.is_some_and(|due| due <= self.until);
        for step in step::of(&self.live.plan, turn) {
            if !self.before.insert((clock.id, step.id)) {
                continue;
            }
            let mut done = step::take(self.cx, tx, &mut self.people, self.live, record, step).await?;
            if overdue {
                done = done.untold();
            }
            told_to.extend(done.told.iter().copied());
            steps.push(json!({ "action": step.action.as_str(), "outcome": done.outcome, "code": done.code }));
            self.taken.push(Taken { timer: clock.id, step: step.id, turn, action: step.action.as_str(), done });
        }
        let verb = match turn {
            Turn::Warning => "warned",
            Turn::Breach => "breached",
            Turn::Escalation(_) => "escalated",
        };
        let data = json!({
            "rule_id": self.live.id, "rule": self.live.name, "timer_id": clock.id, "measure": self.live.plan.measure,
            "due_at": clock.run.due_at, "notify": told_to, "steps": steps,
        });
        let mut event = told(self.cx.access(), verb, clock.subject, &record.name).data(data);
        event.at = Some(at);
        tx.emit(event);
        Ok(())
    }
}

/// What a refusal says, where it is one: our own failures are errors.
fn refusal(error: Error) -> Result<(String, String)> {
    if error.outcome.status().is_client_error() {
        let detail =
            error.fields.first().map_or(error.detail.clone(), |field| format!("{}: {}", field.field, field.message));
        return Ok((error.code.to_string(), detail.chars().take(1_000).collect()));
    }
    Err(error)
}
