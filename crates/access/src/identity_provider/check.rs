//! What is wrong with a provider as it is set up, field by field.

use dealwright_kernel::{FieldError, Result};
use uuid::Uuid;

use super::{Fields, Kind, Mapping, Source};

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

pub(super) fn check(new: &Fields) -> Vec<FieldError> {
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

pub(super) fn check_secret(secret: Option<&str>) -> Option<FieldError> {
    let secret = secret?;
    let fits = (1..=2000).contains(&secret.len()) && !secret.chars().any(char::is_control);
    (!fits).then(|| field("client_secret", "invalid_value", "1 to 2,000 characters"))
}

pub(super) fn finish(wrong: Vec<FieldError>) -> Result<()> {
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

pub(super) fn domains(given: &[String]) -> Vec<String> {
    let bare = |d: &String| d.trim().trim_start_matches('@').to_ascii_lowercase();
    unique(given.iter().map(bare))
}

pub(super) fn words(given: &[String]) -> Vec<String> {
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

pub(super) fn text(value: Option<String>) -> Option<String> {
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
    use dealwright_kernel::extract::Validate;

    use super::super::NewIdentityProvider;
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
