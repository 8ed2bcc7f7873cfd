//! The e-mail domains that an organisation claims for single sign-on, and the proof that they are its own: a DNS record,
//! or that there is no other organisation on the server whose people it could let in.
//!
//! A domain without proof routes nobody to a provider, and vouches for no address.

pub mod http;
pub mod lookup;
pub mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Before a domain's name, where its record stands.
const LABEL: &str = "_dealwright-challenge";
/// Before the token, in the record.
const PREFIX: &str = "dealwright-domain-verification=";

/// How a domain was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DomainProof)]
pub enum Proof {
    /// By its DNS record.
    Dns,
    /// There was no other organisation on this server when it was claimed.
    Sole,
}

impl Proof {
    fn parse(text: &str) -> Self {
        if text == "dns" { Self::Dns } else { Self::Sole }
    }
}

/// A claimed domain, and the record that proves it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClaimedDomain {
    pub domain: String,
    /// None: it is not proved, and counts for nothing yet.
    pub verified_at: Option<DateTime<Utc>>,
    pub proof: Option<Proof>,
    /// The name of the TXT record.
    #[schema(example = "_dealwright-challenge.acme.com")]
    pub record_name: String,
    /// What it has to say.
    pub record_value: String,
    /// When it was last looked for.
    pub checked_at: Option<DateTime<Utc>>,
    /// What was wrong then.
    pub problem: Option<String>,
}

/// The name of a domain's record.
#[must_use]
pub fn record_name(domain: &str) -> String {
    format!("{LABEL}.{domain}")
}

/// What a domain's record has to say.
#[must_use]
pub fn record_value(token: &str) -> String {
    format!("{PREFIX}{token}")
}
