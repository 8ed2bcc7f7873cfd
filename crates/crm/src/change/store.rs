//! The SQL of changes: the names behind ids, the references a write makes, and the event an undo takes back.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::EventId;
use dealwright_kernel::{Currency, Error, FieldError, Money, Result};
use dealwright_store::{Change, Tx};
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value;
use uuid::Uuid;

/// Fills in the labels of changes: the names behind ids, money as a person writes it.
///
/// # Errors
/// When the database is gone.
pub async fn name_values(tx: &mut Tx, changes: &mut [Change]) -> Result<()> {
    let id =
        |field: &str, value: &Value| field.ends_with("_id").then(|| value.as_str()?.parse::<Uuid>().ok()).flatten();
    // A list of ids, such as the tasks that one waits for.
    let several = |field: &str, value: &Value| -> Option<Vec<Uuid>> {
        let list = value.as_array().filter(|_| field.ends_with("_ids"))?;
        list.iter().map(|value| value.as_str()?.parse().ok()).collect()
    };
    let ids: Vec<Uuid> = changes
        .iter()
        .flat_map(|c| [&c.old, &c.new].map(|value| (c.field.as_str(), value)))
        .flat_map(|(field, value)| id(field, value).into_iter().chain(several(field, value).into_iter().flatten()))
        .collect();
    let names = names(tx, &ids).await?;
    for change in changes {
        let label = |value: &Value| {
            if let Some(id) = id(&change.field, value) {
                return names.get(&id).cloned();
            }
            if let Some(ids) = several(&change.field, value) {
                let named: Vec<&str> = ids.iter().filter_map(|id| names.get(id).map(String::as_str)).collect();
                return Some(named.join(", "));
            }
            serde_json::from_value::<Money>(value.clone()).ok().map(|m| m.to_string())
        };
        (change.old_label, change.new_label) = (label(&change.old), label(&change.new));
    }
    Ok(())
}

/// Names of records of any kind that the actor may see.
///
/// # Errors
/// When the database is gone.
pub async fn names(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select id as "id!", name as "name!" from account where id = any ($1)
           union all select id, name from contact where id = any ($1)
           union all select id, name from stage where id = any ($1)
           union all select id, name from pipeline where id = any ($1)
           union all select id, name from choice where id = any ($1)
           union all select id, name from app_user where id = any ($1)
           union all select id, name from team where id = any ($1)
           union all select id, name from product where id = any ($1)
           union all select id, name from opportunity where id = any ($1)
           union all select id, name from lead where id = any ($1)
           union all select id, title from task where id = any ($1)"#,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// Ids a write refers to; `None` is not checked.
#[derive(Debug, Default)]
pub struct References {
    pub account: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub opportunity: Option<Uuid>,
    pub lead: Option<Uuid>,
    pub owner: Option<Uuid>,
    pub product: Option<Uuid>,
    /// Field, kind of managed list, id.
    pub choices: Vec<(&'static str, &'static str, Uuid)>,
    /// The names of the fields above, where they are not the usual ones.
    pub account_field: Option<&'static str>,
    pub contact_field: Option<&'static str>,
    pub owner_field: Option<&'static str>,
}

/// Checks that everything referred to exists and may be seen by the actor.
///
/// # Errors
/// 422 with each field that refers to nothing.
pub async fn check_references(tx: &mut Tx, refs: &References) -> Result<()> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) =
        refs.choices.iter().map(|(_, kind, id)| (*id, (*kind).to_owned())).unzip();
    let found = sqlx::query!(
        r#"select $1::uuid is null or exists (select from account where id = $1 and deleted_at is null) as "account!",
                  $2::uuid is null or exists (select from contact where id = $2 and deleted_at is null) as "contact!",
                  $3::uuid is null or exists (select from opportunity where id = $3 and deleted_at is null) as "opportunity!",
                  $4::uuid is null or exists (select from app_user where id = $4 and active) as "owner!",
                  $5::uuid is null or exists (select from product where id = $5 and deleted_at is null and archived_at is null) as "product!",
                  $8::uuid is null or exists (select from lead where id = $8 and deleted_at is null) as "lead!",
                  array(select c.id from choice c join unnest($6::uuid[], $7::text[]) as w (id, kind) on w.id = c.id and w.kind = c.kind
                        where c.archived_at is null) as "choices!: Vec<Uuid>""#,
        refs.account,
        refs.contact,
        refs.opportunity,
        refs.owner,
        refs.product,
        &ids,
        &kinds,
        refs.lead,
    )
    .fetch_one(tx.db())
    .await?;
    let fixed = [
        (found.account, refs.account_field.unwrap_or("account_id")),
        (found.contact, refs.contact_field.unwrap_or("primary_contact_id")),
        (found.opportunity, "opportunity_id"),
        (found.lead, "lead_id"),
        (found.owner, refs.owner_field.unwrap_or("owner_id")),
        (found.product, "product_id"),
    ];
    let missing = fixed.into_iter().filter(|(ok, _)| !ok).map(|(_, field)| field);
    let missing =
        missing.chain(refs.choices.iter().filter(|(_, _, id)| !found.choices.contains(id)).map(|(field, _, _)| *field));
    let fields: Vec<FieldError> = missing
        .map(|field| FieldError {
            field: field.into(),
            code: "unknown_reference".into(),
            message: "there is no such record, or you may not see it".into(),
        })
        .collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
}

/// An amount in the organisation's currency, by the last rate on or before `on`. Minor units.
///
/// # Errors
/// 422 `no_exchange_rate` on `amount`.
pub async fn to_base(tx: &mut Tx, amount: Money, base: Currency, on: NaiveDate) -> Result<i64> {
    if amount.currency == base {
        return Ok(amount.minor);
    }
    let no_rate = || {
        Error::field(
            "amount",
            "no_exchange_rate",
            format!("there is no exchange rate from {} to {base}", amount.currency),
        )
    };
    // Rounded half away from zero by PostgreSQL's numeric; scaled by the difference of the currencies' decimals.
    let base_minor = sqlx::query_scalar!(
        r#"select round($1::bigint * rate * power(10::numeric, $2::int))::text as "minor!" from currency_rate
           where currency = $3 and valid_from <= $4 order by valid_from desc limit 1"#,
        amount.minor,
        i32::try_from(base.decimals()).unwrap_or(2) - i32::try_from(amount.currency.decimals()).unwrap_or(2),
        amount.currency.code(),
        on,
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or_else(no_rate)?;
    let minor: rust_decimal::Decimal = base_minor.parse().map_err(Error::internal)?;
    minor
        .trunc()
        .to_i64()
        .filter(|m| m.abs() <= dealwright_kernel::money::MAX_MINOR)
        .ok_or_else(|| Error::field("amount", "invalid_amount", "the amount is out of range"))
}

/// An event that can be taken back.
#[derive(Debug)]
pub struct Undoable {
    pub id: EventId,
    pub kind: String,
    pub subject_type: String,
    pub subject_id: Uuid,
    pub changes: Vec<Change>,
    pub at: DateTime<Utc>,
    pub undone: bool,
}

/// The event, if the actor may see it.
///
/// # Errors
/// 404.
pub async fn undoable(tx: &mut Tx, id: EventId) -> Result<Undoable> {
    let row = sqlx::query!(
        r#"select e.type as kind, e.subject_type, e.subject_id, e.changes, e.at,
                  exists (select from event u where u.org_id = e.org_id and u.undoes = e.id) as "undone!"
           from event e where e.id = $1"#,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("event")?;
    let changes = serde_json::from_value(row.changes).map_err(Error::internal)?;
    Ok(Undoable {
        id,
        kind: row.kind,
        subject_type: row.subject_type,
        subject_id: row.subject_id,
        changes,
        at: row.at,
        undone: row.undone,
    })
}
