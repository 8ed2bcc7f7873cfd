//! The one way in which leads are written: by a person's form, a change of many, an undo. Scope, version, references and
//! history are the same for all.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateLead, DeleteLead, Object, UpdateLead};
use dealwright_access::{Context, Permit};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{ChoiceId, EventId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;
use uuid::Uuid;

use super::assigning::{self, Otherwise};
use super::input::check_name;
use super::{Fields, Lead, LeadPatch, NewLead, store};
use crate::approval::{Guard, Subject};
use crate::change::store::{References, check_references, name_values};
use crate::change::{self};
use crate::choice::Category;
use crate::custom_field::{FieldObject, values};
use crate::duplicate::{self, Draft, MatchObject, Moment};
use crate::merge::{self, MergeObject};
use crate::rule;

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub lead: Lead,
    pub event: Option<EventId>,
}

/// Creates a lead.
///
/// # Errors
/// 403 when the owner is beyond the caller's scope; 409 `external_id_taken`; 422 for what is invalid or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewLead) -> Result<Lead> {
    change::may_say(cx, Object::Lead, &new)?;
    let assign = new.assign.then_some(Otherwise::Kept);
    add(cx, tx, new, assign).await
}

/// Creates a lead; with `assign` it is the rules that choose its owner.
///
/// # Errors
/// As [`create`].
pub async fn add(cx: &Context, tx: &mut Tx, new: NewLead, assign: Option<Otherwise>) -> Result<Lead> {
    let allow = new.allow_duplicates;
    let owner = new.owner_id.unwrap_or(cx.actor().user);
    let team = change::owner_team(cx, tx, permission::<CreateLead>(), owner).await?;
    let status = match new.status_id {
        Some(status) => status,
        None => first_status(tx).await?,
    };
    let (id, mut fields) = (LeadId(tx.new_id()), new.fields(status, owner, team));
    values::check(tx, FieldObject::Lead, None, &mut fields.custom).await?;
    check_name(&fields)?;
    check_references(tx, &references(None, &fields)).await?;
    check_status(tx, status).await?;
    // A visitor of a web form is not told who is there already; the look through everything finds it.
    if !matches!(assign, Some(Otherwise::Given(_))) {
        duplicate::guard(cx, tx, MatchObject::Lead, Moment::Create, id.0, Draft::from(&fields), allow).await?;
    }
    store::insert(tx, id, &fields).await?;
    if let Some(otherwise) = assign {
        return assigning::place_new(cx, tx, id, otherwise).await;
    }
    rule::judge_new(tx, RuleObject::Lead, id.0).await?;
    let lead = store::find(tx, id, false).await?.or_not_found("lead")?.allowing(cx.actor());
    tx.emit(lead.event(tx, "created"));
    Ok(lead)
}

/// Changes a lead. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field, `external_id_taken`, or `lead_converted`; 403; 422, as when no
/// name is left.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Lead>,
    version: i64,
    patch: LeadPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    let old = permit.fields();
    let (allow, merging, restart) = (patch.allow_duplicates, patch.merging, patch.restart_approval);
    let mut new = patch.apply(&old);
    change::may_write(cx, Object::Lead, &old, &new)?;
    values::check(tx, FieldObject::Lead, Some(&old.custom), &mut new.custom).await?;
    if new.owner_id != old.owner_id {
        permit.may_give_away("owner_id")?;
        new.team_id = change::owner_team(cx, tx, permission::<UpdateLead>(), new.owner_id).await?;
    }
    let current = permit.into_inner();
    if current.version != version {
        return Err(change::stale_for(cx, Object::Lead, current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { lead: current.allowing(cx.actor()), event: None });
    }
    require_open(&current)?;
    check_name(&new)?;
    check_references(tx, &references(Some(&old), &new)).await?;
    if new.status_id != old.status_id {
        check_status(tx, new.status_id).await?;
    }
    if undoes.is_none() && !merging && Draft::from(&new) != Draft::from(&old) {
        duplicate::guard(cx, tx, MatchObject::Lead, Moment::Update, current.id.0, Draft::from(&new), allow).await?;
    }
    let changed: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    let guard = Guard::of(tx, &Subject::lead(&current), &changed, restart).await?;
    let judgement = rule::Judgement::of(tx, RuleObject::Lead, current.id.0).await?;
    if !store::update(tx, current.id, version, &new).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("lead")?;
        return Err(change::stale_for(cx, Object::Lead, now.version, &now.fields(), &new));
    }
    judgement.pass(tx).await?;
    name_values(tx, &mut changes).await?;
    values::tell(tx, FieldObject::Lead, &mut changes).await?;
    let lead = store::find(tx, current.id, false).await?.or_not_found("lead")?.allowing(cx.actor());
    guard.settle(cx, tx, &Subject::lead(&lead), &changes).await?;
    let verb = if undoes.is_some() { "undone" } else { "updated" };
    let mut event = lead.event(tx, verb).changes(changes);
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { lead, event: Some(event) })
}

/// What has become something else does not change any more.
pub(crate) fn require_open(lead: &Lead) -> Result<()> {
    if lead.converted.is_some() {
        return Err(Error::conflict("lead_converted", "this lead has been converted: change what it has become"));
    }
    Ok(())
}

async fn first_status(tx: &mut Tx) -> Result<ChoiceId> {
    for category in [Category::New, Category::Working, Category::Nurturing, Category::Qualified] {
        if let Some(status) = store::status_of(tx, category).await? {
            return Ok(status);
        }
    }
    Err(Error::field("status_id", "required", "no status for new leads is offered; choose one"))
}

/// Nobody says that a lead is converted but its conversion.
async fn check_status(tx: &mut Tx, status: ChoiceId) -> Result<()> {
    if store::category_of(tx, status).await? == Some(Category::Converted) {
        return Err(Error::field("status_id", "invalid_value", "convert the lead: it gets this status by that"));
    }
    Ok(())
}

/// What changed references must point at.
fn references(old: Option<&Fields>, new: &Fields) -> References {
    let changed = |of: fn(&Fields) -> Option<Uuid>| of(new).filter(|id| old.and_then(of) != Some(*id));
    let choices = [
        ("status_id", "lead_status", changed(|f| Some(f.status_id.0))),
        ("source_id", "source", changed(|f| f.source_id.map(Into::into))),
        ("industry_id", "industry", changed(|f| f.industry_id.map(Into::into))),
        ("region_id", "region", changed(|f| f.region_id.map(Into::into))),
    ];
    References {
        choices: choices.into_iter().filter_map(|(field, kind, id)| Some((field, kind, id?))).collect(),
        ..References::default()
    }
}

/// Puts a lead into the bin.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, permit: Permit<Lead>, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let mut event = current.event(tx, "deleted");
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes a lead out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it; 409 `external_id_taken`.
pub async fn restore(cx: &Context, tx: &mut Tx, id: LeadId, undoes: Option<EventId>) -> Result<Written> {
    let gone = store::find(tx, id, true).await?.or_not_found("lead")?;
    if !cx.actor().reaches(permission::<DeleteLead>(), gone.owner_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this lead"));
    }
    merge::refuse_merged(tx, MergeObject::Lead, id.0).await?;
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let lead = store::find(tx, id, false).await?.or_not_found("lead")?.allowing(cx.actor());
    let mut event = lead.event(tx, "restored");
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { lead, event: Some(event) })
}
