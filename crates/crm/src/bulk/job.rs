//! The work on many records in the background, as the person who asked for it. A batch is a transaction with what became
//! of its records, so that a job which is run again goes on where it stood.

use chrono::TimeDelta;
use dealwright_access::{Access, Context};
use dealwright_kernel::id::{BulkId, EventId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, NewJob, Worker};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, Row};
use super::{BulkChange, BulkStatus, Fate, apply};
use crate::change;

const RUN: &str = "bulk.run";
const UNDO: &str = "bulk.undo";
const PRUNE: &str = "bulk.prune";
/// How long a change that has ended is kept, with its report and the way back.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Records of one transaction.
const BATCH: i64 = 100;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    by: UserId,
    bulk: BulkId,
}

/// The job that does the work.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn run(by: UserId, bulk: BulkId) -> Result<NewJob> {
    NewJob::new(RUN, &Payload { by, bulk })
}

/// The job that takes it back.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn undo(by: UserId, bulk: BulkId) -> Result<NewJob> {
    NewJob::new(UNDO, &Payload { by, bulk })
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_run, for_undo, for_prune) = (access.clone(), access.clone(), access.clone());
    worker
        .on(RUN, move |job| {
            let access = for_run.clone();
            async move { attempt(&access, &job).await }
        })
        .on(UNDO, move |job| {
            let access = for_undo.clone();
            async move { attempt(&access, &job).await }
        })
        .on(PRUNE, move |_| {
            let access = for_prune.clone();
            async move { prune(&access).await }
        })
        .every(PRUNE, TimeDelta::days(1))
}

/// Forgets changes that ended long ago, with their records' part in them. What they changed stays, and so does its history.
///
/// # Errors
/// When the database is gone.
pub async fn prune(access: &Access) -> Result<()> {
    let mut tx = access.database().system().await?;
    store::prune(&mut tx, access.clock().now() - KEPT).await?;
    tx.commit().await
}

/// Runs a job. The last try that fails ends the change with the reason.
async fn attempt(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a bulk change belongs to an organisation"))?;
    let cx = access.context_for(org, payload.by).await?;
    let result = if job.kind == RUN { forth(&cx, payload.bulk).await } else { back(&cx, payload.bulk).await };
    let Err(error) = result else { return Ok(()) };
    if job.attempt < job.max_attempts {
        return Err(error);
    }
    let client = error.outcome.status().is_client_error();
    let message = if client { error.detail.clone() } else { "Something went wrong on our side.".to_owned() };
    let mut tx = cx.begin().await?;
    store::finish(&mut tx, payload.bulk, BulkStatus::Failed, Some(&message)).await?;
    tx.commit(()).await?.into_inner();
    Err(error)
}

fn told(tx: &mut Tx, bulk: &BulkChange, verb: &str) {
    let name = bulk.object.as_str().to_owned();
    let subject = Subject { object: "bulk_change", id: bulk.id.0, name, version: None };
    let data = json!({ "change": bulk.change, "total": bulk.total, "changed": bulk.changed, "refused": bulk.refused, "undone": bulk.undone });
    tx.emit(Event::with_id(EventId(tx.new_id()), format!("bulk_change.{verb}"), subject).data(data));
}

/// Ends a change and records that it has.
async fn end(cx: &Context, id: BulkId, status: BulkStatus, verb: &str) -> Result<()> {
    let mut tx = cx.begin().await?;
    store::finish(&mut tx, id, status, None).await?;
    let bulk = store::find(&mut tx, id).await?;
    told(&mut tx, &bulk, verb);
    tx.commit(()).await?.into_inner();
    Ok(())
}

async fn forth(cx: &Context, id: BulkId) -> Result<()> {
    loop {
        let mut tx = cx.begin().await?;
        let bulk = store::find(&mut tx, id).await?;
        if bulk.status != BulkStatus::Running {
            return tx.done(()).await;
        }
        let rows = store::waiting(&mut tx, id, BATCH).await?;
        if rows.is_empty() {
            tx.done(()).await?;
            return end(cx, id, BulkStatus::Done, "done").await;
        }
        tx.part_of("bulk_id", id.0);
        let ids: Vec<_> = rows.iter().map(|r| r.record_id).collect();
        let names = change::store::names(&mut tx, &ids).await?;
        let mut fates = Vec::with_capacity(rows.len());
        for row in &rows {
            let fate = changed(cx, &mut tx, &bulk, *row).await?;
            fates.push((*row, names.get(&row.record_id).cloned(), fate));
        }
        store::settle(&mut tx, id, &fates).await?;
        tx.commit(()).await?.into_inner();
    }
}

/// Does the work on a record, or says why not. What concerns no single record is an error.
async fn changed(cx: &Context, tx: &mut Tx, bulk: &BulkChange, row: Row) -> Result<Fate> {
    tx.by_way_of("bulk");
    let point = tx.savepoint().await?;
    match apply::one(cx, tx, bulk.object, row.record_id, Some(row.version), &bulk.change).await {
        Ok(event) => {
            tx.keep(point).await?;
            Ok(event.map_or(Fate::Unchanged, Fate::Changed))
        }
        Err(error) if error.outcome.status().is_client_error() => {
            tx.back_to(point).await?;
            Ok(Fate::of(&error))
        }
        Err(error) => Err(error),
    }
}

async fn back(cx: &Context, id: BulkId) -> Result<()> {
    loop {
        let mut tx = cx.begin().await?;
        let bulk = store::find(&mut tx, id).await?;
        if bulk.status != BulkStatus::Undoing {
            return tx.done(()).await;
        }
        let rows = store::changed(&mut tx, id, BATCH).await?;
        if rows.is_empty() {
            tx.done(()).await?;
            return end(cx, id, BulkStatus::Undone, "undone").await;
        }
        tx.part_of("bulk_id", id.0);
        let mut fates = Vec::with_capacity(rows.len());
        for (n, event) in rows {
            fates.push((n, taken_back(cx, &mut tx, event).await?));
        }
        store::settle_undo(&mut tx, id, &fates).await?;
        tx.commit(()).await?.into_inner();
    }
}

async fn taken_back(cx: &Context, tx: &mut Tx, event: EventId) -> Result<Fate> {
    let point = tx.savepoint().await?;
    let undone = match change::store::undoable(tx, event).await {
        Ok(event) => change::undo::take_back(cx, tx, &event).await,
        Err(error) => Err(error),
    };
    match undone {
        Ok(undone) => {
            tx.keep(point).await?;
            Ok(undone.event_id.map_or(Fate::Unchanged, Fate::Changed))
        }
        Err(error) if error.outcome.status().is_client_error() => {
            tx.back_to(point).await?;
            Ok(Fate::of(&error))
        }
        Err(error) => Err(error),
    }
}
