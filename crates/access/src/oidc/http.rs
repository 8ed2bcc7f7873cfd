//! `/auth/oidc/…`, where browsers and providers come by, and the API's `/session/providers` and `/session/sign-out`.
//!
//! A browser always gets a redirect: into the app, or to the sign-in page with a code that it has words for.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{self, Json};
use dealwright_kernel::id::IdentityProviderId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Origin;
use openidconnect::url::form_urlencoded;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::login::{self, CALLBACK, Callback};
use super::{Reason, Refusal, admission, logout};
use crate::Access;
use crate::context::{OwnSession, origin};
use crate::identity_provider::{Kind, Provider, domain_of, store as providers};
use crate::session::device::Device;
use crate::session::http::ended;

/// What browsers and providers come by; no part of the API.
pub fn pages() -> Router<Access> {
    Router::new()
        .route("/auth/oidc/{provider}/start", get(start))
        .route(CALLBACK, get(callback))
        .route("/auth/oidc/{provider}/backchannel-logout", post(back_channel))
}

/// The API's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(ways_in)).routes(routes!(sign_out))
}

type Pairs = Vec<(String, String)>;

/// A parameter that was given once; one that was given twice is not believed.
fn once<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut given = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    given.next().filter(|_| given.next().is_none())
}

/// To the sign-in page, with a code.
fn refused(reason: Reason) -> Response {
    let mut response = Redirect::to(&format!("/sign-in?error={}", reason.code())).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Writes a refusal down and sends the browser to the sign-in page.
async fn turn_away(access: &Access, provider: &Provider, refusal: &Refusal, from: Origin) -> Response {
    if let Err(error) = admission::record_refusal(access, provider, refusal, from).await {
        // The person is told in any case; the operator finds it here.
        tracing::error!(%error, reason = refusal.reason.code(), "a refused sign-in could not be written to the audit log");
    }
    refused(refusal.reason)
}

async fn start(
    State(access): State<Access>,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let Ok(id) = id.parse::<IdentityProviderId>() else { return refused(Reason::ProviderUnknown) };
    let provider = match login::provider(&access, id).await {
        Ok(provider) => provider,
        Err(refusal) => return refused(refusal.reason),
    };
    let device = Device::of(&headers, &extensions);
    let return_to = once(&pairs, "return_to").unwrap_or("/");
    match login::begin(&access, &provider, return_to, once(&pairs, "email"), &device.address).await {
        Ok(begun) => {
            let mut response = (CookieJar::new().add(begun.cookie), Redirect::to(&begun.location)).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        // Past the limit nothing is written: a flood would fill the log.
        Err(refusal) if refusal.reason == Reason::TooManyAttempts => refused(refusal.reason),
        Err(refusal) => turn_away(&access, &provider, &refusal, origin(&headers, &extensions)).await,
    }
}

async fn callback(
    State(access): State<Access>,
    Query(pairs): Query<Pairs>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let text = |name: &str| once(&pairs, name).map(str::to_owned);
    let callback = Callback {
        state: text("state").unwrap_or_default(),
        code: text("code"),
        iss: text("iss"),
        error: text("error"),
        error_description: text("error_description"),
    };
    let forget = login::forget_cookie(&access, &callback.state);
    let (login, provider) =
        match login::take(&access, &callback.state, login::browser(&access, &headers, &callback.state)).await {
            Ok(taken) => taken,
            Err(refusal) => {
                tracing::info!(reason = refusal.reason.code(), detail = refusal.detail, "a sign-in was refused");
                return refused(refusal.reason);
            }
        };
    let device = Device::of(&headers, &extensions);
    let finished = login::finish(&access, login, &provider, callback, &device, origin(&headers, &extensions)).await;
    let jar = CookieJar::new().add(forget);
    match finished {
        Ok(finished) => {
            let mut response = (jar.add(finished.session), Redirect::to(&finished.return_to)).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(refusal) => {
            (jar, turn_away(&access, &provider, &refusal, origin(&headers, &extensions)).await).into_response()
        }
    }
}

/// As the specification answers: 200 when the sessions are over, 400 with an error when the token does not hold.
async fn back_channel(State(access): State<Access>, Path(id): Path<String>, body: Bytes) -> Response {
    let token =
        form_urlencoded::parse(&body).find(|(key, _)| key == "logout_token").map(|(_, value)| value.into_owned());
    let ended = async {
        let unknown = || Refusal::new(Reason::ProviderUnknown, "there is no such provider");
        let provider = login::provider(&access, id.parse().map_err(|_| unknown())?).await?;
        let token = token.ok_or_else(|| Refusal::new(Reason::TokenInvalid, "logout_token is missing"))?;
        logout::back_channel(&access, &provider, &token).await
    };
    let mut response = match ended.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => {
            tracing::info!(reason = refusal.reason.code(), detail = refusal.detail, "a logout token was refused");
            let ours = matches!(refusal.reason, Reason::Failed | Reason::ProviderUnreachable);
            let status = if ours { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
            let body = json!({ "error": "invalid_request", "error_description": refusal.reason.code() });
            (status, axum::Json(body)).into_response()
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Who {
    /// Whoever wants to sign in. Only the domain counts: the answer tells nothing of accounts.
    email: String,
}

/// A way to sign in.
#[derive(Debug, Serialize, ToSchema)]
struct SignInProvider {
    id: IdentityProviderId,
    /// What its button says after "Sign in with".
    name: String,
    kind: Kind,
}

#[derive(Debug, Serialize, ToSchema)]
struct SignInProviders {
    items: Vec<SignInProvider>,
}

/// The identity providers of an e-mail address's domain
///
/// Sign in by sending the browser to `/auth/oidc/{id}/start?return_to=/…`.
#[utoipa::path(get, path = "/session/providers", tag = "session", params(Who), security(()), responses((status = 200, body = SignInProviders), Problems))]
async fn ways_in(
    State(access): State<Access>,
    extract::Query(who): extract::Query<Who>,
) -> Result<Json<SignInProviders>> {
    let Some(domain) = domain_of(&who.email) else {
        return Err(Error::field("email", "invalid_email", "this is not an e-mail address"));
    };
    let mut tx = access.database().system().await?;
    let found = providers::for_domain(&mut tx, &domain).await?;
    tx.commit().await?;
    let items =
        found.into_iter().map(|b| SignInProvider { id: b.id, name: b.name, kind: Kind::parse(&b.kind) }).collect();
    Ok(Json(SignInProviders { items }))
}

/// Where to go after signing out.
#[derive(Debug, Serialize, ToSchema)]
struct SignedOut {
    /// Where the browser signs out at the identity provider too; null when there is nothing to do.
    redirect_to: Option<String>,
}

/// Sign out, here and at the identity provider
#[utoipa::path(post, path = "/session/sign-out", tag = "session", responses((status = 200, body = SignedOut), Problems))]
async fn sign_out(State(access): State<Access>, headers: HeaderMap, OwnSession(cx): OwnSession) -> Result<Response> {
    let redirect_to = match cx.actor().session {
        Some(session) => logout::address(&access, cx.actor().org, session).await?,
        None => None,
    };
    let jar = ended(&access, &headers, &cx).await?;
    Ok((jar, Json(SignedOut { redirect_to })).into_response())
}
