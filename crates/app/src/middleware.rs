//! What every response passes through: request ids, security headers, problems that carry the request's id.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dealwright_access::Access;
use dealwright_crm::web_form::public::PagePolicy;
use dealwright_kernel::Error;
use dealwright_kernel::error::Problem;
use dealwright_store::tx::EVENT_HEADER;
use ipnet::IpNet;
use tower_http::request_id::{MakeRequestId, RequestId};
use uuid::Uuid;

/// The header that names a request in logs and problems.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the app's pages may load: our own files. Styles may be inline, since the menus and dialogs position themselves so.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; \
                   connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
                   form-action 'self'; object-src 'none'";
/// An answer of the API is no page: if a browser shows it as one, it loads and runs nothing.
const CSP_OF_DATA: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";
/// A year, and the hosts below as well: what OWASP asks for.
const HSTS: &str = "max-age=31536000; includeSubDomains";

/// Makes request ids.
#[derive(Clone, Copy, Debug)]
pub struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::from_str(&Uuid::new_v4().simple().to_string()).ok().map(RequestId::new)
    }
}

/// The longest a request may take until its answer begins, the reading of its body included.
pub const TIME_LIMIT: Duration = Duration::from_secs(60);

/// How long something absent takes at least: longer than it takes to look for it.
const TICK: Duration = Duration::from_millis(20);

/// The span of a request: what its log lines carry.
pub fn span<B>(request: &axum::http::Request<B>) -> tracing::Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

/// Gives up on a request that takes too long.
pub async fn limit_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::unavailable("request_timeout", "this took too long; try again").into_response(),
    }
}

/// Answers when what a refusal leaves behind is written.
pub async fn settle(request: Request, next: Next) -> Response {
    dealwright_store::attempt::settled(next.run(request)).await
}

/// Writes the request's id into problems.
pub async fn name_problems(request: Request, next: Next) -> Response {
    let id = request.headers().get(&REQUEST_ID).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let bearer = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let refused = problem.status == StatusCode::UNAUTHORIZED.as_u16();
    let mut named = Problem { request_id: id, ..problem }.response();
    for kept in [header::RETRY_AFTER, header::WWW_AUTHENTICATE, HeaderName::from_static(EVENT_HEADER)] {
        if let Some(value) = response.headers().get(&kept) {
            named.headers_mut().insert(kept, value.clone());
        }
    }
    if refused && !named.headers().contains_key(header::WWW_AUTHENTICATE) {
        // What a program is to send; a browser has its page for that and asks nobody for a bearer.
        let how =
            if bearer { "Bearer realm=\"dealwright\", error=\"invalid_token\"" } else { "Bearer realm=\"dealwright\"" };
        named.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(how));
    }
    named
}

/// Puts the client's address in the place of a trusted proxy's: the last in `X-Forwarded-For` that is not itself one.
pub async fn believe_proxies(State(trusted): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    let is_proxy = |address: &IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied()
        && is_proxy(&peer.ip())
        && let Some(client) = forwarded_for(request.headers()).into_iter().rev().find(|address| !is_proxy(address))
    {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(client, peer.port())));
    }
    next.run(request).await
}

/// The addresses of all `X-Forwarded-For` headers, in order; nothing before one that can't be read is of use.
fn forwarded_for(headers: &HeaderMap) -> Vec<IpAddr> {
    let mut addresses = Vec::new();
    for value in headers.get_all("x-forwarded-for") {
        for part in value.to_str().unwrap_or_default().split(',') {
            match part.trim().parse() {
                Ok(address) => addresses.push(address),
                Err(_) => addresses.clear(),
            }
        }
    }
    addresses
}

/// What browsers are told of every response. `Strict-Transport-Security` only where `BASE_URL` says that there is TLS: over
/// plain HTTP browsers ignore it, and a host without TLS must not promise it.
pub async fn secure(State(access): State<Access>, request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with("/assets/");
    let data = ["/api/", "/oauth/", "/mcp", "/openapi.json"].iter().any(|path| request.uri().path().starts_with(path));
    let mut response = next.run(request).await;
    let html = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    // A page of an older build asks for files that are gone: not the app's page under a script's name.
    if hashed && html {
        response = Error::not_found("file").into_response();
    }
    let policy = response.extensions_mut().remove::<PagePolicy>();
    let ok = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| _ = headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("permissions-policy"), PERMISSIONS);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::CONTENT_SECURITY_POLICY, if data { CSP_OF_DATA } else { CSP });
    if access.settings().secure_cookies {
        set(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if hashed && ok {
        set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    } else if data || !headers.contains_key(header::CACHE_CONTROL) {
        _ = headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // A page that says itself who may frame it.
    if let Some(policy) = policy {
        if policy.framed {
            headers.remove(header::X_FRAME_OPTIONS);
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.csp);
    }
    name_charset(headers);
    response
}

/// What can be asked for in parts is sent as it is: its parts are counted in its own bytes.
#[derive(Clone, Copy, Debug)]
pub struct KeepsItsBytes;

impl tower_http::compression::predicate::Predicate for KeepsItsBytes {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        !response.headers().contains_key(header::ACCEPT_RANGES)
    }
}

/// Text says how it is encoded: everything of ours is UTF-8.
fn name_charset(headers: &mut HeaderMap) {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()) else { return };
    if kind.starts_with("text/")
        && !kind.contains("charset")
        && let Ok(named) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
    {
        headers.insert(header::CONTENT_TYPE, named);
    }
}

/// Tells the log of what was refused: an attack shows there first. A page that asks who is signed in is no attack.
pub async fn note_refusals(request: Request, next: Next) -> Response {
    let client = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>()
        && matches!(problem.status, 401 | 403 | 429)
        && problem.code != "not_signed_in"
    {
        tracing::info!(
            status = problem.status,
            code = problem.code,
            client = client.map(tracing::field::display),
            "refused"
        );
    }
    response
}

/// Answers that something is not there leave at the ticks of a clock that starts with their request. To find a row and to
/// see that it is hidden takes a little longer than to find none; who measures the answers of many requests would know
/// one from the other.
pub async fn level_absence(request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let response = next.run(request).await;
    let absent = response.extensions().get::<Problem>().is_some_and(|problem| {
        problem.status == StatusCode::NOT_FOUND.as_u16()
            || problem.errors.iter().any(|field| field.error.code == "unknown_reference")
    });
    if absent {
        let ticks = began.elapsed().as_nanos() / TICK.as_nanos() + 1;
        tokio::time::sleep_until(began + TICK * u32::try_from(ticks).unwrap_or(1)).await;
    }
    response
}

/// Unknown paths of the API.
pub async fn no_such_endpoint() -> Response {
    Error::not_found("endpoint").into_response()
}

/// Known paths, unknown methods.
pub async fn no_such_method() -> Response {
    let mut problem = Error::unreadable("method_not_allowed", "this endpoint does not take this method").problem();
    problem.status = StatusCode::METHOD_NOT_ALLOWED.as_u16();
    problem.title = "Method Not Allowed".to_owned();
    let mut response = problem.response();
    response.extensions_mut().insert(problem);
    response
}

/// A panic in a handler: logged by the runtime, told as a problem.
#[must_use]
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Error::internal("a handler panicked").into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let app = Router::new()
            .route("/", axum::routing::post(|_: axum::body::Bytes| async { "read" }))
            .layer(from_fn_with_state(Duration::from_millis(200), limit_time));
        let trickle = futures::stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, std::convert::Infallible>("x"), ()))
        });
        let request = Request::post("/").body(Body::from_stream(trickle)).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.extensions().get::<Problem>().unwrap().code, "request_timeout");
    }

    async fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted: Arc<[IpNet]> = Arc::new(["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()]);
        let app = Router::new()
            .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }))
            .layer(from_fn_with_state(trusted, believe_proxies));
        let mut request = Request::new(Body::empty());
        for value in forwarded {
            request.headers_mut().append("x-forwarded-for", value.parse().unwrap());
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let body = app.oneshot(request).await.unwrap().into_body();
        String::from_utf8(to_bytes(body, 100).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn only_a_trusted_proxy_says_who_the_client_is() {
        assert_eq!(seen("127.0.0.1", &["203.0.113.7"]).await, "203.0.113.7");
        assert_eq!(seen("::ffff:127.0.0.1", &["203.0.113.7"]).await, "203.0.113.7");
        // A client's own claim stands before what the proxies add.
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.7", "10.1.1.1"]).await, "203.0.113.7");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, unknown, 203.0.113.7"]).await, "203.0.113.7");
        assert_eq!(seen("127.0.0.1", &["203.0.113.7, unknown"]).await, "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &[]).await, "127.0.0.1");
        assert_eq!(seen("198.51.100.1", &["203.0.113.7"]).await, "198.51.100.1");
    }
}
