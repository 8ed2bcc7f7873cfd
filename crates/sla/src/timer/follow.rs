//! Follows the event log: what happens to a record begins, pauses and ends its clocks.
//!
//! Clocks are written in the transaction that moves the cursor, so that each event counts once, whenever the process dies. They
//! count by when things happened, not by when it was heard of.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_kernel::id::{LeadId, OpportunityId, OrgId, SlaRuleId, UserId};
use dealwright_store::bell::Bell;
use dealwright_store::sequencer::{Batch, Consumer, Positioned};
use dealwright_store::{Event, Subject as EventSubject};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Subject;
use super::happened::{self, Happened};
use super::life::{Outcome, Plan, Run, Signal, Track, follow};
use super::snapshot::{self, Live, Snapshot};
use super::store::{self, Stored};
use crate::escalation::engine;
use crate::rule::definition::{Measure, SlaObject};

/// The name of the cursor.
pub const CONSUMER: &str = "sla";
/// What happens within it is followed together.
const PACE: Duration = Duration::from_millis(200);
/// Events of one transaction.
const BATCH: i64 = 500;

/// Follows the event log until `stop`.
pub async fn run(access: Access, stop: CancellationToken) {
    let mut bell = Bell::new(access.database(), &["dealwright_position"]).paced(PACE);
    loop {
        if let Err(error) = catch_up(&access).await {
            tracing::warn!(%error, "clocks could not follow what happened; they do later");
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Takes all events that have a position.
///
/// # Errors
/// When the database is gone: the same events come again then.
pub async fn catch_up(access: &Access) -> Result<()> {
    let consumer = Consumer::new(access.database(), CONSUMER);
    while let Some(mut batch) = consumer.next(BATCH).await? {
        let orgs: Vec<Uuid> = batch.events.iter().map(|event| event.org.0).collect();
        for (org, behind) in store::ruled(batch.db(), &orgs).await? {
            of_organisation(access, &mut batch, org, behind).await?;
        }
        batch.settle().await?;
    }
    Ok(())
}

async fn of_organisation(access: &Access, batch: &mut Batch, org: OrgId, behind: UserId) -> Result<()> {
    let now = access.clock().now();
    let events: Vec<&Positioned> = batch.events.iter().filter(|event| event.org == org).collect();
    let happened = happened::read(&events, now);
    if happened.is_empty() {
        return Ok(());
    }
    store::hold(batch.db(), org).await?;
    let records: Vec<Uuid> = happened.keys().map(|(_, id)| *id).collect();
    let mut reader = engine::reader(access, org, behind).await?;
    let rules = snapshot::rules(&mut reader, None).await?;
    let ids: Vec<Uuid> = rules.iter().map(|rule| rule.id.0).collect();
    let open = store::open(batch.db(), org, &ids, &records).await?;
    let had = store::episodes(batch.db(), org, &ids, &records).await?;
    // Read once the clocks are locked, so that nothing is older than they are.
    let mut known: HashMap<Subject, Snapshot> = HashMap::new();
    for object in SlaObject::ALL {
        let of: Vec<Uuid> = happened.keys().filter(|(o, _)| *o == object).map(|(_, id)| *id).collect();
        if !of.is_empty() && rules.iter().any(|rule| rule.object == object) {
            let asks = rules.iter().any(|rule| rule.object == object && rule.asks());
            let read = snapshot::read(&mut reader, object, &of, asks).await?;
            known.extend(read.into_iter().map(|(id, snapshot)| ((object, id), snapshot)));
        }
    }
    reader.done(()).await?;
    let mut lives = Lives { access, now, open: by_clock(open), had, written: Vec::new(), met: BTreeMap::new() };
    for rule in &rules {
        for (subject, happened) in happened.iter().filter(|((object, _), _)| *object == rule.object) {
            lives.live(rule, *subject, happened, known.get(subject));
        }
    }
    let Lives { written, met, .. } = lives;
    let plans: HashMap<SlaRuleId, &Plan> = rules.iter().map(|rule| (rule.id, &rule.plan)).collect();
    let clocks = written.into_iter().filter_map(|clock| Some((*plans.get(&clock.rule)?, clock))).collect();
    store::write(batch.db(), org, clocks).await?;
    for rule in &rules {
        if let Some(events) = met.get(&rule.id) {
            batch.emit(org, &engine::stamp(rule.id, &rule.name), now, events.clone()).await?;
        }
    }
    Ok(())
}

type Clocks = HashMap<(SlaRuleId, Uuid), Stored>;

fn by_clock(open: Vec<Stored>) -> Clocks {
    open.into_iter().map(|clock| ((clock.rule, clock.subject.1), clock)).collect()
}

/// The clocks of a batch, as they live through it.
struct Lives<'a> {
    access: &'a Access,
    now: DateTime<Utc>,
    open: Clocks,
    had: HashMap<(SlaRuleId, Uuid), i32>,
    written: Vec<Stored>,
    met: BTreeMap<SlaRuleId, Vec<Event>>,
}

impl Lives<'_> {
    /// Lives through what happened to a record.
    fn live(&mut self, rule: &Live, subject: Subject, happened: &[Happened], snapshot: Option<&Snapshot>) {
        let stored = self.open.remove(&(rule.id, subject.1));
        let now = match snapshot {
            Some(snapshot) => rule.track(snapshot),
            None => deleted(stored.as_ref()),
        };
        let mut run = stored.as_ref().map(|clock| clock.run.clone());
        let mut track = happened::before(happened, &now, run.is_some());
        let mut ended = Vec::new();
        for one in happened {
            let mut at = one.at.max(rule.effective_from);
            if rule.plan.measure == Measure::FirstResponse {
                // A meeting that is to be is a response of now.
                at = at.min(self.now);
            }
            follow(&rule.plan, &mut track, &mut run, happened::signal(one.said, &now), at, &mut ended);
        }
        // Whatever events did not say: how the record stands by now is what counts.
        let last = happened.iter().map(|one| one.at).max().unwrap_or(self.now).min(self.now).max(rule.effective_from);
        for signal in healing(&track, &now) {
            follow(&rule.plan, &mut track, &mut run, signal, last, &mut ended);
        }
        self.keep(rule, subject, stored, (ended, run), snapshot);
    }

    /// Notes what is to be written of a record's clocks.
    fn keep(
        &mut self,
        rule: &Live,
        subject: Subject,
        mut stored: Option<Stored>,
        (ended, open): (Vec<Run>, Option<Run>),
        snapshot: Option<&Snapshot>,
    ) {
        for run in ended.into_iter().chain(open) {
            let known = stored.take();
            let (owner, team) = match (snapshot, &known) {
                // Who had it when it ended answers for it.
                (_, Some(clock)) if run.ended.is_some() => (clock.owner, clock.team),
                (Some(snapshot), _) => (snapshot.owner, snapshot.team),
                (None, Some(clock)) => (clock.owner, clock.team),
                (None, None) => continue,
            };
            if known.as_ref().is_some_and(|clock| clock.run == run && (clock.owner, clock.team) == (owner, team)) {
                continue;
            }
            let clock = match known {
                Some(clock) => Stored { run, owner, team, failures: 0, ..clock },
                None => Stored {
                    id: self.access.clock().new_id(),
                    rule: rule.id,
                    subject,
                    episode: self.next_episode(rule.id, subject.1),
                    owner,
                    team,
                    run,
                    failures: 0,
                },
            };
            if let Some(event) = self.met(rule, &clock, snapshot) {
                self.met.entry(rule.id).or_default().push(event);
            }
            self.written.push(clock);
        }
    }

    fn next_episode(&mut self, rule: SlaRuleId, record: Uuid) -> i32 {
        let last = self.had.entry((rule, record)).or_insert(0);
        *last += 1;
        *last
    }

    /// What is told of a clock whose record got what it was to get.
    fn met(&self, rule: &Live, clock: &Stored, snapshot: Option<&Snapshot>) -> Option<Event> {
        let (at, _) = clock.run.ended.filter(|(_, outcome)| *outcome == Outcome::Met)?;
        let data = json!({
            "rule_id": rule.id, "rule": rule.name, "timer_id": clock.id, "measure": rule.plan.measure,
            "due_at": clock.run.due_at, "late": clock.run.breached_at.is_some(),
        });
        let mut event = told(self.access, "met", clock.subject, &snapshot?.name).data(data);
        event.at = Some(at.min(self.now));
        Some(event)
    }
}

/// An event about a record's clock.
#[must_use]
pub fn told(access: &Access, verb: &str, (object, id): Subject, name: &str) -> Event {
    let subject = EventSubject { object: object.as_str(), id, name: name.to_owned(), version: None };
    let event = Event::new(access.clock(), format!("sla.{verb}"), subject);
    match object {
        SlaObject::Opportunity => event.about(Some(OpportunityId(id)), None, None),
        SlaObject::Lead => event.on_lead(Some(LeadId(id))),
    }
}

/// A record that is in the bin.
fn deleted(stored: Option<&Stored>) -> Track {
    let place = stored.and_then(|clock| clock.run.place).unwrap_or(Uuid::nil());
    Track { place, gone: true, planned: false, responded: false, matches: true, held: false }
}

/// What brings a track to how the record stands.
fn healing(track: &Track, now: &Track) -> Vec<Signal> {
    let mut signals = Vec::new();
    if track.gone != now.gone {
        signals.push(if now.gone { Signal::Gone } else { Signal::Back });
    }
    if !now.gone && track.place != now.place {
        signals.push(Signal::Entered(now.place));
    }
    if track.planned != now.planned {
        signals.push(Signal::Planned(now.planned));
    }
    signals
}
