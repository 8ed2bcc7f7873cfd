//! What a request shows to say who it comes from: a session's cookie, or a secret in `Authorization: Bearer`.
//!
//! With both, the bearer counts: a wrong one is refused, and never made good by a cookie.

use axum::http::{HeaderMap, header};
use dealwright_kernel::{Error, Result};

use crate::secret::{self, Kind};
use crate::session::{self, TokenHash};

/// What a request showed. The same text proves nothing in another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    Session(TokenHash),
    ApiKey(TokenHash),
    AccessToken(TokenHash),
    /// Of a connected app: good for one resource, and for nothing else of the API.
    AppToken(TokenHash),
}

/// The proof of a request's headers.
///
/// # Errors
/// 401 when there is none, or the bearer can't be a secret of ours.
pub fn proof(headers: &HeaderMap) -> Result<Proof> {
    let Some(text) = bearer(headers) else { return session::http::token(headers).map(Proof::Session) };
    match secret::read(text) {
        Some((Kind::ApiKey, hash)) => Ok(Proof::ApiKey(hash)),
        Some((Kind::AccessToken, hash)) => Ok(Proof::AccessToken(hash)),
        Some((Kind::AppToken, hash)) => Ok(Proof::AppToken(hash)),
        Some((Kind::AppCode | Kind::RefreshToken, _)) => {
            Err(Error::unauthenticated("invalid_key", "this is exchanged at /oauth/token, and opens nothing by itself"))
        }
        Some((Kind::ClientSecret, _)) => {
            Err(Error::unauthenticated("invalid_key", "this is a client's secret; get a token by it at /oauth/token"))
        }
        None => Err(Error::unauthenticated("invalid_key", "this is no key: a character is missing or mistyped")),
    }
}

/// The bearer of `Authorization`; none when there is none, or another scheme, which is a reverse proxy's affair.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, rest) = value.split_at_checked(6)?;
    let ends = rest.first().is_none_or(|b| *b == b' ');
    // What is not text is no secret either, but it was shown as one.
    (ends && scheme.eq_ignore_ascii_case(b"bearer")).then(|| std::str::from_utf8(rest).unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn of(pairs: &[(&'static str, &str)]) -> Result<Proof, String> {
        let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        proof(&headers).map_err(|e| e.code.into_owned())
    }

    #[test]
    fn the_bearer_counts_before_the_cookie() {
        let secret = Secret::new(Kind::ApiKey).unwrap();
        let hash = secret.hash();
        let text = secret.into_shown();
        let cookie = ("cookie", "dealwright_session=abc");
        assert_eq!(of(&[cookie, ("authorization", &format!("bearer  {text}"))]), Ok(Proof::ApiKey(hash)));
        assert_eq!(of(&[cookie]), Ok(Proof::Session(TokenHash::of("abc"))));
        assert_eq!(of(&[cookie, ("authorization", "Bearer abc")]), Err("invalid_key".into()));
        assert_eq!(of(&[cookie, ("authorization", "Basic abc")]), Ok(Proof::Session(TokenHash::of("abc"))));
        assert_eq!(of(&[cookie, ("authorization", "Bearer")]), Err("invalid_key".into()));
        assert_eq!(of(&[("authorization", "Bearers abc")]), Err("not_signed_in".into()));
        let secret = Secret::new(Kind::ClientSecret).unwrap().into_shown();
        assert_eq!(of(&[("authorization", &format!("Bearer {secret}"))]), Err("invalid_key".into()));
    }
}
