//! OAuth 2.0 client credentials (RFC 6749, section 4.4): a client of a service account gets a token for a quarter of an
//! hour by its id and secret. Revocation is RFC 7009, the metadata RFC 8414. Apps that act for a person come by the same
//! endpoints, with a code ([`crate::connected_app`]).

pub mod http;
pub mod store;
mod token;
pub(crate) mod wire;

pub use token::router as token_router;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::OauthClientId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api_key::KeyOwner;
use crate::policy::{Grants, Matrix, ScopeLevel};

/// How long an access token is valid.
pub const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Whether a client gets tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    Active,
    Revoked,
    /// Its service account has been deactivated.
    OwnerInactive,
}

/// An OAuth client, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct OauthClient {
    /// The `client_id`.
    pub id: OauthClientId,
    pub name: String,
    pub owner: KeyOwner,
    pub hint: String,
    /// The most its tokens may do, by object and action.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    pub scopes: Matrix,
    pub state: ClientState,
    pub created_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    /// Until when the secret before that is valid.
    pub former_until: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it last got a token, or used one; to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_ip: Option<String>,
}

/// The scopes of a token from the words of a request, `opportunity.read` or `opportunity.read:own`; all of the client's
/// when it names none. None when one is unknown or wider than the client's.
fn asked(scope: Option<&str>, client: &Grants) -> Option<Grants> {
    let words: Vec<&str> = scope.unwrap_or_default().split(' ').filter(|w| !w.is_empty()).collect();
    if words.is_empty() {
        return Some(client.clone());
    }
    let mut grants = Grants::default();
    for word in words {
        let (name, level) = word.split_once(':').map_or((word, None), |(name, level)| (name, Some(level)));
        let permission = name.parse().ok()?;
        let held = client.scope(permission);
        let wanted = level.map_or(Some(held), ScopeLevel::named)?;
        if wanted == ScopeLevel::None || wanted > held {
            return None;
        }
        grants.raise(permission, wanted);
    }
    Some(grants)
}

/// The scopes as OAuth writes them.
fn written(grants: &Grants) -> String {
    grants.held().map(|(permission, scope)| format!("{permission}:{scope}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    #[test]
    fn a_token_is_never_wider_than_its_client() {
        let client = asked(Some("opportunity.read:team task.read:own"), &{
            let mut all = Grants::default();
            Permission::all().for_each(|p| all.grant(p, ScopeLevel::All));
            all
        });
        let client = client.unwrap();
        let of = |scope: &str| asked(Some(scope), &client).map(|grants| written(&grants));
        assert_eq!(of("").as_deref(), Some("opportunity.read:team task.read:own"));
        assert_eq!(of("opportunity.read").as_deref(), Some("opportunity.read:team"));
        assert_eq!(of("opportunity.read:own  task.read").as_deref(), Some("opportunity.read:own task.read:own"));
        for refused in [
            "opportunity.read:all",
            "opportunity.update",
            "opportunity.read:none",
            "deal.read",
            "x",
            "opportunity.read:",
        ] {
            assert_eq!(of(refused), None, "{refused}");
        }
    }
}
