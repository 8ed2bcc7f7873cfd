//! `/bulk-changes`.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealwright_access::Access;
use dealwright_access::audit::plain_cell;
use dealwright_access::context::SignedIn;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query, Valid};
use dealwright_kernel::id::BulkId;
use dealwright_kernel::page::Cursor;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{BulkChange, BulkRefusal, BulkStatus, MAX_ROWS, NewBulkChange, job, store};
use crate::selection::{deleting, too_many, updating};

/// The endpoints of changes of many records.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(get))
        .routes(routes!(refusals))
        .routes(routes!(report))
        .routes(routes!(stop))
        .routes(routes!(undo))
}

/// Change many records
///
/// A selection, or all that a filter finds: at most 50,000. Each is checked and written as one alone would be, in the
/// background; look at its progress, what was refused and why, and take it all back.
#[utoipa::path(post, path = "/bulk-changes", tag = "bulk", request_body = NewBulkChange, responses((status = 202, body = BulkChange), Problems))]
async fn create(
    SignedIn(cx): SignedIn,
    Valid(new): Valid<NewBulkChange>,
) -> Result<Committed<(StatusCode, Json<BulkChange>)>> {
    let object = new.object;
    let needs = if new.change.delete { deleting(object) } else { updating(object) };
    cx.actor().require(needs)?;
    let mut tx = cx.begin_for(Some(needs)).await?;
    let id = BulkId(tx.new_id());
    store::insert(&mut tx, id, object, cx.actor().user.0, &new.change).await?;
    let total = match (&new.records, &new.matching) {
        (Some(records), _) => store::add(&mut tx, id, records).await?,
        (None, Some(selection)) => store::add_matching(&cx, &mut tx, id, object, selection).await?,
        (None, None) => 0,
    };
    if total > MAX_ROWS {
        return Err(too_many("a change", MAX_ROWS));
    }
    tx.enqueue(job::run(cx.actor().user, id)?);
    let bulk = store::find(&mut tx, id).await?;
    tx.commit((StatusCode::ACCEPTED, Json(bulk))).await
}

/// How far a change of many records is
#[utoipa::path(get, path = "/bulk-changes/{id}", tag = "bulk", params(("id" = BulkId, Path)), responses((status = 200, body = BulkChange), Problems))]
async fn get(SignedIn(cx): SignedIn, Path(id): Path<BulkId>) -> Result<Json<BulkChange>> {
    let mut tx = cx.begin().await?;
    let bulk = store::find(&mut tx, id).await?;
    tx.done(Json(bulk)).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RefusalParams {
    cursor: Option<String>,
}

const PAGE: usize = 200;

/// What was refused, and why
#[utoipa::path(get, path = "/bulk-changes/{id}/refusals", tag = "bulk", params(("id" = BulkId, Path), ("cursor" = Option<String>, Query)), responses((status = 200, body = Page<BulkRefusal>), Problems))]
async fn refusals(
    SignedIn(cx): SignedIn,
    Path(id): Path<BulkId>,
    Query(asked): Query<RefusalParams>,
) -> Result<Json<Page<BulkRefusal>>> {
    let query = format!("bulk:{id}");
    let after = asked.cursor.as_deref().map(|c| Cursor::<i64>::decode(c, &query)).transpose()?.map_or(0, |c| c.keys);
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?;
    let mut rows = store::refusals(&mut tx, id, after, 201).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|(n, _)| Cursor { query, keys: *n }.encode()).transpose()?;
    let page = Page { next_cursor: next, ..Page::whole(rows.into_iter().map(|(_, r)| r).collect()) };
    tx.done(Json(page)).await
}

/// What was refused, as CSV
#[utoipa::path(get, path = "/bulk-changes/{id}/report", tag = "bulk", params(("id" = BulkId, Path)),
    responses((status = 200, description = "CSV", content((String = "text/csv"))), Problems))]
async fn report(SignedIn(cx): SignedIn, Path(id): Path<BulkId>) -> Result<Response> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?;
    let rows = store::refusals(&mut tx, id, 0, MAX_ROWS).await?;
    tx.done(()).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["id", "name", "state", "field", "code", "reason"]).map_err(Error::internal)?;
    for (_, row) in &rows {
        let id = row.record_id.to_string();
        let text = |value: &Option<String>| plain_cell(value.as_deref().unwrap_or_default());
        writer
            .write_record([
                id,
                text(&row.name),
                row.state.clone(),
                text(&row.field),
                text(&row.code),
                text(&row.message),
            ])
            .map_err(Error::internal)?;
    }
    let csv = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"refused.csv\""),
    ];
    Ok((headers, Body::from(csv)).into_response())
}

/// Stop a change of many records; what is done by then stays
#[utoipa::path(post, path = "/bulk-changes/{id}/stop", tag = "bulk", params(("id" = BulkId, Path)), responses((status = 200, body = BulkChange), Problems))]
async fn stop(SignedIn(cx): SignedIn, Path(id): Path<BulkId>) -> Result<Committed<Json<BulkChange>>> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?;
    if !store::enter(&mut tx, id, &["running"], BulkStatus::Stopped).await? {
        return Err(Error::conflict("not_running", "it has ended already"));
    }
    let bulk = store::find(&mut tx, id).await?;
    tx.commit(Json(bulk)).await
}

/// Take a change of many records back
///
/// Record by record, by a new change each, in the background. A record that has been edited since stays, and is named.
#[utoipa::path(post, path = "/bulk-changes/{id}/undo", tag = "bulk", params(("id" = BulkId, Path)), responses((status = 202, body = BulkChange), Problems))]
async fn undo(SignedIn(cx): SignedIn, Path(id): Path<BulkId>) -> Result<Committed<(StatusCode, Json<BulkChange>)>> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?;
    if !store::enter(&mut tx, id, &["done", "stopped", "failed"], BulkStatus::Undoing).await? {
        return Err(Error::conflict("nothing_to_undo", "it is still running, or taken back already"));
    }
    tx.enqueue(job::undo(cx.actor().user, id)?);
    let bulk = store::find(&mut tx, id).await?;
    tx.commit((StatusCode::ACCEPTED, Json(bulk))).await
}
