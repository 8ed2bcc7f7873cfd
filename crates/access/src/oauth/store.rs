//! The SQL of OAuth clients and their tokens. Requests never read a hash: the system role looks tokens up.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{OauthClientId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Origin, SystemTx, Tx};
use serde_json::Value;
use uuid::Uuid;

use super::{ClientState, OauthClient, TOKEN_LIFETIME};
use crate::api_key::{KeyOwner, shown};
use crate::policy::Grants;
use crate::secret::Secret;
use crate::session::TokenHash;
use crate::throttle::{self, Counter};
use crate::{Access, Actor, people};

/// Who acts by this access token.
pub(crate) async fn actor(access: &Access, token: &TokenHash, origin: &Origin) -> Result<Actor> {
    let now = access.clock().now();
    let counters = [Counter::keys(origin.ip.as_deref())];
    let mut tx = access.database().system().await?;
    let found = sqlx::query!(
        r#"select c.org_id as "org: OrgId", c.id as "id: OauthClientId", c.owner_id as "owner: UserId", c.name, t.scopes, c.scopes as client_scopes,
                  t.expires_at
           from oauth_token t join oauth_client c on c.org_id = t.org_id and c.id = t.client_id
           where t.token_hash = $1 and t.revoked_at is null and t.expires_at > $2 and c.revoked_at is null"#,
        token.as_bytes(),
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    let owner = match &found {
        Some(found) => people::store::actor(tx.db(), found.org, found.owner).await?,
        None => None,
    };
    let (Some(found), Some(owner)) = (found, owner) else {
        throttle::check(&mut tx, &counters, now).await?;
        throttle::count(&mut tx, &counters, now).await?;
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_key", "this token is unknown, has expired or was revoked"));
    };
    used(&mut tx, found.org, found.id, origin, now).await?;
    tx.commit().await?;
    let scopes: Grants = serde_json::from_value(found.scopes).map_err(Error::internal)?;
    let most: Grants = serde_json::from_value(found.client_scopes).map_err(Error::internal)?;
    Ok(owner.by_key(found.id.0, &found.name, &scopes.narrowed(&most), found.expires_at))
}

/// Notes that a client was used, once a minute at most.
pub(super) async fn used(
    tx: &mut SystemTx,
    org: OrgId,
    id: OauthClientId,
    origin: &Origin,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update oauth_client set last_used_at = $3, last_used_ip = $4
         where org_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $5)",
        org.0,
        id.0,
        now,
        origin.ip,
        now - TimeDelta::minutes(1),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A client as it is authenticated.
#[derive(Debug)]
pub(super) struct Known {
    pub org: OrgId,
    pub id: OauthClientId,
    pub owner: UserId,
    pub scopes: Value,
    pub secret_hash: Vec<u8>,
    /// The secret before the last rotation, while it is valid.
    pub former_hash: Option<Vec<u8>>,
}

/// The client with this id that gets tokens.
pub(super) async fn known(tx: &mut SystemTx, id: OauthClientId, now: DateTime<Utc>) -> Result<Option<Known>> {
    Ok(sqlx::query_as!(
        Known,
        r#"select c.org_id as "org: OrgId", c.id as "id: OauthClientId", c.owner_id as "owner: UserId", c.scopes, c.secret_hash,
                  case when c.former_until > $2 then c.former_hash end as former_hash
           from oauth_client c join app_user u on u.org_id = c.org_id and u.id = c.owner_id
           where c.id = $1 and c.revoked_at is null and u.active"#,
        id.0,
        now,
    )
    .fetch_optional(tx.db())
    .await?)
}

pub(super) async fn insert_token(
    tx: &mut SystemTx,
    id: Uuid,
    client: &Known,
    token: &Secret,
    scopes: &Grants,
    now: DateTime<Utc>,
) -> Result<()> {
    let (scopes, hash) = (serde_json::to_value(scopes).map_err(Error::internal)?, token.hash());
    sqlx::query!(
        "insert into oauth_token (org_id, id, client_id, token_hash, scopes, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        client.org.0,
        id,
        client.id.0,
        hash.as_bytes(),
        scopes,
        now,
        now + TOKEN_LIFETIME,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends a token of this client; another's is left as it is.
pub(super) async fn revoke_token(
    tx: &mut SystemTx,
    client: &Known,
    token: &TokenHash,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update oauth_token set revoked_at = $4 where org_id = $1 and client_id = $2 and token_hash = $3 and revoked_at is null",
        client.org.0,
        client.id.0,
        token.as_bytes(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

#[derive(Debug)]
struct Row {
    id: OauthClientId,
    name: String,
    owner_id: UserId,
    owner_name: String,
    owner_active: bool,
    hint: String,
    scopes: Value,
    created_at: DateTime<Utc>,
    rotated_at: Option<DateTime<Utc>>,
    former_until: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    last_used_ip: Option<String>,
}

impl Row {
    fn into_client(self, now: DateTime<Utc>) -> Result<OauthClient> {
        let state = match (self.revoked_at.is_some(), self.owner_active) {
            (true, _) => ClientState::Revoked,
            (false, false) => ClientState::OwnerInactive,
            (false, true) => ClientState::Active,
        };
        Ok(OauthClient {
            id: self.id,
            name: self.name,
            owner: KeyOwner { id: self.owner_id, name: self.owner_name, service: true },
            hint: self.hint,
            scopes: shown(self.scopes)?,
            state,
            created_at: self.created_at,
            rotated_at: self.rotated_at,
            former_until: self.former_until.filter(|until| *until > now),
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
        })
    }
}

/// Clients, newest first; all, or the one with this id.
pub(super) async fn list(tx: &mut Tx, id: Option<OauthClientId>) -> Result<Vec<OauthClient>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "id: OauthClientId", c.name, c.owner_id as "owner_id: UserId", u.name as owner_name, u.active as owner_active,
                  c.hint, c.scopes, c.created_at, c.rotated_at, c.former_until, c.revoked_at, c.last_used_at, c.last_used_ip
           from oauth_client c join app_user u on u.org_id = c.org_id and u.id = c.owner_id
           where c.org_id = $1 and ($2::uuid is null or c.id = $2)
           order by c.created_at desc, c.id desc limit 1000"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_client(now)).collect()
}

pub(super) async fn find(tx: &mut Tx, id: OauthClientId) -> Result<Option<OauthClient>> {
    Ok(list(tx, Some(id)).await?.pop())
}

/// Adds a client of a service account.
pub(super) async fn insert(
    tx: &mut Tx,
    name: &str,
    owner: UserId,
    made_by: UserId,
    scopes: &Grants,
    secret: &Secret,
) -> Result<OauthClientId> {
    let (org, now, id, hash) = (tx.org().0, tx.now(), OauthClientId(tx.new_id()), secret.hash());
    let scopes = serde_json::to_value(scopes).map_err(Error::internal)?;
    sqlx::query!(
        "insert into oauth_client (org_id, id, owner_id, name, hint, secret_hash, scopes, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        org,
        id.0,
        owner.0,
        name,
        secret.hint(),
        hash.as_bytes(),
        scopes,
        made_by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// Gives the client a new secret; the former one lasts until then, or ends now.
pub(super) async fn rotate(
    tx: &mut Tx,
    id: OauthClientId,
    secret: &Secret,
    former_until: Option<DateTime<Utc>>,
) -> Result<()> {
    let (org, now, hash) = (tx.org().0, tx.now(), secret.hash());
    sqlx::query!(
        "update oauth_client set secret_hash = $3, hint = $4, former_until = $5, rotated_at = $6 where org_id = $1 and id = $2",
        org,
        id.0,
        hash.as_bytes(),
        secret.hint(),
        former_until,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends the client, and its tokens from their next request on.
pub(super) async fn revoke(tx: &mut Tx, id: OauthClientId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update oauth_client set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null",
        org,
        id.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
