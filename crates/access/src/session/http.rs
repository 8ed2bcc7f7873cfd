//! `/session`, `/sessions` and `/me`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use chrono::{DateTime, TimeDelta, Utc};
use cookie::time::Duration;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::{OrgId, RoleId, SessionId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::device::{self, Device};
use super::entry::{self, Challenge};
use super::{Method, TokenHash, Told, ending, second_step, store, tell, throttle};
use crate::bearer::Proof;
use crate::context::{Anyone, OwnSession, SignedIn, origin};
use crate::password::closed;
use crate::policy::fields::FieldLevel;
use crate::policy::{Action, Object, ScopeLevel};
use crate::{Access, Context, viewing};

const COOKIE: &str = "dealwright_session";
const SECURE_COOKIE: &str = "__Host-dealwright_session";

/// The session's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .merge(second_step::router())
        .merge(ending::router())
        .routes(routes!(list, end_others))
        .routes(routes!(revoke))
        .routes(routes!(me))
}

/// The token of the caller's session cookie, hashed.
pub(crate) fn token(headers: &HeaderMap) -> Result<TokenHash> {
    let jar = CookieJar::from_headers(headers);
    let cookie = jar.get(SECURE_COOKIE).or_else(|| jar.get(COOKIE));
    cookie.map(|c| TokenHash::of(c.value())).ok_or_else(|| Error::unauthenticated("not_signed_in", "sign in to go on"))
}

/// The cookie of a session that lives for so long.
pub(crate) fn cookie(secure: bool, token: String, life: TimeDelta) -> Cookie<'static> {
    Cookie::build((if secure { SECURE_COOKIE } else { COOKIE }, token))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .secure(secure)
        .max_age(Duration::seconds(life.num_seconds()))
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

/// Sign in
///
/// Answers 204 and sets the session's cookie; or 200 and a challenge, for whoever has a second factor. A wrong password
/// and an unknown e-mail look the same.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn, security(()),
    responses((status = 204, description = "Signed in"), (status = 200, body = Challenge, description = "The second factor is asked for"), Problems))]
async fn sign_in(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<SignIn>,
) -> Result<Response> {
    let (device, origin) = (Device::of(&headers, &extensions), origin(&headers, &extensions));
    let now = access.clock().now();
    let email = body.email.trim().to_owned();
    let mut tx = access.database().system().await?;
    throttle::BY_EMAIL.check(&mut tx, &email, now).await?;
    throttle::BY_ADDRESS.check(&mut tx, &device.address, now).await?;
    let known = store::credential(&mut tx, &email, access.settings.demo).await?;
    tx.commit().await?;

    let right = access.verify(body.password, known.as_ref().and_then(|k| k.password_hash.clone())).await?;

    let mut tx = access.database().system().await?;
    let Some(who) = known.as_ref().filter(|_| right) else {
        throttle::BY_EMAIL.count(&mut tx, &email, now).await?;
        throttle::BY_ADDRESS.count(&mut tx, &device.address, now).await?;
        if let Some(who) = known.map(|k| (k.org, k.user)) {
            tell(&mut tx, access.clock(), who, &origin, Told::SignInFailed, json!({})).await?;
            // What is refused from now on is not told one by one: nobody floods the log.
            if throttle::BY_EMAIL.reached(&mut tx, &email, now).await? {
                tell(&mut tx, access.clock(), who, &origin, Told::Throttled, json!({})).await?;
            }
        }
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_credentials", "the e-mail address or the password is wrong"));
    };
    throttle::BY_EMAIL.forget(&mut tx, &email).await?;
    tx.commit().await?;
    if !who.opens {
        return Err(closed());
    }
    entry::enter(&access, who.org, who.user, Method::Password, &device).await
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204, description = "Signed out"), Problems))]
async fn sign_out(State(access): State<Access>, headers: HeaderMap, OwnSession(cx): OwnSession) -> Result<Response> {
    let jar = ended(&access, &headers, &cx).await?;
    Ok((jar, StatusCode::NO_CONTENT).into_response())
}

/// Ends the caller's session; the cookie that takes theirs away.
pub(crate) async fn ended(access: &Access, headers: &HeaderMap, cx: &Context) -> Result<CookieJar> {
    let mut tx = cx.begin().await?;
    if let Some(session) = cx.actor().session {
        viewing::end(&mut tx, session).await?;
        store::revoke(&mut tx, cx.actor().user, session).await?;
        tx.emit(Told::SignedOut.event(cx));
    }
    tx.commit(()).await?.into_inner();
    access.forget(&Proof::Session(token(headers)?));
    let mut gone = cookie(access.settings.secure_cookies, String::new(), TimeDelta::zero());
    gone.make_removal();
    Ok(CookieJar::new().add(gone))
}

/// One of my sessions.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    id: SessionId,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    /// The network address of its last use.
    ip: Option<String>,
    /// Browser and system in words.
    #[schema(example = "Firefox on Linux")]
    device: String,
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
            device: device::name(r.user_agent.as_deref()),
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
    viewing::end(&mut tx, id).await?;
    tx.emit(Told::Revoked.event(&cx));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// How many sessions were ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ended {
    pub(super) ended: u64,
}

/// End all my sessions but this one
#[utoipa::path(delete, path = "/sessions", tag = "session", responses((status = 200, body = Ended), Problems))]
async fn end_others(SignedIn(cx): SignedIn) -> Result<Committed<Json<Ended>>> {
    let mut tx = cx.begin().await?;
    let ended = store::revoke_others(&mut tx, cx.actor().user, cx.actor().session).await?;
    if ended > 0 {
        let subject = Subject { object: "user", id: cx.actor().user.0, name: cx.actor().name.clone(), version: None };
        let event = Event::with_id(tx.new_id().into(), "user.sessions_ended", subject);
        tx.emit(event.data(json!({ "ended": ended })));
    }
    tx.commit(Json(Ended { ended })).await
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
    /// What my roles keep back, by object and field; a field that is not named is full.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, FieldLevel>>)]
    fields: BTreeMap<Object, BTreeMap<&'static str, FieldLevel>>,
    /// Who really is signed in, when they look at the app as this person. Nothing can be changed then.
    viewer: Option<MyViewer>,
    /// The organisation demands a second factor: nothing is open until one is set up.
    must_set_up_second_factor: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct MyViewer {
    id: UserId,
    name: String,
    since: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
struct MyUser {
    id: UserId,
    name: String,
    email: String,
    team_id: Option<TeamId>,
    locale: Option<String>,
    time_zone: Option<String>,
    version: i64,
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
///
/// Asked with a key: its owner, and what the key may do.
#[utoipa::path(get, path = "/me", tag = "session", responses((status = 200, body = Me), Problems))]
async fn me(Anyone { context: cx, must_enrol }: Anyone) -> Result<Json<Me>> {
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
            version: actor.version,
        },
        organisation: MyOrganisation {
            id: actor.org,
            name: actor.org_name.clone(),
            currency: actor.currency,
            demo: actor.demo,
        },
        roles: actor.roles.iter().map(|(id, name)| MyRole { id: RoleId(*id), name: name.clone() }).collect(),
        permissions: actor.grants.matrix(),
        fields: actor.fields.all().clone(),
        viewer: actor.viewer.as_ref().map(|v| MyViewer { id: v.id, name: v.name.clone(), since: v.since }),
        must_set_up_second_factor: must_enrol,
    };
    tx.done(Json(me)).await
}
