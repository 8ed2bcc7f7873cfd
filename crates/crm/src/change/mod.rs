//! Changes, field by field: what differs between two states of a record, in words a person reads, and how it is undone.
//!
//! Undo is a new change through the same permissions and gates as an edit. A field that somebody has edited since stays
//! as it is, and is named.

pub mod http;
pub mod store;
pub mod undo;

use dealwright_access::{Context, Object, Permission, people};
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Error, Result};
pub use dealwright_store::change::{diff, fields_of, stale};
use dealwright_store::{Change, Tx};
use serde::Serialize;
use serde_json::{Map, Value};

/// The same, of a record some of whose fields may be hidden from the caller: those are not told.
#[must_use]
pub fn stale_for(
    cx: &Context,
    object: Object,
    version: i64,
    current: &impl Serialize,
    wanted: &impl Serialize,
) -> Error {
    let mut error = stale(version, current, wanted);
    if let Some(conflict) = &mut error.conflict {
        conflict.fields.retain(|f| !cx.actor().fields.hides(object, &f.field));
    }
    error
}

/// The team of an owner to whom the caller may give a record.
///
/// # Errors
/// 422 `unknown_reference` when there is no such user; 403 when they are beyond the scope of what it `needs`.
pub async fn owner_team(cx: &Context, tx: &mut Tx, needs: Permission, owner: UserId) -> Result<Option<TeamId>> {
    let team = people::store::team_of(tx, owner).await?;
    let team = team.ok_or_else(|| Error::field("owner_id", "unknown_reference", "there is no such user"))?;
    cx.may_assign(needs, owner, team)?;
    Ok(team)
}

/// Refuses a change of fields that the caller may not write; what stays as it is passes.
///
/// # Errors
/// 403 `field_not_permitted` that names each.
pub fn may_write(cx: &Context, object: Object, old: &impl Serialize, new: &impl Serialize) -> Result<()> {
    if cx.actor().fields.all().is_empty() {
        return Ok(());
    }
    let changes = diff(old, new)?;
    cx.actor().fields.may_write(object, changes.iter().map(|c| c.field.as_str()))
}

/// Refuses a new record that says more than the caller may write.
///
/// # Errors
/// 403 `field_not_permitted` that names each.
pub fn may_say(cx: &Context, object: Object, new: &impl Serialize) -> Result<()> {
    if cx.actor().fields.all().is_empty() {
        return Ok(());
    }
    let empty = |v: &Value| match v {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    let said = fields_of(new)?;
    cx.actor().fields.may_write(object, said.iter().filter(|(_, v)| !empty(v)).map(|(field, _)| field.as_str()))
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
