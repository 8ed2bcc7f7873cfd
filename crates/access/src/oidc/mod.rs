//! Signing in by OpenID Connect: authorization code with PKCE, bound to the browser that began it.
//!
//! [`metadata`] reads what a provider publishes, [`token`] exchanges a code and proves an ID token, [`claims`] tells who
//! that is, [`admission`] finds or makes the person and gives what the claims stand for, [`logout`] ends sessions when the
//! provider does. A sign-in that fails ends on the sign-in page with a stable code, and in the audit log with the reason.

pub mod admission;
pub mod claims;
pub mod http;
pub mod login;
pub mod logout;
pub mod metadata;
pub mod store;
pub mod token;

use std::sync::Arc;

use chrono::TimeDelta;
use dealwright_kernel::{Error, Result};
use ipnet::IpNet;

use crate::Access;
use crate::outbound::{Failed, Outbound};

/// How far a provider's clock may be off.
pub const SKEW: TimeDelta = TimeDelta::seconds(60);
/// How long somebody may take to sign in at the provider.
pub const LOGIN_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Sign-ins that one address may begin within that time.
pub const LOGINS_PER_ADDRESS: i64 = 100;

/// What the crate keeps of providers between requests.
#[derive(Debug)]
pub struct Providers {
    pub(crate) outbound: Arc<Outbound>,
    pub(crate) published: metadata::Cache,
}

impl Providers {
    /// May also reach the networks `allowed`.
    #[must_use]
    pub fn new(allowed: &[IpNet]) -> Self {
        Self { outbound: Arc::new(Outbound::new(allowed)), published: metadata::cache() }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal),* $(,)?) => {
        /// Why a sign-in was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason { $($(#[$doc])* $name),* }

        impl Reason {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code that the sign-in page is given.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }
        }
    };
}

reasons! {
    /// There is no such provider, or it is switched off.
    ProviderUnknown = "sso_provider_unknown",
    ProviderUnreachable = "sso_provider_unreachable",
    /// What it publishes does not fit what was set up, or is not safe to use.
    ProviderMisconfigured = "sso_provider_misconfigured",
    /// The provider refused, for a reason of its own.
    ProviderRefused = "sso_provider_refused",
    /// The person, or a policy of the provider, broke it off.
    Cancelled = "sso_cancelled",
    /// Not begun here, begun in another browser, used already, or too late.
    StateInvalid = "sso_state_invalid",
    TokenInvalid = "sso_token_invalid",
    EmailNotVerified = "sso_email_not_verified",
    DomainNotTrusted = "sso_domain_not_trusted",
    NoAccount = "sso_no_account",
    AccountDeactivated = "sso_account_deactivated",
    /// The account belongs to another identity of this provider.
    IdentityConflict = "sso_identity_conflict",
    NoRole = "sso_no_role",
    TooManyAttempts = "sso_too_many_attempts",
    Failed = "sso_failed",
}

/// A sign-in that goes no further.
#[derive(Debug)]
pub struct Refusal {
    pub reason: Reason,
    /// For the administrator: stands in the audit log, never on the sign-in page.
    pub detail: String,
}

impl Refusal {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { reason, detail: detail.chars().filter(|c| !c.is_control()).take(500).collect() }
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Refused(why) => Self::new(Reason::ProviderMisconfigured, why),
            Failed::Unreachable(why) => Self::new(Reason::ProviderUnreachable, why),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let cause = std::error::Error::source(&error).map_or_else(String::new, |s| format!(": {s}"));
        tracing::error!(code = %error.code, "a sign-in by a provider failed on our side{cause}");
        Self::new(Reason::Failed, error.detail)
    }
}

/// Forgets sign-ins that were not ended, and logout tokens that are too old to be sent again; run by a job.
///
/// # Errors
/// When the database is gone.
pub async fn prune(access: &Access) -> Result<()> {
    let mut tx = access.database().system().await?;
    store::prune(&mut tx, access.clock().now()).await?;
    tx.commit().await
}
