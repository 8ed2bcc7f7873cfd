//! What routines say, to each person alone.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_ai::proposal::store as proposals;
use dealwright_crm::change::store::names;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AgentRunId, ConversationId, RoutineRunId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use crate::find::{Found, Line};
use crate::kind::Kind;
use crate::result::{Feedback, RoutineResult};

/// How long a record is left alone after it was told of.
const ALONE: TimeDelta = TimeDelta::days(7);
/// How long a result stands on Home unless it is put away.
const STANDS: TimeDelta = TimeDelta::days(7);

/// Keeps what a run has to say.
///
/// # Errors
/// When the database is gone.
pub async fn insert(tx: &mut Tx, run: RoutineRunId, kind: Kind, found: &Found) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let user = tx.user().or_not_found("user")?.0;
    sqlx::query!(
        "insert into routine_result (org_id, run_id, user_id, kind, title, lines, left_out, records, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        org,
        run.0,
        user,
        kind.as_str(),
        found.title,
        serde_json::to_value(&found.lines).map_err(Error::internal)?,
        i64::try_from(found.left_out).unwrap_or(i64::MAX),
        &found.records,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The records that the actor was told of by this routine in the last week.
///
/// # Errors
/// When the database is gone.
pub async fn told_lately(tx: &mut Tx, kind: Kind) -> Result<HashSet<Uuid>> {
    let (org, since) = (tx.org().0, tx.now() - ALONE);
    let rows = sqlx::query_scalar!(
        r#"select distinct unnest(records) as "id!" from routine_result
           where org_id = $1 and user_id = app.actor() and kind = $2 and created_at > $3"#,
        org,
        kind.as_str(),
        since,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().collect())
}

struct Row {
    run: RoutineRunId,
    kind: String,
    title: String,
    lines: Value,
    left_out: i64,
    created_at: DateTime<Utc>,
    dismissed_at: Option<DateTime<Utc>>,
    rating: Option<i16>,
    comment: Option<String>,
    agent_run: Option<AgentRunId>,
}

/// The actor's results of the last week that they have not put away, the newest of each routine; with `all`, every one.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, all: bool, limit: u16, cursor: Option<&str>) -> Result<Page<RoutineResult>> {
    let query = format!("routine-results:{all}");
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &query)).transpose()?.map(|c| c.keys);
    let (at, id) = after.unzip();
    let (org, since) = (tx.org().0, tx.now() - STANDS);
    let mut rows = sqlx::query_as!(
        Row,
        r#"select t.run_id as "run: RoutineRunId", t.kind, t.title, t.lines, t.left_out, t.created_at, t.dismissed_at, r.rating, r.comment,
                  r.agent_run_id as "agent_run: AgentRunId"
           from routine_result t join routine_run r on r.org_id = t.org_id and r.id = t.run_id
           where t.org_id = $1 and t.user_id = app.actor() and ($2::timestamptz is null or (t.created_at, t.run_id) < ($2, $3::uuid))
             and ($4 or (t.dismissed_at is null and t.created_at > $5 and not exists (
                 select from routine_result n where n.org_id = t.org_id and n.user_id = t.user_id and n.kind = t.kind
                   and (n.created_at, n.run_id) > (t.created_at, t.run_id) and t.kind in ('daily_priorities', 'weekly_insights', 'duplicate_sweep'))))
           order by t.created_at desc, t.run_id desc limit $6"#,
        org,
        at,
        id,
        all,
        since,
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.created_at, r.run.0));
    let next_cursor = last.map(|keys| Cursor { query, keys }.encode()).transpose()?;
    Ok(Page { items: shown(tx, rows).await?, next_cursor, total: None.into() })
}

/// One result of the actor.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, run: RoutineRunId) -> Result<RoutineResult> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        r#"select t.run_id as "run: RoutineRunId", t.kind, t.title, t.lines, t.left_out, t.created_at, t.dismissed_at, r.rating, r.comment,
                  r.agent_run_id as "agent_run: AgentRunId"
           from routine_result t join routine_run r on r.org_id = t.org_id and r.id = t.run_id
           where t.org_id = $1 and t.run_id = $2 and t.user_id = app.actor()"#,
        org,
        run.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("result")?;
    shown(tx, vec![row]).await?.pop().or_not_found("result")
}

/// Results as the actor may see them by now: without lines about records that they no longer see.
async fn shown(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<RoutineResult>> {
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let lines: Vec<Line> = serde_json::from_value(row.lines.clone()).map_err(Error::internal)?;
        read.push((row, lines));
    }
    let ids: Vec<Uuid> = read.iter().flat_map(|(_, lines)| lines).filter_map(record).collect();
    let seen = names(tx, &ids).await?;
    let runs: Vec<Uuid> = read.iter().filter_map(|(row, _)| row.agent_run.map(|run| run.0)).collect();
    let pending = if runs.is_empty() { Vec::new() } else { proposals::of_runs(tx, &runs).await? };
    read.into_iter()
        .map(|(row, lines)| {
            let of = |line: &Line| record(line).is_none_or(|id| seen.contains_key(&id));
            let (lines, gone): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(of);
            let proposals = pending.iter().filter(|p| Some(p.run_id) == row.agent_run);
            Ok(RoutineResult {
                id: row.run,
                kind: row.kind.parse()?,
                title: row.title,
                lines,
                left_out: row.left_out + i64::try_from(gone.len()).unwrap_or(0),
                proposals: proposals.cloned().collect(),
                rating: row.rating,
                comment: row.comment,
                created_at: row.created_at,
                dismissed_at: row.dismissed_at,
            })
        })
        .collect()
}

fn record(line: &Line) -> Option<Uuid> {
    line.record.as_ref().and_then(|record| record.id)
}

/// Keeps what the actor thinks of a result, and whether it is put away.
///
/// # Errors
/// When the database is gone.
pub async fn rate(tx: &mut Tx, run: RoutineRunId, feedback: &Feedback) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    if let Some(dismissed) = feedback.dismissed {
        sqlx::query!(
            "update routine_result set dismissed_at = case when $3 then coalesce(dismissed_at, $4) end where org_id = $1 and run_id = $2 and user_id = app.actor()",
            org,
            run.0,
            dismissed,
            now
        )
        .execute(tx.db())
        .await?;
    }
    if feedback.rating.is_some() || feedback.comment.is_some() {
        sqlx::query!(
            "update routine_run set rating = coalesce($3, rating), comment = coalesce($4, comment), rated_at = $5
             where org_id = $1 and id = $2 and user_id = app.actor()",
            org,
            run.0,
            feedback.rating,
            feedback.comment,
            now
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}

/// The actor's conversation in which a routine's runs stand, if there is one.
///
/// # Errors
/// When the database is gone.
pub async fn conversation(tx: &mut Tx, title: &str) -> Result<Option<ConversationId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ConversationId" from conversation where org_id = $1 and user_id = app.actor() and title = $2 order by updated_at desc limit 1"#,
        org,
        title
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Whether letters to the actor come back.
///
/// # Errors
/// When the database is gone.
pub async fn bounces(tx: &mut Tx) -> Result<bool> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select exists (select from notification_setting where org_id = $1 and user_id = app.actor() and bouncing_since is not null) as "bounces!""#,
        org
    )
    .fetch_one(tx.db())
    .await?)
}
