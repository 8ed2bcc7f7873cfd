//! `/agent-runs/{id}/replays`: a run tried again, and with what it may be.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::Allow;
use dealwright_access::policy::UseAgent;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Planner, Replay, Trial, compare, store};
use crate::agent::graph;
use crate::prompt::{self, Version};
use crate::{Assistant, AssistantState};

/// The endpoints.
pub fn router() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(choices))
}

/// By what a request is planned this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplayPlanner)]
enum By {
    /// As a request is that is asked now.
    Usual,
    /// Without a model.
    Grammar,
    /// By the model that `model` names.
    Model,
}

/// With what a run is tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReplay {
    planner: By,
    /// For `model`: the name of one that this installation uses.
    #[schema(max_length = 200)]
    model: Option<String>,
    /// The id of a version of a prompt, such as `plan-all-2`.
    #[schema(max_length = 100)]
    prompt_version: Option<String>,
}

impl Validate for NewReplay {
    fn validate(&self) -> Result<()> {
        if (self.planner == By::Model) != self.model.is_some() {
            return Err(Error::field("model", "required", "a model belongs to the planner `model`, and to no other"));
        }
        if self.planner == By::Grammar && self.prompt_version.is_some() {
            return Err(Error::field("prompt_version", "invalid_value", "the grammar reads no prompt"));
        }
        Ok(())
    }
}

/// The prompt and the version that an id names.
fn named(id: &str) -> Result<(&'static str, &'static str)> {
    let versions = prompt::ALL.into_iter().flat_map(|prompt| prompt.versions.iter().map(move |v| (prompt.name, v)));
    let found =
        versions.into_iter().find(|(_, version)| version.id == id).map(|(name, version)| (name, version.number));
    found.ok_or_else(|| Error::field("prompt_version", "unknown_version", "there is no such version of a prompt"))
}

impl NewReplay {
    fn trial(&self, assistant: &Assistant) -> Result<Trial> {
        let planner = match (self.planner, &self.model) {
            (By::Usual, _) => Planner::Usual,
            (By::Grammar, _) => Planner::Grammar,
            (By::Model, model) => {
                let name = model.clone().unwrap_or_default();
                if !assistant.links().iter().any(|link| link.provider.model() == name) {
                    return Err(Error::field("model", "unknown_model", "this installation uses no such model"));
                }
                Planner::Model(name)
            }
        };
        Ok(Trial { planner, prompt: self.prompt_version.as_deref().map(named).transpose()? })
    }
}

/// Try a run again with another model, without one, or with another version of a prompt
///
/// Nothing comes of it: it reads with the caller's rights, proposes nothing and counts in no figure. For the run's person, and for who may
/// read the guardrails; the latter are told the numbers of somebody else's run and not its words. Answers when it is done.
#[utoipa::path(post, path = "/agent-runs/{id}/replays", tag = "assistant", params(("id" = AgentRunId, Path)), request_body = NewReplay, responses((status = 201, body = Replay), Problems))]
async fn create(
    cx: Allow<UseAgent>,
    State(assistant): State<Assistant>,
    Path(id): Path<AgentRunId>,
    Valid(new): Valid<NewReplay>,
) -> Result<Committed<impl IntoResponse>> {
    let trial = new.trial(&assistant)?;
    let mut tx = cx.begin().await?;
    let request = store::request(&mut tx, id).await?;
    let (before, whole) = store::before(&mut tx, cx.actor(), id).await?;
    tx.done(()).await?;
    let after = graph::replay(&assistant, &cx, &request, &trial).await?;
    let mut tx = cx.begin().await?;
    let same = compare(&before, &after, whole);
    let replay = Replay { id: tx.new_id(), run_id: id, at: tx.now(), before, after, same };
    store::insert(&mut tx, &replay).await?;
    tx.commit((StatusCode::CREATED, Json(replay))).await
}

/// The caller's replays of a run.
#[derive(Debug, Serialize, ToSchema)]
struct Replays {
    /// Latest first; at most twenty.
    items: Vec<Replay>,
}

/// List the caller's replays of a run, latest first
#[utoipa::path(get, path = "/agent-runs/{id}/replays", tag = "assistant", params(("id" = AgentRunId, Path)), responses((status = 200, body = Replays), Problems))]
async fn index(cx: Allow<UseAgent>, Path(id): Path<AgentRunId>) -> Result<Json<Replays>> {
    let mut tx = cx.begin().await?;
    store::request(&mut tx, id).await?;
    let items = store::of_run(&mut tx, id).await?;
    tx.done(Json(Replays { items })).await
}

/// A version of a prompt that a run may be tried with.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayPrompt {
    id: &'static str,
    about: &'static str,
}

/// With what a run may be tried again.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayChoices {
    /// Models by name, in the order in which they are asked.
    models: Vec<String>,
    prompt_versions: Vec<ReplayPrompt>,
}

/// With what a run may be tried again
#[utoipa::path(get, path = "/ai/replay-choices", tag = "assistant", responses((status = 200, body = ReplayChoices), Problems))]
async fn choices(_cx: Allow<UseAgent>, State(assistant): State<Assistant>) -> Result<Json<ReplayChoices>> {
    let models = assistant.links().iter().map(|link| link.provider.model().to_owned()).collect();
    let shown = |version: &'static Version| ReplayPrompt { id: version.id, about: version.about };
    let prompt_versions = prompt::ALL.into_iter().flat_map(|prompt| prompt.versions).map(shown).collect();
    Ok(Json(ReplayChoices { models, prompt_versions }))
}
