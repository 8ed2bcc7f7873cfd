//! `/me/passkeys`, and signing in by one: `/session/passkey`.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::id::PasskeyId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Change, Committed};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use webauthn_rs::prelude::{PasskeyRegistration, RegisterPublicKeyCredential};

use super::store::{self, NewPasskey, Passkey};
use super::{Assertion, Ceremony, MOST, Purpose, Verdict};
use crate::Access;
use crate::context::{Entering, origin};
use crate::password::closed;
use crate::password::reset::event;
use crate::second_factor::http::{must_keep_one, tell};
use crate::second_factor::{self, Factor, store as factors};
use crate::session::device::Device;
use crate::session::{Method, entry, recent, store as sessions, throttle};

/// No answer of an authenticator is as large.
const BODY_LIMIT: usize = 64 * 1024;

/// The passkeys' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(begin))
        .routes(routes!(rename, remove))
        .routes(routes!(ask))
        .routes(routes!(sign_in))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

impl Validate for Assertion {
    fn validate(&self) -> Result<()> {
        check_ceremony(&self.ceremony)
    }
}

fn check_ceremony(ceremony: &str) -> Result<()> {
    if ceremony.len() > 200 {
        return Err(Error::field("ceremony", "invalid_value", "this is no ceremony of ours"));
    }
    Ok(())
}

fn expired() -> Error {
    Error::conflict("ceremony_expired", "this took too long, or was answered before; begin again")
}

/// My passkeys
#[utoipa::path(get, path = "/me/passkeys", tag = "sign-in", responses((status = 200, body = Page<Passkey>), Problems))]
async fn list(Entering(cx): Entering) -> Result<Json<Page<Passkey>>> {
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, cx.actor().user).await?;
    tx.done(Json(Page::whole(items))).await
}

/// Begin to make a passkey
///
/// Takes a recent authentication. Give the answer's options to `navigator.credentials.create`, then add what it made.
#[utoipa::path(post, path = "/me/passkeys/registration", tag = "sign-in", responses((status = 201, body = Ceremony), Problems))]
async fn begin(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Entering(cx): Entering,
) -> Result<(StatusCode, Json<Ceremony>)> {
    let mut tx = cx.begin().await?;
    recent(&mut tx, cx.actor()).await?;
    tx.done(()).await?;
    let device = Device::of(&headers, &extensions);
    let ceremony = super::begin_registration(&access, cx.actor(), &device.address).await?;
    Ok((StatusCode::CREATED, Json(ceremony)))
}

/// A passkey that a device has made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCredential {
    #[schema(max_length = 200)]
    ceremony: String,
    /// What its owner tells it by, such as the device.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// WebAuthn's `RegistrationResponseJSON`.
    #[schema(value_type = Object)]
    credential: RegisterPublicKeyCredential,
}

impl Validate for NewCredential {
    fn validate(&self) -> Result<()> {
        check_ceremony(&self.ceremony)?;
        checked_name(&self.name).map(|_| ())
    }
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(Error::field("name", "invalid_name", "between 1 and 60 characters"));
    }
    Ok(name)
}

/// A passkey that was added.
#[derive(Debug, Serialize, ToSchema)]
struct AddedPasskey {
    #[serde(flatten)]
    passkey: Passkey,
    /// For when the device is lost, each good once. Shown once, with the first second factor; null when there is a set.
    recovery_codes: Option<Vec<String>>,
}

/// Add the passkey that a device has made
///
/// Takes a recent authentication. From now on a password alone signs me in no more; ends my other sessions.
#[utoipa::path(post, path = "/me/passkeys", tag = "sign-in", request_body = NewCredential, responses((status = 201, body = AddedPasskey), Problems))]
async fn add(
    State(access): State<Access>,
    Entering(cx): Entering,
    Valid(body): Valid<NewCredential>,
) -> Result<Committed<(StatusCode, Json<AddedPasskey>)>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    tx.done(()).await?;
    let state = super::take(&access, &body.ceremony, Purpose::Registration, Some((actor.org, actor.user))).await?;
    let state: PasskeyRegistration = state.ok_or_else(expired)?;
    let made = super::ours(&access)?.finish_passkey_registration(&body.credential, &state).map_err(|error| {
        tracing::info!(reason = super::reason(&error), %error, "a new passkey was refused");
        Error::field("credential", "invalid_passkey", "what this device made can't be used here")
    })?;
    let credential = serde_json::to_value(&made).map_err(Error::internal)?;
    let (id, name) = (PasskeyId(cx.clock().new_id()), checked_name(&body.name)?);
    let mut tx = cx.begin().await?;
    factors::hold(tx.db(), actor.user).await?;
    let standing = factors::standing(tx.db(), actor.org, actor.user).await?;
    if standing.passkeys >= i64::try_from(MOST).map_err(Error::internal)? {
        return Err(Error::conflict("too_many_passkeys", format!("you have {MOST} passkeys; remove one first")));
    }
    let credential_id = made.cred_id().as_slice();
    store::insert(&mut tx, &NewPasskey { id, user: actor.user, credential_id, name, credential: &credential }).await?;
    let recovery_codes =
        if standing.recovery_codes_left == 0 { Some(second_factor::renew_codes(&mut tx, actor).await?) } else { None };
    sessions::revoke_others(&mut tx, actor.user, actor.session).await?;
    tell(&mut tx, &access, actor, "A passkey was added", &format!("“{name}” now lets its holder in.")).await?;
    tx.emit(event(&tx, actor, "user.passkey_added").data(about(id, name)));
    let passkey = store::find(&mut tx, actor.user, id).await?.or_not_found("passkey")?;
    tx.commit((StatusCode::CREATED, Json(AddedPasskey { passkey, recovery_codes }))).await
}

fn about(id: PasskeyId, name: &str) -> Value {
    json!({ "passkey_id": id, "name": name })
}

/// Another name for a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasskeyName {
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    version: Option<i64>,
}

/// Rename one of my passkeys
#[utoipa::path(patch, path = "/me/passkeys/{id}", tag = "sign-in", request_body = PasskeyName,
    params(("id" = PasskeyId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = Passkey), Problems))]
async fn rename(
    Entering(cx): Entering,
    Path(id): Path<PasskeyId>,
    if_match: IfMatch,
    Json(body): Json<PasskeyName>,
) -> Result<Committed<impl IntoResponse>> {
    let actor = cx.actor();
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let before = store::find(&mut tx, actor.user, id).await?.or_not_found("passkey")?;
    let name = checked_name(&body.name)?;
    if before.version != version || !store::rename(&mut tx, actor.user, id, version, name).await? {
        return Err(Error::stale(VersionConflict { version: before.version, fields: Vec::new() }));
    }
    let (old, new) = (json!(before.name), json!(name));
    let change = Change { field: "name".to_owned(), old, new, old_label: None, new_label: None };
    tx.emit(event(&tx, actor, "user.passkey_renamed").data(about(id, name)).changes(vec![change]));
    let passkey = store::find(&mut tx, actor.user, id).await?.or_not_found("passkey")?;
    tx.commit((etag(passkey.version), Json(passkey))).await
}

/// Remove one of my passkeys
///
/// Takes a recent authentication. Not the last factor while the organisation demands one of me.
#[utoipa::path(delete, path = "/me/passkeys/{id}", tag = "sign-in", params(("id" = PasskeyId, Path)),
    responses((status = 204, description = "Removed; recovery codes too, with the last factor"), Problems))]
async fn remove(Entering(cx): Entering, Path(id): Path<PasskeyId>) -> Result<Committed<StatusCode>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    store::find(&mut tx, actor.user, id).await?.or_not_found("passkey")?;
    recent(&mut tx, actor).await?;
    factors::hold(tx.db(), actor.user).await?;
    let name = store::remove(&mut tx, actor.user, id).await?.or_not_found("passkey")?;
    must_keep_one(&mut tx, actor).await?;
    factors::drop_lone_codes(tx.db(), actor.org, actor.user).await?;
    tell(&mut tx, cx.access(), actor, "A passkey was removed", &format!("“{name}” lets nobody in any more.")).await?;
    tx.emit(event(&tx, actor, "user.passkey_removed").data(about(id, &name)));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Begin to sign in by a passkey
///
/// Asks for no e-mail address. Give the answer's options to `navigator.credentials.get`.
#[utoipa::path(post, path = "/session/passkey/challenge", tag = "session", security(()), responses((status = 201, body = Ceremony), Problems))]
async fn ask(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<(StatusCode, Json<Ceremony>)> {
    let device = Device::of(&headers, &extensions);
    let ceremony = super::ask(&access, Purpose::SignIn, None, &device.address).await?;
    Ok((StatusCode::CREATED, Json(ceremony)))
}

/// Sign in by a passkey
///
/// It is two factors by itself: none is asked for besides.
#[utoipa::path(post, path = "/session/passkey", tag = "session", request_body = Assertion, security(()),
    responses((status = 204, description = "Signed in"), Problems))]
async fn sign_in(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Assertion>,
) -> Result<Response> {
    let device = Device::of(&headers, &extensions);
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    throttle::BY_ADDRESS.check(&mut tx, &device.address, now).await?;
    tx.commit().await?;
    let verdict = super::verify(&access, Purpose::SignIn, None, &body, &origin(&headers, &extensions)).await?;
    let Verdict::Right(passkey) = verdict else {
        let mut tx = access.database().system().await?;
        throttle::BY_ADDRESS.count(&mut tx, &device.address, now).await?;
        tx.commit().await?;
        return Err(Error::unauthenticated("invalid_passkey", "this passkey does not sign anybody in here"));
    };
    if !passkey.opens {
        return Err(closed());
    }
    let factor = Some(Factor::Passkey(passkey.id));
    let cookie = entry::start(&access, passkey.org, passkey.user, Method::Passkey, factor, &device).await?;
    Ok(entry::with_cookie(cookie))
}
