//! Domains: whose addresses say nothing of a company, which are thrown away, and what a domain's ending says of a country.

use std::collections::HashSet;
use std::sync::LazyLock;

use dealwright_dedupe::point;

use super::forms;
use super::source::{About, Asked, Confidence, Finding, Findings, Found, Note, Source};

static FREE: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../../data/free_domains.txt").lines().collect());
static DISPOSABLE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../data/disposable_domains.txt").lines().collect());

/// Endings that belong to a country and are used by everybody.
const EVERYBODYS: [&str; 12] = ["ai", "ag", "bz", "cc", "co", "fm", "gg", "io", "me", "to", "tv", "ws"];

/// What an e-mail address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// At a domain of its own.
    Business,
    /// At a provider where anybody can have one.
    Free,
    /// Made to be thrown away.
    Disposable,
}

impl Kind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Free => "free",
            Self::Disposable => "disposable",
        }
    }
}

/// What an e-mail address is; none when it is none.
#[must_use]
pub fn kind_of(email: &str) -> Option<Kind> {
    let (_, host) = email.rsplit_once('@')?;
    let host = host.trim().trim_end_matches('.').to_lowercase();
    let whole = point::domain(&host)?;
    let within = |list: &HashSet<&str>| list.contains(host.as_str()) || list.contains(whole.as_str());
    Some(if within(&DISPOSABLE) {
        Kind::Disposable
    } else if within(&FREE) || point::company_domain(email).is_none() {
        Kind::Free
    } else {
        Kind::Business
    })
}

/// The domain of an address at a company.
#[must_use]
pub fn business_domain(email: &str) -> Option<String> {
    (kind_of(email)? == Kind::Business).then(|| point::company_domain(email)).flatten()
}

/// Domains, as a source.
#[derive(Debug)]
pub struct Domains;

impl Source for Domains {
    fn about(&self) -> About {
        About { id: "domains", name: "Domains and mail providers", licence: "MIT, CC0" }
    }

    fn ask(&self, asked: &Asked) -> Findings {
        let mut findings = Findings::default();
        let mut propose = |found: Found, percent: u8, why: String| {
            findings.proposals.push(Finding { found, confidence: Confidence(percent), why });
        };
        let of_site = asked.website.as_deref().and_then(point::domain);
        let of_address = asked.email.as_deref().and_then(business_domain);
        if asked.domain.is_none() {
            if let Some(domain) = &of_site {
                propose(Found::Domain(domain.clone()), 95, format!("The web site is at {domain}"));
            } else if let Some(domain) = &of_address {
                propose(Found::Domain(domain.clone()), 85, format!("The e-mail address is at {domain}"));
            }
        }
        if asked.website.is_none()
            && let Some(domain) = asked.domain.as_deref().and_then(point::domain).or_else(|| of_address.clone())
        {
            propose(
                Found::Website(format!("https://{domain}")),
                70,
                format!("A company's site is mostly at its domain, {domain}"),
            );
        }
        if let Some(domain) = asked.company_domain()
            && let Some(country) = country_of(&domain)
        {
            propose(
                Found::Country(country.to_owned()),
                60,
                format!("The domain {domain} ends as those of {country} do"),
            );
        }
        let told = asked.email.as_deref().and_then(kind_of);
        let note = match told {
            Some(Kind::Disposable) => Some("The e-mail address is one to be thrown away"),
            Some(Kind::Free) => Some("The e-mail address is at a provider for everybody: it says nothing of a company"),
            Some(Kind::Business) | None => None,
        };
        findings.notes.extend(note.map(|text| Note {
            text: text.to_owned(),
            confidence: Confidence(95),
            why: "Its domain is on the list of such".to_owned(),
        }));
        findings
    }
}

/// The country that a domain's ending is of.
#[must_use]
pub fn country_of(domain: &str) -> Option<&'static str> {
    let ending = domain.rsplit('.').next()?;
    if ending.len() != 2 || EVERYBODYS.contains(&ending) {
        return None;
    }
    let code = if ending == "uk" { "GB".to_owned() } else { ending.to_uppercase() };
    forms::country(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let of = |email: &str| kind_of(email).map(Kind::as_str);
        assert_eq!(of("eva@nordwerk.example"), Some("business"));
        assert_eq!(of("eva@gmail.com"), Some("free"));
        assert_eq!(of("x@0-mail.com"), Some("disposable"));
        assert_eq!(of("x@sub.mailinator.com"), Some("disposable"));
        assert_eq!((of("nobody"), of("@")), (None, None));
    }

    #[test]
    fn a_domain_tells_of_a_site_and_a_country() {
        let asked = Asked { email: Some("eva@nordwerk.de".into()), ..Asked::default() };
        let told: Vec<_> = Domains.ask(&asked).proposals.into_iter().map(|p| (p.found, p.confidence.0)).collect();
        assert_eq!(
            told,
            [
                (Found::Domain("nordwerk.de".into()), 85),
                (Found::Website("https://nordwerk.de".into()), 70),
                (Found::Country("Germany".into()), 60),
            ]
        );
        assert_eq!(
            (country_of("acme.co.uk"), country_of("start.io"), country_of("acme.com")),
            (Some("United Kingdom"), None, None)
        );
    }
}
