//! The assistant's tools for other programs' agents, by the Model Context Protocol over streamable HTTP: `/mcp`, and
//! `/mcp/read-only` for what only looks things up.
//!
//! A client acts by an API key or an access token, for its owner and never wider than it. It is offered the tools that its
//! rights allow, and a call runs through the one dispatcher that the assistant's own runs use. What a tool proposes waits for a
//! person, who approves it in the app: no client can. Requests stand alone, without sessions, so any node answers any of them.

mod server;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Router, body::Body};
use dealwright_access::context::Caller;
use dealwright_access::{Access, Context};
use dealwright_ai::Assistant;
use dealwright_kernel::{Error, Result};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use server::{Offer, Server};

/// The most bytes of a request.
const MOST: usize = 256 * 1024;

type Service = StreamableHttpService<Server, NeverSessionManager>;

#[derive(Clone)]
struct Served {
    access: Access,
    service: Service,
}

impl axum::extract::FromRef<Served> for Access {
    fn from_ref(served: &Served) -> Self {
        served.access.clone()
    }
}

/// The endpoints.
pub fn router<S: Clone + Send + Sync + 'static>(access: &Access, assistant: &Assistant) -> Router<S> {
    let of = |offer| {
        let served = Served { access: access.clone(), service: service(offer, assistant.clone()) };
        any(answer).with_state(served)
    };
    Router::new().route("/mcp", of(Offer::All)).route("/mcp/read-only", of(Offer::Reads))
}

fn service(offer: Offer, assistant: Assistant) -> Service {
    // Which host is meant is the proxy's affair, and no browser gets here: a cookie is not taken, and what is no bearer is refused.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MOST)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    StreamableHttpService::new(
        move || Ok(Server::new(offer, assistant.clone())),
        Arc::new(NeverSessionManager::default()),
        config,
    )
}

async fn still_known(caller: &Context) -> Result<()> {
    caller.begin().await?.done(()).await
}

async fn answer(State(served): State<Served>, Caller(caller): Caller, mut request: Request) -> Response {
    if caller.actor().key.is_none() {
        return Error::unauthenticated(
            "key_required",
            "send an API key or an access token as a bearer; a session is not taken here",
        )
        .into_response();
    }
    if request.method() != Method::POST {
        let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    // Who asks may be known from a moment ago; what lists tools reads nothing else by which it would show.
    if let Err(error) = still_known(&caller).await {
        return error.into_response();
    }
    request.extensions_mut().insert(caller);
    served.service.handle(request).await.map(Body::new)
}
