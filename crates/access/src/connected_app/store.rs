//! The SQL of connected apps, as a person's requests may ask it. Nothing here reads a hash.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{AppClientId, AppGrantId, UserId};
use dealwright_store::Tx;

use super::{CODE_LIFETIME, Client, ConnectedApp, GRANT_LIFETIME, Reach, Resource, State};
use crate::api_key::KeyOwner;
use crate::secret::Secret;

/// How an app stands with an organisation.
#[derive(Debug)]
pub(super) struct Standing {
    pub banned: bool,
    /// New apps are let in.
    pub open: bool,
    /// Somebody here has it connected.
    pub known: bool,
    /// The person has.
    pub mine: bool,
}

pub(super) async fn standing(tx: &mut Tx, client: AppClientId) -> Result<Standing> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Standing,
        r#"select exists (select from app_ban b where b.org_id = $1 and b.client_id = $2) as "banned!",
                  (select new_apps from sign_in_policy p where p.org_id = $1) as "open!",
                  app.app_is_connected($2, $3) as "known!",
                  exists (select from app_grant g where g.org_id = $1 and g.client_id = $2 and g.user_id = app.actor()
                          and g.connected_at is not null and g.ended_at is null and g.expires_at > $3) as "mine!""#,
        org,
        client.0,
        now,
    )
    .fetch_one(tx.db())
    .await?)
}

/// What a person has agreed to.
#[derive(Debug)]
pub(super) struct NewGrant<'a> {
    pub user: UserId,
    pub client: &'a Client,
    pub returns_to: String,
    pub resource: Resource,
    pub reach: Reach,
    pub challenge: &'a str,
    pub redirect_uri: &'a str,
}

/// Adds a grant and the code by which the app takes it up.
pub(super) async fn insert(tx: &mut Tx, new: &NewGrant<'_>, code: &Secret) -> Result<AppGrantId> {
    let (org, now, id, hash) = (tx.org().0, tx.now(), AppGrantId(tx.new_id()), code.hash());
    sqlx::query!(
        "insert into app_grant (org_id, id, user_id, client_id, client_name, returns_to, resource, reach, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        id.0,
        new.user.0,
        new.client.id.0,
        new.client.name,
        new.returns_to,
        new.resource.as_str(),
        new.reach.as_str(),
        now,
        now + GRANT_LIFETIME,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into app_code (org_id, grant_id, code_hash, challenge, redirect_uri, expires_at) values ($1, $2, $3, $4, $5, $6)",
        org,
        id.0,
        hash.as_bytes(),
        new.challenge,
        new.redirect_uri,
        now + CODE_LIFETIME,
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

#[derive(Debug)]
struct Row {
    id: AppGrantId,
    client_id: AppClientId,
    client_name: String,
    returns_to: String,
    owner_id: UserId,
    owner_name: String,
    owner_active: bool,
    resource: Resource,
    reach: Reach,
    connected_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    last_used_ip: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
}

impl Row {
    fn into_app(self, now: DateTime<Utc>) -> ConnectedApp {
        let state = match self.ended_by.as_deref() {
            Some("code_reused" | "token_reused") => State::EndedForReuse,
            Some(_) => State::Ended,
            None if self.expires_at <= now => State::Expired,
            None if !self.owner_active => State::OwnerInactive,
            None => State::Active,
        };
        ConnectedApp {
            id: self.id,
            client_id: self.client_id,
            name: self.client_name,
            returns_to: self.returns_to,
            owner: KeyOwner { id: self.owner_id, name: self.owner_name, service: false },
            resource: self.resource,
            reach: self.reach,
            state,
            connected_at: self.connected_at,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
            ended_at: self.ended_at,
        }
    }
}

/// The connected apps that the actor may see, newest first; of one person, or the one with this id.
pub(super) async fn list(tx: &mut Tx, owner: Option<UserId>, id: Option<AppGrantId>) -> Result<Vec<ConnectedApp>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query_as!(
        Row,
        r#"select g.id as "id: AppGrantId", g.client_id as "client_id: AppClientId", g.client_name, g.returns_to,
                  g.user_id as "owner_id: UserId", u.name as owner_name, u.active as owner_active, g.resource as "resource: Resource",
                  g.reach as "reach: Reach", g.connected_at as "connected_at!", g.expires_at, g.last_used_at, g.last_used_ip, g.ended_at, g.ended_by
           from app_grant g join app_user u on u.org_id = g.org_id and u.id = g.user_id
           where g.org_id = $1 and g.connected_at is not null and ($2::uuid is null or g.user_id = $2) and ($3::uuid is null or g.id = $3)
           order by g.created_at desc, g.id desc limit 1000"#,
        org,
        owner.map(|o| o.0),
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| row.into_app(now)).collect())
}

pub(super) async fn find(tx: &mut Tx, id: AppGrantId) -> Result<Option<ConnectedApp>> {
    Ok(list(tx, None, Some(id)).await?.pop())
}

/// Ends what a person has connected, from the app's next request on.
pub(super) async fn end(tx: &mut Tx, id: AppGrantId, by: &'static str) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let done = sqlx::query!(
        "update app_grant set ended_at = $3, ended_by = $4 where org_id = $1 and id = $2 and ended_at is null",
        org,
        id.0,
        now,
        by,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sends an app away: whoever has it connected has it no longer, and nobody connects it again. Answers how many had it;
/// none when it had been sent away before.
pub(super) async fn ban(tx: &mut Tx, client: AppClientId, by: UserId) -> Result<Option<u64>> {
    let (org, now) = (tx.org().0, tx.now());
    let new = sqlx::query!(
        "insert into app_ban (org_id, client_id, banned_by, banned_at) values ($1, $2, $3, $4) on conflict do nothing",
        org,
        client.0,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    if new.rows_affected() == 0 {
        return Ok(None);
    }
    let ended = sqlx::query!(
        "update app_grant set ended_at = $3, ended_by = 'administrator' where org_id = $1 and client_id = $2 and ended_at is null",
        org,
        client.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(Some(ended.rows_affected()))
}
