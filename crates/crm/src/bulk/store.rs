//! The SQL of changes of many records.

use chrono::{DateTime, Utc};
use dealwright_access::Context;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{BulkId, EventId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use serde_json::json;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{BulkChange, BulkRecord, BulkRefusal, BulkStatus, Fate, MAX_ROWS, Work};
use crate::list::{Reach, visible};
use crate::selection::{ListObject, Selection, reader};

/// Begins a change, still without records.
pub async fn insert(tx: &mut Tx, id: BulkId, object: ListObject, by: Uuid, change: &Work) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into bulk_change (org_id, id, object, user_id, change, status, total, created_at) values ($1, $2, $3, $4, $5, 'running', 0, $6)",
        org,
        id.0,
        object.as_str(),
        by,
        json!(change),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The records that were chosen, each once; whether they are there is seen when they are changed.
pub async fn add(tx: &mut Tx, id: BulkId, records: &[BulkRecord]) -> Result<i64> {
    let org = tx.org().0;
    let (ids, versions): (Vec<Uuid>, Vec<i64>) = records.iter().map(|r| (r.id, r.version)).unzip();
    let added = sqlx::query!(
        "insert into bulk_row (org_id, bulk_id, n, record_id, version)
         select $1, $2, row_number() over (order by r.record_id), r.record_id, r.version
         from (select distinct on (u.record_id) u.record_id, u.version from unnest($3::uuid[], $4::bigint[]) u (record_id, version)
               order by u.record_id, u.version) r",
        org,
        id.0,
        &ids,
        &versions,
    )
    .execute(tx.db())
    .await?;
    total(tx, id, added.rows_affected()).await
}

/// All records that the selection finds under the actor's eyes, as they are now.
///
/// # Errors
/// As [`Selection::find`].
pub async fn add_matching(
    cx: &Context,
    tx: &mut Tx,
    id: BulkId,
    object: ListObject,
    selection: &Selection,
) -> Result<i64> {
    let found = selection.find(cx, tx, object).await?;
    let reader = reader(object, cx.actor());
    let org = tx.org().0;
    let mut sql =
        QueryBuilder::<Postgres>::new("insert into bulk_row (org_id, bulk_id, n, record_id, version) select ");
    sql.push_bind(org).push(", ").push_bind(id.0).push(", row_number() over (order by f.id), f.id, f.version from (");
    for (n, reach) in Reach::of(&reader).iter().enumerate() {
        sql.push(if n == 0 { "(select t.id, t.version from " } else { " union all (select t.id, t.version from " });
        sql.push(reader.catalogue.table).push(" t where ");
        visible(&mut sql, &reader, &found.query, found.ids.as_deref(), org, *reach);
        sql.push(" limit ").push_bind(MAX_ROWS + 1).push(")");
    }
    sql.push(") f");
    let added = sql.build().execute(tx.db()).await?;
    total(tx, id, added.rows_affected()).await
}

async fn total(tx: &mut Tx, id: BulkId, rows: u64) -> Result<i64> {
    let (org, rows) = (tx.org().0, i64::try_from(rows).map_err(Error::internal)?);
    sqlx::query!("update bulk_change set total = $3 where org_id = $1 and id = $2", org, id.0, rows)
        .execute(tx.db())
        .await?;
    Ok(rows)
}

struct Found {
    id: BulkId,
    object: String,
    change: serde_json::Value,
    status: String,
    total: i64,
    done: i64,
    changed: i64,
    refused: i64,
    undone: i64,
    problem: Option<String>,
    created_at: chrono::DateTime<chrono::Utc>,
    finished_at: Option<chrono::DateTime<chrono::Utc>>,
}

/// A change of the actor's.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: BulkId) -> Result<BulkChange> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Found,
        r#"select id as "id: BulkId", object, change, status, total, done, changed, refused, undone, problem, created_at, finished_at
           from bulk_change where org_id = $1 and id = $2"#,
        org,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("bulk change")?;
    Ok(BulkChange {
        id: row.id,
        object: row.object.parse()?,
        change: serde_json::from_value(row.change).map_err(Error::internal)?,
        status: row.status.parse()?,
        total: row.total,
        done: row.done,
        changed: row.changed,
        refused: row.refused,
        undone: row.undone,
        problem: row.problem,
        created_at: row.created_at,
        finished_at: row.finished_at,
    })
}

/// A record that waits for its change.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub n: i64,
    pub record_id: Uuid,
    pub version: i64,
}

/// Records that wait, in their order.
pub async fn waiting(tx: &mut Tx, id: BulkId, most: i64) -> Result<Vec<Row>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Row,
        "select n, record_id, version from bulk_row where org_id = $1 and bulk_id = $2 and state = 'waiting' order by n limit $3",
        org,
        id.0,
        most,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Records that were changed and not taken back yet, the last first.
pub async fn changed(tx: &mut Tx, id: BulkId, most: i64) -> Result<Vec<(i64, EventId)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select n, event_id as "event_id!: EventId" from bulk_row where org_id = $1 and bulk_id = $2 and state = 'changed' order by n desc limit $3"#,
        org,
        id.0,
        most,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.n, r.event_id)).collect())
}

/// What becomes of rows: their numbers, and column by column what is kept.
#[derive(Default)]
struct Columns {
    n: Vec<i64>,
    state: Vec<String>,
    name: Vec<Option<String>>,
    field: Vec<Option<String>>,
    code: Vec<Option<String>>,
    message: Vec<Option<String>>,
    event: Vec<Option<Uuid>>,
}

impl Columns {
    fn push(&mut self, n: i64, name: Option<String>, fate: &Fate, states: [&str; 3]) {
        let [changed, unchanged, refused] = states;
        let (state, field, code, message, event) = match fate {
            Fate::Changed(event) => (changed, None, None, None, Some(event.0)),
            Fate::Unchanged => (unchanged, None, None, None, None),
            Fate::Refused { field, code, message } => {
                (refused, field.clone(), Some(code.clone()), Some(message.clone()), None)
            }
        };
        self.n.push(n);
        self.state.push(state.to_owned());
        self.name.push(name);
        self.field.push(field);
        self.code.push(code);
        self.message.push(message);
        self.event.push(event);
    }

    #[expect(clippy::as_conversions, reason = "tells the query macro that elements may be null; nothing is converted")]
    async fn write(&self, tx: &mut Tx, id: BulkId) -> Result<()> {
        let org = tx.org().0;
        sqlx::query!(
            "update bulk_row r set state = u.state, name = coalesce(u.name, r.name), field = u.field, code = u.code, message = u.message,
                    event_id = coalesce(u.event_id, r.event_id)
             from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[])
                  u (n, state, name, field, code, message, event_id)
             where r.org_id = $1 and r.bulk_id = $2 and r.n = u.n",
            org,
            id.0,
            &self.n,
            &self.state,
            &self.name as &[Option<String>],
            &self.field as &[Option<String>],
            &self.code as &[Option<String>],
            &self.message as &[Option<String>],
            &self.event as &[Option<Uuid>],
        )
        .execute(tx.db())
        .await?;
        Ok(())
    }

    fn count(&self, state: &str) -> i64 {
        i64::try_from(self.state.iter().filter(|s| *s == state).count()).unwrap_or(0)
    }
}

/// Keeps what became of a batch.
pub async fn settle(tx: &mut Tx, id: BulkId, fates: &[(Row, Option<String>, Fate)]) -> Result<()> {
    let mut columns = Columns::default();
    for (row, name, fate) in fates {
        columns.push(row.n, name.clone(), fate, ["changed", "unchanged", "refused"]);
    }
    columns.write(tx, id).await?;
    let (org, done) = (tx.org().0, i64::try_from(fates.len()).unwrap_or(0));
    sqlx::query!(
        "update bulk_change set done = done + $3, changed = changed + $4, refused = refused + $5 where org_id = $1 and id = $2",
        org,
        id.0,
        done,
        columns.count("changed"),
        columns.count("refused"),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Keeps what an undo made of a batch.
pub async fn settle_undo(tx: &mut Tx, id: BulkId, fates: &[(i64, Fate)]) -> Result<()> {
    let mut columns = Columns::default();
    for (n, fate) in fates {
        columns.push(*n, None, fate, ["undone", "undone", "kept"]);
    }
    columns.write(tx, id).await?;
    let (org, done) = (tx.org().0, i64::try_from(fates.len()).unwrap_or(0));
    sqlx::query!(
        "update bulk_change set done = done + $3, undone = undone + $4 where org_id = $1 and id = $2",
        org,
        id.0,
        done,
        columns.count("undone"),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends it.
pub async fn finish(tx: &mut Tx, id: BulkId, status: BulkStatus, problem: Option<&str>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update bulk_change set status = $3, problem = $4, finished_at = $5 where org_id = $1 and id = $2 and status in ('running', 'undoing')",
        org,
        id.0,
        status.as_str(),
        problem,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// From one status to another; false when it is in none of these.
pub async fn enter(tx: &mut Tx, id: BulkId, from: &[&str], to: BulkStatus) -> Result<bool> {
    let org = tx.org().0;
    let from: Vec<String> = from.iter().map(|s| (*s).to_owned()).collect();
    let moved = sqlx::query!(
        "update bulk_change set status = $4, done = case when $4 = 'undoing' then 0 else done end,
                finished_at = case when $4 = 'undoing' then null else now() end
         where org_id = $1 and id = $2 and status = any ($3)",
        org,
        id.0,
        &from,
        to.as_str(),
    )
    .execute(tx.db())
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// The records that were refused, or that an undo left as they are, from after `n` on.
pub async fn refusals(tx: &mut Tx, id: BulkId, after: i64, most: i64) -> Result<Vec<(i64, BulkRefusal)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select n, record_id, name, state, field, code, message from bulk_row
         where org_id = $1 and bulk_id = $2 and state in ('refused', 'kept') and n > $3 order by n limit $4",
        org,
        id.0,
        after,
        most,
    )
    .fetch_all(tx.db())
    .await?;
    let refusals = rows.into_iter().map(|r| {
        let (record_id, name, state) = (r.record_id, r.name, r.state);
        (r.n, BulkRefusal { record_id, name, state, field: r.field, code: r.code, message: r.message })
    });
    Ok(refusals.collect())
}

/// Changes that ended before this are gone, and their rows with them.
pub async fn prune(tx: &mut SystemTx, before: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from bulk_change where finished_at < $1", before).execute(tx.db()).await?;
    Ok(())
}
