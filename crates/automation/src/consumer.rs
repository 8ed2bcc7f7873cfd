//! Follows the event log: each event that an automation waits for becomes a run in the queue, in the transaction that moves the
//! cursor. So each event is looked at once, whenever the process dies; what comes of it is the run's own transaction.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Clock, Result};
use dealwright_store::bell::Bell;
use dealwright_store::sequencer::{Batch, Consumer};
use dealwright_store::{Database, job};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::definition::moment::Happened;
use crate::guard;
use crate::run;
use crate::store::queue::{self, NewRun, Waiting};

/// The name of the cursor.
const CONSUMER: &str = "automations";
/// What happens within it is followed together.
const PACE: Duration = Duration::from_millis(200);
/// Events of one transaction.
const BATCH: i64 = 500;

/// Follows the event log until `stop`.
pub async fn follow(database: Database, stop: CancellationToken) {
    let mut bell = Bell::new(&database, &["dealwright_position"]).paced(PACE);
    loop {
        if let Err(error) = catch_up(&database).await {
            tracing::warn!(%error, "automations could not be set off; they follow");
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Queues the runs of all events that have a position.
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
    let orgs: Vec<Uuid> = batch.events.iter().map(|event| event.org.0).collect::<BTreeSet<_>>().into_iter().collect();
    let waiting = queue::waiting(batch.db(), &orgs).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let positions: Vec<i64> = batch.events.iter().map(|event| event.position).collect();
    let events = queue::happened(batch.db(), &positions).await?;
    let wanted: Vec<(&Happened, &Waiting, Uuid)> = events
        .iter()
        .flat_map(|event| waiting.iter().filter_map(move |one| Some((event, one, one.record(event)?))))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let parents: Vec<Uuid> = wanted.iter().filter_map(|(event, _, _)| event.by_run()).collect();
    let chains = queue::chains(batch.db(), &orgs, &parents).await?;
    let runs: Vec<NewRun> =
        wanted.iter().map(|(event, one, record)| planned(event, one, *record, &chains, clock)).collect();
    queue::insert(batch.db(), clock.now(), &runs).await?;
    let ready: BTreeSet<(Uuid, Uuid)> =
        runs.iter().filter(|run| run.skip.is_none()).map(|run| (run.org, run.automation)).collect();
    for (org, automation) in ready {
        job::enqueue(batch.db(), OrgId(org), run::take(automation)?, clock).await?;
    }
    Ok(())
}

fn planned(
    event: &Happened,
    automation: &Waiting,
    record: Uuid,
    chains: &HashMap<(Uuid, Uuid), Vec<Uuid>>,
    clock: &Clock,
) -> NewRun {
    let chain = event.by_run().and_then(|parent| chains.get(&(event.org, parent))).cloned().unwrap_or_default();
    NewRun {
        org: event.org,
        id: clock.new_id(),
        automation: automation.id,
        object: automation.object,
        record,
        cause: event.id.to_string(),
        event: Some(event.id),
        at: event.at,
        skip: guard::chained(automation.id, &chain),
        chain,
    }
}
