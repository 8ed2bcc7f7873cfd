//! The one way in which price lists are created and changed: by a form, and by a configuration file.

use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::PriceListId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use serde_json::json;

use super::{Fields, NewPrices, PriceList, WholePriceList, store};
use crate::change;

/// One list.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: PriceListId) -> Result<PriceList> {
    store::list(tx, Some(id)).await?.into_iter().next().or_not_found("price list")
}

/// One list with its prices.
///
/// # Errors
/// 404.
pub async fn whole(tx: &mut Tx, id: PriceListId) -> Result<WholePriceList> {
    let list = find(tx, id).await?;
    let items = store::prices(tx, &list).await?;
    Ok(WholePriceList { list, items })
}

/// Creates a list.
///
/// # Errors
/// 409 `price_list_name_taken`; 422, of which `too_many_price_lists`.
pub async fn create(tx: &mut Tx, fields: &Fields) -> Result<PriceList> {
    fields.check()?;
    let id = PriceListId(tx.new_id());
    store::insert(tx, id, fields).await?;
    let list = find(tx, id).await?;
    let event = list.event(tx, "created");
    tx.emit(event);
    Ok(list)
}

/// Changes a list that was read just now.
///
/// # Errors
/// 409 `price_list_name_taken`; 422.
pub async fn update(tx: &mut Tx, current: &PriceList, new: Fields) -> Result<PriceList> {
    new.check()?;
    let changes = change::diff(&current.fields(), &new)?;
    if changes.is_empty() {
        return Ok(current.clone());
    }
    if !store::update(tx, current.id, current.version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let list = find(tx, current.id).await?;
    let event = list.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(list)
}

/// Sets prices and takes products off.
///
/// # Errors
/// 404; 409 `version_conflict`; 422 for each item that is wrong.
pub async fn set_prices(tx: &mut Tx, id: PriceListId, version: i64, new: NewPrices) -> Result<WholePriceList> {
    let before = whole(tx, id).await?;
    check_prices(tx, &before.list, &new).await?;
    if !store::set_prices(tx, id, version, &new.items).await? {
        return Err(Error::stale(VersionConflict { version: before.list.version, fields: Vec::new() }));
    }
    let now = whole(tx, id).await?;
    let event = now.list.event(tx, "prices_changed").changes(differences(&before, &now));
    tx.emit(event);
    Ok(now)
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
