//! Whose messages are none of the CRM's business: those among colleagues, and those with an address that is never stored.

use super::letter::{People, Person};

/// Who belongs to the house, and what is never stored.
#[derive(Clone, Debug, Default)]
pub struct Sieve {
    /// Addresses of colleagues, and of the mailbox itself, in lower case.
    pub own_addresses: Vec<String>,
    /// The organisation's domains.
    pub own_domains: Vec<String>,
    /// Addresses and domains.
    pub never: Vec<String>,
}

/// What a sieve says of a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Sifted<'a> {
    /// Among colleagues.
    Internal,
    Never,
    /// Those who do not belong to the house, the sender first.
    With(Vec<&'a Person>),
}

impl Sieve {
    /// Whether an address is a colleague's, or the mailbox's own.
    #[must_use]
    pub fn is_own(&self, address: &str) -> bool {
        self.own_addresses.iter().any(|own| own == address) || within(address, &self.own_domains)
    }

    /// Who of a message's people matters.
    #[must_use]
    pub fn sift<'a>(&self, people: &'a People) -> Sifted<'a> {
        let all = people.all();
        let others: Vec<&Person> = all.into_iter().filter(|p| !self.is_own(&p.address)).collect();
        if others.is_empty() {
            return Sifted::Internal;
        }
        let is_never = |p: &&Person| self.never.contains(&p.address) || within(&p.address, &self.never);
        if others.iter().any(is_never) { Sifted::Never } else { Sifted::With(others) }
    }
}

/// Whether an address is in one of these domains, or below it.
fn within(address: &str, domains: &[String]) -> bool {
    let Some((_, domain)) = address.rsplit_once('@') else { return false };
    domains
        .iter()
        .any(|d| domain == d.as_str() || domain.strip_suffix(d.as_str()).is_some_and(|before| before.ends_with('.')))
}

/// Whether something is an address or a domain.
#[must_use]
pub fn is_rule(text: &str) -> bool {
    let text = text.trim();
    if text.chars().count() > 320 {
        return false;
    }
    if text.contains('@') && !text.starts_with('@') {
        return super::letter::normal(text).is_some();
    }
    let domain = text.trim_start_matches('@');
    domain.contains('.')
        && domain.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-'))
}

/// In lower case, without what stands before a domain, and each once.
#[must_use]
pub fn tidy(rules: &[String]) -> Vec<String> {
    let mut tidied: Vec<String> = Vec::with_capacity(rules.len());
    for rule in rules {
        let rule = rule.trim().trim_start_matches('@').to_lowercase();
        if !rule.is_empty() && !tidied.contains(&rule) {
            tidied.push(rule);
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(addresses: &[&str]) -> People {
        let mut all = addresses.iter().map(|a| Person { address: (*a).to_owned(), name: None });
        People { from: all.next(), to: all.collect(), ..People::default() }
    }

    #[test]
    fn colleagues_and_what_is_never_stored_stay_out() {
        let sieve = Sieve {
            own_addresses: vec!["rep@mail.test".into()],
            own_domains: vec!["acme.test".into()],
            never: vec!["doctor@clinic.test".into(), "bank.test".into()],
        };
        assert_eq!(sieve.sift(&people(&["rep@mail.test", "ada@acme.test", "x@eu.acme.test"])), Sifted::Internal);
        assert_eq!(sieve.sift(&people(&["rep@mail.test", "n@isdom.test", "doctor@clinic.test"])), Sifted::Never);
        assert_eq!(sieve.sift(&people(&["x@my.bank.test", "rep@mail.test"])), Sifted::Never);
        let with = people(&["rep@mail.test", "n@isdom.test", "x@notacme.test"]);
        let Sifted::With(others) = sieve.sift(&with) else { panic!("with somebody") };
        assert_eq!(others.iter().map(|p| p.address.as_str()).collect::<Vec<_>>(), ["n@isdom.test", "x@notacme.test"]);
    }

    #[test]
    fn rules_are_addresses_and_domains() {
        for good in ["a@b.test", "b.test", "@b.test", "bücher.example"] {
            assert!(is_rule(good), "{good}");
        }
        for bad in ["", "b", "a b.test", "@", "..", "*.test", &"a".repeat(400)] {
            assert!(!is_rule(bad), "{bad}");
        }
        assert_eq!(tidy(&["@B.test".into(), "b.test ".into(), String::new()]), ["b.test"]);
    }
}
