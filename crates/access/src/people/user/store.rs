//! The SQL of users.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{Fields, Filter, User};
use crate::people::store::email_taken;

/// A user as the database gives it.
#[derive(Debug)]
pub struct Row {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub team_id: Option<TeamId>,
    pub active: bool,
    pub service: bool,
    /// `[{"id": …, "name": …}]`
    pub roles: Value,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    /// What users are sorted by.
    pub sorted_by: String,
}

impl Row {
    /// # Errors
    /// Internal, when the roles have another shape than the query gives them.
    pub fn into_user(self) -> Result<User> {
        Ok(User {
            id: self.id,
            name: self.name,
            email: self.email,
            team_id: self.team_id,
            active: self.active,
            service: self.service,
            roles: serde_json::from_value(self.roles).map_err(Error::internal)?,
            version: self.version,
            created_at: self.created_at,
        })
    }
}

/// A page of users by name, after the one that `after` names by its sort key and id.
pub async fn page(tx: &mut Tx, filter: &Filter, after: Option<(String, UserId)>, limit: i64) -> Result<Vec<Row>> {
    let org = tx.org().0;
    let (after_name, after_id) = after.map(|(name, id)| (name, id.0)).unzip();
    Ok(sqlx::query_as!(
        Row,
        r#"with recursive teams as (
               select id from team where org_id = $1 and id = $5
               union
               select t.id from team t join teams b on t.org_id = $1 and t.parent_id = b.id
           )
           select u.id as "id: UserId", u.name, u.email, u.team_id as "team_id: TeamId", u.active, u.service, u.version, u.created_at, lower(u.name) as "sorted_by!",
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) order by r.name)
                            from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                            where ur.org_id = u.org_id and ur.user_id = u.id), '[]') as "roles!: Value"
           from app_user u
           where u.org_id = $1 and (not u.service or app.owns_records(u.id))
             and ($2::text is null or (lower(u.name), u.id) > ($2, $3::uuid))
             and ($4::boolean is null or u.active = $4)
             and ($5::uuid is null or u.team_id in (select id from teams))
             and ($6::uuid is null or exists (select from user_role ur where ur.org_id = $1 and ur.role_id = $6 and ur.user_id = u.id))
             and ($7::text is null or app.fold(u.name) like $7 or app.fold(u.email) like $7)
           order by lower(u.name), u.id limit $8"#,
        org,
        after_name,
        after_id,
        filter.active,
        filter.team.map(|t| t.0),
        filter.role.map(|r| r.0),
        pattern(tx, filter.q.as_deref()).await?,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// How many users a filter finds.
pub async fn count(tx: &mut Tx, filter: &Filter) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"with recursive teams as (
               select id from team where org_id = $1 and id = $3
               union
               select t.id from team t join teams b on t.org_id = $1 and t.parent_id = b.id
           )
           select count(*) as "n!" from app_user u
           where u.org_id = $1 and (not u.service or app.owns_records(u.id))
             and ($2::boolean is null or u.active = $2)
             and ($3::uuid is null or u.team_id in (select id from teams))
             and ($4::uuid is null or exists (select from user_role ur where ur.org_id = $1 and ur.role_id = $4 and ur.user_id = u.id))
             and ($5::text is null or app.fold(u.name) like $5 or app.fold(u.email) like $5)"#,
        org,
        filter.active,
        filter.team.map(|t| t.0),
        filter.role.map(|r| r.0),
        pattern(tx, filter.q.as_deref()).await?
    )
    .fetch_one(tx.db())
    .await?)
}

/// Words as a pattern that finds them anywhere, whatever their case and accents.
async fn pattern(tx: &mut Tx, words: Option<&str>) -> Result<Option<String>> {
    let Some(words) = words.map(str::trim).filter(|w| !w.is_empty()) else { return Ok(None) };
    let folded = sqlx::query_scalar!(r#"select app.fold($1) as "folded!""#, words).fetch_one(tx.db()).await?;
    let escaped = folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Ok(Some(format!("%{escaped}%")))
}

pub async fn find(tx: &mut Tx, id: UserId) -> Result<Option<User>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        r#"select u.id as "id: UserId", u.name, u.email, u.team_id as "team_id: TeamId", u.active, u.service, u.version, u.created_at, lower(u.name) as "sorted_by!",
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) order by r.name)
                            from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                            where ur.org_id = u.org_id and ur.user_id = u.id), '[]') as "roles!: Value"
           from app_user u where u.org_id = $1 and u.id = $2"#,
        org,
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_user).transpose()
}

/// Gives a person these roles and no other.
pub async fn set_roles(tx: &mut Tx, user: UserId, roles: &[RoleId]) -> Result<()> {
    let (org, roles) = (tx.org().0, roles.iter().map(|r| r.0).collect::<Vec<Uuid>>());
    sqlx::query!(
        "delete from user_role where org_id = $1 and user_id = $2 and role_id <> all ($3)",
        org,
        user.0,
        &roles
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into user_role (org_id, user_id, role_id) select $1, $2, r from unnest($3::uuid[]) as r on conflict do nothing",
        org,
        user.0,
        &roles
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Writes a person if they are still at `version`; false when they are not.
///
/// # Errors
/// 409 `email_taken`.
pub async fn update(tx: &mut Tx, id: UserId, version: i64, fields: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update app_user set name = $4, email = $5, team_id = $6, updated_at = $7, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        fields.name,
        fields.email,
        fields.team_id.map(|t| t.0),
        now
    )
    .execute(tx.db())
    .await
    .on_constraint("app_user_email_key", email_taken)?;
    Ok(written.rows_affected() == 1)
}

/// Lets a person in or out; false when they are not at `version` any more.
pub async fn set_active(tx: &mut Tx, id: UserId, version: i64, active: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update app_user set active = $4, updated_at = $5, version = version + 1 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        active,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
