//! The SQL of merges.

use chrono::{DateTime, Utc};
use dealwright_kernel::Error;
use dealwright_kernel::Result;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{EventId, UserId};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{MergeObject, NewMerge};

/// Something that hangs on a record by a field.
#[derive(Debug)]
pub struct Link {
    pub kind: String,
    pub id: Uuid,
    pub field: String,
    pub name: String,
    pub version: i64,
}

/// A merge that was done.
#[derive(Debug)]
pub struct Merge {
    pub id: Uuid,
    pub object: MergeObject,
    pub winner_id: Uuid,
    pub loser_id: Uuid,
    pub update_event: Option<EventId>,
    pub event_id: EventId,
    pub moved: Value,
    pub merged_at: DateTime<Utc>,
    pub undone: bool,
}

/// Moves what hangs on `from` to `to`: all, or `only` these as they were moved.
///
/// # Errors
/// When the database is gone.
pub async fn move_links(
    tx: &mut Tx,
    object: MergeObject,
    from: Uuid,
    to: Uuid,
    only: Option<&Value>,
) -> Result<Vec<Link>> {
    Ok(sqlx::query_as!(
        Link,
        r#"select kind as "kind!", id as "id!", field as "field!", name as "name!", version as "version!" from app.move_links($1, $2, $3, $4)"#,
        object.as_str(),
        from,
        to,
        only,
    )
    .fetch_all(tx.db())
    .await?)
}

/// How many of each kind hang on a record.
///
/// # Errors
/// When the database is gone.
pub async fn count_links(tx: &mut Tx, object: MergeObject, id: Uuid) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", n as "n!" from app.count_links($1, $2) where n > 0"#,
        object.as_str(),
        id
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.kind, r.n)).collect())
}

/// Keeps what was merged.
///
/// # Errors
/// 409 `try_again` when two merges met.
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    m: &NewMerge,
    by: UserId,
    update_event: Option<EventId>,
    event: EventId,
    moved: &Value,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into record_merge (org_id, id, object, winner_id, loser_id, user_id, update_event, event_id, moved, merged_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        id,
        m.object.as_str(),
        m.winner_id,
        m.loser_id,
        by.0,
        update_event.map(|e| e.0),
        event.0,
        moved,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("record_merge_loser_key", || Error::conflict("try_again", "two changes met; try again"))?;
    Ok(())
}

/// The pair that they were found as is decided.
///
/// # Errors
/// When the database is gone.
pub async fn settle_pair(tx: &mut Tx, m: &NewMerge, by: UserId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update duplicate_pair set state = 'merged', decided_by = $4, decided_at = $5
         where org_id = $1 and object = $2 and left_id = least($3::uuid, $6::uuid) and right_id = greatest($3::uuid, $6::uuid)",
        org,
        m.object.as_str(),
        m.winner_id,
        by.0,
        now,
        m.loser_id,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    object: String,
    winner_id: Uuid,
    loser_id: Uuid,
    update_event: Option<Uuid>,
    event_id: Uuid,
    moved: Value,
    merged_at: DateTime<Utc>,
    undone_at: Option<DateTime<Utc>>,
}

impl Row {
    fn into_merge(self) -> Result<Merge> {
        Ok(Merge {
            id: self.id,
            object: MergeObject::named(&self.object)?,
            winner_id: self.winner_id,
            loser_id: self.loser_id,
            update_event: self.update_event.map(EventId),
            event_id: EventId(self.event_id),
            moved: self.moved,
            merged_at: self.merged_at,
            undone: self.undone_at.is_some(),
        })
    }
}

/// A merge whose winner the actor may see, by its id or that of its event.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Merge>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        "select id, object, winner_id, loser_id, update_event, event_id, moved, merged_at, undone_at from record_merge
         where org_id = $1 and (id = $2 or event_id = $2) for update",
        org,
        id
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_merge).transpose()
}

/// It is taken back, and the pair is open again.
///
/// # Errors
/// When the database is gone.
pub async fn set_undone(tx: &mut Tx, m: &Merge) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!("update record_merge set undone_at = $3 where org_id = $1 and id = $2", org, m.id, now)
        .execute(tx.db())
        .await?;
    sqlx::query!(
        "update duplicate_pair set state = 'open', decided_by = null, decided_at = null
         where org_id = $1 and object = $2 and state = 'merged' and left_id = least($3::uuid, $4::uuid) and right_id = greatest($3::uuid, $4::uuid)",
        org,
        m.object.as_str(),
        m.winner_id,
        m.loser_id,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The record that an id leads to since it was merged.
///
/// # Errors
/// When the database is gone.
pub async fn survivor(tx: &mut Tx, object: MergeObject, gone: Uuid) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!("select app.survivor($1, $2)", object.as_str(), gone).fetch_one(tx.db()).await?)
}
