//! Tokens are replaced as they are used, with the answer to a request that had to be made anyway.
//!
//! The extractor asks for a new token when the old one is due; the middleware puts it into the answer. Until the new one
//! comes back the old one stays good, so that an answer which is lost locks nobody out.

use std::sync::{Arc, OnceLock};

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::cookie::Cookie;
use dealwright_kernel::Result;

use super::http::cookie;
use super::{TokenHash, new_token, store};
use crate::Access;
use crate::bearer::Proof;
use crate::context::Held;

/// Where the extractor leaves a new cookie.
#[derive(Clone, Debug, Default)]
pub struct Renewal(Arc<OnceLock<Cookie<'static>>>);

impl Renewal {
    /// Replaces the token if it is due, unless another request has just done so.
    pub(crate) async fn offer(&self, access: &Access, token: TokenHash, held: &Held) -> Result<()> {
        let now = access.clock().now();
        let Some(session) = held.actor.session.filter(|_| held.renew_at <= now) else { return Ok(()) };
        let new = new_token()?;
        let offered = store::offer(access, held.actor.org, session, token, TokenHash::of(&new), now).await?;
        access.keep(Proof::Session(token), Held { renew_at: now + super::GRACE, ..held.clone() });
        if let Some(expires_at) = offered {
            _ = self.0.set(cookie(access.settings().secure_cookies, new, expires_at - now));
        }
        Ok(())
    }
}

/// Middleware of the API: carries a new token to the browser.
pub async fn carry(mut request: Request, next: Next) -> Response {
    let renewal = Renewal::default();
    request.extensions_mut().insert(renewal.clone());
    let mut response = next.run(request).await;
    // Who signs in or out sets the cookie themselves.
    if let Some(cookie) = renewal.0.get()
        && !response.headers().contains_key(header::SET_COOKIE)
        && let Ok(value) = HeaderValue::from_str(&cookie.to_string())
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
