//! Custom fields in lists. What is indexed stands in a column of its own, of a type that an index serves under row-level
//! security; what is not is worked out of `custom` for each row, as long as a statement may take.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use dealwright_kernel::{Error, Result, intern};
use dealwright_store::Tx;
use serde_json::Value;

use super::field::{Catalogue, Column, Field, Kind, SortKey};
use super::filter::{Filter, unreadable};
use super::params::{ListQuery, TreeQuery};
use crate::custom_field::{self, CustomField, FieldKind, FieldOption};

/// How a request speaks of a custom field: `custom.<key>`.
const PREFIX: &str = "custom.";

/// Parameters that name fields.
const SPEAKING: [&str; 4] = ["sort", "filter", "by", "of"];

/// The fields that a request can speak of: the object's own, and custom ones where it speaks of any.
#[derive(Debug)]
pub struct Names {
    pub catalogue: &'static Catalogue,
    custom: Vec<CustomField>,
}

impl From<&'static Catalogue> for Names {
    fn from(catalogue: &'static Catalogue) -> Self {
        Self { catalogue, custom: Vec::new() }
    }
}

impl Names {
    /// For a query string. Reads the custom fields only when it speaks of one.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of_asked(tx: &mut Tx, catalogue: &'static Catalogue, asked: &[(String, String)]) -> Result<Self> {
        let speaks = asked.iter().any(|(name, value)| {
            name.starts_with(PREFIX) || (SPEAKING.contains(&name.as_str()) && value.contains(PREFIX))
        });
        Self::reading(tx, catalogue, speaks).await
    }

    /// For the body of `POST …/query`.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of_tree(tx: &mut Tx, catalogue: &'static Catalogue, tree: &TreeQuery) -> Result<Self> {
        fn speaks(tree: &Value) -> bool {
            match tree {
                Value::Object(map) => map.iter().any(|(key, value)| {
                    if key == "field" { value.as_str().is_some_and(|f| f.starts_with(PREFIX)) } else { speaks(value) }
                }),
                Value::Array(items) => items.iter().any(speaks),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
            }
        }
        let speaks = tree.sort.iter().any(|s| s.contains(PREFIX)) || tree.filter.as_ref().is_some_and(speaks);
        Self::reading(tx, catalogue, speaks).await
    }

    async fn reading(tx: &mut Tx, catalogue: &'static Catalogue, custom: bool) -> Result<Self> {
        let custom = match catalogue.object.parse() {
            Ok(object) if custom => custom_field::store::of(tx, object).await?,
            _ => Vec::new(),
        };
        Ok(Self { catalogue, custom })
    }

    fn defined(&self, name: &str) -> Option<&CustomField> {
        let key = name.strip_prefix(PREFIX)?;
        self.custom.iter().find(|f| f.key == key)
    }

    /// The field of this name, if lists know it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.catalogue.field(name).or_else(|| listed(self.defined(name)?))
    }

    /// Why there is no field of this name to filter or to sort by.
    pub(super) fn unknown(&self, name: &str, place: &str) -> Error {
        let object = self.catalogue.object;
        match self.defined(name) {
            Some(field) if field.archived => {
                let why = format!("the field {name:?} ({}) is archived; an administrator can restore it", field.label);
                unreadable(place, "archived_field", why)
            }
            Some(field) => {
                let why = format!(
                    "the field {name:?} ({}) is worked out when it is read, and can't be searched by",
                    field.label
                );
                unreadable(place, "not_filterable", why)
            }
            None => unreadable(place, "unknown_field", format!("{object} has no field {name:?} to filter by")),
        }
    }

    /// The label of an option of the field, from its value.
    #[must_use]
    pub fn label(&self, name: &str, value: &str) -> Option<&str> {
        let options: &[FieldOption] = self.defined(name).map_or(&[], |f| &f.options);
        options.iter().find(|o| o.value.eq_ignore_ascii_case(value)).map(|o| o.label.as_str())
    }

    /// Whether the custom field is an amount of money.
    #[must_use]
    pub fn is_money(&self, name: &str) -> bool {
        self.defined(name).is_some_and(|f| f.kind == FieldKind::Money)
    }

    /// The value of an option of the field, from its value or its label.
    pub(super) fn option(&self, name: &str, said: &str) -> Result<String, String> {
        let options: &[FieldOption] = self.defined(name).map_or(&[], |f| &f.options);
        let by_label = || {
            options.iter().find(|o| o.label.eq_ignore_ascii_case(said) || o.label.to_lowercase() == said.to_lowercase())
        };
        let found = options.iter().find(|o| o.value == said).or_else(by_label);
        found.map(|o| o.value.clone()).ok_or_else(|| format!("{said:?} is not an option of {name}"))
    }
}

/// The field as lists know it; none when nothing can be found by it.
fn listed(field: &CustomField) -> Option<&'static Field> {
    if field.archived {
        return None;
    }
    let key = intern(&field.key);
    let kind = match field.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Url | FieldKind::Email | FieldKind::Phone => Kind::Text,
        FieldKind::Number | FieldKind::Money => Kind::Decimal,
        FieldKind::Date => Kind::Date,
        FieldKind::Select => Kind::Option,
        FieldKind::MultiSelect => Kind::Options,
        FieldKind::User => Kind::Reference { person: true },
        FieldKind::Account | FieldKind::Contact => Kind::Reference { person: false },
        FieldKind::Checkbox => Kind::Flag,
        FieldKind::Formula => return None,
    };
    let column = match field.slot.as_deref().filter(|_| field.slot_filled) {
        Some(slot) => Column::Own(intern(slot)),
        None => Column::Of(intern(&match kind {
            Kind::Decimal => format!("app.custom_number(t.custom, '{key}')"),
            Kind::Date => format!("app.custom_date(t.custom, '{key}')"),
            Kind::Options => format!("(t.custom -> '{key}')"),
            _ if field.kind == FieldKind::LongText => format!("lower(t.custom ->> '{key}')"),
            _ => format!("app.custom_text(t.custom, '{key}')"),
        })),
    };
    let sorts = !matches!(kind, Kind::Options | Kind::Reference { .. }) && field.kind != FieldKind::LongText;
    Some(kept(Field {
        name: intern(&format!("{PREFIX}{key}")),
        column,
        kind,
        sort: sorts.then_some(SortKey { column, nullable: true }),
    }))
}

/// Kept for as long as the server runs, as what is built in is: there are no more of them than keys, kinds and columns.
fn kept(field: Field) -> &'static Field {
    type Known = HashMap<(&'static str, Column, String), &'static Field>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .entry((field.name, field.column, format!("{:?}{}", field.kind, field.sort.is_some())))
        .or_insert_with(|| Box::leak(Box::new(field)))
}

/// The custom field without an index that the query hangs on, if there is one.
fn unindexed(query: &ListQuery) -> Option<&'static Field> {
    fn within(filter: &Filter) -> Option<&'static Field> {
        match filter {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().find_map(within),
            Filter::Not(inner) => within(inner),
            Filter::Is(condition) => Some(condition.field).filter(|f| is_computed(f)),
        }
    }
    query.sort.iter().map(|s| s.field).find(|f| is_computed(f)).or_else(|| within(&query.filter))
}

fn is_computed(field: &Field) -> bool {
    matches!(field.column, Column::Of(_)) && field.name.starts_with(PREFIX)
}

/// Says of a query that took too long that it is a custom field's for want of an index.
pub(crate) fn explain(query: &ListQuery) -> impl FnOnce(Error) -> Error + use<> {
    let field = unindexed(query);
    move |error| match field {
        Some(field) if error.code == "query_timeout" => {
            let why = format!(
                "{} is not indexed, so each record has to be looked at, and they are too many; narrow the list by another \
                 filter, or ask an administrator to index the field",
                field.name
            );
            let mut error = error;
            error.detail = why;
            error.on(field.name)
        }
        _ => error,
    }
}
