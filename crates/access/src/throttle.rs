//! Failures that are counted for keys and OAuth clients, so that guessing is slow: by the network address, and by what was
//! guessed at; and what strangers send by web forms.
//!
//! A client that shows its secret too often in vain waits, right or wrong, as a person does who mistypes a password. Of keys
//! and tokens only the wrong ones wait: a program that goes on with a key that has ended shuts no other out.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_store::SystemTx;

use crate::session::throttle::Limit;

const KEYS: Limit = Limit { prefix: "key", most: 100, window: TimeDelta::minutes(15) };
const CLIENTS: Limit = Limit { prefix: "clients", most: 100, window: TimeDelta::minutes(15) };
/// One client from one address: nobody locks it out from elsewhere.
const ONE_CLIENT: Limit = Limit { prefix: "client", most: 10, window: TimeDelta::minutes(15) };

/// Apps that register themselves from one address.
const REGISTRATIONS: Limit = Limit { prefix: "registrations", most: 20, window: TimeDelta::hours(1) };

/// Calls of outside tools by one person.
const OUTSIDE_TOOLS: Limit = Limit { prefix: "outside_tools", most: 60, window: TimeDelta::minutes(10) };

/// Web forms that are sent from one address, and of one form: right or wrong.
const FORMS: Limit = Limit { prefix: "forms", most: 20, window: TimeDelta::minutes(10) };
/// Messages that mail servers hand over from one address, and tries of one person to reach a mailbox.
const LETTERS: Limit = Limit { prefix: "letters", most: 600, window: TimeDelta::minutes(10) };
/// Wrong drop addresses from one network address.
const STRAY_LETTERS: Limit = Limit { prefix: "stray_letters", most: 30, window: TimeDelta::minutes(10) };
const MAILBOXES: Limit = Limit { prefix: "mailboxes", most: 30, window: TimeDelta::minutes(10) };
const ONE_FORM: Limit = Limit { prefix: "form", most: 300, window: TimeDelta::minutes(10) };

/// What failures are counted under.
#[derive(Clone, Debug)]
pub struct Counter {
    limit: Limit,
    whose: String,
}

impl Counter {
    /// Keys and tokens from one address.
    #[must_use]
    pub fn keys(ip: Option<&str>) -> Self {
        Self { limit: KEYS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// OAuth clients from one address.
    #[must_use]
    pub fn clients(ip: Option<&str>) -> Self {
        Self { limit: CLIENTS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// Apps that register themselves from one address: right or wrong.
    #[must_use]
    pub fn registrations(ip: Option<&str>) -> Self {
        Self { limit: REGISTRATIONS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// What a person asks of outside tools.
    #[must_use]
    pub fn outside_tools(user: uuid::Uuid) -> Self {
        Self { limit: OUTSIDE_TOOLS, whose: user.to_string() }
    }

    /// Web forms that are sent from one address.
    #[must_use]
    pub fn forms(ip: Option<&str>) -> Self {
        Self { limit: FORMS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// What one web form is sent.
    #[must_use]
    pub fn form(id: uuid::Uuid) -> Self {
        Self { limit: ONE_FORM, whose: id.to_string() }
    }

    /// Messages handed over from one address.
    #[must_use]
    pub fn letters(ip: Option<&str>) -> Self {
        Self { limit: LETTERS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// Messages for nobody, handed over from one address.
    #[must_use]
    pub fn stray_letters(ip: Option<&str>) -> Self {
        Self { limit: STRAY_LETTERS, whose: ip.unwrap_or("unknown").to_owned() }
    }

    /// A person's tries to reach mailboxes.
    #[must_use]
    pub fn mailboxes(user: uuid::Uuid) -> Self {
        Self { limit: MAILBOXES, whose: user.to_string() }
    }

    #[must_use]
    pub fn client(id: uuid::Uuid, ip: Option<&str>) -> Self {
        Self { limit: ONE_CLIENT, whose: format!("{id}:{}", ip.unwrap_or("unknown")) }
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
