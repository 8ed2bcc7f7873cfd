//! The SQL of rules.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{SlaCalendarId, SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::active::{Known, known};
use dealwright_workflow::rule::{Custom, custom, store as facts};
use serde_json::Value;
use uuid::Uuid;

use super::definition::{Action, Definition, NewOwner, Recipient, SlaObject};
use super::{Fields, MAX_RULES, SlaRule};

struct Row {
    id: SlaRuleId,
    name: String,
    object: String,
    condition: String,
    measure: String,
    definition: Value,
    calendar_id: Option<SlaCalendarId>,
    calendar_name: Option<String>,
    active: bool,
    effective_from: DateTime<Utc>,
    planned: bool,
    open_timers: i64,
    late_timers: i64,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The checks of a rule's two expressions.
#[derive(Clone, Debug)]
pub struct Expressions {
    pub condition: Known,
    pub pause_while: Option<Known>,
}

impl Expressions {
    /// Of a rule for this object.
    #[must_use]
    pub fn of(object: SlaObject, condition: &str, definition: &Definition, custom: &Custom) -> Self {
        let checked = |text: &str| known(object.facts(), text, custom);
        Self { condition: checked(condition), pause_while: definition.pause_while.as_deref().map(checked) }
    }
}

impl Row {
    fn into_rule(self, custom: &Custom) -> Result<SlaRule> {
        let object: SlaObject = self.object.parse()?;
        let definition: Definition = serde_json::from_value(self.definition).map_err(Error::internal)?;
        let expressions = Expressions::of(object, &self.condition, &definition, custom);
        let problems = [Some(&expressions.condition), expressions.pause_while.as_ref()].into_iter().flatten();
        let problems = problems.filter_map(|known| Arc::as_ref(known).as_ref().err()).flatten().cloned().collect();
        Ok(SlaRule {
            id: self.id,
            name: self.name,
            object,
            condition: self.condition,
            measure: self.measure.parse()?,
            calendar: Ref::of(self.calendar_id, self.calendar_name),
            calendar_id: self.calendar_id,
            active: self.active,
            definition,
            effective_from: self.effective_from,
            planned: self.planned,
            problems,
            open_timers: self.open_timers,
            late_timers: self.late_timers,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The custom fields that any of these texts speaks of, by object.
///
/// # Errors
/// When the database is gone.
pub async fn customs<'a>(
    tx: &mut Tx,
    texts: impl Iterator<Item = (SlaObject, &'a str)> + Clone + Send,
) -> Result<HashMap<SlaObject, Custom>> {
    let mut customs = HashMap::new();
    for object in SlaObject::ALL {
        let speaks = texts.clone().any(|(of, text)| of == object && custom::speaks_of_custom(text));
        let custom = if speaks { facts::custom(tx, object.facts()).await? } else { Custom::default() };
        customs.insert(object, custom);
    }
    Ok(customs)
}

/// All rules by name, or one of them; how many of its clocks run is counted up to ten thousand.
pub async fn list(tx: &mut Tx, id: Option<SlaRuleId>) -> Result<Vec<SlaRule>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id as "id: SlaRuleId", r.name, r.object, r.condition, r.measure, r.definition, r.calendar_id as "calendar_id: SlaCalendarId",
                  c.name as "calendar_name?", r.active, r.effective_from, r.planned_version >= r.version as "planned!",
                  (select count(*) from (select from sla_timer t where t.org_id = r.org_id and t.rule_id = r.id and t.ended_at is null limit 10000) as t) as "open_timers!",
                  (select count(*) from (select from sla_timer t where t.org_id = r.org_id and t.rule_id = r.id and t.ended_at is null
                                         and t.breached_at is not null limit 10000) as t) as "late_timers!",
                  r.version, r.created_at, r.updated_at
           from sla_rule r left join sla_calendar c on c.org_id = r.org_id and c.id = r.calendar_id
           where r.org_id = $1 and r.deleted_at is null and ($2::uuid is null or r.id = $2) order by lower(r.name), r.id"#,
        tx.org().0,
        id.map(|id| id.0),
    )
    .fetch_all(tx.db())
    .await?;
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        let object: SlaObject = row.object.parse()?;
        // What a definition pauses by stands in its JSON: asked of the whole text, it is found wherever it stands.
        let speaks = custom::speaks_of_custom(&row.condition) || custom::speaks_of_custom(&row.definition.to_string());
        let custom = if speaks { facts::custom(tx, object.facts()).await? } else { Custom::default() };
        read.push(row.into_rule(&custom)?);
    }
    Ok(read)
}

fn taken() -> Error {
    Error::conflict("rule_name_taken", "there is a rule of this name already").on("name")
}

fn kept(definition: &Definition) -> Result<Value> {
    serde_json::to_value(definition).map_err(Error::internal)
}

/// Adds a rule at version 1 that counts from now on.
///
/// # Errors
/// 409 `rule_name_taken`; 422 `too_many_rules`.
pub async fn insert(tx: &mut Tx, id: SlaRuleId, f: &Fields, by: UserId) -> Result<()> {
    let (org, now, definition) = (tx.org().0, tx.now(), kept(&f.definition)?);
    let added = sqlx::query!(
        "insert into sla_rule (org_id, id, name, object, condition, measure, definition, calendar_id, active, effective_from, made_by, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $10
         where (select count(*) from sla_rule where org_id = $1 and deleted_at is null) < $12",
        org,
        id.0,
        f.name,
        f.object.as_str(),
        f.condition,
        f.measure.as_str(),
        definition,
        f.calendar_id.map(|c| c.0),
        f.active,
        now,
        by.0,
        MAX_RULES,
    )
    .execute(tx.db())
    .await
    .on_constraint("sla_rule_name_key", taken)?;
    if added.rows_affected() == 0 {
        let detail = format!("an organisation has at most {MAX_RULES} rules for service levels");
        return Err(Error::invalid("too_many_rules", detail));
    }
    Ok(())
}

/// Writes the fields if the rule is still at `version`; false when it is not. One that is switched on counts from now on.
///
/// # Errors
/// 409 `rule_name_taken`.
pub async fn update(tx: &mut Tx, id: SlaRuleId, version: i64, f: &Fields, by: UserId) -> Result<bool> {
    let (org, now, definition) = (tx.org().0, tx.now(), kept(&f.definition)?);
    let written = sqlx::query!(
        "update sla_rule set name = $4, condition = $5, definition = $6, calendar_id = $7, made_by = $10, updated_at = $9, version = version + 1,
             effective_from = case when $8 and not active then $9 else effective_from end, active = $8, plan_after = null
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.name,
        f.condition,
        definition,
        f.calendar_id.map(|c| c.0),
        f.active,
        now,
        by.0,
    )
    .execute(tx.db())
    .await
    .on_constraint("sla_rule_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a rule that stands at `version`; false when it does not. What it counted stays.
pub async fn delete(tx: &mut Tx, id: SlaRuleId, version: i64) -> Result<bool> {
    let now = tx.now();
    let gone = sqlx::query!(
        "update sla_rule set deleted_at = $4, active = false, version = version + 1, plan_after = null, updated_at = $4
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        tx.org().0,
        id.0,
        version,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(gone.rows_affected() == 1)
}

/// Has the rules that count by a calendar reckoned anew; their ids and versions.
pub async fn touch_by_calendar(tx: &mut Tx, calendar: SlaCalendarId) -> Result<Vec<(SlaRuleId, i64)>> {
    let now = tx.now();
    let rows = sqlx::query!(
        r#"update sla_rule set version = version + 1, plan_after = null, updated_at = $3
           where org_id = $1 and calendar_id = $2 and deleted_at is null returning id as "id: SlaRuleId", version"#,
        tx.org().0,
        calendar.0,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}

/// A stage or a status.
#[derive(Clone, Debug)]
pub struct Place {
    pub name: String,
    /// Nothing is due there.
    pub closed: bool,
}

/// All stages, or all statuses of leads.
pub async fn places(tx: &mut Tx, object: SlaObject) -> Result<HashMap<Uuid, Place>> {
    let org = tx.org().0;
    Ok(match object {
        SlaObject::Opportunity => {
            sqlx::query!(r#"select id, name, kind <> 'open' as "closed!" from stage where org_id = $1"#, org)
                .fetch_all(tx.db())
                .await?
                .into_iter()
                .map(|row| (row.id, Place { name: row.name, closed: row.closed }))
                .collect()
        }
        SlaObject::Lead => sqlx::query!(
            r#"select id, name, coalesce(category in ('unqualified', 'converted'), false) as "closed!" from choice where org_id = $1 and kind = 'lead_status'"#,
            org
        )
        .fetch_all(tx.db())
        .await?
        .into_iter()
        .map(|row| (row.id, Place { name: row.name, closed: row.closed }))
        .collect(),
    })
}

/// What a rule refers to and is not there: the field, and what is missing.
pub async fn missing(tx: &mut Tx, f: &Fields) -> Result<Option<(&'static str, &'static str)>> {
    let org = tx.org().0;
    if let Some(calendar) = f.calendar_id {
        let there = sqlx::query_scalar!(
            r#"select exists (select from sla_calendar where org_id = $1 and id = $2) as "there!""#,
            org,
            calendar.0
        )
        .fetch_one(tx.db())
        .await?;
        if !there {
            return Ok(Some(("calendar_id", "there is no such calendar")));
        }
    }
    let known = places(tx, f.object).await?;
    for (field, places) in [("places", &f.definition.places), ("pause_in", &f.definition.pause_in)] {
        if places.iter().any(|place| !known.contains_key(place)) {
            return Ok(Some((field, "there is no such stage or status")));
        }
    }
    let (mut users, mut teams, mut roles) = (Vec::new(), Vec::new(), Vec::new());
    for step in &f.definition.steps {
        match &step.action {
            Action::Notify { to } => {
                for recipient in to {
                    match recipient {
                        Recipient::User { user_id } => users.push(user_id.0),
                        Recipient::Team { team_id } => teams.push(team_id.0),
                        Recipient::Role { role_id } => roles.push(role_id.0),
                        Recipient::Owner | Recipient::Manager => {}
                    }
                }
            }
            Action::Reassign { to: NewOwner::User { user_id } } => users.push(user_id.0),
            Action::Reassign { to: NewOwner::Manager | NewOwner::Rules } | Action::Task { .. } | Action::Raise => {}
        }
    }
    let there = sqlx::query_scalar!(
        r#"select (select count(*) from app_user where org_id = $1 and id = any ($2) and active and not service) = (select count(distinct x) from unnest($2::uuid[]) x)
              and (select count(*) from team where org_id = $1 and id = any ($3)) = (select count(distinct x) from unnest($3::uuid[]) x)
              and (select count(*) from role where org_id = $1 and id = any ($4)) = (select count(distinct x) from unnest($4::uuid[]) x) as "there!""#,
        org,
        &users,
        &teams,
        &roles,
    )
    .fetch_one(tx.db())
    .await?;
    Ok((!there).then_some(("steps", "each person, team and role must be there, and people active")))
}
