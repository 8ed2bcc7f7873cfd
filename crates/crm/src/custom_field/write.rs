//! How an administrator changes custom fields.

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde_json::json;
use uuid::Uuid;

use super::value::read;
use super::{
    CustomField, CustomFieldPatch, FieldObject, FieldOption, Fields, Index, MAX_FIELDS, NewCustomField, index, key_of,
    store, usage,
};
use crate::change;
use crate::opportunity::store::base_currency;
use crate::order;

/// Adds a field behind the others of its object.
///
/// # Errors
/// 409 `custom_field_key_taken`; 422, of which `too_many_custom_fields`.
pub async fn create(tx: &mut Tx, new: NewCustomField) -> Result<CustomField> {
    let options = new.options();
    create_with(tx, new, options).await
}

/// The same, with options that have their values already.
///
/// # Errors
/// As [`create`].
pub async fn create_with(tx: &mut Tx, new: NewCustomField, options: Vec<FieldOption>) -> Result<CustomField> {
    store::lock(tx).await?;
    let there = store::of(tx, new.object).await?;
    if there.len() >= MAX_FIELDS {
        return Err(Error::invalid(
            "too_many_custom_fields",
            format!("an object has at most {MAX_FIELDS} custom fields"),
        ));
    }
    let mut field = CustomField {
        id: CustomFieldId(tx.new_id()),
        object: new.object,
        key: new.key.unwrap_or_else(|| key_of(&new.label)),
        label: new.label.trim().to_owned(),
        help: crate::record::text(new.help),
        kind: new.kind,
        required: new.required,
        default: new.default,
        options,
        section: crate::record::text(new.section),
        position: there.iter().map(|f| f.position).max().map_or(0, |p| p.saturating_add(1)),
        archived: false,
        expression: crate::record::text(new.expression),
        index: Index::None,
        slot: None,
        slot_filled: false,
        version: 1,
    };
    check(tx, &mut field).await?;
    let mut after = there.clone();
    after.push(field.clone());
    usage::check(tx, &there, &after, &field).await?;
    store::insert(tx, &field).await?;
    if new.indexed {
        index::give(tx, &field, &there).await?;
        field = find(tx, field.id).await?;
    }
    let event = field.event(tx, "created");
    tx.emit(event);
    Ok(field)
}

/// The definition fits together, and its default fits it.
pub(super) async fn check(tx: &mut Tx, field: &mut CustomField) -> Result<()> {
    field.check()?;
    if let Some(default) = field.default.take() {
        let base = base_currency(tx).await?;
        let value = read(field, &default, base).map_err(|(code, message)| Error::field("default", code, message))?;
        field.default = Some(value).filter(|v| !v.is_null());
    }
    Ok(())
}

/// One field.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: CustomFieldId) -> Result<CustomField> {
    store::list(tx).await?.into_iter().find(|f| f.id == id).or_not_found("custom field")
}

/// Changes a field.
///
/// # Errors
/// 404; 409 `version_conflict`; 422.
pub async fn update(tx: &mut Tx, id: CustomFieldId, version: i64, patch: CustomFieldPatch) -> Result<CustomField> {
    store::lock(tx).await?;
    let current = find(tx, id).await?;
    let (old, wanted) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &wanted));
    }
    let mut field = current.with(&wanted);
    check(tx, &mut field).await?;
    let new = Fields { indexed: wanted.indexed, ..field.fields() };
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    let there = store::of(tx, field.object).await?;
    let after: Vec<_> = there.iter().map(|f| if f.id == id { field.clone() } else { f.clone() }).collect();
    usage::check(tx, &there, &after, &field).await?;
    if !store::update(tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    if wanted.indexed != old.indexed {
        if wanted.indexed {
            index::give(tx, &field, &there).await?;
        } else {
            store::set_slot(tx, id, None).await?;
        }
    }
    let field = find(tx, id).await?;
    let event = field.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(field)
}

/// Puts the fields of an object into another order.
///
/// # Errors
/// 409 `order_changed`.
pub async fn order(tx: &mut Tx, object: FieldObject, ids: &[Uuid]) -> Result<Vec<CustomField>> {
    store::lock(tx).await?;
    let old = store::of(tx, object).await?;
    order::check(old.iter().map(|f| f.id.0), ids)?;
    store::set_order(tx, ids).await?;
    let now = store::of(tx, object).await?;
    let names = |fields: &[CustomField]| fields.iter().map(|f| f.label.clone()).collect::<Vec<_>>();
    if let (true, Some(first)) = (!old.iter().map(|f| f.id).eq(now.iter().map(|f| f.id)), now.first()) {
        let (old, new) = (json!(names(&old)), json!(names(&now)));
        let change = Change { field: "order".into(), old, new, old_label: None, new_label: None };
        let event = first.event(tx, "reordered").changes(vec![change]);
        tx.emit(event);
    }
    Ok(now)
}
