//! What a step does: by the CRM's own functions, so that gates, rules and history hold for it as for anybody. What they refuse
//! is kept with the step, and shown.

use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::{UpdateLead, UpdateOpportunity};
use dealwright_crm::lead::{self, Lead, LeadPatch};
use dealwright_crm::opportunity::{self, Opportunity, OpportunityPatch};
use dealwright_crm::task::{self, NewTask, Priority, due};
use dealwright_kernel::id::{LeadId, OpportunityId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::people::People;
use super::refusal;
use crate::rule::definition::{Action, Measure, NewOwner, SlaObject, Step, TaskFor, When};
use crate::timer::life::{Plan, Turn};
use crate::timer::snapshot::{Live, Snapshot};

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Came {
    Done,
    /// There was nobody whom it could mean.
    Nobody,
    Refused,
}

/// A step that was taken.
#[derive(Debug)]
pub(super) struct Done {
    pub outcome: Came,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub result: Value,
    /// Who is to hear of it.
    pub told: Vec<Uuid>,
}

/// A step as it is written down.
#[derive(Debug)]
pub(super) struct Taken {
    pub timer: Uuid,
    pub step: Uuid,
    pub turn: Turn,
    pub action: &'static str,
    pub done: Done,
}

impl Done {
    fn with(result: Value, told: Vec<Uuid>) -> Self {
        Self { outcome: Came::Done, code: None, detail: None, result, told }
    }

    /// The same without anybody who hears of it.
    pub(super) fn untold(mut self) -> Self {
        if !std::mem::take(&mut self.told).is_empty() && self.result.get("people").is_some() {
            self.result = json!({ "people": [] });
        }
        self
    }

    fn nobody() -> Self {
        Self { outcome: Came::Nobody, ..Self::with(json!({}), Vec::new()) }
    }
}

/// The steps of a turn, in their order.
pub(crate) fn of(plan: &Plan, turn: Turn) -> impl Iterator<Item = &Step> {
    plan.definition.steps.iter().filter(move |step| match (turn, step.when) {
        (Turn::Warning, When::Warning) | (Turn::Breach, When::Breach) => true,
        (Turn::Escalation(after), When::AfterBreach) => step.after.is_some_and(|said| said.by(&plan.clock) == after),
        (Turn::Warning | Turn::Breach | Turn::Escalation(_), When::Warning | When::Breach | When::AfterBreach) => false,
    })
}

/// Takes a step. What is refused is given up alone.
///
/// # Errors
/// When something fails on our side.
pub(super) async fn take(
    cx: &Context,
    tx: &mut Tx,
    people: &mut People,
    live: &Live,
    record: &Snapshot,
    step: &Step,
) -> Result<Done> {
    if let Action::Notify { to } = &step.action {
        let mut told = Vec::new();
        for who in to {
            told.extend(people.of(tx, live.object, record.owner, who).await?);
        }
        told.sort_unstable();
        told.dedup();
        return Ok(if told.is_empty() { Done::nobody() } else { Done::with(json!({ "people": told }), told) });
    }
    let point = tx.savepoint().await?;
    match change(cx, tx, people, live, record, &step.action).await {
        Ok(done) => {
            tx.keep(point).await?;
            Ok(done)
        }
        Err(error) => {
            let (code, detail) = refusal(error)?;
            tx.back_to(point).await?;
            tracing::info!(rule = %live.id, record = %record.id, code, "a step of a service level was refused");
            Ok(Done { outcome: Came::Refused, code: Some(code), detail: Some(detail), ..Done::nobody() })
        }
    }
}

async fn change(
    cx: &Context,
    tx: &mut Tx,
    people: &mut People,
    live: &Live,
    record: &Snapshot,
    action: &Action,
) -> Result<Done> {
    match action {
        Action::Notify { .. } => Ok(Done::nobody()),
        Action::Reassign { to } => reassign(cx, tx, people, live, record, *to).await,
        Action::Task { title, due_in_days, assignee } => {
            let assignee = match assignee {
                TaskFor::Owner => Some(record.owner),
                TaskFor::Manager => people.managers(tx, live.object, record.owner).await?.first().copied(),
            };
            let Some(assignee) = assignee else { return Ok(Done::nobody()) };
            let made =
                make_task(cx, tx, live, record, (title.clone(), *due_in_days, Priority::Normal, assignee)).await?;
            Ok(Done::with(made, Vec::new()))
        }
        Action::Raise => {
            let managers = people.managers(tx, live.object, record.owner).await?;
            let Some(first) = managers.first().copied() else { return Ok(Done::nobody()) };
            let title = match live.plan.measure {
                Measure::FirstResponse => "Overdue: first response",
                Measure::TimeInStage => "Overdue: too long in its stage",
                Measure::NextActivity => "Overdue: next activity",
            };
            let made = make_task(cx, tx, live, record, (title.to_owned(), 0, Priority::High, first)).await?;
            Ok(Done::with(made, vec![first]))
        }
    }
}

async fn make_task(
    cx: &Context,
    tx: &mut Tx,
    live: &Live,
    record: &Snapshot,
    (title, days, priority, assignee): (String, u16, Priority, Uuid),
) -> Result<Value> {
    let new = NewTask {
        title,
        due_date: due::days_on(tx.now().date_naive(), days, false),
        priority: Some(priority),
        notes: Some(format!("Made by the service level {}.", live.name)),
        assignee_id: Some(UserId(assignee)),
        opportunity_id: (live.object == SlaObject::Opportunity).then_some(OpportunityId(record.id)),
        lead_id: (live.object == SlaObject::Lead).then_some(LeadId(record.id)),
        ..NewTask::default()
    };
    let task = task::write::create(cx, tx, new).await?;
    Ok(json!({ "task_id": task.id, "assignee_id": task.assignee_id }))
}

async fn reassign(
    cx: &Context,
    tx: &mut Tx,
    people: &mut People,
    live: &Live,
    record: &Snapshot,
    to: NewOwner,
) -> Result<Done> {
    let owner = match to {
        NewOwner::User { user_id } => user_id,
        NewOwner::Manager => match people.managers(tx, live.object, record.owner).await?.first() {
            Some(manager) => UserId(*manager),
            None => return Ok(Done::nobody()),
        },
        NewOwner::Rules => return by_rules(cx, tx, record).await,
    };
    match live.object {
        SlaObject::Opportunity => {
            let permit =
                cx.permit_for::<Opportunity>(tx, OpportunityId(record.id), permission::<UpdateOpportunity>()).await?;
            let (version, patch) =
                (permit.version, OpportunityPatch { owner_id: Some(owner), ..OpportunityPatch::default() });
            opportunity::write::update(cx, tx, permit, version, patch, None).await?;
        }
        SlaObject::Lead => {
            let permit = cx.permit_for::<Lead>(tx, LeadId(record.id), permission::<UpdateLead>()).await?;
            let (version, patch) = (permit.version, LeadPatch { owner_id: Some(owner), ..LeadPatch::default() });
            lead::write::update(cx, tx, permit, version, patch, None).await?;
        }
    }
    Ok(Done::with(json!({ "owner_id": owner }), Vec::new()))
}

/// Gives a lead to whom the assignment rules choose.
async fn by_rules(cx: &Context, tx: &mut Tx, record: &Snapshot) -> Result<Done> {
    let permit = cx.permit_for::<Lead>(tx, LeadId(record.id), permission::<UpdateLead>()).await?;
    let version = permit.version;
    let assigned = lead::assigning::assign(cx, tx, permit, version).await?;
    if assigned.rule.is_none() {
        return Err(Error::invalid("no_rule_takes_it", "no assignment rule takes this lead"));
    }
    Ok(Done::with(json!({ "owner_id": assigned.owner.id }), Vec::new()))
}
