//! The SQL of definitions and their versions.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{ApprovalDefinitionId, UserId};
use dealwright_store::Tx;
use dealwright_workflow::approval::Definition;
use serde_json::Value;
use uuid::Uuid;

use super::definition::{ApprovalDefinition, ApprovalVersion, NewApprovalDefinition};
use super::store::{json, read};
use crate::record::Ref;

struct DefinitionRow {
    id: Uuid,
    name: String,
    description: String,
    object: String,
    active: bool,
    number: i32,
    definition: Value,
    pending: i64,
    version: i64,
    updated_at: DateTime<Utc>,
}

impl DefinitionRow {
    fn into_definition(self) -> Result<ApprovalDefinition> {
        Ok(ApprovalDefinition {
            id: self.id.into(),
            name: self.name,
            description: self.description,
            object: self.object.parse()?,
            active: self.active,
            number: self.number,
            rules: read(self.definition)?,
            pending: self.pending,
            version: self.version,
            updated_at: self.updated_at,
        })
    }
}

/// Definitions by name: all, or the one with this id.
pub async fn list(tx: &mut Tx, id: Option<ApprovalDefinitionId>) -> Result<Vec<ApprovalDefinition>> {
    let rows = sqlx::query_as!(
        DefinitionRow,
        r#"select d.id, d.name, d.description, d.object, d.active, d.number, v.definition, d.version, d.updated_at,
                  (select count(*) from approval_request r where r.org_id = d.org_id and r.definition_id = d.id and r.status = 'pending') as "pending!"
           from approval_definition d join approval_version v on v.org_id = d.org_id and v.definition_id = d.id and v.number = d.number
           where d.org_id = $1 and ($2::uuid is null or d.id = $2) order by lower(d.name), d.id"#,
        tx.org().0,
        id.map(|id| id.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(DefinitionRow::into_definition).collect()
}

/// One definition.
pub async fn find(tx: &mut Tx, id: ApprovalDefinitionId) -> Result<Option<ApprovalDefinition>> {
    Ok(list(tx, Some(id)).await?.pop())
}

/// How many there are.
pub async fn count(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "n!" from approval_definition where org_id = $1"#, tx.org().0)
        .fetch_one(tx.db())
        .await?)
}

/// Adds a definition with its first version.
pub async fn insert(tx: &mut Tx, id: ApprovalDefinitionId, new: &NewApprovalDefinition, by: UserId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into approval_definition (org_id, id, name, description, object, active, number, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, 1, $7, $7)",
        org,
        id.0,
        new.name.trim(),
        new.description.trim(),
        new.rules.object.as_str(),
        new.active,
        now,
    )
    .execute(tx.db())
    .await?;
    insert_version(tx, id, 1, &new.rules, by).await
}

/// Adds a version of the rules.
pub async fn insert_version(
    tx: &mut Tx,
    id: ApprovalDefinitionId,
    number: i32,
    rules: &Definition,
    by: UserId,
) -> Result<()> {
    let (org, now, rules) = (tx.org().0, tx.now(), json(rules)?);
    sqlx::query!(
        "insert into approval_version (org_id, definition_id, number, definition, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        org,
        id.0,
        number,
        rules,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Writes a definition if it is still at its version; false when it is not.
pub async fn update(tx: &mut Tx, new: &ApprovalDefinition) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let done = sqlx::query!(
        "update approval_definition set name = $4, description = $5, active = $6, number = $7, version = version + 1, updated_at = $8
         where org_id = $1 and id = $2 and version = $3",
        org,
        new.id.0,
        new.version,
        new.name,
        new.description,
        new.active,
        new.number,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a definition with its versions.
pub async fn delete(tx: &mut Tx, id: ApprovalDefinitionId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from approval_definition where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await?;
    Ok(())
}

/// The versions of a definition, the newest first.
pub async fn versions(tx: &mut Tx, id: ApprovalDefinitionId) -> Result<Vec<ApprovalVersion>> {
    let rows = sqlx::query!(
        "select v.number, v.definition, v.made_by, v.made_at, u.name from approval_version v
         join app_user u on u.org_id = v.org_id and u.id = v.made_by
         where v.org_id = $1 and v.definition_id = $2 order by v.number desc limit 200",
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let made_by = Ref { id: r.made_by, name: r.name };
            Ok(ApprovalVersion { number: r.number, rules: read(r.definition)?, made_by, made_at: r.made_at })
        })
        .collect()
}
