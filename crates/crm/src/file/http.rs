//! `/files`: what is filed with a record, and what can be done with it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::context::Caller;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, FileId, FileVersionId, LeadId, OpportunityId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Cursor, Error, Page, Patch, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{FileState, FileVersion, FileView, Parent, check_name, link, storage, store, upload, write};
use dealwright_access::Context;
use dealwright_files::kind::KINDS;

/// The files' endpoints.
pub fn router() -> OpenApiRouter<FileState> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(limits))
        .routes(routes!(get, change, delete))
        .routes(routes!(restore))
        .routes(routes!(versions))
        .routes(routes!(text))
        .merge(link::router())
        .merge(upload::http::router())
        .merge(storage::router())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// The files of this opportunity; or give one of the three below.
    opportunity_id: Option<OpportunityId>,
    account_id: Option<AccountId>,
    contact_id: Option<ContactId>,
    lead_id: Option<LeadId>,
    /// Those in the trash instead.
    deleted: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// The files of a record
///
/// The newest first. Whoever sees the record sees its files.
#[utoipa::path(get, path = "/files", tag = "files", params(ListParams), responses((status = 200, body = Page<FileView>), Problems))]
async fn index(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Query(asked): Query<ListParams>,
) -> Result<Json<Page<FileView>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Error::unreadable("invalid_query", format!("limit is between 1 and {MAX_LIMIT}")).on("limit"));
    }
    let columns = [
        asked.opportunity_id.map(|i| i.0),
        asked.account_id.map(|i| i.0),
        asked.contact_id.map(|i| i.0),
        asked.lead_id.map(|i| i.0),
    ];
    let of = Parent::of(columns).ok_or_else(|| {
        Error::unreadable("invalid_query", "give one of opportunity_id, account_id, contact_id and lead_id")
    })?;
    let deleted = asked.deleted.unwrap_or(false);
    let fingerprint = format!("files:{}:{deleted}", of.id);
    let before = asked.cursor.map(|c| Cursor::decode(&c, &fingerprint)).transpose()?.map(|c| c.keys);
    let mut tx = cx.begin().await?;
    let seen = of.seen(&cx, &mut tx).await?;
    let mut rows = store::list(&mut tx, of, deleted, before, i64::from(limit) + 1).await?;
    tx.done(()).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| r.id.0);
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    let items = rows.into_iter().map(|r| r.into_view(&state.files, seen.may_update)).collect::<Result<_>>()?;
    Ok(Json(Page { items, next_cursor, total: None.into() }))
}

/// What is taken.
#[derive(Debug, Serialize, ToSchema)]
struct FileLimits {
    /// The largest file, in bytes.
    max_size: u64,
    /// The endings of names that are taken, such as `pdf`.
    #[schema(value_type = Vec<String>)]
    extensions: Vec<&'static str>,
    /// Whether a scanner looks at files before anybody may open them.
    scanned: bool,
}

/// What files are taken
#[utoipa::path(get, path = "/file-limits", tag = "files", responses((status = 200, body = FileLimits), Problems))]
async fn limits(Caller(cx): Caller, State(state): State<FileState>) -> Result<Json<FileLimits>> {
    let tx = cx.begin().await?;
    let limits = FileLimits {
        max_size: state.files.limits.size,
        extensions: KINDS.iter().flat_map(|kind| kind.extensions).copied().collect(),
        scanned: !state.files.scanner.is_off(),
    };
    tx.done(Json(limits)).await
}

async fn shown(cx: &Context, tx: &mut Tx, state: &FileState, id: FileId) -> Result<FileView> {
    let row = store::find(tx, id).await?.or_not_found("file")?;
    let seen = row.parent()?.seen(cx, tx).await?;
    row.into_view(&state.files, seen.may_update)
}

/// One file
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = FileView), Problems))]
async fn get(Caller(cx): Caller, State(state): State<FileState>, Path(id): Path<FileId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let file = shown(&cx, &mut tx, &state, id).await?;
    tx.done((etag(file.version), Json(file))).await
}

/// A change of a file: another name, another type of document, or another of its versions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FilePatch {
    /// The version of the record that was read, unless `If-Match` says it.
    version: Option<i64>,
    /// With the same ending.
    #[schema(min_length = 1, max_length = 255)]
    name: Option<String>,
    /// The one of its versions that is shown from now on.
    version_id: Option<FileVersionId>,
    /// What it is: a value of the list `document_type`, or null.
    #[serde(default)]
    #[schema(value_type = Option<ChoiceId>)]
    document_type_id: Patch<ChoiceId>,
}

impl Validate for FilePatch {
    fn validate(&self) -> Result<()> {
        let said = [self.name.is_some(), self.version_id.is_some(), !matches!(self.document_type_id, Patch::Absent)];
        if said.into_iter().filter(|said| *said).count() != 1 {
            return Err(Error::invalid("invalid", "say one of name, version_id and document_type_id"));
        }
        self.name.as_deref().map_or(Ok(()), |name| check_name(name).map(drop))
    }
}

/// Rename a file, say what it is, or show another of its versions
///
/// 409 `file_withheld` for a version that may not be opened.
#[utoipa::path(patch, path = "/files/{id}", tag = "files", params(("id" = FileId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = FilePatch, responses((status = 200, body = FileView), Problems))]
async fn change(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<FileId>,
    if_match: IfMatch,
    Valid(patch): Valid<FilePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    if let Some(name) = &patch.name {
        write::rename(&cx, &mut tx, id, version, name, None).await?;
    } else if let Some(which) = patch.version_id {
        link::openable(&cx, &mut tx, &state.files, which, false).await?;
        write::show_version(&cx, &mut tx, id, version, which, None).await?;
    } else {
        write::classify(&cx, &mut tx, id, version, patch.document_type_id.apply(None), None).await?;
    }
    let file = shown(&cx, &mut tx, &state, id).await?;
    tx.commit((etag(file.version), Json(file))).await
}

/// Put a file into the trash
#[utoipa::path(delete, path = "/files/{id}", tag = "files", params(("id" = FileId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the trash, from which it can be restored"), Problems))]
async fn delete(Caller(cx): Caller, Path(id): Path<FileId>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::set_deleted(&cx, &mut tx, id, if_match.0, true, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take a file out of the trash
#[utoipa::path(post, path = "/files/{id}/restore", tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = FileView), Problems))]
async fn restore(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<FileId>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    write::set_deleted(&cx, &mut tx, id, None, false, None).await?;
    let file = shown(&cx, &mut tx, &state, id).await?;
    tx.commit((etag(file.version), Json(file))).await
}

/// The versions of a file
#[utoipa::path(get, path = "/files/{id}/versions", tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = Page<FileVersion>), Problems))]
async fn versions(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<FileId>,
) -> Result<Json<Page<FileVersion>>> {
    let mut tx = cx.begin().await?;
    shown(&cx, &mut tx, &state, id).await?;
    let versions = store::versions(&mut tx, &state.files, id).await?;
    tx.done(Json(Page::whole(versions))).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TextParams {
    /// Of this version; of the latest when absent.
    version_id: Option<FileVersionId>,
}

/// The words of a file.
#[derive(Debug, Serialize, ToSchema)]
struct FileText {
    /// Null when there are none, or they have not been read yet.
    text: Option<String>,
}

/// The text of a file
///
/// What was taken out of a document for search, at most a mebibyte. 409 `file_withheld` while it may not be opened.
#[utoipa::path(get, path = "/files/{id}/text", tag = "files", params(("id" = FileId, Path), TextParams), responses((status = 200, body = FileText), Problems))]
async fn text(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<FileId>,
    Query(asked): Query<TextParams>,
) -> Result<Json<FileText>> {
    let mut tx = cx.begin().await?;
    let version = store::version_of(&mut tx, id, asked.version_id).await?.or_not_found("file")?;
    let stored = link::openable(&cx, &mut tx, &state.files, version, true).await?;
    tx.done(Json(FileText { text: stored.text })).await
}
