//! Identity providers of an organisation: Microsoft Entra ID, Google or any other that speaks OpenID Connect; the domains
//! whose people it signs in, and the roles and teams that its claims stand for.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints. Who may shape a provider can give any
//! role to anybody: the permission is an administrator's.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{IdentityProviderId, OrgId, RoleId, TeamId};
use dealwright_kernel::{FieldError, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

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
        let id = Uuid::nil();
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

const MAX_ITEMS: usize = 200;

/// Domains that belong to no organisation: whoever registers there would be let in.
const PUBLIC_DOMAINS: [&str; 20] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "web.de",
    "mail.com",
    "zoho.com",
    "yandex.ru",
    "qq.com",
];

fn field(name: &str, code: &'static str, message: &str) -> FieldError {
    FieldError { field: name.to_owned(), code: code.into(), message: message.to_owned() }
}

fn check(new: &Fields) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut length = |name: &str, value: &str, most: usize| {
        let count = value.chars().count();
        if count == 0 {
            wrong.push(field(name, "required", "this field is required"));
        } else if count > most || value.chars().any(char::is_control) {
            wrong.push(field(name, "too_long", &format!("at most {most} characters, without line breaks")));
        }
    };
    length("name", &new.name, 100);
    length("client_id", &new.client_id, 500);
    length("issuer", &new.issuer, 500);
    if !new.issuer.starts_with("https://") && !new.issuer.starts_with("http://") || new.issuer.contains(['?', '#', ' '])
    {
        wrong.push(field("issuer", "invalid_issuer", "the issuer is a URL that begins with https://, without ? or #"));
    }
    if new.kind == Kind::Entra {
        wrong.extend(check_directory(new));
    }
    for (name, value) in [("email_claim", &new.email_claim), ("name_claim", &new.name_claim)] {
        if value.as_ref().is_some_and(|v| v.len() > 200 || v.contains('\0')) {
            wrong.push(field(name, "too_long", "at most 200 characters"));
        }
    }
    let scopes_are_words =
        new.scopes.iter().all(|s| (1..=200).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_graphic()));
    if !scopes_are_words || new.scopes.len() > 50 || !new.scopes.iter().any(|s| s == "openid") {
        wrong.push(field("scopes", "invalid_scopes", "words without spaces, openid among them"));
    }
    for (i, domain) in new.domains.iter().enumerate() {
        let name = format!("domains.{i}");
        if !is_domain(domain) {
            wrong.push(field(&name, "invalid_domain", "this is not a domain such as example.com"));
        } else if PUBLIC_DOMAINS.contains(&domain.as_str()) {
            wrong.push(field(&name, "public_domain", "anybody can have an address at this domain"));
        }
    }
    wrong.extend(new.mappings.iter().enumerate().flat_map(|(i, mapping)| check_mapping(i, mapping)));
    for (name, count) in
        [("domains", new.domains.len()), ("tenants", new.tenants.len()), ("mappings", new.mappings.len())]
    {
        if count > MAX_ITEMS {
            wrong.push(field(name, "too_many", &format!("at most {MAX_ITEMS}")));
        }
    }
    wrong
}

/// Entra's issuer names a directory by its id; one for many directories needs the list of those that may come in.
fn check_directory(new: &Fields) -> Option<FieldError> {
    let directory = new.issuer.strip_suffix("/v2.0").and_then(|i| i.rsplit('/').next()).unwrap_or_default();
    if directory == "organizations" || directory == "common" {
        return new
            .tenants
            .is_empty()
            .then(|| field("tenants", "required", "name the directories (tenant ids) whose people may come in"));
    }
    let pinned = directory.parse::<Uuid>().is_ok();
    (!pinned).then(|| {
        field(
            "issuer",
            "invalid_issuer",
            "Entra's issuer is https://login.microsoftonline.com/<directory (tenant) id>/v2.0",
        )
    })
}

fn check_mapping(i: usize, mapping: &Mapping) -> Option<FieldError> {
    let at = |part: &str| format!("mappings.{i}.{part}");
    if mapping.value.is_empty() || mapping.value.chars().count() > 500 || mapping.value.contains('\0') {
        return Some(field(&at("value"), "invalid_value", "1 to 500 characters"));
    }
    if mapping.claim.chars().count() > 200 || mapping.claim.contains('\0') {
        return Some(field(&at("claim"), "too_long", "at most 200 characters"));
    }
    if mapping.claim.is_empty() == (mapping.source == Source::Claim) {
        return Some(field(&at("claim"), "required", "a claim has a name, a group of SCIM none"));
    }
    if mapping.role_id.is_some() == mapping.team_id.is_some() {
        return Some(field(&at("role_id"), "required", "a value stands for a role or for a team"));
    }
    None
}

fn check_secret(secret: Option<&str>) -> Option<FieldError> {
    let secret = secret?;
    let fits = (1..=2000).contains(&secret.len()) && !secret.chars().any(char::is_control);
    (!fits).then(|| field("client_secret", "invalid_value", "1 to 2,000 characters"))
}

fn finish(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() { Ok(()) } else { Err(dealwright_kernel::Error::fields("invalid", wrong)) }
}

fn is_domain(text: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

fn domains(given: &[String]) -> Vec<String> {
    let bare = |d: &String| d.trim().trim_start_matches('@').to_ascii_lowercase();
    unique(given.iter().map(bare))
}

fn words(given: &[String]) -> Vec<String> {
    unique(given.iter().map(|w| w.trim().to_owned()).filter(|w| !w.is_empty()))
}

fn unique(given: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    given.for_each(|item| {
        if !kept.contains(&item) {
            kept.push(item);
        }
    });
    kept
}

fn text(value: Option<String>) -> Option<String> {
    value.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
}

/// The domain of an e-mail address, in lower case.
#[must_use]
pub fn domain_of(email: &str) -> Option<String> {
    let (_, domain) = email.trim().rsplit_once('@')?;
    is_domain(&domain.to_ascii_lowercase()).then(|| domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(new: &NewIdentityProvider) -> Vec<String> {
        new.validate().err().map(|e| e.fields.into_iter().map(|f| f.field).collect()).unwrap_or_default()
    }

    fn good() -> NewIdentityProvider {
        NewIdentityProvider {
            name: "Okta".into(),
            issuer: "https://acme.okta.com".into(),
            client_id: "abc".into(),
            domains: vec![" @Acme.COM ".into(), "acme.com".into()],
            ..NewIdentityProvider::default()
        }
    }

    #[test]
    fn what_is_wrong_is_named_field_by_field() {
        assert_eq!(wrong(&good()), Vec::<String>::new());
        assert_eq!(good().fields().domains, ["acme.com"]);
        let nothing = NewIdentityProvider::default();
        assert_eq!(wrong(&nothing), ["name", "client_id", "issuer", "issuer"]);
        let mapping =
            Mapping { source: Source::Claim, claim: String::new(), value: "x".into(), role_id: None, team_id: None };
        let more = NewIdentityProvider {
            domains: vec!["gmail.com".into(), "nonsense".into()],
            scopes: Some(vec!["email".into()]),
            mappings: vec![mapping],
            ..good()
        };
        assert_eq!(wrong(&more), ["scopes", "domains.0", "domains.1", "mappings.0.claim"]);
    }

    #[test]
    fn entra_names_its_directories() {
        let entra = |issuer: &str, tenants: &[&str]| NewIdentityProvider {
            kind: Kind::Entra,
            issuer: issuer.into(),
            tenants: tenants.iter().map(|t| (*t).to_owned()).collect(),
            ..good()
        };
        let id = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";
        assert!(wrong(&entra(&format!("https://login.microsoftonline.com/{id}/v2.0"), &[])).is_empty());
        assert_eq!(wrong(&entra("https://login.microsoftonline.com/acme.com/v2.0", &[])), ["issuer"]);
        assert_eq!(wrong(&entra("https://login.microsoftonline.com/organizations/v2.0", &[])), ["tenants"]);
        assert!(wrong(&entra("https://login.microsoftonline.com/organizations/v2.0", &[id])).is_empty());
    }
}
