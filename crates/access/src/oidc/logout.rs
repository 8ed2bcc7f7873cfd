//! Signing out: at the provider when somebody signs out here (RP-initiated), and here when the provider says so
//! (OpenID Connect Back-Channel Logout 1.0).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, SessionId};
use dealwright_store::Origin;
use openidconnect::JsonWebKey as _;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::url::Url;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::metadata::{Published, token_issuer};
use super::token::payload;
use super::{Reason, Refusal, SKEW, admission, login, store};
use crate::Access;
use crate::identity_provider::Provider;
use crate::session::TokenHash;

/// The event that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a logout token may be.
const FRESH: TimeDelta = TimeDelta::minutes(5);
const SIZE_LIMIT: usize = 64 * 1024;

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Reason::TokenInvalid, detail)
}

/// Where a browser signs out at the provider of its session; none when the session is of no provider, or that has no such
/// place.
///
/// # Errors
/// When the database is gone.
pub async fn address(access: &Access, org: OrgId, session: SessionId) -> Result<Option<String>> {
    let mut tx = access.database().system().await?;
    let remote = store::remote(&mut tx, org, session).await?;
    tx.commit().await?;
    let Some(remote) = remote else { return Ok(None) };
    let Ok(provider) = login::provider(access, remote.provider).await else { return Ok(None) };
    // A provider that can't be reached keeps nobody from signing out here.
    let Ok(published) = access.providers.published(&provider).await else { return Ok(None) };
    let end = published.metadata.end_session_endpoint.as_deref();
    let Some(mut url) = end.and_then(|end| Url::parse(end).ok()) else { return Ok(None) };
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("client_id", &provider.client_id);
        query.append_pair("post_logout_redirect_uri", &format!("{}/sign-in", access.settings.base_url));
        if let Some(sealed) = remote.id_token {
            let hint = access.keyring().open(&format!("oidc-session:{session}"), &sealed)?;
            query.append_pair("id_token_hint", &String::from_utf8_lossy(&hint));
        }
    }
    Ok(Some(url.into()))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// Ends the sessions that a logout token names.
///
/// # Errors
/// When the token does not hold; nothing has ended then.
pub async fn back_channel(access: &Access, provider: &Provider, token: &str) -> Result<(), Refusal> {
    let now = access.clock().now();
    let claims = payload(token)?;
    let issuer = token_issuer(provider, claims.get("tid").and_then(Value::as_str))
        .ok_or_else(|| invalid("the token is of a directory that is not among those let in"))?;
    prove(access, provider, token, now).await?;
    let (subject, sid) = check(provider, &issuer, &claims, now)?;
    let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty());
    let jti = TokenHash::of(jti.ok_or_else(|| invalid("a logout token has an id (jti)"))?);
    let mut tx = access.database().system().await?;
    if !store::first_seen(&mut tx, provider, &jti, now).await? {
        return Err(invalid("this logout token has been used"));
    }
    let ended = store::end_sessions(&mut tx, provider, &issuer, subject, sid, now).await?;
    tx.commit().await?;
    if !ended.is_empty() {
        let mut tx = access.begin_as(provider.org, admission::stamp(provider), Origin::default()).await?;
        tx.emit(provider.event(&tx, "sessions_ended").data(json!({ "users": ended, "sessions": ended.len() })));
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}

/// The signature, by a key that the provider publishes and an algorithm that it names.
async fn prove(access: &Access, provider: &Provider, token: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    if token.len() > SIZE_LIMIT {
        return Err(invalid("the token is too long"));
    }
    let published = access.providers.published(provider).await?;
    match verify(&published, token)? {
        Signed::Yes => return Ok(()),
        Signed::ByUnknownKey => {}
    }
    if let Some(fresh) = access.providers.reread_keys(provider, &published, now).await?
        && matches!(verify(&fresh, token)?, Signed::Yes)
    {
        return Ok(());
    }
    Err(invalid("no key of the provider fits the token"))
}

enum Signed {
    Yes,
    ByUnknownKey,
}

fn verify(published: &Published, token: &str) -> Result<Signed, Refusal> {
    let unreadable = || invalid("the token can't be read");
    let (message, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let (header, _) = message.split_once('.').ok_or_else(unreadable)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable());
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| unreadable())?;
    let typed = header.typ.as_deref().is_none_or(|typ| {
        ["jwt", "logout+jwt", "application/logout+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
    });
    if !typed || header.crit.is_some() {
        return Err(invalid("this is not a logout token"));
    }
    let algorithm: Option<CoreJwsSigningAlgorithm> = serde_json::from_value(Value::String(header.alg)).ok();
    let algorithm = algorithm.filter(|a| published.algorithms.contains(a));
    let algorithm =
        algorithm.ok_or_else(|| invalid("the token is signed by an algorithm that the provider does not name"))?;
    let signature = decoded(signature)?;
    let fits = |kid: Option<&str>| header.kid.as_deref().is_none_or(|wanted| kid == Some(wanted));
    let keys: Vec<_> = published.keys.keys().iter().filter(|k| fits(k.key_id().map(|id| id.as_str()))).collect();
    if keys.is_empty() {
        return Ok(Signed::ByUnknownKey);
    }
    let signed = keys.iter().any(|key| key.verify_signature(&algorithm, message.as_bytes(), &signature).is_ok());
    if signed { Ok(Signed::Yes) } else { Err(invalid("the signature does not hold")) }
}

/// What a logout token must say; the subject and the session that it names.
fn check<'a>(
    provider: &Provider,
    issuer: &str,
    claims: &'a Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<(Option<&'a str>, Option<&'a str>), Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(issuer) {
        return Err(invalid("the token is of another issuer"));
    }
    let ours = match claims.get("aud") {
        Some(Value::String(one)) => *one == provider.client_id,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(provider.client_id.as_str())),
        None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => false,
    };
    if !ours {
        return Err(invalid("the token is for another client"));
    }
    if !claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
        return Err(invalid("the token does not speak of signing out"));
    }
    if claims.contains_key("nonce") {
        return Err(invalid("a logout token has no nonce: this may be an ID token"));
    }
    let time = |name: &str| claims.get(name).and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
    let issued = time("iat").ok_or_else(|| invalid("the token does not say when it was issued"))?;
    if issued > now + SKEW || issued < now - FRESH {
        return Err(invalid("the token is not of now"));
    }
    if claims.contains_key("exp") && time("exp").is_none_or(|at| at <= now - SKEW) {
        return Err(invalid("the token has expired"));
    }
    match (text("sub"), text("sid")) {
        (None, None) => Err(invalid("the token names neither a person nor a session")),
        named => Ok(named),
    }
}
