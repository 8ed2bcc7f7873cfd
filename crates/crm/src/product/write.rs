//! The one way in which products are created and changed: by a form, and by a configuration file.

use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::ProductId;
use dealwright_store::Tx;

use super::{Fields, Product, store};
use crate::change;
use crate::change::store::name_values;

/// Creates a product.
///
/// # Errors
/// 409 `product_name_taken` or `product_code_taken`.
pub async fn create(tx: &mut Tx, fields: &Fields) -> Result<Product> {
    let id = ProductId(tx.new_id());
    store::insert(tx, id, fields).await?;
    let product = store::find(tx, id).await?.or_not_found("product")?;
    let event = product.event(tx, "created");
    tx.emit(event);
    Ok(product)
}

/// Changes a product that was read just now.
///
/// # Errors
/// 409 `version_conflict`, `product_name_taken` or `product_code_taken`.
pub async fn update(tx: &mut Tx, current: &Product, new: Fields) -> Result<Product> {
    let mut changes = change::diff(&current.fields(), &new)?;
    if changes.is_empty() {
        return Ok(current.clone());
    }
    if !store::update(tx, current.id, current.version, &new).await? {
        let now = store::find(tx, current.id).await?.or_not_found("product")?;
        return Err(change::stale(now.version, &now.fields(), &new));
    }
    name_values(tx, &mut changes).await?;
    let product = store::find(tx, current.id).await?.or_not_found("product")?;
    let event = product.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(product)
}
