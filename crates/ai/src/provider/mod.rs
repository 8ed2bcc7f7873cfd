//! The way to a language model: one trait, three implementations.
//!
//! [`openai::OpenAi`] speaks to any OpenAI-compatible endpoint, [`anthropic::Anthropic`] to Anthropic's; [`local::Local`] runs a llama.cpp server as a child process
//! and speaks to it the same way. Every call is streamed, bounded in time, and answers with what it cost. A prompt never
//! holds a database transaction open: callers commit before they call.

pub mod anthropic;
pub mod breaker;
pub mod embedding;
pub mod local;
pub mod openai;
pub mod price;
pub mod schema;
pub mod setup;
mod sse;
pub mod transport;

use std::time::Duration;

use futures::future::BoxFuture;
use serde::Serialize;

pub use embedding::Embedded;
pub use schema::Schema;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

impl Message {
    #[must_use]
    pub fn system(content: impl Into<String>) -> Self {
        Self { role: Role::System, content: content.into() }
    }

    #[must_use]
    pub fn user(content: impl Into<String>) -> Self {
        Self { role: Role::User, content: content.into() }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Chat {
    pub messages: Vec<Message>,
    /// Constrains the answer to JSON of this shape.
    pub schema: Option<Schema>,
    pub max_tokens: u32,
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub tokens_in: u32,
    pub tokens_out: u32,
}

/// A finished call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub text: String,
    pub usage: Usage,
    /// From the request to its first word.
    pub first_token: Duration,
    /// From the request to its last word, retries included.
    pub latency: Duration,
    /// Whether the answer was cut off at `max_tokens`.
    pub cut: bool,
    /// The model that answered, if it said so: an alias names another.
    pub model: Option<String>,
}

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderError {
    /// Nobody answers at the address, or the model is not there yet.
    Unavailable(String),
    /// It took longer than it may.
    Timeout(String),
    /// The endpoint refused: bad key, unknown model, too long a prompt.
    Refused { status: u16, message: String },
    /// It answered something else than the protocol says.
    Broken(String),
}

impl ProviderError {
    /// What kind of error it is, in a word that holds nothing of the request.
    #[must_use]
    pub fn kind(&self) -> String {
        match self {
            Self::Unavailable(_) => "unavailable".to_owned(),
            Self::Timeout(_) => "timeout".to_owned(),
            Self::Refused { status, .. } => status.to_string(),
            Self::Broken(_) => "unreadable".to_owned(),
        }
    }
}

impl std::fmt::Display for ProviderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unavailable(why) => write!(f, "the model can't be reached: {why}"),
            Self::Timeout(what) => write!(f, "the model took too long: {what}"),
            Self::Refused { status, message } => write!(f, "the model's server refused ({status}): {message}"),
            Self::Broken(what) => write!(f, "the model's server answered something unreadable: {what}"),
        }
    }
}

impl std::error::Error for ProviderError {}

/// How the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AssistantState)]
pub enum State {
    Off,
    Downloading,
    Starting,
    Ready,
    /// Not running; the next request starts it.
    Idle,
    Unavailable,
}

/// The state and, where there is something to say, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub state: State,
    pub message: Option<String>,
}

/// Hears the answer as it is written.
pub type OnText<'a> = &'a mut (dyn FnMut(&str) + Send);

/// A language model.
pub trait LlmProvider: Send + Sync + std::fmt::Debug {
    /// The model's name, as prices and records know it.
    fn model(&self) -> &str;

    /// Who runs it, as OpenTelemetry's conventions name providers.
    fn name(&self) -> &'static str;

    /// Whether it runs on this machine: nothing leaves it and nothing is charged.
    fn is_local(&self) -> bool;

    fn status(&self) -> Status;

    /// Asks and streams the answer. No retry once a word has been heard.
    fn chat<'a>(&'a self, chat: &'a Chat, on_text: OnText<'a>) -> BoxFuture<'a, Result<Reply, ProviderError>>;

    /// One vector per text, in order.
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, ProviderError>>;

    /// Gets ready ahead of a request: starts what has to be started and reads the constant prompt in.
    fn warm(&self);

    /// Ends what was started.
    fn stop(&self) -> BoxFuture<'_, ()>;
}
