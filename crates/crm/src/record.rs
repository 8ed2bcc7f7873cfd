//! What all records share: references with names, and checks of text, dates, tags and custom fields.

use chrono::{Datelike, NaiveDate};
use dealwright_access::Object;
use dealwright_access::policy::fields::also_told_by;
use dealwright_kernel::{Error, FieldError, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// A record's id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ref {
    pub id: Uuid,
    pub name: String,
}

impl Ref {
    /// When both are there: a hidden record has no name to show.
    #[must_use]
    pub fn of(id: Option<impl Into<Uuid>>, name: Option<String>) -> Option<Self> {
        Some(Self { id: id?.into(), name: name? })
    }
}

/// Makes hidden fields null in a record as the API shows it, with what else would tell them.
pub fn conceal(value: &mut Value, object: Object, hidden: &[&'static str]) {
    each_hidden(value, object, hidden, |map, name| {
        if let Some(value) = map.get_mut(name) {
            *value = if value.is_array() { Value::Array(Vec::new()) } else { Value::Null };
        }
    });
}

/// Takes hidden fields out of a record, with what else would tell them: null would say that there is no value.
pub fn leave_out(value: &mut Value, object: Object, hidden: &[&'static str]) {
    each_hidden(value, object, hidden, |map, name| _ = map.remove(name));
}

fn each_hidden(
    value: &mut Value,
    object: Object,
    hidden: &[&'static str],
    mut each: impl FnMut(&mut Map<String, Value>, &str),
) {
    let Value::Object(map) = value else { return };
    for field in hidden {
        if let Some(key) = field.strip_prefix("custom.") {
            // A custom field without a value is not there.
            if let Some(Value::Object(custom)) = map.get_mut("custom") {
                custom.remove(key);
            }
            continue;
        }
        each(map, field);
        also_told_by(object, field).iter().for_each(|name| each(map, name));
    }
}

/// Serialises a record without its `hidden_fields`, wherever it is shown. The record derives `Serialize` remotely, as its
/// plain form.
macro_rules! serialize_shown {
    ($record:ty, $object:expr) => {
        impl serde::Serialize for $record {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                if self.hidden_fields.is_empty() {
                    return <$record>::serialize(self, serializer);
                }
                let plain = <$record>::serialize(self, serde_json::value::Serializer);
                let mut value = plain.map_err(<S::Error as serde::ser::Error>::custom)?;
                $crate::record::conceal(&mut value, $object, &self.hidden_fields);
                serde::Serialize::serialize(&value, serializer)
            }
        }
    };
}
pub(crate) use serialize_shown;

const MAX_TAGS: usize = 50;
const MAX_CUSTOM: usize = 200;

/// Collects what is wrong with a request's fields.
#[derive(Debug, Default)]
pub struct Texts(Vec<FieldError>);

impl Texts {
    pub fn push(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), code: code.into(), message: message.into() });
    }

    /// Text that must be there.
    pub fn required(&mut self, field: &str, value: &str, max: usize) {
        if value.trim().is_empty() {
            self.push(field, "required", "this field is required");
        }
        self.optional(field, Some(value), max);
    }

    pub fn optional(&mut self, field: &str, value: Option<&str>, max: usize) {
        let Some(value) = value else { return };
        if value.chars().count() > max {
            self.push(field, "too_long", format!("at most {max} characters"));
        }
        if value.contains('\0') {
            self.push(field, "unsupported_character", "text must not contain U+0000");
        }
    }

    pub fn patch(&mut self, field: &str, value: &Patch<String>, max: usize) {
        if let Patch::Value(value) = value {
            self.optional(field, Some(value), max);
        }
    }

    pub fn date(&mut self, field: &str, value: Option<NaiveDate>) {
        if value.is_some_and(|d| !(1900..=2200).contains(&d.year())) {
            self.push(field, "out_of_range", "a date between 1900 and 2200");
        }
    }

    pub fn tags(&mut self, tags: Option<&[String]>) {
        let Some(tags) = tags else { return };
        if tags.len() > MAX_TAGS {
            self.push("tags", "too_many", format!("at most {MAX_TAGS} tags"));
        }
        if tags.iter().any(|t| t.trim().is_empty() || t.chars().count() > 100 || t.contains('\0')) {
            self.push("tags", "invalid_value", "each tag has 1 to 100 characters");
        }
    }

    /// What each custom field takes, the write itself checks; here only how many are said.
    pub fn custom(&mut self, custom: Option<&Map<String, Value>>) {
        if custom.is_some_and(|c| c.len() > MAX_CUSTOM) {
            self.push("custom", "too_many", format!("at most {MAX_CUSTOM} custom fields"));
        }
    }

    /// # Errors
    /// 422 with everything collected.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::fields("invalid", self.0)) }
    }
}

/// Values by the names of history, in which custom fields stand by themselves (`custom.<key>`), as a patch takes them.
#[must_use]
pub fn nested(values: Map<String, Value>) -> Map<String, Value> {
    let mut custom = Map::new();
    let mut nested = Map::new();
    for (field, value) in values {
        match field.strip_prefix("custom.") {
            Some(key) => _ = custom.insert(key.to_owned(), value),
            None => _ = nested.insert(field, value),
        }
    }
    if !custom.is_empty() {
        nested.insert("custom".to_owned(), Value::Object(custom));
    }
    nested
}

/// Text without surrounding space; nothing when nothing is left.
#[must_use]
pub fn text(value: Option<String>) -> Option<String> {
    value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
}

/// Tags without surrounding space or repetition, in their order.
#[must_use]
pub fn tags(tags: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        let tag = tag.trim().to_owned();
        if !unique.contains(&tag) {
            unique.push(tag);
        }
    }
    unique
}
