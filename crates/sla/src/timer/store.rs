//! The SQL of clocks. They are written in the consumer's transaction, in the plan's and in the escalation's: each locks them
//! before it looks.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::life::{Plan, Run, Turn};
use super::{Subject, outcome};
use crate::rule::definition::SlaObject;

/// A clock as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: Uuid,
    pub rule: SlaRuleId,
    pub subject: Subject,
    pub episode: i32,
    pub owner: Uuid,
    pub team: Option<Uuid>,
    pub run: Run,
    pub failures: i32,
}

/// A row as the columns say it.
#[derive(Debug)]
pub struct Row {
    pub id: Uuid,
    pub rule_id: SlaRuleId,
    pub opportunity_id: Option<Uuid>,
    pub lead_id: Option<Uuid>,
    pub episode: i32,
    pub owner_id: Uuid,
    pub team_id: Option<Uuid>,
    pub place_id: Option<Uuid>,
    pub started_at: DateTime<Utc>,
    pub spent_ms: i64,
    pub running_since: Option<DateTime<Utc>>,
    pub due_at: Option<DateTime<Utc>>,
    pub warned_at: Option<DateTime<Utc>>,
    pub breached_at: Option<DateTime<Utc>>,
    pub escalated_ms: i64,
    pub ended_at: Option<DateTime<Utc>>,
    pub outcome: Option<String>,
    pub failures: i32,
}

impl Row {
    /// # Errors
    /// Internal, when the columns hold no clock.
    pub fn into_stored(self) -> Result<Stored> {
        let subject = match (self.opportunity_id, self.lead_id) {
            (Some(id), _) => (SlaObject::Opportunity, id),
            (None, Some(id)) => (SlaObject::Lead, id),
            (None, None) => return Err(Error::internal("a clock is of a record")),
        };
        let how = self.outcome.as_deref().map(outcome).transpose()?;
        Ok(Stored {
            id: self.id,
            rule: self.rule_id,
            subject,
            episode: self.episode,
            owner: self.owner_id,
            team: self.team_id,
            failures: self.failures,
            run: Run {
                place: self.place_id,
                started_at: self.started_at,
                spent: TimeDelta::milliseconds(self.spent_ms),
                running_since: self.running_since,
                due_at: self.due_at,
                warned_at: self.warned_at,
                breached_at: self.breached_at,
                escalated: (self.escalated_ms >= 0).then(|| TimeDelta::milliseconds(self.escalated_ms)),
                ended: self.ended_at.zip(how),
            },
        })
    }
}

/// Lets one at a time begin clocks of an organisation.
///
/// # Errors
/// When the database is gone.
pub async fn hold(db: &mut PgConnection, org: OrgId) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('sla:' || $1, 0))", org.0.to_string())
        .fetch_one(db)
        .await?;
    Ok(())
}

/// The open clocks of these records, locked, of these rules.
///
/// # Errors
/// When the database is gone.
pub async fn open(db: &mut PgConnection, org: OrgId, rules: &[Uuid], records: &[Uuid]) -> Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, rule_id as "rule_id: SlaRuleId", opportunity_id, lead_id, episode, owner_id, team_id, place_id, started_at, spent_ms,
                  running_since, due_at, warned_at, breached_at, escalated_ms, ended_at, outcome, failures
           from sla_timer where org_id = $1 and rule_id = any ($2) and record_id = any ($3) and ended_at is null
           order by id for update"#,
        org.0,
        rules,
        records,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_stored).collect()
}

/// How many clocks each of these records has had, by rule and record.
///
/// # Errors
/// When the database is gone.
pub async fn episodes(
    db: &mut PgConnection,
    org: OrgId,
    rules: &[Uuid],
    records: &[Uuid],
) -> Result<std::collections::HashMap<(SlaRuleId, Uuid), i32>> {
    let rows = sqlx::query!(
        r#"select rule_id as "rule: SlaRuleId", record_id as "record!", max(episode) as "episode!" from sla_timer
           where org_id = $1 and rule_id = any ($2) and record_id = any ($3) group by rule_id, record_id"#,
        org.0,
        rules,
        records,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.rule, row.record), row.episode)).collect())
}

/// A clock as it is to be written.
fn told(plan: &Plan, clock: &Stored) -> Value {
    let (object, record) = clock.subject;
    let run = &clock.run;
    let (warn_at, _) = run.dates(plan);
    let column = match object {
        SlaObject::Opportunity => "opportunity_id",
        SlaObject::Lead => "lead_id",
    };
    json!({
        "id": clock.id, "rule_id": clock.rule, column: record, "episode": clock.episode, "owner_id": clock.owner, "team_id": clock.team,
        "place_id": run.place, "started_at": run.started_at, "spent_ms": run.spent.num_milliseconds(), "running_since": run.running_since,
        "target_ms": plan.definition.target(&plan.clock).num_milliseconds(), "warn_at": warn_at.or(run.warned_at), "due_at": run.due_at,
        "next_at": run.next(plan).map(|(_, at)| at), "warned_at": run.warned_at, "breached_at": run.breached_at,
        "escalated_ms": run.escalated.map_or(-1, |after| after.num_milliseconds()),
        "ended_at": run.ended.map(|(at, _)| at), "outcome": run.ended.map(|(_, outcome)| outcome.as_str()), "decided_at": run.decided_at(),
        "failures": clock.failures,
    })
}

/// Writes clocks, those that have ended first: a record has one that is open.
///
/// # Errors
/// When the database is gone.
pub async fn write(db: &mut PgConnection, org: OrgId, mut clocks: Vec<(&Plan, Stored)>) -> Result<()> {
    if clocks.is_empty() {
        return Ok(());
    }
    clocks.sort_by_key(|(_, clock)| clock.run.ended.is_none());
    let rows: Vec<Value> = clocks.iter().map(|(plan, clock)| told(plan, clock)).collect();
    sqlx::query!(
        "insert into sla_timer as t (org_id, id, rule_id, opportunity_id, lead_id, episode, owner_id, team_id, place_id, started_at, spent_ms, running_since,
                                     target_ms, warn_at, due_at, next_at, warned_at, breached_at, escalated_ms, ended_at, outcome, decided_at, failures)
         select $1, r.id, r.rule_id, r.opportunity_id, r.lead_id, r.episode, r.owner_id, r.team_id, r.place_id, r.started_at, r.spent_ms, r.running_since,
                r.target_ms, r.warn_at, r.due_at, r.next_at, r.warned_at, r.breached_at, r.escalated_ms, r.ended_at, r.outcome, r.decided_at, r.failures
         from jsonb_to_recordset($2) as r (id uuid, rule_id uuid, opportunity_id uuid, lead_id uuid, episode int, owner_id uuid, team_id uuid, place_id uuid,
              started_at timestamptz, spent_ms bigint, running_since timestamptz, target_ms bigint, warn_at timestamptz, due_at timestamptz, next_at timestamptz,
              warned_at timestamptz, breached_at timestamptz, escalated_ms bigint, ended_at timestamptz, outcome text, decided_at timestamptz, failures int)
         on conflict (org_id, id) do update set owner_id = excluded.owner_id, team_id = excluded.team_id, spent_ms = excluded.spent_ms,
             running_since = excluded.running_since, target_ms = excluded.target_ms, warn_at = excluded.warn_at, due_at = excluded.due_at,
             next_at = excluded.next_at, warned_at = excluded.warned_at, breached_at = excluded.breached_at, escalated_ms = excluded.escalated_ms,
             ended_at = excluded.ended_at, outcome = excluded.outcome, decided_at = excluded.decided_at, failures = excluded.failures, version = t.version + 1",
        org.0,
        Value::Array(rows),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The organisations, of these, that have a rule in force, each with somebody who stands behind one.
///
/// # Errors
/// When the database is gone.
pub async fn ruled(db: &mut PgConnection, orgs: &[Uuid]) -> Result<Vec<(OrgId, UserId)>> {
    let rows = sqlx::query!(
        r#"select distinct on (org_id) org_id as "org: OrgId", made_by as "by: UserId" from sla_rule
           where org_id = any ($1) and active and deleted_at is null order by org_id, id"#,
        orgs,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.by)).collect())
}

/// The next batch of a rule's clocks that are due, locked; those that another worker has in hand are left to it.
///
/// # Errors
/// When the database is gone.
pub async fn due(
    db: &mut PgConnection,
    org: OrgId,
    rule: SlaRuleId,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, rule_id as "rule_id: SlaRuleId", opportunity_id, lead_id, episode, owner_id, team_id, place_id, started_at, spent_ms,
                  running_since, due_at, warned_at, breached_at, escalated_ms, ended_at, outcome, failures
           from sla_timer where org_id = $1 and rule_id = $2 and next_at <= $3 order by next_at limit $4 for update skip locked"#,
        org.0,
        rule.0,
        until,
        limit,
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_stored).collect()
}

/// Puts off a clock whose step has failed on our side.
///
/// # Errors
/// When the database is gone.
pub async fn put_off(db: &mut PgConnection, org: OrgId, id: Uuid, until: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update sla_timer set failures = failures + 1, next_at = $3 where org_id = $1 and id = $2 and next_at is not null",
        org.0,
        id,
        until
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The moment as a word.
#[must_use]
pub const fn moment(turn: Turn) -> &'static str {
    match turn {
        Turn::Warning => "warning",
        Turn::Breach => "breach",
        Turn::Escalation(_) => "after_breach",
    }
}
