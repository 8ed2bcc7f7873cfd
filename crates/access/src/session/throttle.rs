//! How often something may be tried, by key: an e-mail address, a network address, a person.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::{Error, Result};
use dealwright_store::SystemTx;

use super::store;

/// A limit within a window.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub prefix: &'static str,
    pub most: i64,
    pub window: TimeDelta,
}

/// Failed sign-ins for one e-mail address.
pub const BY_EMAIL: Limit = Limit { prefix: "email", most: 10, window: TimeDelta::minutes(15) };
/// Failed sign-ins from one network address.
pub const BY_ADDRESS: Limit = Limit { prefix: "address", most: 100, window: TimeDelta::minutes(15) };
/// Wrong second factors of one person.
pub const SECOND_FACTOR: Limit = Limit { prefix: "second_factor", most: 10, window: TimeDelta::minutes(15) };
/// Letters that reset the password of one e-mail address: more are not sent.
pub const RESET_BY_EMAIL: Limit = Limit { prefix: "reset_email", most: 3, window: TimeDelta::hours(1) };
/// Resets asked for, and links tried, from one network address.
pub const LINKS_BY_ADDRESS: Limit = Limit { prefix: "links_address", most: 30, window: TimeDelta::hours(1) };

/// What is said past a limit.
pub(crate) fn too_many(wait: TimeDelta) -> Error {
    let wait = u32::try_from(wait.num_seconds()).unwrap_or(900);
    Error::too_many("too_many_attempts", wait, "too many attempts; wait a while, then try again")
}

impl Limit {
    fn key(&self, whose: &str) -> String {
        format!("{}:{}", self.prefix, whose.to_lowercase())
    }

    /// Whether the limit is reached.
    pub(crate) async fn reached(&self, tx: &mut SystemTx, whose: &str, now: DateTime<Utc>) -> Result<bool> {
        Ok(store::attempts(tx, &self.key(whose), now - self.window).await? >= self.most)
    }

    /// # Errors
    /// 429 `too_many_attempts` when the limit is reached.
    pub(crate) async fn check(&self, tx: &mut SystemTx, whose: &str, now: DateTime<Utc>) -> Result<()> {
        if self.reached(tx, whose, now).await? {
            return Err(too_many(self.window));
        }
        Ok(())
    }

    /// Counts one.
    pub(crate) async fn count(&self, tx: &mut SystemTx, whose: &str, now: DateTime<Utc>) -> Result<()> {
        store::record_attempt(tx, &self.key(whose), now).await
    }

    /// Begins again at nought.
    pub(crate) async fn forget(&self, tx: &mut SystemTx, whose: &str) -> Result<()> {
        store::forget_attempts(tx, &self.key(whose)).await
    }
}
