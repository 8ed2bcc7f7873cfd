//! Sessions: an opaque token in a cookie, its SHA-256 in a table. Listed and revoked by their owner.
//!
//! A session lives for 14 days at most, and is over after 3 days without use. Failed sign-ins are counted by e-mail and
//! by address; past the limit the answer is 429 whether or not the account exists.

pub mod http;
pub mod store;
mod told;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dealwright_kernel::{Error, Result};

pub(crate) use told::{Told, tell};

/// The longest a session lives.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);
/// A session unused for this long is over.
pub const IDLE: TimeDelta = TimeDelta::days(3);
/// Failed sign-ins within this window count.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failures for one e-mail within the window before 429.
pub const PER_EMAIL: i64 = 10;
/// Failures from one address within the window before 429.
pub const PER_ADDRESS: i64 = 100;

/// What the table keeps of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of a token as it stands in the cookie.
    #[must_use]
    pub fn of(token: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }

    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A new token: 256 random bits.
///
/// # Errors
/// Internal, when the system has no randomness to give.
pub fn new_token() -> Result<String> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
