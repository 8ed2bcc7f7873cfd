//! A view as a file: its rows in its order, as its reader sees them, page by page, each page in a transaction of its own,
//! so that an export ends with the right to read. Hidden fields are not there at all.

mod cell;
mod column;
pub mod http;
mod sheet;

use axum::body::{Body, Bytes};
use dealwright_access::Context;
use dealwright_kernel::{Error, Result};
use futures::stream;
use serde_json::Value;

use crate::custom_field::FieldObject;
use crate::list::ListQuery;
use crate::{account, contact, lead, opportunity};
use cell::{Cell, Names};
use column::Column;

/// The most rows of one file.
pub const MAX_ROWS: i64 = 50_000;
const AT_ONCE: u16 = 1_000;

/// What is exported, checked.
#[derive(Clone, Debug)]
struct Plan {
    object: FieldObject,
    query: ListQuery,
    columns: Vec<Column>,
}

/// A page of the view's records, as the API shows them, with the cursor of the next.
async fn page(cx: &Context, plan: &Plan, cursor: Option<String>) -> Result<(Vec<Vec<Cell>>, Option<String>)> {
    let mut tx = cx.begin_for(Some(crate::selection::reading(plan.object))).await?;
    let query = ListQuery { limit: AT_ONCE, cursor, count: false, totals: false, ..plan.query.clone() };
    let (records, next): (Vec<Value>, Option<String>) = match plan.object {
        FieldObject::Opportunity => {
            let found = opportunity::list::page(cx, &mut tx, &query).await?;
            (shown(&found.items)?, found.next_cursor)
        }
        FieldObject::Account => {
            let found = account::list::page(cx, &mut tx, &query).await?;
            (shown(&found.items)?, found.next_cursor)
        }
        FieldObject::Contact => {
            let found = contact::list::page(cx, &mut tx, &query).await?;
            (shown(&found.items)?, found.next_cursor)
        }
        FieldObject::Lead => {
            let found = lead::list::page(cx, &mut tx, &query).await?;
            (shown(&found.items)?, found.next_cursor)
        }
    };
    let names = Names::of(&mut tx, &plan.columns, &records).await?;
    tx.done(()).await?;
    let rows = records.iter().map(|record| cell::row(record, &plan.columns, &names)).collect();
    Ok((rows, next))
}

fn shown(records: &[impl serde::Serialize]) -> Result<Vec<Value>> {
    records.iter().map(|r| serde_json::to_value(r).map_err(Error::internal)).collect()
}

enum Next {
    Head,
    After(Option<String>),
    End,
}

/// The view as CSV, as it is read.
fn csv(cx: &Context, plan: Plan) -> Body {
    let chunks = stream::try_unfold((cx.clone(), plan, Next::Head, 0), |(cx, plan, next, sent)| async move {
        let cursor = match next {
            Next::Head => {
                let head = cell::csv(std::iter::once(column::head(&plan.columns)))?;
                return Ok(Some((head, (cx, plan, Next::After(None), 0))));
            }
            Next::After(cursor) => cursor,
            Next::End => return Ok(None),
        };
        let (rows, next) = page(&cx, &plan, cursor).await?;
        let sent = sent + i64::try_from(rows.len()).unwrap_or(0);
        // What is added while it is read does not make it endless.
        let next = next.filter(|_| sent < MAX_ROWS).map_or(Next::End, |c| Next::After(Some(c)));
        Ok::<_, Error>(Some((cell::csv(rows.into_iter())?, (cx, plan, next, sent))))
    });
    Body::from_stream(chunks)
}

/// The view as a workbook, which is whole before it is sent.
async fn workbook(cx: &Context, plan: Plan) -> Result<Bytes> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let (more, next) = page(cx, &plan, cursor).await?;
        rows.extend(more);
        cursor = next;
        if cursor.is_none() || rows.len() >= usize::try_from(MAX_ROWS).unwrap_or(usize::MAX) {
            break;
        }
    }
    tokio::task::spawn_blocking(move || sheet::written(&plan.columns, &rows)).await.map_err(Error::internal)?
}
