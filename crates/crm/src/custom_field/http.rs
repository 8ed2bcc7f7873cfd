//! `/custom-fields`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dealwright_access::policy::{ReadOrganisation, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conversion::{self, Conversion, NewFieldType};
use super::{CustomField, CustomFieldPatch, FieldObject, NewCustomField, store, write};

/// The custom fields' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(order))
        .routes(routes!(update))
        .routes(routes!(change_type))
}

/// All custom fields, by object and in order
#[utoipa::path(get, path = "/custom-fields", tag = "master data", responses((status = 200, body = Page<CustomField>), Problems))]
async fn list(cx: Allow<ReadOrganisation>) -> Result<Json<Page<CustomField>>> {
    let mut tx = cx.begin().await?;
    let fields = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(fields))).await
}

/// Add a custom field
#[utoipa::path(post, path = "/custom-fields", tag = "master data", request_body = NewCustomField, responses((status = 201, body = CustomField), Problems))]
async fn create(
    cx: Allow<UpdateOrganisation>,
    Valid(new): Valid<NewCustomField>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let field = write::create(&mut tx, new).await?;
    tx.commit((StatusCode::CREATED, etag(field.version), Json(field))).await
}

/// The whole order of an object's fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FieldOrder {
    object: FieldObject,
    #[schema(max_items = 200)]
    ids: Vec<uuid::Uuid>,
}

/// Put the custom fields of an object into another order
#[utoipa::path(post, path = "/custom-fields/order", tag = "master data", request_body = FieldOrder, responses((status = 200, body = Page<CustomField>), Problems))]
async fn order(
    cx: Allow<UpdateOrganisation>,
    Json(order): Json<FieldOrder>,
) -> Result<Committed<Json<Page<CustomField>>>> {
    let mut tx = cx.begin().await?;
    let fields = write::order(&mut tx, order.object, &order.ids).await?;
    tx.commit(Json(Page::whole(fields))).await
}

/// Change a custom field: rename, archive, restore, its options
#[utoipa::path(patch, path = "/custom-fields/{id}", tag = "master data", params(("id" = CustomFieldId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = CustomFieldPatch, responses((status = 200, body = CustomField), Problems))]
async fn update(
    cx: Allow<UpdateOrganisation>,
    Path(id): Path<CustomFieldId>,
    if_match: IfMatch,
    Valid(patch): Valid<CustomFieldPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let field = write::update(&mut tx, id, version, patch).await?;
    tx.commit((etag(field.version), Json(field))).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct How {
    #[serde(default)]
    dry_run: bool,
}

/// Give a custom field another type
///
/// Every value has to fit it: 409 `values_do_not_fit` lists what does not. With `dry_run` it only says what would happen.
#[utoipa::path(post, path = "/custom-fields/{id}/type", tag = "master data",
    params(("id" = CustomFieldId, Path), ("dry_run" = Option<bool>, Query, description = "Only say what would happen"),
           ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = NewFieldType, responses((status = 200, body = Conversion), Problems))]
async fn change_type(
    cx: Allow<UpdateOrganisation>,
    Path(id): Path<CustomFieldId>,
    if_match: IfMatch,
    Query(how): Query<How>,
    Valid(to): Valid<NewFieldType>,
) -> Result<Response> {
    let version = if_match.or(to.version)?;
    let mut tx = cx.begin().await?;
    let conversion = conversion::convert(&cx, &mut tx, id, version, to, how.dry_run).await?;
    if how.dry_run {
        tx.rollback().await?;
        return Ok(Json(conversion).into_response());
    }
    Ok(tx.commit((etag(conversion.field.version), Json(conversion))).await?.into_response())
}
