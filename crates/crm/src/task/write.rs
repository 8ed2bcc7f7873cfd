//! The one way in which tasks are written: by a person's form, an undo, an approved proposal. Scope, version,
//! references and history are the same for all.

use dealwright_access::context::permission;
use dealwright_access::policy::{CreateTask, DeleteTask, Object, ReadTask, UpdateTask};
use dealwright_access::{Context, Permission, Permit, people};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{EventId, TaskId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::RuleObject;

use super::about::About;
use super::{NewTask, Task, TaskPatch, following, needs, store, verb};
use crate::change::store::name_values;
use crate::change::{self};
use crate::{rule, task_template};

/// A written record and the event that says so; none when nothing changed.
#[derive(Debug)]
pub struct Written {
    pub task: Task,
    pub event: Option<EventId>,
}

/// Creates a task.
///
/// # Errors
/// 403 when the assignee is beyond the caller's scope; 422 for what is invalid or refers to nothing.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewTask) -> Result<Task> {
    let new = match new.template_id {
        Some(template) => task_template::fill(tx, template, new).await?,
        None => new,
    };
    change::may_say(cx, Object::Task, &new)?;
    let assignee = new.assignee_id.unwrap_or(cx.actor().user);
    let team = team_of(cx, tx, permission::<CreateTask>(), assignee).await?;
    let (id, fields) = (TaskId(tx.new_id()), new.fields(assignee));
    fields.check()?;
    fields.check_beginning(None)?;
    fields.about().check(tx, About::default()).await?;
    store::insert(tx, id, &fields, team).await?;
    needs::set(tx, id, &[], &fields.blocked_by_ids).await?;
    rule::judge_new(tx, RuleObject::Task, id.0).await?;
    let task = store::find(tx, id, false).await?.or_not_found("task")?.allowing(cx.actor());
    let event = task.event(tx, "created");
    let event = fields.about().stand_on(tx, event).await?;
    tx.emit(event);
    Ok(task)
}

/// Changes a task. `undoes` names the event this takes back.
///
/// # Errors
/// 409 `version_conflict` with both values of each field; 403; 422.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Task>,
    version: i64,
    patch: TaskPatch,
    undoes: Option<EventId>,
) -> Result<Written> {
    let old = permit.fields();
    let new = patch.apply(&old);
    change::may_write(cx, Object::Task, &old, &new)?;
    let team = if new.assignee_id == old.assignee_id {
        permit.team_id
    } else {
        permit.may_give_away("assignee_id")?;
        team_of(cx, tx, permission::<UpdateTask>(), new.assignee_id).await?
    };
    let current = permit.into_inner();
    if current.version != version {
        return Err(change::stale_for(cx, Object::Task, current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(Written { task: current.allowing(cx.actor()), event: None });
    }
    new.check()?;
    new.check_beginning(old.recurrence.as_deref())?;
    new.about().check(tx, old.about()).await?;
    let judgement = rule::Judgement::of(tx, RuleObject::Task, current.id.0).await?;
    if !store::update(tx, current.id, version, &new, team).await? {
        let now = store::find(tx, current.id, false).await?.or_not_found("task")?;
        return Err(change::stale_for(cx, Object::Task, now.version, &now.fields(), &new));
    }
    needs::set(tx, current.id, &old.blocked_by_ids, &new.blocked_by_ids).await?;
    judgement.pass(tx).await?;
    name_values(tx, &mut changes).await?;
    let task = store::find(tx, current.id, false).await?.or_not_found("task")?.allowing(cx.actor());
    // First what follows from it: the answer names the last event, to undo it by.
    match (old.done, new.done) {
        (false, true) => {
            needs::met(tx, &task).await?;
            following::make(cx, tx, &task).await?;
        }
        (true, false) => following::take_back(tx, &task).await?,
        (true, true) | (false, false) => {}
    }
    let event = task.event(tx, verb(old.done, new.done, undoes.is_some())).changes(changes);
    let mut event = new.about().stand_on(tx, event).await?;
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { task, event: Some(event) })
}

/// The team that sees a task of this assignee: the assignee's, or the caller's where the caller would lose sight of it.
async fn team_of(cx: &Context, tx: &mut Tx, needs: Permission, assignee: UserId) -> Result<Option<TeamId>> {
    let refused = || {
        Error::forbidden("owner_out_of_scope", "your roles do not let you give a task to this person").on("assignee_id")
    };
    let team = people::store::team_of(tx, assignee).await?;
    let team = team.ok_or_else(|| Error::field("assignee_id", "unknown_reference", "there is no such user"))?;
    let actor = cx.actor();
    if !actor.reaches(needs, assignee, team) {
        return Err(refused());
    }
    let seen = [team, actor.team].into_iter().find(|t| actor.reaches(permission::<ReadTask>(), assignee, *t));
    seen.ok_or_else(refused)
}

/// Puts a task into the bin.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn delete(tx: &mut Tx, permit: Permit<Task>, version: i64, undoes: Option<EventId>) -> Result<EventId> {
    let current = permit.into_inner();
    if current.version != version || !store::set_deleted(tx, current.id, version, true).await? {
        return Err(Error::stale(VersionConflict { version: current.version, fields: Vec::new() }));
    }
    let event = current.event(tx, "deleted");
    let mut event = current.fields().about().stand_on(tx, event).await?;
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes a task out of the bin.
///
/// # Errors
/// 404 when it is not there; 403 when the caller may not delete it.
pub async fn restore(cx: &Context, tx: &mut Tx, id: TaskId, undoes: Option<EventId>) -> Result<Written> {
    let gone = store::find(tx, id, true).await?.or_not_found("task")?;
    if !cx.actor().reaches(permission::<DeleteTask>(), gone.assignee_id, gone.team_id) {
        return Err(Error::forbidden("forbidden", "you may not restore this task"));
    }
    if !store::set_deleted(tx, id, gone.version, false).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    let task = store::find(tx, id, false).await?.or_not_found("task")?.allowing(cx.actor());
    let event = task.event(tx, "restored");
    let mut event = task.fields().about().stand_on(tx, event).await?;
    event.undoes = undoes;
    let event = tx.emit(event);
    Ok(Written { task, event: Some(event) })
}
