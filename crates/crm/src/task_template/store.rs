//! The SQL of task templates.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::TaskTemplateId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Fields, MAX_TEMPLATES, TaskTemplate};

struct Row {
    id: TaskTemplateId,
    name: String,
    title: String,
    notes: Option<String>,
    priority: String,
    due_in_days: Option<i32>,
    working_days: bool,
    recurrence: Option<String>,
    checklist: serde_json::Value,
    archived: bool,
    version: i64,
}

impl Row {
    fn into_template(self) -> Result<TaskTemplate> {
        let fields = Fields {
            name: self.name,
            title: self.title,
            notes: self.notes,
            priority: self.priority.parse()?,
            due_in_days: self.due_in_days,
            working_days: self.working_days,
            recurrence: self.recurrence,
            checklist: serde_json::from_value(self.checklist).map_err(Error::internal)?,
            archived: self.archived,
        };
        Ok(TaskTemplate { id: self.id, fields, version: self.version })
    }
}

/// All templates by name, or the one of this id.
pub async fn list(tx: &mut Tx, id: Option<TaskTemplateId>) -> Result<Vec<TaskTemplate>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: TaskTemplateId", name, title, notes, priority, due_in_days, working_days, recurrence, checklist,
                  archived_at is not null as "archived!", version
           from task_template where org_id = $1 and ($2::uuid is null or id = $2) order by lower(name), id"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_template).collect()
}

fn taken() -> Error {
    Error::conflict("task_template_name_taken", "there is a template of this name already").on("name")
}

/// Adds a template at version 1.
///
/// # Errors
/// 409 `task_template_name_taken`; 422 `too_many_task_templates`.
pub async fn insert(tx: &mut Tx, id: TaskTemplateId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let added = sqlx::query!(
        "insert into task_template (org_id, id, name, title, notes, priority, due_in_days, working_days, recurrence, checklist, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11 where (select count(*) from task_template where org_id = $1) < $12",
        org,
        id.0,
        f.name,
        f.title,
        f.notes,
        f.priority.as_str(),
        f.due_in_days,
        f.working_days,
        f.recurrence,
        serde_json::to_value(&f.checklist).map_err(Error::internal)?,
        now,
        MAX_TEMPLATES,
    )
    .execute(tx.db())
    .await
    .on_constraint("task_template_name_key", taken)?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid("too_many_task_templates", format!("there are at most {MAX_TEMPLATES} templates")));
    }
    Ok(())
}

/// Writes the fields if the template is still at `version`; false when it is not.
///
/// # Errors
/// 409 `task_template_name_taken`.
pub async fn update(tx: &mut Tx, id: TaskTemplateId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update task_template set name = $4, title = $5, notes = $6, priority = $7, due_in_days = $8, working_days = $9, recurrence = $10,
             checklist = $11, archived_at = case when $12 then coalesce(archived_at, $13) end, updated_at = $13, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.title,
        f.notes,
        f.priority.as_str(),
        f.due_in_days,
        f.working_days,
        f.recurrence,
        serde_json::to_value(&f.checklist).map_err(Error::internal)?,
        f.archived,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("task_template_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a template; false when it is not at `version` any more. Tasks that were made from it stay.
pub async fn delete(tx: &mut Tx, id: TaskTemplateId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from task_template where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}
