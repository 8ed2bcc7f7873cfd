//! Who is meant: a person, a role, the lead of a team, the managers above an owner. Whoever may be asked sees the record; who is
//! away has somebody who stands in for them.
//!
//! The statements name the organisation themselves: the escalation runs them as the system role, which sees them all.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_workflow::approval::Approver;
use dealwright_workflow::lifecycle::Whom;
use sqlx::PgConnection;
use uuid::Uuid;

/// The active people that these mean, each once, in order.
///
/// # Errors
/// When the database is gone.
pub async fn resolve(db: &mut PgConnection, org: Uuid, owner: Uuid, approvers: &[Approver]) -> Result<Vec<Uuid>> {
    let mut all = Vec::new();
    for approver in approvers {
        let found = match approver {
            Approver::Person { user_id } => active(db, org, user_id.0).await?,
            Approver::Role { role_id } => holders(db, org, role_id.0).await?,
            Approver::TeamLead => leads(db, org, owner).await?.into_iter().take(1).collect(),
            Approver::Manager { up } => {
                let nth = usize::from(up.saturating_sub(1));
                managers(db, org, owner).await?.into_iter().nth(nth).into_iter().collect()
            }
        };
        all.extend(found);
    }
    Ok(once(all))
}

/// The same of whom a stage tells, or gives a deal to.
///
/// # Errors
/// When the database is gone.
pub async fn named(db: &mut PgConnection, org: Uuid, owner: Uuid, whom: &[Whom]) -> Result<Vec<Uuid>> {
    let mut all = Vec::new();
    for one in whom {
        let found = match one {
            Whom::Person { user_id } => active(db, org, user_id.0).await?,
            Whom::Role { role_id } => holders(db, org, role_id.0).await?,
            Whom::Owner => vec![owner],
            Whom::TeamLead => leads(db, org, owner).await?.into_iter().take(1).collect(),
        };
        all.extend(found);
    }
    Ok(once(all))
}

fn once(people: Vec<Uuid>) -> Vec<Uuid> {
    let mut seen: Vec<Uuid> = Vec::with_capacity(people.len());
    for person in people {
        if !seen.contains(&person) {
            seen.push(person);
        }
    }
    seen
}

async fn active(db: &mut PgConnection, org: Uuid, user: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id from app_user where org_id = $1 and id = $2 and active and not service",
        org,
        user
    )
    .fetch_all(db)
    .await?)
}

async fn holders(db: &mut PgConnection, org: Uuid, role: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select u.id from user_role h join app_user u on u.org_id = h.org_id and u.id = h.user_id and u.active and not u.service
         where h.org_id = $1 and h.role_id = $2 order by u.name, u.id limit 200",
        org,
        role,
    )
    .fetch_all(db)
    .await?)
}

/// Who leads the team of a person and the teams above it, the nearest first.
async fn leads(db: &mut PgConnection, org: Uuid, person: Uuid) -> Result<Vec<Uuid>> {
    Ok(once(
        sqlx::query_scalar!(
            r#"with recursive above as (
                   select t.id, t.parent_id, t.lead_id, 0 as distance from app_user u join team t on t.org_id = u.org_id and t.id = u.team_id
                   where u.org_id = $1 and u.id = $2
                   union all
                   select t.id, t.parent_id, t.lead_id, a.distance + 1 from above a join team t on t.org_id = $1 and t.id = a.parent_id
                   where a.distance < 50
               )
               select l.id from above a join app_user l on l.org_id = $1 and l.id = a.lead_id and l.active order by a.distance"#,
            org,
            person,
        )
        .fetch_all(db)
        .await?,
    ))
}

/// Who leads above a person, without themselves.
async fn managers(db: &mut PgConnection, org: Uuid, person: Uuid) -> Result<Vec<Uuid>> {
    Ok(leads(db, org, person).await?.into_iter().filter(|lead| *lead != person).collect())
}

/// Who may change what needs approval: asked where nobody else is left.
///
/// # Errors
/// When the database is gone.
pub async fn keepers(db: &mut PgConnection, org: Uuid) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select u.id from app_user u where u.org_id = $1 and u.active and not u.service and exists (
             select from user_role h join role r on r.org_id = h.org_id and r.id = h.role_id
             where h.org_id = u.org_id and h.user_id = u.id and (r.builtin = 'administrator' or r.grants ->> 'approval.update' = 'all'))
         order by u.name, u.id limit 50",
        org,
    )
    .fetch_all(db)
    .await?)
}

/// Those of these people who see the record, in their order.
///
/// # Errors
/// When the database is gone.
pub async fn who_see(
    db: &mut PgConnection,
    org: Uuid,
    (object, record): (&str, Uuid),
    people: Vec<Uuid>,
) -> Result<Vec<Uuid>> {
    if people.is_empty() {
        return Ok(people);
    }
    let seen = sqlx::query_scalar!(r#"select app.who_sees($1, $2, $3, $4) as "id!""#, org, object, record, &people)
        .fetch_all(db)
        .await?;
    Ok(people.into_iter().filter(|person| seen.contains(person)).collect())
}

/// For whom a person stands in at a moment: those who are away and name them, and those who name one of these. Circles end where
/// they began.
///
/// # Errors
/// When the database is gone.
pub async fn stands_in_for(db: &mut PgConnection, org: Uuid, person: Uuid, at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"with recursive whom as (
               select d.user_id from approval_delegation d where d.org_id = $1 and d.delegate_id = $2 and d.starts_at <= $3 and d.ends_at > $3
               union
               select d.user_id from whom w join approval_delegation d
                   on d.org_id = $1 and d.delegate_id = w.user_id and d.starts_at <= $3 and d.ends_at > $3
           )
           select w.user_id as "id!" from whom w join app_user u on u.org_id = $1 and u.id = w.user_id and u.active where w.user_id <> $2"#,
        org,
        person,
        at,
    )
    .fetch_all(db)
    .await?)
}

/// These people and those who stand in for them at a moment: who is to hear that something waits.
///
/// # Errors
/// When the database is gone.
pub async fn with_stand_ins(db: &mut PgConnection, org: Uuid, people: &[Uuid], at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"with recursive who as (
               select id from unnest($2::uuid[]) as id
               union
               select d.delegate_id from who w join approval_delegation d
                   on d.org_id = $1 and d.user_id = w.id and d.starts_at <= $3 and d.ends_at > $3
           )
           select id as "id!" from who where id is not null"#,
        org,
        people,
        at,
    )
    .fetch_all(db)
    .await?)
}
