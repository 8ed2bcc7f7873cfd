//! `/agent-runs`, `/conversations`, `/ai/status`: requests, responses and handlers.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use dealwright_access::Allow;
use dealwright_access::context::SignedIn;
use dealwright_access::policy::UseAgent;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query, Valid, Validate};
use dealwright_kernel::id::{AgentRunId, ConversationId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use futures::Stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::read::{self, Which};
use super::store::{self, NewRun};
use super::{Conversation, MAX_GOAL, Run, RunContext, RunFeedback, graph, stream};
use crate::{AiStatus, Assistant, AssistantState};

/// The assistant's endpoints.
pub fn router() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(get))
        .routes(routes!(watch))
        .routes(routes!(cancel))
        .routes(routes!(rate))
        .routes(routes!(use_draft))
        .routes(routes!(conversations))
        .routes(routes!(conversation))
        .routes(routes!(status))
        .merge(super::trace::http::router())
        .merge(super::replay::http::router())
        .merge(crate::prompt::http::router())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RunParams {
    /// Words that the request holds, whatever their case.
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    status: Option<super::Status>,
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<u16>,
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PageParams {
    #[param(minimum = 1, maximum = 200, default = 20)]
    limit: Option<u16>,
    cursor: Option<String>,
}

impl RunParams {
    fn wanted(&self) -> Result<read::Wanted<'_>> {
        let q = self.q.as_deref().map(str::trim);
        if q.is_some_and(|q| q.is_empty() || q.chars().count() > 200) {
            return Err(Error::unreadable("invalid_query", "q has from 1 to 200 characters").on("q"));
        }
        Ok(read::Wanted { q, status: self.status })
    }
}

impl PageParams {
    fn limit(&self) -> Result<u16> {
        limit_of(self.limit)
    }
}

fn limit_of(limit: Option<u16>) -> Result<u16> {
    match limit.unwrap_or(20) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Error::unreadable("invalid_query", format!("limit is a number from 1 to {MAX_LIMIT}")).on("limit")),
    }
}

/// A request to the assistant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAgentRun {
    /// What is wanted, in the user's words.
    #[schema(min_length = 1, max_length = 4000)]
    goal: String,
    /// Goes on with a conversation; begins one when absent.
    conversation_id: Option<ConversationId>,
    /// The record that is being looked at.
    context: Option<RunContext>,
}

impl Validate for NewAgentRun {
    fn validate(&self) -> Result<()> {
        let mut wrong = dealwright_crm::record::Texts::default();
        wrong.required("goal", &self.goal, MAX_GOAL);
        wrong.finish()
    }
}

/// Ask the assistant
///
/// The run is worked on in the background; follow it by its stream.
#[utoipa::path(post, path = "/agent-runs", tag = "assistant", request_body = NewAgentRun, responses((status = 201, body = Run), Problems))]
async fn create(
    cx: Allow<UseAgent>,
    State(assistant): State<Assistant>,
    Valid(new): Valid<NewAgentRun>,
) -> Result<Committed<impl IntoResponse>> {
    assistant.warm();
    let mut tx = cx.begin().await?;
    let wanted = NewRun {
        goal: new.goal.trim(),
        conversation: new.conversation_id,
        context: new.context.as_ref(),
        agent: graph::NAME,
    };
    let id = store::start(&mut tx, &wanted).await?;
    let run = read::runs(&mut tx, Which::One(id)).await?.pop().or_not_found("agent run")?.shown_to(cx.actor());
    let location = [(header::LOCATION, format!("/api/v1/agent-runs/{id}"))];
    tx.commit((StatusCode::CREATED, location, Json(run))).await
}

/// List the caller's runs, newest first
#[utoipa::path(get, path = "/agent-runs", tag = "assistant", params(RunParams), responses((status = 200, body = Page<Run>), Problems))]
async fn index(cx: Allow<UseAgent>, Query(asked): Query<RunParams>) -> Result<Json<Page<Run>>> {
    let (limit, wanted) = (limit_of(asked.limit)?, asked.wanted()?);
    let mut tx = cx.begin().await?;
    let mut page = read::page(&mut tx, wanted, limit, asked.cursor.as_deref()).await?;
    page.items = page.items.into_iter().map(|run| run.shown_to(cx.actor())).collect();
    tx.done(Json(page)).await
}

/// One run, with its steps, its answer and its proposals
#[utoipa::path(get, path = "/agent-runs/{id}", tag = "assistant", params(("id" = AgentRunId, Path)), responses((status = 200, body = Run), Problems))]
async fn get(cx: Allow<UseAgent>, Path(id): Path<AgentRunId>) -> Result<Json<Run>> {
    let mut tx = cx.begin().await?;
    let run = read::runs(&mut tx, Which::One(id)).await?.pop().or_not_found("agent run")?.shown_to(cx.actor());
    tx.done(Json(run)).await
}

/// Follow a run as it happens
///
/// Events: `plan`, `step`, `text`, `proposal`, `question`, `answer`, `error`, `done`. `Last-Event-ID` resumes.
#[utoipa::path(get, path = "/agent-runs/{id}/stream", tag = "assistant", params(("id" = AgentRunId, Path), ("Last-Event-ID" = Option<i32>, Header, description = "The last event that was seen")),
    responses((status = 200, body = String, content_type = "text/event-stream"), Problems))]
async fn watch(
    cx: Allow<UseAgent>,
    State(assistant): State<Assistant>,
    Path(id): Path<AgentRunId>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let after = match headers.get("last-event-id").map(|v| v.to_str().ok().and_then(|v| v.parse().ok())) {
        Some(Some(n)) if n >= 0 => n,
        None => 0,
        Some(_) => {
            return Err(Error::unreadable(
                "invalid_last_event_id",
                "Last-Event-ID takes the id of the last event that was seen",
            )
            .on("Last-Event-ID"));
        }
    };
    // Watched from before it is looked up: nothing told in between is missed.
    let woken = assistant.watch();
    let mut tx = cx.begin().await?;
    store::told_after(&mut tx, id, i32::MAX).await?;
    tx.done(()).await?;
    let events = stream::events((*cx).clone(), id, after, woken);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// Cancel a run
#[utoipa::path(post, path = "/agent-runs/{id}/cancellation", tag = "assistant", params(("id" = AgentRunId, Path)), responses((status = 202, description = "It stops before its next step"), Problems))]
async fn cancel(
    cx: Allow<UseAgent>,
    State(assistant): State<Assistant>,
    Path(id): Path<AgentRunId>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    store::cancel(&mut tx, id).await?;
    let committed = tx.commit(StatusCode::ACCEPTED).await?;
    assistant.wake(id);
    Ok(committed)
}

/// What a person thought of an answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Feedback {
    useful: bool,
    #[schema(max_length = 4000)]
    comment: Option<String>,
    /// How good it was, from 1 to 5: asked now and then.
    #[schema(minimum = 1, maximum = 5)]
    rating: Option<i64>,
}

impl Validate for Feedback {
    fn validate(&self) -> Result<()> {
        let mut wrong = dealwright_crm::record::Texts::default();
        wrong.optional("comment", self.comment.as_deref(), 4000);
        wrong.finish()?;
        match self.rating {
            Some(rating) if !(1..=5).contains(&rating) => Err(Error::field("rating", "out_of_range", "from 1 to 5")),
            _ => Ok(()),
        }
    }
}

/// Say whether an answer was useful
#[utoipa::path(post, path = "/agent-runs/{id}/feedback", tag = "assistant", params(("id" = AgentRunId, Path)), request_body = Feedback, responses((status = 204, description = "Kept"), Problems))]
async fn rate(
    cx: Allow<UseAgent>,
    Path(id): Path<AgentRunId>,
    Valid(body): Valid<Feedback>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    store::rate(&mut tx, id, &RunFeedback { useful: body.useful, comment: body.comment, rating: body.rating }).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// In which way a draft was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DraftUsedBy {
    /// Into the clipboard.
    Copied,
    /// In the person's mail program.
    Opened,
    /// As an activity of its record.
    Logged,
}

/// That a draft was used.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftUse {
    how: DraftUsedBy,
}

/// Say that a draft of an answer was used
///
/// Counted once for each way, for the figures of quality.
#[utoipa::path(post, path = "/agent-runs/{id}/drafts/{n}/uses", tag = "assistant", params(("id" = AgentRunId, Path), ("n" = i32, Path, description = "Which draft of the answer, from 0", minimum = 0, maximum = 99)),
    request_body = DraftUse, responses((status = 204, description = "Counted"), Problems))]
async fn use_draft(
    cx: Allow<UseAgent>,
    Path((id, n)): Path<(AgentRunId, i32)>,
    Json(used): Json<DraftUse>,
) -> Result<Committed<StatusCode>> {
    let how = match used.how {
        DraftUsedBy::Copied => "copied",
        DraftUsedBy::Opened => "opened",
        DraftUsedBy::Logged => "logged",
    };
    let mut tx = cx.begin().await?;
    store::use_draft(&mut tx, id, n, how).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// List the caller's conversations, latest first
#[utoipa::path(get, path = "/conversations", tag = "assistant", params(PageParams), responses((status = 200, body = Page<Conversation>), Problems))]
async fn conversations(
    cx: Allow<UseAgent>,
    State(assistant): State<Assistant>,
    Query(asked): Query<PageParams>,
) -> Result<Json<Page<Conversation>>> {
    // Whoever opens the assistant is about to ask.
    assistant.warm();
    let limit = asked.limit()?;
    let mut tx = cx.begin().await?;
    let page = read::conversations(&mut tx, limit, asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// A conversation with its runs.
#[derive(Debug, Serialize, ToSchema)]
struct WholeConversation {
    #[serde(flatten)]
    conversation: Conversation,
    /// Oldest first; the latest hundred.
    runs: Vec<Run>,
}

/// One conversation with its runs
#[utoipa::path(get, path = "/conversations/{id}", tag = "assistant", params(("id" = ConversationId, Path)), responses((status = 200, body = WholeConversation), Problems))]
async fn conversation(cx: Allow<UseAgent>, Path(id): Path<ConversationId>) -> Result<Json<WholeConversation>> {
    let mut tx = cx.begin().await?;
    let conversation = read::conversation(&mut tx, id).await?;
    let runs = read::runs(&mut tx, Which::Of(id)).await?;
    let runs = runs.into_iter().map(|run| run.shown_to(cx.actor())).collect();
    tx.done(Json(WholeConversation { conversation, runs })).await
}

/// How the language model is
#[utoipa::path(get, path = "/ai/status", tag = "assistant", responses((status = 200, body = AiStatus), Problems))]
async fn status(SignedIn(_cx): SignedIn, State(assistant): State<Assistant>) -> Result<Json<AiStatus>> {
    Ok(Json(assistant.status()))
}
