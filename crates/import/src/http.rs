//! `/imports`: upload, map, check, start, take back, and the rows.

use axum::body::Body;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealwright_access::policy::{CreateImport, ReadImport};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::ImportId;
use dealwright_kernel::{Cursor, Error, Page, Patch, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::field::{self, Object as ImportObject};
use super::likely;
use super::likely::store::RowPatch;
use super::patch::{ImportPatch, MOST_ROWS};
use super::read::Limits;
use super::store::{self, ShownRow};
use super::view::ImportView;
use super::{Import, Status, attachment, job, lookup, prepare, template, write};
use dealwright_crm::custom_field;
use dealwright_crm::duplicate::OnMatch;

/// The imports' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    let upload = OpenApiRouter::new()
        .routes(routes!(index, create))
        // The file, and some room for what a multipart body puts around it.
        .layer(DefaultBodyLimit::max(Limits::default().bytes + 64 * 1024));
    OpenApiRouter::new()
        .merge(upload)
        .routes(routes!(fields))
        .routes(routes!(get, update, delete))
        .routes(routes!(check))
        .routes(routes!(start))
        .routes(routes!(roll_back))
        .routes(routes!(rows))
        .routes(routes!(failed_rows))
        .merge(attachment::http::router())
        .merge(template::http::router())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

pub(crate) fn limit(asked: Option<u16>) -> Result<i64> {
    match asked.unwrap_or(50) {
        limit @ 1..=200 => Ok(limit.into()),
        _ => Err(Error::unreadable("invalid_query", "limit is between 1 and 200").on("limit")),
    }
}

/// List imports
///
/// Newest first: one's own, or all for who may read all.
#[utoipa::path(get, path = "/imports", tag = "imports", params(PageParams), responses((status = 200, body = Page<ImportView>), Problems))]
async fn index(cx: Allow<ReadImport>, Query(params): Query<PageParams>) -> Result<Json<Page<ImportView>>> {
    let limit = limit(params.limit)?;
    let before = params.cursor.map(|cursor| Cursor::decode(&cursor, "import")).transpose()?.map(|cursor| cursor.keys);
    let mut tx = cx.begin().await?;
    let mut imports = store::list(&mut tx, before, limit + 1).await?;
    tx.done(()).await?;
    let more = imports.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        imports.pop();
    }
    let last = imports
        .last()
        .filter(|_| more)
        .map(|import| Cursor { query: "import".into(), keys: import.id.0 }.encode())
        .transpose()?;
    Ok(Json(Page { items: imports.into_iter().map(ImportView::from).collect(), next_cursor: last, total: None.into() }))
}

/// A file to import.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "read as a multipart stream; this describes it")]
struct Upload {
    /// CSV, XLSX or vCard, at most 100 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What the rows are; found out when absent.
    object: Option<ImportObject>,
}

/// Upload a file
///
/// Reads it, and suggests what its rows are and which field each column is: as a template of the same columns has it, or
/// the last import of such a file, else by the columns' names and what they hold. Nothing of it is imported yet.
#[utoipa::path(post, path = "/imports", tag = "imports", request_body(content = Upload, content_type = "multipart/form-data"),
    responses((status = 201, body = ImportView), Problems))]
async fn create(
    cx: Allow<CreateImport>,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Committed<impl IntoResponse>> {
    let body = body.map_err(|_| Error::unsupported_type("send the file as multipart/form-data"))?;
    let (filename, bytes, object) = uploaded(body).await?;
    let mut import = prepare::new_import(&cx, &filename, &bytes, object).await?;
    let mut tx = cx.begin().await?;
    if let Some((by, memory)) = template::store::remembered(&mut tx, cx.actor(), &import, object).await? {
        let names = lookup::load_names(&mut tx).await?;
        prepare::remember(cx.actor(), &mut import, by, memory, &names);
    }
    store::insert(&mut tx, &import, &bytes).await?;
    let import = store::find(&mut tx, import.id).await?;
    let location = [(header::LOCATION, format!("/api/v1/imports/{}", import.id))];
    tx.commit((StatusCode::CREATED, location, Json(ImportView::from(import)))).await
}

async fn uploaded(mut body: Multipart) -> Result<(String, Vec<u8>, Option<ImportObject>)> {
    let broken = |error: MultipartError| {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Error::too_large(format!("a file has at most {} MiB", Limits::default().bytes >> 20)).on("file")
        } else {
            Error::unreadable("malformed_multipart", "the upload is not a multipart form")
        }
    };
    let (mut file, mut object) = (None, None);
    while let Some(part) = body.next_field().await.map_err(broken)? {
        match part.name() {
            Some("file") => {
                let name = prepare::filename(part.file_name().unwrap_or_default());
                file = Some((name, part.bytes().await.map_err(broken)?.to_vec()));
            }
            Some("object") => {
                let word = part.text().await.map_err(broken)?;
                let known = ImportObject::from_key(&word);
                object = Some(known.ok_or_else(|| {
                    Error::field(
                        "object",
                        "invalid_value",
                        "one of opportunity, account, contact, lead, task, activity, product, user",
                    )
                })?);
            }
            other => return Err(Error::field(other.unwrap_or_default(), "unknown_field", "there is no such field")),
        }
    }
    let (name, bytes) = file.ok_or_else(|| Error::field("file", "required", "send a file in the part named file"))?;
    Ok((name, bytes, object))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FieldParams {
    object: ImportObject,
}

/// A field that a column can be mapped to.
#[derive(Debug, Serialize, ToSchema)]
struct FieldView {
    field: String,
    label: String,
    /// `text`, `integer`, `money`, `date`, `datetime`, `percent`, `email`, `phone`, `url`, `tags`, or what it refers to.
    r#type: &'static str,
    required: bool,
}

/// Fields that can be imported
#[utoipa::path(get, path = "/imports/fields", tag = "imports", params(FieldParams), responses((status = 200, body = Page<FieldView>), Problems))]
async fn fields(cx: Allow<CreateImport>, Query(params): Query<FieldParams>) -> Result<Json<Page<FieldView>>> {
    let view = |field: &field::Field| FieldView {
        field: field.key.to_owned(),
        label: field.label.to_owned(),
        r#type: field.kind.key(),
        required: field.required,
    };
    let mut views: Vec<FieldView> = field::fields(params.object).iter().map(view).collect();
    if let Some(object) = params.object.custom() {
        let mut tx = cx.begin().await?;
        let custom = custom_field::store::of(&mut tx, object).await?;
        tx.done(()).await?;
        views.extend(custom.into_iter().filter(|f| !f.archived).map(|f| FieldView {
            field: format!("custom.{}", f.key),
            label: f.label,
            r#type: "text",
            required: f.required && f.default.is_none(),
        }));
    }
    Ok(Json(Page::whole(views)))
}

/// One import
#[utoipa::path(get, path = "/imports/{id}", tag = "imports", params(("id" = ImportId, Path)), responses((status = 200, body = ImportView), Problems))]
async fn get(cx: Allow<ReadImport>, Path(id): Path<ImportId>) -> Result<Json<ImportView>> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    tx.done(Json(import.into())).await
}

/// Map columns, decide values, set options
///
/// What is absent stays. The check has to be run again afterwards.
#[utoipa::path(patch, path = "/imports/{id}", tag = "imports", params(("id" = ImportId, Path)), request_body = ImportPatch,
    responses((status = 200, body = ImportView), Problems))]
async fn update(
    cx: Allow<CreateImport>,
    Path(id): Path<ImportId>,
    Json(patch): Json<ImportPatch>,
) -> Result<Committed<Json<ImportView>>> {
    let mut tx = cx.begin().await?;
    let mut import = store::find(&mut tx, id).await?;
    import.require_open()?;
    let names = lookup::load_names(&mut tx).await?;
    let content = if patch.rereads() { Some(store::content(&mut tx, id).await?) } else { None };
    tx.done(()).await?;
    let named = patch.named_fields();
    let (template, rows, only_rows) = (patch.template_id, patch.rows.clone(), patch.only_rows());
    let forgets = patch.forgets_rows();
    if rows.len() > MOST_ROWS {
        return Err(Error::field("rows", "too_many", format!("at most {MOST_ROWS} rows at a time")));
    }
    if only_rows && import.status == Status::Checked {
        return choose(&cx, import, &rows).await;
    }
    patch.apply(&mut import, content, &names).await?;
    write::may_map(cx.actor(), import.object, named.iter().map(String::as_str))?;
    prepare::leave_unmapped(cx.actor(), &mut import);
    import.status = Status::Mapping;
    import.summary = None;
    let mut tx = cx.begin().await?;
    match template {
        Patch::Absent => {}
        Patch::Null => prepare::suggest_anew(cx.actor(), &mut import),
        Patch::Value(id) => {
            let found = template::store::list(&mut tx, cx.actor(), Some(id)).await?.pop();
            let unknown = || Error::field("template_id", "unknown_reference", "there is no such template");
            let template = found.ok_or_else(unknown)?;
            prepare::remember(cx.actor(), &mut import, template.mapped_by(), template.memory(), &names);
        }
    }
    if forgets {
        likely::store::forget(&mut tx, id).await?;
    }
    store::save(&mut tx, &import).await?;
    let import = decide_rows(&cx, &mut tx, import, &rows).await?;
    tx.commit(Json(import.into())).await
}

/// Decides of single rows of a checked import, which stays checked.
async fn choose(cx: &Allow<CreateImport>, import: Import, rows: &[RowPatch]) -> Result<Committed<Json<ImportView>>> {
    let mut tx = cx.begin().await?;
    let import = decide_rows(cx, &mut tx, import, rows).await?;
    store::save(&mut tx, &import).await?;
    tx.commit(Json(import.into())).await
}

async fn decide_rows(
    cx: &Allow<CreateImport>,
    tx: &mut dealwright_store::Tx,
    mut import: Import,
    rows: &[RowPatch],
) -> Result<Import> {
    if rows.is_empty() {
        return Ok(import);
    }
    let rule = likely::find::rule(cx, import.object).await?;
    let answer = rule.map_or(OnMatch::Off, |rule| rule.on_create);
    likely::store::choose(tx, &mut import, answer, rows).await?;
    Ok(import)
}

/// Remove an import
///
/// Records that it made stay.
#[utoipa::path(delete, path = "/imports/{id}", tag = "imports", params(("id" = ImportId, Path)), responses((status = 204), Problems))]
async fn delete(cx: Allow<CreateImport>, Path(id): Path<ImportId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    if matches!(import.status, Status::Checking | Status::Running | Status::RollingBack) {
        return Err(Error::conflict("import_busy", "the import is at work; wait for its end"));
    }
    store::delete(&mut tx, id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Check every row
///
/// Says what would be created, updated and skipped, and what stands in the way. Writes no record.
#[utoipa::path(post, path = "/imports/{id}/check", tag = "imports", params(("id" = ImportId, Path)), responses((status = 202, body = ImportView), Problems))]
async fn check(cx: Allow<CreateImport>, Path(id): Path<ImportId>) -> Result<Committed<(StatusCode, Json<ImportView>)>> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    import.require_open()?;
    advance(&cx, tx, import, Status::Checking, job::CHECK).await
}

/// Import the rows that are ready
#[utoipa::path(post, path = "/imports/{id}/start", tag = "imports", params(("id" = ImportId, Path)), responses((status = 202, body = ImportView), Problems))]
async fn start(cx: Allow<CreateImport>, Path(id): Path<ImportId>) -> Result<Committed<(StatusCode, Json<ImportView>)>> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    import.require_open()?;
    write::require(cx.actor(), import.object, import.options.on_match)?;
    write::may_map(cx.actor(), import.object, import.mapped())?;
    match &import.summary {
        None => return Err(Error::conflict("not_checked", "check the rows first")),
        Some(summary) if summary.ready == 0 => {
            return Err(Error::conflict("nothing_to_import", "no row is ready to be imported"));
        }
        Some(_) => {}
    }
    advance(&cx, tx, import, Status::Running, job::RUN).await
}

/// Take the whole import back
#[utoipa::path(post, path = "/imports/{id}/rollback", tag = "imports", params(("id" = ImportId, Path)), responses((status = 202, body = ImportView), Problems))]
async fn roll_back(
    cx: Allow<CreateImport>,
    Path(id): Path<ImportId>,
) -> Result<Committed<(StatusCode, Json<ImportView>)>> {
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    if !import.can_roll_back() {
        return Err(Error::conflict("nothing_to_roll_back", "there is nothing of this import to take back"));
    }
    advance(&cx, tx, import, Status::RollingBack, job::ROLL_BACK).await
}

/// Enters the next state and queues the work that leads out of it.
async fn advance(
    cx: &Allow<CreateImport>,
    mut tx: dealwright_store::Tx,
    import: Import,
    to: Status,
    kind: &'static str,
) -> Result<Committed<(StatusCode, Json<ImportView>)>> {
    if !store::enter(&mut tx, import.id, &[import.status], to).await? {
        return Err(Error::conflict("import_busy", "the import is at work; wait for its end"));
    }
    store::enqueue(&mut tx, kind, import.id, cx.actor().user)?;
    let import = store::find(&mut tx, import.id).await?;
    tx.commit((StatusCode::ACCEPTED, Json(import.into()))).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RowParams {
    /// `all`, `create`, `update`, `skip`, `error`, `undecided`; `ready` for the first two, `open` for the last two;
    /// `similar` for those that probably are there already.
    /// Several by commas.
    #[param(example = "open")]
    state: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

fn states(asked: Option<&str>) -> Result<Vec<String>> {
    let mut states: Vec<String> = Vec::new();
    for word in asked.unwrap_or("all").split(',').map(str::trim) {
        match word {
            "all" | "" => return Ok(Vec::new()),
            "ready" => states.extend(["create".to_owned(), "update".to_owned()]),
            "open" => states.extend(["error".to_owned(), "undecided".to_owned()]),
            "create" | "update" | "skip" | "error" | "undecided" | "similar" => states.push(word.to_owned()),
            _ => return Err(Error::unreadable("invalid_query", format!("{word:?} is no state of a row")).on("state")),
        }
    }
    Ok(states)
}

/// Rows with what the check said of them
#[utoipa::path(get, path = "/imports/{id}/rows", tag = "imports", params(("id" = ImportId, Path), RowParams),
    responses((status = 200, body = Page<ShownRow>), Problems))]
async fn rows(
    cx: Allow<ReadImport>,
    Path(id): Path<ImportId>,
    Query(params): Query<RowParams>,
) -> Result<Json<Page<ShownRow>>> {
    let (states, limit) = (states(params.state.as_deref())?, limit(params.limit)?);
    let query = format!("{id}:{}", states.join(","));
    let after = params
        .cursor
        .map(|cursor| Cursor::<i64>::decode(&cursor, &query))
        .transpose()?
        .map_or(-1, |cursor| cursor.keys);
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?;
    let mut rows = store::rows(&mut tx, id, &states, after, limit + 1).await?;
    tx.done(()).await?;
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next_cursor =
        rows.last().filter(|_| more).map(|row| Cursor { query, keys: row.position }.encode()).transpose()?;
    Ok(Json(Page { items: rows, next_cursor, total: None.into() }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FailedParams {
    /// As for rows; by default those that were not imported: `error,undecided`.
    state: Option<String>,
}

/// Download rows that were not imported
///
/// The file's own columns, and behind them each row's number and what is wrong with it.
#[utoipa::path(get, path = "/imports/{id}/failed.csv", tag = "imports", params(("id" = ImportId, Path), FailedParams),
    responses((status = 200, content_type = "text/csv", body = String), Problems))]
async fn failed_rows(
    cx: Allow<ReadImport>,
    Path(id): Path<ImportId>,
    Query(params): Query<FailedParams>,
) -> Result<Response> {
    let states = states(Some(params.state.as_deref().unwrap_or("open")))?;
    let mut tx = cx.begin().await?;
    let import = store::find(&mut tx, id).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = import.columns.iter().map(|column| column.column.name.as_str());
    writer.write_record(names.chain(["Row", "Problem"])).map_err(Error::internal)?;
    let mut after = -1;
    loop {
        let rows = store::rows(&mut tx, id, &states, after, 5_000).await?;
        let Some(last) = rows.last() else { break };
        after = last.position;
        for row in &rows {
            let why = row.problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ");
            let number = row.row.to_string();
            writer
                .write_record(row.cells.iter().map(String::as_str).chain([number.as_str(), why.as_str()]))
                .map_err(Error::internal)?;
        }
    }
    tx.done(()).await?;
    let csv = writer.into_inner().map_err(|error| Error::internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rows.csv\""),
    ];
    Ok((headers, Body::from(csv)).into_response())
}
