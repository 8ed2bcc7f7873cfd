//! Which pairs are worth a comparison. Each pass gives a record at most one key; records that share one are a block. A
//! block that is too large is parted by a second key, and what is still too large is sorted and compared with its
//! neighbours: nothing is left out silently, `Stats` counts it. A pair is given once, by the first pass that finds it.
//! Memory is 8 bytes a record and pass, and 16 a record.

use std::num::NonZeroU64;

use crate::company;
use crate::point;
use crate::record::{Field, Record};
use crate::sound;
use crate::text::hash;

/// A way to find records that may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    Email,
    Phone,
    Identifier,
    /// The sounds of both names, whichever comes first.
    Names,
    /// The last name's sound with the first letter of the first, and the company or the city.
    Family,
    /// The mailbox before the @, if it is long enough to be somebody's.
    Mailbox,
    Birth,
    /// The company's telling words as they sound.
    Company,
    Domain,
    Address,
    /// The first name with the day of birth's year and month.
    Given,
}

impl Pass {
    /// For contacts and leads.
    pub const PEOPLE: &[Self] = &[Self::Email, Self::Phone, Self::Names, Self::Family, Self::Mailbox];
    pub const COMPANIES: &[Self] = &[Self::Domain, Self::Phone, Self::Company, Self::Address];
    /// What there is, for data that has more than a CRM keeps.
    pub const ALL: &[Self] = &[
        Self::Email,
        Self::Phone,
        Self::Identifier,
        Self::Names,
        Self::Family,
        Self::Mailbox,
        Self::Birth,
        Self::Company,
        Self::Domain,
        Self::Address,
        Self::Given,
    ];

    /// The key of a record, if it has what this pass looks at.
    #[must_use]
    pub fn key(self, r: &Record) -> Option<u64> {
        Some(match self {
            Self::Email => hash(&["e", r.get(Field::Email)?]),
            Self::Phone => hash(&["p", tail(r.get(Field::Phone)?, 8)]),
            Self::Identifier => hash(&["i", r.get(Field::Identifier)?]),
            Self::Names => {
                let (given, family) = (sounds(r.get(Field::Given)?), sounds(r.get(Field::Family)?));
                let (a, b) = if given < family { (given, family) } else { (family, given) };
                hash(&["n", &a, &b])
            }
            Self::Family => {
                let place = r.get(Field::Company).or_else(|| r.get(Field::City))?;
                hash(&["f", &sounds(r.get(Field::Family)?), &sounds(place)])
            }
            Self::Mailbox => hash(&["m", r.get(Field::Email)?.split('@').next().filter(|local| local.len() >= 7)?]),
            Self::Birth => hash(&["b", r.get(Field::Birth)?]),
            Self::Company => {
                let mut words: Vec<String> =
                    r.get(Field::Company)?.split(' ').map(sound::key).filter(|k| !k.is_empty()).collect();
                words.sort_unstable();
                words.truncate(3);
                hash(&["c", &words.concat()])
            }
            Self::Domain => hash(&["d", point::domain_stem(r.get(Field::Domain)?)]),
            Self::Address => {
                let street = r.get(Field::Street)?;
                hash(&["a", street, r.get(Field::Postcode).or_else(|| r.get(Field::City)).unwrap_or_default()])
            }
            Self::Given => hash(&["g", head(r.get(Field::Given)?, 3), r.get(Field::Birth)?.get(..6)?]),
        })
    }

    /// What parts a block that is too large.
    fn second(self, r: &Record) -> u64 {
        let get = |field| r.get(field).unwrap_or_default();
        match self {
            Self::Names | Self::Family | Self::Mailbox => {
                hash(&[get(Field::Given), get(Field::Company), get(Field::City)])
            }
            Self::Company | Self::Domain => hash(&[get(Field::City), get(Field::Company)]),
            _ => hash(&[head(get(Field::Given), 1), &sounds(get(Field::Family)), &sounds(get(Field::Company))]),
        }
    }
}

fn sounds(name: &str) -> String {
    sound::key(&company::core(name).replace(' ', ""))
}

fn head(text: &str, n: usize) -> &str {
    text.get(..n).unwrap_or(text)
}

fn tail(text: &str, n: usize) -> &str {
    text.get(text.len().saturating_sub(n)..).unwrap_or(text)
}

/// How the pairs came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub blocks: usize,
    /// Blocks that were parted by a second key.
    pub parted: usize,
    /// Blocks that were too large after that too, in which each record was compared with its neighbours.
    pub windowed: usize,
    pub pairs: usize,
}

/// The largest block in which each record is compared with each.
pub const LARGEST: usize = 60;
/// How many neighbours a record is compared with where a block is larger.
pub const NEIGHBOURS: usize = 12;

/// Gives each pair of places in `records` that shares a key, once, the smaller place first.
pub fn pairs(records: &[Record], passes: &[Pass], mut give: impl FnMut(u32, u32)) -> Stats {
    let mut stats = Stats::default();
    let mut found_by: Vec<Vec<Option<NonZeroU64>>> = Vec::with_capacity(passes.len());
    for pass in passes {
        let of_pass: Vec<_> = records.iter().map(|r| pass.key(r).and_then(NonZeroU64::new)).collect();
        let mut keys: Vec<(u64, u32)> = Vec::with_capacity(records.len());
        keys.extend((0_u32..).zip(&of_pass).filter_map(|(at, key)| Some(((*key)?.get(), at))));
        keys.sort_unstable();
        for block in keys.chunk_by(|a, b| a.0 == b.0).filter(|block| block.len() > 1) {
            stats.blocks += 1;
            let mut once = |a: u32, b: u32| {
                let key = |keys: &Vec<Option<NonZeroU64>>, at| keys.get(usize::try_from(at).ok()?).copied().flatten();
                if !found_by.iter().any(|keys| key(keys, a).is_some_and(|k| key(keys, b) == Some(k))) {
                    stats.pairs += 1;
                    give(a.min(b), a.max(b));
                }
            };
            if block.len() <= LARGEST {
                all(block, &mut once);
                continue;
            }
            stats.parted += 1;
            let mut second: Vec<(u64, u32)> =
                block.iter().filter_map(|(_, at)| Some((pass.second(get(records, *at)?), *at))).collect();
            second.sort_unstable();
            for part in second.chunk_by(|a, b| a.0 == b.0) {
                if part.len() <= LARGEST {
                    all(part, &mut once);
                } else {
                    stats.windowed += 1;
                    window(part, &mut once);
                }
            }
            // What the second key parted may still be one: neighbours across its parts.
            let mut order: Vec<(u64, u32)> = block.to_vec();
            order.sort_by(|a, b| spelling(records, a.1).cmp(&spelling(records, b.1)));
            window(&order, &mut once_across(&second, &mut once));
        }
        found_by.push(of_pass);
    }
    stats
}

/// Pairs of parts that differ: those of one part were given.
fn once_across<'a>(parts: &[(u64, u32)], give: &'a mut impl FnMut(u32, u32)) -> impl FnMut(u32, u32) + 'a {
    let part: std::collections::HashMap<u32, u64> = parts.iter().map(|(key, at)| (*at, *key)).collect();
    move |a, b| {
        if part.get(&a) != part.get(&b) {
            give(a, b);
        }
    }
}

fn get(records: &[Record], at: u32) -> Option<&Record> {
    records.get(usize::try_from(at).ok()?)
}

fn spelling(records: &[Record], at: u32) -> [Option<&str>; 4] {
    let field = |f| get(records, at).and_then(|r| r.get(f));
    [field(Field::Family), field(Field::Given), field(Field::Company), field(Field::Email)]
}

fn all(block: &[(u64, u32)], give: &mut impl FnMut(u32, u32)) {
    for (nth, (_, a)) in block.iter().enumerate() {
        for (_, b) in block.get(nth + 1..).unwrap_or_default() {
            give(*a, *b);
        }
    }
}

fn window(block: &[(u64, u32)], give: &mut impl FnMut(u32, u32)) {
    for (nth, (_, a)) in block.iter().enumerate() {
        for (_, b) in block.get(nth + 1..).unwrap_or_default().iter().take(NEIGHBOURS) {
            give(*a, *b);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn person(given: &str, family: &str, email: &str) -> Record {
        Record::of([(Field::Given, given), (Field::Family, family), (Field::Email, email)], "")
    }

    #[test]
    fn pairs_are_found_once() {
        let records = [
            person("Noah", "Watson", "noah.watson@acme.com"),
            person("Watson", "Noah", "noah.watson@acme.com"),
            person("Noa", "Wattson", "nw@other.com"),
            person("Ann", "Miller", "ann@acme.com"),
        ];
        let mut found = Vec::new();
        let stats = pairs(&records, Pass::PEOPLE, |a, b| found.push((a, b)));
        found.sort_unstable();
        assert_eq!(found, [(0, 1), (0, 2), (1, 2)]);
        assert_eq!(stats.pairs, 3);
    }

    #[test]
    fn a_large_block_is_parted_not_dropped() {
        let mut records: Vec<Record> =
            (0..500).map(|i| person(&format!("Ann{}", i % 7), "Miller", "info@acme.com")).collect();
        records.push(person("Zoe", "Zwick", "info@acme.com"));
        records.push(person("Zoe", "Zwick", "info@acme.com"));
        let mut found = HashSet::new();
        let stats = pairs(&records, &[Pass::Email], |a, b| assert!(found.insert((a, b))));
        assert!(found.contains(&(500, 501)));
        assert_eq!((stats.blocks, stats.parted), (1, 1));
        assert!(stats.pairs < 500 * 40, "{stats:?}");
    }
}
