//! `/inbound/mail/{token}`: a mail server hands over a raw message (RFC 5322) to the person whose drop address has the token.
//! No session, no cookie: the token is all there is, and it opens nothing but this.

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use dealwright_access::Access;
use dealwright_access::context::origin;
use dealwright_access::throttle::{self, Counter};
use dealwright_crm::notification::bounce;
use dealwright_kernel::extract::Json;
use dealwright_kernel::{Error, Result};
use serde_json::json;

use super::parcel::Received;
use super::{MAX_MESSAGE, drop_http, parcel, report, sync};

/// The public endpoint; no part of the API.
pub fn pages() -> Router<Access> {
    Router::new().route("/inbound/mail/{token}", post(take)).layer(DefaultBodyLimit::max(MAX_MESSAGE))
}

async fn take(
    State(access): State<Access>,
    Path(token): Path<String>,
    headers: HeaderMap,
    extensions: Extensions,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Response {
    let ip = origin(&headers, &extensions).ip;
    match received(&access, &token, ip.as_deref(), body).await {
        Ok(taken) => {
            let status = match taken {
                Taken::Returned => "returned",
                Taken::Received(Received::Stored(_)) => "stored",
                Taken::Received(Received::Unmatched) => "unmatched",
                Taken::Received(Received::Internal | Received::Never) => "left_out",
            };
            (StatusCode::ACCEPTED, Json(json!({ "status": status }))).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// What became of a message.
enum Taken {
    Received(Received),
    /// It said that a letter of ours could not be delivered.
    Returned,
}

async fn received(
    access: &Access,
    token: &str,
    ip: Option<&str>,
    body: std::result::Result<Bytes, BytesRejection>,
) -> Result<Taken> {
    let now = access.clock().now();
    let (all, stray) = ([Counter::letters(ip)], [Counter::stray_letters(ip)]);
    let mut tx = access.database().system().await?;
    throttle::check(&mut tx, &all, now).await?;
    throttle::check(&mut tx, &stray, now).await?;
    throttle::count(&mut tx, &all, now).await?;
    tx.commit().await?;
    let Some((org, user)) = drop_http::whose(access, token).await? else {
        let mut tx = access.database().system().await?;
        throttle::count(&mut tx, &stray, now).await?;
        tx.commit().await?;
        return Err(Error::not_found("address"));
    };
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::too_large("a message has at most 25 MB"),
        _ => Error::unreadable("unreadable_body", "the message could not be read"),
    })?;
    if let Some(letter) = report::failed(&body)
        && bounce::returned(access.database(), org, letter).await?
    {
        return Ok(Taken::Returned);
    }
    let letter = sync::read(body.to_vec()).await;
    let letter = letter.ok_or_else(|| Error::invalid("no_message", "this is no e-mail message (RFC 5322)"))?;
    match parcel::receive_as(access, org, user, letter, now).await {
        // Whose address it was is not told to who hands messages over.
        Err(error) if error.outcome.status().is_client_error() => Err(Error::not_found("address")),
        other => other.map(Taken::Received),
    }
}
