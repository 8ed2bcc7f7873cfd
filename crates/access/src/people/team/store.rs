//! The SQL of teams.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Fields, Team};
use crate::people::store::team_name_taken;

struct Row {
    id: TeamId,
    name: String,
    parent_id: Option<TeamId>,
    lead_id: Option<UserId>,
    members: i64,
    version: i64,
}

impl From<Row> for Team {
    fn from(row: Row) -> Self {
        let fields = Fields { name: row.name, parent_id: row.parent_id, lead_id: row.lead_id };
        Self { id: row.id, fields, members: row.members, version: row.version }
    }
}

/// All teams, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Team>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TeamId", t.name, t.parent_id as "parent_id: TeamId", t.lead_id as "lead_id: UserId", t.version,
                  (select count(*) from app_user u where u.org_id = t.org_id and u.team_id = t.id and u.active) as "members!"
           from team t where t.org_id = $1 order by lower(t.name), t.id"#,
        org
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(Team::from).collect())
}

pub async fn find(tx: &mut Tx, id: TeamId) -> Result<Option<Team>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TeamId", t.name, t.parent_id as "parent_id: TeamId", t.lead_id as "lead_id: UserId", t.version,
                  (select count(*) from app_user u where u.org_id = t.org_id and u.team_id = t.id and u.active) as "members!"
           from team t where t.org_id = $1 and t.id = $2"#,
        org,
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(Team::from))
}

/// Adds a team at version 1.
///
/// # Errors
/// 409 `team_name_taken`.
pub async fn insert(tx: &mut Tx, team: &Team) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into team (org_id, id, name, parent_id, lead_id, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        org,
        team.id.0,
        team.fields.name,
        team.fields.parent_id.map(|t| t.0),
        team.fields.lead_id.map(|u| u.0),
        now
    )
    .execute(tx.db())
    .await
    .on_constraint("team_name_key", team_name_taken)?;
    Ok(())
}

/// Writes a team if it is still at `version`; false when it is not.
///
/// # Errors
/// 409 `team_name_taken`.
pub async fn update(tx: &mut Tx, id: TeamId, version: i64, fields: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update team set name = $4, parent_id = $5, lead_id = $6, updated_at = $7, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        fields.name,
        fields.parent_id.map(|t| t.0),
        fields.lead_id.map(|u| u.0),
        now
    )
    .execute(tx.db())
    .await
    .on_constraint("team_name_key", team_name_taken)?;
    Ok(written.rows_affected() == 1)
}

/// Whether a team stands below another one; a team below itself is in a circle.
pub async fn is_below(tx: &mut Tx, team: TeamId, other: TeamId) -> Result<bool> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"with recursive above as (
               select parent_id as id from team where org_id = $1 and id = $2
               union
               select t.parent_id from team t join above a on t.org_id = $1 and t.id = a.id
           )
           select exists (select from above where id = $3) as "below!""#,
        org,
        team.0,
        other.0
    )
    .fetch_one(tx.db())
    .await?)
}

/// The active lead of a team, or else of the nearest team above it that has one; never the person who leaves.
pub async fn lead(tx: &mut Tx, team: TeamId, leaving: UserId) -> Result<Option<UserId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"with recursive above as (
               select id, parent_id, lead_id, 0 as distance from team where org_id = $1 and id = $2
               union all
               select t.id, t.parent_id, t.lead_id, a.distance + 1 from team t join above a on t.org_id = $1 and t.id = a.parent_id
               where a.distance < 100
           )
           select u.id as "id: UserId" from above a join app_user u on u.org_id = $1 and u.id = a.lead_id
           where u.active and u.id <> $3 order by a.distance limit 1"#,
        org,
        team.0,
        leaving.0
    )
    .fetch_optional(tx.db())
    .await?)
}

/// How many people are in a team, whether active or not, and how many teams are right below it.
pub async fn used_by(tx: &mut Tx, id: TeamId) -> Result<(i64, i64)> {
    let org = tx.org().0;
    let used = sqlx::query!(
        r#"select (select count(*) from app_user where org_id = $1 and team_id = $2) as "people!",
                  (select count(*) from team where org_id = $1 and parent_id = $2) as "teams!""#,
        org,
        id.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok((used.people, used.teams))
}

/// Moves the people of one team and the teams below it to another.
pub async fn move_contents(tx: &mut Tx, from: TeamId, to: TeamId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update app_user set team_id = $3, version = version + 1, updated_at = $4 where org_id = $1 and team_id = $2",
        org,
        from.0,
        to.0,
        now
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update team set parent_id = $3, version = version + 1, updated_at = $4 where org_id = $1 and parent_id = $2 and id <> $3",
        org,
        from.0,
        to.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes a team's place in the tree: for a replacement that stands below it.
pub async fn take_place(tx: &mut Tx, team: TeamId, parent: Option<TeamId>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update team set parent_id = $3, version = version + 1, updated_at = $4 where org_id = $1 and id = $2",
        org,
        team.0,
        parent.map(|p| p.0),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Deletes a team that nothing names any more.
///
/// # Errors
/// 409 `team_in_use` when something does.
pub async fn delete(tx: &mut Tx, id: TeamId) -> Result<()> {
    let org = tx.org().0;
    let deleted = sqlx::query!("delete from team where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await;
    let deleted = deleted.map_err(Error::from).map_err(|error| {
        if error.sqlstate().as_deref() == Some("23503") {
            in_use("something of this team is beyond your roles, or names it elsewhere in the settings")
        } else {
            error
        }
    })?;
    if deleted.rows_affected() == 1 { Ok(()) } else { Err(Error::not_found("team")) }
}

/// 409 `team_in_use`.
pub fn in_use(detail: impl Into<String>) -> Error {
    Error::conflict("team_in_use", detail).on("replacement_id")
}
