//! The SQL of imports: their state, their file, their rows.

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{ImportId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::check::State;
use super::field::Object;
use super::likely::{self, Choice, Likely};
use super::{Import, Status, Tally};

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    status: String,
    object: String,
    filename: String,
    size: i64,
    reading: Value,
    source: Value,
    columns: Value,
    mapping: Value,
    decisions: Value,
    options: Value,
    matched: Value,
    row_count: i64,
    summary: Option<Value>,
    progress_done: Option<i64>,
    progress_total: Option<i64>,
    created: i64,
    updated: i64,
    skipped: i64,
    failed: i64,
    error: Option<String>,
    created_by: Uuid,
    created_by_name: String,
    created_at: chrono::DateTime<chrono::Utc>,
    finished_at: Option<chrono::DateTime<chrono::Utc>>,
    mapped_by: Option<Value>,
    attachments: Option<Value>,
}

pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}

pub(super) fn written(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

impl Row {
    fn into_import(self) -> Result<Import> {
        Ok(Import {
            id: ImportId(self.id),
            status: self.status.parse()?,
            object: Object::from_key(&self.object).ok_or_else(|| Error::internal("an import of an unknown object"))?,
            filename: self.filename,
            size: self.size,
            reading: read(self.reading)?,
            source: read(self.source)?,
            columns: read(self.columns)?,
            mapping: read(self.mapping)?,
            decisions: read(self.decisions)?,
            options: read(self.options)?,
            matched: read(self.matched)?,
            rows: self.row_count,
            summary: self.summary.map(read).transpose()?,
            progress: self.progress_done.zip(self.progress_total),
            tally: Tally { created: self.created, updated: self.updated, skipped: self.skipped, failed: self.failed },
            error: self.error,
            created_by: UserId(self.created_by),
            created_by_name: self.created_by_name,
            created_at: self.created_at,
            finished_at: self.finished_at,
            mapped_by: self.mapped_by.map(read).transpose()?,
            attachments: self.attachments.map(read).transpose()?,
        })
    }
}

/// One import the actor may see.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: ImportId) -> Result<Import> {
    let row = sqlx::query_as!(
        Row,
        "select i.id, i.status, i.object, i.filename, i.size, i.reading, i.source, i.columns, i.mapping, i.decisions, i.options, i.matched,
                i.row_count, i.summary, i.progress_done, i.progress_total, i.created, i.updated, i.skipped, i.failed, i.error, i.created_by,
                u.name as created_by_name, i.created_at, i.finished_at, i.mapped_by,
                (select jsonb_build_object('waiting', count(*) filter (where a.state = 'waiting'), 'done', count(*) filter (where a.state = 'done'),
                        'failed', count(*) filter (where a.state = 'failed'))
                 from import_attachment a where a.org_id = i.org_id and a.import_id = i.id having count(*) > 0) as attachments
         from import i join app_user u on u.org_id = i.org_id and u.id = i.created_by where i.org_id = $1 and i.id = $2",
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.or_not_found("import")?.into_import()
}

/// The imports the actor may see, newest first: at most `limit` that were made before the one at `before`.
pub async fn list(tx: &mut Tx, before: Option<Uuid>, limit: i64) -> Result<Vec<Import>> {
    let rows = sqlx::query_as!(
        Row,
        "select i.id, i.status, i.object, i.filename, i.size, i.reading, i.source, i.columns, i.mapping, i.decisions, i.options, i.matched,
                i.row_count, i.summary, i.progress_done, i.progress_total, i.created, i.updated, i.skipped, i.failed, i.error, i.created_by,
                u.name as created_by_name, i.created_at, i.finished_at, i.mapped_by,
                (select jsonb_build_object('waiting', count(*) filter (where a.state = 'waiting'), 'done', count(*) filter (where a.state = 'done'),
                        'failed', count(*) filter (where a.state = 'failed'))
                 from import_attachment a where a.org_id = i.org_id and a.import_id = i.id having count(*) > 0) as attachments
         from import i join app_user u on u.org_id = i.org_id and u.id = i.created_by
         where i.org_id = $1 and ($2::uuid is null or i.id < $2) order by i.id desc limit $3",
        tx.org().0,
        before,
        limit,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_import).collect()
}

/// Keeps a new import and its file.
pub async fn insert(tx: &mut Tx, import: &Import, content: &[u8]) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into import (org_id, id, status, object, filename, size, reading, source, columns, mapping, decisions, options, matched, row_count,
             created_by, created_at, updated_at, mapped_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17)",
        org,
        import.id.0,
        import.status.as_str(),
        import.object.key(),
        import.filename,
        import.size,
        written(&import.reading)?,
        written(&import.source)?,
        written(&import.columns)?,
        written(&import.mapping)?,
        written(&import.decisions)?,
        written(&import.options)?,
        written(&import.matched)?,
        import.rows,
        import.created_by.0,
        now,
        import.mapped_by.as_ref().map(written).transpose()?,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("insert into import_file (org_id, import_id, content) values ($1, $2, $3)", org, import.id.0, content)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Writes what was configured and found; only while nothing runs. The check's result goes with it.
///
/// # Errors
/// 409 `import_busy` when another change came first.
pub async fn save(tx: &mut Tx, import: &Import) -> Result<()> {
    let now = tx.now();
    let saved = sqlx::query!(
        "update import set status = $3, object = $4, reading = $5, source = $6, columns = $7, mapping = $8, decisions = $9, options = $10, matched = $11,
             row_count = $12, summary = $13, updated_at = $14, mapped_by = $15
         where org_id = $1 and id = $2 and status in ('mapping', 'checked')",
        tx.org().0,
        import.id.0,
        import.status.as_str(),
        import.object.key(),
        written(&import.reading)?,
        written(&import.source)?,
        written(&import.columns)?,
        written(&import.mapping)?,
        written(&import.decisions)?,
        written(&import.options)?,
        written(&import.matched)?,
        import.rows,
        import.summary.as_ref().map(written).transpose()?,
        now,
        import.mapped_by.as_ref().map(written).transpose()?,
    )
    .execute(tx.db())
    .await?;
    if saved.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::conflict("import_busy", "the import is at work; wait for its end"))
    }
}

/// From one of the states `from` into `to`; false when it was in none of them.
pub async fn enter(tx: &mut Tx, id: ImportId, from: &[Status], to: Status) -> Result<bool> {
    let from: Vec<String> = from.iter().map(|status| status.as_str().to_owned()).collect();
    let (org, now) = (tx.org().0, tx.now());
    let entered = sqlx::query!(
        "update import set status = $4, error = null, progress_done = null, progress_total = null, updated_at = $5,
             started_at = case when $4 in ('running', 'rolling_back') then $5 else started_at end,
             finished_at = case when $4 in ('done', 'failed', 'rolled_back') then $5 else null end
         where org_id = $1 and id = $2 and status = any ($3)",
        org,
        id.0,
        &from,
        to.as_str(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(entered.rows_affected() == 1)
}

/// Records why an import could not go on.
pub async fn fail(tx: &mut Tx, id: ImportId, back_to: Status, message: &str) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update import set status = $3, error = $4, progress_done = null, progress_total = null, updated_at = $5, finished_at = $5 where org_id = $1 and id = $2",
        org,
        id.0,
        back_to.as_str(),
        message,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// How far the work at hand has come.
pub async fn progress(tx: &mut Tx, id: ImportId, done: i64, total: i64) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update import set progress_done = $3, progress_total = $4, updated_at = $5 where org_id = $1 and id = $2",
        org,
        id.0,
        done,
        total,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Adds to what the import has made so far.
pub async fn tally(tx: &mut Tx, id: ImportId, more: Tally) -> Result<()> {
    sqlx::query!(
        "update import set created = created + $3, updated = updated + $4, skipped = skipped + $5, failed = failed + $6 where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
        more.created,
        more.updated,
        more.skipped,
        more.failed,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The uploaded bytes.
pub async fn content(tx: &mut Tx, id: ImportId) -> Result<Vec<u8>> {
    let org = tx.org().0;
    sqlx::query_scalar!("select content from import_file where org_id = $1 and import_id = $2", org, id.0)
        .fetch_optional(tx.db())
        .await?
        .or_not_found("import")
}

/// Removes an import, its file and its rows. Records it made stay.
pub async fn delete(tx: &mut Tx, id: ImportId) -> Result<()> {
    sqlx::query!("delete from import where org_id = $1 and id = $2", tx.org().0, id.0).execute(tx.db()).await?;
    Ok(())
}

/// A problem of a row, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reason {
    pub field: String,
    pub code: String,
    pub message: String,
}

/// A row as the check left it.
#[derive(Debug, Serialize)]
pub struct CheckedRow<'a> {
    pub row: i64,
    pub number: u32,
    pub state: &'static str,
    pub cells: Vec<&'a str>,
    pub problems: Vec<Reason>,
}

/// Writes what the check said of rows, in place of what an earlier check said.
pub async fn put_rows(tx: &mut Tx, id: ImportId, rows: &[CheckedRow<'_>]) -> Result<()> {
    sqlx::query!(
        "insert into import_row as r (org_id, import_id, row, number, state, cells, problems)
         select $1, $2, e.row, e.number, e.state, e.cells, e.problems
         from jsonb_to_recordset($3) as e (row bigint, number bigint, state text, cells jsonb, problems jsonb)
         on conflict (org_id, import_id, row) do update set number = excluded.number, state = excluded.state, cells = excluded.cells, problems = excluded.problems
         where (r.number, r.state, r.cells, r.problems) is distinct from (excluded.number, excluded.state, excluded.cells, excluded.problems)",
        tx.org().0,
        id.0,
        written(&rows)?,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Removes rows beyond the table's end: the file is now read in another way.
pub async fn trim_rows(tx: &mut Tx, id: ImportId, count: i64) -> Result<()> {
    sqlx::query!("delete from import_row where org_id = $1 and import_id = $2 and row >= $3", tx.org().0, id.0, count)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Rows that are still to be written, from `from` on: position and what to do.
pub async fn to_do(tx: &mut Tx, id: ImportId, from: i64, limit: i64) -> Result<Vec<(i64, State)>> {
    let rows = sqlx::query!(
        "select row, state from import_row where org_id = $1 and import_id = $2 and state in ('create', 'update') and record_id is null and row >= $3
         order by row limit $4",
        tx.org().0,
        id.0,
        from,
        limit,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.row, if row.state == "create" { State::Create } else { State::Update }))
        .collect())
}

/// How many rows are still to be written.
pub async fn count_to_do(tx: &mut Tx, id: ImportId) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from import_row where org_id = $1 and import_id = $2 and state in ('create', 'update') and record_id is null"#,
        org,
        id.0,
    )
    .fetch_one(tx.db())
    .await?)
}

/// What became of a row.
#[derive(Clone, Debug, Serialize)]
pub struct Fate {
    pub row: i64,
    /// The record written; `None` when it failed.
    pub record_id: Option<Uuid>,
    pub event_id: Option<Uuid>,
    /// Why it failed.
    pub problems: Vec<Reason>,
}

/// Records what became of rows.
pub async fn settle(tx: &mut Tx, id: ImportId, fates: &[Fate]) -> Result<()> {
    sqlx::query!(
        "update import_row r set record_id = e.record_id, event_id = e.event_id,
             state = case when e.record_id is null then 'error' else r.state end,
             problems = case when e.record_id is null then e.problems else r.problems end
         from jsonb_to_recordset($3) as e (row bigint, record_id uuid, event_id uuid, problems jsonb)
         where r.org_id = $1 and r.import_id = $2 and r.row = e.row",
        tx.org().0,
        id.0,
        written(&fates)?,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Events of updates that the import made, the latest first, after the row `below` counted down: what a rollback undoes.
pub async fn update_events(tx: &mut Tx, id: ImportId, below: i64, limit: i64) -> Result<Vec<(i64, Uuid)>> {
    let rows = sqlx::query!(
        r#"select row, event_id as "event_id!" from import_row
           where org_id = $1 and import_id = $2 and state = 'update' and event_id is not null and row < $3 order by row desc limit $4"#,
        tx.org().0,
        id.0,
        below,
        limit,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.row, row.event_id)).collect())
}

/// A row for the page that shows them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShownRow {
    /// As a spreadsheet numbers it.
    pub row: i64,
    pub state: String,
    /// As written in the file, column by column.
    pub cells: Vec<String>,
    pub problems: Vec<Reason>,
    #[serde(skip)]
    pub position: i64,
    pub record_id: Option<Uuid>,
    /// What it probably is already, the likeliest first.
    pub duplicates: Vec<Likely>,
    /// What was decided of that.
    pub duplicate: Option<Choice>,
    /// The record that was chosen to be updated.
    pub duplicate_record_id: Option<Uuid>,
}

/// Rows in one of `states` (any, when empty) after the position `after`, in the file's order.
/// The word `similar` stands for those that probably are there already.
pub async fn rows(tx: &mut Tx, id: ImportId, states: &[String], after: i64, limit: i64) -> Result<Vec<ShownRow>> {
    let rows = sqlx::query!(
        "select row, number, state, cells, problems, record_id, likely, choice, chosen_id from import_row
         where org_id = $1 and import_id = $2 and row > $3
           and (cardinality($4::text[]) = 0 or state = any ($4) or (likely is not null and 'similar' = any ($4))) order by row limit $5",
        tx.org().0,
        id.0,
        after,
        states,
        limit,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ShownRow {
                row: row.number,
                state: row.state,
                cells: read(row.cells)?,
                problems: read(row.problems)?,
                position: row.row,
                record_id: row.record_id,
                duplicates: likely::store::shown(row.likely)?,
                duplicate: likely::store::choice(row.choice)?,
                duplicate_record_id: row.chosen_id,
            })
        })
        .collect()
}

/// The payload of a background job for an import.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Payload {
    pub import: ImportId,
    pub user: UserId,
}

/// Queues work on an import; one piece of it at a time.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn enqueue(tx: &mut Tx, kind: &'static str, id: ImportId, user: UserId) -> Result<()> {
    let job = dealwright_store::NewJob::new(kind, &json!(Payload { import: id, user }))?;
    tx.enqueue(job.unique(format!("{kind}:{id}")).attempts(5));
    Ok(())
}
