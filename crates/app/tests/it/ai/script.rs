//! A remote model whose words are a script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dealwright_ai::agent::{self, RunJob};
use dealwright_ai::provider::embedding::LocalEmbedding;
use dealwright_ai::provider::{Chat, Embedded, LlmProvider, OnText, ProviderError, Reply, State, Status, Usage};
use dealwright_ai::{Assistant, Consult};
use dealwright_testkit::{Person, TestApp};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;

/// Answers its answers in turn, whatever it is asked.
#[derive(Debug)]
pub(super) struct Script {
    answers: Vec<String>,
    heard: Mutex<Vec<String>>,
    embedding: LocalEmbedding,
}

impl Script {
    pub(super) fn new(answers: &[&str]) -> Arc<Self> {
        Self::with(answers, LocalEmbedding::new(watch::channel(None).1))
    }

    pub(super) fn with(answers: &[&str], embedding: LocalEmbedding) -> Arc<Self> {
        let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
        Arc::new(Self { answers, heard: Mutex::default(), embedding })
    }

    /// The last message of each call.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl LlmProvider for Script {
    fn model(&self) -> &str {
        "script-1"
    }

    fn name(&self) -> &'static str {
        "script"
    }

    fn is_local(&self) -> bool {
        false
    }

    fn status(&self) -> Status {
        Status { state: State::Ready, message: None }
    }

    fn chat<'a>(&'a self, chat: &'a Chat, on_text: OnText<'a>) -> BoxFuture<'a, Result<Reply, ProviderError>> {
        let mut heard = self.heard.lock().unwrap();
        let answer = self.answers.get(heard.len() % self.answers.len()).cloned().unwrap_or_default();
        heard.push(chat.messages.last().unwrap().content.clone());
        on_text(&answer);
        let reply = Reply {
            text: answer,
            usage: Usage { tokens_in: 1000, tokens_out: 100 },
            first_token: Duration::from_millis(5),
            latency: Duration::from_millis(9),
            cut: false,
            model: Some("script-1-2026".to_owned()),
        };
        Box::pin(async move { Ok(reply) })
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, ProviderError>> {
        Box::pin(self.embedding.embed(texts))
    }

    fn warm(&self) {}

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// Asks with this model and runs the run to its end.
pub(super) async fn ask(app: &TestApp, person: &Person, script: &Arc<Script>, prices: &str, body: Value) -> Value {
    let made = person.post("/agent-runs", body).await.ok();
    execute(app, person, script, prices, &made).await
}

/// Runs a run that was made.
pub(super) async fn execute(app: &TestApp, person: &Person, script: &Arc<Script>, prices: &str, made: &Value) -> Value {
    let models = watch::channel(Vec::new()).1;
    let assistant = Assistant::new(Some(script.clone()), prices.parse().unwrap(), Consult::Unsure, models);
    execute_with(app, person, &assistant, made).await
}

/// Runs a run with this assistant.
pub(super) async fn execute_with(app: &TestApp, person: &Person, assistant: &Assistant, made: &Value) -> Value {
    let id = made["id"].as_str().unwrap();
    let cx = app.state.access.context_for(app.org, person.id).await.unwrap();
    let job = RunJob { user: person.id.0, run: id.parse().unwrap() };
    agent::graph::execute(assistant, &cx, &job).await.unwrap();
    person.get(&format!("/agent-runs/{id}")).await.ok()
}
