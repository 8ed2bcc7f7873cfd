//! What each routine finds, in the rights of the person whom it tells, and what it would propose. Nothing here writes: a dry run
//! and a run find the same.

mod day;
mod duplicates;
mod enrich;
mod leads;
mod meeting;
mod stalled;
mod week;

pub use self::duplicates::{Sweeping, begin as begin_sweeps};
pub use self::meeting::of_text;

use chrono::NaiveDate;
use dealwright_access::Context;
use dealwright_access::policy::{CreateTask as MayCreate, Needs};
use dealwright_ai::agent::compose::{self, Style};
use dealwright_ai::proposal::{NewProposal, Target};
use dealwright_ai::tools::task::{CreateTask, TaskArgs};
use dealwright_ai::tools::{Running, Tool};
use dealwright_kernel::id::{ActivityId, AgentRunId, ProposalId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::kind::Kind;

/// Lines that are told; the rest is counted.
pub const MOST: usize = 10;

/// What sets a routine off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Its time has come.
    Time,
    /// The person's leads of the last day.
    Leads,
    /// A meeting or a call was logged.
    Activity(ActivityId),
    /// Somebody wants to see what it would find.
    Trial,
}

/// One thing that a routine says, with the record or the deals that it speaks of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RoutineLine)]
pub struct Line {
    /// What it says of the record, or of the deals.
    pub text: String,
    pub record: Option<Target>,
    /// The condition of the deals behind a figure, as `POST /opportunities/query` takes it.
    #[schema(value_type = Option<Object>)]
    pub deals: Option<Value>,
    /// What it proposes.
    pub proposal_id: Option<ProposalId>,
}

impl Line {
    /// About a record.
    #[must_use]
    pub fn of(kind: &str, id: Uuid, name: &str, text: String) -> Self {
        let record = Some(Target { kind: kind.to_owned(), id: Some(id), name: name.to_owned() });
        Self { text, record, deals: None, proposal_id: None }
    }

    /// A figure, and the deals behind it.
    #[must_use]
    pub const fn figure(text: String, deals: Option<Value>) -> Self {
        Self { text, record: None, deals, proposal_id: None }
    }
}

/// A task that is to be proposed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The line that it belongs to.
    pub line: usize,
    pub task: TaskArgs,
    /// Why, in a sentence.
    pub reason: String,
    /// Whether its words are somebody else's.
    pub tainted: bool,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// In a sentence, without a full stop: "3 deals stand still".
    pub title: String,
    pub lines: Vec<Line>,
    pub wants: Vec<Wanted>,
    /// How many more there are than are told.
    pub left_out: usize,
    /// The records that were looked at, told or not: they are not told of again at once.
    pub records: Vec<Uuid>,
}

/// What a routine finds for the actor.
///
/// # Errors
/// When the database is gone or a statement takes too long.
pub async fn of(kind: Kind, cx: &Context, tx: &mut Tx, cause: Cause) -> Result<Found> {
    match kind {
        Kind::DailyPriorities => day::find(cx, tx).await,
        Kind::WeeklyInsights => week::find(cx, tx).await,
        Kind::StalledDeals => stalled::find(cx, tx, cause).await,
        Kind::LeadEnrichment => enrich::find(cx, tx, cause).await,
        Kind::LeadScoring => leads::find(cx, tx, cause).await,
        Kind::DuplicateSweep => duplicates::find(cx, tx).await,
        Kind::MeetingTasks => meeting::find(cx, tx, cause).await,
    }
}

/// The proposal of a wanted task, which nothing has been written of yet; none when the actor may make no tasks.
///
/// # Errors
/// 422 when a field may not be written by the actor.
pub async fn drafted(
    cx: &Context,
    tx: &mut Tx,
    run: AgentRunId,
    step: i32,
    wanted: &Wanted,
) -> Result<Option<NewProposal>> {
    if !cx.actor().may(MayCreate::PERMISSION) {
        return Ok(None);
    }
    let running = Running { cx, run, step, goal: &wanted.reason, meaning: None, outside: None };
    let output = CreateTask::run(running, tx, wanted.task.clone()).await?;
    Ok(output.proposal.map(|proposal| NewProposal { tainted: wanted.tainted, ..proposal }))
}

/// A task for the actor themselves, on the next working day.
fn task(cx: &Context, title: String, about: dealwright_ai::tools::task::About) -> TaskArgs {
    TaskArgs {
        title,
        about: Some(about),
        due_date: next_working_day(cx),
        remind_at: None,
        assignee_id: None,
        priority: None,
        said: Vec::new(),
    }
}

fn next_working_day(cx: &Context) -> Option<NaiveDate> {
    dealwright_crm::task::due::days_on(dealwright_ai::today(cx), 1, true)
}

/// "1 deal", "3 deals".
fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// "5,000 EUR", as the person writes numbers.
fn money(cx: &Context, amount: Money) -> Result<String> {
    let value = serde_json::to_value(amount).map_err(Error::internal)?;
    Ok(worth(cx, &value).unwrap_or_default())
}

/// The same of an amount as the API writes it; none of what is none.
fn worth(cx: &Context, value: &Value) -> Option<String> {
    compose::money(Some(value), Style { mark: dealwright_ai::reading(cx).mark })
}

/// What is told, and how many more there are.
fn first<T>(mut all: Vec<T>) -> (Vec<T>, usize) {
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    (all, left_out)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
