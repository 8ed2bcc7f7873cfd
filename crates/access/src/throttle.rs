//! Failures that are counted for keys and OAuth clients, so that guessing is slow: by the network address, and by what was
//! guessed at.
//!
//! As for passwords, past the limit a right answer is refused as a wrong one is.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_store::SystemTx;

use crate::session::throttle::Limit;

/// Secrets of any kind from one address.
const SECRETS: Limit = Limit { prefix: "secret", most: 100, window: TimeDelta::minutes(15) };
/// Secrets of one OAuth client from one address: nobody locks the client out from elsewhere.
const OF_CLIENT: Limit = Limit { prefix: "client", most: 10, window: TimeDelta::minutes(15) };

/// What failures are counted under.
#[derive(Clone, Debug)]
pub struct Counter {
    limit: Limit,
    whose: String,
}

impl Counter {
    #[must_use]
    pub fn address(ip: Option<&str>) -> Self {
        Self { limit: SECRETS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    #[must_use]
    pub fn client(id: uuid::Uuid, ip: Option<&str>) -> Self {
        Self { limit: OF_CLIENT, whose: format!("{id}:{}", ip.unwrap_or("unknown")) }
    }
}

/// # Errors
/// 429 `too_many_attempts` when one of the counters is full.
pub async fn check(tx: &mut SystemTx, counters: &[Counter], now: DateTime<Utc>) -> Result<()> {
    for counter in counters {
        counter.limit.check(tx, &counter.whose, now).await?;
    }
    Ok(())
}

/// One failure more.
pub async fn count(tx: &mut SystemTx, counters: &[Counter], now: DateTime<Utc>) -> Result<()> {
    for counter in counters {
        counter.limit.count(tx, &counter.whose, now).await?;
    }
    Ok(())
}
