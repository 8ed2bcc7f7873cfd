//! `/oauth/token`, `/oauth/revoke` and the metadata: outside `/api/v1`, form-encoded, with the errors of RFC 6749.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::OauthClientId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Origin;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Known};
use super::{TOKEN_LIFETIME, asked, written};
use crate::context::origin;
use crate::policy::{Grants, Permission, fits_key};
use crate::secret::{self, Kind, Secret, ShownOnce, is_one_of};
use crate::session::TokenHash;
use crate::throttle::{self, Counter};
use crate::{Access, people};

/// The endpoints outside `/api/v1`.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(issue)).routes(routes!(revoke)).routes(routes!(metadata))
}

/// What went wrong, in the words of RFC 6749, section 5.2.
#[derive(Debug, Serialize, ToSchema)]
struct OauthError {
    /// `invalid_request`, `invalid_client`, `invalid_scope`, `unsupported_grant_type`, …
    error: &'static str,
    error_description: &'static str,
}

/// Why a token request was refused.
#[derive(Debug)]
enum Refusal {
    Request(&'static str),
    /// Unknown, or with a wrong secret.
    Client,
    GrantType,
    Scope,
    /// Too many failures, an absent database, a fault of ours.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, error_description) = match self {
            Self::Request(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::Client => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "the client is unknown, has ended, or the secret is wrong")
            }
            Self::GrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "the grant type is client_credentials")
            }
            Self::Scope => (StatusCode::BAD_REQUEST, "invalid_scope", "a scope is unknown, or wider than the client's"),
            Self::Failed(error) if error.outcome == Outcome::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "temporarily_unavailable",
                "too many failures; wait a quarter of an hour",
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
fn unstored(mut response: Response) -> Response {
    response.extensions_mut().insert(ShownOnce);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// A form's parameters. An empty one counts as absent; none may come twice (RFC 6749, section 3.2).
#[derive(Debug)]
struct Form(HashMap<String, String>);

impl Form {
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
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

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// What a client shows of itself.
#[derive(Debug)]
struct Shown {
    id: String,
    secret: String,
}

impl Shown {
    /// By `Authorization: Basic` or by parameters, and not by both (RFC 6749, section 2.3.1).
    fn read(headers: &HeaderMap, form: &Form) -> Result<Self, Refusal> {
        let in_form = form.get("client_id").zip(form.get("client_secret"));
        match (headers.get(header::AUTHORIZATION), in_form) {
            (Some(_), Some(_)) => Err(Refusal::Request("authenticate by the header or by parameters, not by both")),
            (Some(value), None) => Self::basic(value).ok_or(Refusal::Client),
            (None, Some((id, secret))) => Ok(Self { id: id.to_owned(), secret: secret.to_owned() }),
            (None, None) => Err(Refusal::Client),
        }
    }

    fn basic(value: &HeaderValue) -> Option<Self> {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let decoded = String::from_utf8(decoded).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some(Self { id: id.to_owned(), secret: secret.to_owned() })
    }
}

/// The client that shows its id and secret. Failures are counted by address, and by client and address.
async fn authenticate(access: &Access, shown: &Shown, origin: &Origin) -> Result<Known, Refusal> {
    let refused = Refusal::Client;
    let now = access.clock().now();
    let ip = origin.ip.as_deref();
    let id = shown.id.parse::<OauthClientId>().ok();
    let mut counters = vec![Counter::clients(ip)];
    counters.extend(id.map(|id| Counter::client(id.0, ip)));
    let mut tx = access.database().system().await?;
    throttle::check(&mut tx, &counters, now).await?;
    let known = match id {
        Some(id) => store::known(&mut tx, id, now).await?,
        None => None,
    };
    let hash = TokenHash::of(&shown.secret);
    // A client that is not there takes as long to compare with.
    let (own, former) = known.as_ref().map_or((None, None), |k| (Some(&*k.secret_hash), k.former_hash.as_deref()));
    if !is_one_of(&hash, [own, former]) {
        throttle::count(&mut tx, &counters, now).await?;
        tx.commit().await?;
        return Err(refused);
    }
    tx.commit().await?;
    known.ok_or(refused)
}

/// A token request, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the form to readers of the API's description")]
struct TokenRequest {
    /// `client_credentials`
    grant_type: String,
    /// Scopes with blanks between, such as `opportunity.read opportunity.update:own`; all of the client's when absent.
    scope: Option<String>,
    /// Unless `Authorization: Basic` has it.
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// An access token.
#[derive(Debug, Serialize, ToSchema)]
struct TokenResponse {
    access_token: String,
    /// `Bearer`
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    scope: String,
}

/// Get an access token
///
/// OAuth 2.0 client credentials, RFC 6749 section 4.4.
#[utoipa::path(post, path = "/oauth/token", tag = "oauth", security(()),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = TokenResponse), (status = 400, body = OauthError), (status = 401, body = OauthError), (status = 429, body = OauthError)))]
async fn issue(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> Result<Response, Refusal> {
    let form = Form::read(&headers, &body)?;
    let grant_type = form.get("grant_type").ok_or(Refusal::Request("grant_type is missing"))?;
    let shown = Shown::read(&headers, &form)?;
    let origin = origin(&headers, &extensions);
    let client = authenticate(&access, &shown, &origin).await?;
    if grant_type != "client_credentials" {
        return Err(Refusal::GrantType);
    }
    let now = access.clock().now();
    let token = Secret::new(Kind::AccessToken)?;
    let mut tx = access.database().system().await?;
    let owner = people::store::actor(tx.db(), client.org, client.owner).await?;
    let owner = owner.ok_or(Refusal::Client)?;
    let most: Grants = serde_json::from_value(client.scopes.clone()).map_err(Error::internal)?;
    let scopes = asked(form.get("scope"), &most.narrowed(&owner.grants.of_keys())).ok_or(Refusal::Scope)?;
    store::insert_token(&mut tx, access.clock().new_id(), &client, &token, &scopes, now).await?;
    store::used(&mut tx, client.org, client.id, &origin, now).await?;
    tx.commit().await?;
    let answer = TokenResponse {
        access_token: token.into_shown(),
        token_type: "Bearer",
        expires_in: TOKEN_LIFETIME.num_seconds(),
        scope: written(&scopes),
    };
    Ok(unstored(axum::Json(answer).into_response()))
}

/// A revocation, as a form.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "it describes the form to readers of the API's description")]
struct RevocationRequest {
    token: String,
    token_type_hint: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// End an access token
///
/// RFC 7009. A token that is unknown, another client's or over already is answered alike.
#[utoipa::path(post, path = "/oauth/revoke", tag = "oauth", security(()),
    request_body(content = RevocationRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It is valid no longer"), (status = 400, body = OauthError), (status = 401, body = OauthError), (status = 429, body = OauthError)))]
async fn revoke(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    body: Bytes,
) -> Result<Response, Refusal> {
    let form = Form::read(&headers, &body)?;
    let token = form.get("token").ok_or(Refusal::Request("token is missing"))?;
    let shown = Shown::read(&headers, &form)?;
    let client = authenticate(&access, &shown, &origin(&headers, &extensions)).await?;
    if let Some((Kind::AccessToken, hash)) = secret::read(token) {
        let mut tx = access.database().system().await?;
        store::revoke_token(&mut tx, &client, &hash, access.clock().now()).await?;
        tx.commit().await?;
    }
    Ok(unstored(StatusCode::OK.into_response()))
}

/// What an OAuth client library asks first.
#[derive(Debug, Serialize, ToSchema)]
struct Metadata {
    issuer: String,
    token_endpoint: String,
    revocation_endpoint: String,
    service_documentation: String,
    grant_types_supported: [&'static str; 1],
    response_types_supported: [&'static str; 0],
    token_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 2],
    scopes_supported: Vec<String>,
}

/// Authorization server metadata
///
/// RFC 8414.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", security(()), responses((status = 200, body = Metadata)))]
async fn metadata(State(access): State<Access>) -> Response {
    // Never from `Host`, which is whatever a client says.
    let issuer = access.settings().base_url.clone();
    let methods = ["client_secret_basic", "client_secret_post"];
    unstored(
        axum::Json(Metadata {
            token_endpoint: format!("{issuer}/oauth/token"),
            revocation_endpoint: format!("{issuer}/oauth/revoke"),
            service_documentation: format!("{issuer}/docs"),
            grant_types_supported: ["client_credentials"],
            response_types_supported: [],
            token_endpoint_auth_methods_supported: methods,
            revocation_endpoint_auth_methods_supported: methods,
            scopes_supported: Permission::all().filter(|p| fits_key(p.object)).map(|p| p.to_string()).collect(),
            issuer,
        })
        .into_response(),
    )
}
