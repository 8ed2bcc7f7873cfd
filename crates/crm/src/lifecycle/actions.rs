//! What a stage does with a deal that has entered it: fields that it sets, tasks that it makes. In the transaction of the move,
//! in the name of who moves it; none of it moves a deal, so that nothing sets off itself.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::CreateTask;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::Action;
use serde_json::{Map, Value};

use crate::opportunity::{Fields, Opportunity, OpportunityPatch};
use crate::task::{self, NewTask};

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
            due_date: Some(due(tx.now().date_naive(), *due_in_days, *working_days)?),
            notes: Some(format!("Made when the deal entered {}.", deal.stage.name)),
            assignee_id: theirs.then_some(deal.owner_id),
            opportunity_id: Some(deal.id),
            ..NewTask::default()
        };
        task::write::create(cx, tx, new).await?;
    }
    Ok(())
}

/// So many days from a day on; of working days, Saturdays and Sundays do not count.
fn due(from: NaiveDate, days: u16, working: bool) -> Result<NaiveDate> {
    let (mut day, mut left) = (from, days);
    while left > 0 {
        day = day.checked_add_days(Days::new(1)).ok_or_else(|| Error::internal("the calendar has ended"))?;
        if !working || !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_leave_weekends_out() {
        let friday = NaiveDate::from_ymd_opt(2026, 3, 6).unwrap();
        let on = |days, working| due(friday, days, working).unwrap().to_string();
        assert_eq!(
            [on(0, true), on(1, true), on(1, false), on(6, true)],
            ["2026-03-06", "2026-03-09", "2026-03-07", "2026-03-16"]
        );
    }
}
