//! The values of custom fields on a record: merged, checked and told on every path on which a record is written.

use std::collections::{BTreeSet, HashMap};

use dealwright_kernel::{Currency, Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::value::read;
use super::{CustomField, FieldKind, FieldObject, store};
use crate::change::store::names;
use crate::opportunity::store::base_currency;

/// The bytes of all custom values of a record.
const MAX_BYTES: usize = 64 * 1024;

/// What a patch makes of the values: given keys are set, null clears, others stay.
#[must_use]
pub fn merged(mut old: Map<String, Value>, given: Option<Map<String, Value>>) -> Map<String, Value> {
    for (key, value) in given.into_iter().flatten() {
        if value.is_null() {
            old.remove(&key);
        } else {
            old.insert(key, value);
        }
    }
    old
}

/// Checks the values that differ from `old`, brings them into the form in which records hold them, and gives a new record
/// (`old` is none) its defaults.
///
/// # Errors
/// 422 for each value that does not fit or is missing, as `custom.<key>`.
pub async fn check(
    tx: &mut Tx,
    object: FieldObject,
    old: Option<&Map<String, Value>>,
    new: &mut Map<String, Value>,
) -> Result<()> {
    if old.is_some_and(|old| old == new) {
        return Ok(());
    }
    let fields = store::of(tx, object).await?;
    if fields.is_empty() && new.is_empty() {
        return Ok(());
    }
    let base = base_currency(tx).await?;
    let mut checked = Checked::default();
    checked.fit(&fields, base, old, new);
    checked.finish(tx, new).await
}

/// The same for a new record of an import, which knows the fields already and names no other records in them.
///
/// # Errors
/// 422 for each value that does not fit or is missing.
pub fn of_import(fields: &[CustomField], base: Currency, mut new: Map<String, Value>) -> Result<Map<String, Value>> {
    let mut checked = Checked::default();
    checked.fit(fields, base, None, &mut new);
    for (key, _, _) in std::mem::take(&mut checked.references) {
        checked.say(&key, "invalid_value", "a file can't name people and records here");
    }
    checked.end(&new)?;
    Ok(new)
}

#[derive(Default)]
struct Checked {
    wrong: Vec<FieldError>,
    /// Keys, and the ids they name.
    references: Vec<(String, FieldKind, Uuid)>,
}

impl Checked {
    fn fit(
        &mut self,
        fields: &[CustomField],
        base: Currency,
        old: Option<&Map<String, Value>>,
        new: &mut Map<String, Value>,
    ) {
        for key in new.keys().cloned().collect::<Vec<_>>() {
            let now = new.get(&key).cloned().unwrap_or_default();
            if old.and_then(|old| old.get(&key)) == Some(&now) {
                continue;
            }
            match fields.iter().find(|f| f.key == key && !f.archived) {
                None => self.say(&key, "unknown_field", "there is no such custom field"),
                Some(field) => match read(field, &now, base) {
                    Ok(Value::Null) => _ = new.remove(&key),
                    Ok(value) => {
                        self.refers(field, &value);
                        new.insert(key, value);
                    }
                    Err((code, message)) => self.say(&key, code, &message),
                },
            }
        }
        for field in fields.iter().filter(|f| !f.archived && !new.contains_key(&f.key)).collect::<Vec<_>>() {
            match (&field.default, old) {
                (Some(default), None) => _ = new.insert(field.key.clone(), default.clone()),
                (None, None) if field.required => self.say(&field.key, "required", "this field is required"),
                (_, Some(old)) if field.required && old.contains_key(&field.key) => {
                    self.say(&field.key, "required", "this field is required");
                }
                _ => {}
            }
        }
    }

    fn say(&mut self, key: &str, code: &'static str, message: &str) {
        self.wrong.push(FieldError { field: format!("custom.{key}"), code: code.into(), message: message.to_owned() });
    }

    fn refers(&mut self, field: &CustomField, value: &Value) {
        let names_something = matches!(field.kind, FieldKind::User | FieldKind::Account | FieldKind::Contact);
        if let Some(id) = value.as_str().filter(|_| names_something).and_then(|t| t.parse().ok()) {
            self.references.push((field.key.clone(), field.kind, id));
        }
    }

    async fn finish(mut self, tx: &mut Tx, new: &Map<String, Value>) -> Result<()> {
        let there = store::there(tx, &self.references).await?;
        for (key, kind, id) in std::mem::take(&mut self.references) {
            if !there.contains(&(kind, id)) {
                self.say(&key, "unknown_reference", "there is no such record, or you may not see it");
            }
        }
        self.end(new)
    }

    fn end(mut self, new: &Map<String, Value>) -> Result<()> {
        if serde_json::to_string(new).map_err(Error::internal)?.len() > MAX_BYTES {
            self.wrong.push(FieldError {
                field: "custom".into(),
                code: "too_long".into(),
                message: "all custom fields together have at most 64 KiB".into(),
            });
        }
        if self.wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", self.wrong)) }
    }
}

/// Fills in what a person reads for the values of changed custom fields.
///
/// # Errors
/// When the database is gone.
pub async fn tell(tx: &mut Tx, object: FieldObject, changes: &mut [Change]) -> Result<()> {
    if !changes.iter().any(|c| c.field.starts_with("custom.")) {
        return Ok(());
    }
    let fields = store::of(tx, object).await?;
    let of = |change: &Change| {
        let key = change.field.strip_prefix("custom.")?;
        fields.iter().find(|f| f.key == key).cloned()
    };
    let ids: BTreeSet<Uuid> = changes
        .iter()
        .filter(|c| of(c).is_some())
        .flat_map(|c| [&c.old, &c.new])
        .filter_map(|v| v.as_str()?.parse().ok())
        .collect();
    let named = names(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    for change in changes {
        if let Some(field) = of(change) {
            (change.old_label, change.new_label) =
                (in_words(&field, &change.old, &named), in_words(&field, &change.new, &named));
        }
    }
    Ok(())
}

/// A value as a person reads it, where that is not the value itself.
pub(super) fn in_words(field: &CustomField, value: &Value, named: &HashMap<Uuid, String>) -> Option<String> {
    let option = |value: &Value| {
        let value = value.as_str()?;
        field.options.iter().find(|o| o.value == value).map(|o| o.label.clone())
    };
    match field.kind {
        FieldKind::Select => option(value),
        FieldKind::MultiSelect => Some(value.as_array()?.iter().filter_map(option).collect::<Vec<_>>().join(", ")),
        FieldKind::User | FieldKind::Account | FieldKind::Contact => named.get(&value.as_str()?.parse().ok()?).cloned(),
        FieldKind::Checkbox => value.as_bool().map(|on| if on { "Yes" } else { "No" }.to_owned()),
        FieldKind::Money => {
            serde_json::from_value::<dealwright_kernel::Money>(value.clone()).ok().map(|m| m.to_string())
        }
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Url
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Formula => None,
    }
}
