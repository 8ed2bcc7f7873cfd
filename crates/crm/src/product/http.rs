//! `/products`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateProduct, DeleteProduct, ReadProduct, UpdateProduct};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::ProductId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewProduct, Product, ProductPatch, store, write};
use crate::change;

/// The products' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete))
}

/// All products, by name
#[utoipa::path(get, path = "/products", tag = "master data", responses((status = 200, body = Page<Product>), Problems))]
async fn index(cx: Allow<ReadProduct>) -> Result<Json<Page<Product>>> {
    let mut tx = cx.begin().await?;
    let products = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(products))).await
}

/// Create a product
#[utoipa::path(post, path = "/products", tag = "master data", request_body = NewProduct, responses((status = 201, body = Product), Problems))]
async fn create(cx: Allow<CreateProduct>, Valid(new): Valid<NewProduct>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let product = write::create(&mut tx, &new.fields()).await?;
    let location = [(header::LOCATION, format!("/api/v1/products/{}", product.id))];
    tx.commit((StatusCode::CREATED, etag(product.version), location, Json(product))).await
}

/// One product
#[utoipa::path(get, path = "/products/{id}", tag = "master data", params(("id" = ProductId, Path)), responses((status = 200, body = Product), Problems))]
async fn get(cx: Allow<ReadProduct>, Path(id): Path<ProductId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let product = store::find(&mut tx, id).await?.or_not_found("product")?;
    tx.done((etag(product.version), Json(product))).await
}

/// Change a product
#[utoipa::path(patch, path = "/products/{id}", tag = "master data", params(("id" = ProductId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ProductPatch, responses((status = 200, body = Product), Problems))]
async fn update(
    cx: Allow<UpdateProduct>,
    Path(id): Path<ProductId>,
    if_match: IfMatch,
    Valid(patch): Valid<ProductPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("product")?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let product = write::update(&mut tx, &current, new).await?;
    tx.commit((etag(product.version), Json(product))).await
}

/// Take a product off the list
///
/// Opportunities that have it keep it.
#[utoipa::path(delete, path = "/products/{id}", tag = "master data", params(("id" = ProductId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Off the list"), Problems))]
async fn delete(
    cx: Allow<DeleteProduct>,
    Path(id): Path<ProductId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let product = store::find(&mut tx, id).await?.or_not_found("product")?;
    let version = if_match.0.unwrap_or(product.version);
    if !store::delete(&mut tx, id, version).await? {
        return Err(Error::stale(VersionConflict { version: product.version, fields: Vec::new() }));
    }
    tx.emit(product.event(&tx, "deleted"));
    tx.commit(StatusCode::NO_CONTENT).await
}
