//! Which record a raw value means: one whose name it is, or else the one it was probably meant to be, to be confirmed
//! by a person. Letters' case, accents and space don't count for a match; everything else only for a suggestion.

use std::collections::HashMap;

use strsim::{jaro_winkler, normalized_damerau_levenshtein};
use uuid::Uuid;

/// Where scores of suggestions begin; below, a value is unlike everything there is.
pub const SUGGESTED: f64 = 0.84;

/// Something a raw value may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub id: Uuid,
    pub name: String,
    /// Other exact names: an e-mail address, an external id, a domain.
    pub aliases: Vec<String>,
}

impl Candidate {
    pub fn new(id: Uuid, name: impl Into<String>) -> Self {
        Candidate { id, name: name.into(), aliases: Vec::new() }
    }

    pub fn alias(mut self, alias: Option<impl Into<String>>) -> Self {
        self.aliases.extend(alias.map(Into::into));
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Match {
    Exact(Uuid),
    /// Not its name, but like it, by a score from [`SUGGESTED`] to 1.
    Like(Uuid, f64),
    Unknown,
}

/// The candidates of one kind, indexed by their names.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    candidates: Vec<Candidate>,
    /// Folded name or alias to a candidate; `None` when two share it.
    exact: HashMap<String, Option<usize>>,
    compact: Vec<String>,
    /// The first two letters of compact names to candidates, for large sets.
    starts: HashMap<String, Vec<usize>>,
    by_id: HashMap<Uuid, usize>,
}

/// Up to so many candidates are all compared; beyond, those that begin alike.
const ALL_COMPARED: usize = 2_000;

impl Lookup {
    pub fn new(candidates: Vec<Candidate>) -> Self {
        let mut lookup = Lookup::default();
        // Names come before aliases, so that an alias never hides a name.
        for (index, candidate) in candidates.iter().enumerate() {
            lookup.by_id.insert(candidate.id, index);
            lookup.exact.entry(fold(&candidate.name)).and_modify(|known| *known = None).or_insert(Some(index));
            let compact = compact(&candidate.name);
            lookup.starts.entry(compact.chars().take(2).collect()).or_default().push(index);
            lookup.compact.push(compact);
        }
        for (index, candidate) in candidates.iter().enumerate() {
            for alias in &candidate.aliases {
                lookup.exact.entry(fold(alias)).or_insert(Some(index));
            }
        }
        lookup.candidates = candidates;
        lookup
    }

    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    pub fn name(&self, id: Uuid) -> Option<&str> {
        self.by_id.get(&id).and_then(|index| self.candidates.get(*index)).map(|candidate| candidate.name.as_str())
    }

    pub fn contains(&self, id: Uuid) -> bool {
        self.by_id.contains_key(&id)
    }

    /// The one candidate that has this name or alias.
    pub fn exact(&self, raw: &str) -> Option<Uuid> {
        let index = self.exact.get(&fold(raw)).copied().flatten();
        index.and_then(|index| self.candidates.get(index)).map(|candidate| candidate.id)
    }

    /// The candidate meant, or the likeliest.
    pub fn find(&self, raw: &str) -> Match {
        if let Some(id) = self.exact(raw) {
            return Match::Exact(id);
        }
        let wanted = compact(raw);
        if wanted.is_empty() {
            return Match::Unknown;
        }
        let start: String = wanted.chars().take(2).collect();
        let near = self.starts.get(&start).map_or(&[][..], Vec::as_slice);
        let all = self.candidates.len() <= ALL_COMPARED;
        let mut best: Option<(Uuid, f64)> = None;
        let mut consider = |index: usize| {
            let (Some(candidate), Some(compact)) = (self.candidates.get(index), self.compact.get(index)) else {
                return;
            };
            let score = likeness_of(raw, &wanted, &candidate.name, compact);
            if score >= SUGGESTED && best.is_none_or(|(_, known)| score > known) {
                best = Some((candidate.id, score));
            }
        };
        if all {
            (0..self.candidates.len()).for_each(&mut consider);
        } else {
            near.iter().copied().for_each(&mut consider);
        }
        best.map_or(Match::Unknown, |(id, score)| Match::Like(id, score))
    }

    /// Up to `limit` candidates like the value, the likest first, with their scores.
    pub fn suggestions(&self, raw: &str, limit: usize) -> Vec<(Uuid, f64)> {
        let wanted = compact(raw);
        let mut scored: Vec<(Uuid, f64)> = self
            .candidates
            .iter()
            .zip(&self.compact)
            .take(20_000)
            .map(|(candidate, compact)| (candidate.id, likeness_of(raw, &wanted, &candidate.name, compact)))
            .filter(|(_, score)| *score >= SUGGESTED - 0.1)
            .collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        scored.truncate(limit);
        scored
    }
}

/// How alike two names are, 0 to 1: the same but for space and signs 0.97, the same but for a legal form 0.95, one
/// containing the other's words 0.88, else by letters.
pub fn likeness(one: &str, other: &str) -> f64 {
    likeness_of(one, &compact(one), other, &compact(other))
}

fn likeness_of(one: &str, one_compact: &str, other: &str, other_compact: &str) -> f64 {
    if one_compact.is_empty() || other_compact.is_empty() {
        return 0.0;
    }
    if one_compact == other_compact {
        return 0.97;
    }
    let letters = by_letters(one_compact, other_compact);
    if letters >= 0.9 {
        return letters.min(0.96);
    }
    let (words, other_words) = (words(one), words(other));
    let stem = |words: &[String]| words.iter().filter(|word| !is_legal_form(word)).cloned().collect::<Vec<_>>();
    let (stemmed, other_stemmed) = (stem(&words), stem(&other_words));
    if !stemmed.is_empty() && stemmed == other_stemmed {
        return 0.95;
    }
    if words.len() > 1 && words.len() == other_words.len() {
        let (mut sorted, mut other_sorted) = (words.clone(), other_words.clone());
        sorted.sort();
        other_sorted.sort();
        if sorted == other_sorted {
            return 0.95;
        }
    }
    let contains = |longer: &[String], shorter: &[String]| {
        longer.len() > shorter.len()
            && shorter.iter().map(String::len).sum::<usize>() >= 5
            && shorter.iter().all(|word| longer.contains(word))
    };
    if contains(&words, &other_words) || contains(&other_words, &words) {
        return letters.max(0.88);
    }
    letters
}

/// By letters alone; a name's beginning weighs more, and short names must be nearly the same.
fn by_letters(one: &str, other: &str) -> f64 {
    let (shorter, longer) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if shorter.len() * 2 < longer.len() {
        return 0.0;
    }
    let edits = normalized_damerau_levenshtein(one, other);
    if shorter.chars().count() <= 4 {
        return edits;
    }
    (edits + jaro_winkler(one, other)) / 2.0
}

const LEGAL_FORMS: [&str; 24] = [
    "inc",
    "incorporated",
    "corp",
    "corporation",
    "co",
    "company",
    "llc",
    "ltd",
    "limited",
    "plc",
    "gmbh",
    "ag",
    "kg",
    "se",
    "sa",
    "sarl",
    "sas",
    "srl",
    "spa",
    "bv",
    "nv",
    "ab",
    "oy",
    "pty",
];

fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(&word) || word == "the" || word == "group"
}

fn words(name: &str) -> Vec<String> {
    fold(name)
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A name as it is compared: lower case, without accents, single spaces.
pub fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut space = false;
    for character in name.trim().chars() {
        if character.is_whitespace() {
            space = true;
            continue;
        }
        if space {
            folded.push(' ');
            space = false;
        }
        for lower in character.to_lowercase() {
            match unaccented(lower) {
                Some(plain) => folded.push_str(plain),
                None => folded.push(lower),
            }
        }
    }
    folded
}

/// A name's letters and digits alone.
pub fn compact(name: &str) -> String {
    fold(name).chars().filter(|character| character.is_alphanumeric()).collect()
}

fn unaccented(character: char) -> Option<&'static str> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' => "s",
        'ß' => "ss",
        'ť' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(names: &[&str]) -> (Lookup, Vec<Uuid>) {
        let ids: Vec<Uuid> = names.iter().map(|_| Uuid::new_v4()).collect();
        (Lookup::new(names.iter().zip(&ids).map(|(name, id)| Candidate::new(*id, *name)).collect()), ids)
    }

    #[test]
    fn a_product_written_together_is_suggested_not_assumed() {
        let (lookup, ids) =
            lookup(&["GTX Basic", "GTX Pro", "GTX Plus Pro", "GTX Plus Basic", "MG Special", "GTK 500"]);
        assert_eq!(lookup.find("gtx pro "), Match::Exact(ids[1]));
        assert_eq!(lookup.find("GTXPro"), Match::Like(ids[1], 0.97));
        assert_eq!(lookup.find("Zebra"), Match::Unknown);
        assert_eq!(lookup.suggestions("GTXPro", 3).first().map(|(id, _)| *id), Some(ids[1]));
    }

    #[test]
    fn typing_mistakes_and_legal_forms() {
        let (industries, ids) = lookup(&["Technology", "Medical", "Telecommunications", "Retail"]);
        assert!(matches!(industries.find("technolgy"), Match::Like(id, score) if id == ids[0] && score > 0.9));
        assert_eq!(industries.find("MEDICAL"), Match::Exact(ids[1]));
        assert_eq!(industries.find("marketing"), Match::Unknown);
        let (accounts, ids) = lookup(&["Acme Corporation", "Müller GmbH", "Rundofase", "Golddex"]);
        assert!(matches!(accounts.find("Acme Corp."), Match::Like(id, _) if id == ids[0]));
        assert_eq!(accounts.find("Mueller GmbH"), Match::Exact(ids[1]));
        assert!(matches!(accounts.find("Runofase"), Match::Like(id, _) if id == ids[2]));
        let (people, ids) = lookup(&["Darcel Schlecht", "Anna Snelling"]);
        assert!(matches!(people.find("Schlecht, Darcel"), Match::Like(id, _) if id == ids[0]));
        assert_eq!(people.find("Kami Bicknell"), Match::Unknown);
    }

    #[test]
    fn a_shared_name_matches_nobody_and_an_alias_does() {
        let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
        let lookup = Lookup::new(vec![
            Candidate::new(one, "Jo Doe").alias(Some("jo@a.test")),
            Candidate::new(two, "Jo Doe").alias(Some("jo@b.test")),
        ]);
        assert_eq!(lookup.exact("Jo Doe"), None);
        assert_eq!(lookup.find("JO@b.test"), Match::Exact(two));
        assert_eq!(lookup.name(one), Some("Jo Doe"));
    }
}
