//! The way in: after the first factor a session begins, or the second factor is asked for.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use chrono::TimeDelta;
use dealwright_kernel::Result;
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::{OrgId, SessionId, UserId};
use dealwright_store::{ActorKind, Stamp};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::device::Device;
use super::http::cookie;
use super::store::{self, NewSession};
use super::{Method, TokenHash, Told, new_token, tell};
use crate::second_factor::store::{self as factors, NewChallenge};
use crate::second_factor::{Factor, FactorKind};
use crate::sign_in_policy::{self, SecondFactorRule};
use crate::{Access, Context};

/// Between the first factor and the second there may pass so much time.
pub const CHALLENGE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// The second factor is asked for: answer with one of these at `/session/second-factor`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Challenge {
    /// What this person may answer with.
    pub second_factor: Vec<FactorKind>,
    /// Names this sign-in; good for ten minutes.
    pub challenge: String,
}

/// After the first factor: 204 and a session, or 200 and a challenge.
pub(crate) async fn enter(
    access: &Access,
    org: OrgId,
    user: UserId,
    method: Method,
    device: &Device,
) -> Result<Response> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let rule = sign_in_policy::store::find(tx.db(), org).await?.second_factor;
    let kinds = factors::kinds(tx.db(), org, user).await?;
    let asked = method == Method::Password && rule != SecondFactorRule::Off && !kinds.is_empty();
    if !asked {
        tx.commit().await?;
        return Ok(with_cookie(start(access, org, user, method, None, device).await?));
    }
    let challenge = new_token()?;
    let new = NewChallenge {
        id: access.clock().new_id(),
        org,
        user,
        token: TokenHash::of(&challenge),
        method,
        expires_at: now + CHALLENGE_LIFE,
    };
    factors::insert_challenge(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(Json(Challenge { second_factor: kinds, challenge }).into_response())
}

/// A session begins. Returns its cookie.
pub(crate) async fn start(
    access: &Access,
    org: OrgId,
    user: UserId,
    method: Method,
    factor: Option<Factor>,
    device: &Device,
) -> Result<Cookie<'static>> {
    let now = access.clock().now();
    let token = new_token()?;
    let new = NewSession {
        id: SessionId(access.clock().new_id()),
        org,
        user,
        token: TokenHash::of(&token),
        device,
        method,
        second_factor: factor.map(Factor::as_str),
    };
    let mut tx = access.database().system().await?;
    let expires_at = store::insert(&mut tx, &new, now).await?;
    let mut data = json!({ "method": method.as_str(), "second_factor": new.second_factor });
    if let (Some(Factor::Passkey(id)), Some(data)) = (factor, data.as_object_mut()) {
        data.insert("passkey_id".to_owned(), json!(id));
    }
    tell(&mut tx, access.clock(), (org, user), &device.clone().origin(), Told::SignedIn, data).await?;
    tx.commit().await?;
    Ok(cookie(access.settings().secure_cookies, token, expires_at - now))
}

/// The answer that signs somebody in.
pub(crate) fn with_cookie(cookie: Cookie<'static>) -> Response {
    (CookieJar::new().add(cookie), StatusCode::NO_CONTENT).into_response()
}

/// The server itself, for what happens to a person who is not signed in.
pub(crate) async fn as_server(access: &Access, org: OrgId, user: UserId) -> Result<Context> {
    let cx = access.context_for(org, user).await?;
    let stamp = Stamp { kind: ActorKind::System, id: None, name: "Sign-in".to_owned(), on_behalf_of: Some(user.0) };
    let actor = crate::Actor { stamp, ..cx.actor().clone() };
    Ok(cx.acting(std::sync::Arc::new(actor)))
}
