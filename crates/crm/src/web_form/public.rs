//! `/f/{key}`: the public page of a form, its token, and where it is sent. No session, no cookie, no script.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use dealwright_access::Access;
use dealwright_access::context::origin as origin_of;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::field::Sent;
use super::guard;
use super::input::origin;
use super::page::{self, STYLE_SOURCE};
use super::submit::{Open, open};

/// The largest form that is taken.
const BODY_LIMIT: usize = 64 * 1024;
/// Names and values of one form.
const MOST: usize = 1_000;

/// Whose pages may show an answer in a frame, and what its page may load: said by the answer itself, in the place of what
/// all others get.
#[derive(Clone, Debug)]
pub struct PagePolicy {
    pub csp: HeaderValue,
    pub framed: bool,
}

/// The public endpoints; no part of the API.
pub fn pages() -> Router<Access> {
    Router::new()
        .route("/f/{key}", get(show).post(submit).options(preflight))
        .route("/f/{key}/token", get(token))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

#[derive(Debug, Deserialize)]
struct Shown {
    sent: Option<String>,
}

async fn show(State(access): State<Access>, Path(key): Path<String>, Query(shown): Query<Shown>) -> Response {
    match open(&access, &key).await {
        Ok(open) if shown.sent.is_some() => framed(&open, StatusCode::OK, page::thanks(&open)),
        Ok(open) => framed(&open, StatusCode::OK, form(&access, &open, &Vec::new(), None)),
        Err(error) => absent(&error),
    }
}

fn form(access: &Access, open: &Open, sent: &Sent, error: Option<&Error>) -> String {
    let token = guard::token(access.keyring(), &open.form.key, access.clock().now());
    page::form(open, &token, sent, error)
}

/// A page under its form's policy: the form's origins may frame it, and it posts to us and goes where it redirects.
fn framed(open: &Open, status: StatusCode, html: String) -> Response {
    let ancestors = if open.form.origins.is_empty() { "'none'".to_owned() } else { open.form.origins.join(" ") };
    let beyond = open.form.redirect_url.as_deref().and_then(site).unwrap_or_default();
    let csp = format!(
        "default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'self' {beyond}; frame-ancestors {ancestors}"
    );
    let mut response = (status, Html(html)).into_response();
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        response.extensions_mut().insert(PagePolicy { csp, framed: !open.form.origins.is_empty() });
    }
    response
}

/// The origin of an address.
fn site(url: &str) -> Option<String> {
    let uri: axum::http::Uri = url.parse().ok()?;
    origin(&format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}

fn absent(error: &Error) -> Response {
    let status = error.outcome.status();
    let (title, text) = if status == StatusCode::NOT_FOUND {
        ("This form is not here", "It may have been closed, or its address is not quite right.")
    } else {
        ("This did not work", "Please try again in a while.")
    };
    let mut response = (status, Html(page::notice(title, text))).into_response();
    let csp = format!(
        "default-src 'none'; style-src {STYLE_SOURCE}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if let Ok(csp) = HeaderValue::from_str(&csp) {
        response.extensions_mut().insert(PagePolicy { csp, framed: false });
    }
    response
}

/// A token for a form of one's own, that says when it was opened.
async fn token(State(access): State<Access>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    match open(&access, &key).await {
        Ok(open) => {
            let token = guard::token(access.keyring(), &open.form.key, access.clock().now());
            shared(&open, &headers, Json(json!({ "token": token, "field": guard::TOKEN })).into_response())
        }
        Err(error) => error.into_response(),
    }
}

async fn preflight(State(access): State<Access>, Path(key): Path<String>, headers: HeaderMap) -> Response {
    match open(&access, &key).await {
        Ok(open) => shared(&open, &headers, StatusCode::NO_CONTENT.into_response()),
        Err(error) => error.into_response(),
    }
}

/// Lets the scripts of the form's origins read an answer.
fn shared(open: &Open, headers: &HeaderMap, mut response: Response) -> Response {
    let from =
        headers.get(header::ORIGIN).filter(|o| o.to_str().is_ok_and(|o| open.form.origins.iter().any(|a| a == o)));
    if let Some(from) = from {
        let answer = response.headers_mut();
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, from.clone());
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// Whether the browser says that it was sent from a page of ours or of the form's origins. Who is no browser says nothing.
fn is_allowed(open: &Open, headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let Some(from) = text("origin") else { return true };
    let ours = text("host").is_some_and(|host| from.split_once("://").is_some_and(|(_, authority)| authority == host));
    ours || from == base_url || open.form.origins.iter().any(|allowed| allowed == from)
}

async fn submit(State(access): State<Access>, Path(key): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let origin = origin_of(&headers, request.extensions());
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let open = match open(&access, &key).await {
        Ok(open) => open,
        Err(error) if json => return error.into_response(),
        Err(error) => return absent(&error),
    };
    let sent = match read(request, json).await {
        Ok(sent) => sent,
        Err(error) => return shared(&open, &headers, error.into_response()),
    };
    let allowed = is_allowed(&open, &headers, &access.settings().base_url);
    let taken = open.take(&access, &sent, allowed, origin).await;
    match taken {
        Ok(()) if json => shared(&open, &headers, Json(json!({ "status": "received" })).into_response()),
        Ok(()) => match &open.form.redirect_url {
            Some(url) => Redirect::to(url).into_response(),
            None => Redirect::to(&format!("/f/{}?sent=1", open.form.key)).into_response(),
        },
        Err(error) if json => shared(&open, &headers, error.into_response()),
        Err(error) if error.outcome.status().is_client_error() => {
            framed(&open, error.outcome.status(), form(&access, &open, &sent, Some(&error)))
        }
        Err(error) => {
            tracing::error!(%error, form = %open.form.id, "a web form could not be taken");
            absent(&error)
        }
    }
}

/// What was sent, by JSON or as a browser sends a form.
async fn read(request: Request, json: bool) -> Result<Sent> {
    if json {
        let Json(body) = Json::<Map<String, Value>>::from_request(request, &()).await?;
        return Ok(body.into_iter().flat_map(|(name, value)| pairs(&name, value)).collect());
    }
    let media = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !media.starts_with("application/x-www-form-urlencoded") {
        let detail = "send the form as application/x-www-form-urlencoded or application/json";
        return Err(Error::unsupported_type(detail));
    }
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::too_large("this form takes at most 64 KiB"),
        _ => Error::unreadable("unreadable_body", "the form could not be read"),
    })?;
    let sent: Sent = form_urlencoded::parse(&bytes).into_owned().take(MOST).collect();
    Ok(sent)
}

fn pairs(name: &str, value: Value) -> Sent {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => vec![(name.to_owned(), text)],
        Value::Bool(_) | Value::Number(_) => vec![(name.to_owned(), value.to_string())],
        Value::Array(items) => items.into_iter().flat_map(|item| pairs(name, item)).collect(),
        // Custom fields, as the API writes them.
        Value::Object(map) if name == "custom" => {
            map.into_iter().flat_map(|(key, value)| pairs(&format!("custom.{key}"), value)).collect()
        }
        Value::Object(_) => Vec::new(),
    }
}
