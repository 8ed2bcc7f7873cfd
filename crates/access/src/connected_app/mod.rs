//! Apps that people connect: MCP clients that register themselves and act for a person by OAuth 2.1, authorization code with
//! PKCE. The app names the resource it wants a token for, and the person what it may do there: look things up, or propose too.
//!
//! [`registration`] is RFC 7591, [`request`] what an app asks a person for, [`consent`] the person's answer, [`exchange`] the
//! token endpoint, [`http`] what is connected and how it ends. Nothing here is ever agreed to without a person's click.

pub mod consent;
pub(crate) mod exchange;
pub mod http;
mod redirect;
pub mod registration;
pub mod request;
pub mod store;
pub(crate) mod token_store;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{AppClientId, AppGrantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api_key::KeyOwner;
use crate::policy::{Action, Grants, ScopeLevel};

pub use token_store::prune;

/// How long a code waits to be exchanged.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(1);
/// How long an access token is valid.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long a refresh token is valid, if it is not used before.
pub const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);
/// The longest that an app stays connected without being asked for anew.
pub const GRANT_LIFETIME: TimeDelta = TimeDelta::days(180);
/// How long a registration lives that nobody connects.
pub const UNUSED_LIFETIME: TimeDelta = TimeDelta::days(1);
/// The most registrations that nobody has connected.
pub const MOST_UNUSED: i64 = 2000;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = AppResource)]
pub enum Resource {
    /// `/mcp`
    Mcp,
    /// `/mcp/read-only`
    McpReadOnly,
}

impl Resource {
    pub const ALL: [Self; 2] = [Self::Mcp, Self::McpReadOnly];

    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Mcp => "/mcp",
            Self::McpReadOnly => "/mcp/read-only",
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mcp => "mcp",
            Self::McpReadOnly => "mcp_read_only",
        }
    }

    /// The most that can be done there.
    #[must_use]
    pub const fn most(self) -> Reach {
        match self {
            Self::Mcp => Reach::Propose,
            Self::McpReadOnly => Reach::Read,
        }
    }

    /// Its identifier, RFC 8707: where it is reached.
    #[must_use]
    pub fn uri(self, base_url: &str) -> String {
        format!("{base_url}{}", self.path())
    }

    /// The resource with this identifier.
    #[must_use]
    pub fn named(uri: &str, base_url: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.uri(base_url) == uri)
    }
}

/// What an app may do, from narrow to wide. The words are its OAuth scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = AppReach)]
pub enum Reach {
    /// Look up what the person may see.
    Read,
    /// And propose changes, which wait for a person.
    Propose,
}

impl Reach {
    pub const ALL: [Self; 2] = [Self::Read, Self::Propose];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Propose => "propose",
        }
    }

    /// As a token's `scope` says it: the wider one holds the narrower.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Propose => "read propose",
        }
    }

    /// The widest of the scopes asked for; `most` when none is named. What is no scope of ours counts for nothing.
    #[must_use]
    pub fn asked(scope: Option<&str>, most: Self) -> Option<Self> {
        let words: Vec<&str> = scope.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Some(most);
        }
        Self::ALL.into_iter().filter(|reach| words.contains(&reach.as_str())).max()
    }

    /// The most that a person's rights can come to by it. Nothing is ever deleted by an app, and nothing it has no tool for is
    /// its affair.
    #[must_use]
    pub fn limit(self, of: &Grants) -> Grants {
        let mut limit = Grants::default();
        for (permission, scope) in of.held() {
            let within = match (self, permission.action) {
                (_, Action::Read) | (Self::Propose, Action::Create | Action::Update) => scope,
                (_, Action::Create | Action::Update | Action::Delete | Action::Use | Action::Impersonate) => {
                    ScopeLevel::None
                }
            };
            limit.raise(permission, within);
        }
        limit
    }
}

/// Whether a connected app still gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConnectedAppState)]
pub enum State {
    Active,
    Expired,
    /// By its person, an administrator or the app itself.
    Ended,
    /// Because a code or a refresh token of it was shown twice: somebody else may have had it.
    EndedForReuse,
    OwnerInactive,
}

/// An app that acts for a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConnectedApp {
    pub id: AppGrantId,
    pub client_id: AppClientId,
    /// As it calls itself; nobody has verified it.
    pub name: String,
    /// Where the person was sent back to when they agreed.
    pub returns_to: String,
    pub owner: KeyOwner,
    pub resource: Resource,
    pub reach: Reach,
    pub state: State,
    pub connected_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_ip: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// An app that registered itself.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub id: AppClientId,
    pub name: String,
    pub uri: Option<String>,
    pub redirect_uris: Vec<String>,
    pub created_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;
    use crate::policy::{Builtin, Object};

    #[test]
    fn scopes_are_the_widest_that_is_known() {
        let of = |scope| Reach::asked(scope, Reach::Propose);
        assert_eq!(of(None), Some(Reach::Propose));
        assert_eq!(of(Some("  ")), Some(Reach::Propose));
        assert_eq!(of(Some("read offline_access")), Some(Reach::Read));
        assert_eq!(of(Some("propose")), Some(Reach::Propose));
        assert_eq!(of(Some("admin")), None);
    }

    #[test]
    fn what_reads_can_do_nothing_else() {
        let administrator = Builtin::Administrator.grants();
        let read = Reach::Read.limit(&administrator);
        assert!(read.held().all(|(permission, _)| permission.action == Action::Read));
        let propose = Reach::Propose.limit(&Builtin::SalesRep.grants());
        assert_eq!(propose.beyond(&Builtin::SalesRep.grants()), []);
        assert!(propose.scope(Permission::new(Object::Opportunity, Action::Update)) > ScopeLevel::None);
        assert_eq!(
            Reach::Propose.limit(&administrator).scope(Permission::new(Object::Opportunity, Action::Delete)),
            ScopeLevel::None
        );
    }

    #[test]
    fn a_resource_is_named_by_its_whole_address() {
        let base = "https://crm.example.com";
        for resource in Resource::ALL {
            assert_eq!(Resource::named(&resource.uri(base), base), Some(resource));
        }
        for wrong in ["https://crm.example.com", "https://crm.example.com/mcp/", "https://evil.test/mcp", "/mcp", ""] {
            assert_eq!(Resource::named(wrong, base), None, "{wrong}");
        }
    }
}
