//! Passwords: argon2id with the library's defaults (19 MiB, two passes, one lane: OWASP's recommendation).

mod list;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use dealwright_kernel::{Error, FieldError, Result};

/// The hash of a password nobody has: an unknown e-mail takes as long to refuse as a wrong password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Xk1WJZbZbFHYb8m6kBZbQG6SSQ0lNe0P2RzO5u7tz5A";

pub const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 200;

/// Whether a new password is acceptable: long enough, and not among those that are tried first. No rules of composition, as
/// NIST SP 800-63B advises.
///
/// # Errors
/// 422 on `password`.
pub fn check(password: &str) -> Result<(), FieldError> {
    let length = password.chars().count();
    let message = if length < MIN_LENGTH {
        format!("use at least {MIN_LENGTH} characters")
    } else if length > MAX_LENGTH {
        format!("use at most {MAX_LENGTH} characters")
    } else if list::is_guessed_early(password) {
        "this is one of the passwords that are tried first; think of another".to_owned()
    } else {
        return Ok(());
    };
    Err(FieldError { field: "password".into(), code: "invalid_password".into(), message })
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
