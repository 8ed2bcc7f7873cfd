//! Outside tools: an organisation's administrators name servers that speak the Model Context Protocol, and allow tools of theirs
//! one by one. The assistant asks one when a person calls it by its name, `server.tool`.
//!
//! What comes back is a stranger's word: bounded, quoted, cited, and never what a plan is made of. A tool that changes after it was
//! allowed is switched off until somebody has looked at it. [`client`] reaches the servers, [`arguments`] turns words into
//! arguments, [`ask`] is the one way to a call, [`http`] the administrators' screen.

pub mod arguments;
pub mod ask;
pub mod client;
pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::Access;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

pub use ask::{Answer, Outcome, ask};

/// The most servers of an organisation.
pub const MOST_SERVERS: usize = 20;
/// The most tools of a server that are looked at.
pub const MOST_TOOLS: usize = 100;

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    http::router()
}

/// A tool as its server offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    pub name: String,
    /// By its server's word, as all of this is.
    pub about: String,
    /// The JSON schema of its arguments.
    pub arguments: Map<String, Value>,
    /// Whether the server says that it changes nothing.
    pub reads_only: bool,
    /// SHA-256 of all that the server says of it, in hex: another one is another tool.
    pub fingerprint: String,
}

/// How a tool stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OutsideToolState)]
pub enum State {
    Allowed,
    Off,
    /// It was allowed and has changed since: off, until somebody has looked at it.
    Changed,
    /// Its server offers it no longer.
    Gone,
    /// Its server does not say that it only reads: it can't be allowed.
    Writes,
}

/// A tool of a server.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutsideTool {
    /// As its server calls it.
    pub name: String,
    /// As the assistant is asked for it: `server.tool`.
    pub full_name: String,
    pub about: String,
    #[schema(value_type = Object)]
    pub arguments: Value,
    pub state: State,
    /// To allow it, say that this is what was looked at.
    pub fingerprint: String,
}

/// A server of outside tools, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToolServer {
    pub id: Uuid,
    pub name: String,
    pub url: String,
    /// Whether a bearer is sent.
    pub has_secret: bool,
    pub enabled: bool,
    /// When its tools were last looked at.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why that failed, if it did.
    pub problem: Option<String>,
    pub tools: Vec<OutsideTool>,
    pub version: i64,
}
