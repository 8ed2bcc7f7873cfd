//! The SQL of sessions. It runs as the system role: it is how an organisation and an actor are found.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{OrgId, SessionId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};

use super::{IDLE, LIFETIME, PER_ADDRESS, PER_EMAIL, TokenHash, WINDOW};
use crate::{Access, Actor, people};

/// A person who may sign in with a password.
#[derive(Debug)]
pub struct Credential {
    pub org: OrgId,
    pub user: UserId,
    pub password_hash: Option<String>,
}

pub(crate) async fn actor(access: &Access, token: &TokenHash) -> Result<Actor> {
    let over = || Error::unauthenticated("not_signed_in", "sign in to go on");
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let session = sqlx::query!(
        r#"update session set last_seen_at = $2
           where token_hash = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3
           returning org_id as "org: OrgId", id as "id: SessionId", user_id as "user: UserId""#,
        token.as_bytes(),
        now,
        now - IDLE,
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or_else(over)?;
    let actor = people::store::actor(tx.db(), session.org, session.user).await?.ok_or_else(over)?;
    tx.commit().await?;
    Ok(Actor { session: Some(session.id), ..actor })
}

/// The person with this e-mail, if they are active. The demo's logins, whose password is published, count in demo mode
/// only.
pub(crate) async fn credential(tx: &mut SystemTx, email: &str, demo: bool) -> Result<Option<Credential>> {
    Ok(sqlx::query_as!(
        Credential,
        r#"select u.org_id as "org: OrgId", u.id as "user: UserId", u.password_hash from app_user u join organisation o on o.id = u.org_id
           where lower(u.email) = lower($1) and u.active and ($2 or not o.demo)"#,
        email,
        demo,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Whether either key has failed too often of late.
pub(crate) async fn throttled(tx: &mut SystemTx, email: &str, address: &str, now: DateTime<Utc>) -> Result<bool> {
    let failures = sqlx::query!(
        r#"select count(*) filter (where key = $1) as "by_email!", count(*) filter (where key = $2) as "by_address!"
           from login_failure where key in ($1, $2) and at > $3"#,
        email_key(email),
        address_key(address),
        now - WINDOW,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(failures.by_email >= PER_EMAIL || failures.by_address >= PER_ADDRESS)
}

pub(crate) async fn record_failure(tx: &mut SystemTx, email: &str, address: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into login_failure (key, at) values ($1, $3), ($2, $3)",
        email_key(email),
        address_key(address),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

pub(crate) async fn forget_failures(tx: &mut SystemTx, email: &str) -> Result<()> {
    sqlx::query!("delete from login_failure where key = $1", email_key(email)).execute(tx.db()).await?;
    Ok(())
}

fn email_key(email: &str) -> String {
    format!("email:{}", email.to_lowercase())
}

fn address_key(address: &str) -> String {
    format!("address:{address}")
}

/// What the table keeps of where a session began.
#[derive(Debug)]
pub struct Device {
    pub address: String,
    pub user_agent: Option<String>,
}

pub(crate) async fn insert(
    tx: &mut SystemTx,
    id: SessionId,
    who: &Credential,
    token: &TokenHash,
    device: &Device,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into session (org_id, id, user_id, token_hash, created_at, last_seen_at, expires_at, ip, user_agent)
         values ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
        who.org.0,
        id.0,
        who.user.0,
        token.as_bytes(),
        now,
        now + LIFETIME,
        device.address,
        device.user_agent,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A session as its owner sees it.
#[derive(Debug)]
pub struct Row {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// The person's sessions that are not over, newest first.
pub(crate) async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Row>> {
    let now = tx.now();
    Ok(sqlx::query_as!(
        Row,
        r#"select id as "id: SessionId", created_at, last_seen_at, ip, user_agent from session
           where user_id = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3 order by created_at desc limit 200"#,
        user.0,
        now,
        now - IDLE,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Ends one of the person's sessions; false when it is not theirs or already over.
pub(crate) async fn revoke(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    let now = tx.now();
    let ended = sqlx::query!(
        "update session set revoked_at = $3 where id = $1 and user_id = $2 and revoked_at is null",
        id.0,
        user.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// The organisation's access epoch; none when there is no such organisation.
pub(crate) async fn epoch(tx: &mut SystemTx, org: OrgId) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!("select epoch from access_epoch where org_id = $1", org.0).fetch_optional(tx.db()).await?)
}
