//! Runs: once for each person and period, in that person's rights, and in one transaction. A worker that is killed leaves nothing
//! behind, and whoever takes the job up does it anew; a period that has been done is not done again, on whichever server.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::policy::{Needs, UseAgent};
use dealwright_access::{Access, Context};
use dealwright_ai::Assistant;
use dealwright_ai::agent::trace;
use dealwright_crm::record::Ref;
use dealwright_crm::working_hours;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{AgentRunId, OrgId, RoutineRunId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{self, Job, NewJob};
use dealwright_store::{ActorKind, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::find::{self, Cause, Found, Sweeping};
use crate::kind::Kind;
use crate::setting::Setting;
use crate::store::log::{self, Ended};
use crate::store::{due, result, setting};
use crate::{letter, propose};

/// The job that looks for whom it is time.
pub const TICK: &str = "routine.tick";
/// The job that runs a routine for a person.
pub const RUN: &str = "routine.run";
/// The job that forgets old runs.
pub const PRUNE: &str = "routine.prune";
const ATTEMPTS: i32 = 5;
/// How long a run waits for a sweep of duplicates before it looks again, and how often.
const PAUSE: TimeDelta = TimeDelta::seconds(20);
const WAITS: u32 = 90;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoutineRunStatus)]
pub enum Status {
    /// It had something to say.
    Done,
    /// There was nothing to say.
    Nothing,
    /// It will be tried again, five times in all.
    Failed,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "nothing",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for Status {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "done" => Ok(Self::Done),
            "nothing" => Ok(Self::Nothing),
            "failed" => Ok(Self::Failed),
            other => Err(Error::internal(format!("no such status of a routine's run: {other}"))),
        }
    }
}

/// A run as the log shows it: without what it found, which is its person's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoutineRun)]
pub struct Run {
    pub id: RoutineRunId,
    pub kind: Kind,
    /// Whom it told.
    pub user: Ref,
    /// The day, or what set it off.
    #[schema(example = "2026-11-30")]
    pub period: String,
    pub status: Status,
    pub found: i64,
    pub proposals: i64,
    pub tokens: i64,
    /// Millionths of a dollar.
    pub cost_micros: i64,
    pub ms: i64,
    pub attempts: i32,
    /// Why it failed.
    pub code: Option<String>,
    pub reason: Option<String>,
    pub rating: Option<i16>,
    pub comment: Option<String>,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// A run that is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Planned {
    pub kind: Kind,
    pub user: UserId,
    pub period: String,
    pub cause: Cause,
    /// How often it has waited for a sweep.
    #[serde(default)]
    pub waited: u32,
}

impl Planned {
    /// The job that does it.
    ///
    /// # Errors
    /// Internal, when it can't be serialised.
    pub fn job(&self, org: OrgId) -> Result<NewJob> {
        let key = format!("{RUN}:{org}:{}:{}:{}:{}", self.kind, self.user, self.period, self.waited);
        Ok(NewJob::new(RUN, self)?.unique(key).attempts(ATTEMPTS))
    }
}

/// Queues the runs for whom it is time.
///
/// # Errors
/// When the database is gone: the next look does it.
pub async fn tick(access: &Access) -> Result<()> {
    let clock = access.clock();
    let now = clock.now();
    let mut tx = access.database().system().await?;
    let mut active = due::active(tx.db()).await?;
    active.retain(|routine| routine.setting.schedule.is_some());
    let mut orgs: Vec<OrgId> = active.iter().map(|routine| routine.org).collect();
    orgs.dedup();
    for org in orgs {
        let people = due::people(tx.db(), org).await?;
        let (done, muted) = (due::done(tx.db(), org, now).await?, due::muted(tx.db(), org).await?);
        for setting in active.iter().filter(|routine| routine.org == org).map(|routine| &routine.setting) {
            let kind = setting.kind.as_str();
            for person in &people {
                let zone = working_hours::zone(person.zone.as_deref());
                let day = setting.schedule.as_ref().and_then(|schedule| schedule.due(now, zone));
                let Some(period) = day.map(|day| day.to_string()) else { continue };
                let wanted = setting.audience.admits(person.id, &person.roles, &person.teams)
                    && !muted.contains(&(kind.to_owned(), person.id))
                    && !done.contains(&(kind.to_owned(), person.id, period.clone()));
                if wanted {
                    let planned =
                        Planned { kind: setting.kind, user: person.id.into(), period, cause: Cause::Time, waited: 0 };
                    job::enqueue(tx.db(), org, planned.job(org)?, clock).await?;
                }
            }
        }
    }
    tx.commit().await
}

/// Runs a job. What fails is written into the log, and tried again.
///
/// # Errors
/// Whatever stopped it.
pub async fn attempt(access: &Access, assistant: &Assistant, job: &Job) -> Result<()> {
    let planned: Planned = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a routine belongs to an organisation"))?;
    let person = match access.context_for(org, planned.user).await {
        // They have left.
        Err(error) if error.outcome == Outcome::NotFound => return Ok(()),
        person => person?,
    };
    let error = match once(&person, &planned).await {
        Ok(ran) => {
            if let Some(run) = ran {
                trace::send(assistant, &person, run).await;
            }
            return Ok(());
        }
        Err(error) => error,
    };
    let mut tx = person.begin().await?;
    log::fail(&mut tx, planned.kind, &planned.period, &error.code, &said(&error)).await?;
    tx.commit(()).await?.into_inner();
    Err(error)
}

/// What an administrator is told of an error: nothing of its inside.
fn said(error: &Error) -> String {
    match error.outcome {
        Outcome::Internal => "Something went wrong on our side; the server's log says what.".to_owned(),
        _ => error.to_string(),
    }
}

/// The person under the routine's name.
#[must_use]
pub fn acting(person: &Context, kind: Kind) -> Context {
    person.acting(person.actor().acting_as(ActorKind::Agent, None, kind.name()))
}

/// Runs a routine for a person, unless that has been done, is switched off or is not wanted. Answers the assistant's run on which its
/// proposals hang, if there are any.
///
/// # Errors
/// When the database is gone, or a statement takes too long.
pub async fn once(person: &Context, planned: &Planned) -> Result<Option<AgentRunId>> {
    let began = Instant::now();
    let kind = planned.kind;
    let cx = acting(person, kind);
    let mut tx = cx.begin().await?;
    let setting = setting::find(&mut tx, kind).await?;
    if !wanted(&cx, &mut tx, &setting).await? {
        return tx.done(None).await;
    }
    if kind == Kind::DuplicateSweep && planned.cause == Cause::Time && planned.waited < WAITS {
        let since = tx.now() - PAUSE * i32::try_from(planned.waited).unwrap_or(0);
        if find::begin_sweeps(&cx, &mut tx, since).await? == Sweeping::Still {
            let later = Planned { waited: planned.waited + 1, ..planned.clone() };
            let at = tx.now() + PAUSE;
            tx.enqueue(later.job(tx.org())?.at(at));
            tx.commit(()).await?.into_inner();
            return Ok(None);
        }
    }
    let Some(run) = log::claim(&mut tx, kind, &planned.period).await? else { return tx.done(None).await };
    let mut found = find::of(kind, &cx, &mut tx, planned.cause).await?;
    let agent_run = tell(&cx, &mut tx, run, &setting, &mut found).await?;
    let proposals = found.lines.iter().filter(|line| line.proposal_id.is_some()).count();
    let status = if found.lines.is_empty() { Status::Nothing } else { Status::Done };
    let ended = Ended { status, found: found.lines.len() + found.left_out, proposals, ms: millis(began), agent_run };
    log::settle(&mut tx, run, &ended).await?;
    tx.commit(()).await?.into_inner();
    Ok(agent_run)
}

/// The time since then in milliseconds.
#[must_use]
pub fn millis(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// Whether the routine is on, and for this person.
async fn wanted(cx: &Context, tx: &mut Tx, setting: &Setting) -> Result<bool> {
    let actor = cx.actor();
    let theirs = setting.active && setting.audience.includes(actor) && actor.may(UseAgent::PERMISSION);
    // While the assistant is stopped nothing runs; the period is not over by that.
    Ok(theirs
        && guardrails::stopped(tx).await?.is_none()
        && !setting::muted(tx).await?.iter().any(|kind| kind == setting.kind.as_str()))
}

/// Keeps what was found with its proposals, and queues the letter.
async fn tell(
    cx: &Context,
    tx: &mut Tx,
    run: RoutineRunId,
    setting: &Setting,
    found: &mut Found,
) -> Result<Option<AgentRunId>> {
    if found.lines.is_empty() {
        return Ok(None);
    }
    let agent_run = propose::all(cx, tx, setting.kind, found).await?;
    result::insert(tx, run, setting.kind, found).await?;
    if setting.by_mail && !result::bounces(tx).await? {
        letter::queue(cx, tx, setting.kind, found).await?;
    }
    Ok(agent_run)
}
