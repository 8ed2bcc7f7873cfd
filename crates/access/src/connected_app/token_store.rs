//! The SQL of apps' registrations, codes and tokens, by the system role: an app that shows one is nobody yet.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{AppClientId, AppGrantId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Origin, SystemTx};
use uuid::Uuid;

use super::http::AppRegistration;
use super::{ACCESS_LIFETIME, Client, REFRESH_LIFETIME, Reach, Resource, UNUSED_LIFETIME};
use crate::secret::Secret;
use crate::session::TokenHash;
use crate::throttle::{self, Counter};
use crate::{Access, Actor, people};

/// Who acts by this access token, and what alone it opens.
pub(crate) async fn actor(access: &Access, token: &TokenHash, origin: &Origin) -> Result<(Actor, Resource)> {
    let now = access.clock().now();
    let counters = [Counter::keys(origin.ip.as_deref())];
    let mut tx = access.database().system().await?;
    let found = sqlx::query!(
        r#"select g.org_id as "org: OrgId", g.id, g.user_id as "user: UserId", g.client_name, g.resource as "resource: Resource",
                  g.reach as "granted: Reach", t.reach as "reach: Reach", least(t.expires_at, g.expires_at) as "expires_at!"
           from app_token t join app_grant g on g.org_id = t.org_id and g.id = t.grant_id
           where t.token_hash = $1 and t.kind = 'access' and t.revoked_at is null and t.expires_at > $2
             and g.ended_at is null and g.expires_at > $2
             and not exists (select from app_ban b where b.org_id = g.org_id and b.client_id = g.client_id)"#,
        token.as_bytes(),
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    let owner = match &found {
        Some(found) => people::store::actor(tx.db(), found.org, found.user).await?,
        None => None,
    };
    let (Some(found), Some(owner)) = (found, owner) else {
        throttle::check(&mut tx, &counters, now).await?;
        throttle::count(&mut tx, &counters, now).await?;
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_key", "this token is unknown, has expired or was revoked"));
    };
    sqlx::query!(
        "update app_grant set last_used_at = $3, last_used_ip = $4
         where org_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $5)",
        found.org.0,
        found.id,
        now,
        origin.ip,
        now - TimeDelta::minutes(1),
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    let scopes = found.reach.min(found.granted).limit(&owner.grants);
    Ok((owner.by_key(found.id, &found.client_name, &scopes, found.expires_at), found.resource))
}

/// Whether any organisation lets new apps be connected.
pub(crate) async fn is_open(tx: &mut SystemTx) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select exists (select from sign_in_policy where new_apps) as "open!""#)
        .fetch_one(tx.db())
        .await?)
}

/// How many registrations nobody has connected.
pub(super) async fn unused(tx: &mut SystemTx) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from app_client c where not exists (select from app_grant g where g.client_id = c.id)"#
    )
    .fetch_one(tx.db())
    .await?)
}

pub(super) async fn insert_client(tx: &mut SystemTx, client: &Client, ip: Option<&str>) -> Result<()> {
    sqlx::query!(
        "insert into app_client (id, name, uri, redirect_uris, created_at, created_ip) values ($1, $2, $3, $4, $5, $6)",
        client.id.0,
        client.name,
        client.uri,
        &client.redirect_uris,
        client.created_at,
        ip,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

pub(crate) async fn client(tx: &mut SystemTx, id: AppClientId) -> Result<Option<Client>> {
    Ok(sqlx::query_as!(
        Client,
        r#"select id as "id: AppClientId", name, uri, redirect_uris, created_at from app_client where id = $1"#,
        id.0
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The registrations that concern an organisation, newest first.
pub(super) async fn registrations(tx: &mut SystemTx, org: OrgId, now: DateTime<Utc>) -> Result<Vec<AppRegistration>> {
    Ok(sqlx::query_as!(
        AppRegistration,
        r#"select c.id as "id: AppClientId", c.name, c.uri, c.redirect_uris, c.created_at, coalesce(g.people, 0) as "people!",
                  g.last_used_at, b.banned_at as "sent_away_at?"
           from app_client c
           left join lateral (
               select count(distinct g.user_id) filter (where g.connected_at is not null and g.ended_at is null and g.expires_at > $2) as people,
                      max(g.last_used_at) as last_used_at, count(*) as all_time
               from app_grant g where g.client_id = c.id and g.org_id = $1) as g on true
           left join app_ban b on b.client_id = c.id and b.org_id = $1
           where g.all_time > 0 or b.client_id is not null
              or ((select count(*) from organisation) = 1 and not exists (select from app_grant o where o.client_id = c.id))
           order by c.created_at desc, c.id desc limit 500"#,
        org.0,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// What a code or a refresh token stands for.
#[derive(Debug)]
pub(super) struct Grant {
    pub org: OrgId,
    pub id: AppGrantId,
    pub user: UserId,
    pub client: AppClientId,
    pub client_name: String,
    pub resource: Resource,
    pub reach: Reach,
    pub expires_at: DateTime<Utc>,
    /// Neither ended nor over, and its app not sent away.
    pub lives: bool,
}

/// A code as it was shown.
#[derive(Debug)]
pub(super) struct Code {
    pub grant: Grant,
    pub challenge: String,
    pub redirect_uri: String,
    pub expires_at: DateTime<Utc>,
    pub used_before: bool,
}

/// Uses a code up, whatever comes of it: of two that show it at once, one is late.
pub(super) async fn take_code(tx: &mut SystemTx, code: &TokenHash, now: DateTime<Utc>) -> Result<Option<Code>> {
    let row = sqlx::query!(
        r#"with before as (select org_id, grant_id, used_at from app_code where code_hash = $1 for update),
                taken as (update app_code c set used_at = coalesce(c.used_at, $2) from before b
                          where c.org_id = b.org_id and c.grant_id = b.grant_id)
           select g.org_id as "org: OrgId", g.id as "id: AppGrantId", g.user_id as "user: UserId", g.client_id as "client: AppClientId",
                  g.client_name, g.resource as "resource: Resource", g.reach as "reach: Reach", g.expires_at,
                  g.ended_at is null and g.expires_at > $2
                  and not exists (select from app_ban a where a.org_id = g.org_id and a.client_id = g.client_id) as "lives!",
                  c.challenge, c.redirect_uri, c.expires_at as code_expires_at, b.used_at is not null as "used_before!"
           from before b join app_code c on c.org_id = b.org_id and c.grant_id = b.grant_id
                join app_grant g on g.org_id = b.org_id and g.id = b.grant_id"#,
        code.as_bytes(),
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|row| Code {
        grant: Grant {
            org: row.org,
            id: row.id,
            user: row.user,
            client: row.client,
            client_name: row.client_name,
            resource: row.resource,
            reach: row.reach,
            expires_at: row.expires_at,
            lives: row.lives,
        },
        challenge: row.challenge,
        redirect_uri: row.redirect_uri,
        expires_at: row.code_expires_at,
        used_before: row.used_before,
    }))
}

/// A token as it was shown.
#[derive(Debug)]
pub(super) struct Token {
    pub grant: Grant,
    pub id: Uuid,
    pub reach: Reach,
    pub expires_at: DateTime<Utc>,
    pub used: bool,
}

/// The token with this hash, kept from others until the transaction ends.
pub(super) async fn token(
    tx: &mut SystemTx,
    hash: &TokenHash,
    kind: &str,
    now: DateTime<Utc>,
) -> Result<Option<Token>> {
    let row = sqlx::query!(
        r#"select g.org_id as "org: OrgId", g.id as "grant: AppGrantId", g.user_id as "user: UserId", g.client_id as "client: AppClientId",
                  g.client_name, g.resource as "resource: Resource", g.reach as "granted: Reach", g.expires_at as grant_expires_at,
                  g.ended_at is null and g.expires_at > $3
                  and not exists (select from app_ban a where a.org_id = g.org_id and a.client_id = g.client_id) as "lives!",
                  t.id, t.reach as "reach: Reach", t.expires_at, t.used_at is not null as "used!"
           from app_token t join app_grant g on g.org_id = t.org_id and g.id = t.grant_id
           where t.token_hash = $1 and t.kind = $2 for update of t"#,
        hash.as_bytes(),
        kind,
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|row| Token {
        grant: Grant {
            org: row.org,
            id: row.grant,
            user: row.user,
            client: row.client,
            client_name: row.client_name,
            resource: row.resource,
            reach: row.granted,
            expires_at: row.grant_expires_at,
            lives: row.lives,
        },
        id: row.id,
        reach: row.reach,
        expires_at: row.expires_at,
        used: row.used,
    }))
}

pub(super) async fn used(tx: &mut SystemTx, token: &Token, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update app_token set used_at = $3 where org_id = $1 and id = $2", token.grant.org.0, token.id, now)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Ends one access token.
pub(super) async fn revoke(tx: &mut SystemTx, token: &Token, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update app_token set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null",
        token.grant.org.0,
        token.id,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends a grant with all that came of it; whether it had not ended before.
pub(super) async fn end(tx: &mut SystemTx, grant: &Grant, by: &str, now: DateTime<Utc>) -> Result<bool> {
    let ended = sqlx::query!(
        "update app_grant set ended_at = $3, ended_by = $4 where org_id = $1 and id = $2 and ended_at is null",
        grant.org.0,
        grant.id.0,
        now,
        by,
    )
    .execute(tx.db())
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// What an app gets.
#[derive(Debug)]
pub(super) struct Pair {
    pub access: Secret,
    pub refresh: Secret,
    /// The access token's.
    pub reach: Reach,
}

/// Keeps the hashes of an app's new tokens. The refresh token reaches as far as the grant.
pub(super) async fn insert_pair(
    tx: &mut SystemTx,
    grant: &Grant,
    pair: &Pair,
    ids: [Uuid; 2],
    now: DateTime<Utc>,
) -> Result<()> {
    let hashes = [pair.access.hash().as_bytes().to_vec(), pair.refresh.hash().as_bytes().to_vec()];
    let ends = [now + ACCESS_LIFETIME, now + REFRESH_LIFETIME].map(|end| end.min(grant.expires_at));
    sqlx::query!(
        "insert into app_token (org_id, id, grant_id, kind, token_hash, reach, created_at, expires_at)
         select $1, t.id, $2, t.kind, t.hash, t.reach, $3, t.ends
         from unnest($4::uuid[], $5::text[], $6::bytea[], $7::text[], $8::timestamptz[]) as t (id, kind, hash, reach, ends)",
        grant.org.0,
        grant.id.0,
        now,
        &ids,
        &["access".to_owned(), "refresh".to_owned()],
        &hashes,
        &[pair.reach.as_str().to_owned(), grant.reach.as_str().to_owned()],
        &ends,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update app_grant set connected_at = coalesce(connected_at, $3) where org_id = $1 and id = $2",
        grant.org.0,
        grant.id.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Deletes what has lapsed: tokens a day after their end, agreements that no app took up, what ended three months ago, and
/// registrations that nobody has connected.
///
/// # Errors
/// When the database is gone.
pub async fn prune(access: &Access) -> Result<()> {
    let now = access.clock().now();
    let day = now - TimeDelta::days(1);
    let mut tx = access.database().system().await?;
    // A refresh token that was used stays as long as it could have been: shown again, it ends what came of it.
    sqlx::query!("delete from app_token where expires_at < $1", day).execute(tx.db()).await?;
    sqlx::query!(
        "delete from app_grant where (connected_at is null and created_at < $1) or least(ended_at, expires_at) < $2",
        day,
        now - TimeDelta::days(90)
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "delete from app_client c where c.created_at < $1 and not exists (select from app_grant g where g.client_id = c.id)
             and not exists (select from app_ban b where b.client_id = c.id)",
        now - UNUSED_LIFETIME
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}
