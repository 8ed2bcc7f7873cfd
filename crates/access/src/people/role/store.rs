//! The SQL of roles.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::RoleId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Value, json};

use super::{Role, in_use};
use crate::people::store::effective;
use crate::policy::fields::{FieldRules, OBJECTS};
use crate::policy::{Builtin, Grants, Object};

struct Row {
    id: RoleId,
    name: String,
    description: String,
    builtin: Option<String>,
    grants: Value,
    fields: Value,
    version: i64,
    holders: i64,
}

impl Row {
    fn into_role(self) -> Result<Role> {
        let grants: Grants = serde_json::from_value(self.grants).map_err(Error::internal)?;
        Ok(Role {
            id: self.id,
            name: self.name,
            description: self.description,
            grants: effective(self.builtin.as_deref(), &grants),
            rules: serde_json::from_value(self.fields).map_err(Error::internal)?,
            builtin: self.builtin.as_deref().and_then(Builtin::from_key),
            holders: self.holders,
            version: self.version,
        })
    }
}

/// All roles: the built-in ones first, then by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Role>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id as "id: RoleId", r.name, r.description, r.builtin, r.grants, r.fields, r.version,
                  (select count(*) from user_role ur where ur.org_id = r.org_id and ur.role_id = r.id) as "holders!"
           from role r where r.org_id = $1
           order by array_position(array['administrator', 'sales_manager', 'sales_rep', 'read_only'], r.builtin), lower(r.name), r.id"#,
        org
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_role).collect()
}

pub async fn find(tx: &mut Tx, id: RoleId) -> Result<Option<Role>> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        r#"select r.id as "id: RoleId", r.name, r.description, r.builtin, r.grants, r.fields, r.version,
                  (select count(*) from user_role ur where ur.org_id = r.org_id and ur.role_id = r.id) as "holders!"
           from role r where r.org_id = $1 and r.id = $2"#,
        org,
        id.0
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(Row::into_role).transpose()
}

fn name_taken() -> Error {
    Error::conflict("role_name_taken", "there is a role of this name already").on("name")
}

/// Adds a role at version 1.
///
/// # Errors
/// 409 `role_name_taken`.
pub async fn insert(tx: &mut Tx, role: &Role) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into role (org_id, id, name, description, grants, fields, created_at, updated_at) values ($1, $2, $3, $4, $5, $7, $6, $6)",
        org,
        role.id.0,
        role.name,
        role.description,
        json!(role.grants),
        now,
        json!(role.rules)
    )
    .execute(tx.db())
    .await
    .on_constraint("role_name_key", name_taken)?;
    Ok(())
}

/// Writes a role if it is still at `version`; false when it is not.
///
/// # Errors
/// 409 `role_name_taken`.
pub async fn update(tx: &mut Tx, role: &Role, version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update role set name = $4, description = $5, grants = $6, fields = $8, updated_at = $7, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        role.id.0,
        version,
        role.name,
        role.description,
        json!(role.grants),
        now,
        json!(role.rules)
    )
    .execute(tx.db())
    .await
    .on_constraint("role_name_key", name_taken)?;
    Ok(written.rows_affected() == 1)
}

/// Gives everybody who holds one role another instead.
pub async fn move_holders(tx: &mut Tx, from: RoleId, to: RoleId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into user_role (org_id, user_id, role_id) select org_id, user_id, $3 from user_role where org_id = $1 and role_id = $2
         on conflict do nothing",
        org,
        from.0,
        to.0
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("delete from user_role where org_id = $1 and role_id = $2", org, from.0).execute(tx.db()).await?;
    Ok(())
}

/// Deletes a role that nobody holds.
///
/// # Errors
/// 409 `role_in_use` when something else names it.
pub async fn delete(tx: &mut Tx, id: RoleId) -> Result<()> {
    let org = tx.org().0;
    let deleted = sqlx::query!("delete from role where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await;
    let deleted = deleted.map_err(Error::from).map_err(|error| {
        if error.sqlstate().as_deref() == Some("23503") {
            in_use("something still names this role, such as the settings of sign-in")
        } else {
            error
        }
    })?;
    if deleted.rows_affected() == 1 { Ok(()) } else { Err(Error::not_found("role")) }
}

/// The custom fields of the organisation that roles can keep back, as `custom.<key>`, by object and in their order.
pub async fn custom_fields(tx: &mut Tx) -> Result<Vec<(Object, String)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select object, key from custom_field where org_id = $1 and archived_at is null order by object, position, id",
        org
    )
    .fetch_all(tx.db())
    .await?;
    let object = |name: &str| OBJECTS.into_iter().find(|o| o.as_str() == name);
    Ok(rows.into_iter().filter_map(|r| Some((object(&r.object)?, format!("custom.{}", r.key)))).collect())
}

/// Refuses rules about custom fields that there are not; those of before may stay.
///
/// # Errors
/// 422 `not_restrictable` that names the field.
pub async fn custom_fields_are_there(tx: &mut Tx, old: &FieldRules, new: &FieldRules) -> Result<()> {
    let said = |rules: &FieldRules| -> Vec<(Object, String)> {
        OBJECTS.into_iter().flat_map(|o| rules.custom(o).map(|f| (o, f.to_owned())).collect::<Vec<_>>()).collect()
    };
    let (before, mut there) = (said(old), None);
    for (object, field) in said(new).into_iter().filter(|named| !before.contains(named)) {
        let known = match there.take() {
            Some(known) => known,
            None => custom_fields(tx).await?,
        };
        if !known.iter().any(|(o, f)| *o == object && *f == field) {
            let place = format!("fields.{object}.{field}");
            return Err(Error::field(place, "not_restrictable", "there is no such custom field"));
        }
        there = Some(known);
    }
    Ok(())
}
