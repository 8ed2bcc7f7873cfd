//! The rest of a hand-over that was more than one request moves, batch by batch, as the person who asked for it.
//!
//! A batch is a transaction, and what it has moved is no longer the leaver's: run again after it was interrupted, the
//! job goes on where it stood.

use dealwright_access::Access;
use dealwright_access::people::user;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, NewJob, Worker};
use serde::{Deserialize, Serialize};

use super::{Include, Successor, hand_over, successor};

const KIND: &str = "handover.rest";

/// Records of one transaction.
const BATCH: i64 = 500;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    by: UserId,
    from: UserId,
    to: UserId,
    include: Include,
}

/// The job that moves what is left.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn rest(by: UserId, from: UserId, to: &Successor, include: Include) -> Result<NewJob> {
    Ok(NewJob::new(KIND, &Payload { by, from, to: to.id, include })?.unique(format!("handover:{from}")))
}

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker.on(KIND, move |job| {
        let access = access.clone();
        async move { run(&access, &job).await }
    })
}

async fn run(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a hand-over belongs to an organisation"))?;
    let cx = access.context_for(org, payload.by).await?;
    loop {
        let mut tx = cx.begin().await?;
        let Some(leaver) = user::store::find(&mut tx, payload.from).await? else { return tx.done(()).await };
        let to = successor(&mut tx, &leaver, Some(payload.to)).await?;
        let (moved, left) = hand_over(&cx, &mut tx, &leaver, &to, payload.include, BATCH).await?;
        tx.commit(()).await?.into_inner();
        if moved.sum() == 0 || left.sum() == 0 {
            return Ok(());
        }
    }
}
