//! `/import-templates`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::CreateImport;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::id::{ImportId, ImportTemplateId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Tx};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ImportTemplate, Memory, store};
use dealwright_crm::record::Texts;

/// The templates' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(update, delete))
}

/// A name for how an import is mapped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImportTemplate {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The import whose mapping, decisions and options are kept.
    import_id: ImportId,
}

impl Validate for NewImportTemplate {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 100);
        wrong.finish()
    }
}

/// A change of a template. What is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ImportTemplatePatch {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// The import whose mapping, decisions and options take the place of what is kept.
    import_id: Option<ImportId>,
    version: Option<i64>,
}

impl Validate for ImportTemplatePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 100);
        }
        wrong.finish()
    }
}

/// All templates of imports, by name
#[utoipa::path(get, path = "/import-templates", tag = "imports", responses((status = 200, body = Page<ImportTemplate>), Problems))]
async fn index(cx: Allow<CreateImport>) -> Result<Json<Page<ImportTemplate>>> {
    let mut tx = cx.begin().await?;
    let templates = store::list(&mut tx, cx.actor(), None).await?;
    tx.done(Json(Page::whole(templates))).await
}

async fn memory(tx: &mut Tx, id: ImportId) -> Result<Memory> {
    let import = crate::store::find(tx, id).await;
    let import = import.map_err(|_| Error::field("import_id", "unknown_reference", "there is no such import"))?;
    Ok(Memory::of(&import))
}

/// Keep how an import is mapped, under a name
#[utoipa::path(post, path = "/import-templates", tag = "imports", request_body = NewImportTemplate, responses((status = 201, body = ImportTemplate), Problems))]
async fn create(cx: Allow<CreateImport>, Valid(new): Valid<NewImportTemplate>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let memory = memory(&mut tx, new.import_id).await?;
    let id = ImportTemplateId(tx.new_id());
    store::insert(&mut tx, id, cx.actor().user, new.name.trim(), &memory).await?;
    let template = store::find(&mut tx, cx.actor(), id).await?;
    let event = template.event(&tx, "created");
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/import-templates/{id}"))];
    tx.commit((StatusCode::CREATED, etag(template.version), location, Json(template))).await
}

fn not_yours() -> Error {
    Error::forbidden("forbidden", "only its maker may change this template, or who may read everyone's imports")
}

/// Rename a template, or keep another import's mapping in it
#[utoipa::path(patch, path = "/import-templates/{id}", tag = "imports", params(("id" = ImportTemplateId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ImportTemplatePatch, responses((status = 200, body = ImportTemplate), Problems))]
async fn update(
    cx: Allow<CreateImport>,
    Path(id): Path<ImportTemplateId>,
    if_match: IfMatch,
    Valid(patch): Valid<ImportTemplatePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, cx.actor(), id).await?;
    if !current.may_update {
        return Err(not_yours());
    }
    let name = patch.name.map_or_else(|| current.name.clone(), |name| name.trim().to_owned());
    let at = current.version;
    let kept = match patch.import_id {
        Some(import) => memory(&mut tx, import).await?,
        None => current.memory(),
    };
    if !store::update(&mut tx, id, version, &name, &kept).await? {
        return Err(Error::stale(VersionConflict { version: at, fields: Vec::new() }));
    }
    let template = store::find(&mut tx, cx.actor(), id).await?;
    let event = template.event(&tx, "updated");
    tx.emit(event);
    tx.commit((etag(template.version), Json(template))).await
}

/// Delete a template
#[utoipa::path(delete, path = "/import-templates/{id}", tag = "imports", params(("id" = ImportTemplateId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<CreateImport>,
    Path(id): Path<ImportTemplateId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let template = store::find(&mut tx, cx.actor(), id).await?;
    if !template.may_update {
        return Err(not_yours());
    }
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(template.version)).await? {
        return Err(Error::stale(VersionConflict { version: template.version, fields: Vec::new() }));
    }
    let event = template.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}
