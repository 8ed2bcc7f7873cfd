//! The SQL of runs, steps, streams and conversations; [`read`] has what the API shows of them.

pub mod call;
pub mod read;

use chrono::{DateTime, Utc};
use dealwright_governance::budget::store::count_request;
use dealwright_governance::policy::store as guardrails;
use dealwright_kernel::error::{OrNotFound, Problem};
use dealwright_kernel::id::{AgentRunId, ConversationId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{NewJob, Tx};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use call::Called;

use super::{Answer, JOB, RunContext, RunFeedback, RunJob, State, Status, Step};
use crate::planner::Author;
use crate::provider::price;
use crate::resolve::record::RecordType;

/// A run to be made.
#[derive(Debug)]
pub struct NewRun<'a> {
    pub goal: &'a str,
    pub conversation: Option<ConversationId>,
    pub context: Option<&'a RunContext>,
    /// Under which name it acts.
    pub agent: &'a str,
}

/// Begins a run for the actor and queues its job: whoever asks, within what the guardrails and the budgets let.
///
/// # Errors
/// 409 `ai_stopped`; 429 `ai_budget_exceeded`; 404 for a conversation that is not the actor's.
pub async fn start(tx: &mut Tx, new: &NewRun<'_>) -> Result<AgentRunId> {
    guardrails::require_running(tx).await?;
    count_request(tx).await?;
    let run = insert(tx, new).await?;
    let user = tx.user().or_not_found("user")?.0;
    tx.enqueue(NewJob::new(JOB, &RunJob { user, run: run.0 })?.unique(format!("{JOB}:{run}")).attempts(5));
    Ok(run)
}

/// Writes a run, and its conversation when it begins one.
///
/// # Errors
/// 404 for a conversation that is not the actor's.
pub async fn insert(tx: &mut Tx, new: &NewRun<'_>) -> Result<AgentRunId> {
    let (org, now) = (tx.org().0, tx.now());
    let user = tx.user().or_not_found("user")?.0;
    let conversation = match new.conversation {
        Some(id) => {
            let touched =
                sqlx::query!("update conversation set updated_at = $3 where org_id = $1 and id = $2", org, id.0, now)
                    .execute(tx.db())
                    .await?;
            if touched.rows_affected() == 0 {
                return Err(Error::not_found("conversation"));
            }
            id.0
        }
        None => {
            let id = tx.new_id();
            let title: String = new.goal.chars().take(80).collect();
            sqlx::query!("insert into conversation (org_id, id, user_id, title, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)", org, id, user, title, now)
                .execute(tx.db())
                .await?;
            id
        }
    };
    let id = tx.new_id();
    sqlx::query!(
        "insert into agent_run (org_id, id, conversation_id, user_id, goal, context_type, context_id, agent, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        org,
        id,
        conversation,
        user,
        new.goal,
        new.context.map(|c| c.kind.as_str()),
        new.context.map(|c| c.id),
        new.agent,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(id.into())
}

/// What the graph needs to know of a run.
#[derive(Debug)]
pub struct Standing {
    pub conversation: Uuid,
    pub goal: String,
    pub status: Status,
    pub context: Option<RunContext>,
    pub state: State,
    pub created_at: DateTime<Utc>,
}

/// Where a run stands; `lock` keeps a second worker out until the transaction ends.
///
/// # Errors
/// 404.
pub async fn standing(tx: &mut Tx, id: AgentRunId) -> Result<Standing> {
    let row = sqlx::query!(
        "select conversation_id, goal, status, context_type, context_id, state, created_at from agent_run where org_id = $1 and id = $2 for update",
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    Ok(Standing {
        conversation: row.conversation_id,
        goal: row.goal,
        status: row.status.parse()?,
        context: context(row.context_type.as_deref(), row.context_id),
        state: serde_json::from_value(row.state).map_err(Error::internal)?,
        created_at: row.created_at,
    })
}

pub(super) fn context(kind: Option<&str>, id: Option<Uuid>) -> Option<RunContext> {
    Some(RunContext { kind: RecordType::named(kind?)?, id: id? })
}

/// How the conversation's run before this one ended, and where it stood.
///
/// # Errors
/// When the database is gone.
pub async fn before(tx: &mut Tx, conversation: Uuid, before: AgentRunId) -> Result<Option<(Status, State)>> {
    let row = sqlx::query!(
        "select status, state from agent_run where org_id = $1 and conversation_id = $2 and id <> $3 and created_at <= (select created_at from agent_run where org_id = $1 and id = $3)
         order by created_at desc, id desc limit 1",
        tx.org().0,
        conversation,
        before.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| Ok((r.status.parse()?, serde_json::from_value(r.state).map_err(Error::internal)?))).transpose()
}

/// Saves where the graph stands. A run that was cancelled meanwhile stays so.
///
/// # Errors
/// When the database is gone.
pub async fn save(tx: &mut Tx, id: AgentRunId, status: Status, state: &State) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update agent_run set status = case when status = 'cancelled' then status else $3 end, state = $4, planner = $5, started_at = coalesce(started_at, $6)
         where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
        status.as_str(),
        serde_json::to_value(state).map_err(Error::internal)?,
        state.author.map(|a| match a {
            Author::Model => "model",
            Author::Deterministic => "deterministic",
        }),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Ends a run.
///
/// # Errors
/// When the database is gone.
pub async fn finish(
    tx: &mut Tx,
    id: AgentRunId,
    status: Status,
    answer: Option<&Answer>,
    error: Option<&Problem>,
) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update agent_run set status = case when status = 'cancelled' then status else $3 end, answer = $4, error = $5, finished_at = coalesce(finished_at, $6)
         where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
        status.as_str(),
        answer.map(serde_json::to_value).transpose().map_err(Error::internal)?,
        error.map(serde_json::to_value).transpose().map_err(Error::internal)?,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Keeps how many sentences were written out of results, and how many of them nothing supported.
///
/// # Errors
/// When the database is gone.
pub async fn reviewed(tx: &mut Tx, id: AgentRunId, sentences: usize, unsupported: usize) -> Result<()> {
    let counts = (i64::try_from(sentences).unwrap_or(i64::MAX), i64::try_from(unsupported).unwrap_or(i64::MAX));
    let org = tx.org().0;
    sqlx::query!(
        "update agent_run set sentences = $3, unsupported = $4 where org_id = $1 and id = $2",
        org,
        id.0,
        counts.0,
        counts.1
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// A step that begins.
#[derive(Debug)]
pub struct Begin<'a> {
    pub n: i32,
    pub kind: &'a str,
    pub title: &'a str,
    pub tool: Option<&'a str>,
}

/// Begins a step, or begins it again when it was cut off. Answers false when it is done already.
///
/// # Errors
/// When the database is gone.
pub async fn begin_step(tx: &mut Tx, run: AgentRunId, step: &Begin<'_>) -> Result<bool> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let begun = sqlx::query!(
        "insert into agent_step (org_id, id, run_id, n, kind, title, tool, status, started_at) values ($1, $2, $3, $4, $5, $6, $7, 'running', $8)
         on conflict (org_id, run_id, n) do update set status = 'running', started_at = $8 where agent_step.status = 'running'",
        org,
        id,
        run.0,
        step.n,
        step.kind,
        step.title,
        step.tool,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// How a step ended.
#[derive(Debug, Default)]
pub struct End<'a> {
    /// The tool that ran, when linking chose another than the plan.
    pub tool: Option<&'a str>,
    pub arguments: Value,
    pub result: Value,
    pub count: Option<i64>,
    pub summary: &'a str,
    pub failed: bool,
}

/// Ends a step, with the model calls that it made.
///
/// # Errors
/// When the database is gone.
pub async fn end_step(tx: &mut Tx, run: AgentRunId, n: i32, end: &End<'_>, calls: &[Called]) -> Result<Step> {
    let (org, now) = (tx.org().0, tx.now());
    call::record(tx, run, n, calls).await?;
    let row = sqlx::query_as!(
        StepRow,
        "update agent_step set arguments = $4, result = $5, result_count = $6, summary = $7, status = $8, finished_at = $9,
                ms = greatest(0, (extract(epoch from $9::timestamptz - started_at) * 1000)::bigint), tool = coalesce($10, tool)
         where org_id = $1 and run_id = $2 and n = $3
         returning n, kind, title, tool, arguments, result, result_count, summary, status, ms, tokens_in, tokens_out, cost_micros",
        org,
        run.0,
        n,
        end.arguments,
        end.result,
        end.count,
        end.summary,
        if end.failed { "failed" } else { "done" },
        now,
        end.tool,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(row.into())
}

#[derive(Debug)]
struct StepRow {
    n: i32,
    kind: String,
    title: String,
    tool: Option<String>,
    arguments: Value,
    result: Option<Value>,
    result_count: Option<i64>,
    summary: Option<String>,
    status: String,
    ms: Option<i64>,
    tokens_in: i64,
    tokens_out: i64,
    cost_micros: Option<i64>,
}

impl From<StepRow> for Step {
    fn from(row: StepRow) -> Self {
        Self {
            n: row.n,
            kind: row.kind,
            title: row.title,
            tool: row.tool,
            arguments: row.arguments,
            result: row.result.unwrap_or(Value::Null),
            result_count: row.result_count,
            summary: row.summary,
            status: row.status,
            ms: row.ms,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost: row.cost_micros.map(price::shown),
        }
    }
}

/// The steps of a run, in order.
///
/// # Errors
/// When the database is gone.
pub async fn steps(tx: &mut Tx, run: AgentRunId) -> Result<Vec<Step>> {
    let rows = sqlx::query_as!(
        StepRow,
        "select n, kind, title, tool, arguments, result, result_count, summary, status, ms, tokens_in, tokens_out, cost_micros
         from agent_step where org_id = $1 and run_id = $2 order by n",
        tx.org().0,
        run.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Tells the watchers of a run.
///
/// # Errors
/// When the database is gone.
pub async fn tell(tx: &mut Tx, run: AgentRunId, kind: &str, data: &impl Serialize) -> Result<()> {
    let id = tx.new_id();
    sqlx::query!(
        "insert into agent_stream (org_id, id, run_id, n, kind, data)
         select $1, $2, $3, (select coalesce(max(n), 0) + 1 from agent_stream where org_id = $1 and run_id = $3), $4, $5",
        tx.org().0,
        id,
        run.0,
        kind,
        serde_json::to_value(data).map_err(Error::internal)?,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Something that watchers are told.
#[derive(Debug)]
pub struct Told {
    pub n: i32,
    pub kind: String,
    pub data: Value,
}

/// What watchers were told after `after`, and whether the run is over.
///
/// # Errors
/// 404.
pub async fn told_after(tx: &mut Tx, run: AgentRunId, after: i32) -> Result<(Vec<Told>, bool)> {
    let org = tx.org().0;
    let status = sqlx::query_scalar!("select status from agent_run where org_id = $1 and id = $2", org, run.0)
        .fetch_optional(tx.db())
        .await?
        .or_not_found("agent run")?;
    let told = sqlx::query_as!(
        Told,
        "select n, kind, data from agent_stream where org_id = $1 and run_id = $2 and n > $3 order by n",
        org,
        run.0,
        after
    )
    .fetch_all(tx.db())
    .await?;
    Ok((told, status.parse::<Status>()?.is_over()))
}

/// Cancels a run that is not over.
///
/// # Errors
/// 404.
pub async fn cancel(tx: &mut Tx, run: AgentRunId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let before =
        sqlx::query_scalar!("select status from agent_run where org_id = $1 and id = $2 for update", org, run.0)
            .fetch_optional(tx.db())
            .await?
            .or_not_found("agent run")?;
    if before.parse::<Status>()?.is_over() {
        return Ok(());
    }
    sqlx::query!(
        "update agent_run set status = 'cancelled', finished_at = $3 where org_id = $1 and id = $2",
        org,
        run.0,
        now
    )
    .execute(tx.db())
    .await?;
    tell(tx, run, "done", &json!({ "status": "cancelled" })).await
}

/// Keeps what a person thought of a run.
///
/// # Errors
/// 404.
pub async fn rate(tx: &mut Tx, run: AgentRunId, feedback: &RunFeedback) -> Result<()> {
    let rated = sqlx::query!(
        "update agent_run set useful = $3, comment = $4, rating = coalesce($5, rating) where org_id = $1 and id = $2",
        tx.org().0,
        run.0,
        feedback.useful,
        feedback.comment,
        feedback.rating
    )
    .execute(tx.db())
    .await?;
    if rated.rows_affected() == 0 { Err(Error::not_found("agent run")) } else { Ok(()) }
}

/// Counts that a draft of the actor's run was used in this way: once.
///
/// # Errors
/// 404 for a run, or a draft of it, that there is not.
pub async fn use_draft(tx: &mut Tx, run: AgentRunId, draft: i32, how: &str) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let user = tx.user().or_not_found("user")?.0;
    let drafts = sqlx::query_scalar!(
        r#"select coalesce(jsonb_array_length(case when jsonb_typeof(answer -> 'drafts') = 'array' then answer -> 'drafts' end), 0) as "drafts!"
           from agent_run where org_id = $1 and id = $2"#,
        org,
        run.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    if !(0..drafts).contains(&draft) {
        return Err(Error::not_found("draft"));
    }
    sqlx::query!(
        "insert into draft_use (org_id, run_id, draft, how, user_id, at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        org,
        run.0,
        draft,
        how,
        user,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
