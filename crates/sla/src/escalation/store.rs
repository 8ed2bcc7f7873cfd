//! The SQL of what is due, and of the steps that were taken.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use dealwright_access::Access;
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Value, json};
use uuid::Uuid;

use super::step::Taken;
use crate::timer::follow::CONSUMER;
use crate::timer::store::moment;

/// Up to when it is known what happened. What is due after that may have been done: it waits until the log has been followed.
pub(super) async fn horizon(access: &Access) -> Result<DateTime<Utc>> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let behind = sqlx::query_scalar!(
        r#"select case
               when exists (select from event_position p where p.position > c.position) then
                   (select greatest(least(e.at, p.at), p.at - interval '1 minute') from event_position p join event e on e.org_id = p.org_id and e.id = p.event_id
                    where p.position > c.position order by p.position limit 1)
               when exists (select from event_pending) then (select p.at from event_position p order by p.position desc limit 1)
           end from event_consumer c where c.name = $1"#,
        CONSUMER
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    Ok(behind.flatten().map_or(now, |behind| behind.min(now)))
}

/// The rules that have something due, those that have waited longest first.
pub(super) async fn due_rules(access: &Access, until: DateTime<Utc>) -> Result<Vec<(OrgId, SlaRuleId, UserId)>> {
    let mut tx = access.database().system().await?;
    let rows = sqlx::query!(
        r#"select t.org_id as "org: OrgId", t.rule_id as "rule: SlaRuleId", r.made_by as "by: UserId"
           from (select org_id, rule_id, min(next_at) as next_at
                 from (select org_id, rule_id, next_at from sla_timer where next_at <= $1 order by next_at limit 5000) as soonest
                 group by org_id, rule_id) as t
           join sla_rule r on r.org_id = t.org_id and r.id = t.rule_id and r.active and r.deleted_at is null
           order by t.next_at"#,
        until
    )
    .fetch_all(tx.db())
    .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| (row.org, row.rule, row.by)).collect())
}

/// Whether a rule is still as it was read; until the end of the transaction it stays so.
pub(super) async fn stands(tx: &mut Tx, rule: SlaRuleId, version: i64) -> Result<bool> {
    let there = sqlx::query_scalar!(
        "select 1 from sla_rule where org_id = $1 and id = $2 and version = $3 and active for share",
        tx.org().0,
        rule.0,
        version
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(there.is_some())
}

/// The steps that these clocks have taken.
pub(super) async fn taken(tx: &mut Tx, clocks: &[Uuid]) -> Result<HashSet<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select timer_id, step_id from sla_step where org_id = $1 and timer_id = any ($2)",
        tx.org().0,
        clocks
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.timer_id, row.step_id)).collect())
}

/// Writes down the steps of a transaction.
pub(super) async fn keep(tx: &mut Tx, taken: &[Taken]) -> Result<()> {
    if taken.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = taken
        .iter()
        .map(|one| {
            json!({
                "id": tx.new_id(), "timer_id": one.timer, "step_id": one.step, "moment": moment(one.turn), "action": one.action,
                "outcome": one.done.outcome, "code": one.done.code, "detail": one.done.detail, "result": one.done.result,
            })
        })
        .collect();
    let (org, now, rows) = (tx.org().0, tx.now(), serde_json::to_value(rows).map_err(Error::internal)?);
    sqlx::query!(
        "insert into sla_step (org_id, id, timer_id, step_id, moment, action, outcome, code, detail, result, at)
         select $1, r.id, r.timer_id, r.step_id, r.moment, r.action, r.outcome, r.code, r.detail, r.result, $2
         from jsonb_to_recordset($3) as r (id uuid, timer_id uuid, step_id uuid, moment text, action text, outcome text, code text, detail text, result jsonb)",
        org,
        now,
        rows,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
