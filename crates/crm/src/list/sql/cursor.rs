//! The order of a list, and which rows come after a cursor.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::{Error, Result};
use serde_json::Value;
use uuid::Uuid;

use super::Builder;
use crate::list::field::Kind;
use crate::list::params::Sort;

/// A part of a page.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Branch {
    /// The leading key has a value.
    Values,
    /// The leading key is null.
    Nulls,
}

pub(super) fn descending(sort: &[Sort]) -> bool {
    sort.first().is_some_and(|s| s.descending)
}

/// A sort key's value in a cursor.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    Null,
    Int(i64),
    Text(String),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Id(Uuid),
}

/// Reads a cursor's keys by the types of the sort.
pub(super) fn keys(sort: &[Sort], values: Vec<Value>) -> Result<Vec<Key>> {
    let invalid =
        || Error::unreadable("invalid_cursor", "the cursor is not from this list; start again without it").on("cursor");
    if values.len() != sort.len() + 1 {
        return Err(invalid());
    }
    let kinds = sort.iter().map(|s| Some(s.field.kind)).chain([None]);
    let read = |(kind, value): (Option<Kind>, Value)| {
        if value.is_null() {
            return kind.map(|_| Key::Null);
        }
        let text = || value.as_str().map(str::to_owned);
        Some(match kind {
            None => Key::Id(text()?.parse().ok()?),
            Some(Kind::Int | Kind::Money | Kind::Decimal | Kind::Word(_)) => Key::Int(value.as_i64()?),
            Some(Kind::Date) => Key::Date(text()?.parse().ok()?),
            Some(Kind::Time) => Key::Time(DateTime::parse_from_rfc3339(&text()?).ok()?.to_utc()),
            Some(_) => Key::Text(text()?),
        })
    };
    kinds.zip(values).map(read).collect::<Option<Vec<_>>>().ok_or_else(invalid)
}

pub(super) fn push_key(sql: &mut Builder, key: &Key) {
    match key {
        Key::Null => _ = sql.push("null"),
        Key::Int(value) => _ = sql.push_bind(*value),
        Key::Text(value) => _ = sql.push_bind(value.clone()),
        Key::Date(value) => _ = sql.push_bind(*value),
        Key::Time(value) => _ = sql.push_bind(*value),
        Key::Id(value) => _ = sql.push_bind(*value),
    }
}

/// Rows that come after `keys` in the order of `sort` and, last, of the id. `valued`: the leading key has no nulls here.
pub(super) fn following(sql: &mut Builder, sort: &[Sort], keys: &[Key], id_descending: bool, valued: bool) {
    let than = |descending: bool| if descending { " < " } else { " > " };
    match (sort, keys) {
        ([], [id]) => {
            sql.push("t.id").push(than(id_descending));
            push_key(sql, id);
        }
        // One key with a value: a row comparison, which an index serves as a whole.
        ([only], [key, id]) if valued && only.descending == id_descending => row_comparison(sql, only, key, id),
        ([first, rest @ ..], [Key::Null, others @ ..]) => {
            first.key.column.after(sql, "(").push(" is null and ");
            following(sql, rest, others, id_descending, false);
            sql.push(")");
        }
        ([first, rest @ ..], [key, others @ ..]) => {
            let column = first.key.column;
            if valued {
                // Where the index may begin.
                column.after(sql, "").push(if first.descending { " <= " } else { " >= " });
                push_key(sql, key);
                sql.push(" and ");
            }
            column.after(sql, "(").push(than(first.descending));
            push_key(sql, key);
            if first.key.nullable && !valued {
                column.after(sql, " or ").push(" is null");
            }
            column.after(sql, " or (").push(" = ");
            push_key(sql, key);
            sql.push(" and ");
            following(sql, rest, others, id_descending, false);
            sql.push("))");
        }
        _ => _ = sql.push("true"),
    }
}

fn row_comparison(sql: &mut Builder, sort: &Sort, key: &Key, id: &Key) {
    sort.key.column.after(sql, "(").push(", t.id)").push(if sort.descending { " < (" } else { " > (" });
    push_key(sql, key);
    sql.push(", ");
    push_key(sql, id);
    sql.push(")");
}

pub(super) fn order_within(sql: &mut Builder, sort: &[Sort], branch: Branch, id_descending: bool) {
    sql.push(" order by ");
    for (i, key) in sort.iter().enumerate() {
        key.key.column.after(sql, "").push(if key.descending { " desc" } else { " asc" });
        // The leading key has no nulls here; saying where they go would keep the index from serving the order.
        if key.key.nullable && (i > 0 || branch == Branch::Nulls) {
            sql.push(" nulls last");
        }
        sql.push(", ");
    }
    sql.push(if id_descending { "t.id desc" } else { "t.id asc" });
}

/// The order of the whole: keys, nulls last, then the id.
pub(crate) fn order(sql: &mut Builder, sort: &[Sort]) {
    for key in sort {
        key.key.column.after(sql, "").push(if key.descending { " desc" } else { " asc" });
        // Said of a key that is always there, it would keep an index's order from being this one.
        sql.push(if key.key.nullable { " nulls last, " } else { ", " });
    }
    sql.push(if descending(sort) { "t.id desc" } else { "t.id asc" });
}
