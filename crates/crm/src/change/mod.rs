//! Changes, field by field: what differs between two states of a record, in words a person reads, and how it is undone.
//!
//! Undo is a new change through the same permissions and gates as an edit. A field that somebody has edited since stays
//! as it is, and is named.

pub mod http;
pub mod store;
pub mod undo;

use dealwright_kernel::error::{ConflictingField, VersionConflict};
use dealwright_kernel::{Error, Result};
use dealwright_store::Change;
use serde::Serialize;
use serde_json::{Map, Value};

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

/// The English name of a field: `close_date` → `Close date`, `owner_id` → `Owner`.
#[must_use]
pub fn label(field: &str) -> String {
    let field = field.strip_prefix("custom.").unwrap_or(field);
    let words = field.strip_suffix("_id").unwrap_or(field).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A field that an undo left alone.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Kept {
    pub field: String,
    pub reason: String,
}

/// What to write in order to take `changes` back, given the record as it is now; and what has been edited since.
#[must_use]
pub fn reversal(changes: &[Change], current: &Map<String, Value>) -> (Map<String, Value>, Vec<Kept>) {
    let (mut back, mut kept) = (Map::new(), Vec::new());
    for change in changes {
        // A custom field without a value is not there.
        let now = current.get(&change.field).or_else(|| change.field.starts_with("custom.").then_some(&Value::Null));
        match now {
            Some(now) if *now == change.new => _ = back.insert(change.field.clone(), change.old.clone()),
            Some(_) => kept.push(Kept { field: change.field.clone(), reason: "edited since".into() }),
            None => {}
        }
    }
    (back, kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_diff_names_what_differs() {
        let changes = diff(&json!({"name": "A", "amount": null}), &json!({"name": "A", "amount": 5})).unwrap();
        assert_eq!(
            changes,
            [Change { field: "amount".into(), old: json!(null), new: json!(5), old_label: None, new_label: None }]
        );
        assert_eq!(label("close_date"), "Close date");
        assert_eq!(label("owner_id"), "Owner");
    }

    proptest! {
        /// Undoing right after a change gives the old state; a later edit of any field stays.
        #[test]
        fn undo_restores_what_nobody_touched(old in proptest::array::uniform4(0_u8..3), new in proptest::array::uniform4(0_u8..3), later in proptest::array::uniform4(0_u8..3)) {
            let state = |v: [u8; 4]| json!({"a": v[0], "b": v[1], "c": v[2], "d": v[3]});
            let changes = diff(&state(old), &state(new)).unwrap();
            let (back, kept) = reversal(&changes, &fields_of(&state(later)).unwrap());
            for (i, field) in ["a", "b", "c", "d"].iter().enumerate() {
                let changed = old[i] != new[i];
                let untouched = later[i] == new[i];
                prop_assert_eq!(back.get(*field).cloned(), (changed && untouched).then(|| json!(old[i])));
                prop_assert_eq!(kept.iter().any(|k| k.field == *field), changed && !untouched);
            }
        }
    }
}
