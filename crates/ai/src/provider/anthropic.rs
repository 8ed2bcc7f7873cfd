//! Anthropic's Messages API. A schema is asked for as the one tool that must be called; its arguments are the answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use futures::future::BoxFuture;
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use super::embedding::LocalEmbedding;
use super::openai::Endpoint;
use super::sse::Lines;
use super::transport::{self, plain};
use super::{Chat, Embedded, LlmProvider, OnText, ProviderError, Reply, Role, Schema, State, Status, Usage};

/// The version of the protocol that this speaks.
const VERSION: &str = "2023-06-01";

/// A client of one endpoint.
#[derive(Debug)]
pub struct Anthropic {
    endpoint: Endpoint,
    http: Client,
    /// It has no embeddings of its own.
    embedding: LocalEmbedding,
    answered: AtomicBool,
    failed: AtomicBool,
}

impl Anthropic {
    /// # Errors
    /// When no TLS backend can be set up.
    pub fn new(endpoint: Endpoint, embedding: LocalEmbedding) -> Result<Self, ProviderError> {
        let http = transport::client(&endpoint.limits, true)?;
        let base_url = endpoint.base_url.trim_end_matches('/').trim_end_matches("/v1").to_owned();
        let (answered, failed) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { endpoint: Endpoint { base_url, ..endpoint }, http, embedding, answered, failed })
    }

    fn request(&self, chat: &Chat) -> Result<RequestBuilder, ProviderError> {
        let of = |system: bool| chat.messages.iter().filter(move |message| (message.role == Role::System) == system);
        let system: Vec<&str> = of(true).map(|message| message.content.as_str()).collect();
        let messages: Vec<Value> =
            of(false).map(|message| json!({ "role": message.role, "content": message.content })).collect();
        let mut body = json!({
            "model": self.endpoint.model, "max_tokens": chat.max_tokens, "temperature": 0, "stream": true, "messages": messages,
            // The constant prompt is the same each time: the endpoint keeps it.
            "system": [{ "type": "text", "text": system.join("\n"), "cache_control": { "type": "ephemeral" } }],
        });
        if let (Some(schema), Some(body)) = (&chat.schema, body.as_object_mut()) {
            // Arguments are an object; the reader takes the call out of it.
            let root = Schema::Object(vec![("call", schema.clone())]);
            let root = serde_json::to_value(&root).map_err(|e| ProviderError::Broken(e.to_string()))?;
            let about = "Says what the request means.";
            body.insert("tools".into(), json!([{ "name": "call", "description": about, "input_schema": root }]));
            body.insert("tool_choice".into(), json!({ "type": "tool", "name": "call" }));
        }
        let request =
            self.http.post(format!("{}/v1/messages", self.endpoint.base_url)).header("anthropic-version", VERSION);
        let request = match &self.endpoint.key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        };
        Ok(request.json(&body))
    }

    async fn ask(&self, chat: &Chat, on_text: OnText<'_>) -> Result<Reply, ProviderError> {
        let started = Instant::now();
        let limits = &self.endpoint.limits;
        let response = transport::send(limits, || self.request(chat), |_| false).await?;
        let (mut bytes, mut lines) = (response.bytes_stream(), Lines::default());
        let (mut text, mut usage, mut cut, mut first_token) = (String::new(), Usage::default(), false, Duration::ZERO);
        let mut model = None;
        loop {
            let limit = if text.is_empty() { limits.first_token } else { limits.between };
            let Ok(next) = tokio::time::timeout(limit, bytes.next()).await else {
                return Err(ProviderError::Timeout(format!("nothing for {} s", limit.as_secs())));
            };
            let Some(chunk) = next else { return Err(ProviderError::Broken("the answer broke off".into())) };
            let chunk = chunk.map_err(|e| ProviderError::Broken(plain(&e)))?;
            for data in lines.push(&chunk).map_err(|_| ProviderError::Broken("an endless line".into()))? {
                match serde_json::from_str(&data).map_err(|e| ProviderError::Broken(e.to_string()))? {
                    Event::MessageStart { message } => {
                        usage.tokens_in = message.usage.sum_in();
                        model = message.model;
                    }
                    Event::ContentBlockDelta { delta } => {
                        let piece = delta.text.or(delta.partial_json).unwrap_or_default();
                        if text.is_empty() && !piece.is_empty() {
                            first_token = started.elapsed();
                        }
                        on_text(&piece);
                        text.push_str(&piece);
                    }
                    Event::MessageDelta { delta, usage: used } => {
                        usage.tokens_out = used.output_tokens;
                        cut = delta.stop_reason.as_deref() == Some("max_tokens");
                    }
                    Event::MessageStop => {
                        return Ok(Reply { text, usage, first_token, latency: started.elapsed(), cut, model });
                    }
                    Event::Error { error } => return Err(ProviderError::Broken(error.message)),
                    Event::Other => {}
                }
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Started,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: Ended,
        usage: Used,
    },
    MessageStop,
    Error {
        error: Said,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Started {
    model: Option<String>,
    usage: Used,
}

#[derive(Deserialize)]
struct Delta {
    text: Option<String>,
    partial_json: Option<String>,
}

#[derive(Deserialize)]
struct Ended {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    message: String,
}

#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    input_tokens: u32,
    #[serde(default)]
    cache_creation_input_tokens: u32,
    #[serde(default)]
    cache_read_input_tokens: u32,
    #[serde(default)]
    output_tokens: u32,
}

impl Used {
    const fn sum_in(&self) -> u32 {
        self.input_tokens.saturating_add(self.cache_creation_input_tokens).saturating_add(self.cache_read_input_tokens)
    }
}

impl LlmProvider for Anthropic {
    fn model(&self) -> &str {
        &self.endpoint.model
    }

    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn is_local(&self) -> bool {
        false
    }

    fn status(&self) -> Status {
        if self.failed.load(Ordering::Relaxed) {
            let message = "The last request to the model failed; the next one tries again.";
            return Status { state: State::Unavailable, message: Some(message.into()) };
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
        Box::pin(self.embedding.embed(texts))
    }

    fn warm(&self) {}

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

#[cfg(test)]
mod tests {
    //! Against a small server that speaks the published protocol.

    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::State as Held;
    use axum::http::HeaderMap;
    use axum::routing::post;
    use tokio::sync::watch;

    use super::*;
    use crate::provider::Message;
    use crate::provider::transport::Limits;

    type Asked = Arc<Mutex<Vec<(Option<String>, Value)>>>;

    async fn server(answer: &'static str) -> (Anthropic, Asked) {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let asked = Asked::default();
        let answered = move |Held(asked): Held<Asked>, headers: HeaderMap, body: String| async move {
            let key = headers.get("x-api-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
            asked.lock().unwrap().push((key, serde_json::from_str(&body).unwrap()));
            answer
        };
        let router = Router::new().route("/v1/messages", post(answered)).with_state(Arc::clone(&asked));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let limits = Limits { attempts: 1, first_token: Duration::from_secs(2), ..Limits::default() };
        let endpoint =
            Endpoint { base_url, key: Some("secret".into()), model: "m".into(), embedding_model: None, limits };
        (Anthropic::new(endpoint, LocalEmbedding::new(watch::channel(None).1)).unwrap(), asked)
    }

    fn chat() -> Chat {
        let messages = vec![Message::system("You plan."), Message::user("hi")];
        Chat { messages, schema: Some(Schema::Const("x")), max_tokens: 10 }
    }

    const ANSWER: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"1","usage":{"input_tokens":7,"cache_read_input_tokens":100,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"call","input":{}}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"call\":"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"\"x\"}"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}

event: message_stop
data: {"type":"message_stop"}

"#;

    #[tokio::test]
    async fn a_call_is_asked_for_and_read() {
        let (client, asked) = server(ANSWER).await;
        let reply = client.chat(&chat(), &mut |_| {}).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.cut), (r#"{"call":"x"}"#, false));
        assert_eq!(reply.usage, Usage { tokens_in: 107, tokens_out: 9 });
        let asked = asked.lock().unwrap();
        let (key, body) = &asked[0];
        assert_eq!(key.as_deref(), Some("secret"));
        assert_eq!(
            (&body["system"][0]["text"], &body["messages"]),
            (&json!("You plan."), &json!([{ "role": "user", "content": "hi" }]))
        );
        assert_eq!(body["tools"][0]["input_schema"]["properties"]["call"]["const"], "x");
        assert_eq!(client.status().state, State::Ready);
    }

    #[tokio::test]
    async fn what_breaks_off_or_fails_is_an_error() {
        let (client, _) = server("data: {\"type\":\"message_start\",\"message\":{\"usage\":{}}}\n\n").await;
        assert!(matches!(client.chat(&chat(), &mut |_| {}).await, Err(ProviderError::Broken(_))));
        let (client, _) =
            server("data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n")
                .await;
        assert_eq!(client.chat(&chat(), &mut |_| {}).await, Err(ProviderError::Broken("busy".into())));
        assert_eq!(client.status().state, State::Unavailable);
    }
}
