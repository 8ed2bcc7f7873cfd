//! The SQL of import templates, and the search for an earlier import that is like one.

use dealwright_access::Actor;
use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{ImportTemplateId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{ImportTemplate, MAX_TEMPLATES, MappedBy, MappedByKind, Memory, TemplateColumn, may_update};
use crate::field::Object;
use crate::store::{read, written};
use crate::{Import, ImportColumn};
use dealwright_crm::record::Ref;

/// How many of a person's latest imports are looked at for one of the same columns.
const LOOK_BACK: i64 = 50;

struct Row {
    id: ImportTemplateId,
    name: String,
    object: String,
    columns: Value,
    decisions: Value,
    options: Value,
    created_by: Uuid,
    created_by_name: String,
    version: i64,
}

fn object(key: &str) -> Result<Object> {
    Object::from_key(key).ok_or_else(|| Error::internal("an import of an unknown object"))
}

impl Row {
    fn into_template(self, actor: &Actor) -> Result<ImportTemplate> {
        Ok(ImportTemplate {
            id: self.id,
            name: self.name,
            object: object(&self.object)?,
            columns: read(self.columns)?,
            decisions: read(self.decisions)?,
            options: read(self.options)?,
            may_update: may_update(actor, UserId(self.created_by)),
            created_by: Ref { id: self.created_by, name: self.created_by_name },
            version: self.version,
        })
    }
}

/// The templates that the actor may use, by name: all, or the one of this id.
pub async fn list(tx: &mut Tx, actor: &Actor, id: Option<ImportTemplateId>) -> Result<Vec<ImportTemplate>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id as "id: ImportTemplateId", t.name, t.object, t.columns, t.decisions, t.options, t.created_by,
                  u.name as created_by_name, t.version
           from import_template t join app_user u on u.org_id = t.org_id and u.id = t.created_by
           where t.org_id = $1 and ($2::uuid is null or t.id = $2) order by lower(t.name), t.id limit 1000"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_template(actor)).collect()
}

/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, actor: &Actor, id: ImportTemplateId) -> Result<ImportTemplate> {
    list(tx, actor, Some(id)).await?.into_iter().next().or_not_found("import template")
}

fn taken() -> Error {
    Error::conflict("import_template_name_taken", "there is a template of this name already").on("name")
}

/// Adds a template of the actor's at version 1.
///
/// # Errors
/// 409 `import_template_name_taken`; 422 `too_many_import_templates`.
pub async fn insert(tx: &mut Tx, id: ImportTemplateId, maker: UserId, name: &str, memory: &Memory) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let added = sqlx::query!(
        "insert into import_template (org_id, id, name, object, columns, decisions, options, created_by, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $9 where (select count(*) from import_template where org_id = $1) < $10",
        org,
        id.0,
        name,
        memory.object.key(),
        written(&memory.columns)?,
        written(&memory.decisions)?,
        written(&memory.options)?,
        maker.0,
        now,
        MAX_TEMPLATES,
    )
    .execute(tx.db())
    .await
    .on_constraint("import_template_name_key", taken)?;
    if added.rows_affected() == 0 {
        let why = format!("there are at most {MAX_TEMPLATES} templates");
        return Err(Error::invalid("too_many_import_templates", why));
    }
    Ok(())
}

/// Writes a template that is at this version; false when it is not, or not the actor's to change.
///
/// # Errors
/// 409 `import_template_name_taken`.
pub async fn update(tx: &mut Tx, id: ImportTemplateId, version: i64, name: &str, memory: &Memory) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let updated = sqlx::query!(
        "update import_template set name = $4, object = $5, columns = $6, decisions = $7, options = $8, updated_at = $9, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        name,
        memory.object.key(),
        written(&memory.columns)?,
        written(&memory.decisions)?,
        written(&memory.options)?,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("import_template_name_key", taken)?;
    Ok(updated.rows_affected() == 1)
}

/// Removes a template that is at this version; false when it is not, or not the actor's to delete.
pub async fn delete(tx: &mut Tx, id: ImportTemplateId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from import_template where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// What is remembered of files with the import's columns: a template, else the person's latest import of such a file
/// that was done. `object` is what the rows were said to be.
pub async fn remembered(
    tx: &mut Tx,
    actor: &Actor,
    import: &Import,
    object: Option<Object>,
) -> Result<Option<(MappedBy, Memory)>> {
    for template in list(tx, actor, None).await? {
        let by = template.mapped_by();
        let memory = template.memory();
        if object.is_none_or(|object| object == memory.object) && memory.fits(import) {
            return Ok(Some((by, memory)));
        }
    }
    for (by, memory) in latest(tx, import.created_by).await? {
        if object.is_none_or(|object| object == memory.object) && memory.fits(import) {
            return Ok(Some((by, memory)));
        }
    }
    Ok(None)
}

/// A person's latest imports that were done.
async fn latest(tx: &mut Tx, maker: UserId) -> Result<Vec<(MappedBy, Memory)>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select id, filename, object, columns, mapping, decisions, options from import
         where org_id = $1 and created_by = $2 and status = 'done' order by id desc limit $3",
        org,
        maker.0,
        LOOK_BACK,
    )
    .fetch_all(tx.db())
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let columns: Vec<ImportColumn> = read(row.columns)?;
        let mapping: Vec<Option<String>> = read(row.mapping)?;
        let columns = columns.into_iter().zip(mapping);
        let memory = Memory {
            object: self::object(&row.object)?,
            columns: columns.map(|(column, field)| TemplateColumn { name: column.column.name, field }).collect(),
            decisions: read(row.decisions)?,
            options: read(row.options)?,
        };
        found.push((MappedBy { kind: MappedByKind::Import, id: row.id, name: row.filename }, memory));
    }
    Ok(found)
}
