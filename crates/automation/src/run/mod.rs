//! A run: one record, one cause. It is judged and its steps are done in one transaction, as the automation's actor, so that a
//! worker that dies leaves either nothing or all of it. What leaves the house is queued in that transaction and sent after it.

mod steps;

use chrono::{DateTime, Utc};
use dealwright_access::{Access, Actor, Context};
use dealwright_crm::record::Ref;
use dealwright_crm::rule;
use dealwright_kernel::id::{AutomationId, AutomationRunId, OrgId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::Job;
use dealwright_store::{ActorKind, Event, NewJob, Origin, Stamp, Tx};
use dealwright_workflow::rule::{Catalogue, Facts, RuleObject, Value, check, eval};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::definition::moment::{Happened, Kinds};
use crate::definition::{self, Automation, Pause, Trigger};
use crate::guard::{MOST_PER_RECORD, MOST_REFUSED, Skip};
use crate::history::Reading;
use crate::store::log::{self, Taken};
use crate::store::queue::{self, Standing};
use crate::store::{self, StageFacts};

/// The job that takes runs from an automation's queue until there is none.
pub const JOB: &str = "automation.run";
/// The job that forgets old runs.
pub const PRUNE: &str = "automation.prune";

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AutomationRunStatus)]
pub enum RunStatus {
    Queued,
    Done,
    /// The condition did not hold.
    Unmet,
    /// A step met a rule, a gate or a right that refused it; what was done before it stays.
    Refused,
    /// Its condition could not be judged, or something went wrong on our side.
    Failed,
    /// A guard kept it from running.
    Skipped,
}

impl RunStatus {
    const ALL: [Self; 6] = [Self::Queued, Self::Done, Self::Unmet, Self::Refused, Self::Failed, Self::Skipped];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Done => "done",
            Self::Unmet => "unmet",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl std::str::FromStr for RunStatus {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or_else(|| {
            Error::field("status", "invalid_value", "one of queued, done, unmet, refused, failed, skipped")
        })
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AutomationStepStatus)]
pub enum StepStatus {
    Done,
    /// The record is as the step wants it already.
    Unchanged,
    Refused,
    /// It is on its way to another system.
    Sending,
    /// The other system did not take it.
    Failed,
}

/// What became of a step, in words for who reads the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationStepResult)]
pub struct StepResult {
    #[serde(rename = "do")]
    pub step: String,
    pub status: StepStatus,
    /// The event of a change, by which it can be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// What it made: a task, a run of the assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_id: Option<Uuid>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl StepResult {
    fn new(step: &definition::Step, status: StepStatus) -> Self {
        let step = step.word().to_owned();
        Self { step, status, event_id: None, made_id: None, code: None, reason: None }
    }

    /// For who does not see the record.
    #[must_use]
    pub fn without_words(self) -> Self {
        Self { reason: None, ..self }
    }
}

/// A run as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AutomationRun)]
pub struct Run {
    pub id: AutomationRunId,
    pub automation: Ref,
    pub object: RuleObject,
    pub record_id: Uuid,
    /// Null when you do not see the record.
    pub record: Option<String>,
    pub event_id: Option<Uuid>,
    /// What happened, such as `opportunity.moved`; null for a schedule, and when you do not see the record.
    pub event: Option<String>,
    /// When what set it off happened.
    pub caused_at: DateTime<Utc>,
    /// How many automations led to it.
    pub chain: i64,
    pub status: RunStatus,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub steps: Vec<StepResult>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// What became of a run.
#[derive(Debug)]
pub struct Outcome {
    pub status: RunStatus,
    pub code: Option<String>,
    pub reason: Option<String>,
    pub steps: Vec<StepResult>,
}

impl Outcome {
    fn of(status: RunStatus) -> Self {
        Self { status, code: None, reason: None, steps: Vec::new() }
    }

    fn skipped(skip: Skip) -> Self {
        Self { code: Some(skip.code().into()), reason: Some(skip.reason().into()), ..Self::of(RunStatus::Skipped) }
    }

    fn failed(code: &str, reason: String) -> Self {
        Self { code: Some(code.into()), reason: Some(reason), ..Self::of(RunStatus::Failed) }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    automation: AutomationId,
}

/// The job that takes runs from the queue of an automation. Several may do so beside each other.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn take(automation: impl Into<AutomationId>) -> Result<NewJob> {
    NewJob::new(JOB, &Payload { automation: automation.into() })
}

/// Runs what is in the queue of an automation.
///
/// # Errors
/// When the database is gone, or something goes wrong on our side: it is tried again. At the last try the run fails, and the
/// rest of the queue goes on.
pub async fn job(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("an automation belongs to an organisation"))?;
    let result = drain(access, org, payload.automation).await;
    let Err(error) = result else { return Ok(()) };
    if job.attempt < job.max_attempts {
        return Err(error);
    }
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    queue::fail_next(tx.db(), org, payload.automation, now, "something went wrong on our side").await?;
    dealwright_store::job::enqueue(tx.db(), org, take(payload.automation)?, access.clock()).await?;
    tx.commit().await?;
    Err(error)
}

async fn drain(access: &Access, org: OrgId, id: AutomationId) -> Result<()> {
    loop {
        let mut tx = access.database().system().await?;
        let standing = queue::standing(tx.db(), org, id).await?;
        tx.commit().await?;
        let Some(standing) = standing else { return Ok(()) };
        let person = match access.person(org, standing.run_as).await {
            Ok(person) => person,
            Err(error) if error.outcome.status().is_client_error() => {
                return stop(access, org, id, &standing, Pause::ActorGone, Skip::ActorGone).await;
            }
            Err(error) => return Err(error),
        };
        if !standing.active {
            let mut tx = access.database().system().await?;
            queue::skip_all(tx.db(), org, id, access.clock().now(), Skip::Off).await?;
            return tx.commit().await;
        }
        let actor = person.automated(id.0, &standing.name, &standing.scopes);
        let cx = access.context_for(org, standing.run_as).await?.acting(actor);
        match one(&cx, &person, id).await? {
            Next::Empty => return Ok(()),
            Next::More => {}
            Next::Stop(pause) => {
                let skip = if pause == Pause::Storm { Skip::Storm } else { Skip::Off };
                return stop(access, org, id, &standing, pause, skip).await;
            }
        }
    }
}

/// Switches an automation off, says so, and ends what waits.
async fn stop(
    access: &Access,
    org: OrgId,
    id: AutomationId,
    standing: &Standing,
    pause: Pause,
    skip: Skip,
) -> Result<()> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let was_on = queue::pause(tx.db(), org, id, now, pause).await?;
    queue::skip_all(tx.db(), org, id, now, skip).await?;
    if was_on {
        let stamp = Stamp {
            kind: ActorKind::Automation,
            id: Some(id.0),
            name: standing.name.clone(),
            on_behalf_of: Some(standing.run_as.0),
        };
        let event = Event::new(access.clock(), "automation.paused", definition::subject(id, &standing.name, None))
            .data(json!({ "paused": pause, "run_as": standing.run_as }));
        tx.emit(org, &stamp, &Origin::default(), now, event).await?;
    }
    tx.commit().await
}

/// What comes after a run.
enum Next {
    More,
    Empty,
    /// The automation has to be switched off.
    Stop(Pause),
}

async fn one(cx: &Context, person: &Actor, id: AutomationId) -> Result<Next> {
    // Rights that change now must not be outlived by a run: it is taken up again with those of then.
    let mut tx = cx.begin_unchanged().await?;
    let Some(taken) = log::take(&mut tx, id).await? else {
        tx.done(()).await?;
        return Ok(Next::Empty);
    };
    let automation = store::plain(&mut tx, id).await?;
    tx.part_of("automation_run_id", taken.id.0);
    tx.by_way_of("automation");
    let lately = log::lately(&mut tx, &automation, taken.record).await?;
    if lately.hour >= i64::from(automation.per_hour) {
        tx.rollback().await?;
        return Ok(Next::Stop(Pause::Storm));
    }
    if lately.refused_in_a_row >= MOST_REFUSED {
        tx.rollback().await?;
        return Ok(Next::Stop(Pause::Failing));
    }
    let outcome = if lately.record_hour >= MOST_PER_RECORD {
        Outcome::skipped(Skip::RecordLimit)
    } else if automation.quiet_days > 0 && lately.record_quiet > 0 {
        Outcome::skipped(Skip::Quiet)
    } else {
        judged(cx, person, &mut tx, &automation, &taken).await?
    };
    log::settle(&mut tx, taken.id, &outcome).await?;
    tx.commit(Next::More).await.map(dealwright_store::Committed::into_inner)
}

async fn judged(cx: &Context, person: &Actor, tx: &mut Tx, automation: &Automation, taken: &Taken) -> Result<Outcome> {
    let event = match taken.event {
        None => None,
        Some(id) => match store::event(tx, id).await? {
            None => return Ok(Outcome::skipped(Skip::NotVisible)),
            event => event,
        },
    };
    let Some(facts) = rule::store::facts(tx, automation.object, &[taken.record]).await?.remove(&taken.record) else {
        return Ok(Outcome::skipped(Skip::NotVisible));
    };
    let stages = store::stages(tx).await?;
    if let (Trigger::Event { moments, fields }, Some(event)) = (&automation.trigger, &event)
        && !event.is(automation.object, moments, fields, &kinds(&stages))
    {
        return Ok(Outcome::of(RunStatus::Unmet));
    }
    let catalogue = dealwright_workflow::rule::store::catalogue(tx, automation.object).await?;
    let reading = Reading { catalogue: &catalogue, currency: cx.actor().currency, stages: &stages };
    let facts = with_before(&reading, automation.object, facts, event.as_ref());
    match holds(automation.condition.as_deref(), &catalogue, &facts) {
        Ok(false) => return Ok(Outcome::of(RunStatus::Unmet)),
        Err(why) => return Ok(Outcome::failed("condition_failed", why)),
        Ok(true) => {}
    }
    steps::all(cx, person, tx, automation, taken, event.as_ref(), &facts).await
}

/// What stages mean, by id.
#[must_use]
pub fn kinds(stages: &StageFacts) -> Kinds {
    stages.iter().map(|(id, stage)| (*id, stage.kind)).collect()
}

/// The facts with those before the event; of a record that it created there are none before.
#[must_use]
pub fn with_before(reading: &Reading<'_>, object: RuleObject, facts: Facts, event: Option<&Happened>) -> Facts {
    let Some(event) = event.filter(|event| event.subject_type == object.as_str()) else {
        let before = facts.clone();
        return facts.after(Some(&before));
    };
    if event.is(object, &[definition::Moment::Created], &[], &Kinds::new()) {
        return facts.after(None);
    }
    let before = reading.before(facts.clone(), &event.changes);
    facts.after(Some(&before))
}

/// Whether a condition holds.
///
/// # Errors
/// Why it can't be judged, in words.
pub fn holds(condition: Option<&str>, catalogue: &Catalogue, facts: &Facts) -> Result<bool, String> {
    let Some(condition) = condition else { return Ok(true) };
    let first = |problems: Vec<dealwright_workflow::rule::Problem>| {
        problems.into_iter().next().map_or_else(String::new, |problem| problem.message)
    };
    let checked = check(condition, catalogue).map_err(first)?;
    let value = eval::evaluate(&checked.root, facts).map_err(|failure| failure.to_string())?;
    Ok(value == Value::Bool(true))
}

/// Forgets runs of long ago.
///
/// # Errors
/// When the database is gone.
pub async fn prune(access: &Access) -> Result<()> {
    let mut tx = access.database().system().await?;
    queue::prune(tx.db(), access.clock().now()).await?;
    tx.commit().await
}
