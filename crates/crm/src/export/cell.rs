//! Records as cells.

use std::collections::HashMap;

use axum::body::Bytes;
use dealwright_access::audit::plain_cell;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::column::{Column, Kind};
use crate::change;
use crate::custom_field::{CustomField, FieldKind};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    /// A number as it was kept: no digit is lost on the way.
    Number(String),
}

impl Cell {
    fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// As CSV holds it: text that a spreadsheet would run as a formula stays text.
    fn csv(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => plain_cell(text),
            Self::Number(number) => number.clone(),
        }
    }
}

/// Rows of CSV.
pub(super) fn csv(rows: impl Iterator<Item = Vec<Cell>>) -> Result<Bytes> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(Cell::csv)).map_err(Error::internal)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|e| Error::internal(e.to_string()))
}

/// The names of what the records of a page point at by id.
pub(super) struct Names(HashMap<Uuid, String>);

impl Names {
    pub(super) async fn of(tx: &mut Tx, columns: &[Column], records: &[Value]) -> Result<Self> {
        let points = columns.iter().filter(|c| match &c.kind {
            Kind::Named => true,
            Kind::Custom(f) => matches!(f.kind, FieldKind::User | FieldKind::Account | FieldKind::Contact),
            Kind::Plain | Kind::Money | Kind::Word => false,
        });
        let mut ids: Vec<Uuid> = points
            .flat_map(|column| records.iter().filter_map(|r| value(r, &column.name).as_str()?.parse().ok()))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        change::store::names(tx, &ids).await.map(Self)
    }

    fn name(&self, id: &Value) -> Cell {
        let name = id.as_str().and_then(|id| id.parse().ok()).and_then(|id: Uuid| self.0.get(&id));
        name.map_or(Cell::Empty, Cell::text)
    }
}

const NULL: &Value = &Value::Null;

fn value<'a>(record: &'a Value, name: &str) -> &'a Value {
    match name.strip_prefix("custom.") {
        Some(key) => record.get("custom").and_then(|c| c.get(key)),
        None => record.get(name),
    }
    .unwrap_or(NULL)
}

/// The cells of a record.
pub(super) fn row(record: &Value, columns: &[Column], names: &Names) -> Vec<Cell> {
    let mut cells = Vec::new();
    for column in columns {
        let value = value(record, &column.name);
        match &column.kind {
            Kind::Plain => cells.push(plain(value)),
            Kind::Word => cells.push(word(value)),
            Kind::Named => cells.push(names.name(value)),
            Kind::Money => cells.extend(money(value)),
            Kind::Custom(field) if field.kind == FieldKind::Money => cells.extend(money(value)),
            Kind::Custom(field) => cells.push(custom(field, value, names)),
        }
    }
    cells
}

fn money(value: &Value) -> [Cell; 2] {
    let part = |key| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (amount, currency) = (part("amount"), part("currency"));
    [if amount.is_empty() { Cell::Empty } else { Cell::Number(amount) }, Cell::text(currency)]
}

fn word(value: &Value) -> Cell {
    Cell::text(change::label(value.as_str().unwrap_or_default()))
}

fn plain(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Empty,
        Value::Bool(on) => Cell::text(if *on { "Yes" } else { "No" }),
        Value::Number(number) => Cell::Number(number.to_string()),
        Value::String(text) => Cell::text(text.clone()),
        Value::Array(items) => Cell::text(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => map.get("name").map_or(Cell::Empty, plain),
    }
}

fn custom(field: &CustomField, value: &Value, names: &Names) -> Cell {
    let label = |v: &str| field.options.iter().find(|o| o.value == v).map_or_else(|| v.to_owned(), |o| o.label.clone());
    match field.kind {
        FieldKind::User | FieldKind::Account | FieldKind::Contact => names.name(value),
        FieldKind::Select => value.as_str().map_or(Cell::Empty, |v| Cell::text(label(v))),
        FieldKind::MultiSelect => {
            let labels = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(label);
            Cell::text(labels.collect::<Vec<_>>().join(", "))
        }
        FieldKind::Number => match plain(value) {
            Cell::Text(number) => Cell::Number(number),
            other => other,
        },
        _ => plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        let bytes = csv([vec![
            Cell::text("=1+1"),
            Cell::text("@SUM(A1)"),
            Cell::text("-2+3"),
            Cell::Number("-5.00".into()),
            Cell::text("plain"),
        ]]
        .into_iter())
        .unwrap();
        assert_eq!(bytes, "'=1+1,'@SUM(A1),'-2+3,-5.00,plain\n");
    }
}
