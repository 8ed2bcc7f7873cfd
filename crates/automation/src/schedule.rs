//! Follows the clock: when an automation's time has come, a job looks for the records that meet its condition, and queues a run
//! for each. A time that nobody was there for is made up for once.

use chrono::{DateTime, SecondsFormat, Utc};
use dealwright_access::{Access, Context};
use dealwright_crm::rule;
use dealwright_kernel::id::{AutomationId, OrgId};
use dealwright_kernel::{Error, Result};
use dealwright_store::NewJob;
use dealwright_store::job::{self, Job};
use dealwright_workflow::rule::Facts;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::definition::Automation;
use crate::run::{self, holds};
use crate::store::queue::{self, NewRun};

/// The job that looks whose time has come.
pub const TICK: &str = "automation.tick";
/// The job that looks for an automation's records.
pub const SWEEP: &str = "automation.sweep";

/// Records that are read in one transaction.
const BATCH: i64 = 500;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    automation: AutomationId,
    at: DateTime<Utc>,
}

/// Sets off those whose time has come.
///
/// # Errors
/// When the database is gone: nothing is set off then, and the next look does it.
pub async fn tick(access: &Access) -> Result<()> {
    let clock = access.clock();
    let now = clock.now();
    let mut tx = access.database().system().await?;
    for due in queue::due(tx.db(), now).await? {
        let key = format!("{SWEEP}:{}:{}", due.id, due.at.timestamp());
        let payload = Payload { automation: due.id, at: due.at };
        job::enqueue(tx.db(), due.org, NewJob::new(SWEEP, &payload)?.unique(key), clock).await?;
        queue::postpone(tx.db(), &due, due.timing.next(now)).await?;
    }
    tx.commit().await
}

/// Queues a run for each record that meets the condition, as the automation's actor sees them.
///
/// # Errors
/// When the database is gone; it is tried again, and queues nothing twice.
pub async fn sweep(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("an automation belongs to an organisation"))?;
    let id = payload.automation;
    let Some((cx, automation)) = standing(access, org, id).await? else { return Ok(()) };
    let (mut after, mut room) = (Uuid::nil(), usize::from(automation.per_hour).saturating_add(1));
    while room > 0 {
        let (ids, last) = matching(&cx, &automation, after).await?;
        let Some(last) = last else { break };
        after = last;
        let runs: Vec<NewRun> = ids
            .into_iter()
            .take(room)
            .map(|record| NewRun {
                org: org.0,
                id: access.clock().new_id(),
                automation: id.0,
                object: automation.object,
                record,
                cause: format!("schedule:{}", payload.at.to_rfc3339_opts(SecondsFormat::Secs, true)),
                event: None,
                at: payload.at,
                chain: Vec::new(),
                skip: None,
            })
            .collect();
        // One more than may run in an hour, so that it is seen that there are too many.
        room = room.saturating_sub(runs.len());
        if !runs.is_empty() {
            let mut tx = access.database().system().await?;
            queue::insert(tx.db(), access.clock().now(), &runs).await?;
            job::enqueue(tx.db(), org, run::take(id)?, access.clock()).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The automation and its actor; none when there is nothing to be done.
async fn standing(access: &Access, org: OrgId, id: AutomationId) -> Result<Option<(Context, Automation)>> {
    let mut tx = access.database().system().await?;
    let standing = queue::standing(tx.db(), org, id).await?;
    tx.commit().await?;
    let Some(standing) = standing.filter(|standing| standing.active) else { return Ok(None) };
    let person = match access.person(org, standing.run_as).await {
        // Its next run says so, and switches it off.
        Err(error) if error.outcome.status().is_client_error() => return Ok(None),
        person => person?,
    };
    let actor = person.automated(id.0, &standing.name, &standing.scopes);
    let cx = access.context_for(org, standing.run_as).await?.acting(actor);
    let mut tx = cx.begin_unchanged().await?;
    let automation = crate::store::plain(&mut tx, id).await?;
    tx.done(()).await?;
    Ok(Some((cx, automation)))
}

/// Records of a page that meet the condition, and the last one of the page.
async fn matching(cx: &Context, automation: &Automation, after: Uuid) -> Result<(Vec<Uuid>, Option<Uuid>)> {
    let mut tx = cx.begin_unchanged().await?;
    let ids = rule::store::page(&mut tx, automation.object, after, BATCH).await?;
    let mut facts = rule::store::facts(&mut tx, automation.object, &ids).await?;
    let catalogue = dealwright_workflow::rule::store::catalogue(&mut tx, automation.object).await?;
    tx.done(()).await?;
    let condition = automation.condition.as_deref();
    let meets = |facts: Facts| {
        let before = facts.clone();
        // What can't be judged is queued all the same: the run says why.
        holds(condition, &catalogue, &facts.after(Some(&before))).unwrap_or(true)
    };
    let last = ids.last().copied();
    Ok((ids.into_iter().filter(|id| facts.remove(id).is_some_and(meets)).collect(), last))
}
