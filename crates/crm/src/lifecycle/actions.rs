//! What a stage does with a deal that has entered it: fields that it sets, tasks that it makes. In the transaction of the move,
//! in the name of who moves it; none of it moves a deal, so that nothing sets off itself.

use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::CreateTask;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::Action;
use serde_json::{Map, Value};

use crate::opportunity::{Fields, Opportunity, OpportunityPatch};
use crate::task::{self, NewTask, due};

/// Checks the values that actions set.
///
/// # Errors
/// 422 for what the field does not take.
pub fn check(actions: &[Action]) -> Result<()> {
    for action in actions {
        if let Action::SetField { field, value } = action {
            patch(field, value)?;
        }
    }
    Ok(())
}

fn patch(field: &str, value: &Value) -> Result<OpportunityPatch> {
    OpportunityPatch::from_values(Map::from_iter([(field.to_owned(), value.clone())]))
}

/// The fields as the stage sets them.
///
/// # Errors
/// 422 for what a field does not take any more.
pub fn set(actions: &[Action], fields: Fields) -> Result<Fields> {
    actions.iter().try_fold(fields, |fields, action| match action {
        Action::SetField { field, value } => Ok(patch(field, value)?.apply(&fields)),
        Action::CreateTask { .. } => Ok(fields),
    })
}

/// Makes the tasks that the stage wants made.
///
/// # Errors
/// When a validation rule for tasks refuses one.
pub async fn make_tasks(cx: &Context, tx: &mut Tx, deal: &Opportunity, actions: &[Action]) -> Result<()> {
    let needs = permission::<CreateTask>();
    for action in actions {
        let Action::CreateTask { title, due_in_days, working_days, for_owner } = action else { continue };
        if !cx.actor().may(needs) {
            // Who may make no task makes none by moving a deal.
            continue;
        }
        let theirs = *for_owner && cx.actor().reaches(needs, deal.owner_id, deal.team_id);
        let new = NewTask {
            title: title.trim().to_owned(),
            due_date: due::days_on(tx.now().date_naive(), *due_in_days, *working_days),
            notes: Some(format!("Made when the deal entered {}.", deal.stage.name)),
            assignee_id: theirs.then_some(deal.owner_id),
            opportunity_id: Some(deal.id),
            ..NewTask::default()
        };
        task::write::create(cx, tx, new).await?;
    }
    Ok(())
}
