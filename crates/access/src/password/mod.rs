//! Passwords: argon2id with the library's defaults (19 MiB, two passes, one lane: OWASP's recommendation). Changed by
//! their person, or reset by a link that was mailed; either way all other sessions end and a letter says so.

pub mod http;
pub mod reset;
pub(crate) mod store;

mod list;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use dealwright_kernel::{Error, FieldError, Result};

use crate::{Context, sign_in_policy};

/// The hash of a password nobody has: an unknown e-mail takes as long to refuse as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Xk1WJZbZbFHYb8m6kBZbQG6SSQ0lNe0P2RzO5u7tz5A";

/// The least length in a new organisation; its policy may ask for more.
pub const MIN_LENGTH: i32 = 10;
const MAX_LENGTH: i32 = 200;

/// Whether a new password is acceptable: long enough, and not among those that are tried first. No rules of composition, as
/// NIST SP 800-63B advises.
///
/// # Errors
/// 422 on `password`.
pub fn check(password: &str, min_length: i32) -> Result<(), FieldError> {
    let length = i32::try_from(password.chars().count()).unwrap_or(i32::MAX);
    let message = if length < min_length {
        format!("use at least {min_length} characters")
    } else if length > MAX_LENGTH {
        format!("use at most {MAX_LENGTH} characters")
    } else if list::is_guessed_early(password) {
        "this is one of the passwords that are tried first; think of another".to_owned()
    } else {
        return Ok(());
    };
    Err(FieldError { field: "password".into(), code: "invalid_password".into(), message })
}

/// The hash of a password that the organisation's policy accepts.
///
/// # Errors
/// 422 on `password`.
pub(crate) async fn allowed(cx: &Context, password: String) -> Result<String> {
    let mut tx = cx.begin().await?;
    let policy = sign_in_policy::store::find(tx.db(), cx.actor().org).await?;
    tx.done(()).await?;
    check(&password, policy.password_min_length).map_err(|wrong| Error::fields("invalid", vec![wrong]))?;
    cx.access().hash(password).await
}

/// The organisation lets nobody in by password.
pub(crate) fn closed() -> Error {
    Error::forbidden("password_sign_in_off", "your organisation signs in by single sign-on, not by password")
}

/// Hashes off the async threads.
pub async fn hash(password: String) -> Result<String> {
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string())
    });
    hashed.await.map_err(Error::internal)?.map_err(|e| Error::internal(e.to_string()))
}

/// Whether `password` is the one behind `hash`; without a hash it takes as long and says no.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    let checked = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&hash).map_err(|e| e.to_string())?;
        Ok::<_, String>(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    });
    checked.await.map_err(Error::internal)?.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_opens() {
        let hashed = hash("correct horse".into()).await.unwrap();
        assert!(verify("correct horse".into(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("wrong horse".into(), Some(hashed)).await.unwrap());
        assert!(!verify("correct horse".into(), None).await.unwrap());
    }
}
