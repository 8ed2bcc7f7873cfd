//! `/guardrails`: the policy, the kill switch and the test bench.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::Allow;
use dealwright_access::policy::{ReadGuardrail, UpdateGuardrail};
use dealwright_crm::record::{Ref, Texts};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Valid, Validate, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Change, Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Guardrails, Keep, TextFilter, ToolRule, store};
use crate::safety::{self, Verdict};
use crate::{GovernanceState, Proposes, ToolName, Tools};

/// The endpoints.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(get, put)).routes(routes!(stop, resume)).routes(routes!(trial))
}

/// A tool, as the rules can name it.
#[derive(Debug, Serialize, ToSchema)]
struct KnownTool {
    name: String,
    about: String,
    /// Whether it proposes a `change` or a `task`; null for one that only reads.
    #[schema(value_type = Option<String>)]
    proposes: Option<&'static str>,
}

impl From<&ToolName> for KnownTool {
    fn from(tool: &ToolName) -> Self {
        let proposes = tool.proposes.map(|proposes| match proposes {
            Proposes::Change => "change",
            Proposes::Task => "task",
        });
        Self { name: tool.name.to_string(), about: tool.about.to_string(), proposes }
    }
}

/// That the assistant was stopped.
#[derive(Debug, Serialize, ToSchema)]
struct Stopped {
    reason: String,
    by: Option<Ref>,
    at: DateTime<Utc>,
}

/// The policy in force.
#[derive(Debug, Serialize, ToSchema)]
struct GuardrailsInForce {
    remote_models: bool,
    content_filter: TextFilter,
    injection_filter: TextFilter,
    blocked_topics: Vec<String>,
    keep_prompts: Keep,
    retention_days: i64,
    tools: Vec<ToolRule>,
    /// Every tool there is, and those of other servers that are allowed.
    known_tools: Vec<KnownTool>,
    /// Null while the assistant runs.
    stopped: Option<Stopped>,
    /// Whether it is the one that the product comes with, unchanged.
    shipped: bool,
    version: i64,
    updated_by: Option<Ref>,
    updated_at: Option<DateTime<Utc>>,
}

async fn told(tx: &mut Tx, tools: &Tools) -> Result<GuardrailsInForce> {
    let kept = store::policy(tx).await?;
    let outside = store::outside_tools(tx).await?;
    let stopped = store::stopped(tx).await?.map(|stop| Stopped { reason: stop.reason, by: stop.by, at: stop.at });
    let Guardrails {
        remote_models,
        content_filter,
        injection_filter,
        blocked_topics,
        keep_prompts,
        retention_days,
        tools: rules,
        version: _,
    } = kept.rails;
    Ok(GuardrailsInForce {
        remote_models,
        content_filter,
        injection_filter,
        blocked_topics,
        keep_prompts,
        retention_days,
        tools: rules,
        known_tools: tools.0.iter().chain(&outside).map(Into::into).collect(),
        stopped,
        shipped: kept.version == 0,
        version: kept.version,
        updated_by: kept.updated_by,
        updated_at: kept.updated_at,
    })
}

/// An event about the policy, for the audit log.
fn event(tx: &Tx, verb: &str, version: Option<i64>) -> Event {
    let subject = Subject { object: "guardrail", id: tx.org().0, name: "AI guardrails".to_owned(), version };
    Event::with_id(tx.new_id().into(), format!("guardrail.{verb}"), subject)
}

/// What the assistant may do
#[utoipa::path(get, path = "/guardrails", tag = "governance", responses((status = 200, body = GuardrailsInForce), Problems))]
async fn get(cx: Allow<ReadGuardrail>, State(tools): State<Tools>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let rails = told(&mut tx, &tools).await?;
    tx.done((etag(rails.version), Json(rails))).await
}

/// Replace what the assistant may do
///
/// In force from the next step of every run. Version 0 is that of the policy that the product comes with.
#[utoipa::path(put, path = "/guardrails", tag = "governance", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = Guardrails, responses((status = 200, body = GuardrailsInForce), Problems))]
async fn put(
    cx: Allow<UpdateGuardrail>,
    State(tools): State<Tools>,
    if_match: IfMatch,
    Valid(rails): Valid<Guardrails>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(rails.version)?;
    let rails = rails.trimmed();
    rails.check(&tools.0)?;
    let mut tx = cx.begin().await?;
    let kept = store::policy(&mut tx).await?;
    if kept.version != version {
        return Err(stale(kept.version, &kept.rails, &rails));
    }
    let named: Vec<Uuid> = rails.tools.iter().filter_map(|rule| rule.role_id).collect();
    let there = store::roles_exist(&mut tx, &named).await?;
    if let Some(n) = rails.tools.iter().position(|rule| rule.role_id.is_some_and(|role| !there.contains(&role))) {
        return Err(Error::field(format!("tools.{n}.role_id"), "unknown_role", "there is no such role"));
    }
    let changes = diff(&kept.rails, &rails)?;
    if !changes.is_empty() {
        if !store::write(&mut tx, version, cx.actor().user, &rails).await? {
            return Err(stale(version + 1, &kept.rails, &rails));
        }
        let told = event(&tx, "updated", Some(version + 1)).changes(changes);
        tx.emit(told);
    }
    let rails = told(&mut tx, &tools).await?;
    tx.commit((etag(rails.version), Json(rails))).await
}

/// Why the assistant is stopped.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StopReason {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

impl Validate for StopReason {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("reason", &self.reason, 500);
        wrong.finish()
    }
}

/// Stop the assistant
///
/// The kill switch: runs end before their next step, no tool runs, by no path, and no model is asked, until it is let go. What
/// waits for approval stays, and people may decide on it. Stopped twice, the first reason stands.
#[utoipa::path(put, path = "/guardrails/stop", tag = "governance", request_body = StopReason, responses((status = 200, body = GuardrailsInForce), Problems))]
async fn stop(
    cx: Allow<UpdateGuardrail>,
    State(tools): State<Tools>,
    Valid(why): Valid<StopReason>,
) -> Result<Committed<Json<GuardrailsInForce>>> {
    let mut tx = cx.begin().await?;
    let reason = why.reason.trim();
    if store::stop(&mut tx, cx.actor().user, reason).await? {
        let change = Change {
            field: "stopped".to_owned(),
            old: false.into(),
            new: true.into(),
            old_label: None,
            new_label: None,
        };
        let told = event(&tx, "stopped", None).changes(vec![change]).data(serde_json::json!({ "reason": reason }));
        tx.emit(told);
    }
    let rails = told(&mut tx, &tools).await?;
    tx.commit(Json(rails)).await
}

/// Let the assistant run again
#[utoipa::path(delete, path = "/guardrails/stop", tag = "governance", responses((status = 204, description = "It runs"), Problems))]
async fn resume(cx: Allow<UpdateGuardrail>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    if store::resume(&mut tx).await? {
        let change = Change {
            field: "stopped".to_owned(),
            old: true.into(),
            new: false.into(),
            old_label: None,
            new_label: None,
        };
        let told = event(&tx, "resumed", None).changes(vec![change]);
        tx.emit(told);
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// A text for the test bench.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrialText {
    #[schema(min_length = 1, max_length = 20_000)]
    text: String,
    /// Judged by these; by those in force when absent.
    guardrails: Option<Guardrails>,
}

impl Validate for TrialText {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("text", &self.text, 20_000);
        wrong.finish()?;
        self.guardrails.as_ref().map_or(Ok(()), Validate::validate)
    }
}

/// What the guardrails make of a text.
#[derive(Debug, Serialize, ToSchema)]
struct Trial {
    /// Whether a request with this text would be declined.
    declined: bool,
    /// The topic for which it would be.
    blocked_topic: Option<String>,
    /// As a harmful request.
    content: Verdict,
    /// As a text that means to give the assistant orders.
    injection: Verdict,
    /// The text as it would be sent to a model on another machine, and kept when redacted.
    redacted: String,
    /// How many pieces of personal data were found, by kind.
    personal_data: std::collections::BTreeMap<&'static str, usize>,
}

/// Try the guardrails on a text
///
/// Nothing is run, asked or kept.
#[utoipa::path(post, path = "/guardrails/trial", tag = "governance", request_body = TrialText, responses((status = 200, body = Trial), Problems))]
async fn trial(cx: Allow<ReadGuardrail>, Valid(asked): Valid<TrialText>) -> Result<Json<Trial>> {
    let rails = match asked.guardrails {
        Some(rails) => rails.trimmed(),
        None => {
            let mut tx = cx.begin().await?;
            let kept = store::policy(&mut tx).await?;
            tx.done(kept.rails).await?
        }
    };
    let content = safety::harmful(&asked.text, rails.content_filter);
    let injection = safety::orders(&asked.text, rails.injection_filter);
    let blocked_topic = rails.blocked(&asked.text).map(str::to_owned);
    let spans = crate::privacy::find(&asked.text);
    let mut personal_data = std::collections::BTreeMap::new();
    for span in &spans {
        *personal_data.entry(span.kind.as_str()).or_default() += 1;
    }
    Ok(Json(Trial {
        declined: blocked_topic.is_some() || content.blocks() || injection.blocks(),
        redacted: crate::privacy::redacted(&asked.text, &spans),
        blocked_topic,
        content,
        injection,
        personal_data,
    }))
}
