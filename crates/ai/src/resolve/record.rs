//! Which record a name means.
//!
//! The candidates come from a search under the actor's eyes; this decides between them: the best fit wins, then what is
//! open over what is closed, then the asker's own over others'. When several remain, they are all answered, and asked.

use dealwright_access::policy::{Needs, Permission, ReadAccount, ReadContact, ReadLead, ReadOpportunity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::text::{contains_words, key, likeness};
use super::vocabulary::Match;

/// The kinds of record that a name can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordType {
    Opportunity,
    Account,
    Contact,
    Lead,
}

impl RecordType {
    pub const ALL: [Self; 4] = [Self::Opportunity, Self::Account, Self::Contact, Self::Lead];

    /// Its word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
        }
    }

    /// The field of a task that says that it is about such a record.
    #[must_use]
    pub const fn id_field(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity_id",
            Self::Account => "account_id",
            Self::Contact => "contact_id",
            Self::Lead => "lead_id",
        }
    }

    /// The permission to read such records.
    #[must_use]
    pub const fn read(self) -> Permission {
        match self {
            Self::Opportunity => ReadOpportunity::PERMISSION,
            Self::Account => ReadAccount::PERMISSION,
            Self::Contact => ReadContact::PERMISSION,
            Self::Lead => ReadLead::PERMISSION,
        }
    }

    /// By its word in the API.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A record that might be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub kind: RecordType,
    pub id: Uuid,
    pub name: String,
    /// Other words it goes by: its account, its products, its number in another system.
    pub aliases: Vec<String>,
    /// Of an opportunity: not yet won or lost. Of others: true.
    pub open: bool,
    /// Whether the asker owns it.
    pub mine: bool,
}

/// Which of them are preferred when a name fits several equally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// What one would still work on: for changes and tasks.
    Open,
    /// What fits, open or not.
    Any,
}

const NOISE: [&str; 23] = [
    "the",
    "a",
    "an",
    "my",
    "our",
    "deal",
    "deals",
    "opportunity",
    "opportunities",
    "account",
    "company",
    "customer",
    "client",
    "contact",
    "lead",
    "record",
    "with",
    "at",
    "for",
    "of",
    "from",
    "that",
    "this",
];

/// The words of a mention that name something: "the GTX Pro deal at Isdom" is "gtx pro isdom".
#[must_use]
pub fn core(mention: &str) -> String {
    let folded = key(mention);
    let kept: Vec<&str> = folded.split(' ').filter(|w| !NOISE.contains(w)).collect();
    if kept.is_empty() { folded } else { kept.join(" ") }
}

/// Whether a request says that the record it names is a deal: "the Isdom deal", "Isdom's new opportunity", "the deal we have
/// with Isdom". Then a customer of that name is not what is meant.
#[must_use]
pub fn is_called_a_deal(request: &str, name: &str) -> bool {
    let request = key(request);
    let words: Vec<&str> = request.split(' ').collect();
    let name = key(name);
    let named: Vec<&str> = name.split(' ').collect();
    let is_noun = |w: &&str| matches!(*w, "deal" | "opportunity" | "opp");
    let near = |from: usize| {
        let before = words.get(from.saturating_sub(5)..from).unwrap_or_default();
        let after = words.get(from + named.len()..).unwrap_or_default();
        // Before it, a joint leads over: "deal with Isdom", not "…the other deal, and call Isdom".
        let joined = before.last().is_some_and(|w| matches!(*w, "with" | "at" | "for" | "of" | "from" | "the" | "our"));
        after.iter().take(3).take_while(|w| !JOINTS.contains(w)).any(&is_noun)
            || (joined && before.iter().rev().take_while(|w| **w != "and").any(&is_noun))
    };
    // "Isdom's" is compared as "isdoms".
    let same = |(said, wanted): (&&str, &&str)| said == wanted || said.strip_suffix('s') == Some(*wanted);
    let stands = |i: usize| words.get(i..i + named.len()).is_some_and(|w| w.iter().zip(&named).all(same));
    named.iter().any(is_noun) || (0..words.len()).any(|i| stands(i) && near(i))
}

/// Words after a name that begin something else.
const JOINTS: [&str; 10] = ["and", "about", "on", "with", "for", "to", "that", "before", "after", "next"];

/// How well a mention fits, 0 (not at all) to 100 (its very name).
#[must_use]
pub fn fit(mention: &str, candidate: &Candidate) -> u8 {
    let wanted = core(mention);
    if wanted.is_empty() {
        return 0;
    }
    let own = [key(mention), wanted.clone()];
    if own.contains(&key(&candidate.name)) || candidate.id.to_string() == mention.trim().to_lowercase() {
        return 100;
    }
    if candidate.aliases.iter().any(|a| own.contains(&key(a))) {
        return 90;
    }
    let mut all = candidate.name.clone();
    for alias in &candidate.aliases {
        all.push(' ');
        all.push_str(alias);
    }
    let all = key(&all);
    if contains_words(&candidate.name, &wanted) || candidate.aliases.iter().any(|a| contains_words(a, &wanted)) {
        return 85;
    }
    let joined: String = all.split(' ').collect();
    let words: Vec<&str> = wanted.split(' ').collect();
    if words.iter().all(|w| all.split(' ').any(|a| a == *w)) {
        return 80;
    }
    if wanted.len() > 3 && joined.contains(&words.concat()) {
        return 75;
    }
    if words
        .iter()
        .all(|w| all.split(' ').any(|a| a == *w || (w.len() > 3 && (a.starts_with(w) || likeness(a, w) >= 0.88))))
    {
        return 60;
    }
    if likeness(&candidate.name, &wanted) >= 0.9 { 55 } else { 0 }
}

/// The record that is meant among `candidates`.
#[must_use]
pub fn choose(mention: &str, candidates: &[Candidate], prefer: Prefer) -> Match<Candidate> {
    let fits: Vec<(u8, &Candidate)> =
        candidates.iter().map(|c| (fit(mention, c), c)).filter(|(fit, _)| *fit > 0).collect();
    let Some(best) = fits.iter().map(|(fit, _)| *fit).max() else { return Match::None };
    // An exact name outranks the rest; below that, what fits nearly as well is a rival.
    let margin = if best == 100 { 0 } else { 10 };
    let mut rivals: Vec<&Candidate> = fits.iter().filter(|(fit, _)| *fit + margin >= best).map(|(_, c)| *c).collect();
    if prefer == Prefer::Open && rivals.iter().any(|c| c.open) {
        rivals.retain(|c| c.open);
    }
    if rivals.len() > 1 && rivals.iter().any(|c| c.mine) {
        rivals.retain(|c| c.mine);
    }
    Match::of(rivals.into_iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(n: u128, name: &str, account: &str, open: bool, mine: bool) -> Candidate {
        Candidate {
            kind: RecordType::Opportunity,
            id: Uuid::from_u128(n),
            name: name.into(),
            aliases: vec![account.into()],
            open,
            mine,
        }
    }

    fn chosen(mention: &str, candidates: &[Candidate]) -> Vec<u128> {
        match choose(mention, candidates, Prefer::Open) {
            Match::One(one) => vec![one.id.as_u128()],
            Match::Several(all) => all.iter().map(|c| c.id.as_u128()).collect(),
            Match::None => Vec::new(),
        }
    }

    #[test]
    fn the_best_fit_is_meant() {
        let all = [
            deal(1, "Isdom – GTX Pro", "Isdom", true, false),
            deal(2, "Isdom – MG Special", "Isdom", false, false),
            deal(3, "Acme – GTX Pro", "Acme Corporation", true, false),
        ];
        assert_eq!(chosen("the Isdom deal", &all), [1]);
        assert_eq!(chosen("Acme", &all), [3]);
        assert_eq!(chosen("GTXPro deal at Isdom", &all), [1]);
        assert_eq!(chosen("Isdon", &all), [1]);
        assert_eq!(chosen("Initech", &all), Vec::<u128>::new());
        assert_eq!(chosen("the deal", &all), Vec::<u128>::new());
    }

    #[test]
    fn a_deal_is_meant_where_it_is_said() {
        for (request, name) in [
            ("create a follow-up for the Isdom deal next Friday", "Isdom"),
            ("call Isdom's big new deal tomorrow", "Isdom"),
            ("remind me of the deal we have with Bluth Company", "Bluth Company"),
            ("task for the opportunity at Isdom", "Isdom"),
            ("follow up", "the Isdom deal"),
        ] {
            assert!(is_called_a_deal(request, name), "{request}");
        }
        for (request, name) in [
            ("remind me to call Isdom", "Isdom"),
            ("call Isdom about the deal", "Isdom"),
            ("move the Zoomit deal to Proposal and remind me to call Isdom", "Isdom"),
        ] {
            assert!(!is_called_a_deal(request, name), "{request}");
        }
    }

    #[test]
    fn the_askers_own_is_meant_before_others_and_two_are_asked() {
        let mut all = [
            deal(1, "Isdom A", "Isdom", true, false),
            deal(2, "Isdom B", "Isdom", true, true),
            deal(3, "Isdom C", "Isdom", true, true),
        ];
        assert_eq!(chosen("Isdom", &all), [2, 3]);
        assert_eq!(chosen("Isdom C", &all), [3]);
        all[2].mine = false;
        assert_eq!(chosen("Isdom", &all), [2]);
    }
}
