//! The SQL of automations and their runs under the actor's own policies; `queue` has what the system role does.

pub mod log;
pub mod queue;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use dealwright_access::api_key;
use dealwright_access::policy::Grants;
use dealwright_crm::record::Ref;
use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{AutomationId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::StageKind;
use dealwright_workflow::rule::{self, RuleObject};
use serde_json::Value;
use uuid::Uuid;

use crate::definition::{Automation, Definition, MOST, Pause, Recent, RunAs, Trigger};

struct Row {
    id: AutomationId,
    name: String,
    description: Option<String>,
    object: String,
    trigger: Value,
    condition: Option<String>,
    steps: Value,
    run_as: Uuid,
    run_as_name: String,
    run_as_service: bool,
    run_as_active: bool,
    scopes: Value,
    per_hour: i32,
    quiet_days: i32,
    with_imports: bool,
    active: bool,
    paused: Option<String>,
    paused_at: Option<DateTime<Utc>>,
    next_at: Option<DateTime<Utc>>,
    done: i64,
    problems: i64,
    last_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_automation(self) -> Result<Automation> {
        Ok(Automation {
            id: self.id,
            name: self.name,
            description: self.description,
            object: self.object.parse()?,
            trigger: serde_json::from_value(self.trigger).map_err(Error::internal)?,
            condition: self.condition,
            steps: serde_json::from_value(self.steps).map_err(Error::internal)?,
            run_as: RunAs {
                user: Ref { id: self.run_as, name: self.run_as_name },
                service: self.run_as_service,
                active: self.run_as_active,
            },
            scopes: api_key::shown(self.scopes)?,
            per_hour: u16::try_from(self.per_hour).map_err(Error::internal)?,
            quiet_days: u16::try_from(self.quiet_days).map_err(Error::internal)?,
            with_imports: self.with_imports,
            active: self.active,
            paused: self.paused.as_deref().and_then(Pause::read),
            paused_at: self.paused_at,
            next_at: self.next_at,
            recent: Recent { done: self.done, problems: self.problems, last_at: self.last_at },
            problem: None,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Automations by name; all, or the one with this id.
///
/// # Errors
/// When the database is gone.
pub async fn list(tx: &mut Tx, id: Option<AutomationId>) -> Result<Vec<Automation>> {
    let mut all = read(tx, id, true).await?;
    let mut catalogues = HashMap::new();
    for object in all.iter().filter(|a| a.condition.is_some()).map(|a| a.object).collect::<HashSet<_>>() {
        catalogues.insert(object, rule::store::catalogue(tx, object).await?);
    }
    for automation in &mut all {
        let (Some(condition), Some(catalogue)) = (&automation.condition, catalogues.get(&automation.object)) else {
            continue;
        };
        let problems = rule::check(condition, catalogue).err().unwrap_or_default();
        automation.problem = problems.into_iter().next().map(|problem| problem.message);
    }
    Ok(all)
}

/// One automation as its runs need it: without what they came to lately.
///
/// # Errors
/// 404.
pub async fn plain(tx: &mut Tx, id: AutomationId) -> Result<Automation> {
    read(tx, Some(id), false).await?.pop().or_not_found("automation")
}

async fn read(tx: &mut Tx, id: Option<AutomationId>, counted: bool) -> Result<Vec<Automation>> {
    let since = tx.now() - chrono::TimeDelta::days(7);
    let rows = sqlx::query_as!(
        Row,
        r#"select a.id as "id: AutomationId", a.name, a.description, a.object, a.trigger, a.condition, a.steps, a.run_as, u.name as run_as_name,
                  u.service as run_as_service, u.active as run_as_active, a.scopes, a.per_hour, a.quiet_days, a.with_imports, a.active, a.paused,
                  a.paused_at, a.next_at, coalesce(r.done, 0) as "done!", coalesce(r.problems, 0) as "problems!", r.last_at, a.version, a.created_at,
                  a.updated_at
           from automation a join app_user u on u.org_id = a.org_id and u.id = a.run_as
           left join lateral (
               select count(*) filter (where status = 'done') as done,
                      count(*) filter (where status in ('refused', 'failed') or code in ('storm', 'record_limit', 'not_visible', 'actor_gone')) as problems,
                      max(finished_at) filter (where status in ('done', 'refused', 'failed')) as last_at
               from automation_run r where r.org_id = a.org_id and r.automation_id = a.id and r.finished_at > $3 and $4
           ) r on true
           where a.org_id = $1 and ($2::uuid is null or a.id = $2) order by lower(a.name), a.id"#,
        tx.org().0,
        id.map(|id| id.0),
        since,
        counted,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_automation).collect()
}

/// One automation.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: AutomationId) -> Result<Automation> {
    list(tx, Some(id)).await?.pop().or_not_found("automation")
}

/// An automation as it is kept.
#[derive(Debug)]
pub struct Kept<'a> {
    pub definition: &'a Definition,
    pub run_as: UserId,
    pub scopes: &'a Grants,
    pub next_at: Option<DateTime<Utc>>,
    /// Sealed; one that is there already stays.
    pub secret: Option<Vec<u8>>,
}

fn json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

fn taken() -> Error {
    Error::conflict("automation_name_taken", "there is an automation of this name already").on("name")
}

/// Adds an automation at version 1.
///
/// # Errors
/// 409 `automation_name_taken`; 422 `too_many_automations`.
pub async fn insert(tx: &mut Tx, id: AutomationId, kept: &Kept<'_>) -> Result<()> {
    let (org, now, d) = (tx.org().0, tx.now(), kept.definition);
    let added = sqlx::query!(
        "insert into automation (org_id, id, name, description, object, trigger, condition, steps, run_as, scopes, per_hour, quiet_days, with_imports,
                                 webhook_secret, active, next_at, created_at, updated_at, active_since)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, case when $15 then $17::timestamptz end
         where (select count(*) from automation where org_id = $1) < $18",
        org,
        id.0,
        d.name.trim(),
        d.description,
        d.object.as_str(),
        json(&d.trigger)?,
        d.condition,
        json(&d.steps)?,
        kept.run_as.0,
        json(kept.scopes)?,
        i32::from(d.per_hour),
        i32::from(d.quiet_days),
        d.with_imports,
        kept.secret,
        d.active,
        kept.next_at,
        now,
        MOST,
    )
    .execute(tx.db())
    .await
    .on_constraint("automation_name_key", taken)?;
    if added.rows_affected() == 1 {
        return Ok(());
    }
    Err(Error::invalid("too_many_automations", format!("an organisation has at most {MOST} automations")))
}

/// Writes an automation if it is still at `version`; false when it is not. Whoever saves it takes it out of its pause.
///
/// # Errors
/// 409 `automation_name_taken`.
pub async fn update(tx: &mut Tx, id: AutomationId, version: i64, kept: &Kept<'_>) -> Result<bool> {
    let (org, now, d) = (tx.org().0, tx.now(), kept.definition);
    let written = sqlx::query!(
        "update automation set name = $4, description = $5, object = $6, trigger = $7, condition = $8, steps = $9, run_as = $10, scopes = $11,
             per_hour = $12, quiet_days = $13, with_imports = $14, webhook_secret = coalesce(webhook_secret, $15), active = $16, next_at = $17,
             active_since = case when not $16 then null when active then active_since else $18::timestamptz end,
             paused = null, paused_at = null, updated_at = $18, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        d.name.trim(),
        d.description,
        d.object.as_str(),
        json(&d.trigger)?,
        d.condition,
        json(&d.steps)?,
        kept.run_as.0,
        json(kept.scopes)?,
        i32::from(d.per_hour),
        i32::from(d.quiet_days),
        d.with_imports,
        kept.secret,
        d.active,
        kept.next_at,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("automation_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Switches an automation off if it is still at `version`; false when it is not.
///
/// # Errors
/// When the database is gone.
pub async fn switch_off(tx: &mut Tx, id: AutomationId, version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update automation set active = false, active_since = null, next_at = null, updated_at = $4, version = version + 1 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Writes the sealed secret that signs what it sends.
///
/// # Errors
/// 404.
pub async fn set_secret(tx: &mut Tx, id: AutomationId, sealed: &[u8]) -> Result<()> {
    let org = tx.org().0;
    let written =
        sqlx::query!("update automation set webhook_secret = $3 where org_id = $1 and id = $2", org, id.0, sealed)
            .execute(tx.db())
            .await?;
    if written.rows_affected() == 1 { Ok(()) } else { Err(Error::not_found("automation")) }
}

/// Removes an automation with its runs if it is still at `version`; false when it is not.
///
/// # Errors
/// When the database is gone.
pub async fn delete(tx: &mut Tx, id: AutomationId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from automation where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// What a step names: which step, in which place, what.
pub type Named<'a> = (usize, &'a str, Uuid);

/// Of these people, teams, task templates, definitions of approvals and stages, those that are there: active, not archived, and
/// for records of `object`.
///
/// # Errors
/// When the database is gone.
pub async fn known(tx: &mut Tx, named: [&[Named<'_>]; 5], object: RuleObject) -> Result<HashSet<Uuid>> {
    if named.iter().all(|some| some.is_empty()) {
        return Ok(HashSet::new());
    }
    let [people, teams, templates, approvals, stages] =
        named.map(|some| some.iter().map(|(_, _, id)| *id).collect::<Vec<_>>());
    let found = sqlx::query_scalar!(
        r#"select id as "id!" from app_user where org_id = $1 and id = any ($2) and active and not service
           union all select id from team where org_id = $1 and id = any ($3)
           union all select id from task_template where org_id = $1 and id = any ($4) and archived_at is null
           union all select id from approval_definition where org_id = $1 and id = any ($5) and object = $6
           union all select id from stage where org_id = $1 and id = any ($7)"#,
        tx.org().0,
        &people,
        &teams,
        &templates,
        &approvals,
        object.as_str(),
        &stages,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(found.into_iter().collect())
}

/// What is known of a stage.
#[derive(Clone, Copy, Debug)]
pub struct StageFact {
    pub kind: StageKind,
    pub position: i32,
    pub probability: i32,
}

/// Stages by id.
pub type StageFacts = HashMap<Uuid, StageFact>;

/// The organisation's stages.
///
/// # Errors
/// When the database is gone.
pub async fn stages(tx: &mut Tx) -> Result<StageFacts> {
    let rows = sqlx::query!("select id, kind, position, probability from stage where org_id = $1", tx.org().0)
        .fetch_all(tx.db())
        .await?;
    rows.into_iter()
        .map(|r| Ok((r.id, StageFact { kind: r.kind.parse()?, position: r.position, probability: r.probability })))
        .collect()
}

/// An event that a trial looks at.
pub type Seen = crate::definition::moment::Happened;

/// Events of records of `object` between two moments, the newest first; before the event `before` of that moment, when one is
/// given.
///
/// # Errors
/// When the database is gone.
pub async fn events(
    tx: &mut Tx,
    object: RuleObject,
    since: DateTime<Utc>,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Seen>> {
    let (at, id) = before.unzip();
    Ok(sqlx::query_as!(
        Seen,
        r#"select e.org_id as org, e.id, e.type as kind, e.at, e.at as recorded_at, e.subject_type, e.subject_id as subject, e.opportunity_id as opportunity,
                  e.account_id as account, e.contact_id as contact, e.lead_id as lead, e.changes, e.data, e.import_id as import
           from event e
           where e.org_id = $1 and e.subject_type in ($2, 'activity', 'task') and e.at >= $3
             and ($4::timestamptz is null or (e.at, e.id) < ($4, $5))
           order by e.at desc, e.id desc limit $6"#,
        tx.org().0,
        object.as_str(),
        since,
        at,
        id,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}

/// One event, as far as the actor may see it.
///
/// # Errors
/// When the database is gone.
pub async fn event(tx: &mut Tx, id: Uuid) -> Result<Option<Seen>> {
    Ok(sqlx::query_as!(
        Seen,
        r#"select e.org_id as org, e.id, e.type as kind, e.at, e.at as recorded_at, e.subject_type, e.subject_id as subject, e.opportunity_id as opportunity,
                  e.account_id as account, e.contact_id as contact, e.lead_id as lead, e.changes, e.data, e.import_id as import
           from event e where e.org_id = $1 and e.id = $2"#,
        tx.org().0,
        id,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Whether a trigger is a schedule, and when it comes next.
#[must_use]
pub fn next_of(definition: &Definition, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match &definition.trigger {
        Trigger::Schedule(timing) if definition.active => timing.next(now),
        Trigger::Schedule(_) | Trigger::Event { .. } => None,
    }
}

/// Whose a record is, as far as the actor may see it.
///
/// # Errors
/// When the database is gone.
pub async fn owner(tx: &mut Tx, object: RuleObject, id: Uuid) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        r#"select case $2
               when 'opportunity' then (select owner_id from opportunity where org_id = $1 and id = $3)
               when 'account' then (select owner_id from account where org_id = $1 and id = $3)
               when 'contact' then (select owner_id from contact where org_id = $1 and id = $3)
               when 'lead' then (select owner_id from lead where org_id = $1 and id = $3)
               else (select assignee_id from task where org_id = $1 and id = $3)
           end"#,
        tx.org().0,
        object.as_str(),
        id,
    )
    .fetch_one(tx.db())
    .await?)
}
