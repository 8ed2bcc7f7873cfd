//! The SQL of traces, and how rows become spans.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_governance::policy::Keep;
use dealwright_governance::policy::store::policy;
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::AgentRunId;
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Content, Kind, Outcome, Span, Trace, span_id};
use crate::ask::clean;
use crate::provider::price;
use crate::tools::Tool;
use crate::tools::knowledge::SearchKnowledge;

/// A run as a trace, for its person and for who may read the calls of models; with what was asked and answered if `content` says so.
///
/// # Errors
/// 404.
pub async fn trace(tx: &mut Tx, id: AgentRunId, content: bool) -> Result<Trace> {
    let run = sqlx::query!(
        r#"select conversation_id as "conversation!", agent as "agent!", status as "status!", model, prompt_version, sentences, unsupported,
                  tokens_in as "tokens_in!", tokens_out as "tokens_out!", cost_micros, error_type, created_at as "created_at!", finished_at
           from app.ai_run($1)"#,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    let root = Span {
        id: hex::encode(span_id(id.0, "run", 0)),
        parent_id: None,
        kind: Kind::Run,
        title: run.agent.clone(),
        started_at: run.created_at,
        ended_at: run.finished_at,
        status: match (run.status.as_str(), run.finished_at) {
            ("failed", _) => Outcome::Failed,
            (_, None) => Outcome::Running,
            (_, Some(_)) => Outcome::Done,
        },
        error: run.error_type.filter(|_| run.status == "failed"),
        tool: None,
        model: run.model,
        answered_by: None,
        provider: None,
        prompt_version: run.prompt_version.clone(),
        first_token_ms: None,
        result_count: None,
        tokens_in: run.tokens_in,
        tokens_out: run.tokens_out,
        cost: run.cost_micros.map(price::shown),
        content: None,
    };
    let calls = calls(tx, id, content).await?;
    let mut spans = vec![root.clone()];
    for step in steps(tx, id, &root).await? {
        let (n, step) = step;
        let retrieval = (step.tool.as_deref() == Some(SearchKnowledge::NAME)).then(|| Span {
            id: hex::encode(span_id(id.0, "retrieval", n)),
            parent_id: Some(step.id.clone()),
            kind: Kind::Retrieval,
            title: "Look through what was written".to_owned(),
            tool: None,
            tokens_in: 0,
            tokens_out: 0,
            cost: None,
            ..step.clone()
        });
        // A call of before steps were kept with calls belongs to the plan, as all did.
        let inside = calls.iter().filter(|(of, _)| of.unwrap_or(1) == n);
        let inside: Vec<Span> = inside.map(|(_, call)| within(call, &step)).collect();
        spans.push(step);
        spans.extend(retrieval);
        spans.extend(inside);
    }
    Ok(Trace {
        trace_id: id.0.simple().to_string(),
        run_id: id,
        conversation_id: run.conversation.into(),
        agent: run.agent,
        prompt_version: run.prompt_version,
        sentences: run.sentences,
        unsupported: run.unsupported,
        spans,
    })
}

/// A call as a part of its step: its start is worked out of its length, in whole milliseconds.
fn within(call: &Span, step: &Span) -> Span {
    let started_at = call.started_at.max(step.started_at);
    let ended_at = call.ended_at.map(|at| at.max(started_at));
    Span { parent_id: Some(step.id.clone()), started_at, ended_at, ..call.clone() }
}

async fn steps(tx: &mut Tx, id: AgentRunId, root: &Span) -> Result<Vec<(i32, Span)>> {
    let rows = sqlx::query!(
        r#"select n as "n!", kind as "kind!", title as "title!", tool, status as "status!", result_count, tokens_in as "tokens_in!",
                  tokens_out as "tokens_out!", cost_micros, error_type, started_at as "started_at!", finished_at
           from app.ai_steps($1)"#,
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    let spans = rows.into_iter().map(|row| {
        // What was cut off ended with its run.
        let ended_at = row.finished_at.or(root.ended_at);
        let status = match (row.status.as_str(), ended_at) {
            ("done", _) => Outcome::Done,
            ("failed", _) | (_, Some(_)) => Outcome::Failed,
            (_, None) => Outcome::Running,
        };
        let error = row.error_type.or_else(|| (status == Outcome::Failed).then(|| "cut_off".to_owned()));
        let span = Span {
            id: hex::encode(span_id(id.0, "step", row.n)),
            parent_id: Some(root.id.clone()),
            kind: match row.kind.as_str() {
                "plan" => Kind::Plan,
                "review" => Kind::Review,
                _ => Kind::Tool,
            },
            title: row.title,
            started_at: row.started_at,
            ended_at,
            status,
            error,
            tool: row.tool,
            model: None,
            answered_by: None,
            provider: None,
            prompt_version: None,
            first_token_ms: None,
            result_count: row.result_count,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost: row.cost_micros.map(price::shown),
            content: None,
        };
        (row.n, span)
    });
    Ok(spans.collect())
}

/// The calls of models, each with its step, where it is kept.
async fn calls(tx: &mut Tx, id: AgentRunId, content: bool) -> Result<Vec<(Option<i32>, Span)>> {
    let rows = sqlx::query!(
        "select id, step, purpose, model, provider, answered_by, prompt_version, tokens_in, tokens_out, first_token_ms, latency_ms, cost_micros, error_type,
                error is not null as \"failed!\", prompt, reply, redacted, at
         from llm_call where org_id = $1 and run_id = $2 order by at, id",
        tx.org().0,
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    let spans = rows.into_iter().map(|row| {
        let kind = if row.purpose == "embed" { Kind::Embeddings } else { Kind::Chat };
        let span = Span {
            id: hex::encode(span_id(row.id, "call", 0)),
            parent_id: None,
            kind,
            title: if kind == Kind::Embeddings { "Make vectors" } else { "Ask the model" }.to_owned(),
            started_at: began(row.at, row.latency_ms),
            ended_at: Some(row.at),
            status: if row.failed { Outcome::Failed } else { Outcome::Done },
            error: row.error_type.or_else(|| row.failed.then(|| "failed".to_owned())),
            tool: None,
            model: Some(row.model),
            answered_by: row.answered_by,
            provider: row.provider,
            prompt_version: row.prompt_version,
            first_token_ms: row.first_token_ms,
            result_count: None,
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost: row.cost_micros.map(price::shown),
            content: content.then_some(Content { prompt: row.prompt, reply: row.reply, redacted: row.redacted }),
        };
        (row.step, span)
    });
    Ok(spans.collect())
}

/// When what ended at `at` began.
pub(super) fn began(at: DateTime<Utc>, ms: i64) -> DateTime<Utc> {
    at.checked_sub_signed(TimeDelta::milliseconds(ms.clamp(0, 86_400_000))).unwrap_or(at)
}

/// What was said in a run, as the policy lets it be kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub goal: Option<String>,
    pub answer: Option<String>,
    /// The arguments and the result of each step, as JSON.
    pub steps: Vec<(i32, String, String)>,
}

/// What was said in the actor's own run.
pub(super) async fn said(tx: &mut Tx, id: AgentRunId) -> Result<Said> {
    let keep = policy(tx).await?.rails.keep_prompts;
    if keep == Keep::None {
        return Ok(Said::default());
    }
    let org = tx.org().0;
    let run = sqlx::query!(
        "select goal, answer ->> 'text' as answer from agent_run where org_id = $1 and id = $2",
        org,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("agent run")?;
    let steps = sqlx::query!(
        r#"select n, arguments::text as "arguments!", coalesce(result, 'null')::text as "result!" from agent_step
           where org_id = $1 and run_id = $2 and kind = 'tool' order by n"#,
        org,
        id.0
    )
    .fetch_all(tx.db())
    .await?;
    let kept = |text: &str| clean(keep, text);
    Ok(Said {
        goal: Some(kept(&run.goal)),
        answer: run.answer.as_deref().map(kept),
        steps: steps.into_iter().map(|step| (step.n, kept(&step.arguments), kept(&step.result))).collect(),
    })
}

/// The step that a span is, of this run.
pub(super) fn number_of(run: Uuid, span: &Span, said: &Said) -> Option<usize> {
    said.steps.iter().position(|(n, ..)| hex::encode(span_id(run, "step", *n)) == span.id)
}
