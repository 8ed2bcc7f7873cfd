//! Runs and conversations as the API shows them.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AgentRunId, ConversationId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::{context, steps};
use crate::agent::{Conversation, Run, RunFeedback, RunUsage, Status};
use crate::planner::Author;
use crate::provider::price;

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
    rating: Option<i64>,
    tokens_in: i64,
    tokens_out: i64,
    cost_micros: Option<i64>,
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
        "select id, conversation_id, goal, status, planner, model, context_type, context_id, answer, error, useful, comment, rating, tokens_in, tokens_out, cost_micros,
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
                cost: row.cost_micros.map(price::shown),
                ms: row.finished_at.map(|at| (at - row.created_at).num_milliseconds()),
                first_token_ms: row.first_token_ms,
            },
            feedback: row.useful.map(|useful| RunFeedback { useful, comment: row.comment, rating: row.rating }),
            created_at: row.created_at,
            finished_at: row.finished_at,
            error: row.error.map(serde_json::from_value).transpose().map_err(Error::internal)?,
        });
    }
    Ok(all)
}

/// Which runs a list asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Words that the request holds.
    pub q: Option<&'a str>,
    pub status: Option<Status>,
}

/// A page of the actor's runs, newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, wanted: Wanted<'_>, limit: u16, cursor: Option<&str>) -> Result<Page<Run>> {
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, "agent-runs")).transpose()?.map(|c| c.keys);
    let mut rows = sqlx::query_as!(
        RunRow,
        "select id, conversation_id, goal, status, planner, model, context_type, context_id, answer, error, useful, comment, rating, tokens_in, tokens_out, cost_micros,
                first_token_ms, created_at, finished_at
         from agent_run where org_id = $1 and user_id = $2 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
           and ($6::text is null or position(app.fold($6) in app.fold(goal)) > 0) and ($7::text is null or status = $7)
         order by created_at desc, id desc limit $5",
        tx.org().0,
        tx.user().or_not_found("user")?.0,
        after.map(|a| a.0),
        after.map(|a| a.1),
        i64::from(limit) + 1,
        wanted.q,
        wanted.status.map(Status::as_str),
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
