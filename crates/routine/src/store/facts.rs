//! What routines look at, as the actor sees it.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::policy::Object;
use dealwright_kernel::Result;
use dealwright_kernel::id::{ActivityId, UserId};
use dealwright_store::Tx;
use uuid::Uuid;

/// Leads that are looked at.
const LEADS: i64 = 50;
/// Days without a word after which a lead is one to be called.
const QUIET: i64 = 7;

/// A lead.
#[derive(Debug)]
pub struct Lead {
    pub id: Uuid,
    pub name: String,
    pub score: i64,
    pub last: Option<DateTime<Utc>>,
}

/// Of these deals or leads, those that have an open task that the actor sees.
///
/// # Errors
/// When the database is gone.
pub async fn with_open_task(tx: &mut Tx, object: Object, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let org = tx.org().0;
    let rows = sqlx::query_scalar!(
        r#"select case when $2 = 'lead' then lead_id else opportunity_id end as id from task
           where org_id = $1 and done_at is null and deleted_at is null
             and case when $2 = 'lead' then lead_id else opportunity_id end = any ($3)"#,
        org,
        object.as_str(),
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Somebody's leads of the best two grades that nobody has spoken to for a week, the best first.
///
/// # Errors
/// When the database is gone.
pub async fn best_leads(tx: &mut Tx, owner: UserId) -> Result<Vec<Lead>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Lead,
        r#"select l.id, l.name, l.score as "score!", a.last
           from lead l cross join lateral (
               select max(a.occurred_at) as last from activity a
               where a.org_id = l.org_id and a.lead_id = l.id and a.deleted_at is null and a.kind <> 'note' and a.occurred_at <= $3) as a
           where l.org_id = $1 and l.owner_id = $2 and l.deleted_at is null and l.converted_at is null and l.score_grade in ('a', 'b')
             and l.score is not null and (a.last is null or a.last < $4)
           order by l.score desc, l.id limit $5"#,
        org,
        owner.0,
        now,
        now - TimeDelta::days(QUIET),
        LEADS,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Somebody's leads of the last days that are not converted, the newest first.
///
/// # Errors
/// When the database is gone.
pub async fn new_leads(tx: &mut Tx, owner: UserId, days: i64) -> Result<Vec<Lead>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Lead,
        r#"select id, name, coalesce(score, 0) as "score!", null::timestamptz as last from lead
           where org_id = $1 and owner_id = $2 and created_at > $3 and deleted_at is null and converted_at is null
           order by created_at desc, id desc limit $4"#,
        org,
        owner.0,
        now - TimeDelta::days(days),
        LEADS,
    )
    .fetch_all(tx.db())
    .await?)
}

/// The last meeting or call with notes that somebody logged.
///
/// # Errors
/// When the database is gone.
pub async fn last_meeting(tx: &mut Tx, owner: UserId) -> Result<Option<ActivityId>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_scalar!(
        r#"select id as "id: ActivityId" from activity
           where org_id = $1 and owner_id = $2 and kind in ('meeting', 'call') and body is not null and deleted_at is null and occurred_at <= $3
           order by occurred_at desc, id desc limit 1"#,
        org,
        owner.0,
        now,
    )
    .fetch_optional(tx.db())
    .await?)
}
