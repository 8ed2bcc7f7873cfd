//! Web push: notifications on a person's devices, through the push services of their browsers (RFC 8030). What a message says is
//! read at the moment it is sent, as its receiver may see it by then, and sealed so that no service reads it.
//!
//! `http` is how a browser is turned on and off, `send` sends, `message` is what is said; `encryption` and `vapid` are the
//! standards' two halves.

mod encryption;
pub mod http;
mod message;
pub mod send;
pub(in crate::notification) mod store;
mod vapid;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use dealwright_access::Settings;
use dealwright_access::outbound::Outbound;
use dealwright_kernel::id::PushSubscriptionId;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many browsers one person may have.
const MOST: i64 = 20;
/// No push service has longer addresses.
const LONGEST: usize = 2000;

/// A browser that shows my notifications.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PushSubscription {
    pub id: PushSubscriptionId,
    /// Browser and system in words.
    #[schema(example = "Firefox on Linux")]
    pub device: String,
    pub created_at: DateTime<Utc>,
    /// When its push service last took a message.
    pub last_used_at: Option<DateTime<Utc>>,
    /// It belongs to the session that this request came with.
    pub current: bool,
}

/// What browsers subscribe with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PushKey {
    /// The `applicationServerKey`; null where the operator has switched web push off.
    pub public_key: Option<String>,
}

/// A subscription as a browser made it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPushSubscription {
    /// An address of a push service.
    #[schema(max_length = 2000)]
    pub endpoint: String,
    pub keys: PushSubscriptionKeys,
}

/// What messages to a browser are sealed for, base64url.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushSubscriptionKeys {
    #[schema(max_length = 100)]
    pub p256dh: String,
    #[schema(max_length = 40)]
    pub auth: String,
}

/// A subscription that can be sent to.
#[derive(Debug)]
pub(super) struct Checked {
    pub endpoint: String,
    pub p256dh: Vec<u8>,
    pub auth: Vec<u8>,
}

impl NewPushSubscription {
    /// Whether messages can and may be sent to it.
    ///
    /// # Errors
    /// 422 that names the field.
    fn check(&self, settings: &Settings) -> Result<Checked> {
        let endpoint = endpoint(&self.endpoint, settings)?;
        let p256dh = decoded(&self.keys.p256dh, encryption::POINT)
            .filter(|key| encryption::seal(b"", key, &[0; encryption::SECRET]).is_ok())
            .ok_or_else(|| Error::field("keys.p256dh", "invalid_key", "a public key of P-256, base64url"))?;
        let auth = decoded(&self.keys.auth, encryption::SECRET)
            .ok_or_else(|| Error::field("keys.auth", "invalid_key", "16 bytes, base64url"))?;
        Ok(Checked { endpoint, p256dh, auth })
    }
}

/// An address as it is asked, of a push service that is known.
fn endpoint(address: &str, settings: &Settings) -> Result<String> {
    let refuse = |code: &'static str, message: String| Error::field("endpoint", code, message);
    if address.len() > LONGEST {
        return Err(refuse("too_long", format!("at most {LONGEST} characters")));
    }
    let url = Outbound::new(&settings.outbound_networks)
        .check(address)
        .map_err(|why| refuse("invalid_url", why.to_string()))?;
    let host = url.host_str().unwrap_or_default();
    if !settings.push_hosts.allow(host) {
        return Err(refuse("unknown_push_service", format!("{host} is no push service that PUSH_HOSTS allows")));
    }
    let whole = url.as_str();
    if whole.len() > LONGEST {
        return Err(refuse("too_long", format!("at most {LONGEST} characters")));
    }
    Ok(whole.to_owned())
}

/// Bytes of a length, from base64url with or without its filling.
fn decoded(text: &str, length: usize) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok().filter(|bytes| bytes.len() == length)
}
