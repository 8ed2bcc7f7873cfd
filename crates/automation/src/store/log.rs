//! The SQL of runs: what an automation takes from its queue and writes of it, and what is read of the log.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AutomationId, AutomationRunId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::definition::Automation;
use crate::run::{Outcome, Run, RunStatus, StepResult};

/// A run that was taken from the queue.
#[derive(Debug)]
pub struct Taken {
    pub id: AutomationRunId,
    pub record: Uuid,
    pub event: Option<Uuid>,
    pub at: DateTime<Utc>,
}

/// The run that is next, kept from other workers until the transaction ends.
///
/// # Errors
/// When the database is gone.
pub async fn take(tx: &mut Tx, automation: AutomationId) -> Result<Option<Taken>> {
    Ok(sqlx::query_as!(
        Taken,
        r#"select id as "id: AutomationRunId", record_id as record, event_id as event, caused_at as at from automation_run
           where org_id = $1 and automation_id = $2 and status = 'queued' order by id limit 1 for update skip locked"#,
        tx.org().0,
        automation.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Writes what became of a run.
///
/// # Errors
/// When the database is gone.
pub async fn settle(tx: &mut Tx, id: AutomationRunId, outcome: &Outcome) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let steps = serde_json::to_value(&outcome.steps).map_err(Error::internal)?;
    let reason = outcome.reason.as_ref().map(|reason| reason.chars().take(2_000).collect::<String>());
    sqlx::query!(
        "update automation_run set status = $3, code = $4, reason = $5, steps = $6, finished_at = $7 where org_id = $1 and id = $2",
        org,
        id.0,
        outcome.status.as_str(),
        outcome.code.as_deref(),
        reason,
        steps,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// How often an automation did something lately.
#[derive(Debug)]
pub struct Lately {
    /// In the last hour.
    pub hour: i64,
    /// On the record, in the last hour.
    pub record_hour: i64,
    /// On the record, in the days that it is left alone.
    pub record_quiet: i64,
    /// Of the last runs, how many were refused with none in between that was not.
    pub refused_in_a_row: i64,
}

/// How often an automation did something lately. What was before somebody last saved it does not count against it, but for the
/// days that a record is left alone.
///
/// # Errors
/// When the database is gone.
pub async fn lately(tx: &mut Tx, automation: &Automation, record: Uuid) -> Result<Lately> {
    let now = tx.now();
    let hour = (now - chrono::TimeDelta::hours(1)).max(automation.updated_at);
    let quiet = now - chrono::TimeDelta::days(automation.quiet_days.into());
    Ok(sqlx::query_as!(
        Lately,
        r#"select (select count(*) from automation_run r where r.org_id = $1 and r.automation_id = $2 and r.finished_at > $4
                     and r.status in ('done', 'refused', 'failed')) as "hour!",
                  count(*) filter (where o.finished_at > $4) as "record_hour!",
                  count(*) filter (where o.finished_at > $5 and o.status = 'done') as "record_quiet!",
                  (select count(*) from (
                       select status, sum((status <> 'refused')::int) over (order by finished_at desc, id desc) as others from (
                           select status, finished_at, id from automation_run r where r.org_id = $1 and r.automation_id = $2
                             and r.status in ('done', 'refused', 'failed') and r.finished_at > $6
                           order by finished_at desc, id desc limit 50) last) s
                   where s.others = 0) as "refused_in_a_row!"
           from automation_run o
           where o.org_id = $1 and o.record_id = $3 and o.automation_id = $2 and o.status in ('done', 'refused', 'failed')"#,
        tx.org().0,
        automation.id.0,
        record,
        hour,
        quiet,
        automation.updated_at,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Which runs are asked for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Asked {
    pub automation: Option<AutomationId>,
    pub record: Option<Uuid>,
    pub status: Option<RunStatus>,
    /// Without those whose condition did not hold, and those that were set off by themselves.
    pub met: bool,
}

struct Row {
    id: AutomationRunId,
    automation_id: Uuid,
    automation: String,
    object: String,
    record_id: Uuid,
    record: Option<String>,
    event_id: Option<Uuid>,
    event: Option<String>,
    caused_at: DateTime<Utc>,
    chain: Vec<Uuid>,
    status: String,
    code: Option<String>,
    reason: Option<String>,
    steps: Value,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_run(self) -> Result<Run> {
        let object: RuleObject = self.object.parse()?;
        let steps: Vec<StepResult> = serde_json::from_value(self.steps).map_err(Error::internal)?;
        let seen = self.record.is_some();
        Ok(Run {
            id: self.id,
            automation: Ref { id: self.automation_id, name: self.automation },
            object,
            record_id: self.record_id,
            record: self.record,
            event_id: self.event_id,
            event: self.event,
            caused_at: self.caused_at,
            chain: i64::try_from(self.chain.len()).unwrap_or(i64::MAX),
            status: self.status.parse()?,
            code: self.code,
            // Words of refusals can name what the record says.
            reason: self.reason.filter(|_| seen),
            steps: steps.into_iter().map(|step| if seen { step } else { step.without_words() }).collect(),
            created_at: self.created_at,
            finished_at: self.finished_at,
        })
    }
}

const PAGE: i64 = 50;

/// A page of the log, the newest first; or the run with this id. What a record says is for those who see it.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, asked: &Asked, one: Option<AutomationRunId>, cursor: Option<&str>) -> Result<Page<Run>> {
    let fingerprint = format!("automation-runs:{}", serde_json::to_string(asked).map_err(Error::internal)?);
    let before: Option<Uuid> = cursor.map(|c| Cursor::decode(c, &fingerprint)).transpose()?.map(|c| c.keys);
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id as "id: AutomationRunId", r.automation_id, a.name as automation, r.object, r.record_id,
                  coalesce(o.name, c.name, p.name, l.name, t.title) as record, r.event_id, e.type as "event?", r.caused_at, r.chain, r.status,
                  r.code, r.reason, r.steps, r.created_at, r.finished_at
           from automation_run r join automation a on a.org_id = r.org_id and a.id = r.automation_id
           left join event e on e.org_id = r.org_id and e.id = r.event_id
           left join opportunity o on r.object = 'opportunity' and o.org_id = r.org_id and o.id = r.record_id
           left join account c on r.object = 'account' and c.org_id = r.org_id and c.id = r.record_id
           left join contact p on r.object = 'contact' and p.org_id = r.org_id and p.id = r.record_id
           left join lead l on r.object = 'lead' and l.org_id = r.org_id and l.id = r.record_id
           left join task t on r.object = 'task' and t.org_id = r.org_id and t.id = r.record_id
           where r.org_id = $1 and ($2::uuid is null or r.automation_id = $2) and ($3::uuid is null or r.record_id = $3)
             and ($4::text is null or r.status = $4) and ($5::uuid is null or r.id < $5) and ($6::uuid is null or r.id = $6)
             and (not $7 or r.status <> 'unmet' and r.code is distinct from 'loop')
           order by r.id desc limit $8"#,
        tx.org().0,
        asked.automation.map(|id| id.0),
        asked.record,
        asked.status.map(RunStatus::as_str),
        before,
        one.map(|id| id.0),
        asked.met,
        PAGE + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = i64::try_from(rows.len()).map_err(Error::internal)? > PAGE;
    let page = rows.into_iter().take(usize::try_from(PAGE).map_err(Error::internal)?);
    let items = page.map(Row::into_run).collect::<Result<Vec<_>>>()?;
    let last = items.last().filter(|_| more).map(|run| run.id.0);
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    Ok(Page { items, next_cursor, total: None.into() })
}

/// One run.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: AutomationRunId) -> Result<Run> {
    page(tx, &Asked::default(), Some(id), None).await?.items.pop().or_not_found("automation run")
}

/// Puts a run that was refused or failed into the queue again; false when it was neither.
///
/// # Errors
/// When the database is gone.
pub async fn again(tx: &mut Tx, id: AutomationRunId) -> Result<bool> {
    let org = tx.org().0;
    let queued = sqlx::query!(
        "update automation_run set status = 'queued', code = null, reason = null, finished_at = null
         where org_id = $1 and id = $2 and status in ('refused', 'failed')",
        org,
        id.0,
    )
    .execute(tx.db())
    .await?;
    Ok(queued.rows_affected() == 1)
}

/// The results of a run's steps so far.
///
/// # Errors
/// When the database is gone.
pub async fn steps(tx: &mut Tx, id: AutomationRunId) -> Result<Vec<StepResult>> {
    let steps = sqlx::query_scalar!("select steps from automation_run where org_id = $1 and id = $2", tx.org().0, id.0)
        .fetch_optional(tx.db())
        .await?
        .or_not_found("automation run")?;
    serde_json::from_value(steps).map_err(Error::internal)
}
