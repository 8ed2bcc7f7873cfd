//! Failures that are counted, so that guessing is slow: by the network address, and by what was guessed at.
//!
//! A client that shows its secret too often in vain waits, right or wrong, as a person does who mistypes a password. Of keys
//! and tokens only the wrong ones wait: a program that goes on with a key that has ended shuts no other out.

use chrono::{DateTime, Utc};
use dealwright_kernel::{Error, Result};
use dealwright_store::SystemTx;

use crate::session::{PER_ADDRESS, WINDOW};

/// Failures for one client from one address within the window before 429.
pub const PER_CLIENT: i64 = 10;

/// What failures are counted under.
#[derive(Clone, Debug)]
pub struct Counter {
    key: String,
    most: i64,
}

impl Counter {
    /// Keys and tokens from one address.
    #[must_use]
    pub fn keys(ip: Option<&str>) -> Self {
        Self { key: format!("key:{}", ip.unwrap_or("unknown")), most: PER_ADDRESS }
    }

    /// OAuth clients from one address.
    #[must_use]
    pub fn clients(ip: Option<&str>) -> Self {
        Self { key: format!("client:{}", ip.unwrap_or("unknown")), most: PER_ADDRESS }
    }

    /// One OAuth client from one address: nobody locks it out from elsewhere.
    #[must_use]
    pub fn client(id: uuid::Uuid, ip: Option<&str>) -> Self {
        Self { key: format!("client:{id}:{}", ip.unwrap_or("unknown")), most: PER_CLIENT }
    }
}

/// # Errors
/// 429 `too_many_attempts` when one of the counters is full.
pub async fn check(tx: &mut SystemTx, counters: &[Counter], now: DateTime<Utc>) -> Result<()> {
    for Counter { key, most } in counters {
        let failures = sqlx::query_scalar!(
            r#"select count(*) as "n!" from login_failure where key = $1 and at > $2"#,
            key,
            now - WINDOW
        )
        .fetch_one(tx.db())
        .await?;
        if failures >= *most {
            let detail = "too many wrong secrets; wait a quarter of an hour";
            return Err(Error::too_many("too_many_attempts", 900, detail));
        }
    }
    Ok(())
}

/// One failure more.
pub async fn count(tx: &mut SystemTx, counters: &[Counter], now: DateTime<Utc>) -> Result<()> {
    let keys: Vec<String> = counters.iter().map(|c| c.key.clone()).collect();
    sqlx::query!("insert into login_failure (key, at) select key, $2 from unnest($1::text[]) as k (key)", &keys, now)
        .execute(tx.db())
        .await?;
    Ok(())
}
