//! The SQL of what sets automations off, by the system role: definitions, events, and the queue of runs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_access::policy::Grants;
use dealwright_kernel::id::{AutomationId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::definition::moment::Happened;
use crate::definition::{Pause, Timing, Trigger};
use crate::guard::Skip;

/// An automation that waits for events.
#[derive(Debug)]
pub struct Waiting {
    pub org: Uuid,
    pub id: Uuid,
    pub object: RuleObject,
    pub trigger: Trigger,
    pub with_imports: bool,
    /// What happened before sets nothing off.
    pub since: DateTime<Utc>,
}

impl Waiting {
    /// The record that this event sets it off for.
    #[must_use]
    pub fn record(&self, event: &Happened) -> Option<Uuid> {
        let Trigger::Event { moments, fields } = &self.trigger else { return None };
        let concerned = self.org == event.org
            && event.recorded_at >= self.since
            && (self.with_imports || event.import.is_none())
            && event.may_be(self.object, moments, fields);
        concerned.then(|| event.record(self.object)).flatten()
    }
}

/// The automations of these organisations that wait for events.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(db: &mut PgConnection, orgs: &[Uuid]) -> Result<Vec<Waiting>> {
    let rows = sqlx::query!(
        r#"select org_id, id, object, trigger, with_imports, active_since as "since!" from automation
         where org_id = any ($1) and active and active_since is not null and next_at is null order by org_id, created_at, id"#,
        orgs,
    )
    .fetch_all(db)
    .await?;
    let read = |trigger: Value| serde_json::from_value(trigger).map_err(Error::internal);
    rows.into_iter()
        .map(|r| {
            let (object, trigger) = (r.object.parse()?, read(r.trigger)?);
            Ok(Waiting { org: r.org_id, id: r.id, object, trigger, with_imports: r.with_imports, since: r.since })
        })
        .collect()
}

/// The events at these positions, in order.
///
/// # Errors
/// When the database is gone.
pub async fn happened(db: &mut PgConnection, positions: &[i64]) -> Result<Vec<Happened>> {
    Ok(sqlx::query_as!(
        Happened,
        r#"select e.org_id as org, e.id, e.type as kind, e.at, p.at as recorded_at, e.subject_type, e.subject_id as subject, e.opportunity_id as opportunity,
                  e.account_id as account, e.contact_id as contact, e.lead_id as lead, e.changes, e.data, e.import_id as import
           from event_position p join event e on e.org_id = p.org_id and e.id = p.event_id
           where p.position = any ($1) order by p.position"#,
        positions,
    )
    .fetch_all(db)
    .await?)
}

/// The chains that go on from these runs: the automations before each, and its own.
///
/// # Errors
/// When the database is gone.
pub async fn chains(db: &mut PgConnection, orgs: &[Uuid], runs: &[Uuid]) -> Result<HashMap<(Uuid, Uuid), Vec<Uuid>>> {
    let rows = sqlx::query!(
        r#"select org_id, id, chain || automation_id as "chain!" from automation_run where org_id = any ($1) and id = any ($2)"#,
        orgs,
        runs
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| ((r.org_id, r.id), r.chain)).collect())
}

/// A run to be queued, or noted as skipped.
#[derive(Debug)]
pub struct NewRun {
    pub org: Uuid,
    pub id: Uuid,
    pub automation: Uuid,
    pub object: RuleObject,
    pub record: Uuid,
    pub cause: String,
    pub event: Option<Uuid>,
    pub at: DateTime<Utc>,
    pub chain: Vec<Uuid>,
    pub skip: Option<Skip>,
}

/// Queues runs; those of a cause that was seen before are there already.
///
/// # Errors
/// When the database is gone.
pub async fn insert(db: &mut PgConnection, now: DateTime<Utc>, runs: &[NewRun]) -> Result<()> {
    let rows: Vec<Value> = runs
        .iter()
        .map(|run| {
            json!({
                "org_id": run.org, "id": run.id, "automation_id": run.automation, "object": run.object, "record_id": run.record,
                "cause": run.cause, "event_id": run.event, "caused_at": run.at, "chain": run.chain,
                "status": if run.skip.is_some() { "skipped" } else { "queued" },
                "code": run.skip.map(Skip::code), "reason": run.skip.map(Skip::reason), "steps": [],
                "created_at": now, "finished_at": run.skip.map(|_| now),
            })
        })
        .collect();
    sqlx::query!(
        "insert into automation_run select * from jsonb_populate_recordset(null::automation_run, $1)
         on conflict (org_id, automation_id, record_id, cause) do nothing",
        Value::Array(rows),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What a run needs to know of its automation before it acts.
#[derive(Debug)]
pub struct Standing {
    pub name: String,
    pub run_as: UserId,
    pub scopes: Grants,
    pub active: bool,
}

/// An automation as its runs stand on it; none when it is gone.
///
/// # Errors
/// When the database is gone.
pub async fn standing(db: &mut PgConnection, org: OrgId, id: AutomationId) -> Result<Option<Standing>> {
    let row = sqlx::query!(
        r#"select name, run_as as "run_as: UserId", scopes, active from automation where org_id = $1 and id = $2"#,
        org.0,
        id.0
    )
    .fetch_optional(db)
    .await?;
    row.map(|r| {
        let scopes = serde_json::from_value(r.scopes).map_err(Error::internal)?;
        Ok(Standing { name: r.name, run_as: r.run_as, scopes, active: r.active })
    })
    .transpose()
}

/// Ends all runs that wait, without any of their steps.
///
/// # Errors
/// When the database is gone.
pub async fn skip_all(
    db: &mut PgConnection,
    org: OrgId,
    id: AutomationId,
    now: DateTime<Utc>,
    skip: Skip,
) -> Result<()> {
    sqlx::query!(
        "update automation_run set status = 'skipped', code = $3, reason = $4, finished_at = $5
         where org_id = $1 and automation_id = $2 and status = 'queued'",
        org.0,
        id.0,
        skip.code(),
        skip.reason(),
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the run that is next, with what went wrong.
///
/// # Errors
/// When the database is gone.
pub async fn fail_next(
    db: &mut PgConnection,
    org: OrgId,
    id: AutomationId,
    now: DateTime<Utc>,
    reason: &str,
) -> Result<()> {
    sqlx::query!(
        "update automation_run set status = 'failed', code = 'internal', reason = left($3, 2000), finished_at = $4
         where org_id = $1 and id = (select id from automation_run where org_id = $1 and automation_id = $2 and status = 'queued' order by id limit 1)",
        org.0,
        id.0,
        reason,
        now,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Switches an automation off; false when it was off already.
///
/// # Errors
/// When the database is gone.
pub async fn pause(
    db: &mut PgConnection,
    org: OrgId,
    id: AutomationId,
    now: DateTime<Utc>,
    why: Pause,
) -> Result<bool> {
    let paused = sqlx::query!(
        "update automation set active = false, active_since = null, paused = $3, paused_at = $4, next_at = null, version = version + 1, updated_at = $4
         where org_id = $1 and id = $2 and active",
        org.0,
        id.0,
        why.as_str(),
        now,
    )
    .execute(db)
    .await?;
    Ok(paused.rows_affected() == 1)
}

/// An automation whose time has come.
#[derive(Debug)]
pub struct Due {
    pub org: OrgId,
    pub id: AutomationId,
    pub at: DateTime<Utc>,
    pub timing: Timing,
}

/// Automations whose time has come, kept from other nodes until the transaction ends.
///
/// # Errors
/// When the database is gone.
pub async fn due(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Due>> {
    let rows = sqlx::query!(
        r#"select org_id as "org: OrgId", id as "id: AutomationId", next_at as "at!", trigger from automation
           where active and next_at <= $1 order by next_at limit 100 for update skip locked"#,
        now
    )
    .fetch_all(db)
    .await?;
    let mut all = Vec::new();
    for row in rows {
        let trigger: Trigger = serde_json::from_value(row.trigger).map_err(Error::internal)?;
        if let Trigger::Schedule(timing) = trigger {
            all.push(Due { org: row.org, id: row.id, at: row.at, timing });
        }
    }
    Ok(all)
}

/// Says when an automation's time comes next.
///
/// # Errors
/// When the database is gone.
pub async fn postpone(db: &mut PgConnection, due: &Due, next: Option<DateTime<Utc>>) -> Result<()> {
    sqlx::query!("update automation set next_at = $3 where org_id = $1 and id = $2", due.org.0, due.id.0, next)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes what became of something that was sent.
///
/// # Errors
/// When the database is gone.
pub async fn sent(db: &mut PgConnection, org: OrgId, run: Uuid, step: i32, told: &Value) -> Result<()> {
    sqlx::query!(
        "update automation_run set steps = jsonb_set(steps, array[$3::int::text], (steps -> $3::int) || $4) where org_id = $1 and id = $2",
        org.0,
        run,
        step,
        told,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The sealed secret that signs what an automation sends; none when it is gone.
///
/// # Errors
/// When the database is gone.
pub async fn secret(db: &mut PgConnection, org: OrgId, id: AutomationId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!("select webhook_secret from automation where org_id = $1 and id = $2", org.0, id.0)
        .fetch_optional(db)
        .await?
        .flatten())
}

/// Forgets runs: those that did nothing after a week, the others after 90 days.
///
/// # Errors
/// When the database is gone.
pub async fn prune(db: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "delete from automation_run where finished_at < $1 or (finished_at < $2 and status = 'unmet')",
        now - chrono::TimeDelta::days(90),
        now - chrono::TimeDelta::days(7),
    )
    .execute(db)
    .await?;
    Ok(())
}
