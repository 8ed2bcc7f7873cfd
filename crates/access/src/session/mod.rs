//! Sessions: an opaque token in a cookie, its SHA-256 in a table. Listed and revoked by their owner.
//!
//! A token is replaced after 15 minutes of use; one that comes back after its successor was seen has been stolen, and
//! ends the session (docs/adr/0015). How long a session lives, used and unused, is the organisation's policy. Failed
//! sign-ins are counted by e-mail and by address; past the limit the answer is 429 whether or not the account exists.

pub mod device;
pub mod ending;
pub mod entry;
pub mod http;
pub mod renewal;
mod second_step;
pub mod store;
pub mod throttle;
mod told;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

pub(crate) use told::{Told, tell};

use crate::Actor;

/// A token in use is replaced after so long.
pub const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(15);
/// For so long after its successor was seen, a token still opens: requests that were under way together.
pub const GRACE: TimeDelta = TimeDelta::seconds(60);
/// How long ago a person may have proved who they are, for what is dangerous.
pub const RECENT: TimeDelta = TimeDelta::minutes(10);

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

/// By what a person came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Password,
    /// Of a person whom their device has verified: two factors in one.
    Passkey,
    /// An identity provider, which asks for second factors itself; or we ourselves, for whoever made the organisation.
    External,
}

impl Method {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::External => "external",
        }
    }
}

/// Refuses what is dangerous to somebody who has not proved lately who they are.
///
/// # Errors
/// 403 `reauthentication_required`.
pub async fn recent(tx: &mut Tx, actor: &Actor) -> Result<()> {
    let since = tx.now() - RECENT;
    let proved = match actor.session {
        Some(session) => store::authenticated_at(tx, session).await?,
        None => None,
    };
    if proved.is_some_and(|at| at >= since) {
        return Ok(());
    }
    Err(Error::forbidden("reauthentication_required", "confirm that it is you, then do it again"))
}
