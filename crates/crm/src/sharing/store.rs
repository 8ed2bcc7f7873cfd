//! The SQL of sharing.

use chrono::{DateTime, Utc};
use dealwright_access::Object;
use dealwright_kernel::id::{ShareId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{NewShare, Share};
use crate::record::Ref;

#[derive(Debug)]
struct Row {
    id: ShareId,
    user_id: Option<Uuid>,
    user_name: Option<String>,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    level: String,
    expires_at: Option<DateTime<Utc>>,
    created_by: Uuid,
    created_by_name: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn into_share(self) -> Result<Share> {
        Ok(Share {
            id: self.id,
            user: Ref::of(self.user_id, self.user_name),
            team: Ref::of(self.team_id, self.team_name),
            level: self.level.parse()?,
            expires_at: self.expires_at,
            created_by: Ref { id: self.created_by, name: self.created_by_name },
            created_at: self.created_at,
        })
    }
}

/// With whom a record is shared, teams first.
pub async fn list(tx: &mut Tx, object: Object, record: Uuid) -> Result<Vec<Share>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id as "id: ShareId", s.user_id, u.name as "user_name?", s.team_id, t.name as "team_name?", s.level, s.expires_at, s.created_by,
                  c.name as created_by_name, s.created_at
           from record_share s join app_user c on c.org_id = s.org_id and c.id = s.created_by
           left join app_user u on u.org_id = s.org_id and u.id = s.user_id left join team t on t.org_id = s.org_id and t.id = s.team_id
           where s.org_id = $1 and s.object = $2 and s.record_id = $3 and (s.expires_at is null or s.expires_at > now())
           order by s.team_id is null, lower(coalesce(t.name, u.name)), s.id limit 1000"#,
        tx.org().0,
        object.as_str(),
        record,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_share).collect()
}

/// One share of a record.
pub async fn find(tx: &mut Tx, object: Object, record: Uuid, id: ShareId) -> Result<Option<Share>> {
    let row = sqlx::query_as!(
        Row,
        r#"select s.id as "id: ShareId", s.user_id, u.name as "user_name?", s.team_id, t.name as "team_name?", s.level, s.expires_at, s.created_by,
                  c.name as created_by_name, s.created_at
           from record_share s join app_user c on c.org_id = s.org_id and c.id = s.created_by
           left join app_user u on u.org_id = s.org_id and u.id = s.user_id left join team t on t.org_id = s.org_id and t.id = s.team_id
           where s.org_id = $1 and s.object = $2 and s.record_id = $3 and s.id = $4"#,
        tx.org().0,
        object.as_str(),
        record,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_share).transpose()
}

/// Checks that the person or team exists.
///
/// # Errors
/// 422 that names the field.
pub async fn check_principal(tx: &mut Tx, new: &NewShare) -> Result<()> {
    let found = sqlx::query!(
        r#"select $2::uuid is null or exists (select from app_user where org_id = $1 and id = $2 and active) as "user!",
                  $3::uuid is null or exists (select from team where org_id = $1 and id = $3) as "team!""#,
        tx.org().0,
        new.user_id.map(|i| i.0),
        new.team_id.map(|i| i.0),
    )
    .fetch_one(tx.db())
    .await?;
    let unknown =
        |field: &str, what: &str| Error::field(field, "unknown_reference", format!("there is no such {what}"));
    match (found.user, found.team) {
        (true, true) => Ok(()),
        (false, _) => Err(unknown("user_id", "user")),
        (true, false) => Err(unknown("team_id", "team")),
    }
}

/// Adds a share, or gives the one there is this level and end.
pub async fn upsert(tx: &mut Tx, object: Object, record: Uuid, by: UserId, new: &NewShare) -> Result<Share> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let id = sqlx::query_scalar!(
        r#"insert into record_share (org_id, id, object, record_id, user_id, team_id, level, expires_at, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           on conflict (org_id, object, record_id, principal_id) do update
               set level = excluded.level, expires_at = excluded.expires_at, created_by = excluded.created_by, created_at = excluded.created_at
           returning id as "id: ShareId""#,
        org,
        id,
        object.as_str(),
        record,
        new.user_id.map(|i| i.0),
        new.team_id.map(|i| i.0),
        new.level.as_str(),
        new.expires_at,
        by.0,
        now,
    )
    .fetch_one(tx.db())
    .await?;
    find(tx, object, record, id).await?.ok_or_else(|| Error::internal("a share was written and is not there"))
}

/// Takes a share away.
pub async fn delete(tx: &mut Tx, id: ShareId) -> Result<()> {
    sqlx::query!("delete from record_share where org_id = $1 and id = $2", tx.org().0, id.0).execute(tx.db()).await?;
    Ok(())
}

/// When what is shared with the actor, to be edited, ends; nothing when it does not end.
pub async fn own_end(tx: &mut Tx, object: Object, record: Uuid) -> Result<Option<DateTime<Utc>>> {
    Ok(sqlx::query_scalar!(r#"select nullif(app.edits_until($1, $2), 'infinity') as "end""#, object.as_str(), record)
        .fetch_one(tx.db())
        .await?)
}

/// A share that reaches somebody, and by which of those it can be with.
pub async fn reaching(tx: &mut Tx, object: Object, record: Uuid, principals: &[Uuid]) -> Result<Vec<Share>> {
    let mut all = list(tx, object, record).await?;
    let is_one = |with: &Option<Ref>| with.as_ref().is_some_and(|r| principals.contains(&r.id));
    all.retain(|s| is_one(&s.user) || is_one(&s.team));
    Ok(all)
}

/// The names of teams.
pub async fn team_name(tx: &mut Tx, team: Option<Uuid>) -> Result<Option<Ref>> {
    let Some(id) = team else { return Ok(None) };
    let name = sqlx::query_scalar!("select name from team where org_id = $1 and id = $2", tx.org().0, id)
        .fetch_optional(tx.db())
        .await?;
    Ok(Ref::of(Some(id), name))
}
