//! The assistant: it reads what its user may read and proposes what they may change.
//!
//! [`planner`] understands a request, [`resolve`] turns its words into values, [`tools`] do the work, [`agent`] walks from
//! one to the next, [`grounding`] sees to it that nothing is said that is not known, [`proposal`] waits for a person; [`sentence`] turns a line of words into a list's filter.
//! [`provider`] reaches a language model, on this machine or elsewhere; without one, a grammar plans alone.

pub mod agent;
mod ask;
pub mod grounding;
pub mod guard;
pub mod planner;
pub mod prompt;
pub mod proposal;
pub mod provider;
pub mod resolve;
pub mod sentence;
pub mod tools;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::FromRef;
use dealwright_access::{Access, Context};
use dealwright_kernel::Error;
use dealwright_kernel::id::{AgentRunId, UserId};
use dealwright_knowledge::Knowledge;
use dealwright_knowledge::embedding::Meaning;
use dealwright_store::bundle::Progress;
use dealwright_store::job::{Job, Worker};
use dealwright_trace::Traces;
use serde::Serialize;
use tokio::sync::{broadcast, watch};
use utoipa::ToSchema;
use uuid::Uuid;

use agent::store::call::{Called, Purpose};
use provider::breaker::Breaker;
use provider::price::Prices;
use provider::{Embedded, LlmProvider, ProviderError, Reply, State};
use resolve::Reading;

/// When a model is asked for a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consult {
    /// When the grammar does not cover the request.
    #[default]
    Unsure,
    /// For each request.
    Always,
}

/// Everything the assistant needs at run time; cheap to clone.
#[derive(Clone, Debug)]
pub struct Assistant(Arc<Inner>);

/// Where the person is; UTC when they did not say.
#[must_use]
pub fn zone(cx: &Context) -> chrono_tz::Tz {
    cx.actor().time_zone.as_deref().and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC)
}

/// The day it is where the person is.
#[must_use]
pub fn today(cx: &Context) -> chrono::NaiveDate {
    cx.clock().now().with_timezone(&zone(cx)).date_naive()
}

/// What a person's words are read against: their day and how their locale writes.
#[must_use]
pub fn reading(cx: &Context) -> Reading {
    Reading::of_locale(today(cx), cx.actor().locale.as_deref().unwrap_or_default())
}

/// Where traces go, and what is in them.
#[derive(Clone, Debug, Default)]
pub struct Tracing {
    pub traces: Traces,
    /// Whether they hold what was asked and answered, as the audit keeps it.
    pub content: bool,
}

/// What the handlers of runs ask for.
#[derive(Clone, Debug, FromRef)]
pub struct AssistantState {
    pub access: Access,
    pub assistant: Assistant,
}

/// A provider, and whether it may be asked.
#[derive(Debug)]
pub(crate) struct Link {
    pub provider: Arc<dyn LlmProvider>,
    pub breaker: Breaker,
}

#[derive(Debug)]
struct Inner {
    /// In the order in which they are asked: one after another does not answer.
    chain: Vec<Link>,
    prices: Prices,
    consult: Consult,
    downloads: watch::Receiver<Vec<Progress>>,
    knowledge: OnceLock<Knowledge>,
    woken: broadcast::Sender<Uuid>,
    traces: OnceLock<Tracing>,
}

/// How the language model is, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiStatus {
    pub mode: Mode,
    pub state: State,
    pub model: Option<String>,
    pub message: Option<String>,
    pub downloads: Vec<Download>,
}

/// Where the model runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Local,
    Remote,
    Off,
}

/// A download of a model or of its server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Download {
    pub name: String,
    pub label: String,
    pub done_bytes: u64,
    pub total_bytes: u64,
    /// `waiting`, `running`, `done` or `failed`.
    #[schema(value_type = String)]
    pub state: dealwright_store::bundle::ProgressState,
    pub error: Option<String>,
}

impl Download {
    fn of(progress: &Progress) -> Self {
        Self {
            name: progress.name.to_owned(),
            label: progress.label.to_owned(),
            done_bytes: progress.done_bytes,
            total_bytes: progress.total_bytes,
            state: progress.state,
            error: progress.error.clone(),
        }
    }
}

impl Assistant {
    /// With a model, or with none. `downloads` tells how far the local model's files are.
    #[must_use]
    pub fn new(
        provider: Option<Arc<dyn LlmProvider>>,
        prices: Prices,
        consult: Consult,
        downloads: watch::Receiver<Vec<Progress>>,
    ) -> Self {
        Self::chain(provider.into_iter().collect(), prices, consult, downloads)
    }

    /// With several models: each is asked when those before it do not answer.
    #[must_use]
    pub fn chain(
        providers: Vec<Arc<dyn LlmProvider>>,
        prices: Prices,
        consult: Consult,
        downloads: watch::Receiver<Vec<Progress>>,
    ) -> Self {
        let chain = providers.into_iter().map(|provider| Link { provider, breaker: Breaker::default() }).collect();
        let (knowledge, traces, woken) = (OnceLock::new(), OnceLock::new(), broadcast::channel(256).0);
        Self(Arc::new(Inner { chain, prices, consult, downloads, knowledge, woken, traces }))
    }

    /// Without a model: the grammar plans alone, and says so.
    #[must_use]
    pub fn off() -> Self {
        Self::new(None, Prices::default(), Consult::Unsure, watch::channel(Vec::new()).1)
    }

    /// Gives it what passages are looked up by; the first time counts.
    pub fn knows(&self, knowledge: &Knowledge) {
        // An error means that it knows already.
        _ = self.0.knowledge.set(knowledge.clone());
    }

    /// Tells it where traces go; the first time counts.
    pub fn traced(&self, tracing: Tracing) {
        // An error means that it knows already.
        _ = self.0.traces.set(tracing);
    }

    /// Where traces go, if they go anywhere.
    #[must_use]
    pub fn tracing(&self) -> Option<&Tracing> {
        self.0.traces.get().filter(|tracing| tracing.traces.are_on())
    }

    /// The vector of a question, if anything makes vectors: ask before the transaction.
    pub async fn meaning(&self, question: &str) -> Option<Meaning> {
        self.0.knowledge.get()?.meaning(question).await
    }

    /// Registers its jobs.
    pub fn on(self, worker: Worker, access: &Access) -> Worker {
        let access = access.clone();
        worker.on(agent::JOB, move |job| {
            let (assistant, access) = (self.clone(), access.clone());
            async move { assistant.run_job(&access, job).await }
        })
    }

    async fn run_job(&self, access: &Access, job: Job) -> dealwright_kernel::Result<()> {
        let told: agent::RunJob = serde_json::from_value(job.payload).map_err(Error::internal)?;
        let org = job.org.ok_or_else(|| Error::internal("a run's job has an organisation"))?;
        let person = access.context_for(org, UserId(told.user)).await?;
        agent::graph::execute(self, &person, &told).await?;
        agent::trace::send(self, &person, AgentRunId(told.run)).await;
        Ok(())
    }

    /// The language model that is asked first, if one is used.
    #[must_use]
    pub fn provider(&self) -> Option<Arc<dyn LlmProvider>> {
        self.0.chain.first().map(|link| Arc::clone(&link.provider))
    }

    /// Every model, in the order in which they are asked.
    pub(crate) fn links(&self) -> &[Link] {
        &self.0.chain
    }

    pub(crate) fn prices(&self) -> &Prices {
        &self.0.prices
    }

    pub(crate) fn consult(&self) -> Consult {
        self.0.consult
    }

    /// Gets the model ready ahead of a request.
    pub fn warm(&self) {
        if let Some(first) = self.0.chain.first() {
            first.provider.warm();
        }
    }

    /// Stops what the model needs: its server, when it runs here.
    pub async fn stop(&self) {
        for link in &self.0.chain {
            link.provider.stop().await;
        }
    }

    /// Wakes the watchers of a run in this process.
    pub(crate) fn wake(&self, run: AgentRunId) {
        // An error means that nobody is watching.
        _ = self.0.woken.send(run.0);
    }

    pub(crate) fn watch(&self) -> broadcast::Receiver<Uuid> {
        self.0.woken.subscribe()
    }

    /// What a person's words are read against.
    pub(crate) fn reading(&self, cx: &Context) -> Reading {
        reading(cx)
    }

    /// A call for a plan, for the record.
    pub(crate) fn called(
        &self,
        provider: &dyn LlmProvider,
        outcome: &Result<Reply, ProviderError>,
        took: Duration,
    ) -> Called {
        let ms = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
        let reply = outcome.as_ref().ok();
        let usage = reply.map(|r| r.usage).unwrap_or_default();
        let cost_micros = match outcome {
            _ if provider.is_local() => Some(0),
            // Nobody has answered, so nothing is charged.
            Err(ProviderError::Unavailable(_) | ProviderError::Refused { .. }) => Some(0),
            Err(ProviderError::Timeout(_) | ProviderError::Broken(_)) => None,
            Ok(_) => self.0.prices.micros(provider.model(), usage),
        };
        Called {
            purpose: Purpose::Plan,
            model: provider.model().to_owned(),
            provider: provider.name(),
            answered_by: reply.and_then(|r| r.model.clone()),
            local: provider.is_local(),
            prompt_version: None,
            tokens_in: usage.tokens_in.into(),
            tokens_out: usage.tokens_out.into(),
            first_token_ms: reply.map(|r| ms(r.first_token)),
            latency_ms: ms(took),
            cost_micros,
            error: outcome.as_ref().err().map(ToString::to_string),
            error_type: outcome.as_ref().err().map(ProviderError::kind),
        }
    }

    /// A call for embeddings, for the record.
    pub(crate) fn embedded(
        &self,
        provider: &dyn LlmProvider,
        outcome: &Result<Embedded, ProviderError>,
        took: Duration,
    ) -> Called {
        let cost_micros = match outcome {
            Ok(done) if !done.local => self.0.prices.micros(&done.model, done.usage),
            Err(ProviderError::Timeout(_) | ProviderError::Broken(_)) if !provider.is_local() => None,
            Ok(_) | Err(_) => Some(0),
        };
        let done = outcome.as_ref().ok();
        Called {
            purpose: Purpose::Embed,
            model: done.map_or_else(|| provider.model().to_owned(), |d| d.model.clone()),
            provider: provider.name(),
            answered_by: done.map(|d| d.model.clone()),
            local: done.map_or_else(|| provider.is_local(), |d| d.local),
            prompt_version: None,
            tokens_in: done.map_or(0, |d| d.usage.tokens_in.into()),
            tokens_out: 0,
            first_token_ms: None,
            latency_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
            cost_micros,
            error: outcome.as_ref().err().map(ToString::to_string),
            error_type: outcome.as_ref().err().map(ProviderError::kind),
        }
    }

    /// How the model is.
    #[must_use]
    pub fn status(&self) -> AiStatus {
        let downloads = self.0.downloads.borrow().iter().map(Download::of).collect();
        let Some(Link { provider, .. }) = self.0.chain.first() else {
            let message = "No language model is used. Common requests are understood without one.".to_owned();
            return AiStatus { mode: Mode::Off, state: State::Off, model: None, message: Some(message), downloads };
        };
        let status = provider.status();
        let mode = if provider.is_local() { Mode::Local } else { Mode::Remote };
        AiStatus {
            mode,
            state: status.state,
            model: Some(provider.model().to_owned()),
            message: status.message,
            downloads,
        }
    }
}
