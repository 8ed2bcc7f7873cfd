//! From what happened to passages.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use dealwright_kernel::{Error, Result};
use dealwright_store::Database;
use dealwright_store::bell::Bell;
use dealwright_store::sequencer::Consumer;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::store::{self, Kept, Pending, Text};
use super::{Priority, UNASKED, touched};
use crate::Knowledge;
use crate::chunk::{Chunk, Source, passages};

/// The name of the cursor.
const CONSUMER: &str = "knowledge";
/// What happens within it is read together.
const PACE: Duration = Duration::from_millis(500);
/// Events of one transaction.
const BATCH: i64 = 500;
/// Things that are read in one transaction.
const AT_ONCE: i64 = 50;
/// Things that an index of everything queues at a time.
const STRIDE: i32 = 500;

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Idle,
    /// Work that somebody waits for.
    Urgent,
    /// Work that can wait.
    Patient,
}

/// Follows the event log until `stop`.
pub async fn run(knowledge: Knowledge, database: Database, stop: CancellationToken) {
    let mut bell = Bell::new(&database, &["dealwright_position"]).paced(PACE);
    loop {
        let started = Instant::now();
        let pause = match step(&knowledge, &database).await {
            Ok(Step::Idle) => {
                if bell.wait(&stop).await.is_break() {
                    return;
                }
                continue;
            }
            Ok(Step::Urgent) => Duration::ZERO,
            // Half of the time is left to others.
            Ok(Step::Patient) => started.elapsed().min(Duration::from_secs(2)),
            Err(error) => {
                tracing::warn!(%error, "what happened could not be indexed; it is tried again");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Reads all that is to be read.
///
/// # Errors
/// When the database is gone.
pub async fn catch_up(knowledge: &Knowledge, database: &Database) -> Result<()> {
    while step(knowledge, database).await? != Step::Idle {}
    Ok(())
}

async fn step(knowledge: &Knowledge, database: &Database) -> Result<Step> {
    let noted = note(database).await?;
    let begun = begin(database).await?;
    match read(database).await? {
        Some(priority) => {
            knowledge.ring();
            return Ok(if priority == Priority::Changed.number() { Step::Urgent } else { Step::Patient });
        }
        None if noted || begun => return Ok(Step::Urgent),
        None => {}
    }
    if go_on(database).await? {
        return Ok(Step::Patient);
    }
    count(database).await?;
    Ok(Step::Idle)
}

/// What has happened is noted, in the transaction that moves the cursor. True when there was anything.
async fn note(database: &Database) -> Result<bool> {
    let Some(mut batch) = Consumer::new(database, CONSUMER).next(BATCH).await? else { return Ok(false) };
    let now = database.clock().now();
    let mut wanted: BTreeMap<(Uuid, &'static str, Uuid), Priority> = BTreeMap::new();
    for event in &batch.events {
        let Some((source, id, priority)) = touched(event, now) else { continue };
        let held = wanted.entry((event.org.0, source.as_str(), id)).or_insert(priority);
        *held = (*held).min(priority);
    }
    let wanted: Vec<_> = wanted.into_iter().collect();
    store::note(batch.db(), &wanted, now).await?;
    batch.settle().await?;
    Ok(true)
}

/// Organisations that nobody has looked at yet: a small one is indexed, a large one when somebody asks.
async fn begin(database: &Database) -> Result<bool> {
    let mut tx = database.derived().await?;
    let new = store::unknown(tx.db()).await?;
    for org in &new {
        let size = store::size(tx.db(), *org, UNASKED + 1).await?;
        let state = if size <= i64::from(UNASKED) { "running" } else { "untouched" };
        if state == "untouched" {
            tracing::info!(%org, "an organisation is too large to be indexed unasked; an administrator can begin it");
        }
        store::begin(tx.db(), *org, state, size, database.clock().now()).await?;
    }
    tx.commit().await?;
    Ok(!new.is_empty())
}

/// Reads the next things that wait, and answers how soon they were due; none when nothing waits.
async fn read(database: &Database) -> Result<Option<i32>> {
    match read_some(database, AT_ONCE).await {
        // One of them may be what the database refuses: it is found by itself, and the others go on.
        Err(error) if error.sqlstate().is_some() => {
            tracing::warn!(%error, "things could not be indexed together; they are read one by one");
            read_one(database).await
        }
        done => done,
    }
}

async fn read_one(database: &Database) -> Result<Option<i32>> {
    match read_some(database, 1).await {
        Err(error) if error.sqlstate().is_some() => {
            let mut tx = database.derived().await?;
            let put_off = store::put_off(tx.db(), database.clock().now()).await?;
            tx.commit().await?;
            tracing::error!(%error, ?put_off, "a thing could not be indexed; it is tried again later");
            Ok(Some(Priority::Everything.number()))
        }
        done => done,
    }
}

async fn read_some(database: &Database, at_most: i64) -> Result<Option<i32>> {
    let mut tx = database.derived().await?;
    let pending = store::take(tx.db(), database.clock().now(), at_most).await?;
    let Some(priority) = pending.iter().map(|p| p.priority).min() else { return Ok(None) };
    let mut groups: BTreeMap<(Uuid, Source), Vec<Pending>> = BTreeMap::new();
    for one in pending {
        let Some(source) = Source::named(&one.source) else { continue };
        groups.entry((one.org, source)).or_default().push(one);
    }
    for ((org, source), things) in groups {
        let ids: Vec<Uuid> = things.iter().map(|p| p.id).collect();
        let texts = store::texts(tx.db(), org, source.as_str(), &ids).await?;
        let changed = keep(tx.db(), org, source, &ids, texts, priority, database).await?;
        store::read(tx.db(), org, source.as_str(), &ids, changed).await?;
    }
    tx.commit().await?;
    Ok(Some(priority))
}

/// Writes the passages of things: what says the same stays, with its vector. Answers how many are new or gone.
async fn keep(
    db: &mut sqlx::PgConnection,
    org: Uuid,
    source: Source,
    ids: &[Uuid],
    texts: Vec<Text>,
    priority: i32,
    database: &Database,
) -> Result<i64> {
    let mut wanted: Vec<(Uuid, i32, Chunk)> = Vec::new();
    let mut sources = Vec::new();
    for text in texts {
        let cut = passages(source, text.said.clone(), text.dated).map_err(Error::internal)?;
        if cut.is_empty() {
            continue;
        }
        wanted.extend((0..).zip(cut).map(|(part, chunk)| (text.id, part, chunk)));
        sources.push(text);
    }
    let kept_ids: Vec<Uuid> = sources.iter().map(|text| text.id).collect();
    let gone: Vec<Uuid> = ids.iter().copied().filter(|id| !kept_ids.contains(id)).collect();
    store::forget(db, org, &gone).await?;
    store::keep_sources(db, org, source.as_str(), &sources).await?;

    let mut held: HashMap<(Uuid, Vec<u8>), Vec<Kept>> = HashMap::new();
    for kept in store::kept(db, org, &kept_ids).await? {
        held.entry((kept.source, kept.digest.clone())).or_default().push(kept);
    }
    let (mut new, mut moved) = (Vec::new(), Vec::new());
    for (id, part, chunk) in wanted {
        match held.get_mut(&(id, chunk.digest())).and_then(Vec::pop) {
            Some(kept) if kept.part == part && kept.dated == chunk.dated && kept.fields == chunk.fields => {}
            Some(kept) => moved.push((kept.id, part, chunk)),
            None => new.push((database.clock().new_id(), id, part, chunk)),
        }
    }
    let leftover: Vec<Uuid> = held.into_values().flatten().map(|kept| kept.id).collect();
    store::remove(db, org, &leftover).await?;
    store::move_chunks(db, org, &moved).await?;
    store::insert(db, org, source.as_str(), &new, priority).await?;
    Ok(i64::try_from(new.len() + leftover.len() + gone.len()).unwrap_or(i64::MAX))
}

/// Where an index of everything goes: source by source, then through what is known already, since that may be gone.
const FIRST: &str = "material";
const ROUTE: [&str; 8] = [FIRST, "account", "opportunity", "activity", "file", "contact", "lead", "known"];

/// Queues the next stretch of an index of everything. False when none is running.
async fn go_on(database: &Database) -> Result<bool> {
    let mut tx = database.derived().await?;
    let Some(run) = store::running(tx.db()).await? else { return Ok(false) };
    let now = database.clock().now();
    let at = run.at_source.as_deref().unwrap_or(FIRST);
    if run.at_source.is_none() {
        let total = store::size(tx.db(), run.org, i32::MAX).await?;
        store::set_total(tx.db(), run.org, total).await?;
    }
    let queued = store::queue(tx.db(), run.org, at, run.after_id, STRIDE, now).await?;
    match queued.last {
        Some(last) => store::advance(tx.db(), run.org, Some(at), Some(last), queued.count).await?,
        None => match ROUTE.iter().skip_while(|source| **source != at).nth(1) {
            Some(next) => store::advance(tx.db(), run.org, Some(next), None, 0).await?,
            None => {
                store::finish(tx.db(), run.org, now).await?;
                tracing::info!(org = %run.org, "the index of everything is done");
            }
        },
    }
    tx.commit().await?;
    Ok(true)
}

/// Counts the words of organisations in which much has changed since.
async fn count(database: &Database) -> Result<()> {
    let mut tx = database.derived().await?;
    for org in store::to_count(tx.db()).await? {
        store::count(tx.db(), org).await?;
    }
    tx.commit().await
}
