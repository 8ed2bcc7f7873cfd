//! `/materials`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateMaterial, DeleteMaterial, ReadMaterial, UpdateMaterial};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::MaterialId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Tx};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::placeholder::{self, Placeholder};
use super::{Fields, Material, MaterialKind, MaterialPatch, MaterialSummary, MaterialVersion, NewMaterial, store};

/// The endpoints of materials.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(placeholders))
        .routes(routes!(get, update, delete))
        .routes(routes!(archive))
        .routes(routes!(restore))
        .routes(routes!(versions))
        .routes(routes!(restore_version))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    kind: Option<MaterialKind>,
    /// Those that were put away, and no others.
    #[serde(default)]
    archived: bool,
    /// Part of the title or the summary.
    #[serde(default)]
    #[param(max_length = 200)]
    q: String,
}

async fn find(tx: &mut Tx, id: MaterialId) -> Result<Material> {
    store::find(tx, id).await?.or_not_found("material")
}

fn moved_on(material: &Material) -> Error {
    Error::stale(VersionConflict { version: material.version, fields: Vec::new() })
}

/// Playbooks, e-mail templates and scripts, by title
#[utoipa::path(get, path = "/materials", tag = "knowledge", params(Params), responses((status = 200, body = Page<MaterialSummary>), Problems))]
async fn index(cx: Allow<ReadMaterial>, Query(params): Query<Params>) -> Result<Json<Page<MaterialSummary>>> {
    let q = params.q.trim();
    if q.chars().count() > 200 || q.contains('\0') {
        return Err(Error::unreadable("invalid_query", "q has at most 200 characters"));
    }
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, params.kind, params.archived, q).await?;
    tx.done(Json(Page::whole(items))).await
}

/// Create a playbook, an e-mail template or a script
#[utoipa::path(post, path = "/materials", tag = "knowledge", request_body = NewMaterial, responses((status = 201, body = Material), Problems))]
async fn create(cx: Allow<CreateMaterial>, Valid(new): Valid<NewMaterial>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let material = super::create(&mut tx, &new).await?;
    let location = [(header::LOCATION, format!("/api/v1/materials/{}", material.id))];
    tx.commit((StatusCode::CREATED, etag(material.version), location, Json(material))).await
}

/// What may stand between braces in an e-mail template
#[utoipa::path(get, path = "/materials/placeholders", tag = "knowledge", responses((status = 200, body = Page<Placeholder>), Problems))]
async fn placeholders(_cx: Allow<ReadMaterial>) -> Json<Page<Placeholder>> {
    Json(Page::whole(placeholder::ALL.to_vec()))
}

/// One of them
#[utoipa::path(get, path = "/materials/{id}", tag = "knowledge", params(("id" = MaterialId, Path)), responses((status = 200, body = Material), Problems))]
async fn get(cx: Allow<ReadMaterial>, Path(id): Path<MaterialId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let material = find(&mut tx, id).await?;
    tx.done((etag(material.version), Json(material))).await
}

/// Change one
///
/// A change is a version of its own; earlier ones are kept.
#[utoipa::path(patch, path = "/materials/{id}", tag = "knowledge", params(("id" = MaterialId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = MaterialPatch, responses((status = 200, body = Material), Problems))]
async fn update(
    cx: Allow<UpdateMaterial>,
    Path(id): Path<MaterialId>,
    if_match: IfMatch,
    Valid(patch): Valid<MaterialPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = find(&mut tx, id).await?;
    let new = patch.apply(current.kind, &current.fields())?;
    let material = write(&mut tx, current, version, &new).await?;
    tx.commit((etag(material.version), Json(material))).await
}

/// Writes new fields as a version of their own; nothing when they are what stands.
async fn write(tx: &mut Tx, current: Material, version: i64, new: &Fields) -> Result<Material> {
    let old = current.fields();
    if current.version != version {
        return Err(stale(current.version, &old, new));
    }
    let changes = diff(&old, new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    if !store::update(tx, current.id, version, new).await? {
        return Err(stale(version + 1, &old, new));
    }
    let material = find(tx, current.id).await?;
    let event = material.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(material)
}

/// Delete one that was put away, for good
#[utoipa::path(delete, path = "/materials/{id}", tag = "knowledge", params(("id" = MaterialId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<DeleteMaterial>,
    Path(id): Path<MaterialId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let material = find(&mut tx, id).await?;
    if material.archived_at.is_none() {
        return Err(Error::conflict("material_not_archived", "archive it first; what is archived can be deleted"));
    }
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(material.version)).await? {
        return Err(moved_on(&material));
    }
    let event = material.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

async fn put_away(
    cx: Allow<UpdateMaterial>,
    id: MaterialId,
    if_match: IfMatch,
    archived: bool,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let current = find(&mut tx, id).await?;
    if current.archived_at.is_some() == archived {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if !store::archive(&mut tx, id, if_match.0.unwrap_or(current.version), archived).await? {
        return Err(moved_on(&current));
    }
    let material = find(&mut tx, id).await?;
    let event = material.event(&tx, if archived { "archived" } else { "restored" });
    tx.emit(event);
    tx.commit((etag(material.version), Json(material))).await
}

/// Put one away
///
/// It is in no list and no answer any more, and can be taken out again.
#[utoipa::path(post, path = "/materials/{id}/archive", tag = "knowledge", params(("id" = MaterialId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Material), Problems))]
async fn archive(
    cx: Allow<UpdateMaterial>,
    Path(id): Path<MaterialId>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    put_away(cx, id, if_match, true).await
}

/// Take one out of the archive
#[utoipa::path(post, path = "/materials/{id}/restore", tag = "knowledge", params(("id" = MaterialId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Material), Problems))]
async fn restore(
    cx: Allow<UpdateMaterial>,
    Path(id): Path<MaterialId>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    put_away(cx, id, if_match, false).await
}

/// What was written of one, the last hundred versions
#[utoipa::path(get, path = "/materials/{id}/versions", tag = "knowledge", params(("id" = MaterialId, Path)), responses((status = 200, body = Page<MaterialVersion>), Problems))]
async fn versions(cx: Allow<UpdateMaterial>, Path(id): Path<MaterialId>) -> Result<Json<Page<MaterialVersion>>> {
    let mut tx = cx.begin().await?;
    find(&mut tx, id).await?;
    let versions = store::versions(&mut tx, id, None).await?;
    tx.done(Json(Page::whole(versions))).await
}

/// Write an earlier version again
///
/// As a new version; whether it is published stays as it is.
#[utoipa::path(post, path = "/materials/{id}/versions/{number}/restore", tag = "knowledge",
    params(("id" = MaterialId, Path), ("number" = i64, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Material), Problems))]
async fn restore_version(
    cx: Allow<UpdateMaterial>,
    Path((id, number)): Path<(MaterialId, i64)>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let current = find(&mut tx, id).await?;
    let earlier = store::versions(&mut tx, id, Some(number)).await?.pop().or_not_found("version")?;
    let new = Fields {
        title: earlier.title,
        summary: earlier.summary,
        subject: earlier.subject,
        body: earlier.body,
        published: current.published,
    };
    let version = if_match.0.unwrap_or(current.version);
    let material = write(&mut tx, current, version, &new).await?;
    tx.commit((etag(material.version), Json(material))).await
}
