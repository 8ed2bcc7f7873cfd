//! The log of runs, and what has come of each routine.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AgentRunId, RoutineRunId};
use dealwright_kernel::{Cursor, Page, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use crate::kind::Kind;
use crate::run::{Run, Status};
use crate::setting::{Figures, LastRun};

/// Begins a run of the actor for a period, or takes up one that failed; none when it has been done.
///
/// # Errors
/// When the database is gone.
pub async fn claim(tx: &mut Tx, kind: Kind, period: &str) -> Result<Option<RoutineRunId>> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let user = tx.user().or_not_found("user")?.0;
    let claimed = sqlx::query_scalar!(
        r#"insert into routine_run as r (org_id, id, kind, user_id, period, status, started_at) values ($1, $2, $3, $4, $5, 'running', $6)
           on conflict (org_id, kind, user_id, period) do update set status = 'running', started_at = excluded.started_at, attempts = r.attempts + 1,
               code = null, reason = null
           where r.status = 'failed' returning id as "id: RoutineRunId""#,
        org,
        id,
        kind.as_str(),
        user,
        period,
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(claimed)
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub status: Status,
    pub found: usize,
    pub proposals: usize,
    pub ms: i64,
    pub agent_run: Option<AgentRunId>,
}

/// Ends a run.
///
/// # Errors
/// When the database is gone.
pub async fn settle(tx: &mut Tx, run: RoutineRunId, ended: &Ended) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let [found, proposals] = [ended.found, ended.proposals].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    sqlx::query!(
        "update routine_run set status = $3, found = $4, proposals = $5, ms = $6, agent_run_id = $7, finished_at = $8 where org_id = $1 and id = $2",
        org,
        run.0,
        ended.status.as_str(),
        found,
        proposals,
        ended.ms,
        ended.agent_run.map(|run| run.0),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Writes down that a run failed, unless it has been done meanwhile.
///
/// # Errors
/// When the database is gone.
pub async fn fail(tx: &mut Tx, kind: Kind, period: &str, code: &str, reason: &str) -> Result<()> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let user = tx.user().or_not_found("user")?.0;
    sqlx::query!(
        "insert into routine_run as r (org_id, id, kind, user_id, period, status, code, reason, started_at, finished_at)
         values ($1, $2, $3, $4, $5, 'failed', left($6, 100), left($7, 2000), $8, $8)
         on conflict (org_id, kind, user_id, period) do update set code = excluded.code, reason = excluded.reason, attempts = r.attempts + 1,
             finished_at = excluded.finished_at
         where r.status = 'failed'",
        org,
        id,
        kind.as_str(),
        user,
        period,
        code,
        reason,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A page of a routine's runs that the actor may see, the newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, kind: Kind, limit: u16, cursor: Option<&str>) -> Result<Page<Run>> {
    let query = format!("routine-runs:{kind}");
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &query)).transpose()?.map(|c| c.keys);
    let (at, id) = after.unzip();
    let org = tx.org().0;
    let mut rows = sqlx::query!(
        r#"select r.id as "id: RoutineRunId", r.user_id, u.name as user_name, r.period, r.status, r.found, r.proposals, r.tokens, r.cost_micros, r.ms, r.attempts,
                  r.code, r.reason, r.agent_run_id as "agent_run: AgentRunId", r.rating, r.comment, r.started_at, r.finished_at
           from routine_run r join app_user u on u.org_id = r.org_id and u.id = r.user_id
           where r.org_id = $1 and r.kind = $2 and ($3::timestamptz is null or (r.started_at, r.id) < ($3, $4::uuid))
           order by r.started_at desc, r.id desc limit $5"#,
        org,
        kind.as_str(),
        at,
        id,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.started_at, r.id.0));
    let next_cursor = last.map(|keys| Cursor { query, keys }.encode()).transpose()?;
    let items = rows.into_iter().map(|r| {
        Ok(Run {
            id: r.id,
            kind,
            user: Ref { id: r.user_id, name: r.user_name },
            period: r.period,
            status: r.status.parse()?,
            found: r.found,
            proposals: r.proposals,
            tokens: r.tokens,
            cost_micros: r.cost_micros,
            ms: r.ms,
            attempts: r.attempts,
            code: r.code,
            reason: r.reason,
            rating: r.rating,
            comment: r.comment,
            started_at: r.started_at,
            finished_at: r.finished_at,
        })
    });
    Ok(Page { items: items.collect::<Result<_>>()?, next_cursor, total: None.into() })
}

/// What has come of each routine in the last 30 days, as far as the actor may see it.
///
/// # Errors
/// When the database is gone.
pub async fn figures(tx: &mut Tx) -> Result<HashMap<Kind, Figures>> {
    let (org, since) = (tx.org().0, tx.now() - TimeDelta::days(30));
    let rows = sqlx::query!(
        r#"select r.kind, count(*) as "runs!", count(*) filter (where r.status = 'failed') as "failed!", coalesce(sum(r.found), 0)::bigint as "found!",
                  coalesce(sum(r.proposals), 0)::bigint as "proposals!", coalesce(sum(r.tokens), 0)::bigint as "tokens!",
                  coalesce(sum(r.cost_micros), 0)::bigint as "cost!", coalesce(avg(r.ms) filter (where r.status <> 'failed'), 0)::bigint as "ms!",
                  round(avg(r.rating), 1)::text as rating, count(r.rating) as "ratings!",
                  coalesce(sum((select count(*) from proposal p where p.org_id = r.org_id and p.run_id = r.agent_run_id and p.status = 'approved')), 0)::bigint as "approved!"
           from routine_run r where r.org_id = $1 and r.started_at > $2 group by r.kind"#,
        org,
        since,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let figures = Figures {
                runs: r.runs,
                failed: r.failed,
                found: r.found,
                proposals: r.proposals,
                approved: r.approved,
                tokens: r.tokens,
                cost_micros: r.cost,
                ms: r.ms,
                rating: r.rating,
                ratings: r.ratings,
            };
            Ok((r.kind.parse()?, figures))
        })
        .collect()
}

/// How each routine went the last time, as far as the actor may see it.
///
/// # Errors
/// When the database is gone.
pub async fn last(tx: &mut Tx) -> Result<HashMap<Kind, LastRun>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select distinct on (kind) kind, status, reason, started_at from routine_run where org_id = $1 order by kind, started_at desc, id desc",
        org
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| Ok((r.kind.parse()?, LastRun { at: r.started_at, status: r.status.parse()?, reason: r.reason })))
        .collect()
}
