//! The SQL of uploads.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{FileId, UploadId, UserId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Open, Upload};
use crate::file::Parent;

/// How many the actor has under way.
pub async fn under_way(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from upload where org_id = $1 and not done"#, tx.org().0)
        .fetch_one(tx.db())
        .await?)
}

/// Whether the organisation has room for so many bytes more.
pub async fn has_room(tx: &mut Tx, size: i64, quota: i64) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select app.file_room($1, $2) as "room!""#, size, quota).fetch_one(tx.db()).await?)
}

/// A new upload.
#[expect(clippy::too_many_arguments, reason = "the row's columns")]
pub async fn insert(
    tx: &mut Tx,
    id: Uuid,
    parent: [Option<Uuid>; 4],
    file: Option<FileId>,
    name: &str,
    size: i64,
    by: UserId,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let [opportunity, account, contact, lead] = parent;
    sqlx::query!(
        "insert into upload (org_id, id, opportunity_id, account_id, contact_id, lead_id, file_id, name, size, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        org,
        id,
        opportunity,
        account,
        contact,
        lead,
        file.map(|i| i.0),
        name,
        size,
        by.0,
        now,
        expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// An upload of the actor's that has not ended.
pub async fn find(tx: &mut Tx, id: UploadId) -> Result<Option<Open>> {
    let (org, now) = (tx.org().0, tx.now());
    let row = sqlx::query!(
        r#"select opportunity_id, account_id, contact_id, lead_id, file_id as "file_id: FileId", name, size, received, done, expires_at
           from upload where org_id = $1 and id = $2 and expires_at > $3"#,
        org,
        id.0,
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|r| Open {
        parent: Parent::of([r.opportunity_id, r.account_id, r.contact_id, r.lead_id]),
        upload: Upload {
            id,
            name: r.name,
            size: r.size,
            offset: r.received,
            done: r.done,
            file_id: r.file_id,
            expires_at: r.expires_at,
        },
    }))
}

/// Notes a piece that begins at `at`; false when the upload is elsewhere by now.
pub async fn add_part(
    tx: &mut Tx,
    id: UploadId,
    at: i64,
    size: i64,
    blob: &str,
    expires: DateTime<Utc>,
) -> Result<bool> {
    let org = tx.org().0;
    let moved = sqlx::query!(
        "update upload set received = received + $4, expires_at = $5
         where org_id = $1 and id = $2 and received = $3 and received + $4 <= size and not done",
        org,
        id.0,
        at,
        size,
        expires,
    )
    .execute(tx.db())
    .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into upload_part (org_id, upload_id, start, size, blob) values ($1, $2, $3, $4, $5)",
        org,
        id.0,
        at,
        size,
        blob
    )
    .execute(tx.db())
    .await?;
    Ok(true)
}

/// The pieces, in order.
pub async fn parts(tx: &mut Tx, id: UploadId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "select blob from upload_part where org_id = $1 and upload_id = $2 order by start",
        tx.org().0,
        id.0
    )
    .fetch_all(tx.db())
    .await?)
}

/// The pieces, which are a version's from now on; nothing when they were taken before.
pub async fn take_parts(tx: &mut Tx, id: UploadId) -> Result<Option<Vec<String>>> {
    Ok(sqlx::query_scalar!("select app.take_parts($1)", id.0).fetch_one(tx.db()).await?)
}

/// Says which file an upload became.
pub async fn became(tx: &mut Tx, id: UploadId, file: FileId) -> Result<()> {
    sqlx::query!("update upload set file_id = $3 where org_id = $1 and id = $2", tx.org().0, id.0, file.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Gives an upload up; its pieces are garbage.
pub async fn delete(tx: &mut Tx, id: UploadId) -> Result<bool> {
    let gone =
        sqlx::query!("delete from upload where org_id = $1 and id = $2", tx.org().0, id.0).execute(tx.db()).await?;
    Ok(gone.rows_affected() == 1)
}
