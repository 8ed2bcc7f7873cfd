//! The SQL of users, teams and roles that everyone needs: who acts, whose team it is, who is new.

use std::collections::HashMap;

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{OrgId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Stamp, Tx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::user;
use crate::Actor;
use crate::policy::fields::{FieldAccess, FieldRules};
use crate::policy::{Builtin, Grants, Object};

/// Somebody who stands behind what is done by itself, active or not: no team, no roles, nothing shared with them, and no rights
/// but those that are given to it.
pub(crate) async fn steward(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Option<Actor>> {
    let row = sqlx::query!(
        "select u.name, u.email, o.locale, o.time_zone, u.version, o.name as org_name, o.currency, o.demo, e.epoch
         from app_user u join organisation o on o.id = u.org_id join access_epoch e on e.org_id = u.org_id
         where u.org_id = $1 and u.id = $2",
        org.0,
        user.0,
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Actor {
        org,
        org_name: row.org_name,
        demo: row.demo,
        currency: row.currency.parse()?,
        user,
        stamp: Stamp { kind: ActorKind::System, id: None, name: String::new(), on_behalf_of: None },
        name: row.name,
        email: row.email,
        team: None,
        teams: Vec::new(),
        principals: Vec::new(),
        shared: Vec::new(),
        roles: Vec::new(),
        grants: Grants::default(),
        fields: FieldAccess::default(),
        locale: row.locale,
        time_zone: row.time_zone,
        version: row.version,
        session: None,
        viewer: None,
        key: None,
        until: None,
        epoch: row.epoch,
    }))
}

/// Everything that makes an actor, in one query. Runs as the system role.
pub(crate) async fn actor(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Option<Actor>> {
    let row = sqlx::query!(
        r#"with recursive below as (
               select t.id from team t join app_user u on u.org_id = t.org_id and u.team_id = t.id where u.org_id = $1 and u.id = $2
               union
               select t.id from team t join below b on t.org_id = $1 and t.parent_id = b.id
           ), above as (
               select t.id, t.parent_id from team t join app_user u on u.org_id = t.org_id and u.team_id = t.id where u.org_id = $1 and u.id = $2
               union
               select t.id, t.parent_id from team t join above a on t.org_id = $1 and t.id = a.parent_id
           ), principal as (
               select $2::uuid as id union all select id from above
           )
           select u.name, u.email, u.team_id as "team: TeamId", coalesce(u.locale, o.locale) as locale, coalesce(u.time_zone, o.time_zone) as time_zone,
                  u.version, o.name as org_name, o.currency, o.demo, e.epoch,
                  array(select id from below) as "teams!: Vec<Uuid>", array(select id from principal) as "principals!: Vec<Uuid>",
                  array(select k.object from unnest(array['opportunity', 'account', 'contact', 'lead', 'task']) as k (object)
                        where exists (select from record_share s where s.org_id = $1 and s.object = k.object and s.principal_id in (select id from principal))
                           or exists (select from account_member m where m.org_id = $1 and m.user_id = $2
                                      and case k.object when 'account' then true when 'opportunity' then m.opportunity_level <> 'none'
                                              when 'contact' then m.contact_level <> 'none' else false end)) as "shared!: Vec<String>",
                  coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'builtin', r.builtin, 'grants', r.grants, 'fields', r.fields) order by r.name)
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
    let mut held: Vec<HeldRole> = serde_json::from_value(row.roles).map_err(Error::internal)?;
    let mut grants = Grants::default();
    for role in &mut held {
        role.grants = effective(role.builtin.as_deref(), &role.grants);
    }
    held.iter().for_each(|role| grants.stack(&role.grants));
    let fields = FieldAccess::stack(held.iter().map(|role| (&role.grants, &role.fields)));
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
        principals: row.principals,
        shared: Object::ALL.iter().copied().filter(|o| row.shared.iter().any(|s| s == o.as_str())).collect(),
        roles: held.into_iter().map(|role| (role.id, role.name)).collect(),
        grants,
        fields,
        locale: row.locale,
        time_zone: row.time_zone,
        version: row.version,
        session: None,
        viewer: None,
        key: None,
        until: None,
        epoch: row.epoch,
    }))
}

#[derive(serde::Deserialize)]
struct HeldRole {
    id: Uuid,
    name: String,
    builtin: Option<String>,
    grants: Grants,
    #[serde(default)]
    fields: FieldRules,
}

/// What a role grants: the Administrator all there is, also what did not exist when the organisation was made.
#[must_use]
pub fn effective(builtin: Option<&str>, grants: &Grants) -> Grants {
    match builtin.and_then(Builtin::from_key) {
        Some(Builtin::Administrator) => Builtin::Administrator.grants(),
        Some(Builtin::SalesManager | Builtin::SalesRep | Builtin::ReadOnly) | None => grants.clone(),
    }
}

/// All users, by name.
pub async fn users(tx: &mut Tx) -> Result<Vec<user::store::Row>> {
    user::store::page(tx, &user::Filter::default(), None, user::WHOLE).await
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

/// Names of people, teams and roles.
pub async fn names(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!" from app_user where org_id = $1 and id = any ($2)
           union all select id, name from team where org_id = $1 and id = any ($2)
           union all select id, name from role where org_id = $1 and id = any ($2)"#,
        org,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Whether somebody active is left who may change every role and every user.
pub async fn has_administrator(tx: &mut Tx) -> Result<bool> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from app_user u
               join user_role ur on ur.org_id = u.org_id and ur.user_id = u.id
               join role r on r.org_id = ur.org_id and r.id = ur.role_id
               where u.org_id = $1 and u.active and not u.service
               group by u.id
               having bool_or(r.builtin = 'administrator' or r.grants ->> 'role.update' = 'all')
                  and bool_or(r.builtin = 'administrator' or r.grants ->> 'user.update' = 'all')) as "exists!""#,
        org
    )
    .fetch_one(tx.db())
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

/// Adds users with their role; no e-mail may be taken.
///
/// # Errors
/// 409 `email_taken`.
pub async fn insert_users(tx: &mut Tx, users: &[NewUser]) -> Result<()> {
    let org = tx.org().0;
    for user in users {
        insert_user(tx, user.id, &user.name, &user.email, user.password_hash.as_deref(), user.team, user.import)
            .await?;
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

/// Adds a user without a role.
///
/// # Errors
/// 409 `email_taken`.
pub(crate) async fn insert_user(
    tx: &mut Tx,
    id: UserId,
    name: &str,
    email: &str,
    password_hash: Option<&str>,
    team: Option<TeamId>,
    import: Option<Uuid>,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into app_user (org_id, id, name, email, password_hash, team_id, import_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        org,
        id.0,
        name,
        email,
        password_hash,
        team.map(|t| t.0),
        import,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("app_user_email_key", email_taken)?;
    Ok(())
}

/// Somebody has the address, here or in another organisation.
pub(crate) fn email_taken() -> Error {
    Error::conflict("email_taken", "somebody signs in with this e-mail address already").on("email")
}

/// Another team has the name.
pub(crate) fn team_name_taken() -> Error {
    Error::conflict("team_name_taken", "there is a team of this name already").on("name")
}

/// Adds a team.
///
/// # Errors
/// 409 `team_name_taken`.
pub async fn insert_team(tx: &mut Tx, id: TeamId, name: &str, parent: Option<TeamId>) -> Result<()> {
    sqlx::query!(
        "insert into team (org_id, id, name, parent_id) values ($1, $2, $3, $4)",
        tx.org().0,
        id.0,
        name,
        parent.map(|p| p.0)
    )
    .execute(tx.db())
    .await
    .on_constraint("team_name_key", team_name_taken)?;
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
