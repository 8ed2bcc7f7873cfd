//! The one way in which plans are written: by a person's form, an undo. Right, version, references and history are the same
//! for all.

use dealwright_access::policy::{Needs, UpdateAccount};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountPlanId, EventId};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::input::AccountPlanInput;
use super::{Fields, MAX_PLANS, Plan, store};
use crate::account::Account;
use crate::change::store::{Undoable, name_values};
use crate::change::undo::Undone;
use crate::change::{self, fields_of, reversal};
use crate::opportunity::parts::nothing;

/// Makes a plan.
///
/// # Errors
/// 409 `plan_exists`; 422, of which `too_many_plans` says that the account has enough.
pub async fn create(cx: &Context, tx: &mut Tx, permit: &Permit<Account>, new: AccountPlanInput) -> Result<Plan> {
    let (id, fields) = (AccountPlanId(tx.new_id()), new.fields(tx)?);
    if store::count(tx, permit.id).await? >= MAX_PLANS {
        return Err(Error::invalid("too_many_plans", format!("an account has at most {MAX_PLANS} plans")));
    }
    check(cx, tx, None, &fields).await?;
    store::insert(tx, permit.id, id, &fields).await?;
    let plan = store::find(tx, permit.id, id, false).await?.or_not_found("plan")?;
    tx.emit(plan.event(tx, "created"));
    Ok(plan)
}

/// Changes a plan. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field, or `plan_exists`; 422.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    current: Plan,
    version: i64,
    new: Fields,
    undoes: Option<EventId>,
) -> Result<(Plan, Option<EventId>)> {
    if current.version != version {
        return Err(change::stale(current.version, &current.fields, &new));
    }
    let mut changes = change::diff(&current.fields, &new)?;
    if changes.is_empty() {
        return Ok((current, None));
    }
    check(cx, tx, Some(&current.fields), &new).await?;
    if !store::update(tx, current.id, version, &new).await? {
        let now = store::find(tx, current.account_id, current.id, false).await?.or_not_found("plan")?;
        return Err(change::stale(now.version, &now.fields, &new));
    }
    name_values(tx, &mut changes).await?;
    changes.iter_mut().for_each(count_parts);
    let plan = store::find(tx, current.account_id, current.id, false).await?.or_not_found("plan")?;
    let mut event = plan.event(tx, if undoes.is_some() { "undone" } else { "updated" }).changes(changes);
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok((plan, Some(event)))
}

/// Puts a plan away.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, current: Plan, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let stale = || change::stale(current.version, &current.fields, &current.fields);
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(stale());
    }
    let mut event = current.event(tx, "deleted");
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes an event about a plan back.
///
/// # Errors
/// 403, 404; 409 `nothing_to_undo`, or `plan_exists`.
pub async fn take_back(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let id = AccountPlanId(event.subject_id);
    let account = store::account_of(tx, id).await?.or_not_found("plan")?;
    let permit = cx.permit_for::<Account>(tx, account, UpdateAccount::PERMISSION).await?;
    let verb = event.kind.split_once('.').map_or("", |(_, verb)| verb);
    let undoes = Some(event.id);
    let deletes = matches!(verb, "created" | "restored");
    if verb == "deleted" {
        let gone = store::find(tx, permit.id, id, true).await?;
        let gone = gone.ok_or_else(|| nothing("the plan is there again"))?;
        store::set_deleted(tx, id, gone.version, false).await?;
        let plan = store::find(tx, permit.id, id, false).await?.or_not_found("plan")?;
        let mut restored = plan.event(tx, "restored");
        restored.undoes = undoes;
        return Ok(Undone { event_id: Some(tx.emit(restored)), restored: Vec::new(), kept: Vec::new() });
    }
    let plan = store::find(tx, permit.id, id, false).await?;
    let plan = plan.ok_or_else(|| nothing("the plan has been deleted since"))?;
    let version = plan.version;
    if deletes {
        let event_id = delete(tx, plan, version, undoes).await?;
        return Ok(Undone { event_id: Some(event_id), restored: Vec::new(), kept: Vec::new() });
    }
    let mut now = fields_of(&plan.fields)?;
    let (back, kept) = reversal(&event.changes, &now);
    if back.is_empty() {
        return Err(nothing("every field has been edited since"));
    }
    let restored = back.keys().cloned().collect();
    now.extend(back);
    let fields = read(now)?;
    let (_, event_id) = update(cx, tx, plan, version, fields, undoes).await?;
    Ok(Undone { event_id, restored, kept })
}

fn read(values: Map<String, Value>) -> Result<Fields> {
    serde_json::from_value(Value::Object(values)).map_err(|_| nothing("this can't be taken back"))
}

/// What a person reads for people and objectives: how many there are.
fn count_parts(change: &mut Change) {
    let noun = match change.field.as_str() {
        "people" => ["person", "people"],
        "objectives" => ["objective", "objectives"],
        _ => return,
    };
    let words = |value: &Value| {
        let n = value.as_array().map_or(0, Vec::len);
        let [one, many] = noun;
        Some(format!("{n} {}", if n == 1 { one } else { many }))
    };
    (change.old_label, change.new_label) = (words(&change.old), words(&change.new));
}

/// Checks what is new in `fields`: its currency, and that whoever it names is there and may be seen.
async fn check(cx: &Context, tx: &mut Tx, old: Option<&Fields>, fields: &Fields) -> Result<()> {
    let currency = cx.actor().currency;
    if fields.target.is_some_and(|target| target.currency != currency) {
        return Err(Error::field("target", "wrong_currency", format!("targets are in {currency}")));
    }
    let is_new = |person: &&super::KeptPerson| {
        !old.is_some_and(|old| old.people.iter().any(|known| known.contact_id == person.contact_id))
    };
    let contacts: Vec<Uuid> = fields.people.iter().filter(is_new).map(|p| p.contact_id.0).collect();
    let owner_is_new = |owner: &Uuid| {
        !old.is_some_and(|old| old.objectives.iter().any(|known| known.owner_id.is_some_and(|id| id.0 == *owner)))
    };
    let owners = fields.objectives.iter().filter_map(|o| o.owner_id).map(|id| id.0).filter(owner_is_new);
    let owners: Vec<Uuid> = owners.collect();
    let unknown = store::unknown(tx, &contacts, &owners).await?;
    if unknown.is_empty() {
        return Ok(());
    }
    let wrong = |field: String| FieldError {
        field,
        code: "unknown_reference".into(),
        message: "there is no such record, or you may not see it".into(),
    };
    let people = fields.people.iter().enumerate().filter(|(_, p)| unknown.contains(&p.contact_id.0));
    let people = people.map(|(place, _)| wrong(format!("people.{place}.contact_id")));
    let objectives = fields.objectives.iter().enumerate();
    let objectives = objectives.filter(|(_, o)| o.owner_id.is_some_and(|id| unknown.contains(&id.0)));
    let objectives = objectives.map(|(place, _)| wrong(format!("objectives.{place}.owner_id")));
    Err(Error::fields("invalid", people.chain(objectives).collect()))
}

/// Objectives' targets are in the organisation's currency too.
///
/// # Errors
/// 422 `wrong_currency`.
pub fn check_targets(cx: &Context, input: &AccountPlanInput) -> Result<()> {
    let currency = cx.actor().currency;
    let objectives = input.objectives.iter().flatten().enumerate();
    let mut other = objectives.filter(|(_, o)| o.target_amount.is_some_and(|target| target.currency != currency));
    match other.next() {
        Some((place, _)) => {
            let field = format!("objectives.{place}.target_amount");
            Err(Error::field(&field, "wrong_currency", format!("targets are in {currency}")))
        }
        None => Ok(()),
    }
}
