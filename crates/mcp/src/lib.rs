//! The assistant's tools for other programs' agents, by the Model Context Protocol over streamable HTTP: `/mcp`, and
//! `/mcp/read-only` for what only looks things up.
//!
//! A client acts by an API key, an access token or as an app that a person has connected, for its owner and never wider than
//! it. Who comes without is told where to get a token (RFC 9728). A client is offered the tools that its rights allow, and a call runs through the one dispatcher that the assistant's own runs use. What a tool proposes waits for a
//! person, who approves it in the app: no client can. Requests stand alone, without sessions, so any node answers any of them.

mod server;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Extension, Json, Router, body::Body};
use dealwright_access::connected_app::{Reach, Resource};
use dealwright_access::context::Caller;
use dealwright_access::{Access, Context};
use dealwright_ai::Assistant;
use dealwright_kernel::{Error, Result};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use serde_json::{Value, json};
use server::Server;

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
    let mut router = Router::new();
    for resource in Resource::ALL {
        let served = Served { access: access.clone(), service: service(resource, assistant.clone()) };
        let told = from_fn_with_state((access.clone(), resource), tell_where_tokens_are);
        // What a token was given for is compared with this.
        let served = any(answer).layer(Extension(resource)).layer(told).with_state(served);
        let described = get(describe).with_state((access.clone(), resource));
        router = router.route(resource.path(), served).route(&described_at(resource), described);
    }
    router.route(DESCRIBED_AT, get(describe).with_state((access.clone(), Resource::Mcp)))
}

/// Where protected resources are described (RFC 9728): for one with a path, that path stands behind.
const DESCRIBED_AT: &str = "/.well-known/oauth-protected-resource";

fn described_at(resource: Resource) -> String {
    format!("{DESCRIBED_AT}{}", resource.path())
}

/// The resource's metadata: who gives tokens for it.
async fn describe(State((access, resource)): State<(Access, Resource)>) -> Json<Value> {
    let base = &access.settings().base_url;
    let scopes: Vec<&str> =
        Reach::ALL.into_iter().filter(|reach| *reach <= resource.most()).map(Reach::as_str).collect();
    Json(json!({
        "resource": resource.uri(base),
        "resource_name": match resource {
            Resource::Mcp => "Dealwright",
            Resource::McpReadOnly => "Dealwright, read only",
        },
        "authorization_servers": [base],
        "bearer_methods_supported": ["header"],
        "scopes_supported": scopes,
    }))
}

/// Names the metadata in each refusal of who has no token, or none that is good here: a client begins there.
async fn tell_where_tokens_are(
    State((access, resource)): State<(Access, Resource)>,
    request: Request,
    next: Next,
) -> Response {
    let shown = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    if response.status() == StatusCode::UNAUTHORIZED {
        let at = format!("{}{}", access.settings().base_url, described_at(resource));
        let error = if shown { ", error=\"invalid_token\"" } else { "" };
        let how = format!("Bearer realm=\"dealwright\"{error}, resource_metadata=\"{at}\"");
        if let Ok(how) = HeaderValue::from_str(&how) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
        }
    }
    response
}

fn service(resource: Resource, assistant: Assistant) -> Service {
    // Which host is meant is the proxy's affair, and no browser gets here: a cookie is not taken, and what is no bearer is refused.
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MOST)
        .disable_allowed_hosts()
        .disable_allowed_origins();
    StreamableHttpService::new(
        move || Ok(Server::new(resource, assistant.clone())),
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
