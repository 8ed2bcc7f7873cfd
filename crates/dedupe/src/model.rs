//! Evidence. For each field and level, `m` is how often records of one entity agree so, `u` how often others do; the
//! logarithm of m/u to base 2 is what the level weighs, in bits, and weights add up (Fellegi and Sunter 1969). A value that
//! many records have weighs less than a rare one. `m` can be learned without labels by expectation and maximisation, with
//! `u` from pairs taken at random (Winkler 1988, Linacre et al. 2022).

use std::collections::HashMap;

use crate::compare::{Level, Pattern, compare};
use crate::record::{Field, Record};
use crate::text::hash;

type Table = [[f32; Level::COUNT]; Field::COUNT];

/// What makes up a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    pub field: Field,
    pub level: Level,
    /// In bits; negative when it speaks against.
    pub weight: f32,
}

impl Reason {
    /// Such as "same e-mail".
    #[must_use]
    pub fn words(&self) -> String {
        let what = self.field.words();
        if self.field == Field::Order {
            return if self.level == Level::Same { "names the same way round".into() } else { "names swapped".into() };
        }
        match self.level {
            Level::Same => format!("same {what}"),
            Level::Alike if self.field == Field::Given => "nickname or initial".into(),
            Level::Alike => format!("{what} the same but for its form"),
            Level::Close => format!("nearly the same {what}"),
            Level::Loose => format!("similar {what}"),
            Level::Different => format!("different {what}"),
        }
    }
}

/// The evidence that two records are one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// In bits, over all fields and what is expected before.
    pub bits: f32,
    pub reasons: Vec<Reason>,
}

impl Score {
    /// Between 0 and 1.
    #[must_use]
    pub fn probability(&self) -> f32 {
        probability(self.bits)
    }
}

/// The probability that so many bits stand for.
#[must_use]
pub fn probability(bits: f32) -> f32 {
    1.0 / (1.0 + (-bits.clamp(-60.0, 60.0)).exp2())
}

/// How much each agreement weighs.
#[derive(Clone, Debug)]
pub struct Model {
    m: Table,
    u: Table,
    /// Bits before any comparison: negative, since most pairs are two.
    pub prior: f32,
    /// How often a value occurs among all, for the fields whose values differ much in that.
    shares: HashMap<u64, f32>,
}

impl Model {
    /// A model for people: contacts and leads. Its weights are set, not learned: they hold with the first record.
    #[must_use]
    pub fn people() -> Self {
        Self::priors(-9.0)
    }

    /// A model for companies.
    #[must_use]
    pub fn companies() -> Self {
        let mut model = Self::priors(-7.0);
        model.set(Field::Company, [0.74, 0.1, 0.1, 0.045, 0.015], [0.0008, 0.0005, 0.0015, 0.01, 0.9872]);
        model.set(Field::Domain, [0.8, 0.06, 0.03, 0.02, 0.09], [0.0005, 0.0004, 0.0005, 0.004, 0.9946]);
        model
    }

    fn priors(prior: f32) -> Self {
        let flat = [[1.0; Level::COUNT]; Field::COUNT];
        let mut model = Self { m: flat, u: flat, prior, shares: HashMap::new() };
        let rows = [
            (Field::Given, [0.72, 0.14, 0.08, 0.02, 0.04], [0.008, 0.012, 0.01, 0.03, 0.94]),
            (Field::Family, [0.84, 0.03, 0.07, 0.02, 0.04], [0.002, 0.002, 0.006, 0.02, 0.97]),
            (Field::Company, [0.66, 0.09, 0.1, 0.05, 0.1], [0.004, 0.002, 0.004, 0.02, 0.97]),
            (Field::Email, [0.7, 0.01, 0.06, 0.05, 0.18], [0.0002, 0.0002, 0.0006, 0.03, 0.969]),
            (Field::Domain, [0.72, 0.05, 0.03, 0.03, 0.17], [0.004, 0.002, 0.001, 0.008, 0.985]),
            (Field::Phone, [0.6, 0.08, 0.04, 0.06, 0.22], [0.0004, 0.0004, 0.0006, 0.004, 0.9946]),
            (Field::House, [0.8, 0.01, 0.07, 0.02, 0.1], [0.02, 0.01, 0.1, 0.05, 0.82]),
            (Field::Street, [0.62, 0.14, 0.1, 0.06, 0.08], [0.0008, 0.0006, 0.002, 0.03, 0.9666]),
            (Field::City, [0.72, 0.1, 0.06, 0.02, 0.1], [0.06, 0.02, 0.01, 0.02, 0.89]),
            (Field::Postcode, [0.8, 0.01, 0.08, 0.03, 0.08], [0.005, 0.001, 0.01, 0.03, 0.954]),
            (Field::Region, [0.85, 0.02, 0.04, 0.01, 0.08], [0.2, 0.02, 0.04, 0.02, 0.72]),
            (Field::Birth, [0.86, 0.06, 0.03, 0.02, 0.03], [0.0003, 0.002, 0.004, 0.03, 0.9637]),
            (Field::Identifier, [0.93, 0.005, 0.04, 0.01, 0.015], [0.0001, 0.0001, 0.0005, 0.002, 0.9973]),
            (Field::Order, [0.97, 0.005, 0.005, 0.005, 0.015], [0.97, 0.0005, 0.0005, 0.0005, 0.0285]),
        ];
        for (field, m, u) in rows {
            model.set(field, m, u);
        }
        model
    }

    fn set(&mut self, field: Field, m: [f32; Level::COUNT], u: [f32; Level::COUNT]) {
        for (table, row) in [(&mut self.m, m), (&mut self.u, u)] {
            if let Some(slot) = table.get_mut(field.index()) {
                *slot = row;
            }
        }
    }

    /// What a level weighs, whatever the value.
    #[must_use]
    pub fn weight(&self, field: Field, level: Level) -> f32 {
        (at(&self.m, field, level) / at(&self.u, field, level)).log2()
    }

    /// The evidence for a pattern, without its reasons and without a look at how rare values are.
    #[must_use]
    pub fn bits(&self, pattern: &Pattern) -> f32 {
        let known = Field::ALL.into_iter().zip(pattern).filter_map(|(field, level)| Some((field, (*level)?)));
        self.prior + known.map(|(field, level)| self.weight(field, level)).sum::<f32>()
    }

    /// The evidence that two records are one.
    #[must_use]
    pub fn score(&self, a: &Record, b: &Record) -> Score {
        let pattern = compare(a, b);
        let mut score = Score { bits: self.prior, reasons: Vec::with_capacity(8) };
        for (field, level) in Field::ALL.into_iter().zip(pattern) {
            let Some(level) = level else { continue };
            let weight = self.weight_of(field, level, a);
            score.bits += weight;
            if field != Field::Order || level != Level::Same || weight.abs() > 0.05 {
                score.reasons.push(Reason { field, level, weight });
            }
        }
        score
    }

    /// As `score`, without reasons.
    #[must_use]
    pub fn bits_of(&self, a: &Record, b: &Record) -> f32 {
        let pattern = compare(a, b);
        let known = Field::ALL.into_iter().zip(pattern).filter_map(|(field, level)| Some((field, level?)));
        self.prior + known.map(|(field, level)| self.weight_of(field, level, a)).sum::<f32>()
    }

    fn weight_of(&self, field: Field, level: Level, a: &Record) -> f32 {
        let plain = self.weight(field, level);
        if level != Level::Same || self.shares.is_empty() {
            return plain;
        }
        let share = a.get(field).and_then(|value| self.shares.get(&hash(&[field.as_str(), value])));
        match share {
            Some(share) => plain.min((at(&self.m, field, level) / share.max(1e-6)).log2()).max(plain - 6.0),
            None => plain,
        }
    }

    /// Learns which values are so common that agreeing on them says less. Only these are kept: memory stays bounded by what
    /// is more frequent than the model expects of any value.
    pub fn learn_shares<'a>(&mut self, records: impl Iterator<Item = &'a Record>) {
        let mut counts: HashMap<u64, (Field, usize)> = HashMap::new();
        let mut totals = [0_usize; Field::COUNT];
        for record in records {
            for field in
                [Field::Given, Field::Family, Field::Company, Field::City, Field::Email, Field::Phone, Field::Domain]
            {
                let (Some(value), Some(total)) = (record.get(field), totals.get_mut(field.index())) else { continue };
                *total += 1;
                counts.entry(hash(&[field.as_str(), value])).or_insert((field, 0)).1 += 1;
            }
        }
        for (key, (field, count)) in counts {
            let share = crate::share(count, totals.get(field.index()).copied().unwrap_or(0));
            if count > 4 && share > at(&self.u, field, Level::Same) {
                self.shares.insert(key, share);
            }
        }
    }

    /// Learns from patterns of pairs, each with how often it occurs, without being told which pairs are one: `random`
    /// gives `u`, `pairs` then `m` and the prior.
    pub fn learn(&mut self, random: &HashMap<Pattern, usize>, pairs: &HashMap<Pattern, usize>) {
        let (mut expected, mut weighed) = ([[0.0; Level::COUNT]; Field::COUNT], 0.0);
        for (pattern, count) in random {
            let n = crate::share(*count, 1);
            weighed += n;
            add(&mut expected, pattern, n);
        }
        if weighed > 0.0 {
            self.u = normal(&expected, &self.u, 2.0);
        }
        let begun = self.m;
        let total: f32 = pairs.values().map(|n| crate::share(*n, 1)).sum();
        for _ in 0..40 {
            let (mut expected, mut matches) = ([[0.0; Level::COUNT]; Field::COUNT], 0.0);
            for (pattern, count) in pairs {
                let p = probability(self.bits(pattern)) * crate::share(*count, 1);
                matches += p;
                add(&mut expected, pattern, p);
            }
            self.m = normal(&expected, &begun, 4.0);
            let lambda = (matches / total.max(1.0)).clamp(1e-7, 0.5);
            self.prior = (lambda / (1.0 - lambda)).log2();
        }
    }
}

fn at(table: &Table, field: Field, level: Level) -> f32 {
    table.get(field.index()).and_then(|row| row.get(level.index())).copied().unwrap_or(1.0)
}

fn add(table: &mut Table, pattern: &Pattern, by: f32) {
    for (row, level) in table.iter_mut().zip(pattern) {
        if let Some(slot) = level.and_then(|l| row.get_mut(l.index())) {
            *slot += by;
        }
    }
}

/// Counts as shares, begun with what was believed before, as if seen `weight` times.
fn normal(counts: &Table, before: &Table, weight: f32) -> Table {
    let mut out = *before;
    for ((row, counts), before) in out.iter_mut().zip(counts).zip(before) {
        let sum: f32 = counts.iter().sum::<f32>() + weight;
        let scale: f32 = before.iter().sum();
        for ((slot, count), before) in row.iter_mut().zip(counts).zip(before) {
            *slot = (count + weight * before / scale) / sum;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_sum_of_its_reasons() {
        let of = |g, f, e| Record::of([(Field::Given, g), (Field::Family, f), (Field::Email, e)], "");
        let model = Model::people();
        let score = model.score(&of("Bob", "Miller", "bob@acme.com"), &of("Robert", "Miller", "bob@acme.com"));
        assert!(score.probability() > 0.9, "{score:?}");
        assert!((score.bits - model.prior - score.reasons.iter().map(|r| r.weight).sum::<f32>()).abs() < 1e-3);
        assert!(score.reasons.iter().any(|r| r.words() == "same e-mail" && r.weight > 9.0));
        let other = model.score(&of("Bob", "Miller", "bob@acme.com"), &of("Ann", "Jones", "ann@acme.com"));
        assert!(other.probability() < 0.01, "{other:?}");
    }

    #[test]
    fn common_values_weigh_less() {
        let of = |f: &str| Record::of([(Field::Family, f)], "");
        let many: Vec<Record> = (0..100).map(|i| of(if i < 50 { "smith" } else { "x" })).collect();
        let mut model = Model::people();
        let before = model.bits_of(&of("smith"), &of("smith"));
        model.learn_shares(many.iter());
        assert!(model.bits_of(&of("smith"), &of("smith")) < before - 3.0);
    }
}
