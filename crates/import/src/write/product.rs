//! Products of an import.

use std::collections::HashMap;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{EventId, ImportId};
use dealwright_kernel::{Money, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{Insert, NewRow, Ready, Wanted, Writer, insert_rows, of_import, refused};
use crate::check::Record;
use crate::store::Fate;

/// Inserts products.
pub(super) struct Products(pub ImportId);

impl Insert for Products {
    const RULED: Option<RuleObject> = None;

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into product (org_id, id, name, code, family, price_minor, currency, import_id, created_at, updated_at)
             select $1, e.id, e.name, e.code, e.family, e.price_minor, e.currency, $2, $3, $3
             from jsonb_to_recordset($4) as e (id uuid, name text, code text, family text, price_minor bigint, currency text)",
            org,
            self.0.0,
            now,
            rows,
        )
        .execute(tx.db())
        .await?;
        Ok(())
    }
}

/// That something happened to a product.
pub(super) fn event(tx: &Tx, import: ImportId, verb: &str, id: Uuid, name: &str, version: i64) -> Event {
    let subject = Subject { object: "product", id, name: name.to_owned(), version: Some(version) };
    of_import(Event::with_id(EventId(tx.new_id()), format!("product.{verb}"), subject), import)
}

/// The list prices of products that have one.
pub(super) async fn prices(tx: &mut Tx) -> Result<HashMap<Uuid, Money>> {
    let rows = sqlx::query!(
        r#"select id, price_minor as "minor!", currency as "currency!" from product where price_minor is not null and currency is not null and deleted_at is null"#
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| Ok((row.id, Money::new(row.minor, row.currency.parse()?)))).collect()
}

impl Writer<'_> {
    pub(super) async fn create_products(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        for ready in creates {
            match self.new_product(tx, &ready) {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Products(self.import.id)).await?);
        Ok(fates)
    }

    fn new_product(&self, tx: &Tx, ready: &Ready) -> Result<NewRow> {
        let record = &ready.record;
        let price = self.money(record, "unit_price")?;
        let name = record.text("name").unwrap_or_default();
        let id = tx.new_id();
        let columns = json!({
            "id": id,
            "name": name,
            "code": record.text("code"),
            "family": record.text("family"),
            "price_minor": price.map(|price| price.minor),
            "currency": price.map(|price| price.currency),
        });
        Ok(NewRow { row: ready.row, id, columns, events: vec![event(tx, self.import.id, "created", id, name, 1)] })
    }

    pub(super) async fn update_product(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        for field in ["name", "code", "family"] {
            wanted.text(record, field);
        }
        wanted.put("unit_price", self.money(record, "unit_price")?);
        change(tx, self.import.id, id, &wanted.0, None).await
    }
}

/// Writes the fields that differ, and says which. `undoes` names the event that this takes back.
pub(super) async fn change(
    tx: &mut Tx,
    import: ImportId,
    id: Uuid,
    wanted: &Map<String, Json>,
    undoes: Option<EventId>,
) -> Result<Option<Uuid>> {
    let row = sqlx::query!("select name, code, family, price_minor, currency, version from product where id = $1 and deleted_at is null for update", id)
        .fetch_optional(tx.db())
        .await?
        .or_not_found("product")?;
    let price = match (row.price_minor, row.currency) {
        (Some(minor), Some(code)) => Some(Money::new(minor, code.parse()?)),
        _ => None,
    };
    let old = json!({ "name": row.name, "code": row.code, "family": row.family, "unit_price": price });
    let mut new = old.clone();
    let mut changes = Vec::new();
    for (field, value) in wanted {
        let before = old.get(field).cloned().unwrap_or(Json::Null);
        if before != *value {
            if let Some(place) = new.get_mut(field) {
                *place = value.clone();
            }
            changes.push(Change {
                field: field.clone(),
                old: before,
                new: value.clone(),
                old_label: None,
                new_label: None,
            });
        }
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let text = |field: &str| new.get(field).and_then(Json::as_str).map(str::to_owned);
    let price: Option<Money> = new.get("unit_price").and_then(|value| serde_json::from_value(value.clone()).ok());
    let (name, now) = (text("name").unwrap_or_default(), tx.now());
    sqlx::query!(
        "update product set name = $2, code = $3, family = $4, price_minor = $5, currency = $6, version = version + 1, updated_at = $7 where id = $1",
        id,
        name,
        text("code"),
        text("family"),
        price.map(|price| price.minor),
        price.map(|price| price.currency.code()),
        now,
    )
    .execute(tx.db())
    .await?;
    let mut event = event(tx, import, if undoes.is_some() { "undone" } else { "updated" }, id, &name, row.version + 1)
        .changes(changes);
    event.undoes = undoes;
    Ok(Some(tx.emit(event).0))
}
