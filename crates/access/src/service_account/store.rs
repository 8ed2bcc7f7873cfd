//! The SQL of service accounts.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{GivenRole, ServiceAccount};
use crate::policy::Grants;

/// Whether this is a service account that acts.
pub(crate) async fn is_active(tx: &mut Tx, id: UserId) -> Result<bool> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select exists (select from app_user where org_id = $1 and id = $2 and service and active) as "known!""#,
        org,
        id.0
    )
    .fetch_one(tx.db())
    .await?)
}

#[derive(Debug)]
struct Row {
    id: UserId,
    name: String,
    team_id: Option<TeamId>,
    roles: Value,
    active: bool,
    keys: i64,
    version: i64,
    created_at: DateTime<Utc>,
}

impl Row {
    fn into_account(self) -> Result<ServiceAccount> {
        Ok(ServiceAccount {
            id: self.id,
            name: self.name,
            team_id: self.team_id,
            roles: serde_json::from_value(self.roles).map_err(Error::internal)?,
            active: self.active,
            keys: self.keys,
            version: self.version,
            created_at: self.created_at,
        })
    }
}

/// Service accounts by name; all, or the one with this id.
pub(crate) async fn list(tx: &mut Tx, id: Option<UserId>) -> Result<Vec<ServiceAccount>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query_as!(
        Row,
        r#"select u.id as "id: UserId", u.name, u.team_id as "team_id: TeamId", u.active, u.version, u.created_at,
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) order by r.name)
                            from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                            where ur.org_id = u.org_id and ur.user_id = u.id), '[]') as "roles!: Value",
                  (select count(*) from api_key k where k.org_id = u.org_id and k.owner_id = u.id and k.revoked_at is null and k.expires_at > $3)
                  + (select count(*) from oauth_client c where c.org_id = u.org_id and c.owner_id = u.id and c.revoked_at is null) as "keys!"
           from app_user u where u.org_id = $1 and u.service and ($2::uuid is null or u.id = $2) order by lower(u.name), u.id limit 1000"#,
        org,
        id.map(|i| i.0),
        now,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_account).collect()
}

pub(crate) async fn find(tx: &mut Tx, id: UserId) -> Result<Option<ServiceAccount>> {
    Ok(list(tx, Some(id)).await?.pop())
}

/// What these roles grant together, and their names.
///
/// # Errors
/// 422 on `role_ids` when one is unknown.
pub(crate) async fn roles(tx: &mut Tx, ids: &[RoleId]) -> Result<(Vec<GivenRole>, Grants)> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id as "id: RoleId", name, grants from role where org_id = $1 and id = any ($2) order by name"#,
        org,
        &wanted
    )
    .fetch_all(tx.db())
    .await?;
    if wanted.iter().any(|id| rows.iter().all(|row| row.id.0 != *id)) {
        return Err(Error::field("role_ids", "unknown_reference", "there is no such role"));
    }
    let mut granted = Grants::default();
    for row in &rows {
        granted.stack(&serde_json::from_value(row.grants.clone()).map_err(Error::internal)?);
    }
    Ok((rows.into_iter().map(|row| GivenRole { id: row.id, name: row.name }).collect(), granted))
}

/// # Errors
/// 422 on `team_id` when there is no such team.
pub(crate) async fn check_team(tx: &mut Tx, team: Option<TeamId>) -> Result<()> {
    let org = tx.org().0;
    let known = sqlx::query_scalar!(
        r#"select $2::uuid is null or exists (select from team where org_id = $1 and id = $2) as "known!""#,
        org,
        team.map(|t| t.0)
    )
    .fetch_one(tx.db())
    .await?;
    if known { Ok(()) } else { Err(Error::field("team_id", "unknown_reference", "there is no such team")) }
}

pub(crate) async fn insert(tx: &mut Tx, name: &str, team: Option<TeamId>, roles: &[GivenRole]) -> Result<UserId> {
    let (org, now, id) = (tx.org().0, tx.now(), UserId(tx.new_id()));
    sqlx::query!(
        "insert into app_user (org_id, id, name, email, team_id, service, created_at, updated_at) values ($1, $2, $3, $4, $5, true, $6, $6)",
        org,
        id.0,
        name,
        format!("{}@service.invalid", id.0.simple()),
        team.map(|t| t.0),
        now,
    )
    .execute(tx.db())
    .await?;
    give(tx, id, roles).await?;
    Ok(id)
}

/// Saves what a person may change of a service account.
pub(crate) async fn update(tx: &mut Tx, account: &ServiceAccount) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update app_user set name = $3, team_id = $4, active = $5, version = version + 1, updated_at = $6
         where org_id = $1 and id = $2 and service",
        org,
        account.id.0,
        account.name,
        account.team_id.map(|t| t.0),
        account.active,
        now,
    )
    .execute(tx.db())
    .await?;
    let kept: Vec<Uuid> = account.roles.iter().map(|r| r.id.0).collect();
    sqlx::query!(
        "delete from user_role where org_id = $1 and user_id = $2 and role_id <> all ($3)",
        org,
        account.id.0,
        &kept
    )
    .execute(tx.db())
    .await?;
    give(tx, account.id, &account.roles).await
}

/// The present version, kept from changing until the transaction ends.
pub(crate) async fn lock(tx: &mut Tx, id: UserId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("select id from app_user where org_id = $1 and id = $2 and service for update", org, id.0)
        .fetch_optional(tx.db())
        .await?;
    Ok(())
}

async fn give(tx: &mut Tx, id: UserId, roles: &[GivenRole]) -> Result<()> {
    let roles: Vec<Uuid> = roles.iter().map(|r| r.id.0).collect();
    let org = tx.org().0;
    sqlx::query!(
        "insert into user_role (org_id, user_id, role_id) select $1, $2, role from unnest($3::uuid[]) as r (role) on conflict do nothing",
        org,
        id.0,
        &roles
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
