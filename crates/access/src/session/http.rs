//! `/session`, `/sessions` and `/me`.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRef, State};
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::{DateTime, Utc};
use cookie::time::Duration;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::{OrgId, RoleId, SessionId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Page, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LIFETIME, TokenHash, new_token, store};
use crate::context::SignedIn;
use crate::policy::{Action, Object, ScopeLevel};
use crate::{Access, Context, password};

const COOKIE: &str = "dealwright_session";
const SECURE_COOKIE: &str = "__Host-dealwright_session";

/// The session's endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(list))
        .routes(routes!(revoke))
        .routes(routes!(me))
}

/// The token of the caller's session cookie, hashed.
pub(crate) fn token(headers: &HeaderMap) -> Result<TokenHash> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(SECURE_COOKIE).or_else(|| jar.get(COOKIE));
    cookie.map(|c| TokenHash::of(c.value())).ok_or_else(|| Error::unauthenticated("not_signed_in", "sign in to go on"))
}

/// The cookie of a new session.
pub(crate) fn cookie(secure: bool, token: String) -> Cookie<'static> {
    Cookie::build((if secure { SECURE_COOKIE } else { COOKIE }, token))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .secure(secure)
        .max_age(Duration::seconds(LIFETIME.num_seconds()))
        .build()
}

/// An e-mail address and a password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[schema(max_length = 320)]
    email: String,
    #[schema(max_length = 200)]
    password: String,
}

impl Validate for SignIn {
    fn validate(&self) -> Result<()> {
        if self.email.len() > 320 || self.email.contains('\0') {
            return Err(Error::field("email", "invalid_email", "this is not an e-mail address"));
        }
        if self.password.len() > 1000 {
            return Err(Error::field("password", "invalid_password", "this is longer than any password we accept"));
        }
        Ok(())
    }
}

/// Where a request came from.
#[must_use]
pub fn device(headers: &HeaderMap, extensions: &Extensions) -> store::Device {
    let address =
        extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(|| "unknown".to_owned(), |c| c.0.ip().to_string());
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).map(|v| v.chars().take(300).collect());
    store::Device { address, user_agent }
}

/// Sign in
///
/// Answers 204 and sets the session's cookie. A wrong password and an unknown e-mail look the same.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 204, description = "Signed in"), Problems))]
async fn sign_in(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<SignIn>,
) -> Result<Response> {
    let device = device(&headers, &extensions);
    let now = access.clock().now();
    let email = body.email.trim().to_owned();
    let mut tx = access.database().system().await?;
    if store::throttled(&mut tx, &email, &device.address, now).await? {
        return Err(Error::too_many("too_many_attempts", 900, "too many failed attempts; wait a quarter of an hour"));
    }
    let known = store::credential(&mut tx, &email, access.settings.demo).await?;
    tx.commit().await?;

    let slot = access.hashing.acquire().await.map_err(Error::internal)?;
    let right = password::verify(body.password, known.as_ref().and_then(|k| k.password_hash.clone())).await?;
    drop(slot);

    let mut tx = access.database().system().await?;
    let Some(who) = known.filter(|_| right) else {
        store::record_failure(&mut tx, &email, &device.address, now).await?;
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_credentials", "the e-mail address or the password is wrong"));
    };
    store::forget_failures(&mut tx, &email).await?;
    let token = new_token()?;
    store::insert(&mut tx, SessionId(access.clock().new_id()), &who, &TokenHash::of(&token), &device, now).await?;
    tx.commit().await?;
    Ok((CookieJar::new().add(cookie(access.settings.secure_cookies, token)), StatusCode::NO_CONTENT).into_response())
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204, description = "Signed out"), Problems))]
async fn sign_out(State(access): State<Access>, headers: HeaderMap, SignedIn(cx): SignedIn) -> Result<Response> {
    let jar = ended(&access, &headers, &cx).await?;
    Ok((jar, StatusCode::NO_CONTENT).into_response())
}

/// Ends the caller's session; the cookie that takes theirs away.
pub(crate) async fn ended(access: &Access, headers: &HeaderMap, cx: &Context) -> Result<CookieJar> {
    let mut tx = cx.begin().await?;
    if let Some(session) = cx.actor().session {
        store::revoke(&mut tx, cx.actor().user, session).await?;
    }
    tx.commit(()).await?.into_inner();
    access.forget(&token(headers)?);
    let secure = access.settings.secure_cookies;
    let mut gone = cookie(secure, String::new());
    gone.make_removal();
    Ok(CookieJar::new().add(gone))
}

/// One of my sessions.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: SessionId,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    ip: Option<String>,
    user_agent: Option<String>,
    /// The one this request came with.
    current: bool,
}

/// My sessions
#[utoipa::path(get, path = "/sessions", tag = "session", responses((status = 200, body = Page<Session>), Problems))]
async fn list(SignedIn(cx): SignedIn) -> Result<Json<Page<Session>>> {
    let mut tx = cx.begin().await?;
    let rows = store::list(&mut tx, cx.actor().user).await?;
    let current = cx.actor().session;
    let items = rows
        .into_iter()
        .map(|r| Session {
            current: Some(r.id) == current,
            id: r.id,
            created_at: r.created_at,
            last_seen_at: r.last_seen_at,
            ip: r.ip,
            user_agent: r.user_agent,
        })
        .collect();
    tx.done(Json(Page::whole(items))).await
}

/// End one of my sessions
#[utoipa::path(delete, path = "/sessions/{id}", tag = "session", params(("id" = SessionId, Path)),
    responses((status = 204, description = "Ended, from its next request on"), Problems))]
async fn revoke(SignedIn(cx): SignedIn, Path(id): Path<SessionId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    store::revoke(&mut tx, cx.actor().user, id).await?.then_some(()).or_not_found("session")?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    user: MyUser,
    organisation: MyOrganisation,
    roles: Vec<MyRole>,
    /// Scope by object and action.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, ScopeLevel>>)]
    permissions: BTreeMap<Object, BTreeMap<Action, ScopeLevel>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MyUser {
    id: UserId,
    name: String,
    email: String,
    team_id: Option<TeamId>,
    locale: Option<String>,
    time_zone: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MyOrganisation {
    id: OrgId,
    name: String,
    #[schema(value_type = String)]
    currency: Currency,
    demo: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct MyRole {
    id: RoleId,
    name: String,
}

/// Who am I, and what may I do
#[utoipa::path(get, path = "/me", tag = "session", responses((status = 200, body = Me), Problems))]
async fn me(SignedIn(cx): SignedIn) -> Result<Json<Me>> {
    // The transaction proves that the session and what it may do are still what was read.
    let tx = cx.begin().await?;
    let actor = cx.actor();
    let me = Me {
        user: MyUser {
            id: actor.user,
            name: actor.name.clone(),
            email: actor.email.clone(),
            team_id: actor.team,
            locale: actor.locale.clone(),
            time_zone: actor.time_zone.clone(),
        },
        organisation: MyOrganisation {
            id: actor.org,
            name: actor.org_name.clone(),
            currency: actor.currency,
            demo: actor.demo,
        },
        roles: actor.roles.iter().map(|(id, name)| MyRole { id: RoleId(*id), name: name.clone() }).collect(),
        permissions: actor.grants.matrix(),
    };
    tx.done(Json(me)).await
}
