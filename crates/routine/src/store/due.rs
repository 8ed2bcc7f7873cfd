//! For whom it is time, over all organisations, by the system role: ids, zones and periods alone.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::OrgId;
use dealwright_store::Database;
use sqlx::PgConnection;
use uuid::Uuid;

use super::setting::Row;
use crate::setting::Setting;

/// How long runs are remembered.
const KEPT: TimeDelta = TimeDelta::days(180);

/// A routine that is on.
#[derive(Debug)]
pub struct Active {
    pub org: OrgId,
    pub setting: Setting,
    /// What happened before sets nothing off.
    pub since: DateTime<Utc>,
}

/// The routines that are on, by organisation.
///
/// # Errors
/// When the database is gone.
pub async fn active(db: &mut PgConnection) -> Result<Vec<Active>> {
    let rows = sqlx::query!(
        r#"select org_id as "org: OrgId", kind, active, schedule, audience, by_mail, version, coalesce(active_since, updated_at) as "since!"
           from routine where active order by org_id, kind"#
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            let row = Row {
                kind: r.kind,
                active: r.active,
                schedule: r.schedule,
                audience: r.audience,
                by_mail: r.by_mail,
                version: r.version,
            };
            Ok(Active { org: r.org, setting: row.into_setting()?, since: r.since })
        })
        .collect()
}

/// Somebody who may be told.
#[derive(Debug)]
pub struct Person {
    pub id: Uuid,
    pub zone: Option<String>,
    pub roles: Vec<Uuid>,
    /// Their team and those above it.
    pub teams: Vec<Uuid>,
}

/// The active people of an organisation.
///
/// # Errors
/// When the database is gone.
pub async fn people(db: &mut PgConnection, org: OrgId) -> Result<Vec<Person>> {
    Ok(sqlx::query_as!(
        Person,
        r#"with recursive above as (
               select t.id as team, t.id as up, t.parent_id from team t where t.org_id = $1
               union
               select a.team, p.id, p.parent_id from above a join team p on p.org_id = $1 and p.id = a.parent_id)
           select u.id, coalesce(u.time_zone, o.time_zone) as zone,
                  array(select r.role_id from user_role r where r.org_id = u.org_id and r.user_id = u.id) as "roles!",
                  array(select a.up from above a where a.team = u.team_id) as "teams!"
           from app_user u join organisation o on o.id = u.org_id
           where u.org_id = $1 and u.active and not u.service"#,
        org.0,
    )
    .fetch_all(db)
    .await?)
}

/// What has been done already: kind, person and period; of the last days.
///
/// # Errors
/// When the database is gone.
pub async fn done(db: &mut PgConnection, org: OrgId, now: DateTime<Utc>) -> Result<HashSet<(String, Uuid, String)>> {
    let since = now - TimeDelta::days(3);
    let rows = sqlx::query!(
        "select kind, user_id, period from routine_run where org_id = $1 and started_at > $2",
        org.0,
        since
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.kind, r.user_id, r.period)).collect())
}

/// Who has muted what.
///
/// # Errors
/// When the database is gone.
pub async fn muted(db: &mut PgConnection, org: OrgId) -> Result<HashSet<(String, Uuid)>> {
    let rows = sqlx::query!("select kind, user_id from routine_mute where org_id = $1", org.0).fetch_all(db).await?;
    Ok(rows.into_iter().map(|r| (r.kind, r.user_id)).collect())
}

/// Whose leads these are, by now.
///
/// # Errors
/// When the database is gone.
pub async fn owners(db: &mut PgConnection, org: OrgId, leads: &[Uuid]) -> Result<Vec<Uuid>> {
    let rows =
        sqlx::query_scalar!(r#"select distinct owner_id as "owner!" from app.owners_of($1, 'lead', $2)"#, org.0, leads)
            .fetch_all(db)
            .await?;
    Ok(rows)
}

/// Forgets runs of more than half a year ago, with what they said.
///
/// # Errors
/// When the database is gone.
pub async fn prune(database: &Database) -> Result<()> {
    let before = database.clock().now() - KEPT;
    let mut tx = database.system().await?;
    sqlx::query!("delete from routine_run where started_at < $1", before).execute(tx.db()).await?;
    tx.commit().await
}
