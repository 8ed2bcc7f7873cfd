//! What clients of endpoints share: sending until it is taken, and how long each part of a call may take.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::ProviderError;

/// How long each part of a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connect: Duration,
    /// Until the first word: a long prompt on a small machine takes its time.
    pub first_token: Duration,
    /// Between two words.
    pub between: Duration,
    /// Attempts, the first one included.
    pub attempts: u32,
    /// The first pause; it doubles.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(90),
            between: Duration::from_secs(30),
            attempts: 3,
            pause: Duration::from_millis(400),
        }
    }
}

/// A client that follows no redirect: a key must not be carried elsewhere.
pub fn client(limits: &Limits, proxied: bool) -> Result<Client, ProviderError> {
    let builder = Client::builder().connect_timeout(limits.connect).redirect(reqwest::redirect::Policy::none());
    let builder = if proxied { builder } else { builder.no_proxy() };
    builder.build().map_err(|e| ProviderError::Unavailable(e.to_string()))
}

/// Sends until the endpoint takes it; answers the open response. `learn` is told of what the endpoint does not understand, and says
/// whether another request may do better.
pub async fn send(
    limits: &Limits,
    make: impl Fn() -> Result<RequestBuilder, ProviderError>,
    learn: impl Fn(&str) -> bool,
) -> Result<Response, ProviderError> {
    let limit = limits.first_token;
    let mut pause = limits.pause;
    let mut attempt = 1;
    loop {
        let sent = tokio::time::timeout(limit, make()?.send()).await;
        let (error, wait) = match sent {
            Err(_) => return Err(ProviderError::Timeout(format!("no answer within {} s", limit.as_secs()))),
            Ok(Err(error)) if error.is_connect() || error.is_timeout() || error.is_request() => {
                (ProviderError::Unavailable(plain(&error)), None)
            }
            Ok(Err(error)) => return Err(ProviderError::Broken(plain(&error))),
            Ok(Ok(response)) if response.status().is_success() => return Ok(response),
            Ok(Ok(response)) => {
                let status = response.status();
                let wait = response
                    .headers()
                    .get("retry-after")
                    .and_then(|v| v.to_str().ok())
                    .and_then(|v| v.parse().ok())
                    .map(Duration::from_secs);
                let message = said_by(response).await;
                if status == StatusCode::BAD_REQUEST && learn(&message) {
                    continue;
                }
                let error = ProviderError::Refused { status: status.as_u16(), message };
                if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
                    return Err(error);
                }
                (error, wait)
            }
        };
        if attempt >= limits.attempts {
            return Err(error);
        }
        tracing::debug!(%error, attempt, "asking the model again");
        tokio::time::sleep(wait.unwrap_or(pause).min(Duration::from_secs(20))).await;
        pause = pause.saturating_mul(2);
        attempt += 1;
    }
}

/// The error without the address, which may carry a key.
pub fn plain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// What the endpoint says is wrong, shortened.
async fn said_by(response: Response) -> String {
    let text = response.text().await.unwrap_or_default();
    let message = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|v| v.pointer("/error/message").and_then(Value::as_str).map(str::to_owned));
    message.unwrap_or(text).chars().take(300).collect()
}
