//! The steps of a run, each within a savepoint: one that is refused is taken back, and ends the run.

use dealwright_access::policy::{UpdateLead, UpdateOpportunity, UseAgent};
use dealwright_access::{Actor, Context, context};
use dealwright_ai::agent::store::NewRun;
use dealwright_ai::agent::{self, RunContext};
use dealwright_ai::resolve::record::RecordType;
use dealwright_crm::approval;
use dealwright_crm::bulk::apply;
use dealwright_crm::lead::Lead;
use dealwright_crm::opportunity::Opportunity;
use dealwright_crm::task::{self, NewTask, due};
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::{Facts, RuleObject};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Outcome, RunStatus, StepResult, StepStatus};
use crate::definition::check::{listed, work};
use crate::definition::moment::Happened;
use crate::definition::{Assignee, Automation, Recipient, Step};
use crate::store::log::{self, Taken};
use crate::{text, webhook};

/// What the steps of a run share.
struct Doing<'a> {
    cx: &'a Context,
    /// Whom the automation acts for, with all of their rights.
    person: &'a Actor,
    automation: &'a Automation,
    taken: &'a Taken,
    event: Option<&'a Happened>,
    facts: &'a Facts,
}

/// Does the steps in order; those that an earlier try has done stay done.
pub(super) async fn all(
    cx: &Context,
    person: &Actor,
    tx: &mut Tx,
    automation: &Automation,
    taken: &Taken,
    event: Option<&Happened>,
    facts: &Facts,
) -> Result<Outcome> {
    let doing = Doing { cx, person, automation, taken, event, facts };
    let mut steps = log::steps(tx, taken.id).await?;
    steps.retain(|step| matches!(step.status, StepStatus::Done | StepStatus::Unchanged | StepStatus::Sending));
    for (n, step) in automation.steps.iter().enumerate().skip(steps.len()) {
        let point = tx.savepoint().await?;
        match doing.step(tx, n, step).await {
            Ok(result) => {
                tx.keep(point).await?;
                steps.push(result);
            }
            Err(error) if error.outcome.status().is_client_error() => {
                tx.back_to(point).await?;
                let (code, reason) = told(&error);
                steps.push(StepResult {
                    code: Some(code.clone()),
                    reason: Some(reason.clone()),
                    ..StepResult::new(step, StepStatus::Refused)
                });
                return Ok(Outcome { status: RunStatus::Refused, code: Some(code), reason: Some(reason), steps });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Outcome { status: RunStatus::Done, code: None, reason: None, steps })
}

/// A refusal for the log: its code, and its words with those of its fields.
fn told(error: &Error) -> (String, String) {
    let problem = error.problem();
    let fields: Vec<String> = error.fields.iter().map(|field| format!("{}: {}", field.field, field.message)).collect();
    let words = if fields.is_empty() { error.detail.clone() } else { fields.join("; ") };
    (problem.code.to_string(), words)
}

impl Doing<'_> {
    async fn step(&self, tx: &mut Tx, n: usize, step: &Step) -> Result<StepResult> {
        let done = || StepResult::new(step, StepStatus::Done);
        match step {
            Step::SetFields { .. } | Step::Assign {} => {
                let work = work(step).unwrap_or_default();
                let object = listed(self.automation.object);
                let event = apply::one(self.cx, tx, object, self.taken.record, None, &work).await?;
                Ok(match event {
                    Some(id) => StepResult { event_id: Some(id.0), ..done() },
                    None => StepResult::new(step, StepStatus::Unchanged),
                })
            }
            Step::CreateTask { .. } => {
                let new = self.task(tx, step).await?;
                self.cx.actor().require(context::permission::<dealwright_access::policy::CreateTask>())?;
                let task = task::write::create(self.cx, tx, new).await?;
                Ok(StepResult { made_id: Some(task.id.0), ..done() })
            }
            Step::Notify { to, message } => {
                self.notify(tx, to, message);
                Ok(done())
            }
            Step::RequestApproval { definition_id } => {
                let subject = self.subject(tx).await?;
                let made = approval::request(self.cx, tx, &subject, *definition_id, None).await?;
                Ok(StepResult { made_id: Some(made.0), ..done() })
            }
            Step::Webhook { url } => {
                let body = self.body(tx);
                tx.enqueue(webhook::job(self.automation.id, self.taken.id, n, url, &body)?);
                Ok(StepResult::new(step, StepStatus::Sending))
            }
            Step::Agent { goal } => {
                let run = self.ask(tx, goal).await?;
                Ok(StepResult { made_id: Some(run), ..done() })
            }
        }
    }

    /// The record as approvals know it; asking for one takes the right to change it.
    async fn subject(&self, tx: &mut Tx) -> Result<approval::Subject> {
        let id = self.taken.record;
        match self.automation.object {
            RuleObject::Opportunity => {
                let needs = context::permission::<UpdateOpportunity>();
                let deal = self.cx.permit_for::<Opportunity>(tx, id.into(), needs).await?;
                Ok(approval::Subject::deal(&deal))
            }
            RuleObject::Lead => {
                let needs = context::permission::<UpdateLead>();
                let lead = self.cx.permit_for::<Lead>(tx, id.into(), needs).await?;
                Ok(approval::Subject::lead(&lead))
            }
            RuleObject::Account | RuleObject::Contact | RuleObject::Task => {
                Err(Error::invalid("not_approvable", "deals and leads alone are approved"))
            }
        }
    }

    /// The task that a step wants made.
    async fn task(&self, tx: &mut Tx, step: &Step) -> Result<NewTask> {
        let Step::CreateTask { title, notes, due_in_days, working_days, priority, assignee, template_id } = step else {
            return Err(Error::internal("this step makes no task"));
        };
        let assignee = match assignee {
            Assignee::Person { id } => Some(*id),
            Assignee::Owner => owner(tx, self.automation.object, self.taken.record).await?,
        };
        let today = tx.now().date_naive();
        let new = NewTask {
            title: text::filled(title, self.facts, 500),
            notes: notes.as_ref().map(|notes| text::filled(notes, self.facts, 10_000)),
            due_date: due_in_days.and_then(|days| due::days_on(today, days, *working_days)),
            priority: *priority,
            assignee_id: assignee,
            template_id: *template_id,
            ..NewTask::default()
        };
        let id = self.taken.record;
        Ok(match self.automation.object {
            RuleObject::Opportunity => NewTask { opportunity_id: Some(id.into()), ..new },
            RuleObject::Account => NewTask { account_id: Some(id.into()), ..new },
            RuleObject::Contact => NewTask { contact_id: Some(id.into()), ..new },
            RuleObject::Lead => NewTask { lead_id: Some(id.into()), ..new },
            // What follows a task is about what that is about.
            RuleObject::Task => about_the_same(self.cx, tx, id, new).await?,
        })
    }

    /// Says something of the record to people: an event, from which notifications are made.
    fn notify(&self, tx: &mut Tx, to: &[Recipient], message: &str) {
        let (mut people, mut teams, mut owner) = (Vec::new(), Vec::new(), false);
        for recipient in to {
            match recipient {
                Recipient::Owner => owner = true,
                Recipient::Person { id } => people.push(*id),
                Recipient::Team { id } => teams.push(*id),
            }
        }
        let object = self.automation.object.as_str();
        let subject = Subject { object, id: self.taken.record, name: self.name(), version: None };
        let data = json!({ "message": text::filled(message, self.facts, 500), "owner": owner, "people": people, "teams": teams });
        let event = Event::with_id(tx.new_id().into(), format!("{object}.notified"), subject).data(data);
        let id = self.taken.record;
        tx.emit(match self.automation.object {
            RuleObject::Opportunity => event.about(Some(id.into()), None, None),
            RuleObject::Account => event.about(None, Some(id.into()), None),
            RuleObject::Contact => event.about(None, None, Some(id.into())),
            RuleObject::Lead => event.on_lead(Some(id.into())),
            RuleObject::Task => event,
        });
    }

    fn name(&self) -> String {
        let named = ["name", "title"].into_iter().map(|fact| self.facts.get(fact)).find(|value| !value.is_missing());
        named.and_then(|value| value.to_json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// What another system is told: the record as the automation's actor sees it.
    fn body(&self, tx: &Tx) -> Value {
        let facts: serde_json::Map<String, Value> = self.facts.plain();
        json!({
            "id": self.taken.id,
            "type": self.event.map_or("schedule", |event| event.kind.as_str()),
            "timestamp": tx.now(),
            "data": {
                "automation": { "id": self.automation.id, "name": self.automation.name },
                "object": self.automation.object,
                "record_id": self.taken.record,
                "happened_at": self.taken.at,
                "facts": facts,
            },
        })
    }

    /// Asks the assistant in the name of whom the automation acts for; what it finds and proposes is theirs to look at.
    async fn ask(&self, tx: &mut Tx, goal: &str) -> Result<Uuid> {
        self.person.require(context::permission::<UseAgent>())?;
        let kind = match self.automation.object {
            RuleObject::Opportunity => Some(RecordType::Opportunity),
            RuleObject::Account => Some(RecordType::Account),
            RuleObject::Contact => Some(RecordType::Contact),
            RuleObject::Lead => Some(RecordType::Lead),
            RuleObject::Task => None,
        };
        let looking_at = kind.map(|kind| RunContext { kind, id: self.taken.record });
        let goal = text::filled(goal, self.facts, agent::MAX_GOAL);
        let run = agent::store::start(
            tx,
            &NewRun { goal: &goal, conversation: None, context: looking_at.as_ref(), agent: "Automations" },
        )
        .await?;
        Ok(run.0)
    }
}

/// Whose a record is.
async fn owner(tx: &mut Tx, object: RuleObject, id: Uuid) -> Result<Option<UserId>> {
    let owner = crate::store::owner(tx, object, id).await?;
    Ok(owner.map(UserId))
}

async fn about_the_same(cx: &Context, tx: &mut Tx, id: Uuid, new: NewTask) -> Result<NewTask> {
    let needs = context::permission::<dealwright_access::policy::ReadTask>();
    let task = cx.permit_for::<task::Task>(tx, id.into(), needs).await?;
    let fields = task.fields();
    Ok(NewTask {
        opportunity_id: fields.opportunity_id,
        account_id: fields.account_id,
        contact_id: fields.contact_id,
        lead_id: fields.lead_id,
        ..new
    })
}
