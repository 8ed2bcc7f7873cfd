//! The work on all records in the background. A batch is a transaction with what it counted, so that a job which is run again
//! goes on where it stood.

use dealwright_access::{Access, Context};
use dealwright_crm::record::Ref;
use dealwright_crm::rule::store as records;
use dealwright_kernel::id::{SlaSimulationId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::job::{Job, NewJob, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{replay, store};
use crate::adherence;
use crate::timer::snapshot;

const KIND: &str = "sla.simulate";
/// Records of one transaction.
const BATCH: i64 = 200;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    by: UserId,
    simulation: SlaSimulationId,
}

/// The job that works a simulation out.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn job(by: UserId, simulation: SlaSimulationId) -> Result<NewJob> {
    Ok(NewJob::new(KIND, &Payload { by, simulation })?.attempts(4))
}

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker.on(KIND, move |job| {
        let access = access.clone();
        async move { attempt(&access, &job).await }
    })
}

/// Runs the job. The last try that fails ends the simulation with the reason.
async fn attempt(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a simulation belongs to an organisation"))?;
    let cx = access.context_for(org, payload.by).await?;
    let Err(error) = run(&cx, payload.simulation).await else { return Ok(()) };
    if job.attempt < job.max_attempts {
        return Err(error);
    }
    let client = error.outcome.status().is_client_error();
    let message = if client { error.detail.clone() } else { "Something went wrong on our side.".to_owned() };
    let mut tx = cx.begin().await?;
    store::fail(&mut tx, payload.simulation, &message).await?;
    tx.commit(()).await?.into_inner();
    Err(error)
}

async fn run(cx: &Context, id: SlaSimulationId) -> Result<()> {
    loop {
        let mut tx = cx.begin().await?;
        let mut standing = store::standing(&mut tx, id).await?;
        if !standing.running {
            return tx.done(()).await;
        }
        batch(&mut tx, &mut standing).await?;
        store::keep(&mut tx, id, &standing).await?;
        tx.commit(()).await?.into_inner();
    }
}

/// Takes the next records; it is over when there are none.
async fn batch(tx: &mut Tx, standing: &mut store::Standing) -> Result<()> {
    let fields = standing.rule.clone().fields();
    let object = fields.object;
    let live = snapshot::trial(tx, &fields, standing.since).await?;
    let ids = records::page(tx, object.facts(), standing.after.unwrap_or(Uuid::nil()), BATCH).await?;
    let Some(last) = ids.last().copied() else {
        standing.running = false;
        return Ok(());
    };
    let zone = adherence::zone(tx).await?;
    let known = snapshot::read(tx, object, &ids, live.asks()).await?;
    let mut events = store::events(tx, object, &ids, standing.until).await?;
    let mut acts = store::acts(tx, object, &ids, standing.until).await?;
    for id in &ids {
        let Some(record) = known.get(id) else { continue };
        let (events, acts) = (events.remove(id).unwrap_or_default(), acts.remove(id).unwrap_or_default());
        let name = Ref { id: *id, name: record.name.clone() };
        for lived in replay::clocks(&live, record, &events, &acts, (standing.since, standing.until)) {
            standing.tally.add(zone, &name, &lived);
        }
    }
    standing.done += i64::try_from(ids.len()).map_err(Error::internal)?;
    standing.after = Some(last);
    Ok(())
}
