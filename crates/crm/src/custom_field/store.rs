//! The SQL of custom fields.

use std::collections::HashMap;

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{CustomField, FieldKind, FieldObject, Fields, Index};

struct Row {
    id: CustomFieldId,
    object: String,
    key: String,
    label: String,
    help: Option<String>,
    kind: String,
    required: bool,
    default_value: Option<Value>,
    options: Value,
    section: Option<String>,
    position: i32,
    archived: bool,
    expression: Option<String>,
    slot: Option<String>,
    slot_filled: bool,
    version: i64,
}

impl Row {
    fn into_field(self) -> Result<CustomField> {
        Ok(CustomField {
            id: self.id,
            object: self.object.parse()?,
            key: self.key,
            label: self.label,
            help: self.help,
            kind: self.kind.parse()?,
            required: self.required,
            default: self.default_value,
            options: serde_json::from_value(self.options).map_err(Error::internal)?,
            section: self.section,
            position: self.position,
            archived: self.archived,
            expression: self.expression,
            index: match (&self.slot, self.slot_filled) {
                (None, _) => Index::None,
                (Some(_), false) => Index::Building,
                (Some(_), true) => Index::Ready,
            },
            slot: self.slot,
            slot_filled: self.slot_filled,
            version: self.version,
        })
    }
}

/// All custom fields, by object and in order.
pub async fn list(tx: &mut Tx) -> Result<Vec<CustomField>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: CustomFieldId", object, key, label, help, kind, required, default_value, options, section, position,
                  archived_at is not null as "archived!", expression, slot, slot_filled, version
           from custom_field where org_id = $1 order by object, position, id"#,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_field).collect()
}

/// The custom fields of an object, in order.
pub async fn of(tx: &mut Tx, object: FieldObject) -> Result<Vec<CustomField>> {
    Ok(list(tx).await?.into_iter().filter(|f| f.object == object).collect())
}

/// What custom fields are called, by object and key.
pub async fn labels(tx: &mut Tx) -> Result<HashMap<(String, String), String>> {
    let org = tx.org().0;
    let rows =
        sqlx::query!("select object, key, label from custom_field where org_id = $1", org).fetch_all(tx.db()).await?;
    Ok(rows.into_iter().map(|r| ((r.object, r.key), r.label)).collect())
}

/// Lets one writer at a time shape the organisation's custom fields.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0.to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('custom_fields:' || $1, 0))", org)
        .fetch_one(tx.db())
        .await?;
    Ok(())
}

/// Adds a field at version 1.
///
/// # Errors
/// 409 `custom_field_key_taken`.
pub async fn insert(tx: &mut Tx, field: &CustomField) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into custom_field (org_id, id, object, key, label, help, kind, required, default_value, options, section, position, expression, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        org,
        field.id.0,
        field.object.as_str(),
        field.key,
        field.label,
        field.help,
        field.kind.as_str(),
        field.required,
        field.default,
        serde_json::to_value(&field.options).map_err(Error::internal)?,
        field.section,
        field.position,
        field.expression,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("custom_field_key_key", || {
        Error::conflict("custom_field_key_taken", "the object has a field of this key already").on("key")
    })?;
    Ok(())
}

/// Writes the fields if the definition is still at `version`; false when it is not.
pub async fn update(tx: &mut Tx, id: CustomFieldId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update custom_field set label = $4, help = $5, required = $6, default_value = $7, options = $8, section = $9,
             archived_at = case when $10 then coalesce(archived_at, $11) end, updated_at = $11, expression = $12,
             version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.label,
        f.help,
        f.required,
        f.default,
        serde_json::to_value(&f.options).map_err(Error::internal)?,
        f.section,
        f.archived,
        now,
        f.expression,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Gives a field a column to be indexed by, or takes it away. Its records' values are not in it yet.
pub async fn set_slot(tx: &mut Tx, id: CustomFieldId, slot: Option<&str>) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update custom_field set slot = $3, slot_filled = false where org_id = $1 and id = $2 and slot is distinct from $3",
        org,
        id.0,
        slot
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts fields into this order.
pub async fn set_order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update custom_field f set position = n.n::int - 1, version = version + 1
         from unnest($2::uuid[]) with ordinality as n (id, n) where f.org_id = $1 and f.id = n.id and f.position <> n.n::int - 1",
        org,
        ids
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// What records hold in their custom fields, as far as the actor sees them.
pub async fn values(tx: &mut Tx, object: FieldObject, ids: &[Uuid]) -> Result<HashMap<Uuid, Map<String, Value>>> {
    let org = tx.org().0;
    let rows = match object {
        FieldObject::Opportunity => {
            sqlx::query_as!(Values, "select id, custom from opportunity where org_id = $1 and id = any ($2)", org, ids)
                .fetch_all(tx.db())
                .await?
        }
        FieldObject::Account => {
            sqlx::query_as!(Values, "select id, custom from account where org_id = $1 and id = any ($2)", org, ids)
                .fetch_all(tx.db())
                .await?
        }
        FieldObject::Lead => {
            sqlx::query_as!(Values, "select id, custom from lead where org_id = $1 and id = any ($2)", org, ids)
                .fetch_all(tx.db())
                .await?
        }
        FieldObject::Contact => {
            sqlx::query_as!(Values, "select id, custom from contact where org_id = $1 and id = any ($2)", org, ids)
                .fetch_all(tx.db())
                .await?
        }
    };
    let map = |value: Value| match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    Ok(rows.into_iter().map(|r| (r.id, map(r.custom))).collect())
}

struct Values {
    id: Uuid,
    custom: Value,
}

/// A record's value of one field.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: Uuid,
    pub name: String,
    pub value: Value,
}

/// Records after `after` that have a value of the field, in the order of their ids; those in the bin too.
pub async fn held(tx: &mut Tx, object: FieldObject, key: &str, after: Uuid, limit: i64) -> Result<Vec<Held>> {
    let org = tx.org().0;
    macro_rules! of {
        ($table:literal) => {
            sqlx::query_as!(
                Held,
                r#"select id, name, custom -> $2 as "value!" from "#
                    + $table
                    + " where org_id = $1 and custom ? $2 and id > $3 order by id limit $4",
                org,
                key,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        };
    }
    Ok(match object {
        FieldObject::Opportunity => of!("opportunity"),
        FieldObject::Account => of!("account"),
        FieldObject::Contact => of!("contact"),
        FieldObject::Lead => of!("lead"),
    })
}

/// A record whose value was rewritten.
#[derive(Debug)]
pub struct Rewritten {
    pub id: Uuid,
    pub version: i64,
}

/// Writes other values of one field.
pub async fn rewrite(tx: &mut Tx, object: FieldObject, key: &str, values: &[(Uuid, Value)]) -> Result<Vec<Rewritten>> {
    let (org, now) = (tx.org().0, tx.now());
    let (ids, values): (Vec<Uuid>, Vec<Value>) = values.iter().cloned().unzip();
    macro_rules! of {
        ($table:literal) => {
            sqlx::query_as!(
                Rewritten,
                "update "
                    + $table
                    + " t set custom = jsonb_set(t.custom, array[$2], v.value), version = t.version + 1, updated_at = $5
                       from unnest($3::uuid[], $4::jsonb[]) as v (id, value)
                       where t.org_id = $1 and t.id = v.id returning t.id, t.version",
                org,
                key,
                &ids,
                &values,
                now
            )
            .fetch_all(tx.db())
            .await?
        };
    }
    Ok(match object {
        FieldObject::Opportunity => of!("opportunity"),
        FieldObject::Account => of!("account"),
        FieldObject::Contact => of!("contact"),
        FieldObject::Lead => of!("lead"),
    })
}

/// Gives a field another type, with the options and the default that go with it.
///
/// # Errors
/// 409 `try_again` when the field is not at `version` any more.
pub async fn set_kind(tx: &mut Tx, field: &CustomField, version: i64) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update custom_field set kind = $4, options = $5, default_value = $6, updated_at = $7, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        field.id.0,
        version,
        field.kind.as_str(),
        serde_json::to_value(&field.options).map_err(Error::internal)?,
        field.default,
        now
    )
    .execute(tx.db())
    .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(Error::conflict("try_again", "two changes met; try again")) }
}

/// Which of these people and records there are, as far as the actor sees them.
pub async fn there(tx: &mut Tx, references: &[(String, FieldKind, Uuid)]) -> Result<Vec<(FieldKind, Uuid)>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let (org, ids) = (tx.org().0, references.iter().map(|(_, _, id)| *id).collect::<Vec<_>>());
    let rows = sqlx::query!(
        r#"select 'user' as "kind!", id as "id!" from app_user where org_id = $1 and id = any ($2) and active
           union all select 'account', id from account where org_id = $1 and id = any ($2) and deleted_at is null
           union all select 'contact', id from contact where org_id = $1 and id = any ($2) and deleted_at is null"#,
        org,
        &ids
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|r| Ok((r.kind.parse()?, r.id))).collect()
}
