//! What goes over the wire of OAuth: forms in, and refusals in the words of its RFCs out.

use std::borrow::Cow;
use std::collections::HashMap;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealwright_kernel::Error;
use dealwright_kernel::error::Outcome;
use serde::Serialize;
use utoipa::ToSchema;

use crate::secret::ShownOnce;

/// The largest body of a request to these endpoints, in bytes.
pub(crate) const MOST: usize = 32 * 1024;

/// What went wrong, in the words of RFC 6749, section 5.2.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OauthError {
    /// `invalid_request`, `invalid_client`, `invalid_scope`, `unsupported_grant_type`, …
    error: &'static str,
    error_description: Cow<'static, str>,
}

/// Why a token request was refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    Request(&'static str),
    /// Unknown, or with a wrong secret.
    Client,
    GrantType,
    Scope,
    /// A code or a refresh token that is unknown, used, over, or somebody else's.
    Grant(&'static str),
    /// An app that is unknown here.
    App,
    Target,
    RedirectUri(String),
    Metadata(String),
    /// Nobody here lets new apps in.
    Closed,
    /// Too many failures, an absent database, a fault of ours.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

type Said = (StatusCode, &'static str, Cow<'static, str>);

fn said(status: StatusCode, error: &'static str, why: impl Into<Cow<'static, str>>) -> Said {
    (status, error, why.into())
}

fn bad(error: &'static str, why: impl Into<Cow<'static, str>>) -> Said {
    said(StatusCode::BAD_REQUEST, error, why)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, error_description) = match self {
            Self::Request(why) => bad("invalid_request", why),
            Self::Client => said(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "the client is unknown, has ended, or the secret is wrong",
            ),
            Self::GrantType => bad(
                "unsupported_grant_type",
                "the grant type is client_credentials, authorization_code or refresh_token",
            ),
            Self::Scope => bad("invalid_scope", "a scope is unknown, or wider than what was granted"),
            Self::Grant(why) => bad("invalid_grant", why),
            Self::App => {
                bad("invalid_client", "no app of this client_id is registered here, or its registration has lapsed")
            }
            Self::Target => bad("invalid_target", "this was granted for another resource"),
            Self::RedirectUri(why) => bad("invalid_redirect_uri", why),
            Self::Metadata(why) => bad("invalid_client_metadata", why),
            Self::Closed => said(StatusCode::FORBIDDEN, "access_denied", "new apps are not let in here"),
            Self::Failed(error) if error.outcome == Outcome::TooMany => said(
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "too many attempts; wait a quarter of an hour",
            ),
            Self::Failed(error) => return error.into_response(),
        };
        let mut response = (status, axum::Json(OauthError { error, error_description })).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"dealwright\""));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("900"));
        }
        unstored(response)
    }
}

/// Kept by nobody on the way, nor for an `Idempotency-Key`.
pub(crate) fn unstored(mut response: Response) -> Response {
    response.extensions_mut().insert(ShownOnce);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// A form's parameters. An empty one counts as absent; none may come twice (RFC 6749, section 3.2).
#[derive(Debug)]
pub(crate) struct Form(HashMap<String, String>);

impl Form {
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let media = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refusal::Request("send the parameters as application/x-www-form-urlencoded"));
        }
        let mut form = HashMap::new();
        for (name, value) in form_urlencoded::parse(body).filter(|(_, value)| !value.is_empty()) {
            if form.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(Refusal::Request("a parameter comes twice"));
            }
        }
        Ok(Self(form))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
