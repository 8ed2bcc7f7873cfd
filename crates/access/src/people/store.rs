//! The SQL of users, teams and roles.

use dealwright_kernel::id::{OrgId, RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Stamp, Tx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Actor;
use crate::policy::{Builtin, Grants};

/// Everything that makes an actor, in one query. Runs as the system role.
pub(crate) async fn actor(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Option<Actor>> {
    let row = sqlx::query!(
        r#"with recursive below as (
               select t.id from team t join app_user u on u.org_id = t.org_id and u.team_id = t.id where u.org_id = $1 and u.id = $2
               union
               select t.id from team t join below b on t.org_id = $1 and t.parent_id = b.id
           )
           select u.name, u.email, u.team_id as "team: TeamId", coalesce(u.locale, o.locale) as locale, coalesce(u.time_zone, o.time_zone) as time_zone, o.name as org_name, o.currency, o.demo, e.epoch,
                  array(select id from below) as "teams!: Vec<Uuid>",
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'grants', r.grants) order by r.name)
                            from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                            where ur.org_id = $1 and ur.user_id = $2), '[]') as "roles!: Value"
           from app_user u join organisation o on o.id = u.org_id join access_epoch e on e.org_id = u.org_id
           where u.org_id = $1 and u.id = $2 and u.active"#,
        org.0,
        user.0,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let held: Vec<HeldRole> = serde_json::from_value(row.roles).map_err(Error::internal)?;
    let mut grants = Grants::default();
    held.iter().for_each(|role| grants.stack(&role.grants));
    Ok(Some(Actor {
        org,
        org_name: row.org_name,
        demo: row.demo,
        currency: row.currency.parse()?,
        user,
        stamp: Stamp { kind: ActorKind::User, id: Some(user.0), name: row.name.clone(), on_behalf_of: None },
        name: row.name,
        email: row.email,
        team: row.team,
        teams: row.teams,
        roles: held.into_iter().map(|role| (role.id, role.name)).collect(),
        grants,
        locale: row.locale,
        time_zone: row.time_zone,
        session: None,
        epoch: row.epoch,
    }))
}

#[derive(serde::Deserialize)]
struct HeldRole {
    id: Uuid,
    name: String,
    grants: Grants,
}

/// A user as colleagues see them.
#[derive(Debug)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub team_id: Option<TeamId>,
    pub active: bool,
    /// `[{"id": …, "name": …}]`
    pub roles: Value,
}

/// All users, by name.
pub async fn users(tx: &mut Tx) -> Result<Vec<User>> {
    Ok(sqlx::query_as!(
        User,
        r#"select u.id as "id: UserId", u.name, u.email, u.team_id as "team_id: TeamId", u.active,
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name) order by r.name)
                            from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                            where ur.org_id = u.org_id and ur.user_id = u.id), '[]') as "roles!: Value"
           from app_user u order by lower(u.name), u.id limit 5000"#
    )
    .fetch_all(tx.db())
    .await?)
}

/// The team of an active user; none when there is no such user.
pub async fn team_of(tx: &mut Tx, user: UserId) -> Result<Option<Option<TeamId>>> {
    Ok(sqlx::query_scalar!(r#"select team_id as "team: TeamId" from app_user where id = $1 and active"#, user.0)
        .fetch_optional(tx.db())
        .await?)
}

/// A team.
#[derive(Debug)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub parent_id: Option<TeamId>,
}

/// All teams, by name.
pub async fn teams(tx: &mut Tx) -> Result<Vec<Team>> {
    Ok(sqlx::query_as!(
        Team,
        r#"select id as "id: TeamId", name, parent_id as "parent_id: TeamId" from team order by lower(name), id"#
    )
    .fetch_all(tx.db())
    .await?)
}

/// A role with what it grants.
#[derive(Debug)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    pub builtin: Option<String>,
    pub grants: Value,
}

/// All roles, by name.
pub async fn roles(tx: &mut Tx) -> Result<Vec<Role>> {
    Ok(sqlx::query_as!(Role, r#"select id as "id: RoleId", name, builtin, grants from role order by lower(name), id"#)
        .fetch_all(tx.db())
        .await?)
}

/// A user to be made.
#[derive(Debug)]
pub struct NewUser {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub password_hash: Option<String>,
    pub team: Option<TeamId>,
    pub role: Builtin,
    pub import: Option<Uuid>,
}

/// Adds users with their role, in one statement each; no e-mail may be taken.
///
/// # Errors
/// 409 `email_taken`.
pub async fn insert_users(tx: &mut Tx, users: &[NewUser]) -> Result<()> {
    use dealwright_kernel::error::OnConstraint;
    let (org, now) = (tx.org().0, tx.now());
    for user in users {
        sqlx::query!(
            "insert into app_user (org_id, id, name, email, password_hash, team_id, import_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            org,
            user.id.0,
            user.name,
            user.email,
            user.password_hash,
            user.team.map(|t| t.0),
            user.import,
            now,
        )
        .execute(tx.db())
        .await
        .on_constraint("app_user_email_key", || Error::conflict("email_taken", "somebody signs in with this e-mail address already").on("email"))?;
        sqlx::query!(
            "insert into user_role (org_id, user_id, role_id) select $1, $2, id from role where org_id = $1 and builtin = $3",
            org,
            user.id.0,
            user.role.key(),
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}

/// Adds a team.
///
/// # Errors
/// 409 `team_name_taken`.
pub async fn insert_team(tx: &mut Tx, id: TeamId, name: &str, parent: Option<TeamId>) -> Result<()> {
    use dealwright_kernel::error::OnConstraint;
    sqlx::query!(
        "insert into team (org_id, id, name, parent_id) values ($1, $2, $3, $4)",
        tx.org().0,
        id.0,
        name,
        parent.map(|p| p.0)
    )
    .execute(tx.db())
    .await
    .on_constraint("team_name_key", || {
        Error::conflict("team_name_taken", "there is a team of this name already").on("name")
    })?;
    Ok(())
}

/// Puts a user into a team.
pub async fn set_team(tx: &mut Tx, user: UserId, team: Option<TeamId>) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update app_user set team_id = $2, version = version + 1, updated_at = $3 where id = $1",
        user.0,
        team.map(|t| t.0),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
