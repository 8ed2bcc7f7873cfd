//! How assignment rules are written: checked with all they refer to, by version, each change an event.

use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{AssignmentRuleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::change::{diff, stale};
use dealwright_workflow::rule::{RuleObject, store as rules};
use serde_json::json;
use uuid::Uuid;

use super::input::check_condition;
use super::{AssignmentRule, AssignmentRulePatch, Chooser, Fields, NewAssignmentRule, store};
use crate::change::store::{References, check_references};
use crate::order;

/// Adds a rule, last in the order.
///
/// # Errors
/// 409 `rule_name_taken`; 422 with what is wrong, or `too_many_rules`.
pub async fn create(tx: &mut Tx, new: NewAssignmentRule) -> Result<AssignmentRule> {
    let fields = new.fields();
    check_condition(&fields.condition, &rules::catalogue(tx, RuleObject::Lead).await?)?;
    check_people(tx, None, &fields).await?;
    store::lock(tx).await?;
    let id = AssignmentRuleId(tx.new_id());
    store::insert(tx, id, &fields).await?;
    let rule = store::find(tx, id).await?.or_not_found("assignment rule")?;
    let event = rule.event(tx, "created").data(rule.told());
    tx.emit(event);
    Ok(rule)
}

/// Changes a rule. Switching one off always goes, whatever is wrong with it.
///
/// # Errors
/// 409 `version_conflict` or `rule_name_taken`; 422 with what is wrong.
pub async fn update(
    tx: &mut Tx,
    id: AssignmentRuleId,
    version: i64,
    patch: AssignmentRulePatch,
) -> Result<AssignmentRule> {
    let current = store::find(tx, id).await?.or_not_found("assignment rule")?;
    let old = current.fields();
    let new = patch.apply(&old);
    if current.version != version {
        return Err(stale(current.version, &old, &new));
    }
    let changes = diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    if new.condition != old.condition || (new.active && !old.active) {
        check_condition(&new.condition, &rules::catalogue(tx, RuleObject::Lead).await?)?;
    }
    check_people(tx, Some(&old), &new).await?;
    if !store::update(tx, id, version, &new).await? {
        return Err(stale(version + 1, &old, &new));
    }
    let rule = store::find(tx, id).await?.or_not_found("assignment rule")?;
    let event = rule.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(rule)
}

/// Removes a rule.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, id: AssignmentRuleId, version: Option<i64>) -> Result<()> {
    let rule = store::find(tx, id).await?.or_not_found("assignment rule")?;
    if !store::delete(tx, id, version.unwrap_or(rule.version)).await? {
        return Err(Error::stale(VersionConflict { version: rule.version, fields: Vec::new() }));
    }
    let event = rule.event(tx, "deleted").data(rule.told());
    tx.emit(event);
    Ok(())
}

/// Puts all rules into an order.
///
/// # Errors
/// 409 `order_changed` when these are not all rules.
pub async fn order(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<AssignmentRule>> {
    store::lock(tx).await?;
    let rules = store::list(tx).await?;
    order::check(rules.iter().map(|rule| rule.id.0), ids)?;
    store::set_order(tx, ids).await?;
    let after = store::list(tx).await?;
    for (n, rule) in after.iter().enumerate() {
        let Some(old) = rules.iter().find(|r| r.id == rule.id).filter(|r| r.position != rule.position) else {
            continue;
        };
        let changes = diff(&json!({ "position": old.position }), &json!({ "position": n }))?;
        let event = rule.event(tx, "updated").changes(changes);
        tx.emit(event);
    }
    Ok(after)
}

/// Refuses users, teams and regions that are not there. Who stood there before may stay, though no longer active.
async fn check_people(tx: &mut Tx, old: Option<&Fields>, new: &Fields) -> Result<()> {
    let (users, teams) = named(new);
    let (known_users, known_teams) = old.map(named).unwrap_or_default();
    let references = References {
        choices: regions(new).into_iter().map(|id| ("chooser", "region", id)).collect(),
        ..References::default()
    };
    check_references(tx, &references).await?;
    let users: Vec<UserId> = users.into_iter().filter(|id| !known_users.contains(id)).collect();
    let able = store::members(tx, &users, &[]).await?;
    if users.iter().any(|id| able.iter().all(|m| m.id != *id)) {
        let field = if new.fallback_id.is_some_and(|id| able.iter().all(|m| m.id != id) && users.contains(&id)) {
            "fallback_id"
        } else {
            "chooser"
        };
        return Err(Error::field(field, "unknown_reference", "each must be an active user who may own leads"));
    }
    let teams: Vec<TeamId> = teams.into_iter().filter(|id| !known_teams.contains(id)).collect();
    let there = dealwright_access::people::store::teams(tx).await?;
    if teams.iter().any(|id| there.iter().all(|t| t.id != *id)) {
        return Err(Error::field("chooser", "unknown_reference", "there is no such team"));
    }
    Ok(())
}

fn named(fields: &Fields) -> (Vec<UserId>, Vec<TeamId>) {
    let (mut users, teams) = fields.chooser.named();
    users.extend(fields.fallback_id);
    (users, teams)
}

fn regions(fields: &Fields) -> Vec<Uuid> {
    match &fields.chooser {
        Chooser::Territory { areas } => areas.iter().filter_map(|a| a.region_id).map(|id| id.0).collect(),
        Chooser::User { .. } | Chooser::RoundRobin { .. } | Chooser::Weighted { .. } => Vec::new(),
    }
}
