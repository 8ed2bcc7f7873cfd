//! `/audit/seals`.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::id::OrgId;
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::policy::ReadAudit;
use crate::{Access, Allow};

pub(super) fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(newest))
}

/// The seal of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditSeal {
    /// In UTC.
    pub day: NaiveDate,
    /// How many events the day has.
    pub events: i64,
    /// The last position in the log that it covers.
    pub last_position: i64,
    /// SHA-256 over the former seal and the day's events, in hexadecimal.
    pub hash: String,
    /// The former seal's hash; null for the first.
    pub former: Option<String>,
    pub sealed_at: DateTime<Utc>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

const LIST: &str = "audit-seals";

/// The seals of the audit log
///
/// Newest first. `dealwright doctor` compares the log with all of them.
#[utoipa::path(get, path = "/audit/seals", tag = "audit", params(Params), responses((status = 200, body = Page<AuditSeal>), Problems))]
async fn index(cx: Allow<ReadAudit>, Query(asked): Query<Params>) -> Result<Json<Page<AuditSeal>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        let detail = format!("a number from 1 to {MAX_LIMIT}");
        return Err(Error::unreadable("invalid_filter", detail).on("limit"));
    }
    let after = asked.cursor.as_deref().map(|c| Cursor::<NaiveDate>::decode(c, LIST)).transpose()?;
    let mut tx = cx.begin().await?;
    let mut items = store::seals(&mut tx, after.map(|c| c.keys), i64::from(limit) + 1).await?;
    let more = items.len() > usize::from(limit);
    items.truncate(limit.into());
    let last = items.last().filter(|_| more).map(|seal| seal.day);
    let next_cursor = last.map(|keys| Cursor { query: LIST.to_owned(), keys }.encode()).transpose()?;
    tx.done(Json(Page { items, next_cursor, total: None.into() })).await
}

/// A seal to be kept elsewhere.
#[derive(Debug, Serialize, ToSchema)]
struct KeptSeal {
    organisation_id: OrgId,
    organisation: String,
    #[serde(flatten)]
    seal: AuditSeal,
}

/// The newest seal, as a file to keep elsewhere
///
/// Whoever owns the database could make the log and all of its seals anew, but not the one that you kept.
#[utoipa::path(get, path = "/audit/seals/newest", tag = "audit", responses((status = 200, body = KeptSeal), Problems))]
async fn newest(cx: Allow<ReadAudit>) -> Result<Response> {
    let mut tx = cx.begin().await?;
    let seal = find_newest(&mut tx).await?;
    tx.done(()).await?;
    let name = format!("attachment; filename=\"audit-seal-{}.json\"", seal.day);
    let actor = cx.actor();
    let kept = KeptSeal { organisation_id: actor.org, organisation: actor.org_name.clone(), seal };
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(kept)).into_response())
}

async fn find_newest(tx: &mut Tx) -> Result<AuditSeal> {
    store::seals(tx, None, 1).await?.pop().or_not_found("seal")
}
