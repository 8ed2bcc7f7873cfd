//! The SQL of SCIM: tokens, people as a client knows them, groups and who is in them.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{IdentityProviderId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use uuid::Uuid;

use super::filter::Filter;
use super::sort::Sort;
use super::user::{Fields, Shown};
use crate::oidc::store::Account;
use crate::session::TokenHash;

/// Replaces a provider's token.
pub(crate) async fn set_token(tx: &mut Tx, provider: IdentityProviderId, token: &TokenHash) -> Result<()> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    sqlx::query!(
        "insert into scim_token (org_id, provider_id, token_hash, created_at, created_by) values ($1, $2, $3, $4, $5)
         on conflict (org_id, provider_id) do update
             set token_hash = excluded.token_hash, created_at = excluded.created_at, created_by = excluded.created_by, last_used_at = null",
        org,
        provider.0,
        token.as_bytes(),
        now,
        user,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes a provider's token away; false when there is none.
pub(crate) async fn remove_token(tx: &mut Tx, provider: IdentityProviderId) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from scim_token where org_id = $1 and provider_id = $2", org, provider.0)
        .execute(tx.db())
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// The provider of a token. That it was used is remembered by the minute.
pub(crate) async fn by_token(
    tx: &mut SystemTx,
    token: &TokenHash,
    now: DateTime<Utc>,
) -> Result<Option<IdentityProviderId>> {
    let found = sqlx::query!(
        r#"select provider_id as "provider: IdentityProviderId", last_used_at from scim_token where token_hash = $1"#,
        token.as_bytes(),
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(found) = found else { return Ok(None) };
    if found.last_used_at.is_none_or(|at| at < now - TimeDelta::minutes(1)) {
        sqlx::query!("update scim_token set last_used_at = $2 where token_hash = $1", token.as_bytes(), now)
            .execute(tx.db())
            .await?;
    }
    Ok(Some(found.provider))
}

struct Row {
    id: UserId,
    user_name: String,
    external_id: Option<String>,
    name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    email: String,
    active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    total: i64,
}

impl From<Row> for Shown {
    fn from(row: Row) -> Self {
        let fields = Fields {
            user_name: row.user_name,
            external_id: row.external_id,
            display_name: Some(row.name),
            given_name: row.given_name,
            family_name: row.family_name,
            email: Some(row.email),
            active: row.active,
        };
        Self { id: row.id, fields, version: row.version, created_at: row.created_at, updated_at: row.updated_at }
    }
}

/// A page of people, and how many there are.
pub(crate) async fn users(
    tx: &mut Tx,
    provider: IdentityProviderId,
    filter: &Filter,
    sort: Sort,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Shown>, i64)> {
    let org = tx.org().0;
    let id = match filter.id.as_deref().map(str::parse::<Uuid>) {
        None => None,
        Some(Ok(id)) => Some(id),
        // What is no id is nobody's.
        Some(Err(_)) => return Ok((Vec::new(), 0)),
    };
    // One row at least is read, so that the total is known where none is wanted.
    let rows = sqlx::query_as!(
        Row,
        r#"select u.id as "id: UserId", coalesce(s.user_name, u.email) as "user_name!", s.external_id as "external_id?", u.name, s.given_name as "given_name?",
                  s.family_name as "family_name?", u.email, u.active, u.version, u.created_at, u.updated_at, count(*) over () as "total!"
           from app_user u left join scim_user s on s.org_id = u.org_id and s.user_id = u.id and s.provider_id = $2
           cross join lateral (select case $11::text
               when 'username' then lower(coalesce(s.user_name, u.email)) when 'externalid' then s.external_id when 'displayname' then lower(u.name)
               when 'name.givenname' then lower(s.given_name) when 'name.familyname' then lower(s.family_name) when 'emails' then lower(u.email)
               when 'meta.created' then to_char(u.created_at, 'YYYYMMDDHH24MISSUS') when 'meta.lastmodified' then to_char(u.updated_at, 'YYYYMMDDHH24MISSUS')
               end) as k (key)
           where u.org_id = $1 and not u.service
             and ($3::uuid is null or u.id = $3)
             and ($4::text is null or lower(coalesce(s.user_name, u.email)) = lower($4))
             and ($5::text is null or s.external_id = $5)
             and ($6::text is null or lower(u.email) = lower($6))
             and ($7::boolean is null or u.active = $7)
             and ($8::text is null or u.name = $8)
           order by case when not $12 then k.key end nulls last, case when $12 then k.key end desc nulls first, u.id offset $9 limit $10"#,
        org,
        provider.0,
        id,
        filter.user_name,
        filter.external_id,
        filter.email,
        filter.active,
        filter.display_name,
        offset,
        limit.max(1),
        sort.by,
        sort.descending,
    )
    .fetch_all(tx.db())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let shown = rows.into_iter().take(usize::try_from(limit).unwrap_or(0)).map(Shown::from).collect();
    Ok((shown, total))
}

/// One of the organisation's people.
pub(crate) async fn user(tx: &mut Tx, provider: IdentityProviderId, id: UserId) -> Result<Option<Shown>> {
    let filter = Filter { id: Some(id.to_string()), ..Filter::default() };
    Ok(users(tx, provider, &filter, Sort::default(), 0, 1).await?.0.pop())
}

/// Writes what the client calls somebody.
///
/// # Errors
/// 409 `email_taken`, when another one goes by the name.
pub(crate) async fn name_user(tx: &mut Tx, provider: IdentityProviderId, id: UserId, f: &Fields) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into scim_user (org_id, provider_id, user_id, user_name, external_id, given_name, family_name) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id, provider_id, user_id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
             given_name = excluded.given_name, family_name = excluded.family_name",
        org,
        provider.0,
        id.0,
        f.user_name,
        f.external_id,
        f.given_name,
        f.family_name,
    )
    .execute(tx.db())
    .await
    .on_constraint("scim_user_name_key", || Error::conflict("email_taken", "another user has this userName"))?;
    Ok(())
}

/// Writes name, address and whether the person is active.
///
/// # Errors
/// 409 `email_taken`.
pub(crate) async fn update_account(tx: &mut Tx, id: UserId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update app_user set name = $3, email = $4, active = $5, version = version + 1, updated_at = $6 where org_id = $1 and id = $2",
        org,
        id.0,
        f.name(),
        f.address(),
        f.active,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("app_user_email_key", || Error::conflict("email_taken", "another user has this e-mail address"))?;
    Ok(())
}

/// The account of somebody.
pub(crate) async fn account(tx: &mut Tx, id: UserId) -> Result<Option<Account>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Account,
        r#"select id as "id: UserId", name, email, active, team_id as "team: TeamId", version from app_user where org_id = $1 and id = $2 and not service"#,
        org,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// A group as its client knows it.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: Uuid,
    pub name: String,
    pub external_id: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A page of the client's groups, and how many there are.
pub(crate) async fn groups(
    tx: &mut Tx,
    provider: IdentityProviderId,
    filter: &Filter,
    sort: Sort,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Group>, i64)> {
    let org = tx.org().0;
    let id = |text: Option<&str>| text.map(|t| t.parse::<Uuid>().unwrap_or_default());
    let rows = sqlx::query!(
        r#"select g.id, g.name, g.external_id, g.version, g.created_at, g.updated_at, count(*) over () as "total!" from scim_group g
           cross join lateral (select case $9::text
               when 'displayname' then lower(g.name) when 'externalid' then g.external_id
               when 'meta.created' then to_char(g.created_at, 'YYYYMMDDHH24MISSUS') when 'meta.lastmodified' then to_char(g.updated_at, 'YYYYMMDDHH24MISSUS')
               end) as k (key)
           where g.org_id = $1 and g.provider_id = $2
             and ($3::uuid is null or g.id = $3) and ($4::text is null or lower(g.name) = lower($4)) and ($5::text is null or g.external_id = $5)
             and ($6::uuid is null or exists (select from scim_group_member m where m.org_id = g.org_id and m.group_id = g.id and m.user_id = $6))
           order by case when not $10 then k.key end nulls last, case when $10 then k.key end desc nulls first, g.id offset $7 limit $8"#,
        org,
        provider.0,
        id(filter.id.as_deref()),
        filter.display_name,
        filter.external_id,
        id(filter.member.as_deref()),
        offset,
        limit.max(1),
        sort.by,
        sort.descending,
    )
    .fetch_all(tx.db())
    .await?;
    let total = rows.first().map_or(0, |r| r.total);
    let groups = rows.into_iter().take(usize::try_from(limit).unwrap_or(0)).map(|r| Group {
        id: r.id,
        name: r.name,
        external_id: r.external_id,
        version: r.version,
        created_at: r.created_at,
        updated_at: r.updated_at,
    });
    Ok((groups.collect(), total))
}

fn name_taken() -> Error {
    Error::conflict("email_taken", "another group has this displayName")
}

/// Adds a group at version 1.
///
/// # Errors
/// 409, when another one has the name.
pub(crate) async fn insert_group(
    tx: &mut Tx,
    provider: IdentityProviderId,
    id: Uuid,
    name: &str,
    external_id: Option<&str>,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into scim_group (org_id, id, provider_id, name, external_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        org,
        id,
        provider.0,
        name,
        external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("scim_group_name_key", name_taken)?;
    Ok(())
}

/// Writes a group's name.
///
/// # Errors
/// As [`insert_group`].
pub(crate) async fn update_group(tx: &mut Tx, id: Uuid, name: &str, external_id: Option<&str>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update scim_group set name = $3, external_id = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2",
        org,
        id,
        name,
        external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("scim_group_name_key", name_taken)?;
    Ok(())
}

pub(crate) async fn delete_group(tx: &mut Tx, id: Uuid) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from scim_group where org_id = $1 and id = $2", org, id).execute(tx.db()).await?;
    Ok(())
}

/// Who is in a group.
pub(crate) async fn members(tx: &mut Tx, group: Uuid) -> Result<Vec<(UserId, String)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select m.user_id as "id: UserId", u.name from scim_group_member m join app_user u on u.org_id = m.org_id and u.id = m.user_id
           where m.org_id = $1 and m.group_id = $2 order by m.user_id limit 10000"#,
        org,
        group,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Puts people into a group; those that there are not are passed over.
pub(crate) async fn add_members(tx: &mut Tx, group: Uuid, users: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into scim_group_member (org_id, group_id, user_id) select u.org_id, $2, u.id from app_user u where u.org_id = $1 and u.id = any ($3) and not u.service
         on conflict do nothing",
        org,
        group,
        users,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes people out of a group.
pub(crate) async fn remove_members(tx: &mut Tx, group: Uuid, users: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from scim_group_member where org_id = $1 and group_id = $2 and user_id = any ($3)",
        org,
        group,
        users,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// By which values somebody's groups are mapped: their names and external ids, in lower case.
pub(crate) async fn values_of(tx: &mut Tx, provider: IdentityProviderId, user: UserId) -> Result<Vec<String>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select lower(g.name) as name, lower(g.external_id) as external_id from scim_group g
         join scim_group_member m on m.org_id = g.org_id and m.group_id = g.id
         where g.org_id = $1 and g.provider_id = $2 and m.user_id = $3",
        org,
        provider.0,
        user.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().flat_map(|r| [r.name, r.external_id]).flatten().collect())
}
