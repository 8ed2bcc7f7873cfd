//! `/price-lists`.

use axum::extract::FromRef;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateProduct, DeleteProduct, ReadProduct, UpdateProduct};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::PriceListId;
use dealwright_kernel::{Error, FieldError, Page, Result};
use dealwright_store::{Change, Committed, Tx};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewPriceList, NewPrices, PriceList, PriceListPatch, WholePriceList, store};
use crate::change;

/// The price lists' endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(set_prices))
}

async fn find(tx: &mut Tx, id: PriceListId) -> Result<PriceList> {
    store::list(tx, Some(id)).await?.into_iter().next().or_not_found("price list")
}

async fn whole(tx: &mut Tx, id: PriceListId) -> Result<WholePriceList> {
    let list = find(tx, id).await?;
    let items = store::prices(tx, &list).await?;
    Ok(WholePriceList { list, items })
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
    let (id, fields) = (PriceListId(tx.new_id()), new.fields());
    fields.check()?;
    store::insert(&mut tx, id, &fields).await?;
    let list = find(&mut tx, id).await?;
    let event = list.event(&tx, "created");
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/price-lists/{id}"))];
    tx.commit((StatusCode::CREATED, etag(list.version), location, Json(list))).await
}

/// One price list with its prices
#[utoipa::path(get, path = "/price-lists/{id}", tag = "master data", params(("id" = PriceListId, Path)), responses((status = 200, body = WholePriceList), Problems))]
async fn get(cx: Allow<ReadProduct>, Path(id): Path<PriceListId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let whole = whole(&mut tx, id).await?;
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
    let current = find(&mut tx, id).await?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    new.check()?;
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if !store::update(&mut tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let list = find(&mut tx, id).await?;
    let event = list.event(&tx, "updated").changes(changes);
    tx.emit(event);
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
    let list = find(&mut tx, id).await?;
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
    let before = whole(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(before.list.version);
    check_prices(&mut tx, &before.list, &new).await?;
    if !store::set_prices(&mut tx, id, version, &new.items).await? {
        return Err(Error::stale(VersionConflict { version: before.list.version, fields: Vec::new() }));
    }
    let now = whole(&mut tx, id).await?;
    let changes = differences(&before, &now);
    let event = now.list.event(&tx, "prices_changed").changes(changes);
    tx.emit(event);
    tx.commit((etag(now.list.version), Json(now))).await
}

async fn check_prices(tx: &mut Tx, list: &PriceList, new: &NewPrices) -> Result<()> {
    let known = store::known_products(tx, &new.items).await?;
    let mut wrong = Vec::new();
    let mut say = |field: String, code: &'static str, message: String| {
        wrong.push(FieldError { field, code: code.into(), message });
    };
    for (i, item) in new.items.iter().enumerate() {
        if item.unit_price.is_some_and(|p| p.currency != list.currency) {
            say(format!("items.{i}.unit_price"), "wrong_currency", format!("the list is in {}", list.currency));
        }
        if !known.contains(&item.product_id) {
            say(format!("items.{i}.product_id"), "unknown_reference", "there is no such product".to_owned());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", wrong)) }
}

/// By product, what it cost and costs.
fn differences(before: &WholePriceList, now: &WholePriceList) -> Vec<Change> {
    let words = |of: &WholePriceList, id: uuid::Uuid| {
        let price = of.items.iter().find(|p| p.product.id == id);
        price.map(|p| format!("{} {}", p.unit_price, p.billing.as_str()))
    };
    let mut products: Vec<_> = before.items.iter().chain(&now.items).map(|p| &p.product).collect();
    products.sort_by_key(|p| p.id);
    products.dedup_by_key(|p| p.id);
    products
        .into_iter()
        .map(|p| (p.name.clone(), words(before, p.id), words(now, p.id)))
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| Change { field, old: json!(old), new: json!(new), old_label: None, new_label: None })
        .collect()
}
