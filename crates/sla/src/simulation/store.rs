//! The SQL of simulations, and of the history that they live through: all under the eyes of who asked.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_crm::activity::ActivityKind;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{EventId, OrgId, SlaSimulationId};
use dealwright_kernel::{Error, Result};
use dealwright_store::sequencer::Positioned;
use dealwright_store::{Database, Tx};
use uuid::Uuid;

use super::{SlaSimulation, SlaSimulationStatus, Tally};
use crate::rule::NewSlaRule;
use crate::rule::definition::SlaObject;

/// How long a simulation is kept.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Records are counted up to here.
const MOST: i64 = 200_000;

/// A simulation as the job sees it.
#[derive(Debug)]
pub(super) struct Standing {
    pub running: bool,
    pub rule: NewSlaRule,
    pub since: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub after: Option<Uuid>,
    pub done: i64,
    pub tally: Tally,
}

/// Begins a simulation.
pub(super) async fn insert(
    tx: &mut Tx,
    id: SlaSimulationId,
    user: Uuid,
    rule: &NewSlaRule,
    since: DateTime<Utc>,
) -> Result<()> {
    let (org, now, object) = (tx.org().0, tx.now(), rule.object.as_str());
    let rule = serde_json::to_value(rule).map_err(Error::internal)?;
    sqlx::query!(
        "insert into sla_simulation (org_id, id, user_id, rule, since, until, status, total, created_at)
         select $1, $2, $3, $4, $5, $6, 'running',
                case $7 when 'lead' then (select count(*) from (select from lead where org_id = $1 and deleted_at is null limit $8) as l)
                        else (select count(*) from (select from opportunity where org_id = $1 and deleted_at is null limit $8) as o) end, $6",
        org,
        id.0,
        user,
        rule,
        since,
        now,
        object,
        MOST,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A simulation of the actor's, as the API shows it.
pub(super) async fn find(tx: &mut Tx, id: SlaSimulationId) -> Result<SlaSimulation> {
    let row = sqlx::query!(
        "select status, since, until, done, total, result, message from sla_simulation where org_id = $1 and id = $2",
        tx.org().0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("simulation")?;
    let tally: Tally = serde_json::from_value(row.result).map_err(Error::internal)?;
    let names = dealwright_access::people::store::names(tx, &tally.people()).await?;
    Ok(SlaSimulation {
        id,
        status: match row.status.as_str() {
            "running" => SlaSimulationStatus::Running,
            "done" => SlaSimulationStatus::Done,
            _ => SlaSimulationStatus::Failed,
        },
        since: row.since,
        until: row.until,
        done: row.done,
        total: row.total.max(row.done),
        found: tally.shown(&names),
        message: row.message,
    })
}

/// How a simulation stands, locked.
pub(super) async fn standing(tx: &mut Tx, id: SlaSimulationId) -> Result<Standing> {
    let row = sqlx::query!(
        "select status, rule, since, until, after, done, result from sla_simulation where org_id = $1 and id = $2 for update",
        tx.org().0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("simulation")?;
    Ok(Standing {
        running: row.status == "running",
        rule: serde_json::from_value(row.rule).map_err(Error::internal)?,
        since: row.since,
        until: row.until,
        after: row.after,
        done: row.done,
        tally: serde_json::from_value(row.result).map_err(Error::internal)?,
    })
}

/// Keeps what a batch has counted.
pub(super) async fn keep(tx: &mut Tx, id: SlaSimulationId, standing: &Standing) -> Result<()> {
    let result = serde_json::to_value(&standing.tally).map_err(Error::internal)?;
    sqlx::query!(
        "update sla_simulation set after = $3, done = $4, result = $5, status = case when $6 then 'running' else 'done' end
         where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
        standing.after,
        standing.done,
        result,
        standing.running,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends one that could not be worked out.
pub(super) async fn fail(tx: &mut Tx, id: SlaSimulationId, message: &str) -> Result<()> {
    sqlx::query!(
        "update sla_simulation set status = 'failed', message = $3 where org_id = $1 and id = $2 and status = 'running'",
        tx.org().0,
        id.0,
        message
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// An activity about a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act {
    pub kind: ActivityKind,
    pub incoming: bool,
    pub occurred_at: DateTime<Utc>,
}

/// The events of these records, in order, by record.
pub(crate) async fn events(
    tx: &mut Tx,
    object: SlaObject,
    ids: &[Uuid],
    until: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Positioned>>> {
    let org = tx.org().0;
    let rows = match object {
        SlaObject::Opportunity => {
            sqlx::query_as!(
                Positioned,
                r#"select 0::bigint as "position!", e.org_id as "org: OrgId", e.id as "id: EventId", e.type as kind, e.at, e.actor_kind, e.actor_id, e.actor_name,
                          e.subject_type, e.subject_id, e.subject_version, e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.changes, e.data
                   from event e where e.org_id = $1 and e.opportunity_id = any ($2) and e.at <= $3 and e.subject_type in ('opportunity', 'task') order by e.at, e.id"#,
                org,
                ids,
                until
            )
            .fetch_all(tx.db())
            .await?
        }
        SlaObject::Lead => {
            sqlx::query_as!(
                Positioned,
                r#"select 0::bigint as "position!", e.org_id as "org: OrgId", e.id as "id: EventId", e.type as kind, e.at, e.actor_kind, e.actor_id, e.actor_name,
                          e.subject_type, e.subject_id, e.subject_version, e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.changes, e.data
                   from event e where e.org_id = $1 and e.lead_id = any ($2) and e.at <= $3 and e.subject_type in ('lead', 'task') order by e.at, e.id"#,
                org,
                ids,
                until
            )
            .fetch_all(tx.db())
            .await?
        }
    };
    let mut by: HashMap<Uuid, Vec<Positioned>> = HashMap::new();
    for event in rows {
        let record = match object {
            SlaObject::Opportunity => event.opportunity_id,
            SlaObject::Lead => event.lead_id,
        };
        if let Some(record) = record {
            by.entry(record).or_default().push(event);
        }
    }
    Ok(by)
}

struct ActRow {
    record: Uuid,
    kind: String,
    direction: Option<String>,
    occurred_at: DateTime<Utc>,
}

/// The activities about these records, by record.
pub(crate) async fn acts(
    tx: &mut Tx,
    object: SlaObject,
    ids: &[Uuid],
    until: DateTime<Utc>,
) -> Result<HashMap<Uuid, Vec<Act>>> {
    let org = tx.org().0;
    let rows = match object {
        SlaObject::Opportunity => {
            sqlx::query_as!(
                ActRow,
                r#"select opportunity_id as "record!", kind, direction, occurred_at from activity
                   where org_id = $1 and opportunity_id = any ($2) and occurred_at <= $3 and deleted_at is null"#,
                org,
                ids,
                until
            )
            .fetch_all(tx.db())
            .await?
        }
        SlaObject::Lead => {
            sqlx::query_as!(
                ActRow,
                r#"select lead_id as "record!", kind, direction, occurred_at from activity
                   where org_id = $1 and lead_id = any ($2) and occurred_at <= $3 and deleted_at is null"#,
                org,
                ids,
                until
            )
            .fetch_all(tx.db())
            .await?
        }
    };
    let mut by: HashMap<Uuid, Vec<Act>> = HashMap::new();
    for row in rows {
        let incoming = row.direction.as_deref() == Some("in");
        by.entry(row.record).or_default().push(Act { kind: row.kind.parse()?, incoming, occurred_at: row.occurred_at });
    }
    Ok(by)
}

/// Forgets simulations of long ago.
///
/// # Errors
/// When the database is gone.
pub async fn prune(database: &Database) -> Result<()> {
    let before = database.clock().now() - KEPT;
    let mut tx = database.system().await?;
    sqlx::query!("delete from sla_simulation where created_at < $1", before).execute(tx.db()).await?;
    tx.commit().await
}
