//! The SQL of runs, steps, streams and conversations.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OrNotFound, Problem};
use dealwright_kernel::id::{AgentRunId, ConversationId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Conversation, Run, RunContext, RunFeedback, RunUsage, State, Status, Step};
use crate::planner::Author;
use crate::provider::price;
use crate::resolve::record::RecordType;

/// A run to be made.
#[derive(Debug)]
pub struct NewRun<'a> {
    pub goal: &'a str,
    pub conversation: Option<ConversationId>,
    pub context: Option<&'a RunContext>,
}

const fn kind_word(kind: RecordType) -> &'static str {
    match kind {
        RecordType::Opportunity => "opportunity",
        RecordType::Account => "account",
        RecordType::Contact => "contact",
    }
}

fn kind_of(word: &str) -> Option<RecordType> {
    [RecordType::Opportunity, RecordType::Account, RecordType::Contact].into_iter().find(|k| kind_word(*k) == word)
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
        "insert into agent_run (org_id, id, conversation_id, user_id, goal, context_type, context_id, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        org,
        id,
        conversation,
        user,
        new.goal,
        new.context.map(|c| kind_word(c.kind)),
        new.context.map(|c| c.id),
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

fn context(kind: Option<&str>, id: Option<Uuid>) -> Option<RunContext> {
    Some(RunContext { kind: kind_of(kind?)?, id: id? })
}

/// The question that the conversation's run before this one is waiting with.
///
/// # Errors
/// When the database is gone.
pub async fn waiting_before(tx: &mut Tx, conversation: Uuid, before: AgentRunId) -> Result<Option<State>> {
    let row = sqlx::query!(
        "select status, state from agent_run where org_id = $1 and conversation_id = $2 and id <> $3 and created_at <= (select created_at from agent_run where org_id = $1 and id = $3)
         order by created_at desc, id desc limit 1",
        tx.org().0,
        conversation,
        before.0,
    )
    .fetch_optional(tx.db())
    .await?;
    let state = row.filter(|r| r.status == Status::Waiting.as_str()).map(|r| serde_json::from_value(r.state));
    state.transpose().map_err(Error::internal)
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

/// Ends a step. Its tokens and cost are those of the model calls since it began.
///
/// # Errors
/// When the database is gone.
pub async fn end_step(tx: &mut Tx, run: AgentRunId, n: i32, end: &End<'_>, calls: &[Called]) -> Result<Step> {
    let now = tx.now();
    let (org, user) = (tx.org().0, tx.user().or_not_found("user")?.0);
    for call in calls {
        let id = tx.new_id();
        sqlx::query!(
            "insert into llm_call (org_id, id, run_id, user_id, purpose, model, local, tokens_in, tokens_out, first_token_ms, latency_ms, cost_micros, error, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            org,
            id,
            run.0,
            user,
            call.purpose,
            call.model,
            call.local,
            call.tokens_in,
            call.tokens_out,
            call.first_token_ms,
            call.latency_ms,
            call.cost_micros,
            call.error,
            now,
        )
        .execute(tx.db())
        .await?;
    }
    let tokens_in: i64 = calls.iter().map(|c| c.tokens_in).sum();
    let tokens_out: i64 = calls.iter().map(|c| c.tokens_out).sum();
    let cost: i64 = calls.iter().filter_map(|c| c.cost_micros).sum();
    let first = calls.iter().find_map(|c| c.first_token_ms);
    let model = calls.iter().find(|c| c.error.is_none()).map(|c| c.model.clone());
    sqlx::query!(
        "update agent_run set tokens_in = tokens_in + $3, tokens_out = tokens_out + $4, cost_micros = cost_micros + $5,
                first_token_ms = coalesce(first_token_ms, $6), model = coalesce(model, $7) where org_id = $1 and id = $2",
        org,
        run.0,
        tokens_in,
        tokens_out,
        cost,
        first,
        model,
    )
    .execute(tx.db())
    .await?;
    let row = sqlx::query_as!(
        StepRow,
        "update agent_step set arguments = $4, result = $5, result_count = $6, summary = $7, status = $8, finished_at = $9,
                ms = greatest(0, (extract(epoch from $9::timestamptz - started_at) * 1000)::bigint), tokens_in = $10, tokens_out = $11, cost_micros = $12, tool = coalesce($13, tool)
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
        tokens_in,
        tokens_out,
        cost,
        end.tool,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(row.into())
}

/// A model call, for the record.
#[derive(Clone, Debug)]
pub struct Called {
    pub purpose: &'static str,
    pub model: String,
    pub local: bool,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub first_token_ms: Option<i64>,
    pub latency_ms: i64,
    pub cost_micros: Option<i64>,
    pub error: Option<String>,
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
    cost_micros: i64,
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
            cost: price::shown(row.cost_micros),
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
        "update agent_run set useful = $3, comment = $4 where org_id = $1 and id = $2",
        tx.org().0,
        run.0,
        feedback.useful,
        feedback.comment
    )
    .execute(tx.db())
    .await?;
    if rated.rows_affected() == 0 { Err(Error::not_found("agent run")) } else { Ok(()) }
}

#[derive(Debug)]
struct RunRow {
    id: Uuid,
    conversation_id: Uuid,
    goal: String,
    status: String,
    planner: Option<String>,
    model: Option<String>,
    context_type: Option<String>,
    context_id: Option<Uuid>,
    answer: Option<Value>,
    error: Option<Value>,
    useful: Option<bool>,
    comment: Option<String>,
    tokens_in: i64,
    tokens_out: i64,
    cost_micros: i64,
    first_token_ms: Option<i64>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// Which runs are read.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    One(AgentRunId),
    Of(ConversationId),
}

/// Runs with their steps and proposals, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn runs(tx: &mut Tx, which: Which) -> Result<Vec<Run>> {
    let (run, conversation) = match which {
        Which::One(id) => (Some(id.0), None),
        Which::Of(id) => (None, Some(id.0)),
    };
    let rows = sqlx::query_as!(
        RunRow,
        "select id, conversation_id, goal, status, planner, model, context_type, context_id, answer, error, useful, comment, tokens_in, tokens_out, cost_micros,
                first_token_ms, created_at, finished_at
         from agent_run where org_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or conversation_id = $3)
         order by created_at desc, id desc limit 100",
        tx.org().0,
        run,
        conversation,
    )
    .fetch_all(tx.db())
    .await?;
    whole(tx, rows.into_iter().rev().collect()).await
}

async fn whole(tx: &mut Tx, rows: Vec<RunRow>) -> Result<Vec<Run>> {
    let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let mut proposals = crate::proposal::store::of_runs(tx, &ids).await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let id = AgentRunId(row.id);
        let mine = proposals.extract_if(.., |p| p.run_id == id).collect();
        let planner = match row.planner.as_deref() {
            Some("model") => Some(Author::Model),
            Some(_) => Some(Author::Deterministic),
            None => None,
        };
        all.push(Run {
            id,
            conversation_id: row.conversation_id.into(),
            goal: row.goal,
            status: row.status.parse()?,
            planner,
            model: row.model,
            context: context(row.context_type.as_deref(), row.context_id),
            steps: steps(tx, id).await?,
            answer: row.answer.map(serde_json::from_value).transpose().map_err(Error::internal)?,
            proposals: mine,
            usage: RunUsage {
                tokens_in: row.tokens_in,
                tokens_out: row.tokens_out,
                cost: price::shown(row.cost_micros),
                ms: row.finished_at.map(|at| (at - row.created_at).num_milliseconds()),
                first_token_ms: row.first_token_ms,
            },
            feedback: row.useful.map(|useful| RunFeedback { useful, comment: row.comment }),
            created_at: row.created_at,
            finished_at: row.finished_at,
            error: row.error.map(serde_json::from_value).transpose().map_err(Error::internal)?,
        });
    }
    Ok(all)
}

/// A page of the actor's runs, newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, limit: u16, cursor: Option<&str>) -> Result<Page<Run>> {
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, "agent-runs")).transpose()?.map(|c| c.keys);
    let mut rows = sqlx::query_as!(
        RunRow,
        "select id, conversation_id, goal, status, planner, model, context_type, context_id, answer, error, useful, comment, tokens_in, tokens_out, cost_micros,
                first_token_ms, created_at, finished_at
         from agent_run where org_id = $1 and user_id = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
         order by created_at desc, id desc limit $5",
        tx.org().0,
        tx.user().or_not_found("user")?.0,
        after.map(|a| a.0),
        after.map(|a| a.1),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.created_at, r.id));
    let next_cursor = last.map(|keys| Cursor { query: "agent-runs".to_owned(), keys }.encode()).transpose()?;
    Ok(Page { items: whole(tx, rows).await?, next_cursor, total: None.into() })
}

/// The actor's conversations, latest first.
///
/// # Errors
/// When the database is gone.
pub async fn conversations(tx: &mut Tx, limit: u16, cursor: Option<&str>) -> Result<Page<Conversation>> {
    let after =
        cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, "conversations")).transpose()?.map(|c| c.keys);
    let mut items = sqlx::query_as!(
        Conversation,
        r#"select id as "id: ConversationId", title, updated_at from conversation
           where org_id = $1 and user_id = $2 and ($3::timestamptz is null or (updated_at, id) < ($3, $4::uuid)) order by updated_at desc, id desc limit $5"#,
        tx.org().0,
        tx.user().or_not_found("user")?.0,
        after.map(|a| a.0),
        after.map(|a| a.1),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = items.len() > usize::from(limit);
    items.truncate(limit.into());
    let last = items.last().filter(|_| more).map(|c| (c.updated_at, c.id.0));
    let next_cursor = last.map(|keys| Cursor { query: "conversations".to_owned(), keys }.encode()).transpose()?;
    Ok(Page { items, next_cursor, total: None.into() })
}

/// One conversation of the actor.
///
/// # Errors
/// 404.
pub async fn conversation(tx: &mut Tx, id: ConversationId) -> Result<Conversation> {
    let found = sqlx::query_as!(
        Conversation,
        r#"select id as "id: ConversationId", title, updated_at from conversation where org_id = $1 and id = $2"#,
        tx.org().0,
        id.0
    );
    found.fetch_optional(tx.db()).await?.or_not_found("conversation")
}
