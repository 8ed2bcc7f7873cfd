//! Any OpenAI-compatible endpoint: OpenAI, Azure OpenAI, Ollama, vLLM, llama.cpp.
//!
//! Chat is streamed. A call is tried again, with growing pauses, when the endpoint can't be reached or says that it is
//! busy or broken (429, 5xx), and never once a word has been heard. What an endpoint does not know of the protocol
//! (`response_format`, `max_tokens`) is left out after it has said so.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::embedding::LocalEmbedding;
use super::sse::Lines;
pub use super::transport::Limits;
use super::transport::{self, plain};
use super::{Chat, Embedded, LlmProvider, Message, OnText, ProviderError, Reply, State, Status, Usage};

/// Whom to ask and how.
#[derive(Clone)]
pub struct Endpoint {
    /// Up to and with `/v1`.
    pub base_url: String,
    pub key: Option<String>,
    pub model: String,
    /// For embeddings; the local model makes them when absent.
    pub embedding_model: Option<String>,
    pub limits: Limits,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("base_url", &self.base_url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// A client of one endpoint.
#[derive(Debug)]
pub struct OpenAi {
    endpoint: Endpoint,
    http: Client,
    /// Makes the embeddings when the endpoint has no model for them.
    embedding: Option<LocalEmbedding>,
    /// The server is llama.cpp's own: grammars, slots and the prompt cache can be used.
    llama: bool,
    without_format: AtomicBool,
    completion_tokens: AtomicBool,
    answered: AtomicBool,
    failed: AtomicBool,
}

impl OpenAi {
    /// # Errors
    /// When no TLS backend can be set up.
    pub fn new(endpoint: Endpoint) -> Result<Self, ProviderError> {
        Self::build(endpoint, false)
    }

    /// With the local model for embeddings, where the endpoint has none.
    #[must_use]
    pub fn with_embedding(self, embedding: LocalEmbedding) -> Self {
        Self { embedding: Some(embedding), ..self }
    }

    pub(super) fn of_llama(endpoint: Endpoint) -> Result<Self, ProviderError> {
        Self::build(endpoint, true)
    }

    fn build(endpoint: Endpoint, llama: bool) -> Result<Self, ProviderError> {
        let http = transport::client(&endpoint.limits, !llama)?;
        let endpoint = Endpoint { base_url: endpoint.base_url.trim_end_matches('/').to_owned(), ..endpoint };
        Ok(Self {
            endpoint,
            http,
            embedding: None,
            llama,
            without_format: AtomicBool::new(false),
            completion_tokens: AtomicBool::new(false),
            answered: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        })
    }

    fn body(&self, chat: &Chat) -> Result<Value, ProviderError> {
        let mut body = Map::new();
        body.insert("model".into(), json!(self.endpoint.model));
        body.insert("messages".into(), json!(chat.messages));
        body.insert("temperature".into(), json!(0));
        body.insert("stream".into(), json!(true));
        body.insert("stream_options".into(), json!({ "include_usage": true }));
        let limit = if self.completion_tokens.load(Ordering::Relaxed) { "max_completion_tokens" } else { "max_tokens" };
        body.insert(limit.into(), json!(chat.max_tokens));
        if self.llama {
            body.insert("cache_prompt".into(), json!(true));
            body.insert("seed".into(), json!(1));
            if let Some(schema) = &chat.schema {
                body.insert("grammar".into(), json!(schema.grammar()));
            }
        } else if let Some(schema) = chat.schema.as_ref().filter(|_| !self.without_format.load(Ordering::Relaxed)) {
            // Strict mode wants an object at the root; the reader takes the call out of it.
            let root = super::Schema::Object(vec![("call", schema.clone())]);
            // Raw, because a JSON map may sort its keys and the order of properties matters.
            let format = serde_json::to_string(&root).map_err(|e| ProviderError::Broken(e.to_string()))?;
            body.insert("response_format".into(), json!({ "type": "json_schema", "json_schema": { "name": "call", "strict": true, "schema": FORMAT_MARK } }));
            let text = serde_json::to_string(&body).map_err(|e| ProviderError::Broken(e.to_string()))?;
            return Ok(Value::String(text.replacen(&format!("\"{FORMAT_MARK}\""), &format, 1)));
        }
        Ok(Value::String(serde_json::to_string(&body).map_err(|e| ProviderError::Broken(e.to_string()))?))
    }

    fn request(&self, path: &str, body: &Value) -> RequestBuilder {
        let mut request =
            self.http.post(format!("{}/{path}", self.endpoint.base_url)).header("content-type", "application/json");
        if let Some(key) = &self.endpoint.key {
            // Azure OpenAI reads `api-key`, everyone else the bearer token.
            request = request.bearer_auth(key);
            if self.endpoint.base_url.contains(".azure.com") {
                request = request.header("api-key", key);
            }
        }
        request.body(body.as_str().unwrap_or_default().to_owned())
    }

    /// Sends until the endpoint takes it; answers the open response.
    async fn send(
        &self,
        path: &str,
        body: impl Fn(&Self) -> Result<Value, ProviderError>,
    ) -> Result<Response, ProviderError> {
        transport::send(&self.endpoint.limits, || Ok(self.request(path, &body(self)?)), |message| self.learn(message))
            .await
    }

    /// Leaves out what the endpoint has just said it does not know; answers whether that is worth another try.
    fn learn(&self, message: &str) -> bool {
        if message.contains("max_completion_tokens") {
            return !self.completion_tokens.swap(true, Ordering::Relaxed);
        }
        if message.contains("response_format") || message.contains("json_schema") {
            return !self.without_format.swap(true, Ordering::Relaxed);
        }
        false
    }

    async fn ask(&self, chat: &Chat, on_text: OnText<'_>) -> Result<Reply, ProviderError> {
        let started = Instant::now();
        let response = self.send("chat/completions", |this| this.body(chat)).await?;
        let mut bytes = response.bytes_stream();
        let mut lines = Lines::default();
        let mut reply = Reply {
            text: String::new(),
            usage: Usage::default(),
            first_token: Duration::ZERO,
            latency: Duration::ZERO,
            cut: false,
            model: None,
        };
        let mut finished = false;
        'stream: loop {
            let limit =
                if reply.text.is_empty() { self.endpoint.limits.first_token } else { self.endpoint.limits.between };
            let Ok(next) = tokio::time::timeout(limit, bytes.next()).await else {
                return Err(ProviderError::Timeout(format!("nothing for {} s", limit.as_secs())));
            };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(|e| ProviderError::Broken(plain(&e)))?;
            for data in lines.push(&chunk).map_err(|_| ProviderError::Broken("an endless line".into()))? {
                if data == "[DONE]" {
                    finished = true;
                    break 'stream;
                }
                let part: Part = serde_json::from_str(&data).map_err(|e| ProviderError::Broken(e.to_string()))?;
                if let Some(error) = part.error {
                    return Err(ProviderError::Broken(error.to_string()));
                }
                if let Some(model) = part.model {
                    reply.model.get_or_insert(model);
                }
                if let Some(usage) = part.usage {
                    reply.usage = Usage { tokens_in: usage.prompt_tokens, tokens_out: usage.completion_tokens };
                }
                for choice in part.choices {
                    if let Some(text) = choice.delta.and_then(|d| d.content).filter(|t| !t.is_empty()) {
                        if reply.text.is_empty() {
                            reply.first_token = started.elapsed();
                        }
                        on_text(&text);
                        reply.text.push_str(&text);
                    }
                    if let Some(reason) = choice.finish_reason {
                        finished = true;
                        reply.cut = reason == "length";
                    }
                }
            }
        }
        if !finished {
            return Err(ProviderError::Broken("the answer broke off".into()));
        }
        reply.latency = started.elapsed();
        Ok(reply)
    }

    async fn vectors(&self, texts: &[String]) -> Result<Embedded, ProviderError> {
        let started = Instant::now();
        let Some(model) = self.endpoint.embedding_model.as_deref() else {
            return match &self.embedding {
                Some(local) => local.embed(texts).await,
                None => Err(ProviderError::Unavailable("no embedding model is configured".into())),
            };
        };
        let body = json!({ "model": model, "input": texts });
        let text = Value::String(body.to_string());
        let response = self.send("embeddings", |_| Ok(text.clone())).await?;
        let answer: Embeddings = response.json().await.map_err(|e| ProviderError::Broken(plain(&e)))?;
        let mut data = answer.data;
        data.sort_by_key(|d| d.index);
        if data.len() != texts.len() {
            return Err(ProviderError::Broken(format!("{} vectors for {} texts", data.len(), texts.len())));
        }
        Ok(Embedded {
            vectors: data.into_iter().map(|d| d.embedding).collect(),
            model: model.to_owned(),
            local: false,
            usage: Usage { tokens_in: answer.usage.map_or(0, |u| u.prompt_tokens), tokens_out: 0 },
            latency: started.elapsed(),
        })
    }

    /// Reads a constant prompt in, so that the next call finds it in the cache.
    pub(super) async fn read_in(&self, prompt: &str) -> Result<(), ProviderError> {
        let chat = Chat { messages: vec![Message::system(prompt), Message::user("?")], schema: None, max_tokens: 1 };
        self.ask(&chat, &mut |_| {}).await.map(|_| ())
    }
}

/// Stands for the schema until the body is text.
const FORMAT_MARK: &str = "@schema@";

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    choices: Vec<Choice>,
    model: Option<String>,
    usage: Option<Used>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    prompt_tokens: u32,
    #[serde(default)]
    completion_tokens: u32,
}

#[derive(Deserialize)]
struct Embeddings {
    data: Vec<Embedding>,
    usage: Option<Used>,
}

#[derive(Deserialize)]
struct Embedding {
    #[serde(default)]
    index: usize,
    embedding: Vec<f32>,
}

impl LlmProvider for OpenAi {
    fn model(&self) -> &str {
        &self.endpoint.model
    }

    fn name(&self) -> &'static str {
        "openai"
    }

    fn is_local(&self) -> bool {
        self.llama
    }

    fn status(&self) -> Status {
        if self.failed.load(Ordering::Relaxed) {
            return Status {
                state: State::Unavailable,
                message: Some("The last request to the model failed; the next one tries again.".into()),
            };
        }
        let state = if self.answered.load(Ordering::Relaxed) { State::Ready } else { State::Idle };
        Status { state, message: None }
    }

    fn chat<'a>(&'a self, chat: &'a Chat, on_text: OnText<'a>) -> BoxFuture<'a, Result<Reply, ProviderError>> {
        Box::pin(async move {
            let outcome = self.ask(chat, on_text).await;
            self.answered.fetch_or(outcome.is_ok(), Ordering::Relaxed);
            self.failed.store(outcome.is_err(), Ordering::Relaxed);
            outcome
        })
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, ProviderError>> {
        Box::pin(self.vectors(texts))
    }

    fn warm(&self) {}

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

#[cfg(test)]
#[path = "openai_tests.rs"]
mod tests;
