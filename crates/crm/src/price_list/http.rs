//! `/price-lists`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateProduct, DeleteProduct, ReadProduct, UpdateProduct};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::PriceListId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewPriceList, NewPrices, PriceList, PriceListPatch, WholePriceList, store, write};
use crate::change;

/// The price lists' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(set_prices))
}

/// All price lists, by name
#[utoipa::path(get, path = "/price-lists", tag = "master data", responses((status = 200, body = Page<PriceList>), Problems))]
async fn index(cx: Allow<ReadProduct>) -> Result<Json<Page<PriceList>>> {
    let mut tx = cx.begin().await?;
    let lists = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(lists))).await
}

/// Create a price list
#[utoipa::path(post, path = "/price-lists", tag = "master data", request_body = NewPriceList, responses((status = 201, body = PriceList), Problems))]
async fn create(cx: Allow<CreateProduct>, Valid(new): Valid<NewPriceList>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let list = write::create(&mut tx, &new.fields()).await?;
    let location = [(header::LOCATION, format!("/api/v1/price-lists/{}", list.id))];
    tx.commit((StatusCode::CREATED, etag(list.version), location, Json(list))).await
}

/// One price list with its prices
#[utoipa::path(get, path = "/price-lists/{id}", tag = "master data", params(("id" = PriceListId, Path)), responses((status = 200, body = WholePriceList), Problems))]
async fn get(cx: Allow<ReadProduct>, Path(id): Path<PriceListId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let whole = write::whole(&mut tx, id).await?;
    tx.done((etag(whole.list.version), Json(whole))).await
}

/// Change a price list
///
/// A currency has one default list: another of the same currency is no longer it.
#[utoipa::path(patch, path = "/price-lists/{id}", tag = "master data", params(("id" = PriceListId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = PriceListPatch, responses((status = 200, body = PriceList), Problems))]
async fn update(
    cx: Allow<UpdateProduct>,
    Path(id): Path<PriceListId>,
    if_match: IfMatch,
    Valid(patch): Valid<PriceListPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = write::find(&mut tx, id).await?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let list = write::update(&mut tx, &current, new).await?;
    tx.commit((etag(list.version), Json(list))).await
}

/// Delete a price list
///
/// Lines that took their price from it keep it.
#[utoipa::path(delete, path = "/price-lists/{id}", tag = "master data", params(("id" = PriceListId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeleteProduct>,
    Path(id): Path<PriceListId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let list = write::find(&mut tx, id).await?;
    if !store::delete(&mut tx, id, if_match.0.unwrap_or(list.version)).await? {
        return Err(Error::stale(VersionConflict { version: list.version, fields: Vec::new() }));
    }
    let event = list.event(&tx, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Set prices on a list; null takes a product off it
#[utoipa::path(post, path = "/price-lists/{id}/prices", tag = "master data", params(("id" = PriceListId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = NewPrices, responses((status = 200, body = WholePriceList), Problems))]
async fn set_prices(
    cx: Allow<UpdateProduct>,
    Path(id): Path<PriceListId>,
    if_match: IfMatch,
    Valid(new): Valid<NewPrices>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let version = match if_match.0 {
        Some(version) => version,
        None => write::find(&mut tx, id).await?.version,
    };
    let now = write::set_prices(&mut tx, id, version, new).await?;
    tx.commit((etag(now.list.version), Json(now))).await
}
