//! What differs between two states of a row, as events tell it and as a stale write is answered.

use dealwright_kernel::error::{ConflictingField, VersionConflict};
use dealwright_kernel::{Error, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::Change;

/// A record's writable fields as the API names them; each custom field stands by itself, as `custom.<key>`.
///
/// # Errors
/// Internal, when they can't be serialised.
pub fn fields_of(state: &impl Serialize) -> Result<Map<String, Value>> {
    let Value::Object(mut map) = serde_json::to_value(state).map_err(Error::internal)? else {
        return Err(Error::internal("a record's fields are an object"));
    };
    if let Some(Value::Object(custom)) = map.remove("custom") {
        map.extend(custom.into_iter().map(|(key, value)| (format!("custom.{key}"), value)));
    }
    Ok(map)
}

/// What differs, in the order of the fields.
///
/// # Errors
/// Internal, when a state can't be serialised.
pub fn diff(old: &impl Serialize, new: &impl Serialize) -> Result<Vec<Change>> {
    let (old, mut new) = (fields_of(old)?, fields_of(new)?);
    for field in old.keys() {
        // A custom field that was cleared.
        new.entry(field.clone()).or_insert(Value::Null);
    }
    Ok(new
        .into_iter()
        .filter_map(|(field, new)| {
            let old = old.get(&field).cloned().unwrap_or(Value::Null);
            (old != new).then_some(Change { field, old, new, old_label: None, new_label: None })
        })
        .collect())
}

/// 409 `version_conflict` that names, of the fields the caller wants to write, those that differ from what stands.
#[must_use]
pub fn stale(version: i64, current: &impl Serialize, wanted: &impl Serialize) -> Error {
    let changes = match diff(current, wanted) {
        Ok(changes) => changes,
        Err(error) => return error,
    };
    let fields =
        changes.into_iter().map(|c| ConflictingField { field: c.field, theirs: c.old, yours: c.new }).collect();
    Error::stale(VersionConflict { version, fields })
}
