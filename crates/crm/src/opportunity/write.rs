//! The one way in which opportunities are written: by a person's form, an undo, an import's single rows, an approved
//! proposal. Scope, version, references, gate and history are the same for all.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateOpportunity, Object, UpdateOpportunity};
use dealwright_access::{Context, Permit, people};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{EventId, OpportunityId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::Tx;
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::rule::RuleObject;
use dealwright_workflow::{Refusal, refusal};
use serde_json::{Map, Value, json};

use super::moving::{self, Case, Entered, Said};
use super::store::{self, Derived};
use super::{Fields, ForecastCategory, NewOpportunity, Opportunity, OpportunityPatch, lines, wrong_pipeline};
use crate::approval::{Guard, Subject};
use crate::change::store::{References, check_references, name_values, to_base};
use crate::change::{self};
use crate::custom_field::{FieldObject, values};
use crate::lifecycle::{self, actions};
use crate::pipeline::{self, Stage};
use crate::{record, rule};

/// Creates an opportunity.
///
/// # Errors
/// 403 when the owner is beyond the caller's scope; 422 for what is invalid, missing or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewOpportunity) -> Result<Opportunity> {
    let tried = tx.attempts();
    let made = made(cx, tx, new).await;
    told(tx, tried, made)
}

/// What passed its gate and was refused for something else was refused.
fn told<T>(tx: &mut Tx, tried: usize, done: Result<T>) -> Result<T> {
    done.inspect_err(|error| tx.attempts_failed(tried, &error.code))
}

async fn made(cx: &Context, tx: &mut Tx, new: NewOpportunity) -> Result<Opportunity> {
    change::may_say(cx, Object::Opportunity, &new)?;
    let stage = stage_of_new(tx, &new).await?;
    let owner = new.owner_id.unwrap_or(cx.actor().user);
    let team = people::store::team_of(tx, owner)
        .await?
        .ok_or_else(|| Error::field("owner_id", "unknown_reference", "there is no such user"))?;
    cx.may_assign(permission::<CreateOpportunity>(), owner, team)?;

    let id = OpportunityId(tx.new_id());
    let said = Said {
        probability: new.probability.is_some(),
        forecast_category: new.forecast_category.is_some(),
        close_date: new.close_date.is_some(),
    };
    let mut fields = Fields {
        name: new.name.trim().to_owned(),
        account_id: new.account_id,
        primary_contact_id: new.primary_contact_id,
        pipeline_id: stage.pipeline_id,
        stage_id: stage.id,
        amount: new.amount,
        amount_from_lines: false,
        close_date: new.close_date,
        probability: new.probability.unwrap_or_default(),
        forecast_category: new.forecast_category.unwrap_or(ForecastCategory::Pipeline),
        type_id: new.type_id,
        source_id: new.source_id,
        industry_id: new.industry_id,
        region_id: new.region_id,
        owner_id: owner,
        team_id: team,
        next_step: record::text(new.next_step),
        follow_up_date: new.follow_up_date,
        lost_reason_id: new.lost_reason_id,
        lost_notes: record::text(new.lost_notes),
        lost_to_id: new.lost_to_id,
        won_reason_id: new.won_reason_id,
        won_notes: record::text(new.won_notes),
        tags: record::tags(new.tags),
        custom: values::merged(Map::new(), Some(new.custom)),
        external_id: record::text(new.external_id),
    };
    values::check(tx, FieldObject::Opportunity, None, &mut fields.custom).await?;
    let case = Case::of_new(tx, cx.actor(), id, &fields).await?;
    let stages = pipeline::store::stages(tx).await?;
    let Entered { fields, actions } = moving::enter(cx, tx, case, fields, (&stages, &stage), said).await?;
    check_references(tx, &references(None, &fields)).await?;
    let derived = derive(tx, cx, None, &fields, &stage).await?;
    store::insert(tx, id, &fields, &derived).await?;
    rule::judge_new(tx, RuleObject::Opportunity, id.0).await?;
    // One may be allowed to create for anybody and to read one's team: such a record would be gone from sight at once.
    let unseen = || {
        Error::forbidden("owner_out_of_scope", "you would not see a record of this person; an administrator can add it")
            .on("owner_id")
    };
    let mut made = store::find(tx, id, false).await?.ok_or_else(unseen)?.allowing(cx.actor());
    Guard::of_new(tx, ApprovalObject::Opportunity).await?.settle(cx, tx, &Subject::deal(&made), &[]).await?;
    let carried = actions::carry_out(cx, tx, &made, &actions).await?;
    let data = carried.told(json!({ "stage_id": fields.stage_id }));
    let event = made.event(tx, "created").data(data);
    // The last thing: it may be out of sight then. Whose it is from the beginning is no change.
    carried.hand_over(tx, &mut made).await?;
    tx.emit(event);
    Ok(made)
}

/// The stage said, or else the first of the pipeline said, or else of the first pipeline.
async fn stage_of_new(tx: &mut Tx, new: &NewOpportunity) -> Result<Stage> {
    let stage = match new.stage_id {
        Some(id) => Some(pipeline::store::stage(tx, id).await?),
        None => None,
    };
    let id = new.pipeline_id.or_else(|| stage.as_ref().map(|s| s.pipeline_id));
    let pipeline = pipeline::store::find(tx, id)
        .await
        .map_err(|_| Error::field("pipeline_id", "unknown_reference", "there is no such pipeline"))?;
    if stage.as_ref().is_some_and(|s| s.pipeline_id != pipeline.id) {
        return Err(wrong_pipeline());
    }
    pipeline.require_use()?;
    if let Some(stage) = stage {
        return Ok(stage);
    }
    let lifecycle = lifecycle::newest(tx, pipeline.id).await?;
    let begins = |stage: &Stage| lifecycle.definition.begins_in(stage.id);
    let first = pipeline.stages.iter().find(|stage| begins(stage)).or_else(|| pipeline.stages.first());
    first.cloned().ok_or_else(|| Error::field("pipeline_id", "no_stages", "the pipeline has no stages"))
}

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub opportunity: Opportunity,
    pub event: Option<EventId>,
}

/// How the event of a change is told.
#[derive(Debug, Default)]
pub struct Telling {
    /// Another verb than the change itself has.
    pub verb: Option<&'static str>,
    pub data: Option<Value>,
    /// The event this takes back.
    pub undoes: Option<EventId>,
}

/// Changes an opportunity. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field; 403; 422, of which `transition_not_allowed` says where it may go,
/// `gate_not_cleared` lists what is missing and `stage_full` says that there is no room.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    patch: OpportunityPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    update_telling(cx, tx, permit, version, patch, Telling { undoes, ..Telling::default() }).await
}

/// The same, with an event that says more.
///
/// # Errors
/// As [`update`].
pub async fn update_telling(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    patch: OpportunityPatch,
    telling: Telling,
) -> Result<Written> {
    let tried = tx.attempts();
    let written = written(cx, tx, permit, version, patch, telling).await;
    told(tx, tried, written)
}

async fn written(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    patch: OpportunityPatch,
    telling: Telling,
) -> Result<Written> {
    let old = permit.fields();
    let restart = patch.restart_approval;
    let (Entered { fields: new, actions }, stage) = intended(cx, tx, &permit, patch, telling.undoes.is_some()).await?;
    let current = permit.into_inner();
    if current.version != version {
        return Err(change::stale_for(cx, Object::Opportunity, current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { opportunity: current.allowing(cx.actor()), event: None });
    }
    check_references(tx, &references(Some(&old), &new)).await?;
    let changed: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
    let guard = Guard::of(tx, &Subject::deal(&current), &changed, restart).await?;
    let derived = derive(tx, cx, Some(&current), &new, &stage).await?;
    let judgement = rule::Judgement::of(tx, RuleObject::Opportunity, current.id.0).await?;
    if !store::update(tx, current.id, version, &new, &derived).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("opportunity")?;
        return Err(change::stale_for(cx, Object::Opportunity, now.version, &now.fields(), &new));
    }
    judgement.pass(tx).await?;
    name_values(tx, &mut changes).await?;
    values::tell(tx, FieldObject::Opportunity, &mut changes).await?;
    let mut opportunity = store::find(tx, current.id, false).await?.or_not_found("opportunity")?.allowing(cx.actor());
    let verb = if telling.undoes.is_some() {
        "undone"
    } else if let Some(verb) = telling.verb {
        verb
    } else if old.stage_id == new.stage_id {
        "updated"
    } else {
        "moved"
    };
    let mut event = opportunity.event(tx, verb);
    event.undoes = telling.undoes;
    // Before the event of the move: the last one is what an undo takes back.
    guard.settle(cx, tx, &Subject::deal(&opportunity), &changes).await?;
    let carried = actions::carry_out(cx, tx, &opportunity, &actions).await?;
    event.data = carried.told(telling.data.unwrap_or(event.data));
    // The last thing: it may be out of sight then.
    changes.extend(carried.hand_over(tx, &mut opportunity).await?);
    let event = tx.emit(event.changes(changes));
    Ok(Written { opportunity, event: Some(event) })
}

/// A deal that counts again takes a place in its stage.
async fn come_back(tx: &mut Tx, deal: &Opportunity) -> Result<()> {
    let stage = pipeline::store::stage(tx, deal.stage_id).await?;
    moving::make_room(tx, &stage, 1).await
}

/// Archives an opportunity, or brings it back; nothing happens when it is so already.
///
/// # Errors
/// 409 `version_conflict`; 422 `stage_full`.
pub async fn archive(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    archived: bool,
    undoes: Option<EventId>,
) -> Result<Written> {
    let current = permit.into_inner();
    if current.version != version {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    if current.archived_at.is_some() == archived {
        return Ok(Written { opportunity: current.allowing(cx.actor()), event: None });
    }
    if !archived {
        come_back(tx, &current).await?;
    }
    if !store::set_archived(tx, current.id, version, archived).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let opportunity = store::find(tx, current.id, false).await?.or_not_found("opportunity")?.allowing(cx.actor());
    let mut event = opportunity.event(tx, if archived { "archived" } else { "unarchived" });
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { opportunity, event: Some(event) })
}

/// The fields as the patch wants them, with the stage they end in.
async fn intended(
    cx: &Context,
    tx: &mut Tx,
    current: &Permit<Opportunity>,
    patch: OpportunityPatch,
    undoing: bool,
) -> Result<(Entered, Stage)> {
    let (old, version) = (current.fields(), current.version);
    let said = Said {
        probability: patch.probability.is_some(),
        forecast_category: patch.forecast_category.is_some(),
        close_date: !matches!(patch.close_date, Patch::Absent),
    };
    let (to, pipeline, owner) = (patch.stage_id, patch.pipeline_id, patch.owner_id);
    let amount_said = !matches!(patch.amount, Patch::Absent);
    let mut new = patch.apply(&old);
    // What a move brings with it is the gate's doing; what was said is the caller's.
    change::may_write(cx, Object::Opportunity, &old, &new)?;
    values::check(tx, FieldObject::Opportunity, Some(&old.custom), &mut new.custom).await?;
    if new.amount_from_lines {
        let amount = lines::amount(tx, current.id).await?;
        if amount_said && new.amount != amount {
            let why = "the amount follows the products: change them, or let it be entered by hand";
            return Err(Error::field("amount", "amount_from_lines", why));
        }
        new.amount = amount;
    }
    if let Some(owner) = owner.filter(|o| *o != old.owner_id) {
        current.may_give_away("owner_id")?;
        new.team_id = assign(cx, tx, owner).await?;
    }
    let stages = pipeline::store::stages(tx).await?;
    let stage = pipeline::among(&stages, to.unwrap_or(old.stage_id))?;
    if pipeline.is_some_and(|p| p != stage.pipeline_id) {
        return Err(wrong_pipeline());
    }
    if stage.id != old.stage_id {
        if stage.pipeline_id != old.pipeline_id {
            pipeline::store::find(tx, Some(stage.pipeline_id)).await?.require_use()?;
        }
        let case = Case::of(tx, cx.actor(), current.id, version, &old, &new).await?.undoing(undoing);
        // What is archived takes no place.
        let entered = if current.archived_at.is_none() {
            moving::enter(cx, tx, case, new, (&stages, &stage), said).await?
        } else {
            moving::pass_gate(cx, tx, case, new, (&stages, &stage), said).await?
        };
        return Ok((entered, stage));
    }
    // A deal keeps what the gate of its stage asked for.
    let emptied = moving::emptied(tx, current.id, &old, &new, &stage).await?;
    if !emptied.is_empty() {
        return Err(refusal(Refusal::NotCleared(emptied)));
    }
    Ok((Entered { fields: new, actions: Vec::new() }, stage))
}

async fn assign(cx: &Context, tx: &mut Tx, owner: UserId) -> Result<Option<dealwright_kernel::id::TeamId>> {
    let team = people::store::team_of(tx, owner)
        .await?
        .ok_or_else(|| Error::field("owner_id", "unknown_reference", "there is no such user"))?;
    cx.may_assign(permission::<UpdateOpportunity>(), owner, team)?;
    Ok(team)
}

async fn derive(tx: &mut Tx, cx: &Context, old: Option<&Opportunity>, new: &Fields, stage: &Stage) -> Result<Derived> {
    // A deal that closes takes the rate of the day with it.
    let closes = stage.kind.is_closed() && old.is_some_and(|o| !o.stage.kind.is_closed());
    let amount_base = match (new.amount, old) {
        (Some(amount), Some(old)) if old.amount == Some(amount) && !closes => old.amount_base.map(|m| m.minor),
        (Some(amount), _) => Some(to_base(tx, amount, cx.actor().currency, tx.now().date_naive()).await?),
        (None, _) => None,
    };
    let now = tx.now();
    let moved = old.is_none_or(|o| o.stage_id != new.stage_id);
    Ok(Derived {
        amount_base,
        stage_entered_at: old.filter(|_| !moved).map_or(now, |o| o.stage_entered_at),
        closed_at: match old {
            Some(old) if !moved => old.closed_at,
            _ => stage.kind.is_closed().then_some(now),
        },
    })
}

/// What changed references must point at.
fn references(old: Option<&Fields>, new: &Fields) -> References {
    let changed = |of: fn(&Fields) -> Option<uuid::Uuid>| of(new).filter(|id| old.and_then(of) != Some(*id));
    let choices = [
        ("type_id", "opportunity_type", changed(|f| f.type_id.map(Into::into))),
        ("source_id", "source", changed(|f| f.source_id.map(Into::into))),
        ("industry_id", "industry", changed(|f| f.industry_id.map(Into::into))),
        ("region_id", "region", changed(|f| f.region_id.map(Into::into))),
        ("lost_reason_id", "loss_reason", changed(|f| f.lost_reason_id.map(Into::into))),
        ("lost_to_id", "competitor", changed(|f| f.lost_to_id.map(Into::into))),
        ("won_reason_id", "win_reason", changed(|f| f.won_reason_id.map(Into::into))),
    ];
    References {
        account: changed(|f| f.account_id.map(Into::into)),
        contact: changed(|f| f.primary_contact_id.map(Into::into)),
        choices: choices.into_iter().filter_map(|(field, kind, id)| Some((field, kind, id?))).collect(),
        ..References::default()
    }
}

/// Puts an opportunity into the bin.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    undoes: Option<EventId>,
) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let mut event = current.event(tx, "deleted");
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes an opportunity out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it; 422 `stage_full`.
pub async fn restore(cx: &Context, tx: &mut Tx, id: OpportunityId, undoes: Option<EventId>) -> Result<Written> {
    use dealwright_access::policy::DeleteOpportunity;
    let gone = store::find(tx, id, true).await?.or_not_found("opportunity")?;
    if !cx.actor().reaches(permission::<DeleteOpportunity>(), gone.owner_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this opportunity"));
    }
    if gone.archived_at.is_none() {
        come_back(tx, &gone).await?;
    }
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let opportunity = store::find(tx, id, false).await?.or_not_found("opportunity")?.allowing(cx.actor());
    let mut event = opportunity.event(tx, "restored");
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { opportunity, event: Some(event) })
}
