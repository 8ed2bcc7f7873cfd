//! `Idempotency-Key` on any POST: the first response is replayed for 24 hours; the same key with another body is 422.
//!
//! The key is taken before the handler runs and filled in after it, so of two requests at the same time one runs and the
//! other is told to wait. A response of 5xx, a stream, a large one or one that shows a secret is not kept: the request may
//! be tried again. What a request commits marks its claim in the same transaction: when the server dies before it has answered, it
//! is not carried out a second time.

use aws_lc_rs::digest::{Context as Digest, SHA256};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::FromRequestParts;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dealwright_access::Context;
use dealwright_access::context::Caller;
use dealwright_access::secret::ShownOnce;
use dealwright_kernel::{Error, Result};
use dealwright_store::Once;
use dealwright_store::tx::EVENT_HEADER;
use uuid::Uuid;

use crate::AppState;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// A request can't run for longer than this.
const ABANDONED: chrono::TimeDelta = chrono::TimeDelta::minutes(2);
const MAX_REQUEST: usize = 1024 * 1024;
const MAX_RESPONSE: u64 = 1024 * 1024;

/// What takes passwords or answers with secrets: neither a hash of the one nor the other itself is kept.
const CREDENTIALS: [&str; 8] = [
    "/api/v1/session",
    "/api/v1/setup",
    "/api/v1/me/password",
    "/api/v1/me/totp",
    "/api/v1/me/passkeys",
    "/api/v1/me/recovery-codes",
    "/api/v1/password-resets",
    "/api/v1/invitations",
];

/// Middleware of the API.
pub async fn replay(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let credentials = CREDENTIALS.iter().any(|path| request.uri().path().starts_with(path));
    if request.method() != Method::POST || credentials || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    match once(&state, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn once(state: &AppState, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    // Without a caller there is nothing to keep a response for.
    let Ok(Caller(cx)) = Caller::from_request_parts(&mut parts, state).await else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let body = to_bytes(body, MAX_REQUEST)
        .await
        .map_err(|_| Error::too_large("a request with an Idempotency-Key has at most 1 MiB"))?;
    let hash = hash(parts.uri.path(), &body);
    if let Some(kept) = claim(&cx, &key, &hash).await? {
        return Ok(kept);
    }
    parts.extensions.insert(Once { caller: cx.actor().caller(), key: key.clone() });
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    settle(&cx, &key, response).await
}

fn key(headers: &HeaderMap) -> Result<String> {
    let key = headers.get(KEY).and_then(|v| v.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > 200 {
        return Err(Error::unreadable("invalid_idempotency_key", "Idempotency-Key takes 1 to 200 visible characters")
            .on("Idempotency-Key"));
    }
    Ok(key.to_owned())
}

fn hash(path: &str, body: &[u8]) -> Vec<u8> {
    let mut digest = Digest::new(&SHA256);
    digest.update(path.as_bytes());
    digest.update(&[0]);
    digest.update(body);
    digest.finish().as_ref().to_vec()
}

/// Takes the key; or answers what was answered before.
async fn claim(cx: &Context, key: &str, hash: &[u8]) -> Result<Option<Response>> {
    let (org, user) = (cx.actor().org.0, cx.actor().caller());
    let mut tx = cx.begin().await?;
    // The claim of a request that never came to its end, and has committed nothing, is given up.
    sqlx::query!(
        "delete from idempotency where user_id = $1 and key = $2 and status is null and done_at is null and created_at < $3",
        user,
        key,
        cx.clock().now() - ABANDONED
    )
    .execute(tx.db())
    .await?;
    let taken = sqlx::query!("insert into idempotency (org_id, user_id, key, request_hash, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing", org, user, key, hash, cx.clock().now())
        .execute(tx.db())
        .await?
        .rows_affected();
    if taken == 1 {
        tx.commit(()).await?.into_inner();
        return Ok(None);
    }
    let before = sqlx::query!(
        "select request_hash, status, headers, body, done_at, event_id, created_at from idempotency where user_id = $1 and key = $2",
        user,
        key
    )
    .fetch_optional(tx.db())
    .await?;
    tx.done(()).await?;
    let before = before
        .ok_or_else(|| Error::conflict("try_again", "the first request with this key has just failed; try again"))?;
    if before.request_hash != hash {
        return Err(Error::invalid("idempotency_key_reused", "this Idempotency-Key came with another request before"));
    }
    let Some(status) = before.status else {
        if before.done_at.is_some() && before.created_at < cx.clock().now() - ABANDONED {
            return done(before.event_id).map(Some);
        }
        return Err(Error::conflict("request_in_progress", "the first request with this key is still running"));
    };
    let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK);
    let mut response = (status, before.body.unwrap_or_default()).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    let kept: Vec<(String, String)> =
        before.headers.map(serde_json::from_value).transpose().map_err(Error::internal)?.unwrap_or_default();
    for (name, value) in kept {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// What is said of a request that was carried out, and whose answer went with the server that would have given it.
fn done(event: Option<Uuid>) -> Result<Response> {
    let words = "the first request with this key was carried out, but its answer was lost; read what it has made";
    let mut response = Error::conflict("request_done", words).into_response();
    if let Some(event) = event {
        let event = HeaderValue::from_str(&event.to_string()).map_err(Error::internal)?;
        response.headers_mut().insert(HeaderName::from_static(EVENT_HEADER), event);
    }
    Ok(response)
}

/// Keeps the response under the key, or gives the key back.
async fn settle(cx: &Context, key: &str, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    // What is known to be small is kept; a stream or a download is not.
    let small = axum::body::HttpBody::size_hint(&body).exact().is_some_and(|n| n <= MAX_RESPONSE);
    let stream =
        parts.headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/event-stream"));
    let secret = parts.extensions.get::<ShownOnce>().is_some();
    let failed = parts.status.is_server_error();
    if stream || secret || !small || failed {
        forget(cx, key, failed).await?;
        return Ok(Response::from_parts(parts, body));
    }
    let body: Bytes = to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
    let names = ["content-type", "etag", "location", "x-event-id"];
    let kept: Vec<(&str, &str)> =
        names.iter().filter_map(|n| Some((*n, parts.headers.get(*n)?.to_str().ok()?))).collect();
    let kept = serde_json::to_value(kept).map_err(Error::internal)?;
    let mut tx = cx.begin().await?;
    sqlx::query!(
        "update idempotency set status = $3, headers = $4, body = $5 where user_id = $1 and key = $2",
        cx.actor().caller(),
        key,
        i32::from(parts.status.as_u16()),
        kept,
        body.as_ref(),
    )
    .execute(tx.db())
    .await?;
    tx.commit(()).await?.into_inner();
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Gives the key back; of a request that failed, only when it had committed nothing.
async fn forget(cx: &Context, key: &str, failed: bool) -> Result<()> {
    let mut tx = cx.begin().await?;
    sqlx::query!(
        "delete from idempotency where user_id = $1 and key = $2 and not ($3 and done_at is not null)",
        cx.actor().caller(),
        key,
        failed
    )
    .execute(tx.db())
    .await?;
    tx.commit(()).await?.into_inner();
    Ok(())
}
