//! The SQL of replays, and what they are compared with.

use dealwright_access::Actor;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Attempt, AttemptStep, Proposed, Replay, Request};
use crate::agent::store::context;
use crate::agent::store::read::{self, Which};
use crate::planner::Author;
use crate::provider::price;

/// The request of a run, for its person and for who may read the calls of models.
///
/// # Errors
/// 404; 409 `run_not_over` for one that still goes on.
pub(super) async fn request(tx: &mut Tx, id: AgentRunId) -> Result<Request> {
    let row = sqlx::query!(
        r#"select goal as "goal!", context_type, context_id, conversation_id as "conversation!", finished_at from app.ai_run($1)"#,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    if row.finished_at.is_none() {
        return Err(Error::conflict("run_not_over", "the run still goes on; try it again when it is over"));
    }
    Ok(Request {
        goal: row.goal,
        context: context(row.context_type.as_deref(), row.context_id),
        conversation: row.conversation,
    })
}

/// What a run was: whole for its person, in numbers for others. Answers whether it is whole.
///
/// # Errors
/// 404.
pub(super) async fn before(tx: &mut Tx, actor: &Actor, id: AgentRunId) -> Result<(Attempt, bool)> {
    let row = sqlx::query!(
        r#"select planner, model, prompt_version, sentences, unsupported, tokens_in as "tokens_in!", tokens_out as "tokens_out!", cost_micros,
                  created_at as "created_at!", finished_at
           from app.ai_run($1)"#,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    let count = |count: Option<i64>| usize::try_from(count.unwrap_or(0)).unwrap_or(0);
    let numbers = Attempt {
        planner: row.planner.map(|by| if by == "model" { Author::Model } else { Author::Deterministic }),
        model: row.model,
        prompt_version: row.prompt_version,
        steps: Vec::new(),
        answer: None,
        sentences: count(row.sentences),
        unsupported: count(row.unsupported),
        proposals: Vec::new(),
        tokens_in: row.tokens_in,
        tokens_out: row.tokens_out,
        cost: row.cost_micros.map(price::shown),
        ms: row.finished_at.map_or(0, |at| (at - row.created_at).num_milliseconds()),
    };
    if let Some(run) = read::runs(tx, Which::One(id)).await?.pop().map(|run| run.shown_to(actor)) {
        let steps = run.steps.into_iter().filter(|step| step.kind == "tool").map(AttemptStep::of);
        let proposals = run.proposals.iter().map(Proposed::kept);
        let (steps, proposals) = (steps.collect(), proposals.collect());
        return Ok((Attempt { steps, proposals, answer: run.answer.map(|answer| answer.text), ..numbers }, true));
    }
    let rows = sqlx::query!(
        r#"select title as "title!", tool, status as "status!", result_count from app.ai_steps($1) where kind = 'tool' order by n"#,
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    let steps = rows.into_iter().map(|row| AttemptStep {
        title: row.title,
        tool: row.tool,
        arguments: serde_json::json!({}),
        summary: None,
        result_count: row.result_count,
        failed: row.status == "failed",
    });
    Ok((Attempt { steps: steps.collect(), ..numbers }, false))
}

/// Keeps a replay of the actor's.
///
/// # Errors
/// When the database is gone.
pub(super) async fn insert(tx: &mut Tx, replay: &Replay) -> Result<()> {
    let (org, user) = (tx.org().0, tx.user().or_not_found("user")?.0);
    sqlx::query!(
        "insert into agent_replay (org_id, id, run_id, user_id, model, prompt_version, outcome, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        org,
        replay.id,
        replay.run_id.0,
        user,
        replay.after.model,
        replay.after.prompt_version,
        serde_json::to_value(replay).map_err(Error::internal)?,
        replay.at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The actor's replays of a run, latest first: the last twenty.
///
/// # Errors
/// When the database is gone.
pub(super) async fn of_run(tx: &mut Tx, id: AgentRunId) -> Result<Vec<Replay>> {
    let rows = sqlx::query_scalar!(
        "select outcome from agent_replay where org_id = $1 and run_id = $2 order by at desc, id desc limit 20",
        tx.org().0,
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|outcome| serde_json::from_value(outcome).map_err(Error::internal)).collect()
}
