//! The SQL of API keys. Requests never read a hash: the system role looks a key up.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{ApiKeyId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Origin, Tx};
use serde_json::Value;

use super::{ApiKey, KeyOwner, KeyState, shown};
use crate::policy::Grants;
use crate::secret::{Secret, is_one_of};
use crate::session::TokenHash;
use crate::throttle::{self, Counter};
use crate::{Access, Actor, people};

/// Who acts by the key with this secret. Notes that it was used, once a minute at most.
pub(crate) async fn actor(access: &Access, secret: &TokenHash, origin: &Origin) -> Result<Actor> {
    let now = access.clock().now();
    let counters = [Counter::keys(origin.ip.as_deref())];
    let mut tx = access.database().system().await?;
    let key = sqlx::query!(
        r#"select org_id as "org: OrgId", id, owner_id as "owner: UserId", name, scopes, secret_hash, former_hash, former_until, expires_at
           from api_key where (secret_hash = $1 or (former_hash = $1 and former_until > $2)) and revoked_at is null and expires_at > $2"#,
        secret.as_bytes(),
        now,
    )
    .fetch_optional(tx.db())
    .await?
    .filter(|key| is_one_of(secret, [Some(&key.secret_hash), key.former_hash.as_deref()]));
    let owner = match &key {
        Some(key) => people::store::actor(tx.db(), key.org, key.owner).await?,
        None => None,
    };
    let (Some(key), Some(owner)) = (key, owner) else {
        throttle::check(&mut tx, &counters, now).await?;
        throttle::count(&mut tx, &counters, now).await?;
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_key", "this key is unknown, has expired or was revoked"));
    };
    sqlx::query!(
        "update api_key set last_used_at = $3, last_used_ip = $4
         where org_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $5)",
        key.org.0,
        key.id,
        now,
        origin.ip,
        now - TimeDelta::minutes(1),
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    let scopes: Grants = serde_json::from_value(key.scopes).map_err(Error::internal)?;
    let is_former = !is_one_of(secret, [Some(&key.secret_hash), None]);
    let until = key.former_until.filter(|_| is_former).map_or(key.expires_at, |former| former.min(key.expires_at));
    Ok(owner.by_key(key.id, &key.name, &scopes, until))
}

#[derive(Debug)]
struct Row {
    id: ApiKeyId,
    name: String,
    owner_id: UserId,
    owner_name: String,
    owner_active: bool,
    service: bool,
    hint: String,
    scopes: Value,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    rotated_at: Option<DateTime<Utc>>,
    former_until: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    last_used_ip: Option<String>,
}

impl Row {
    fn into_key(self, now: DateTime<Utc>) -> Result<ApiKey> {
        let state = if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at <= now {
            KeyState::Expired
        } else if !self.owner_active {
            KeyState::OwnerInactive
        } else {
            KeyState::Active
        };
        Ok(ApiKey {
            id: self.id,
            name: self.name,
            owner: KeyOwner { id: self.owner_id, name: self.owner_name, service: self.service },
            hint: self.hint,
            scopes: shown(self.scopes)?,
            state,
            created_at: self.created_at,
            expires_at: self.expires_at,
            rotated_at: self.rotated_at,
            former_until: self.former_until.filter(|until| *until > now),
            revoked_at: self.revoked_at,
            last_used_at: self.last_used_at,
            last_used_ip: self.last_used_ip,
        })
    }
}

/// The keys the actor may see, newest first; of one owner, or with one id.
pub(crate) async fn list(tx: &mut Tx, owner: Option<UserId>, id: Option<ApiKeyId>) -> Result<Vec<ApiKey>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query_as!(
        Row,
        r#"select k.id as "id: ApiKeyId", k.name, k.owner_id as "owner_id: UserId", u.name as owner_name, u.active as owner_active, u.service,
                  k.hint, k.scopes, k.created_at, k.expires_at, k.rotated_at, k.former_until, k.revoked_at, k.last_used_at, k.last_used_ip
           from api_key k join app_user u on u.org_id = k.org_id and u.id = k.owner_id
           where k.org_id = $1 and ($2::uuid is null or k.owner_id = $2) and ($3::uuid is null or k.id = $3)
           order by k.created_at desc, k.id desc limit 1000"#,
        org,
        owner.map(|o| o.0),
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_key(now)).collect()
}

/// One key, if the actor may see it.
pub(crate) async fn find(tx: &mut Tx, id: ApiKeyId) -> Result<Option<ApiKey>> {
    Ok(list(tx, None, Some(id)).await?.pop())
}

/// A key to be made.
#[derive(Debug)]
pub(crate) struct NewKey<'a> {
    pub owner: UserId,
    pub name: &'a str,
    pub scopes: &'a Grants,
    pub expires_at: DateTime<Utc>,
    pub made_by: UserId,
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewKey<'_>, secret: &Secret) -> Result<ApiKeyId> {
    let (org, now, id, hash) = (tx.org().0, tx.now(), ApiKeyId(tx.new_id()), secret.hash());
    let scopes = serde_json::to_value(new.scopes).map_err(Error::internal)?;
    sqlx::query!(
        "insert into api_key (org_id, id, owner_id, name, hint, secret_hash, scopes, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        id.0,
        new.owner.0,
        new.name,
        secret.hint(),
        hash.as_bytes(),
        scopes,
        new.made_by.0,
        now,
        new.expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(id)
}

/// Gives the key a new secret; the former one lasts until then, or ends now.
pub(crate) async fn rotate(
    tx: &mut Tx,
    id: ApiKeyId,
    secret: &Secret,
    former_until: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let (org, now, hash) = (tx.org().0, tx.now(), secret.hash());
    sqlx::query!(
        "update api_key set secret_hash = $3, hint = $4, former_until = $5, rotated_at = $6, expires_at = coalesce($7, expires_at)
         where org_id = $1 and id = $2",
        org,
        id.0,
        hash.as_bytes(),
        secret.hint(),
        former_until,
        now,
        expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends the key from its next request on.
pub(crate) async fn revoke(tx: &mut Tx, id: ApiKeyId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update api_key set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null",
        org,
        id.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
