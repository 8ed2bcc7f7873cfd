//! The SQL of files that an import fetches.

use dealwright_crm::file::{FileParent, Parent};
use dealwright_kernel::id::{FileId, ImportId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{State, Waiting, Wanted};

/// Notes files that are to be fetched: each address of a record once, and none that an earlier import has brought it.
///
/// # Errors
/// When the database is gone.
pub async fn put(tx: &mut Tx, import: ImportId, on: FileParent, wanted: &[Wanted]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = wanted
        .iter()
        .map(|wanted| json!({ "id": tx.new_id(), "row": wanted.row, "record_id": wanted.record, "url": wanted.url }))
        .collect();
    sqlx::query!(
        "insert into import_attachment (org_id, id, import_id, row, object, record_id, url)
         select $1, e.id, $2, e.row, $3, e.record_id, e.url
         from jsonb_to_recordset($4) as e (id uuid, row bigint, record_id uuid, url text)
         where not exists (select from import_attachment a join file f on f.org_id = a.org_id and f.id = a.file_id and f.deleted_at is null
                           where a.org_id = $1 and a.record_id = e.record_id and a.url = e.url and a.state = 'done')
         on conflict do nothing",
        tx.org().0,
        import.0,
        on.as_str(),
        json!(rows),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Whether files wait to be fetched.
///
/// # Errors
/// When the database is gone.
pub async fn any_waiting(tx: &mut Tx, import: ImportId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from import_attachment where org_id = $1 and import_id = $2 and state = 'waiting') as "any!""#,
        tx.org().0,
        import.0,
    )
    .fetch_one(tx.db())
    .await?)
}

/// The next file to be fetched, in the order of rows.
///
/// # Errors
/// When the database is gone.
pub async fn next(tx: &mut Tx, import: ImportId) -> Result<Option<Waiting>> {
    let row = sqlx::query!(
        "select id, object, record_id, url from import_attachment
         where org_id = $1 and import_id = $2 and state = 'waiting' order by row, id limit 1",
        tx.org().0,
        import.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| {
        let parent = Parent { object: row.object.parse()?, id: row.record_id };
        Ok(Waiting { id: row.id, url: row.url, parent })
    })
    .transpose()
}

/// Notes that a file is there; false when its import is no longer to bring it.
///
/// # Errors
/// When the database is gone.
pub async fn done(tx: &mut Tx, import: ImportId, id: Uuid, file: FileId) -> Result<bool> {
    let org = tx.org().0;
    // A rollback waits for this, or has come before.
    let live = sqlx::query_scalar!(
        "select id from import where org_id = $1 and id = $2 and status = 'done' for no key update",
        org,
        import.0
    );
    if live.fetch_optional(tx.db()).await?.is_none() {
        return Ok(false);
    }
    let noted = sqlx::query!(
        "update import_attachment set state = 'done', file_id = $4, reason = null where org_id = $1 and import_id = $2 and id = $3 and state = 'waiting'",
        org,
        import.0,
        id,
        file.0,
    );
    Ok(noted.execute(tx.db()).await?.rows_affected() == 1)
}

/// Notes why a file is not there.
///
/// # Errors
/// When the database is gone.
pub async fn fail(tx: &mut Tx, import: ImportId, id: Uuid, reason: &str) -> Result<()> {
    let reason: String = reason.chars().take(500).collect();
    sqlx::query!(
        "update import_attachment set state = 'failed', reason = $4 where org_id = $1 and import_id = $2 and id = $3 and state = 'waiting'",
        tx.org().0,
        import.0,
        id,
        reason,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes files off the list that are not fetched yet.
///
/// # Errors
/// When the database is gone.
pub async fn stop(tx: &mut Tx, import: ImportId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update import_attachment set state = 'removed' where org_id = $1 and import_id = $2 and state = 'waiting'",
        org,
        import.0
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A file that the import has brought and not taken back.
///
/// # Errors
/// When the database is gone.
pub async fn brought(tx: &mut Tx, import: ImportId, after: Uuid) -> Result<Option<(Uuid, FileId)>> {
    let row = sqlx::query!(
        r#"select id, file_id as "file!: FileId" from import_attachment
           where org_id = $1 and import_id = $2 and state = 'done' and file_id is not null and id > $3 order by id limit 1"#,
        tx.org().0,
        import.0,
        after,
    );
    Ok(row.fetch_optional(tx.db()).await?.map(|row| (row.id, row.file)))
}

/// Notes that a file was taken back.
///
/// # Errors
/// When the database is gone.
pub async fn removed(tx: &mut Tx, id: Uuid) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("update import_attachment set state = 'removed' where org_id = $1 and id = $2", org, id)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// A file as the report of an import lists it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ImportAttachment)]
pub struct Attachment {
    pub id: Uuid,
    /// As a spreadsheet numbers it.
    pub row: i64,
    pub record_id: Uuid,
    pub url: String,
    pub state: State,
    /// Why it could not be fetched.
    pub reason: Option<String>,
    pub file_id: Option<FileId>,
}

/// Files of an import after the one with the id `after`, of one state where that is said.
///
/// # Errors
/// When the database is gone.
pub async fn list(
    tx: &mut Tx,
    import: ImportId,
    state: Option<State>,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Attachment>> {
    let rows = sqlx::query!(
        r#"select a.id, r.number as "number?", a.record_id, a.url, a.state, a.reason, a.file_id as "file: FileId"
           from import_attachment a
           left join import_row r on r.org_id = a.org_id and r.import_id = a.import_id and r.row = a.row
           where a.org_id = $1 and a.import_id = $2 and a.id > $3 and ($4::text is null or a.state = $4) order by a.id limit $5"#,
        tx.org().0,
        import.0,
        after,
        state.map(State::as_str),
        limit,
    );
    let rows = rows.fetch_all(tx.db()).await?;
    rows.into_iter()
        .map(|row| {
            let unknown = || Error::internal("a file of an import has an unknown state");
            Ok(Attachment {
                id: row.id,
                row: row.number.unwrap_or_default(),
                record_id: row.record_id,
                url: row.url,
                state: State::read(&row.state).ok_or_else(unknown)?,
                reason: row.reason,
                file_id: row.file,
            })
        })
        .collect()
}
