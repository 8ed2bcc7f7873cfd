//! Follows the event log: what sets a routine off becomes a job for the person whom it concerns, in the transaction that moves the
//! cursor, so that each event is looked at once, whenever the process dies. What an import brings sets nothing off.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{ActivityId, OrgId};
use dealwright_kernel::{Clock, Result};
use dealwright_store::bell::Bell;
use dealwright_store::sequencer::{Batch, Consumer, Positioned};
use dealwright_store::{Database, job};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::find::Cause;
use crate::kind::Kind;
use crate::run::Planned;
use crate::store::due;

/// The name of the cursor.
const CONSUMER: &str = "routines";
/// What happens within it is followed together.
const PACE: Duration = Duration::from_secs(1);
/// Events of one transaction.
const BATCH: i64 = 500;
/// Seconds of which new leads are told of together.
const TOGETHER: i64 = 300;

/// Follows the event log until `stop`.
pub async fn follow(database: Database, stop: CancellationToken) {
    let mut bell = Bell::new(&database, &["dealwright_position"]).paced(PACE);
    loop {
        if let Err(error) = catch_up(&database).await {
            tracing::warn!(%error, "routines could not be set off; they follow");
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Queues what all events that have a position set off.
///
/// # Errors
/// When the database is gone: the same events come again then.
pub async fn catch_up(database: &Database) -> Result<()> {
    let consumer = Consumer::new(database, CONSUMER);
    while let Some(mut batch) = consumer.next(BATCH).await? {
        look(&mut batch, database.clock()).await?;
        batch.settle().await?;
    }
    Ok(())
}

async fn look(batch: &mut Batch, clock: &Clock) -> Result<()> {
    let sets_off = |event: &&Positioned| event.kind == "lead.created" || logged(event).is_some();
    if !batch.events.iter().any(|event| sets_off(&event)) {
        return Ok(());
    }
    let active: BTreeMap<(Uuid, Kind), DateTime<Utc>> =
        due::active(batch.db()).await?.into_iter().map(|one| ((one.org.0, one.setting.kind), one.since)).collect();
    let is_on = |event: &Positioned, kind| active.get(&(event.org.0, kind)).is_some_and(|since| event.at >= *since);
    let mut leads: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    let mut meetings: Vec<(OrgId, Uuid, Uuid)> = Vec::new();
    for event in batch.events.iter().filter(|event| event.actor_kind != "import") {
        if event.kind == "lead.created" && is_on(event, Kind::LeadEnrichment) {
            leads.entry(event.org.0).or_default().insert(event.subject_id);
        } else if let Some(person) = logged(event).filter(|_| is_on(event, Kind::MeetingTasks)) {
            meetings.push((event.org, person, event.subject_id));
        }
    }
    for (org, leads) in leads {
        of_leads(batch, clock, OrgId(org), &leads.into_iter().collect::<Vec<_>>()).await?;
    }
    for (org, person, activity) in meetings {
        let cause = Cause::Activity(ActivityId(activity));
        let period = format!("activity:{activity}");
        let planned = Planned { kind: Kind::MeetingTasks, user: person.into(), period, cause, waited: 0 };
        job::enqueue(batch.db(), org, planned.job(org)?, clock).await?;
    }
    Ok(())
}

/// Who has logged a meeting or a call by hand.
fn logged(event: &Positioned) -> Option<Uuid> {
    let data = event.data.as_object()?;
    let kind = data.get("kind")?.as_str()?;
    let fits = event.kind == "activity.logged"
        && matches!(kind, "meeting" | "call")
        && !data.contains_key("again")
        && event.actor_kind == "user";
    event.actor_id.filter(|_| fits)
}

/// A run for each owner at the end of these five minutes.
async fn of_leads(batch: &mut Batch, clock: &Clock, org: OrgId, leads: &[Uuid]) -> Result<()> {
    let ends = ends(clock.now());
    for owner in due::owners(batch.db(), org, leads).await? {
        let period = format!("leads:{}", ends.format("%Y-%m-%dT%H:%M"));
        let planned =
            Planned { kind: Kind::LeadEnrichment, user: owner.into(), period, cause: Cause::Leads, waited: 0 };
        job::enqueue(batch.db(), org, planned.job(org)?.at(ends), clock).await?;
    }
    Ok(())
}

/// The end of the five minutes that `now` is in.
fn ends(now: DateTime<Utc>) -> DateTime<Utc> {
    let over = now.timestamp().rem_euclid(TOGETHER);
    now + TimeDelta::seconds(TOGETHER - over)
}
