//! The SQL of deals that stand still.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Ask, Norm, cut};

/// The won deals that are looked at, the last, and how far back.
const MOST: i64 = 2_000;
const SPAN: TimeDelta = TimeDelta::days(730);

/// What is usual in each open stage, of the won deals that the actor sees.
pub async fn norms(tx: &mut Tx) -> Result<Vec<Norm>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"with won as (
               select o.id from opportunity o
               where o.org_id = $1 and o.deleted_at is null and o.closed_at > $2
                 and o.stage_id = any (array(select s.id from stage s where s.org_id = $1 and s.kind = 'won'))
               order by o.closed_at desc limit $3)
           select s.id, count(e.id) as "won!", percentile_cont(0.5) within group (order by extract(epoch from e.left_at - e.entered_at)::float8) as median
           from stage s
           left join stage_entry e on e.org_id = s.org_id and e.stage_id = s.id and e.left_at is not null and e.opportunity_id in (select id from won)
           where s.org_id = $1 and s.kind = 'open' group by s.id"#,
        org,
        now - SPAN,
        MOST,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| Norm::of(r.id, r.won, r.median)).collect())
}

/// A deal that stands still.
#[derive(Debug)]
pub struct Found {
    pub id: Uuid,
    pub stage: Uuid,
    pub entered: DateTime<Utc>,
    pub last: Option<DateTime<Utc>>,
}

/// One deal more than a page, those first that have been longest in their stage.
pub async fn stalled(
    tx: &mut Tx,
    ask: &Ask,
    norms: &[Norm],
    after: Option<(DateTime<Utc>, Uuid)>,
) -> Result<Vec<Found>> {
    let (org, now) = (tx.org().0, tx.now());
    let stages: Vec<Uuid> = norms.iter().map(|norm| norm.stage).collect();
    let cuts: Vec<DateTime<Utc>> = norms.iter().map(|norm| cut(now, norm)).collect();
    let (entered, id) = after.unzip();
    Ok(sqlx::query_as!(
        Found,
        r#"select t.id, t.stage_id as stage, t.stage_entered_at as entered, a.last
           from opportunity t
           join unnest($2::uuid[], $3::timestamptz[]) as n (stage_id, cut) on n.stage_id = t.stage_id
           cross join lateral (
               select max(a.occurred_at) as last from activity a
               where a.org_id = t.org_id and a.opportunity_id = t.id and a.deleted_at is null and a.occurred_at <= $4) a
           where t.org_id = $1 and t.closed_at is null and t.deleted_at is null and t.archived_at is null and t.stage_entered_at < n.cut
             and (a.last is null or a.last < n.cut)
             and ($5::uuid is null or t.owner_id = $5) and ($6::uuid is null or t.team_id = $6)
             and ($7::timestamptz is null or (t.stage_entered_at, t.id) > ($7, $8))
           order by t.stage_entered_at, t.id limit $9"#,
        org,
        &stages,
        &cuts,
        now,
        ask.owner.map(|owner| owner.0),
        ask.team.map(|team| team.0),
        entered,
        id,
        i64::from(ask.limit) + 1,
    )
    .fetch_all(tx.db())
    .await?)
}
