//! The SQL of rules.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::RuleId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::active::{Known, known};
use super::custom::{Custom, Definition, speaks_of_custom};
use super::{Catalogue, Fields, MAX_RULES, Rule, RuleObject};

struct Row {
    id: RuleId,
    object: String,
    name: String,
    expression: String,
    message: String,
    field: String,
    active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_rule(self, custom: &HashMap<RuleObject, Custom>) -> Result<(Rule, Known)> {
        let object: RuleObject = self.object.parse()?;
        let none = Custom::default();
        let checked = known(object, &self.expression, custom.get(&object).unwrap_or(&none));
        let rule = Rule {
            id: self.id,
            object,
            name: self.name,
            problems: checked.as_ref().as_ref().err().cloned().unwrap_or_default(),
            expression: self.expression,
            message: self.message,
            field: self.field,
            active: self.active,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Ok((rule, checked))
    }
}

/// What the organisation's custom fields are, of each object whose rules speak of any.
async fn spoken_of(tx: &mut Tx, rows: &[Row]) -> Result<HashMap<RuleObject, Custom>> {
    let mut all = HashMap::new();
    for row in rows.iter().filter(|row| speaks_of_custom(&row.expression)) {
        let object: RuleObject = row.object.parse()?;
        if let Entry::Vacant(unread) = all.entry(object) {
            unread.insert(custom(tx, object).await?);
        }
    }
    Ok(all)
}

/// The custom fields of an object as facts and formulas.
pub async fn custom(tx: &mut Tx, object: RuleObject) -> Result<Custom> {
    Ok(Custom::of(object, &definitions(tx, object).await?))
}

/// The custom fields of an object that are not archived.
pub async fn definitions(tx: &mut Tx, object: RuleObject) -> Result<Vec<Definition>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Definition,
        "select key, label, kind, expression from custom_field where org_id = $1 and object = $2 and archived_at is null order by position, id",
        org,
        object.as_str()
    )
    .fetch_all(tx.db())
    .await?)
}

/// What rules of an object can speak of, custom fields among it.
pub async fn catalogue(tx: &mut Tx, object: RuleObject) -> Result<Catalogue> {
    Ok(Catalogue::with(object, &custom(tx, object).await?.facts))
}

/// All rules, by object in the order in which they were made.
pub async fn list(tx: &mut Tx) -> Result<Vec<Rule>> {
    Ok(checked(tx).await?.into_iter().map(|(rule, _)| rule).collect())
}

/// All rules with their checks.
pub async fn checked(tx: &mut Tx) -> Result<Vec<(Rule, Known)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: RuleId", object, name, expression, message, field, active, version, created_at, updated_at
           from rule where org_id = $1 order by object, created_at, id"#,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?;
    let custom = spoken_of(tx, &rows).await?;
    rows.into_iter().map(|row| row.into_rule(&custom)).collect()
}

/// One rule.
pub async fn find(tx: &mut Tx, id: RuleId) -> Result<Option<Rule>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: RuleId", object, name, expression, message, field, active, version, created_at, updated_at
           from rule where org_id = $1 and id = $2"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let custom = spoken_of(tx, std::slice::from_ref(&row)).await?;
    row.into_rule(&custom).map(|(rule, _)| Some(rule))
}

fn taken() -> Error {
    Error::conflict("rule_name_taken", "this object has a rule of this name already").on("name")
}

/// Adds a rule at version 1.
///
/// # Errors
/// 409 `rule_name_taken`; 422 `too_many_rules`.
pub async fn insert(tx: &mut Tx, id: RuleId, object: RuleObject, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let added = sqlx::query!(
        "insert into rule (org_id, id, object, name, expression, message, field, active, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $9 where (select count(*) from rule where org_id = $1 and object = $3) < $10",
        org,
        id.0,
        object.as_str(),
        f.name,
        f.expression,
        f.message,
        f.field,
        f.active,
        now,
        MAX_RULES,
    )
    .execute(tx.db())
    .await
    .on_constraint("rule_name_key", taken)?;
    if added.rows_affected() == 1 {
        return Ok(());
    }
    Err(Error::invalid("too_many_rules", format!("an object has at most {MAX_RULES} rules")))
}

/// Writes the fields if the rule is still at `version`; false when it is not.
///
/// # Errors
/// 409 `rule_name_taken`.
pub async fn update(tx: &mut Tx, id: RuleId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update rule set name = $4, expression = $5, message = $6, field = $7, active = $8, updated_at = $9, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.expression,
        f.message,
        f.field,
        f.active,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("rule_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a rule if it is still at `version`; false when it is not.
pub async fn delete(tx: &mut Tx, id: RuleId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from rule where org_id = $1 and id = $2 and version = $3", org, id.0, version)
        .execute(tx.db())
        .await?;
    Ok(gone.rows_affected() == 1)
}
