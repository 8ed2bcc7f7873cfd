//! How rules are written: checked with all they refer to, by version, each change an event and a plan of its clocks.

use dealwright_access::Context;
use dealwright_crm::assignment::input::check_expression;
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{SlaCalendarId, SlaRuleId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::change::{diff, stale};
use dealwright_workflow::rule::store as rules;
use uuid::Uuid;

use super::{Fields, NewSlaRule, SlaRule, SlaRulePatch, store};
use crate::escalation::engine;
use crate::timer::plan;

/// One rule.
///
/// # Errors
/// 404 when it is not there.
pub async fn find(tx: &mut Tx, id: SlaRuleId) -> Result<SlaRule> {
    store::list(tx, Some(id)).await?.pop().or_not_found("rule")
}

/// Adds a rule.
///
/// # Errors
/// 403 `privilege_escalation` when it would do what its author may not; 409 `rule_name_taken`; 422 with what is wrong, or
/// `too_many_rules`.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewSlaRule) -> Result<SlaRule> {
    let fields = numbered(tx, new.fields());
    check(cx, tx, None, &fields).await?;
    let id = SlaRuleId(tx.new_id());
    store::insert(tx, id, &fields, cx.actor().user).await?;
    tx.enqueue(plan::job(id, 1)?);
    let rule = find(tx, id).await?;
    let event = rule.event(tx, "created").data(rule.told());
    tx.emit(event);
    Ok(rule)
}

/// Changes a rule. Switching one off always goes, whatever is wrong with it.
///
/// # Errors
/// As [`create`]; 409 `version_conflict`.
pub async fn update(cx: &Context, tx: &mut Tx, id: SlaRuleId, version: i64, patch: SlaRulePatch) -> Result<SlaRule> {
    let current = find(tx, id).await?;
    let old = current.fields();
    let new = numbered(tx, patch.apply(&old)?);
    if current.version != version {
        return Err(stale(current.version, &old, &new));
    }
    let changes = diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    let only_off = new == Fields { active: false, ..old.clone() };
    if !only_off {
        check(cx, tx, Some(&old), &new).await?;
    }
    if !store::update(tx, id, version, &new, cx.actor().user).await? {
        return Err(stale(version + 1, &old, &new));
    }
    tx.enqueue(plan::job(id, version + 1)?);
    let rule = find(tx, id).await?;
    let event = rule.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(rule)
}

/// Removes a rule; its clocks stop.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, id: SlaRuleId, version: Option<i64>) -> Result<()> {
    let rule = find(tx, id).await?;
    if !store::delete(tx, id, version.unwrap_or(rule.version)).await? {
        return Err(Error::stale(VersionConflict { version: rule.version, fields: Vec::new() }));
    }
    tx.enqueue(plan::job(id, rule.version + 1)?);
    let event = rule.event(tx, "deleted").data(rule.told());
    tx.emit(event);
    Ok(())
}

/// Has the clocks reckoned anew that run by a calendar.
///
/// # Errors
/// When the database is gone.
pub async fn replan_by_calendar(tx: &mut Tx, calendar: SlaCalendarId) -> Result<()> {
    for (rule, version) in store::touch_by_calendar(tx, calendar).await? {
        tx.enqueue(plan::job(rule, version)?);
    }
    Ok(())
}

/// Gives the steps that have none an id.
fn numbered(tx: &Tx, mut fields: Fields) -> Fields {
    for step in fields.definition.steps.iter_mut().filter(|step| step.id == Uuid::nil()) {
        step.id = tx.new_id();
    }
    fields
}

/// Checks all that a rule refers to.
///
/// # Errors
/// 403 `privilege_escalation`; 422 with what is wrong.
pub async fn check(cx: &Context, tx: &mut Tx, old: Option<&Fields>, new: &Fields) -> Result<()> {
    cx.actor().covers(&engine::grants(new.object, &new.definition))?;
    let catalogue = rules::catalogue(tx, new.object.facts()).await?;
    let on = old.is_none_or(|old| !old.active) && new.active;
    if on || old.is_none_or(|old| old.condition != new.condition) {
        check_expression("condition", &new.condition, &catalogue)?;
    }
    if let Some(pause) = &new.definition.pause_while
        && (on || old.is_none_or(|old| old.definition.pause_while.as_ref() != Some(pause)))
    {
        check_expression("pause_while", pause, &catalogue)?;
    }
    // What was there before may stay: somebody may have left since.
    if old.is_some_and(|old| (&old.definition, old.calendar_id) == (&new.definition, new.calendar_id)) {
        return Ok(());
    }
    match store::missing(tx, new).await? {
        Some((field, message)) => Err(Error::field(field, "unknown_reference", message)),
        None => Ok(()),
    }
}
