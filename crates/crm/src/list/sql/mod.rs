//! The SQL of lists. Every value is bound; every identifier comes from a catalogue, and of custom fields from their keys,
//! which are lower case letters, digits and underscores.
//!
//! Here is what is read: a page, its plan, counts and sums. `page` builds the statement of a page, `condition` that of a
//! filter, `cursor` orders rows and says which come after a cursor, `related` looks up the records of few accounts.

mod condition;
mod cursor;
mod page;
mod related;

use dealwright_access::Actor;
use dealwright_kernel::{Cursor, Result, Total};
use dealwright_store::Tx;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::custom::explain as explain_timeout;
use super::field::Catalogue;
use super::params::ListQuery;
use cursor::keys;
use page::{is_steady, page};

pub(crate) use condition::{needed_parts, needed_pattern, needed_tags};
pub(crate) use cursor::order;
pub(crate) use page::{Reach, Within, branches, follows_tag, is_repeatable, visible, within_scope};
pub use page::{matched, reached};
pub(crate) use related::of_accounts;

/// Who reads which list, and how a row is shown.
#[derive(Debug)]
pub struct Reader<'a> {
    pub catalogue: &'static Catalogue,
    pub actor: &'a Actor,
    /// The columns of a row, from alias `t` and the joins.
    pub columns: &'static str,
    pub joins: &'static str,
}

/// Rows with the cursor of each.
#[derive(Debug)]
pub struct Listed {
    pub rows: Vec<PgRow>,
    pub next_cursor: Option<String>,
}

/// Sums over a list, if it is short enough to sum.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    pub count: Total,
    /// Minor units of the organisation's currency; none when the list is longer than is counted.
    pub amount: Option<i64>,
    pub weighted: Option<i64>,
    pub average: Option<i64>,
}

type Builder = QueryBuilder<Postgres>;

/// Reads a page. `ids`, when given, are the only candidates (a search found them).
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn fetch(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Listed> {
    let fingerprint = format!("{}:{}", reader.catalogue.object, query.sort_text);
    let after = query.cursor.as_deref().map(|text| Cursor::<Vec<Value>>::decode(text, &fingerprint)).transpose()?;
    let keys = after.map(|cursor| keys(&query.sort, cursor.keys)).transpose()?;
    let mut sql = Builder::new("");
    page(&mut sql, reader, query, keys.as_deref(), ids, tx.org().0)?;
    let repeatable = is_repeatable(query, ids);
    if keys.is_some() && ids.is_none() && is_steady(&query.filter) {
        tx.keep_plans().await?;
    }
    let mut rows =
        sql.build().persistent(repeatable).fetch_all(tx.db()).await.map_err(|e| explain_timeout(query)(e.into()))?;
    let more = rows.len() > usize::from(query.limit);
    rows.truncate(query.limit.into());
    let next_cursor = match rows.last().filter(|_| more) {
        Some(row) => {
            let keys: Value = row.try_get("cursor_keys")?;
            Some(Cursor { query: fingerprint, keys }.encode()?)
        }
        None => None,
    };
    Ok(Listed { rows, next_cursor })
}

/// PostgreSQL's plan for a page, one line a node: what the tests assert index conditions on.
///
/// # Errors
/// As [`fetch`].
pub async fn explain(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery) -> Result<Vec<String>> {
    let fingerprint = format!("{}:{}", reader.catalogue.object, query.sort_text);
    let after = query.cursor.as_deref().map(|text| Cursor::<Vec<Value>>::decode(text, &fingerprint)).transpose()?;
    let keys = after.map(|cursor| keys(&query.sort, cursor.keys)).transpose()?;
    let mut sql = Builder::new("explain (costs off) ");
    page(&mut sql, reader, query, keys.as_deref(), None, tx.org().0)?;
    Ok(sql.build_query_scalar().fetch_all(tx.db()).await?)
}

/// Counts what the actor may see, up to [`Total::CAP`].
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn count(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Total> {
    count_to(tx, reader, query, ids, Total::CAP).await.map(Total::capped)
}

/// Counts what the actor may see, up to one more than `most`.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn count_to(
    tx: &mut Tx,
    reader: &Reader<'_>,
    query: &ListQuery,
    ids: Option<&[Uuid]>,
    most: i64,
) -> Result<i64> {
    let mut sql = Builder::new("select count(*) from (");
    for (n, reach) in Reach::of(reader).iter().enumerate() {
        sql.push(if n == 0 { "(select 1 from " } else { " union all (select 1 from " });
        sql.push(reader.catalogue.table).push(" t where ");
        visible(&mut sql, reader, query, ids, tx.org().0, *reach);
        sql.push(" limit ").push_bind(most + 1).push(")");
    }
    capped(&mut sql, reader, most);
    sql.push(") as counted");
    sql.build_query_scalar().fetch_one(tx.db()).await.map_err(|e| explain_timeout(query)(e.into()))
}

/// What is counted of both reaches together has a limit too; a select alone has its own, and PostgreSQL refuses a second.
fn capped(sql: &mut Builder, reader: &Reader<'_>, most: i64) {
    if Reach::of(reader).len() > 1 {
        sql.push(" limit ").push_bind(most + 1);
    }
}

/// Counts and sums what the actor may see; beyond [`Total::CAP`] rows it counts only.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn totals(tx: &mut Tx, reader: &Reader<'_>, query: &ListQuery, ids: Option<&[Uuid]>) -> Result<Totals> {
    let mut sql = Builder::new(
        "select count(*), sum(amount_base)::bigint, sum(expected_base)::bigint, round(avg(amount_base))::bigint from (",
    );
    for (n, reach) in Reach::of(reader).iter().enumerate() {
        sql.push(if n == 0 { "" } else { " union all " }).push("(select t.amount_base, t.expected_base from ");
        sql.push(reader.catalogue.table).push(" t where ");
        visible(&mut sql, reader, query, ids, tx.org().0, *reach);
        sql.push(" limit ").push_bind(Total::CAP + 1).push(")");
    }
    capped(&mut sql, reader, Total::CAP);
    sql.push(") as summed");
    let (counted, amount, weighted, average): (i64, Option<i64>, Option<i64>, Option<i64>) =
        sql.build_query_as().fetch_one(tx.db()).await.map_err(|e| explain_timeout(query)(e.into()))?;
    let count = Total::capped(counted);
    let whole = counted <= Total::CAP;
    let of = |sum: Option<i64>| whole.then(|| sum.unwrap_or(0));
    Ok(Totals { count, amount: of(amount), weighted: of(weighted), average: average.filter(|_| whole) })
}
