//! The SQL of sessions. Most of it runs as the system role: it is how an organisation and an actor are found.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{OrgId, SessionId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Origin, SystemTx, Tx};
use serde_json::json;

pub use super::device::Device;
use super::{GRACE, Method, TOKEN_LIFE, TokenHash, Told, tell};
use crate::context::Held;
use crate::second_factor::store as factors;
use crate::sign_in_policy::SecondFactorRule;
use crate::{Access, Actor, people, viewing};

/// A person with an e-mail address that signs in.
#[derive(Debug)]
pub struct Credential {
    pub org: OrgId,
    pub user: UserId,
    pub password_hash: Option<String>,
    /// Whether the organisation lets this person in by password.
    pub opens: bool,
}

fn over() -> Error {
    Error::unauthenticated("not_signed_in", "sign in to go on")
}

/// The session of a token, and who is behind it. A token that was replaced and comes back late ends its session.
pub(crate) async fn by_token(access: &Access, token: &TokenHash, address: Option<&str>) -> Result<Held> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let found = sqlx::query!(
        r#"select org_id as "org: OrgId", id as "id: SessionId", (next_hash = $1) is true as "is_next!"
           from session where token_hash = $1 or next_hash = $1"#,
        token.as_bytes(),
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(found) = found else { return former(access, tx, token, address, now).await };
    if found.is_next {
        confirm(&mut tx, found.org, found.id, token, now).await?;
    }
    let held = read(&mut tx, found.org, found.id, Some(address), now).await?;
    tx.commit().await?;
    Ok(held)
}

/// A session that is read again, whichever token it has by now: for what outlives a request.
pub(crate) async fn by_id(access: &Access, org: OrgId, id: SessionId) -> Result<Held> {
    let mut tx = access.database().system().await?;
    let held = read(&mut tx, org, id, None, access.clock().now()).await?;
    tx.commit().await?;
    Ok(held)
}

async fn read(
    tx: &mut SystemTx,
    org: OrgId,
    id: SessionId,
    used_from: Option<Option<&str>>,
    now: DateTime<Utc>,
) -> Result<Held> {
    let session = sqlx::query!(
        r#"update session s
           set last_seen_at = case when $4 then $3 else last_seen_at end, ip = coalesce($5, ip)
           from sign_in_policy p
           where s.org_id = $1 and s.id = $2 and p.org_id = $1 and s.revoked_at is null and s.expires_at > $3
             and s.created_at + make_interval(mins => p.session_lifetime_minutes) > $3
             and s.last_seen_at + make_interval(mins => p.session_idle_minutes) > $3
           returning s.user_id as "user: UserId", s.token_at, s.next_at, s.method = 'password' as "by_password!",
             p.second_factor as "rule: SecondFactorRule",
             (exists (select from totp t where t.org_id = $1 and t.user_id = s.user_id and t.confirmed_at is not null)
              or exists (select from passkey k where k.org_id = $1 and k.user_id = s.user_id)) as "has_factor!",
             exists (select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                     where ur.org_id = $1 and ur.user_id = s.user_id and r.builtin = 'administrator') as "administrator!""#,
        org.0,
        id.0,
        now,
        used_from.is_some(),
        used_from.flatten(),
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or_else(over)?;
    let actor = people::store::actor(tx.db(), org, session.user).await?.ok_or_else(over)?;
    let actor = viewing::seen(tx.db(), Actor { session: Some(id), ..actor }).await?;
    let due = session.token_at + TOKEN_LIFE;
    Ok(Held {
        actor: Arc::new(actor),
        renew_at: session.next_at.map_or(due, |offered| due.max(offered + GRACE)),
        must_enrol: session.by_password && !session.has_factor && session.rule.demands(session.administrator),
        resource: None,
    })
}

/// A token that was replaced: good for a moment, then a theft.
async fn former(
    access: &Access,
    mut tx: SystemTx,
    token: &TokenHash,
    address: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Held> {
    let found = sqlx::query!(
        r#"select f.org_id as "org: OrgId", f.session_id as "id: SessionId", f.replaced_at, s.user_id as "user: UserId"
           from session_token_former f join session s on s.org_id = f.org_id and s.id = f.session_id
           where f.token_hash = $1 and s.revoked_at is null"#,
        token.as_bytes(),
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or_else(over)?;
    if found.replaced_at + GRACE > now {
        let held = read(&mut tx, found.org, found.id, Some(address), now).await?;
        tx.commit().await?;
        return Ok(Held { renew_at: DateTime::<Utc>::MAX_UTC, ..held });
    }
    sqlx::query!(
        "update session set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null",
        found.org.0,
        found.id.0,
        now
    )
    .execute(tx.db())
    .await?;
    let origin = Origin { ip: address.map(str::to_owned), ..Origin::default() };
    let data = json!({ "session_id": found.id });
    tell(&mut tx, access.clock(), (found.org, found.user), &origin, Told::TokenReused, data).await?;
    tx.commit().await?;
    tracing::warn!(session = %found.id, "a token that had been replaced came back: its session is ended");
    Err(over())
}

/// The new token has come back: it is the session's now.
async fn confirm(tx: &mut SystemTx, org: OrgId, id: SessionId, token: &TokenHash, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "with replaced as (
             insert into session_token_former (org_id, token_hash, session_id, replaced_at)
             select org_id, token_hash, id, $4 from session where org_id = $1 and id = $2 and next_hash = $3 on conflict do nothing
         )
         update session set token_hash = next_hash, token_at = $4, next_hash = null, next_at = null
         where org_id = $1 and id = $2 and next_hash = $3",
        org.0,
        id.0,
        token.as_bytes(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Offers a new token in place of `token`, and says until when the session lives; none when one has just been offered.
/// An offer that was not taken up in time is replaced.
pub(crate) async fn offer(
    access: &Access,
    org: OrgId,
    id: SessionId,
    token: TokenHash,
    new: TokenHash,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let mut tx = access.database().system().await?;
    let offered = sqlx::query_scalar!(
        "with held as (
             select org_id, id, next_hash from session
             where org_id = $1 and id = $2 and token_hash = $3 and revoked_at is null and (next_at is null or next_at <= $5) for update
         ), replaced as (
             insert into session_token_former (org_id, token_hash, session_id, replaced_at)
             select org_id, next_hash, id, $6 from held where next_hash is not null on conflict do nothing
         )
         update session s set next_hash = $4, next_at = $6 from held where s.org_id = held.org_id and s.id = held.id
         returning s.expires_at",
        org.0,
        id.0,
        token.as_bytes(),
        new.as_bytes(),
        now - GRACE,
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    Ok(offered)
}

/// The person with this e-mail, if they are active. The demo's logins, whose password is published, count in demo mode
/// only.
pub(crate) async fn credential(tx: &mut SystemTx, email: &str, demo: bool) -> Result<Option<Credential>> {
    Ok(sqlx::query_as!(
        Credential,
        r#"select u.org_id as "org: OrgId", u.id as "user: UserId", u.password_hash, app.password_opens(u.org_id, u.id) as "opens!"
           from app_user u join organisation o on o.id = u.org_id
           where lower(u.email) = lower($1) and u.active and not u.service and ($2 or not o.demo)"#,
        email,
        demo,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The password's hash of a person who is signed in.
pub(crate) async fn own_credential(tx: &mut SystemTx, org: OrgId, user: UserId) -> Result<Option<Credential>> {
    Ok(sqlx::query_as!(
        Credential,
        r#"select u.org_id as "org: OrgId", u.id as "user: UserId", u.password_hash, app.password_opens(u.org_id, u.id) as "opens!"
           from app_user u where u.org_id = $1 and u.id = $2 and u.active and not u.service"#,
        org.0,
        user.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The name of a user, for events.
pub(crate) async fn name(tx: &mut SystemTx, org: OrgId, user: UserId) -> Result<String> {
    let name = sqlx::query_scalar!("select name from app_user where org_id = $1 and id = $2", org.0, user.0)
        .fetch_optional(tx.db())
        .await?;
    Ok(name.unwrap_or_default())
}

/// How often a key was tried since then.
pub(crate) async fn attempts(tx: &mut SystemTx, key: &str, since: DateTime<Utc>) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from login_failure where key = $1 and at > $2"#, key, since)
        .fetch_one(tx.db())
        .await?)
}

pub(crate) async fn record_attempt(tx: &mut SystemTx, key: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("insert into login_failure (key, at) values ($1, $2)", key, now).execute(tx.db()).await?;
    Ok(())
}

pub(crate) async fn forget_attempts(tx: &mut SystemTx, key: &str) -> Result<()> {
    sqlx::query!("delete from login_failure where key = $1", key).execute(tx.db()).await?;
    Ok(())
}

/// A session to begin.
#[derive(Debug)]
pub(crate) struct NewSession<'a> {
    pub id: SessionId,
    pub org: OrgId,
    pub user: UserId,
    pub token: TokenHash,
    pub device: &'a Device,
    pub method: Method,
    pub second_factor: Option<&'static str>,
}

/// Begins a session; says until when it lives at most.
pub(crate) async fn insert(tx: &mut SystemTx, new: &NewSession<'_>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar!(
        "insert into session (org_id, id, user_id, token_hash, created_at, last_seen_at, authenticated_at, token_at, expires_at, ip, user_agent, method, second_factor)
         select $1, $2, $3, $4, $5::timestamptz, $5, $5, $5, $5::timestamptz + make_interval(mins => p.session_lifetime_minutes), $6, $7, $8, $9
         from sign_in_policy p where p.org_id = $1
         returning expires_at",
        new.org.0,
        new.id.0,
        new.user.0,
        new.token.as_bytes(),
        now,
        new.device.address,
        new.device.user_agent,
        new.method.as_str(),
        new.second_factor,
    )
    .fetch_one(tx.db())
    .await?)
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

/// The person's sessions that are not over, the one used last first.
pub(crate) async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Row>> {
    let now = tx.now();
    Ok(sqlx::query_as!(
        Row,
        r#"select s.id as "id: SessionId", s.created_at, s.last_seen_at, s.ip, s.user_agent
           from session s join sign_in_policy p on p.org_id = s.org_id
           where s.user_id = $1 and s.revoked_at is null and s.expires_at > $2
             and s.created_at + make_interval(mins => p.session_lifetime_minutes) > $2
             and s.last_seen_at + make_interval(mins => p.session_idle_minutes) > $2
           order by s.last_seen_at desc, s.id limit 200"#,
        user.0,
        now,
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

/// Ends all of the person's sessions but one, and sign-ins that wait for a second factor; returns how many sessions.
pub(crate) async fn revoke_others(tx: &mut Tx, user: UserId, but: Option<SessionId>) -> Result<u64> {
    let now = tx.now();
    let ended = sqlx::query!(
        "update session set revoked_at = $3 where user_id = $1 and id is distinct from $2 and revoked_at is null",
        user.0,
        but.map(|id| id.0),
        now
    )
    .execute(tx.db())
    .await?;
    factors::end_challenges(tx.db(), user).await?;
    Ok(ended.rows_affected())
}

/// Ends all sessions of the organisation but one; returns how many.
pub(crate) async fn revoke_everybodys(tx: &mut Tx, but: Option<SessionId>) -> Result<u64> {
    let now = tx.now();
    let ended = sqlx::query!(
        "update session set revoked_at = $2 where id is distinct from $1 and revoked_at is null and expires_at > $2",
        but.map(|id| id.0),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(ended.rows_affected())
}

/// When the person of a session last proved who they are.
pub(crate) async fn authenticated_at(tx: &mut Tx, id: SessionId) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!("select authenticated_at from session where id = $1 and revoked_at is null", id.0)
        .fetch_optional(tx.db())
        .await?)
}

/// The person of a session has just proved who they are.
pub(crate) async fn authenticated(tx: &mut SystemTx, org: OrgId, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update session set authenticated_at = $3 where org_id = $1 and id = $2", org.0, id.0, now)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// The organisation's access epoch; none when there is no such organisation.
pub(crate) async fn epoch(tx: &mut SystemTx, org: OrgId) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar!("select epoch from access_epoch where org_id = $1", org.0).fetch_optional(tx.db()).await?)
}
