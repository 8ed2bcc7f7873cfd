//! What models were asked, and what it took.

use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::AgentRunId;
use dealwright_store::Tx;
use uuid::Uuid;

/// What a model was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Plan,
    Embed,
    /// A list's filter from a sentence.
    Filter,
    /// A plan that is only compared with an earlier one.
    Replay,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Embed => "embed",
            Self::Filter => "filter",
            Self::Replay => "replay",
        }
    }
}

/// A model call, for the record.
#[derive(Clone, Debug)]
pub struct Called {
    pub purpose: Purpose,
    pub model: String,
    /// Who runs it.
    pub provider: &'static str,
    /// The model that answered, by its own word.
    pub answered_by: Option<String>,
    pub local: bool,
    /// Which constant prompt it was sent first.
    pub prompt_version: Option<&'static str>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub first_token_ms: Option<i64>,
    pub latency_ms: i64,
    pub cost_micros: Option<i64>,
    pub error: Option<String>,
    /// In a word.
    pub error_type: Option<String>,
}

/// What is kept of a call for the audit.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub prompt: Option<String>,
    pub reply: Option<String>,
    pub redacted: bool,
}

/// Adds the model calls of a step up, on the run and on the step. Each is recorded by whoever made it.
///
/// # Errors
/// When the database is gone.
pub async fn record(tx: &mut Tx, run: AgentRunId, n: i32, calls: &[Called]) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let org = tx.org().0;
    let tokens_in: i64 = calls.iter().map(|c| c.tokens_in).sum();
    let tokens_out: i64 = calls.iter().map(|c| c.tokens_out).sum();
    // Not known as soon as one of them is not.
    let cost: Option<i64> = calls.iter().map(|c| c.cost_micros).sum();
    let first = calls.iter().find_map(|c| c.first_token_ms);
    let planned = calls.iter().find(|c| c.error.is_none() && c.purpose == Purpose::Plan);
    sqlx::query!(
        "update agent_run set tokens_in = tokens_in + $3, tokens_out = tokens_out + $4, cost_micros = cost_micros + $5,
                first_token_ms = coalesce(first_token_ms, $6), model = coalesce(model, $7), prompt_version = coalesce(prompt_version, $8) where org_id = $1 and id = $2",
        org,
        run.0,
        tokens_in,
        tokens_out,
        cost,
        first,
        planned.map(|c| c.model.as_str()),
        planned.and_then(|c| c.prompt_version),
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "update agent_step set tokens_in = tokens_in + $4, tokens_out = tokens_out + $5, cost_micros = cost_micros + $6 where org_id = $1 and run_id = $2 and n = $3",
        org,
        run.0,
        n,
        tokens_in,
        tokens_out,
        cost,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Records a call of no run, or as one of a run's step. Answers its id.
///
/// # Errors
/// When the database is gone.
pub async fn insert(tx: &mut Tx, of: Option<(AgentRunId, i32)>, call: &Called, kept: &Kept) -> Result<Uuid> {
    let (now, id) = (tx.now(), tx.new_id());
    let (org, user) = (tx.org().0, tx.user().or_not_found("user")?.0);
    sqlx::query!(
            "insert into llm_call (org_id, id, run_id, user_id, purpose, model, local, tokens_in, tokens_out, first_token_ms, latency_ms, cost_micros, error, at,
                                   prompt_version, prompt, reply, redacted, step, provider, answered_by, error_type)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
            org,
            id,
            of.map(|(run, _)| run.0),
            user,
            call.purpose.as_str(),
            call.model,
            call.local,
            call.tokens_in,
            call.tokens_out,
            call.first_token_ms,
            call.latency_ms,
            call.cost_micros,
            call.error,
            now,
            call.prompt_version,
            kept.prompt,
            kept.reply,
            kept.redacted,
            of.map(|(_, step)| step),
            call.provider,
            call.answered_by.as_deref().map(|model| model.chars().take(200).collect::<String>()),
            call.error_type,
        )
        .execute(tx.db())
        .await?;
    Ok(id)
}
