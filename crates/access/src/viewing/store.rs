//! The SQL of viewing as another person.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, SessionId, UserId};
use dealwright_store::Tx;
use sqlx::PgConnection;

/// Whom a session looks at.
#[derive(Debug)]
pub struct Current {
    pub viewed: UserId,
    pub since: DateTime<Utc>,
}

/// Runs as the system role, which finds out who acts.
pub(crate) async fn current(db: &mut PgConnection, org: OrgId, session: SessionId) -> Result<Option<Current>> {
    Ok(sqlx::query_as!(
        Current,
        r#"select viewed_id as "viewed: UserId", started_at as since from viewing
           where org_id = $1 and session_id = $2 and ended_at is null"#,
        org.0,
        session.0
    )
    .fetch_optional(db)
    .await?)
}

pub(crate) async fn insert(tx: &mut Tx, session: SessionId, viewer: UserId, viewed: UserId) -> Result<()> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    sqlx::query!(
        "insert into viewing (org_id, id, session_id, viewer_id, viewed_id, started_at) values ($1, $2, $3, $4, $5, $6)",
        org,
        id,
        session.0,
        viewer.0,
        viewed.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A view that has just ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub viewer: UserId,
    pub viewer_name: String,
    pub viewed: UserId,
    pub viewed_name: String,
}

/// Ends the views of a session, or those by and of a person.
pub(crate) async fn end(tx: &mut Tx, session: Option<SessionId>, user: Option<UserId>) -> Result<Vec<Ended>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Ended,
        r#"update viewing v set ended_at = $4 from app_user a, app_user b
           where v.org_id = $1 and v.ended_at is null and (v.session_id = $2 or v.viewer_id = $3 or v.viewed_id = $3)
             and a.org_id = v.org_id and a.id = v.viewer_id and b.org_id = v.org_id and b.id = v.viewed_id
           returning a.id as "viewer: UserId", a.name as viewer_name, b.id as "viewed: UserId", b.name as viewed_name"#,
        org,
        session.map(|s| s.0),
        user.map(|u| u.0),
        now
    )
    .fetch_all(tx.db())
    .await?)
}

/// Views whose session is over, with the organisation and who looked. Runs as the system role.
pub(crate) async fn lapsed(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<(OrgId, SessionId, UserId)>> {
    let rows = sqlx::query!(
        r#"select v.org_id as "org: OrgId", v.session_id as "session: SessionId", v.viewer_id as "viewer: UserId"
           from viewing v join session s on s.org_id = v.org_id and s.id = v.session_id join sign_in_policy p on p.org_id = v.org_id
           where v.ended_at is null and (s.revoked_at is not null or s.expires_at <= $1
               or s.created_at + make_interval(mins => p.session_lifetime_minutes) <= $1
               or s.last_seen_at + make_interval(mins => p.session_idle_minutes) <= $1) limit 1000"#,
        now
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.org, r.session, r.viewer)).collect())
}
