//! Passkeys (WebAuthn): a key pair on a person's device, which asks for their face, finger or PIN before it signs. It is
//! a first factor that needs no e-mail address (the device knows whose it is), a second one after a password, and proof of
//! who one is before something dangerous.
//!
//! Each ceremony begins with a challenge, which is kept in the database, good once and for ten minutes. User verification
//! is required everywhere, so that a passkey alone is two factors: the device, and what unlocks it. A counter that goes
//! backwards tells of a copy; it is refused and told to the audit log. Passkeys go by passwords' rule: where an
//! organisation lets nobody in by password, they sign nobody in either, and serve to confirm who one is.

pub mod http;
pub mod store;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dealwright_kernel::id::{OrgId, PasskeyId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Origin;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PublicKeyCredential, Url, Webauthn, WebauthnBuilder,
    WebauthnError,
};

use crate::session::{TokenHash, Told, new_token, tell, throttle};
use crate::{Access, Actor};

/// So long a ceremony may take.
const CEREMONY_LIFE: TimeDelta = TimeDelta::minutes(10);
/// What browsers are told: less than that, so that they give up first.
const PATIENCE: Duration = Duration::from_secs(300);
/// As many ceremonies may be under way from one network address.
const MOST_UNDER_WAY: i64 = 300;
/// As many passkeys a person may have.
pub const MOST: usize = 20;

/// What authenticators are told that the app is: the domain that people reach it by. None where it is reached by a number,
/// since a passkey belongs to a name.
#[must_use]
pub fn relying_party(base_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(base_url).ok()?;
    let id = origin.domain()?;
    // On one's own machine a development server may stand before ours, on a port of its own.
    let builder = WebauthnBuilder::new(id, &origin).ok()?.rp_name("Dealwright").timeout(PATIENCE);
    builder.allow_any_port(id == "localhost").build().ok()
}

fn ours(access: &Access) -> Result<&Webauthn> {
    let detail = "passkeys need a domain: the server's BASE_URL has none";
    access.relying_party.as_deref().ok_or_else(|| Error::conflict("passkeys_unavailable", detail))
}

/// What a ceremony is for. A challenge of one purpose is none of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Registration,
    SignIn,
    SecondFactor,
    Confirmation,
}

impl Purpose {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::SecondFactor => "second_factor",
            Self::Confirmation => "confirmation",
        }
    }
}

/// A ceremony that has begun: what the browser is to ask the authenticator.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ceremony {
    /// Names it; send it back with the answer. Good once, for ten minutes.
    pub ceremony: String,
    /// WebAuthn's options, bytes as base64url: `PublicKeyCredentialCreationOptionsJSON` or
    /// `PublicKeyCredentialRequestOptionsJSON`.
    #[schema(value_type = Object)]
    pub public_key: Value,
}

/// What the authenticator answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    #[schema(max_length = 200)]
    pub ceremony: String,
    /// WebAuthn's `AuthenticationResponseJSON`.
    #[schema(value_type = Object)]
    pub credential: PublicKeyCredential,
}

/// A passkey that was right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified {
    pub org: OrgId,
    pub user: UserId,
    pub id: PasskeyId,
    pub opens: bool,
}

/// What came of an assertion.
#[derive(Debug)]
pub(crate) enum Verdict {
    Right(Verified),
    Wrong,
    /// The ceremony is unknown, over or another one's.
    Expired,
}

/// Begins to make a passkey of the actor's.
pub(crate) async fn begin_registration(access: &Access, actor: &Actor, address: &str) -> Result<Ceremony> {
    let mut tx = access.database().system().await?;
    let known = store::credential_ids(tx.db(), actor.org, actor.user).await?;
    tx.commit().await?;
    if known.len() >= MOST {
        return Err(Error::conflict("too_many_passkeys", format!("you have {MOST} passkeys; remove one first")));
    }
    let (options, state) = ours(access)?
        .start_passkey_registration(actor.user.0, &actor.email, &actor.name, Some(known))
        .map_err(Error::internal)?;
    let mut public_key = public_key(&options)?;
    // It must be found without an e-mail address.
    let selection = json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" });
    if let Some(options) = public_key.as_object_mut() {
        options.insert("authenticatorSelection".to_owned(), selection);
    }
    begin(access, Purpose::Registration, Some((actor.org, actor.user)), public_key, &state, address).await
}

/// Begins to ask for a passkey: one of this person's, or anybody's.
pub(crate) async fn ask(
    access: &Access,
    purpose: Purpose,
    who: Option<(OrgId, UserId)>,
    address: &str,
) -> Result<Ceremony> {
    let (options, state) = ours(access)?.start_discoverable_authentication().map_err(Error::internal)?;
    let mut public_key = public_key(&options)?;
    if let Some((org, user)) = who {
        let mut tx = access.database().system().await?;
        let known = store::credential_ids(tx.db(), org, user).await?;
        tx.commit().await?;
        let allowed = known.iter().map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
        let allowed: Vec<Value> = allowed.collect();
        if allowed.is_empty() {
            return Err(Error::not_found("passkey"));
        }
        if let Some(options) = public_key.as_object_mut() {
            options.insert("allowCredentials".to_owned(), allowed.into());
        }
    }
    begin(access, purpose, who, public_key, &state, address).await
}

fn public_key(options: &impl Serialize) -> Result<Value> {
    let mut options = serde_json::to_value(options).map_err(Error::internal)?;
    Ok(options.get_mut("publicKey").map(Value::take).unwrap_or_default())
}

async fn begin(
    access: &Access,
    purpose: Purpose,
    who: Option<(OrgId, UserId)>,
    public_key: Value,
    state: &impl Serialize,
    address: &str,
) -> Result<Ceremony> {
    let now = access.clock().now();
    let ceremony = new_token()?;
    let state = serde_json::to_value(state).map_err(Error::internal)?;
    let token = TokenHash::of(&ceremony);
    let new = store::NewCeremony { purpose, who, token, state: &state, address, expires_at: now + CEREMONY_LIFE };
    let mut tx = access.database().system().await?;
    if store::under_way(&mut tx, address, now).await? >= MOST_UNDER_WAY {
        return Err(throttle::too_many(CEREMONY_LIFE));
    }
    store::begin(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Ceremony { ceremony, public_key })
}

/// Uses a ceremony up, whatever comes of it; none when there is no such one under way.
async fn take<T: DeserializeOwned>(
    access: &Access,
    ceremony: &str,
    purpose: Purpose,
    who: Option<(OrgId, UserId)>,
) -> Result<Option<T>> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let state = store::take(&mut tx, &TokenHash::of(ceremony), purpose, who, now).await?;
    tx.commit().await?;
    state.map(|state| serde_json::from_value(state).map_err(Error::internal)).transpose()
}

/// Checks what an authenticator answered to [`ask`]. A known passkey that is refused is told to the audit log.
pub(crate) async fn verify(
    access: &Access,
    purpose: Purpose,
    who: Option<(OrgId, UserId)>,
    assertion: &Assertion,
    origin: &Origin,
) -> Result<Verdict> {
    let now = access.clock().now();
    let Some(state) = take(access, &assertion.ceremony, purpose, who).await? else { return Ok(Verdict::Expired) };
    let mut tx = access.database().system().await?;
    let found = store::shown(&mut tx, assertion.credential.get_credential_id(), access.settings().demo).await?;
    let Some(shown) = found.filter(|shown| who.is_none_or(|who| who == (shown.org, shown.user))) else {
        tx.commit().await?;
        return Ok(Verdict::Wrong);
    };
    let passkey: Passkey = serde_json::from_value(shown.credential.clone()).map_err(Error::internal)?;
    let verdict = match check(ours(access)?, &assertion.credential, state, passkey, shown.user, who.is_none()) {
        Ok((passkey, counter)) => {
            let credential = serde_json::to_value(&passkey).map_err(Error::internal)?;
            store::used(&mut tx, &shown, &credential, counter, now).await?;
            Verdict::Right(Verified { org: shown.org, user: shown.user, id: shown.id, opens: shown.opens })
        }
        Err(reason) => {
            let data = json!({ "passkey_id": shown.id, "reason": reason });
            tell(&mut tx, access.clock(), (shown.org, shown.user), origin, Told::PasskeyRefused, data).await?;
            tracing::warn!(passkey = %shown.id, reason, "a passkey was refused");
            Verdict::Wrong
        }
    };
    tx.commit().await?;
    Ok(verdict)
}

/// The passkey as it is after its use, and its counter; or why it is refused.
fn check(
    relying_party: &Webauthn,
    shown: &PublicKeyCredential,
    state: DiscoverableAuthentication,
    mut passkey: Passkey,
    owner: UserId,
    names_its_owner: bool,
) -> Result<(Passkey, u32), &'static str> {
    match shown.get_user_unique_id() {
        Some(named) if named != owner.0.as_bytes() => return Err("user"),
        None if names_its_owner => return Err("user"),
        Some(_) | None => {}
    }
    let key = DiscoverableKey::from(&passkey);
    let result = relying_party.finish_discoverable_authentication_v2(shown, state, &key).map_err(|e| reason(&e))?;
    passkey.update_credential(&result);
    Ok((passkey, result.counter()))
}

fn reason(error: &WebauthnError) -> &'static str {
    match error {
        WebauthnError::CredentialPossibleCompromise => "counter",
        WebauthnError::MismatchedChallenge => "challenge",
        WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash => "origin",
        WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => "user_verification",
        _ => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_belongs_to_a_domain() {
        for (url, works) in [
            ("https://crm.acme.test", true),
            ("https://crm.acme.test:8443/crm", true),
            ("http://localhost:8080", true),
            ("https://10.1.2.3", false),
            ("https://[::1]", false),
            ("", false),
        ] {
            assert_eq!(relying_party(url).is_some(), works, "{url}");
        }
    }
}
