//! The next occurrence of a task that comes round: made when one is finished, and taken back when it is opened again.

use chrono::TimeDelta;
use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::CreateTask;
use dealwright_kernel::id::TaskId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::json;

use super::recurrence::Recurrence;
use super::{Fields, Task, checklist, store};
use crate::rule;

/// Makes the task that follows a finished one, unless there is one already or the rule has ended.
///
/// # Errors
/// 403 when the actor may not create tasks; 422 by a rule.
pub async fn make(cx: &Context, tx: &mut Tx, task: &Task) -> Result<()> {
    let (Some(rule), Some(first), Some(due)) = (&task.recurrence, task.recurs_from, task.due_date) else {
        return Ok(());
    };
    let Some(next) = Recurrence::read(rule, first)?.next(due, tx.now().date_naive()) else { return Ok(()) };
    if store::following(tx, task.id).await?.is_some() {
        return Ok(());
    }
    cx.actor().require(permission::<CreateTask>()).map_err(|_| {
        Error::forbidden("forbidden", "finishing it makes the next one, and your roles do not let you create tasks")
    })?;
    let later = TimeDelta::days((next - due).num_days());
    let fields = Fields {
        due_date: Some(next),
        remind_at: task.remind_at.map(|at| at + later),
        checklist: checklist::afresh(&task.checklist),
        blocked_by_ids: Vec::new(),
        done: false,
        ..task.fields()
    };
    let id = TaskId(tx.new_id());
    store::insert(tx, id, &fields, task.team_id).await?;
    store::follow(tx, id, task.id, first).await?;
    rule::judge_new(tx, RuleObject::Task, id.0).await?;
    let subject = Subject { object: "task", id: id.0, name: task.title.clone(), version: Some(1) };
    let event = dealwright_store::Event::with_id(tx.new_id().into(), "task.created".to_owned(), subject);
    let event = event.data(json!({ "follows": task.id }));
    let event = fields.about().stand_on(tx, event).await?;
    tx.emit(event);
    Ok(())
}

/// Takes back the task that follows one that is open again, if nobody has touched it.
///
/// # Errors
/// When the database is gone.
pub async fn take_back(tx: &mut Tx, task: &Task) -> Result<()> {
    let Some(next) = store::following(tx, task.id).await? else { return Ok(()) };
    let Some(next) = store::find(tx, next, false).await?.filter(|next| next.version == 1 && !next.done) else {
        return Ok(());
    };
    if store::set_deleted(tx, next.id, 1, true).await? {
        let event = next.event(tx, "deleted");
        let event = next.fields().about().stand_on(tx, event).await?;
        tx.emit(event);
    }
    Ok(())
}
