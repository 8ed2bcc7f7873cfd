//! What a list request asks for: from the query string, or from the body of `POST …/query`.

use chrono::NaiveDate;
use dealwright_access::Actor;
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::custom::Names;
use super::field::{Field, Kind, SortKey};
use super::filter::{Filter, Op, Reading, condition, unreadable};

const DEFAULT_LIMIT: u16 = 50;
const MAX_SORTS: usize = 4;
/// Bytes of a filter tree in a query string.
const MAX_WRITTEN: usize = 20_000;

/// One key of a sort.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    pub field: &'static Field,
    pub key: SortKey,
    pub descending: bool,
}

/// A checked list request.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub filter: Filter,
    pub sort: Vec<Sort>,
    /// `-amount,name`: what a cursor must have been made for.
    pub sort_text: String,
    pub limit: u16,
    pub cursor: Option<String>,
    pub count: bool,
    pub totals: bool,
    pub q: Option<String>,
}

/// The body of `POST …/query`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TreeQuery {
    /// `{"and": […]}`, `{"or": […]}`, `{"not": …}` or `{"field": …, "op": …, "value": …}`.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    /// Field names; a leading minus sorts descending.
    pub sort: Vec<String>,
    #[schema(minimum = 1, maximum = 200)]
    pub limit: Option<u16>,
    pub cursor: Option<String>,
    /// Also answer `total`.
    pub count: bool,
    /// Also answer `totals`.
    pub totals: bool,
    /// Words to search for.
    #[schema(max_length = 200)]
    pub q: Option<String>,
}

/// A query string as it came: pairs, in order.
pub type Asked = Vec<(String, String)>;

impl ListQuery {
    /// From a query string: `limit`, `cursor`, `sort`, `count`, `totals`, `q`, and `filter`, which is a tree as
    /// `POST …/query` takes it, in JSON; every other name is a field, with
    /// `field.gte` and its like for comparisons and commas between alternatives.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(asked: &[(String, String)], names: impl Into<Names>, actor: &Actor, today: NaiveDate) -> Result<Self> {
        Self::read_with(asked, &names.into(), actor, today)
    }

    /// As [`Self::read`], of names that are needed further.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read_with(asked: &[(String, String)], names: &Names, actor: &Actor, today: NaiveDate) -> Result<Self> {
        let mut tree = TreeQuery::default();
        let reading = Reading { actor, today };
        let mut parts = Vec::new();
        let trees = asked.iter().filter(|(name, value)| name == "filter" && !value.is_empty());
        for (_, text) in trees {
            parts.push(Filter::read(&written(text)?, names, reading)?);
        }
        for (name, value) in asked {
            let flag = || match value.as_str() {
                "true" | "1" | "" => Ok(true),
                "false" | "0" => Ok(false),
                _ => Err(unreadable(name, "invalid_value", "true or false")),
            };
            match name.as_str() {
                "limit" => {
                    tree.limit =
                        Some(value.parse().map_err(|_| {
                            unreadable(name, "invalid_value", format!("a number from 1 to {MAX_LIMIT}"))
                        })?)
                }
                "cursor" => tree.cursor = Some(value.clone()),
                "sort" => tree.sort.extend(value.split(',').filter(|s| !s.is_empty()).map(str::to_owned)),
                "count" => tree.count = flag()?,
                "totals" => tree.totals = flag()?,
                "q" => tree.q = Some(value.clone()),
                "filter" => {}
                _ => parts.push(Filter::Is(parameter(name, value, names, reading)?)),
            }
        }
        Self::checked(tree, Filter::And(parts), names, actor)
    }

    /// From the body of `POST …/query`.
    ///
    /// # Errors
    /// 400 that names the place.
    pub fn from_tree(tree: TreeQuery, names: impl Into<Names>, actor: &Actor, today: NaiveDate) -> Result<Self> {
        let names = names.into();
        let filter = match &tree.filter {
            Some(Value::Null) | None => Filter::none(),
            Some(filter) => Filter::read(filter, &names, Reading { actor, today })?,
        };
        Self::checked(tree, filter, &names, actor)
    }

    fn checked(tree: TreeQuery, filter: Filter, names: &Names, actor: &Actor) -> Result<Self> {
        let limit = tree.limit.unwrap_or(DEFAULT_LIMIT);
        if limit == 0 || limit > MAX_LIMIT {
            return Err(unreadable("limit", "invalid_value", format!("a number from 1 to {MAX_LIMIT}")));
        }
        let q = tree.q.map(|q| q.trim().to_owned()).filter(|q| !q.is_empty());
        if q.as_ref().is_some_and(|q| q.len() > 200 || q.contains('\0')) {
            return Err(unreadable("q", "invalid_value", "at most 200 bytes of text"));
        }
        let sort_text = if !tree.sort.is_empty() {
            tree.sort.join(",")
        } else {
            filter.ranged().map_or_else(|| names.catalogue.default_sort.to_owned(), |field| format!("-{}", field.name))
        };
        let sort = sort_text.split(',').map(|text| sort_key(text, names, actor)).collect::<Result<Vec<_>>>()?;
        if sort.len() > MAX_SORTS {
            return Err(unreadable("sort", "too_many", format!("at most {MAX_SORTS} sort keys")));
        }
        Ok(Self { filter, sort, sort_text, limit, cursor: tree.cursor, count: tree.count, totals: tree.totals, q })
    }
}

/// A filter tree as a query string writes it.
fn written(text: &str) -> Result<Value> {
    if text.len() > MAX_WRITTEN {
        return Err(unreadable("filter", "too_long", format!("at most {MAX_WRITTEN} bytes; POST …/query takes more")));
    }
    serde_json::from_str(text).map_err(|e| unreadable("filter", "invalid_json", e.to_string()))
}

fn sort_key(text: &str, names: &Names, actor: &Actor) -> Result<Sort> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    let catalogue = names.catalogue;
    let unknown = || -> Error {
        unreadable("sort", "unknown_field", format!("{} can be sorted by {}", catalogue.object, catalogue.sortable()))
    };
    let unknown = || if name.starts_with("custom.") { names.unknown(name, "sort") } else { unknown() };
    let field = names.field(name).ok_or_else(unknown)?;
    let unsortable = || unreadable("sort", "not_sortable", format!("{name} has no order to sort by"));
    let key = field.sort.ok_or_else(|| if name.starts_with("custom.") { unsortable() } else { unknown() })?;
    catalogue.may_read(actor, field, "sort")?;
    Ok(Sort { field, key, descending })
}

fn parameter(name: &str, value: &str, names: &Names, reading: Reading<'_>) -> Result<super::Condition> {
    // A custom field has a point of its own in its name.
    let bare = name.strip_prefix("custom.").unwrap_or(name);
    let (field, op) = match bare.rsplit_once('.') {
        Some((_, op)) if names.field(name).is_none() => (
            name.strip_suffix(op).and_then(|n| n.strip_suffix('.')).unwrap_or(name),
            Some(Op::read(op).ok_or_else(|| unreadable(name, "unknown_operator", "there is no such operator"))?),
        ),
        _ => (name, None),
    };
    let many = || Value::Array(value.split(',').map(|part| json!(part)).collect());
    let free_text = matches!(names.field(field).map(|f| f.kind), Some(Kind::Text));
    let (op, value) = match op {
        None if value.contains(',') && !free_text => (Op::In, many()),
        None => (Op::Eq, json!(value)),
        Some(op @ (Op::In | Op::NotIn | Op::Between)) => (op, many()),
        Some(op) => (op, json!(value)),
    };
    condition(field, op, &value, name, names, reading)
}
