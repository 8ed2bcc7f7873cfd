//! The SQL of assignment rules: the rules, who can be chosen, and whose turn it is.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AssignmentRuleId, ChoiceId, LeadId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::active::{Known, known};
use dealwright_workflow::rule::{Custom, RuleObject, custom, store as rules};
use serde_json::Value;
use uuid::Uuid;

use super::chooser::{Member, Owed, Place};
use super::{AssignmentRule, Fields, MAX_RULES};
use crate::working_hours;

struct Row {
    id: AssignmentRuleId,
    name: String,
    position: i32,
    condition: String,
    chooser: Value,
    working_hours: bool,
    fallback_id: Option<UserId>,
    active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_rule(self, custom: &Custom) -> Result<(AssignmentRule, Known)> {
        let checked = known(RuleObject::Lead, &self.condition, custom);
        let rule = AssignmentRule {
            id: self.id,
            name: self.name,
            position: self.position,
            problems: checked.as_ref().as_ref().err().cloned().unwrap_or_default(),
            condition: self.condition,
            chooser: serde_json::from_value(self.chooser).map_err(Error::internal)?,
            working_hours: self.working_hours,
            fallback_id: self.fallback_id,
            active: self.active,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        };
        Ok((rule, Arc::clone(&checked)))
    }
}

/// All rules in their order, with the checks of their conditions.
pub async fn checked(tx: &mut Tx) -> Result<Vec<(AssignmentRule, Known)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: AssignmentRuleId", name, position, condition, chooser, working_hours, fallback_id as "fallback_id: UserId",
                  active, version, created_at, updated_at
           from assignment_rule where org_id = $1 order by position, id"#,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?;
    let speaks = rows.iter().any(|row| custom::speaks_of_custom(&row.condition));
    let custom = if speaks { rules::custom(tx, RuleObject::Lead).await? } else { Custom::default() };
    rows.into_iter().map(|row| row.into_rule(&custom)).collect()
}

/// All rules in their order.
pub async fn list(tx: &mut Tx) -> Result<Vec<AssignmentRule>> {
    Ok(checked(tx).await?.into_iter().map(|(rule, _)| rule).collect())
}

/// One rule.
pub async fn find(tx: &mut Tx, id: AssignmentRuleId) -> Result<Option<AssignmentRule>> {
    Ok(list(tx).await?.into_iter().find(|rule| rule.id == id))
}

fn taken() -> Error {
    Error::conflict("rule_name_taken", "there is a rule of this name already").on("name")
}

fn chooser(fields: &Fields) -> Result<Value> {
    serde_json::to_value(&fields.chooser).map_err(Error::internal)
}

/// Lets one writer at a time change the order.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0.to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('assignment_rules:' || $1, 0))", org)
        .fetch_one(tx.db())
        .await?;
    Ok(())
}

/// Adds a rule at version 1, last in the order.
///
/// # Errors
/// 409 `rule_name_taken`; 422 `too_many_rules`.
pub async fn insert(tx: &mut Tx, id: AssignmentRuleId, f: &Fields) -> Result<()> {
    let (org, now, chooser) = (tx.org().0, tx.now(), chooser(f)?);
    let added = sqlx::query!(
        "insert into assignment_rule (org_id, id, name, position, condition, chooser, working_hours, fallback_id, active, created_at, updated_at)
         select $1, $2, $3, (select coalesce(max(position) + 1, 0) from assignment_rule where org_id = $1), $4, $5, $6, $7, $8, $9, $9
         where (select count(*) from assignment_rule where org_id = $1) < $10",
        org,
        id.0,
        f.name,
        f.condition,
        chooser,
        f.working_hours,
        f.fallback_id.map(|u| u.0),
        f.active,
        now,
        MAX_RULES,
    )
    .execute(tx.db())
    .await
    .on_constraint("assignment_rule_name_key", taken)?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid(
            "too_many_rules",
            format!("an organisation has at most {MAX_RULES} assignment rules"),
        ));
    }
    sqlx::query!("insert into assignment_turn (org_id, rule_id) values ($1, $2)", org, id.0).execute(tx.db()).await?;
    Ok(())
}

/// Writes the fields if the rule is still at `version`; false when it is not.
///
/// # Errors
/// 409 `rule_name_taken`.
pub async fn update(tx: &mut Tx, id: AssignmentRuleId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now, chooser) = (tx.org().0, tx.now(), chooser(f)?);
    let written = sqlx::query!(
        "update assignment_rule set name = $4, condition = $5, chooser = $6, working_hours = $7, fallback_id = $8, active = $9,
             updated_at = $10, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.condition,
        chooser,
        f.working_hours,
        f.fallback_id.map(|u| u.0),
        f.active,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("assignment_rule_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a rule if it is still at `version`; false when it is not.
pub async fn delete(tx: &mut Tx, id: AssignmentRuleId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from assignment_rule where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// Puts the rules into this order.
pub async fn set_order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update assignment_rule r set position = n.n::int - 1, version = version + 1
         from unnest($2::uuid[]) with ordinality as n (id, n) where r.org_id = $1 and r.id = n.id and r.position <> n.n::int - 1",
        org,
        ids
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Who of these, and of the members of these teams, can be chosen: active people with the right to own leads, which is to
/// see and change their own. In the order of their names.
pub async fn members(tx: &mut Tx, users: &[UserId], teams: &[TeamId]) -> Result<Vec<Member>> {
    let org = tx.org().0;
    let users: Vec<Uuid> = users.iter().map(|u| u.0).collect();
    let teams: Vec<Uuid> = teams.iter().map(|t| t.0).collect();
    let rows = sqlx::query!(
        r#"select u.id as "id: UserId", u.name, u.email, u.team_id as "team: TeamId", t.name as "team_name?",
                  coalesce(u.time_zone, o.time_zone) as time_zone, w.days as "days?", w.starts as "starts?", w.ends as "ends?"
           from app_user u join organisation o on o.id = u.org_id
           left join team t on t.org_id = u.org_id and t.id = u.team_id
           left join working_hours w on w.org_id = u.org_id and w.user_id = u.id
           where u.org_id = $1 and u.active and not u.service and (u.id = any ($2) or u.team_id = any ($3))
             and exists (select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                         where ur.org_id = u.org_id and ur.user_id = u.id
                         having bool_or(r.builtin is not distinct from 'administrator' or coalesce(r.grants ->> 'lead.read', 'none') <> 'none')
                            and bool_or(r.builtin is not distinct from 'administrator' or coalesce(r.grants ->> 'lead.update', 'none') <> 'none'))
           order by lower(u.name), u.id"#,
        org,
        &users,
        &teams,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let hours = working_hours::store::hours(r.time_zone.as_deref(), r.days.as_deref(), r.starts, r.ends)?;
            Ok(Member { id: r.id, name: r.name, email: r.email, team: r.team, team_name: r.team_name, hours })
        })
        .collect()
}

/// The first of the administrators who can be chosen.
pub async fn administrator(tx: &mut Tx) -> Result<Option<Member>> {
    let org = tx.org().0;
    let first = sqlx::query_scalar!(
        r#"select u.id as "id: UserId" from app_user u
           join user_role ur on ur.org_id = u.org_id and ur.user_id = u.id
           join role r on r.org_id = ur.org_id and r.id = ur.role_id and r.builtin = 'administrator'
           where u.org_id = $1 and u.active and not u.service order by u.created_at, u.id limit 1"#,
        org
    )
    .fetch_optional(tx.db())
    .await?;
    let users: Vec<UserId> = first.into_iter().collect();
    Ok(members(tx, &users, &[]).await?.pop())
}

/// Where a lead is that the actor may see.
pub async fn place_of(tx: &mut Tx, lead: LeadId) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"select country, region_id as "region_id: ChoiceId" from lead where org_id = $1 and id = $2 and deleted_at is null"#,
        tx.org().0,
        lead.0
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Holds the turns of all rules until the transaction ends, always in the same order: two that bring leads wait for each
/// other, and never both.
pub async fn hold_turns(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("select rule_id from assignment_turn where org_id = $1 order by rule_id for update", org)
        .fetch_all(tx.db())
        .await?;
    Ok(())
}

/// What each member of a rule is owed.
pub async fn owed(tx: &mut Tx, rule: AssignmentRuleId) -> Result<Owed> {
    let org = tx.org().0;
    let owed = sqlx::query_scalar!("select owed from assignment_turn where org_id = $1 and rule_id = $2", org, rule.0)
        .fetch_optional(tx.db())
        .await?;
    owed.map_or_else(|| Ok(Owed::new()), |owed| serde_json::from_value(owed).map_err(Error::internal))
}

/// Keeps what each is owed after a turn.
pub async fn keep_owed(tx: &mut Tx, rule: AssignmentRuleId, owed: &Owed) -> Result<()> {
    let (org, owed) = (tx.org().0, serde_json::to_value(owed).map_err(Error::internal)?);
    sqlx::query!("update assignment_turn set owed = $3 where org_id = $1 and rule_id = $2", org, rule.0, owed)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Gives a lead that the actor has just made to its owner. It stays at version 1.
///
/// # Errors
/// Internal, when it is not the actor's new lead.
pub async fn place(tx: &mut Tx, lead: LeadId, owner: UserId, team: Option<TeamId>) -> Result<()> {
    let placed =
        sqlx::query_scalar!(r#"select app.place_lead($1, $2, $3) as "placed!""#, lead.0, owner.0, team.map(|t| t.0))
            .fetch_one(tx.db())
            .await?;
    if placed { Ok(()) } else { Err(Error::internal("only a lead that is new and one's own is placed")) }
}

/// Gives a lead that the actor may change to its owner, whom they may not see. False when it has changed meanwhile.
pub async fn give(tx: &mut Tx, lead: LeadId, version: i64, owner: UserId, team: Option<TeamId>) -> Result<bool> {
    let now = tx.now();
    Ok(sqlx::query_scalar!(
        r#"select app.give_lead($1, $2, $3, $4, $5) as "given!""#,
        lead.0,
        version,
        owner.0,
        team.map(|t| t.0),
        now
    )
    .fetch_one(tx.db())
    .await?)
}
