//! Looking through all records of an object for what is there twice, in the background, as the person who asked: what they
//! may not see is not looked at. Records are read page by page and kept in normal form, a few hundred bytes each; the
//! comparison is one pass without a transaction; what is found is written in batches. Run again after it was interrupted,
//! it begins anew: pairs that are there already are left as they are.

pub mod http;
pub mod store;

use std::collections::HashMap;

use dealwright_access::{Access, Context};
use dealwright_dedupe::block::{self, Pass};
use dealwright_dedupe::cluster::Clusters;
use dealwright_dedupe::{Model, Record};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, NewJob, Worker};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::store::Found;
use super::find::{compared, model, percent, reason};
use super::{MatchObject, MatchingRule, ordered};

const KIND: &str = "duplicates.sweep";
/// Records of one page, and pairs of one write.
const PAGE: i64 = 10_000;
const BATCH: usize = 1_000;
/// Pairs that are kept, the likeliest first: nobody decides on more.
const MOST: usize = 100_000;
/// The largest group of records that may be one.
const LARGEST: u32 = 50;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    by: UserId,
    sweep: Uuid,
}

/// The job that does the work.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn run(by: UserId, sweep: Uuid) -> Result<NewJob> {
    NewJob::new(KIND, &Payload { by, sweep })
}

/// Begins a sweep through what the actor may see; one that is running is answered instead of a second.
///
/// # Errors
/// When the database is gone.
pub async fn begin(cx: &Context, tx: &mut Tx, object: MatchObject) -> Result<store::Sweep> {
    store::alone(tx, object).await?;
    let running = store::last(tx, object).await?.filter(|s| s.finished_at.is_none());
    let key = format!("duplicates:{}:{}", tx.org(), object.as_str());
    let queued = store::is_queued(tx, &key).await?;
    if let Some(running) = running {
        if queued {
            return Ok(running);
        }
        // Its worker died for good, or its person may no longer do this.
        store::finish(tx, running.id, "failed", Some("It was broken off.")).await?;
    }
    let id = tx.new_id();
    store::insert(tx, id, object, cx.actor().user).await?;
    tx.enqueue(run(cx.actor().user, id)?.unique(key));
    let name = format!("Duplicate {}s", object.as_str());
    let subject = Subject { object: "duplicate_sweep", id, name, version: None };
    tx.emit(Event::with_id(tx.new_id().into(), "duplicate_sweep.started".to_owned(), subject));
    store::find(tx, id).await?.or_not_found("sweep")
}

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker.on(KIND, move |job| {
        let access = access.clone();
        async move { attempt(&access, &job).await }
    })
}

async fn attempt(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a sweep belongs to an organisation"))?;
    let cx = access.context_for(org, payload.by).await?;
    let Err(error) = sweep(&cx, payload.sweep).await else { return Ok(()) };
    if job.attempt < job.max_attempts {
        return Err(error);
    }
    let mut tx = cx.begin().await?;
    store::finish(&mut tx, payload.sweep, "failed", Some("Something went wrong on our side.")).await?;
    tx.commit(()).await?.into_inner();
    Err(error)
}

async fn sweep(cx: &Context, id: Uuid) -> Result<()> {
    let mut tx = cx.begin().await?;
    let sweep = store::find(&mut tx, id).await?.or_not_found("sweep")?;
    let rule = super::store::rule(&mut tx, sweep.object).await?;
    tx.done(()).await?;
    if sweep.status != "reading" && sweep.status != "comparing" {
        return Ok(());
    }
    let (ids, records) = read(cx, id, &rule).await?;
    let found = tokio::task::spawn_blocking(move || compare(&rule, &ids, &records)).await.map_err(Error::internal)?;
    let mut tx = cx.begin().await?;
    store::progress(&mut tx, id, "comparing", None, Some(found.compared)).await?;
    tx.commit(()).await?.into_inner();
    for batch in found.pairs.chunks(BATCH) {
        let mut tx = cx.begin().await?;
        store::add(&mut tx, id, sweep.object, batch).await?;
        tx.commit(()).await?.into_inner();
    }
    let mut tx = cx.begin().await?;
    store::finish(&mut tx, id, "done", None).await?;
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// Every record that the actor may see, as it is compared.
async fn read(cx: &Context, id: Uuid, rule: &MatchingRule) -> Result<(Vec<Uuid>, Vec<Record>)> {
    let kept = compared(rule, cx.actor());
    let (mut ids, mut records, mut after) = (Vec::new(), Vec::new(), Uuid::nil());
    loop {
        let mut tx = cx.begin().await?;
        let rows = super::store::page(&mut tx, rule.object, after, PAGE).await?;
        let Some(last) = rows.last() else {
            tx.done(()).await?;
            return Ok((ids, records));
        };
        after = last.id;
        for mut row in rows {
            row.draft.keep(rule.object, &kept);
            records.push(row.draft.record(rule.object, &rule.calling_code));
            ids.push(row.id);
        }
        store::progress(&mut tx, id, "reading", Some(ids.len()), None).await?;
        tx.commit(()).await?.into_inner();
    }
}

struct Compared {
    compared: usize,
    pairs: Vec<Found>,
}

/// The pairs from the threshold on, cluster by cluster, the likeliest cluster first.
fn compare(rule: &MatchingRule, ids: &[Uuid], records: &[Record]) -> Compared {
    let mut model = model(rule.object);
    model.learn_shares(records.iter());
    let passes = match rule.object {
        MatchObject::Account => Pass::COMPANIES,
        MatchObject::Contact | MatchObject::Lead => Pass::PEOPLE,
    };
    let least = bits(rule.threshold);
    let mut likely: Vec<(f32, u32, u32)> = Vec::new();
    let stats = block::pairs(records, passes, |a, b| {
        if let (Some(x), Some(y)) = (at(records, a), at(records, b)) {
            let bits = model.bits_of(x, y);
            if bits >= least {
                likely.push((bits, a, b));
            }
        }
    });
    likely.sort_by(|x, y| y.0.total_cmp(&x.0));
    likely.truncate(MOST);
    let mut clusters = Clusters::new(u32::try_from(records.len()).unwrap_or(u32::MAX), LARGEST);
    for (_, a, b) in &likely {
        clusters.join(*a, *b);
    }
    // By cluster, in the order in which the likeliest pair of each comes.
    let mut order: HashMap<u32, usize> = HashMap::new();
    let mut pairs: Vec<(usize, Found)> = Vec::with_capacity(likely.len());
    for (_, a, b) in likely {
        let root = clusters.root(a);
        let next = order.len();
        let place = *order.entry(root).or_insert(next);
        pairs.extend(found(&model, rule.object, ids, records, [a, b, root]).map(|f| (place, f)));
    }
    pairs.sort_by_key(|(place, _)| *place);
    Compared { compared: stats.pairs, pairs: pairs.into_iter().map(|(_, f)| f).collect() }
}

fn found(
    model: &Model,
    object: MatchObject,
    ids: &[Uuid],
    records: &[Record],
    [a, b, root]: [u32; 3],
) -> Option<Found> {
    let score = model.score(at(records, a)?, at(records, b)?);
    let (left, right) = ordered(*at(ids, a)?, *at(ids, b)?);
    let reasons = score.reasons.iter().map(|r| reason(object, r)).collect();
    Some(Found { left, right, cluster: *at(ids, root)?, score: percent(score.probability()), reasons })
}

fn at<T>(of: &[T], place: u32) -> Option<&T> {
    of.get(usize::try_from(place).ok()?)
}

/// The evidence that a probability in percent stands for.
fn bits(percent: i32) -> f32 {
    let p = f32::from(u8::try_from(percent.clamp(1, 99)).unwrap_or(99)) / 100.0;
    (p / (1.0 - p)).log2()
}
