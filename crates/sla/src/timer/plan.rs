//! Reckons the clocks of a rule anew once it has changed: a job that takes open records in batches, keeps its place in the rule,
//! and goes on there when it is run again.

use dealwright_access::Access;
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::job::{Job, NewJob, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::life::{Run, Signal, follow};
use super::snapshot::{self, Live, Snapshot};
use super::store::{self, Stored};
use crate::escalation::engine;

const KIND: &str = "sla.plan";
const PRUNE: &str = "sla.prune";
/// Records of one transaction.
const BATCH: i64 = 500;
/// Clocks of a rule that is off, in one transaction.
const STOPPED: i64 = 2_000;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    rule: SlaRuleId,
    version: i64,
}

/// The job for a rule as it is at a version.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn job(rule: SlaRuleId, version: i64) -> Result<NewJob> {
    Ok(NewJob::new(KIND, &Payload { rule, version })?.unique(format!("{KIND}:{rule}:{version}")))
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_plan, for_prune) = (access.clone(), access.clone());
    worker
        .on(KIND, move |job: Job| {
            let access = for_plan.clone();
            async move {
                let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
                let org = job.org.ok_or_else(|| Error::internal("a rule belongs to an organisation"))?;
                run(&access, org, &payload).await
            }
        })
        .on(PRUNE, move |_| {
            let access = for_prune.clone();
            async move { crate::simulation::store::prune(access.database()).await }
        })
        .every(PRUNE, chrono::TimeDelta::days(1))
}

/// Where the plan of a rule stands.
struct Standing {
    version: i64,
    planned: i64,
    after: Option<Uuid>,
    made_by: UserId,
}

async fn standing(access: &Access, org: OrgId, rule: SlaRuleId) -> Result<Option<Standing>> {
    let mut tx = access.database().system().await?;
    let standing = sqlx::query_as!(
        Standing,
        r#"select version, planned_version as planned, plan_after as after, made_by as "made_by: UserId" from sla_rule where org_id = $1 and id = $2"#,
        org.0,
        rule.0
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    Ok(standing)
}

async fn run(access: &Access, org: OrgId, payload: &Payload) -> Result<()> {
    loop {
        let Some(standing) = standing(access, org, payload.rule).await? else { return Ok(()) };
        if standing.version != payload.version || standing.planned >= standing.version {
            // A newer one has a job of its own.
            return Ok(());
        }
        if !batch(access, org, payload, &standing).await? {
            return Ok(());
        }
    }
}

/// Takes a batch; false when there was none left.
async fn batch(access: &Access, org: OrgId, payload: &Payload, standing: &Standing) -> Result<bool> {
    let mut tx = engine::reader(access, org, standing.made_by).await?;
    store::hold(tx.db(), org).await?;
    let Some(rule) = snapshot::rules(&mut tx, Some(payload.rule)).await?.pop() else { return Ok(false) };
    if rule.version != payload.version {
        return Ok(false);
    }
    let last =
        if rule.on { open(access, &mut tx, org, &rule, standing.after).await? } else { stop(&mut tx, &rule).await? };
    let more = last.is_some();
    sqlx::query!(
        "update sla_rule set plan_after = $4, planned_version = case when $5 then planned_version else version end
         where org_id = $1 and id = $2 and version = $3",
        org.0,
        rule.id.0,
        rule.version,
        last,
        more,
    )
    .execute(tx.db())
    .await?;
    tx.commit(()).await?.into_inner();
    Ok(more)
}

/// Reckons the clocks of the next open records; the last of them, none when there were none.
async fn open(access: &Access, tx: &mut Tx, org: OrgId, rule: &Live, after: Option<Uuid>) -> Result<Option<Uuid>> {
    let ids = snapshot::open_page(tx, rule.object, after.unwrap_or(Uuid::nil()), BATCH).await?;
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let known = snapshot::read(tx, rule.object, &ids, rule.asks()).await?;
    let mut clocks: std::collections::HashMap<Uuid, Stored> = store::open(tx.db(), org, &[rule.id.0], &ids)
        .await?
        .into_iter()
        .map(|clock| (clock.subject.1, clock))
        .collect();
    let had = store::episodes(tx.db(), org, &[rule.id.0], &ids).await?;
    let mut written = Vec::new();
    for id in ids {
        let Some(snapshot) = known.get(&id) else { continue };
        let stored = clocks.remove(&id);
        let (ended, open) = reckoned(rule, snapshot, stored.as_ref());
        let mut known = stored;
        for run in ended.into_iter().chain(open) {
            let clock = match known.take() {
                Some(clock) => Stored { run, owner: snapshot.owner, team: snapshot.team, ..clock },
                None => Stored {
                    id: access.clock().new_id(),
                    rule: rule.id,
                    subject: (rule.object, id),
                    episode: had.get(&(rule.id, id)).copied().unwrap_or(0) + 1,
                    owner: snapshot.owner,
                    team: snapshot.team,
                    run,
                    failures: 0,
                },
            };
            written.push((&rule.plan, clock));
        }
    }
    store::write(tx.db(), org, written).await?;
    Ok(Some(last))
}

/// A record's clock as the rule is now: what has been breached stays so, what had none gets one from now on.
fn reckoned(rule: &Live, snapshot: &Snapshot, stored: Option<&Stored>) -> (Vec<Run>, Option<Run>) {
    let mut track = rule.track(snapshot);
    let mut run = stored.map(|clock| clock.run.clone());
    if run.is_some() {
        // It began before anybody responded: events tell when somebody does.
        (track.responded, track.planned) = (false, false);
    }
    let at = rule.updated_at.max(snapshot.created_at);
    let mut ended = Vec::new();
    follow(&rule.plan, &mut track, &mut run, Signal::Touched, at, &mut ended);
    (ended, run)
}

/// Ends clocks of a rule that is off; the last of them, none when there were none.
async fn stop(tx: &mut Tx, rule: &Live) -> Result<Option<Uuid>> {
    let now = tx.now();
    let stopped = sqlx::query_scalar!(
        "update sla_timer set ended_at = greatest($3, started_at), outcome = 'rule_off', running_since = null, next_at = null, version = version + 1
         where (org_id, id) in (select org_id, id from sla_timer where org_id = $1 and rule_id = $2 and ended_at is null order by id limit $4 for update)
         returning id",
        tx.org().0,
        rule.id.0,
        now,
        STOPPED,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(stopped.into_iter().max())
}
