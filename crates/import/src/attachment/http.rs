//! `/imports/{id}/attachments`: what was fetched, and what could not be.

use dealwright_access::policy::ReadImport;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::ImportId;
use dealwright_kernel::{Cursor, Page, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::State;
use super::store::{self, Attachment};

/// The endpoint of an import's files.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(attachments))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    state: Option<State>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// Files that rows name by their address
///
/// They are fetched after the rows; each that could not be fetched says why.
#[utoipa::path(get, path = "/imports/{id}/attachments", tag = "imports", params(("id" = ImportId, Path), Asked),
    responses((status = 200, body = Page<Attachment>), Problems))]
async fn attachments(
    cx: Allow<ReadImport>,
    Path(id): Path<ImportId>,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<Attachment>>> {
    let limit = crate::http::limit(asked.limit)?;
    let query = format!("attachments:{id}:{}", asked.state.map_or("", State::as_str));
    let after = asked.cursor.map(|cursor| Cursor::<Uuid>::decode(&cursor, &query)).transpose()?;
    let after = after.map_or(Uuid::nil(), |cursor| cursor.keys);
    let mut tx = cx.begin().await?;
    crate::store::find(&mut tx, id).await?;
    let mut items = store::list(&mut tx, id, asked.state, after, limit + 1).await?;
    tx.done(()).await?;
    let more = items.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        items.pop();
    }
    let next_cursor = items.last().filter(|_| more).map(|last| Cursor { query, keys: last.id }.encode()).transpose()?;
    Ok(Json(Page { items, next_cursor, total: None.into() }))
}
