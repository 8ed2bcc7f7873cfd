//! `/me/second-factor`, `/me/totp`, `/me/recovery-codes`; and `/users/{id}/second-factor` for somebody who has lost theirs.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::mail::{self, Letter};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{context, enrolment, new_secret, step, store};
use crate::context::Entering;
use crate::passkey::store as passkeys;
use crate::password::reset::event;
use crate::policy::UpdateUser;
use crate::session::{recent, store as sessions};
use crate::sign_in_policy::{self, SecondFactorRule};
use crate::{Access, Actor, Allow, link};

/// The second factors' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(begin, disable))
        .routes(routes!(confirm))
        .routes(routes!(renew_codes))
        .routes(routes!(take_away))
}

/// My second factor.
#[derive(Debug, Serialize, ToSchema)]
struct SecondFactor {
    /// Since when an authenticator app is set up.
    totp_since: Option<DateTime<Utc>>,
    recovery_codes_left: i64,
    /// How many passkeys I have.
    passkeys: i64,
    /// Whether passkeys can be made here: they need a domain.
    passkeys_available: bool,
    /// Of whom the organisation asks one.
    rule: SecondFactorRule,
    /// Whether I must keep one.
    required: bool,
    /// What a new password of mine must have at least.
    password_min_length: i32,
    has_password: bool,
}

/// My second factor
#[utoipa::path(get, path = "/me/second-factor", tag = "sign-in", responses((status = 200, body = SecondFactor), Problems))]
async fn get(Entering(cx): Entering) -> Result<Json<SecondFactor>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    let standing = store::standing(tx.db(), actor.org, actor.user).await?;
    let policy = sign_in_policy::store::find(tx.db(), actor.org).await?;
    let required = policy.second_factor.demands(is_administrator(&mut tx, actor).await?);
    let me = link::recipient(&mut tx, actor.user).await?;
    tx.done(Json(SecondFactor {
        totp_since: standing.totp_since,
        recovery_codes_left: standing.recovery_codes_left,
        passkeys: standing.passkeys,
        passkeys_available: cx.access().takes_passkeys(),
        rule: policy.second_factor,
        required,
        password_min_length: policy.password_min_length,
        has_password: me.has_password,
    }))
    .await
}

async fn is_administrator(tx: &mut Tx, actor: &Actor) -> Result<bool> {
    store::is_administrator(tx.db(), actor.org, actor.user).await
}

/// What an authenticator app needs.
#[derive(Debug, Serialize, ToSchema)]
struct Enrolment {
    #[schema(example = "otpauth://totp/Dealwright:ada%40acme.test?secret=…")]
    uri: String,
    /// To type in, base 32.
    secret: String,
    /// The URI as a QR code: an SVG document.
    qr_svg: String,
}

/// Begin to set up an authenticator app
///
/// Takes a recent authentication. Shown once; asked of nobody until it is confirmed.
#[utoipa::path(post, path = "/me/totp", tag = "sign-in", responses((status = 201, body = Enrolment), Problems))]
async fn begin(Entering(cx): Entering) -> Result<Committed<(StatusCode, Json<Enrolment>)>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    if sign_in_policy::store::find(tx.db(), actor.org).await?.second_factor == SecondFactorRule::Off {
        return Err(Error::conflict("second_factor_off", "your organisation does not use second factors"));
    }
    let new = new_secret()?;
    let sealed = cx.access().keyring().seal(&context(actor.user), &new)?;
    let now = tx.now();
    if !store::begin(tx.db(), actor.org, actor.user, &sealed, now).await? {
        return Err(Error::conflict("already_set_up", "an authenticator app is set up; remove it first"));
    }
    tx.emit(event(&tx, actor, "user.totp_begun"));
    let (uri, qr_svg, secret) = enrolment(&new, &actor.email)?;
    tx.commit((StatusCode::CREATED, Json(Enrolment { uri, secret, qr_svg }))).await
}

/// A code that the app shows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    #[schema(max_length = 20)]
    code: String,
}

impl Validate for Code {
    fn validate(&self) -> Result<()> {
        if self.code.len() > 20 {
            return Err(Error::field("code", "invalid_code", "six digits"));
        }
        Ok(())
    }
}

/// Codes for when the app is lost, each good once. Shown once.
#[derive(Debug, Serialize, ToSchema)]
struct RecoveryCodes {
    recovery_codes: Vec<String>,
}

/// Confirm the authenticator app by a code of it
///
/// From now on it is asked for. Answers with recovery codes; ends my other sessions.
#[utoipa::path(post, path = "/me/totp/confirmation", tag = "sign-in", request_body = Code, responses((status = 200, body = RecoveryCodes), Problems))]
async fn confirm(Entering(cx): Entering, Valid(body): Valid<Code>) -> Result<Committed<Json<RecoveryCodes>>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    let sealed = store::unconfirmed(tx.db(), actor.org, actor.user).await?.or_not_found("authenticator app")?;
    let secret = cx.access().keyring().open(&context(actor.user), &sealed)?;
    let code: String = body.code.chars().filter(|c| !c.is_whitespace()).collect();
    let wrong = || Error::field("code", "invalid_code", "this is not the code that the app shows now");
    let now = tx.now();
    let step = step(&secret, &code, now)?.ok_or_else(wrong)?;
    if !store::confirm(tx.db(), actor.org, actor.user, step, now).await? {
        return Err(Error::conflict("already_set_up", "an authenticator app is set up; remove it first"));
    }
    let recovery_codes = super::renew_codes(&mut tx, actor).await?;
    sessions::revoke_others(&mut tx, actor.user, actor.session).await?;
    tell(&mut tx, cx.access(), actor, "An authenticator app was set up", "From now on, signing in asks for its code.")
        .await?;
    tx.emit(event(&tx, actor, "user.totp_enabled"));
    tx.commit(Json(RecoveryCodes { recovery_codes })).await
}

/// # Errors
/// 409 `second_factor_demanded` when the person has no factor left and the organisation demands one of them.
pub(crate) async fn must_keep_one(tx: &mut Tx, actor: &Actor) -> Result<()> {
    if store::standing(tx.db(), actor.org, actor.user).await?.has_factor() {
        return Ok(());
    }
    let rule = sign_in_policy::store::find(tx.db(), actor.org).await?.second_factor;
    if rule.demands(is_administrator(tx, actor).await?) {
        let detail = "your organisation asks for a second factor; an administrator can take yours away";
        return Err(Error::conflict("second_factor_demanded", detail));
    }
    Ok(())
}

/// Remove my authenticator app
///
/// Takes a recent authentication. Not the last factor while the organisation demands one of me.
#[utoipa::path(delete, path = "/me/totp", tag = "sign-in", responses((status = 204, description = "Removed; recovery codes too, with the last factor"), Problems))]
async fn disable(Entering(cx): Entering) -> Result<Committed<StatusCode>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    store::hold(tx.db(), actor.user).await?;
    store::remove_totp(tx.db(), actor.org, actor.user).await?.then_some(()).or_not_found("authenticator app")?;
    must_keep_one(&mut tx, actor).await?;
    store::drop_lone_codes(tx.db(), actor.org, actor.user).await?;
    tell(&mut tx, cx.access(), actor, "Your authenticator app was removed", "Signing in asks for its code no more.")
        .await?;
    tx.emit(event(&tx, actor, "user.totp_disabled"));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// New recovery codes
///
/// Takes a recent authentication. The former ones are good no more.
#[utoipa::path(post, path = "/me/recovery-codes", tag = "sign-in", responses((status = 200, body = RecoveryCodes), Problems))]
async fn renew_codes(Entering(cx): Entering) -> Result<Committed<Json<RecoveryCodes>>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    let standing = store::standing(tx.db(), actor.org, actor.user).await?;
    standing.has_factor().then_some(()).or_not_found("second factor")?;
    let recovery_codes = super::renew_codes(&mut tx, actor).await?;
    tx.emit(event(&tx, actor, "user.recovery_codes_renewed"));
    tx.commit(Json(RecoveryCodes { recovery_codes })).await
}

/// Take a user's second factor away
///
/// For somebody who has lost it: authenticator app, passkeys and recovery codes. Takes a recent authentication of the administrator; ends the user's sessions.
#[utoipa::path(delete, path = "/users/{id}/second-factor", tag = "people", params(("id" = UserId, Path)),
    responses((status = 204, description = "Taken away"), Problems))]
async fn take_away(cx: Allow<UpdateUser>, Path(id): Path<UserId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let person = link::recipient(&mut tx, id).await?;
    recent(&mut tx, cx.actor()).await?;
    let org = cx.actor().org;
    store::hold(tx.db(), id).await?;
    let app = store::remove_totp(tx.db(), org, id).await?;
    let passkeys = passkeys::remove_all(tx.db(), org, id).await?;
    (app || passkeys > 0).then_some(()).or_not_found("second factor")?;
    store::drop_lone_codes(tx.db(), org, id).await?;
    sessions::revoke_others(&mut tx, id, None).await?;
    let letter = Letter {
        to: person.email,
        subject: "Your second factor was taken away".into(),
        paragraphs: vec![
            format!(
                "{} took your authenticator app and passkeys away. Signing in asks for the password alone.",
                cx.actor().name
            ),
            "If you did not ask for that, tell your administrator.".into(),
        ],
        action: None,
        reason: "You get this letter whenever your second factor changes.".into(),
    };
    mail::queue(&mut tx, cx.access().keyring(), &letter).await?;
    let subject = Subject { object: "user", id: id.0, name: person.name, version: None };
    let event = Event::with_id(tx.new_id().into(), "user.second_factor_taken_away", subject);
    tx.emit(event.data(json!({ "totp": app, "passkeys": passkeys })));
    tx.commit(StatusCode::NO_CONTENT).await
}

pub(crate) async fn tell(tx: &mut Tx, access: &Access, person: &Actor, subject: &str, what: &str) -> Result<()> {
    let letter = Letter {
        to: person.email.clone(),
        subject: subject.to_owned(),
        paragraphs: vec![
            format!("This is about {} at {}. {what}", person.email, person.org_name),
            "If that was not you, change your password at once and tell your administrator.".into(),
        ],
        action: None,
        reason: "You get this letter whenever your second factor changes.".into(),
    };
    mail::queue(tx, access.keyring(), &letter).await
}
