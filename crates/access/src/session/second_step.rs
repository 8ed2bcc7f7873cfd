//! The second step of signing in, and proving again who one is before something dangerous.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Response;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Origin;
use dealwright_store::mail::{self, Letter};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::device::Device;
use super::{Method, TokenHash, entry, store, throttle};
use crate::context::{Entering, origin};
use crate::passkey::{self, Assertion, Ceremony, Purpose, Verdict};
use crate::password::reset;
use crate::second_factor::{self, Factor, store as factors};
use crate::{Access, Context};

/// How often one challenge may be tried.
const MOST_TRIES: i32 = 5;

/// The second step's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(second_factor_step))
        .routes(routes!(ask_for_second_factor))
        .routes(routes!(confirm))
        .routes(routes!(ask_for_confirmation))
}

/// The answer to a challenge: a code or a passkey.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecondStep {
    #[schema(max_length = 200)]
    challenge: String,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(max_length = 100)]
    code: Option<String>,
    passkey: Option<Assertion>,
}

impl Validate for SecondStep {
    fn validate(&self) -> Result<()> {
        check_challenge(&self.challenge)?;
        if self.code.is_some() == self.passkey.is_some() {
            return Err(Error::field("code", "required", "send a code, or what a passkey answered"));
        }
        self.passkey.as_ref().map_or(Ok(()), Validate::validate)?;
        self.code.as_deref().map_or(Ok(()), check_code)
    }
}

fn check_challenge(challenge: &str) -> Result<()> {
    if challenge.len() > 200 {
        return Err(Error::field("challenge", "invalid_value", "this is no challenge of ours"));
    }
    Ok(())
}

fn check_code(code: &str) -> Result<()> {
    if code.len() > 100 {
        return Err(Error::field("code", "invalid_value", "this is no code of ours"));
    }
    Ok(())
}

/// Why a factor was not taken.
#[derive(Clone, Copy, Debug)]
enum Refused {
    Code,
    Passkey,
}

impl Refused {
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Code => ("code", "invalid_code", "this code is wrong, or was used before"),
            Self::Passkey => ("passkey", "invalid_passkey", "this passkey is not one of yours here; begin again"),
        }
    }

    /// To somebody who is not signed in.
    fn outside(self) -> Error {
        let (_, code, words) = self.words();
        Error::unauthenticated(code, words)
    }

    /// To somebody who is.
    fn inside(self) -> Error {
        let (field, code, words) = self.words();
        Error::field(field, code, words)
    }
}

fn challenge_expired() -> Error {
    Error::unauthenticated("challenge_expired", "this sign-in has taken too long; begin again")
}

/// The second step of signing in
///
/// Five tries a challenge; then, or after ten minutes, begin again at `POST /session`.
#[utoipa::path(post, path = "/session/second-factor", tag = "session", request_body = SecondStep, security(()),
    responses((status = 204, description = "Signed in"), Problems))]
async fn second_factor_step(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<SecondStep>,
) -> Result<Response> {
    let device = Device::of(&headers, &extensions);
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    throttle::BY_ADDRESS.check(&mut tx, &device.address, now).await?;
    let waiting = factors::try_challenge(&mut tx, &TokenHash::of(&body.challenge), MOST_TRIES, now).await?;
    let Some(waiting) = waiting else {
        throttle::BY_ADDRESS.count(&mut tx, &device.address, now).await?;
        tx.commit().await?;
        return Err(challenge_expired());
    };
    // What was tried counts, whatever comes of it.
    tx.commit().await?;
    let who = (waiting.org, waiting.user);
    let proof = match (&body.code, &body.passkey) {
        (_, Some(assertion)) => Proof::Passkey(Purpose::SecondFactor, assertion),
        (code, None) => Proof::Code(code.as_deref().unwrap_or_default()),
    };
    let origin = origin(&headers, &extensions);
    let factor = try_factor(&access, who, proof, &origin).await?.map_err(Refused::outside)?;
    let mut tx = access.database().system().await?;
    factors::end_challenge(&mut tx, waiting.org, waiting.id).await?;
    tx.commit().await?;
    let cookie = entry::start(&access, waiting.org, waiting.user, Method::Password, Some(factor), &device).await?;
    tell_of_recovery_code(&access, waiting.org, waiting.user, factor).await?;
    Ok(entry::with_cookie(cookie))
}

/// The sign-in that waits for its second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WaitingSignIn {
    #[schema(max_length = 200)]
    challenge: String,
}

impl Validate for WaitingSignIn {
    fn validate(&self) -> Result<()> {
        check_challenge(&self.challenge)
    }
}

/// Begin to ask for a passkey as the second step
#[utoipa::path(post, path = "/session/second-factor/passkey", tag = "session", request_body = WaitingSignIn, security(()),
    responses((status = 201, body = Ceremony), Problems))]
async fn ask_for_second_factor(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<WaitingSignIn>,
) -> Result<(StatusCode, Json<Ceremony>)> {
    let (device, now) = (Device::of(&headers, &extensions), access.clock().now());
    let mut tx = access.database().system().await?;
    throttle::BY_ADDRESS.check(&mut tx, &device.address, now).await?;
    let waiting = factors::waiting(&mut tx, &TokenHash::of(&body.challenge), MOST_TRIES, now).await?;
    if waiting.is_none() {
        throttle::BY_ADDRESS.count(&mut tx, &device.address, now).await?;
    }
    tx.commit().await?;
    let who = waiting.map(|waiting| (waiting.org, waiting.user)).ok_or_else(challenge_expired)?;
    let ceremony = passkey::ask(&access, Purpose::SecondFactor, Some(who), &device.address).await?;
    Ok((StatusCode::CREATED, Json(ceremony)))
}

/// What somebody shows.
#[derive(Clone, Copy, Debug)]
enum Proof<'a> {
    Code(&'a str),
    Passkey(Purpose, &'a Assertion),
}

/// Tries a factor, and counts the person's wrong ones.
async fn try_factor(
    access: &Access,
    who: (OrgId, UserId),
    proof: Proof<'_>,
    origin: &Origin,
) -> Result<Result<Factor, Refused>> {
    let (now, whose) = (access.clock().now(), who.1.to_string());
    let mut tx = access.database().system().await?;
    throttle::SECOND_FACTOR.check(&mut tx, &whose, now).await?;
    let factor = match proof {
        Proof::Code(code) => second_factor::verify(access, tx.db(), who.0, who.1, code).await?.ok_or(Refused::Code),
        Proof::Passkey(purpose, assertion) => {
            tx.commit().await?;
            let verdict = passkey::verify(access, purpose, Some(who), assertion, origin).await?;
            tx = access.database().system().await?;
            match verdict {
                Verdict::Right(passkey) => Ok(Factor::Passkey(passkey.id)),
                Verdict::Wrong | Verdict::Expired => Err(Refused::Passkey),
            }
        }
    };
    match factor {
        Ok(_) => throttle::SECOND_FACTOR.forget(&mut tx, &whose).await?,
        Err(_) => throttle::SECOND_FACTOR.count(&mut tx, &whose, now).await?,
    }
    tx.commit().await?;
    Ok(factor)
}

/// Whose recovery code was used should know, and know how many are left.
async fn tell_of_recovery_code(access: &Access, org: OrgId, user: UserId, factor: Factor) -> Result<()> {
    let Factor::RecoveryCode(left) = factor else { return Ok(()) };
    let cx = access.context_for(org, user).await?;
    let actor = cx.actor();
    let letter = Letter {
        to: actor.email.clone(),
        subject: "A recovery code was used".into(),
        paragraphs: vec![
            format!(
                "Somebody signed in as {} at {} with a recovery code. {left} are left.",
                actor.email, actor.org_name
            ),
            "If that was not you, change your password at once and tell your administrator.".into(),
        ],
        action: None,
        reason: "You get this letter whenever a recovery code is used.".into(),
    };
    let mut tx = cx.begin().await?;
    mail::queue(&mut tx, access.keyring(), &letter).await?;
    tx.emit(reset::event(&tx, actor, "user.recovery_code_used"));
    tx.commit(()).await?.into_inner();
    Ok(())
}

/// Proof of who one is: a passkey; or the password, and a code of the second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    #[schema(max_length = 200)]
    password: Option<String>,
    /// Six digits of the authenticator app, or a recovery code.
    #[schema(max_length = 100)]
    code: Option<String>,
    passkey: Option<Assertion>,
}

impl Validate for Confirmation {
    fn validate(&self) -> Result<()> {
        if self.password.as_ref().is_some_and(|password| password.len() > 1000) {
            return Err(Error::field("password", "invalid_password", "this is longer than any password we accept"));
        }
        self.passkey.as_ref().map_or(Ok(()), Validate::validate)?;
        self.code.as_deref().map_or(Ok(()), check_code)
    }
}

/// Begin to confirm that it is me by a passkey
#[utoipa::path(post, path = "/session/confirmation/passkey", tag = "session", responses((status = 201, body = Ceremony), Problems))]
async fn ask_for_confirmation(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Entering(cx): Entering,
) -> Result<(StatusCode, Json<Ceremony>)> {
    let who = (cx.actor().org, cx.actor().user);
    let device = Device::of(&headers, &extensions);
    let ceremony = passkey::ask(&access, Purpose::Confirmation, Some(who), &device.address).await?;
    Ok((StatusCode::CREATED, Json(ceremony)))
}

/// Confirm that it is me
///
/// For ten minutes, what is dangerous is open to this session: changing the password, second factors, the sign-in policy.
/// Takes a passkey; or the password, and the code too where a second factor is set up.
#[utoipa::path(post, path = "/session/confirmation", tag = "session", request_body = Confirmation, responses((status = 204, description = "Confirmed"), Problems))]
async fn confirm(
    State(access): State<Access>,
    Entering(cx): Entering,
    Valid(body): Valid<Confirmation>,
) -> Result<StatusCode> {
    let session = cx.actor().session.or_not_found("session")?;
    let (org, user, now) = (cx.actor().org, cx.actor().user, access.clock().now());
    prove(&access, &cx, body).await?;
    let mut tx = access.database().system().await?;
    store::authenticated(&mut tx, org, session, now).await?;
    tx.commit().await?;
    tracing::debug!(%user, "a person confirmed who they are");
    Ok(StatusCode::NO_CONTENT)
}

async fn prove(access: &Access, cx: &Context, proof: Confirmation) -> Result<()> {
    let (org, user, now) = (cx.actor().org, cx.actor().user, access.clock().now());
    let email = &cx.actor().email;
    let mut tx = access.database().system().await?;
    throttle::BY_EMAIL.check(&mut tx, email, now).await?;
    let known = store::own_credential(&mut tx, org, user).await?;
    let kinds = factors::kinds(tx.db(), org, user).await?;
    tx.commit().await?;
    if let Some(assertion) = &proof.passkey {
        let proof = Proof::Passkey(Purpose::Confirmation, assertion);
        try_factor(access, (org, user), proof, cx.origin()).await?.map_err(Refused::inside)?;
        return Ok(());
    }
    let hash = known.filter(|known| known.opens).and_then(|known| known.password_hash);
    if hash.is_none() && kinds.is_empty() {
        let detail = "you have neither a password nor a second factor here: sign out, sign in again, then do it";
        return Err(Error::forbidden("sign_in_again", detail));
    }
    if hash.is_some() {
        let given = proof.password.ok_or_else(|| Error::field("password", "required", "enter your password"))?;
        let right = access.verify(given, hash).await?;
        if !right {
            let mut tx = access.database().system().await?;
            throttle::BY_EMAIL.count(&mut tx, email, now).await?;
            tx.commit().await?;
            return Err(Error::field("password", "invalid_credentials", "this is not your password"));
        }
    }
    if !kinds.is_empty() {
        let code = proof.code.ok_or_else(|| Error::field("code", "required", "enter a code of your second factor"))?;
        try_factor(access, (org, user), Proof::Code(&code), cx.origin()).await?.map_err(Refused::inside)?;
    }
    Ok(())
}
