//! Legal forms: what a company's name says of the country whose law it is under.

use std::collections::HashMap;
use std::sync::LazyLock;

use dealwright_dedupe::text::{compact, fold};

use super::domains;
use super::source::{About, Asked, Confidence, Finding, Findings, Found, Note, Source};

/// A legal form with the countries that have it.
#[derive(Debug)]
struct Form {
    name: &'static str,
    /// Code and name.
    countries: Vec<(&'static str, &'static str)>,
}

static FORMS: LazyLock<HashMap<&str, Form>> = LazyLock::new(|| {
    include_str!("../../data/legal_forms.tsv")
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (key, name, countries) = (columns.next()?, columns.next()?, columns.next()?);
            let countries = countries.split(';').filter_map(|c| c.split_once('=')).collect();
            Some((key, Form { name, countries }))
        })
        .collect()
});

static COUNTRIES: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| FORMS.values().flat_map(|form| form.countries.iter().copied()).collect());

/// Forms of two letters that end no other name by chance.
const SHORT: [&str; 8] = ["ab", "ag", "as", "bv", "kk", "nv", "oy", "sa"];
/// The most words that a form is written in: "sp. z o. o.".
const WORDS: usize = 4;

/// A country by its code.
#[must_use]
pub fn country(code: &str) -> Option<&'static str> {
    COUNTRIES.get(code).copied()
}

/// The legal form that a name ends with, the longest that fits.
fn form_of(name: &str) -> Option<&'static Form> {
    let folded = fold(name);
    let words: Vec<&str> = folded.split(' ').filter(|w| !w.is_empty()).collect();
    (1..=WORDS.min(words.len().saturating_sub(1))).rev().find_map(|n| {
        let key = compact(&words.get(words.len() - n..)?.join(" "));
        FORMS.get(key.as_str()).filter(|_| key.len() > 2 || SHORT.contains(&key.as_str()))
    })
}

/// Legal forms, as a source.
#[derive(Debug)]
pub struct LegalForms;

impl Source for LegalForms {
    fn about(&self) -> About {
        About { id: "legal_forms", name: "GLEIF legal forms", licence: "CC0" }
    }

    fn ask(&self, asked: &Asked) -> Findings {
        let Some(form) = asked.name.as_deref().and_then(form_of) else { return Findings::default() };
        let mut findings = Findings::default();
        let ending = asked.company_domain().and_then(|domain| domains::country_of(&domain));
        let agreed = form.countries.iter().map(|(_, name)| *name).find(|name| ending == Some(*name));
        let proposed = match (form.countries.as_slice(), agreed) {
            (_, Some(country)) => Some((
                country,
                95,
                format!("{} is a legal form of {country}, and the domain ends as those of it do", form.name),
            )),
            ([(_, country)], None) => Some((*country, 85, format!("{} is a legal form of {country} alone", form.name))),
            (_, None) => None,
        };
        if let Some((country, percent, why)) = proposed {
            let found = Found::Country(country.to_owned());
            findings.proposals.push(Finding { found, confidence: Confidence(percent), why });
        } else if form.countries.len() <= 6 {
            let names: Vec<&str> = form.countries.iter().map(|(_, name)| *name).collect();
            findings.notes.push(Note {
                text: format!("{} is a legal form of {}", form.name, names.join(", ")),
                confidence: Confidence(80),
                why: "The name ends with it".to_owned(),
            });
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country_in(name: &str, domain: Option<&str>) -> Option<(String, u8)> {
        let asked = Asked { name: Some(name.into()), domain: domain.map(str::to_owned), ..Asked::default() };
        LegalForms.ask(&asked).proposals.into_iter().find_map(|p| match p.found {
            Found::Country(country) => Some((country, p.confidence.0)),
            _ => None,
        })
    }

    #[test]
    fn a_form_of_one_country_names_it() {
        assert_eq!(country_in("Fabryka Maszyn Sp. z o.o.", None), Some(("Poland".into(), 85)));
        assert_eq!(country_in("Metsä Oy", None), Some(("Finland".into(), 85)));
        assert_eq!(country_in("Nordwerk GmbH", None), None);
        assert_eq!(country_in("Nordwerk GmbH", Some("nordwerk.at")), Some(("Austria".into(), 95)));
        assert_eq!(country_in("Acme", None), None);
        assert_eq!(country_in("Oy", None), None);
    }

    #[test]
    fn a_form_of_several_is_told() {
        let asked = Asked { name: Some("Nordwerk GmbH".into()), ..Asked::default() };
        assert!(LegalForms.ask(&asked).notes[0].text.starts_with("GmbH is a legal form of Austria"));
    }
}
