//! Who a token speaks of: name and e-mail address, whether the address may be trusted, and the values that stand for
//! roles and teams.

use serde_json::{Map, Value};

use super::token::Proven;
use super::{Providers, Reason, Refusal};
use crate::identity_provider::{Kind, Provider, domain_of};

/// The most values of a claim that are looked at.
const MAX_VALUES: usize = 10_000;

/// Somebody whom a provider has vouched for.
#[derive(Debug)]
pub struct Person {
    pub issuer: String,
    pub subject: String,
    pub name: Option<String>,
    pub email: Option<String>,
    /// Whether an account may be found or made by the address; if not, why.
    pub trusted: Result<(), Reason>,
    /// The session at the provider.
    pub sid: Option<String>,
    pub claims: Map<String, Value>,
}

/// The values of a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Values<'a> {
    Known(Vec<&'a str>),
    /// The provider has more than it put into the token ("overage"): nothing follows from their absence.
    Elsewhere,
}

impl Providers {
    /// Completes the token by what the provider tells on asking, where a claim that is needed is not in it.
    ///
    /// # Errors
    /// When the provider speaks of somebody else, or does not answer.
    pub(crate) async fn complete(
        &self,
        userinfo: Option<&str>,
        provider: &Provider,
        wanted: &[&str],
        proven: &mut Proven,
    ) -> Result<(), Refusal> {
        let email = provider.email_claim.as_deref().unwrap_or("email");
        let missing = |name: &&str| find(&proven.claims, name).is_none();
        let Some(address) = userinfo.filter(|_| [email].iter().chain(wanted).any(missing)) else { return Ok(()) };
        let document = self.outbound.get(address, Some(&proven.access_token)).await?;
        let told: Map<String, Value> = serde_json::from_slice(&document).map_err(|_| {
            Refusal::new(Reason::TokenInvalid, "what the provider tells of the person is no JSON object")
        })?;
        if told.get("sub").and_then(Value::as_str) != Some(proven.subject.as_str()) {
            return Err(Refusal::new(Reason::TokenInvalid, "the provider told of another person than the token is of"));
        }
        for (name, value) in told {
            proven.claims.entry(name).or_insert(value);
        }
        Ok(())
    }
}

impl Person {
    /// Reads what was proven.
    #[must_use]
    pub fn of(provider: &Provider, proven: Proven) -> Self {
        let Proven { issuer, subject, claims, .. } = proven;
        let text = |name: &str| find(&claims, name).and_then(Value::as_str).map(clean).filter(|t| !t.is_empty());
        // Letters beyond ASCII may fold to another person's: such an address vouches for nobody.
        let address = |name: &str| {
            let given = find(&claims, name)?.as_str()?.trim();
            let fits = given.len() <= 320 && given.bytes().all(|b| b.is_ascii_graphic());
            (fits && email_address::EmailAddress::is_valid(given)).then(|| given.to_owned())
        };
        let mut email = address(provider.email_claim.as_deref().unwrap_or("email"));
        if email.is_none() && provider.kind == Kind::Entra && provider.email_claim.is_none() {
            // Somebody without a mailbox: their name in the directory, which is of one of its own domains.
            email = address("preferred_username");
        }
        let full = || {
            let parts: Vec<String> = [text("given_name"), text("family_name")].into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        };
        let name = text(provider.name_claim.as_deref().unwrap_or("name")).or_else(full);
        let trusted = trust(provider, &claims, email.as_deref());
        let sid = text("sid").filter(|s| s.len() <= 255);
        Self { issuer, subject, name, email, trusted, sid, claims }
    }

    /// The values of a claim that stand for something.
    #[must_use]
    pub fn values(&self, claim: &str) -> Values<'_> {
        values(&self.claims, claim)
    }
}

/// Whether the address is this person's, by what this kind of provider says; and of a domain that it is trusted for.
fn trust(provider: &Provider, claims: &Map<String, Value>, email: Option<&str>) -> Result<(), Reason> {
    let domain = email.and_then(domain_of).ok_or(Reason::EmailNotVerified)?;
    if !provider.proved.contains(&domain) {
        return Err(Reason::DomainNotTrusted);
    }
    let verified = |name: &str| match claims.get(name)? {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) => Some(text.eq_ignore_ascii_case("true") || text == "1"),
        Value::Number(number) => Some(number.as_i64() == Some(1)),
        Value::Null | Value::Array(_) | Value::Object(_) => Some(false),
    };
    let holds = match provider.kind {
        Kind::Generic => verified("email_verified") == Some(true),
        Kind::Google => {
            let hosted = claims.get("hd").and_then(Value::as_str).map(str::to_ascii_lowercase);
            verified("email_verified") == Some(true) && hosted.is_some_and(|hd| provider.proved.contains(&hd))
        }
        // The token's issuer is a directory that was chosen by its id. Its own words against an address count.
        Kind::Entra => ["xms_edov", "email_verified"].iter().all(|name| verified(name) != Some(false)),
    };
    if holds { Ok(()) } else { Err(Reason::EmailNotVerified) }
}

/// A claim by its name, or by a path with dots into objects.
fn find<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let mut parts = name.split('.');
    let first = claims.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

fn values<'a>(claims: &'a Map<String, Value>, claim: &str) -> Values<'a> {
    let elsewhere = claims.get("_claim_names").and_then(|names| names.get(claim)).is_some();
    match find(claims, claim) {
        None if elsewhere => Values::Elsewhere,
        Some(Value::String(one)) => Values::Known(vec![one.as_str()]),
        Some(Value::Array(many)) => Values::Known(many.iter().take(MAX_VALUES).filter_map(Value::as_str).collect()),
        None | Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Values::Known(Vec::new()),
    }
}

/// Text as it may be stored and shown.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(provider: &Provider, claims: Value) -> Person {
        let Value::Object(claims) = claims else { panic!("claims are an object") };
        let proven = Proven {
            issuer: "https://idp.test".into(),
            subject: "1".into(),
            claims,
            access_token: String::new(),
            hint: None,
        };
        Person::of(provider, proven)
    }

    fn provider(kind: Kind) -> Provider {
        Provider { kind, domains: vec!["acme.test".into()], proved: vec!["acme.test".into()], ..Provider::example() }
    }

    #[test]
    fn an_address_counts_when_the_provider_vouches_for_it_and_its_domain_is_ours() {
        let generic = provider(Kind::Generic);
        let of = |provider: &Provider, claims| person(provider, claims).trusted;
        assert_eq!(of(&generic, json!({ "email": "a@acme.test", "email_verified": true })), Ok(()));
        assert_eq!(of(&generic, json!({ "email": "a@acme.test", "email_verified": "true" })), Ok(()));
        for unverified in [json!(false), json!(null), json!("yes"), json!(["true"])] {
            let claims = json!({ "email": "a@acme.test", "email_verified": unverified });
            assert_eq!(of(&generic, claims), Err(Reason::EmailNotVerified), "{unverified}");
        }
        assert_eq!(of(&generic, json!({ "email": "a@acme.test" })), Err(Reason::EmailNotVerified));
        assert_eq!(
            of(&generic, json!({ "email": "a@evil.test", "email_verified": true })),
            Err(Reason::DomainNotTrusted)
        );
        assert_eq!(
            of(&generic, json!({ "email": "a@acme.test.evil.test", "email_verified": true })),
            Err(Reason::DomainNotTrusted)
        );
        assert_eq!(of(&generic, json!({ "email": 7, "email_verified": true })), Err(Reason::EmailNotVerified));
    }

    #[test]
    fn google_names_the_hosted_domain_and_entra_may_deny() {
        let google = provider(Kind::Google);
        let of = |provider: &Provider, claims| person(provider, claims).trusted;
        assert_eq!(of(&google, json!({ "email": "a@acme.test", "email_verified": true, "hd": "ACME.test" })), Ok(()));
        assert_eq!(
            of(&google, json!({ "email": "a@acme.test", "email_verified": true })),
            Err(Reason::EmailNotVerified)
        );
        let entra = provider(Kind::Entra);
        assert_eq!(of(&entra, json!({ "email": "a@acme.test" })), Ok(()));
        assert_eq!(of(&entra, json!({ "email": "a@acme.test", "xms_edov": false })), Err(Reason::EmailNotVerified));
        assert_eq!(of(&entra, json!({ "email": "a@acme.test", "xms_edov": "0" })), Err(Reason::EmailNotVerified));
        assert_eq!(
            person(&entra, json!({ "preferred_username": "a@acme.test" })).email.as_deref(),
            Some("a@acme.test")
        );
        assert_eq!(person(&google, json!({ "preferred_username": "a@acme.test" })).email, None);
    }

    #[test]
    fn values_are_text_or_lists_of_text() {
        let known = |claims: Value, claim: &str| {
            let person = person(&provider(Kind::Generic), claims);
            match person.values(claim) {
                Values::Known(values) => Some(values.into_iter().map(str::to_owned).collect::<Vec<_>>()),
                Values::Elsewhere => None,
            }
        };
        assert_eq!(known(json!({ "groups": ["a", 7, null, "b"] }), "groups").unwrap(), ["a", "b"]);
        assert_eq!(known(json!({ "groups": "a" }), "groups").unwrap(), ["a"]);
        assert_eq!(known(json!({ "groups": { "a": 1 } }), "groups").unwrap(), Vec::<String>::new());
        assert_eq!(known(json!({ "realm_access": { "roles": ["x"] } }), "realm_access.roles").unwrap(), ["x"]);
        assert_eq!(known(json!({ "https://acme/roles.v1": ["x"] }), "https://acme/roles.v1").unwrap(), ["x"]);
        assert_eq!(known(json!({ "_claim_names": { "groups": "src1" } }), "groups"), None);
        assert_eq!(known(json!({}), "groups").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn text_loses_what_can_not_be_shown() {
        let provider = provider(Kind::Generic);
        assert_eq!(person(&provider, json!({ "name": "A\u{0}da\n" })).name.as_deref(), Some("Ada"));
        assert_eq!(person(&provider, json!({ "name": "x".repeat(1000) })).name.map(|n| n.len()), Some(200));
        assert_eq!(
            person(&provider, json!({ "given_name": "Ada", "family_name": "L" })).name.as_deref(),
            Some("Ada L")
        );
        for odd in ["a\u{0}@acme.test", "\u{212a}im@acme.test", "a b@acme.test", "@acme.test"] {
            assert_eq!(person(&provider, json!({ "email": odd })).email, None, "{odd:?}");
        }
    }
}
