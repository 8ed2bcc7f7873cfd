//! Users, teams and roles, and what each person says of themselves.
//!
//! `store` has the SQL that the rest of the product needs; each folder is a slice of its own. What moves records with
//! their people is above, in the records' crate.

pub mod fields;
pub mod http;
pub mod profile;
pub mod role;
pub mod store;
pub mod team;
pub mod user;

use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use serde_json::Value;
use uuid::Uuid;

/// Refuses a change after which nobody could administer the organisation. Asked after the change, in its transaction:
/// the access epoch, which every such change raises, makes two of them wait for each other.
///
/// # Errors
/// 409 `last_administrator`.
pub async fn keep_an_administrator(tx: &mut Tx) -> Result<()> {
    if store::has_administrator(tx).await? {
        return Ok(());
    }
    Err(Error::conflict(
        "last_administrator",
        "after this nobody could change roles and people; give somebody else the Administrator role first",
    ))
}

/// Fills in the names behind the ids of changes.
///
/// # Errors
/// When the database is gone.
pub async fn name_values(tx: &mut Tx, changes: &mut [Change]) -> Result<()> {
    let ids: Vec<Uuid> = changes.iter().flat_map(|c| [ids(&c.old), ids(&c.new)]).flatten().collect();
    let names = store::names(tx, &ids).await?;
    for change in changes {
        let label = |value: &Value| {
            let names: Vec<&str> = ids_of(value, &names);
            (!names.is_empty()).then(|| names.join(", "))
        };
        (change.old_label, change.new_label) = (label(&change.old), label(&change.new));
    }
    Ok(())
}

fn ids(value: &Value) -> Vec<Uuid> {
    match value {
        Value::String(text) => text.parse().into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(ids).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

fn ids_of<'a>(value: &Value, names: &'a std::collections::HashMap<Uuid, String>) -> Vec<&'a str> {
    ids(value).iter().filter_map(|id| names.get(id)).map(String::as_str).collect()
}

/// What is wrong with a name: between 1 and `max` characters, none of them U+0000.
pub(crate) fn wrong_name(field: &str, value: &str, max: usize) -> Option<FieldError> {
    if value.trim().is_empty() {
        return Some(wrong(field, "required", "this field is required"));
    }
    wrong_text(field, value, max)
}

/// What is wrong with a text that may be empty.
pub(crate) fn wrong_text(field: &str, value: &str, max: usize) -> Option<FieldError> {
    if value.chars().count() > max {
        return Some(wrong(field, "too_long", format!("at most {max} characters")));
    }
    value.contains('\0').then(|| wrong(field, "unsupported_character", "text must not contain U+0000"))
}

/// What is wrong with an e-mail address.
pub(crate) fn wrong_email(field: &str, value: &str) -> Option<FieldError> {
    let valid = value.len() <= 320 && email_address::EmailAddress::is_valid(value.trim());
    (!valid).then(|| wrong(field, "invalid_email", "this is not an e-mail address"))
}

pub(crate) fn wrong(field: &str, code: &'static str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), code: code.into(), message: message.into() }
}

/// # Errors
/// 422 with everything that is wrong.
pub(crate) fn none_wrong(wrong: impl IntoIterator<Item = Option<FieldError>>) -> Result<()> {
    let fields: Vec<FieldError> = wrong.into_iter().flatten().collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
}
