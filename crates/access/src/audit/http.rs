//! `/audit`.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{AuditEvent, Filter, export, seal_http, store};
use crate::policy::ReadAudit;
use crate::{Access, Allow};

/// The audit log's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(download)).merge(seal_http::router())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// A user, key, agent's run or import.
    actor_id: Option<Uuid>,
    /// The person that an agent, an import or a key acted for.
    on_behalf_of: Option<Uuid>,
    /// Such as `opportunity.moved`.
    r#type: Option<String>,
    /// Such as `opportunity`.
    object: Option<String>,
    record_id: Option<Uuid>,
    request_id: Option<String>,
    /// From then on.
    from: Option<DateTime<Utc>>,
    /// Before then.
    to: Option<DateTime<Utc>>,
    /// Words in the names of the record and of who did it.
    q: Option<String>,
}

const LIST: &str = "audit";

/// The audit log
///
/// Newest first. Events about records that are hidden from the caller are left out, and so are the values of fields that
/// the caller's roles hide: `hidden_fields` names them.
#[utoipa::path(get, path = "/audit", tag = "audit", params(Params), responses((status = 200, body = Page<AuditEvent>), Problems))]
async fn index(cx: Allow<ReadAudit>, Query(asked): Query<Params>) -> Result<Json<Page<AuditEvent>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        let detail = format!("a number from 1 to {MAX_LIMIT}");
        return Err(Error::unreadable("invalid_filter", detail).on("limit"));
    }
    let after = asked.cursor.as_deref().map(|c| Cursor::<store::Place>::decode(c, LIST)).transpose()?;
    let filter = Filter {
        actor_id: asked.actor_id,
        on_behalf_of: asked.on_behalf_of,
        kind: asked.r#type,
        object: asked.object,
        record_id: asked.record_id,
        request_id: asked.request_id,
        from: asked.from,
        to: asked.to,
        q: asked.q,
    }
    .check()?;
    let mut tx = cx.begin().await?;
    let (items, next) = store::page(&mut tx, &cx.actor().fields, &filter, after.map(|c| c.keys), limit).await?;
    let next_cursor = next.map(|keys| Cursor { query: LIST.to_owned(), keys }.encode()).transpose()?;
    tx.done(Json(Page { items, next_cursor, total: None.into() })).await
}

/// How an export is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuditFormat {
    #[default]
    Csv,
    /// One JSON object a line.
    Jsonl,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    #[param(inline)]
    format: Option<AuditFormat>,
    actor_id: Option<Uuid>,
    on_behalf_of: Option<Uuid>,
    r#type: Option<String>,
    object: Option<String>,
    record_id: Option<Uuid>,
    request_id: Option<String>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    q: Option<String>,
}

/// Export the audit log
///
/// All events that match, newest first, as a stream, without the values of fields that the caller's roles hide. The export
/// itself is an event.
#[utoipa::path(get, path = "/audit/export", tag = "audit", params(ExportParams),
    responses((status = 200, description = "CSV or JSON lines", content((String = "text/csv"), (String = "application/jsonl"))), Problems))]
async fn download(cx: Allow<ReadAudit>, Query(asked): Query<ExportParams>) -> Result<Response> {
    let format = asked.format.unwrap_or_default();
    let filter = Filter {
        actor_id: asked.actor_id,
        on_behalf_of: asked.on_behalf_of,
        kind: asked.r#type,
        object: asked.object,
        record_id: asked.record_id,
        request_id: asked.request_id,
        from: asked.from,
        to: asked.to,
        q: asked.q,
    }
    .check()?;
    let mut tx = cx.begin().await?;
    let actor = cx.actor();
    let subject = Subject { object: "organisation", id: actor.org.0, name: actor.org_name.clone(), version: None };
    tx.emit(Event::new(cx.clock(), "audit.exported", subject).data(json!({ "format": format, "filter": filter })));
    tx.commit(()).await?.into_inner();
    let (media, name) = match format {
        AuditFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        AuditFormat::Jsonl => ("application/jsonl", "attachment; filename=\"audit.jsonl\""),
    };
    let mut response = Response::new(export::body(&cx, filter, format));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}
