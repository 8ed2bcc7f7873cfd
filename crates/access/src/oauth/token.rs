//! `/oauth/token`, `/oauth/revoke` and the metadata: outside `/api/v1`, form-encoded, with the errors of RFC 6749.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dealwright_kernel::id::OauthClientId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Origin;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Known};
use super::wire::{Form, MOST, OauthError, Refusal, unstored};
use super::{TOKEN_LIFETIME, asked, written};
use crate::connected_app::exchange::{Issued, Shower};
use crate::connected_app::{ACCESS_LIFETIME, Reach, registration, token_store};
use crate::context::origin;
use crate::policy::{Grants, Permission, fits_key};
use crate::secret::{self, Kind, Secret, is_one_of};
use crate::session::TokenHash;
use crate::throttle::{self, Counter};
use crate::{Access, people};

/// The endpoints outside `/api/v1`.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(issue))
        .routes(routes!(revoke))
        .routes(routes!(metadata))
        .merge(registration::router())
        .layer(DefaultBodyLimit::max(MOST))
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
    /// `client_credentials`; for an app that acts for a person `authorization_code` or `refresh_token`.
    grant_type: String,
    /// Scopes with blanks between, such as `opportunity.read opportunity.update:own`; all of the client's when absent. An
    /// app's are `read` and `propose`.
    scope: Option<String>,
    /// Unless `Authorization: Basic` has it.
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    code_verifier: Option<String>,
    redirect_uri: Option<String>,
    refresh_token: Option<String>,
    resource: Option<String>,
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
    /// For an app, by which it gets its next tokens, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
}

/// Get an access token
///
/// OAuth 2.0 client credentials, RFC 6749 section 4.4; for an app that acts for a person a code with PKCE (RFC 7636) or a
/// refresh token.
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
    let origin = origin(&headers, &extensions);
    match grant_type {
        "authorization_code" => return Ok(of_app(Shower::of(&access, &origin, &form).await?.code(&form).await?)),
        "refresh_token" => return Ok(of_app(Shower::of(&access, &origin, &form).await?.refresh(&form).await?)),
        _ => {}
    }
    let shown = Shown::read(&headers, &form)?;
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
        refresh_token: None,
    };
    Ok(unstored(axum::Json(answer).into_response()))
}

fn of_app(issued: Issued) -> Response {
    let answer = TokenResponse {
        access_token: issued.access,
        token_type: "Bearer",
        expires_in: ACCESS_LIFETIME.num_seconds(),
        scope: issued.reach.scope().to_owned(),
        refresh_token: Some(issued.refresh),
    };
    unstored(axum::Json(answer).into_response())
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

/// End a token
///
/// RFC 7009. An app's refresh token takes with it all that came of the person's yes. A token that is unknown, another client's or over already is answered alike.
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
    let origin = origin(&headers, &extensions);
    if headers.get(header::AUTHORIZATION).is_none()
        && form.get("client_secret").is_none()
        && form.get("client_id").is_some()
    {
        Shower::of(&access, &origin, &form).await?.revoke(token).await?;
        return Ok(unstored(StatusCode::OK.into_response()));
    }
    let shown = Shown::read(&headers, &form)?;
    let client = authenticate(&access, &shown, &origin).await?;
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
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    /// Absent where no new apps are let in.
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    service_documentation: String,
    grant_types_supported: [&'static str; 3],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    code_challenge_methods_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    authorization_response_iss_parameter_supported: bool,
    /// `read` and `propose` are apps'; the others are those of OAuth clients.
    scopes_supported: Vec<String>,
}

/// Authorization server metadata
///
/// RFC 8414.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth", security(()), responses((status = 200, body = Metadata)))]
async fn metadata(State(access): State<Access>) -> Result<Response, Refusal> {
    let mut tx = access.database().system().await?;
    let open = token_store::is_open(&mut tx).await?;
    tx.commit().await?;
    // Never from `Host`, which is whatever a client says.
    let issuer = access.settings().base_url.clone();
    let methods = ["client_secret_basic", "client_secret_post", "none"];
    let of_apps = Reach::ALL.into_iter().map(|reach| reach.as_str().to_owned());
    let of_clients = Permission::all().filter(|p| fits_key(p.object)).map(|p| p.to_string());
    let answer = Metadata {
        authorization_endpoint: format!("{issuer}/oauth/authorize"),
        token_endpoint: format!("{issuer}/oauth/token"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        registration_endpoint: open.then(|| format!("{issuer}/oauth/register")),
        service_documentation: format!("{issuer}/docs"),
        grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_methods_supported: methods,
        authorization_response_iss_parameter_supported: true,
        scopes_supported: of_apps.chain(of_clients).collect(),
        issuer,
    };
    Ok(unstored(axum::Json(answer).into_response()))
}
