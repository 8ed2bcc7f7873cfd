//! Identity providers of an organisation: Microsoft Entra ID, Google or any other that speaks OpenID Connect; the domains
//! whose people it signs in, and the roles and teams that its claims stand for.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints. Who may shape a provider can give any
//! role to anybody: the permission is an administrator's.

mod check;
pub mod http;
pub mod mine;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{IdentityProviderId, OrgId, RoleId, TeamId};
use dealwright_kernel::{Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use check::domain_of;
use check::{check, check_secret, domains, finish, text, words};

/// Whose product it is: each says in its own way whose an e-mail address is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentityProviderKind)]
pub enum Kind {
    /// Microsoft Entra ID (Azure AD). Sends no `email_verified`: an address counts when its directory is pinned.
    Entra,
    /// Google Workspace. An address counts when `hd` names a domain of the organisation.
    Google,
    /// Any other. An address counts when `email_verified` says so.
    #[default]
    Generic,
}

impl Kind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::Google => "google",
            Self::Generic => "generic",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "entra" => Self::Entra,
            "google" => Self::Google,
            _ => Self::Generic,
        }
    }
}

/// Where a value that stands for a role or a team comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MappingSource)]
pub enum Source {
    /// A claim of the ID token, at each sign-in.
    #[default]
    Claim,
    /// A group that is provisioned by SCIM, whenever it changes.
    Group,
}

impl Source {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Group => "group",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "group" { Self::Group } else { Self::Claim }
    }
}

/// A value of a claim, or a group, and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClaimMapping)]
pub struct Mapping {
    #[serde(default)]
    pub source: Source,
    /// The claim's name, such as `groups` or `realm_access.roles`; empty for a group of SCIM.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub claim: String,
    /// The value that must be in it; for a group its name or external id.
    #[schema(min_length = 1, max_length = 500)]
    pub value: String,
    #[serde(default)]
    pub role_id: Option<RoleId>,
    #[serde(default)]
    pub team_id: Option<TeamId>,
}

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub kind: Kind,
    pub issuer: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    pub tenants: Vec<String>,
    pub domains: Vec<String>,
    pub enabled: bool,
    pub provisions: bool,
    pub default_role_id: Option<RoleId>,
    pub email_claim: Option<String>,
    pub name_claim: Option<String>,
    pub mappings: Vec<Mapping>,
}

/// A provider as signing in needs it.
#[derive(Clone, Debug)]
pub struct Provider {
    pub org: OrgId,
    pub id: IdentityProviderId,
    pub name: String,
    pub kind: Kind,
    pub issuer: String,
    pub client_id: String,
    /// Sealed.
    pub client_secret: Option<Vec<u8>>,
    pub scopes: Vec<String>,
    pub tenants: Vec<String>,
    pub domains: Vec<String>,
    /// Those of the domains that are proved to be the organisation's: only their addresses are trusted.
    pub proved: Vec<String>,
    pub enabled: bool,
    pub provisions: bool,
    pub default_role: Option<RoleId>,
    pub email_claim: Option<String>,
    pub name_claim: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub has_scim_token: bool,
}

#[cfg(test)]
impl Provider {
    /// One that trusts nothing yet.
    pub(crate) fn example() -> Self {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let id = uuid::Uuid::nil();
        Self {
            org: OrgId(id),
            id: IdentityProviderId(id),
            name: "Example".into(),
            kind: Kind::Generic,
            issuer: "https://idp.test".into(),
            client_id: "client".into(),
            client_secret: None,
            scopes: Vec::new(),
            tenants: Vec::new(),
            domains: Vec::new(),
            proved: Vec::new(),
            enabled: true,
            provisions: false,
            default_role: None,
            email_claim: None,
            name_claim: None,
            version: 1,
            created_at: at,
            updated_at: at,
            has_scim_token: false,
        }
    }
}

impl Provider {
    /// Under what its secret is sealed.
    #[must_use]
    pub fn secret_context(id: IdentityProviderId) -> String {
        format!("oidc-client:{id}")
    }

    /// The writable part.
    #[must_use]
    pub fn fields(&self, mappings: &[Mapping]) -> Fields {
        Fields {
            name: self.name.clone(),
            kind: self.kind,
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            scopes: self.scopes.clone(),
            tenants: self.tenants.clone(),
            domains: self.domains.clone(),
            enabled: self.enabled,
            provisions: self.provisions,
            default_role_id: self.default_role,
            email_claim: self.email_claim.clone(),
            name_claim: self.name_claim.clone(),
            mappings: mappings.to_vec(),
        }
    }

    /// An event about this provider.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject {
            object: "identity_provider",
            id: self.id.0,
            name: self.name.clone(),
            version: Some(self.version),
        };
        Event::with_id(tx.new_id().into(), format!("identity_provider.{verb}"), subject)
    }
}

/// A new identity provider.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewIdentityProvider {
    /// What its button says after "Sign in with".
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    pub kind: Kind,
    /// Where its discovery document is, without `/.well-known/openid-configuration`.
    #[schema(max_length = 500)]
    pub issuer: String,
    #[schema(max_length = 500)]
    pub client_id: String,
    /// Sealed, and never shown again. None: a public client.
    #[schema(max_length = 2000)]
    pub client_secret: Option<String>,
    /// `openid`, `email` and `profile` when left out.
    pub scopes: Option<Vec<String>>,
    /// Entra, for an issuer that stands for many directories: the ids of those whose people may come in.
    pub tenants: Vec<String>,
    /// E-mail domains whose people it signs in. A domain belongs to one organisation of the server.
    pub domains: Vec<String>,
    pub enabled: Option<bool>,
    /// Makes an account for who comes for the first time.
    pub provisions: bool,
    /// For who would have no role otherwise.
    pub default_role_id: Option<RoleId>,
    /// The claim with the e-mail address, when it is not `email`.
    pub email_claim: Option<String>,
    /// The claim with the person's name, when it is not `name`.
    pub name_claim: Option<String>,
    pub mappings: Vec<Mapping>,
}

impl NewIdentityProvider {
    /// The fields of the new provider.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            kind: self.kind,
            issuer: self.issuer.trim().to_owned(),
            client_id: self.client_id.trim().to_owned(),
            scopes: self.scopes.clone().unwrap_or_else(|| ["openid", "email", "profile"].map(str::to_owned).into()),
            tenants: words(&self.tenants),
            domains: domains(&self.domains),
            enabled: self.enabled.unwrap_or(true),
            provisions: self.provisions,
            default_role_id: self.default_role_id,
            email_claim: text(self.email_claim.clone()),
            name_claim: text(self.name_claim.clone()),
            mappings: self.mappings.clone(),
        }
    }
}

impl Validate for NewIdentityProvider {
    fn validate(&self) -> Result<()> {
        let mut wrong = check(&self.fields());
        wrong.extend(check_secret(self.client_secret.as_deref()));
        finish(wrong)
    }
}

/// A change of a provider: absent leaves, null clears. `domains`, `scopes`, `tenants` and `mappings` are replaced whole.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityProviderPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
    pub kind: Option<Kind>,
    #[schema(max_length = 500)]
    pub issuer: Option<String>,
    #[schema(max_length = 500)]
    pub client_id: Option<String>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub client_secret: Patch<String>,
    pub scopes: Option<Vec<String>>,
    pub tenants: Option<Vec<String>>,
    pub domains: Option<Vec<String>>,
    pub enabled: Option<bool>,
    pub provisions: Option<bool>,
    #[schema(value_type = Option<RoleId>)]
    pub default_role_id: Patch<RoleId>,
    #[schema(value_type = Option<String>)]
    pub email_claim: Patch<String>,
    #[schema(value_type = Option<String>)]
    pub name_claim: Patch<String>,
    pub mappings: Option<Vec<Mapping>>,
}

impl IdentityProviderPatch {
    /// The fields after this patch.
    ///
    /// # Errors
    /// 422 with every field that would be wrong.
    pub fn apply(&self, old: Fields) -> Result<Fields> {
        let patch = self.clone();
        let new = Fields {
            name: patch.name.map_or(old.name, |n| n.trim().to_owned()),
            kind: patch.kind.unwrap_or(old.kind),
            issuer: patch.issuer.map_or(old.issuer, |i| i.trim().to_owned()),
            client_id: patch.client_id.map_or(old.client_id, |c| c.trim().to_owned()),
            scopes: patch.scopes.unwrap_or(old.scopes),
            tenants: patch.tenants.map_or(old.tenants, |t| words(&t)),
            domains: patch.domains.map_or(old.domains, |d| domains(&d)),
            enabled: patch.enabled.unwrap_or(old.enabled),
            provisions: patch.provisions.unwrap_or(old.provisions),
            default_role_id: patch.default_role_id.apply(old.default_role_id),
            email_claim: text(patch.email_claim.apply(old.email_claim)),
            name_claim: text(patch.name_claim.apply(old.name_claim)),
            mappings: patch.mappings.unwrap_or(old.mappings),
        };
        let mut wrong = check(&new);
        if let Patch::Value(secret) = &self.client_secret {
            wrong.extend(check_secret(Some(secret)));
        }
        finish(wrong)?;
        Ok(new)
    }
}
