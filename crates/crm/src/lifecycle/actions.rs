//! What a stage does with a deal that has entered it: fields that it sets, tasks that it makes, an owner whom it gives it to, people
//! whom it tells, an approval that it asks for. In the transaction of the move, in the name of who moves it; none of it moves a
//! deal, so that nothing sets off itself.

use dealwright_access::context::permission;
use dealwright_access::policy::CreateTask;
use dealwright_access::{Context, people as users};
use dealwright_kernel::Result;
use dealwright_kernel::id::TaskTemplateId;
use dealwright_store::{Change, Tx};
use dealwright_workflow::lifecycle::Action;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::approval::{self, Subject, people};
use crate::opportunity::{self, Fields, Opportunity, OpportunityPatch};
use crate::record::Ref;
use crate::task::{self, NewTask, due};
use crate::task_template;

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
        Action::CreateTask { .. }
        | Action::ChangeOwner { .. }
        | Action::Notify { .. }
        | Action::RequestApproval { .. } => Ok(fields),
    })
}

/// What is left to be done, and told, when a deal has entered a stage.
#[derive(Debug, Default)]
#[must_use]
pub struct Carried {
    /// To whom it is given.
    owner: Option<Uuid>,
    /// Who hears of it.
    told: Vec<Uuid>,
    messages: Vec<String>,
}

/// Does what the stage wants done beside its fields.
///
/// # Errors
/// When a validation rule for tasks refuses one; 409 `no_approver`.
pub async fn carry_out(cx: &Context, tx: &mut Tx, deal: &Opportunity, actions: &[Action]) -> Result<Carried> {
    let (org, owner) = (tx.org().0, deal.owner_id.0);
    let mut carried = Carried::default();
    for action in actions {
        match action {
            Action::CreateTask { title, template_id, due_in_days, working_days, for_owner } => {
                let today = tx.now().date_naive();
                let new = NewTask {
                    title: title.trim().to_owned(),
                    due_date: due_in_days.and_then(|days| due::days_on(today, days, *working_days)),
                    ..NewTask::default()
                };
                let new = filled(tx, new, *template_id).await?;
                make_task(cx, tx, deal, new, *for_owner).await?;
            }
            Action::SetField { .. } => {}
            Action::ChangeOwner { to } => {
                let found = people::named(tx.db(), org, owner, std::slice::from_ref(to)).await?;
                carried.owner = found.first().copied().filter(|to| *to != owner);
            }
            Action::Notify { to, message } => {
                let named = people::named(tx.db(), org, owner, to).await?;
                carried.told.extend(people::who_see(tx.db(), org, ("opportunity", deal.id.0), named).await?);
                carried.messages.extend(message.as_deref().map(str::trim).filter(|m| !m.is_empty()).map(str::to_owned));
            }
            Action::RequestApproval { approval_id } => {
                approval::request_if_needed(cx, tx, &Subject::deal(deal), *approval_id).await?;
            }
        }
    }
    Ok(carried)
}

/// A task with what its template says; one that was archived or removed since holds no deal up.
async fn filled(tx: &mut Tx, new: NewTask, template: Option<TaskTemplateId>) -> Result<NewTask> {
    let Some(template) = template else { return Ok(new) };
    let today = tx.now().date_naive();
    let found = task_template::store::list(tx, Some(template)).await?.pop();
    Ok(found.map_or(new.clone(), |template| template.fields.fill(new, today)))
}

/// The task is the owner's where whoever moves the deal may give them tasks.
async fn make_task(cx: &Context, tx: &mut Tx, deal: &Opportunity, new: NewTask, for_owner: bool) -> Result<()> {
    let needs = permission::<CreateTask>();
    if !cx.actor().may(needs) {
        // Who may make no task makes none by moving a deal.
        return Ok(());
    }
    let theirs = for_owner && cx.actor().reaches(needs, deal.owner_id, deal.team_id);
    let entered = format!("Made when the deal entered {}.", deal.stage.name);
    let title = if new.title.is_empty() { format!("{} is in {}", deal.name, deal.stage.name) } else { new.title };
    let new = NewTask {
        title: title.chars().take(500).collect(),
        notes: Some(new.notes.unwrap_or(entered)),
        assignee_id: theirs.then_some(deal.owner_id),
        opportunity_id: Some(deal.id),
        ..new
    };
    task::write::create(cx, tx, new).await.map(drop)
}

impl Carried {
    /// What the event of the move says beside its changes: who is to hear of it.
    #[must_use]
    pub fn told(&self, mut data: Value) -> Value {
        if let (Some(map), false) = (data.as_object_mut(), self.told.is_empty()) {
            map.insert("notify".to_owned(), json!({ "people": self.told, "message": self.messages.join("\n") }));
        }
        data
    }

    /// Gives the deal to whom the stage names; what has changed by that. It may be out of the actor's sight afterwards, so that
    /// nothing of it is read any more.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn hand_over(&self, tx: &mut Tx, deal: &mut Opportunity) -> Result<Option<Change>> {
        let Some(owner) = self.owner else { return Ok(None) };
        // Somebody who has left since takes no deals.
        let Some(team) = users::store::team_of(tx, owner.into()).await? else { return Ok(None) };
        let name = crate::change::store::names(tx, &[owner]).await?.remove(&owner).unwrap_or_default();
        if !opportunity::store::hand_over(tx, deal, owner.into(), team).await? {
            return Ok(None);
        }
        let before = std::mem::replace(&mut deal.owner, Ref { id: owner, name: name.clone() });
        (deal.owner_id, deal.team_id) = (owner.into(), team);
        Ok(Some(Change {
            field: "owner_id".into(),
            old: json!(before.id),
            new: json!(owner),
            old_label: Some(before.name),
            new_label: Some(name),
        }))
    }
}
