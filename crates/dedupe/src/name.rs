//! Names of several words: which word of one stands for which of the other, and what is left over.

use crate::sound;
use crate::text::likeness;

/// More words than this are not looked at: a name has fewer, and the work grows with their product.
const MOST_WORDS: usize = 16;

/// The words of two names in pairs, and those that found none.
#[derive(Debug, Default)]
pub struct Alignment {
    /// How alike the words of each pair are, and the weight of the pair.
    pub pairs: Vec<(f32, f32)>,
    /// The weights of the words that only one of the names has.
    pub left: Vec<f32>,
    pub right: Vec<f32>,
}

impl Alignment {
    /// Pairs the words greedily, the most alike first.
    #[must_use]
    pub fn of(a: &[&str], b: &[&str], alike: impl Fn(&str, &str) -> f32, weight: impl Fn(&str) -> f32) -> Self {
        let (a, b) = (a.get(..MOST_WORDS.min(a.len())).unwrap_or(a), b.get(..MOST_WORDS.min(b.len())).unwrap_or(b));
        let mut all: Vec<(f32, usize, usize)> = Vec::with_capacity(a.len() * b.len());
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                let s = alike(x, y);
                if s > 0.0 {
                    all.push((s, i, j));
                }
            }
        }
        all.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
        let (mut used_a, mut used_b) = (0_u32, 0_u32);
        let mut out = Self::default();
        for (s, i, j) in all {
            if used_a >> i & 1 == 0 && used_b >> j & 1 == 0 {
                used_a |= 1 << i;
                used_b |= 1 << j;
                let (x, y) = (a.get(i).copied().unwrap_or_default(), b.get(j).copied().unwrap_or_default());
                out.pairs.push((s, weight(x).min(weight(y))));
            }
        }
        out.left = leftover(a, used_a, &weight);
        out.right = leftover(b, used_b, &weight);
        out
    }

    /// Between 0 and 1. Words that differ on both sides count `both` times, words that one side has more `more` times.
    #[must_use]
    pub fn score(&self, both: f32, more: f32) -> f32 {
        let matched: f32 = self.pairs.iter().map(|(s, w)| s * w).sum();
        let missed: f32 = self.pairs.iter().map(|(s, w)| (1.0 - s) * w).sum();
        let (l, r): (f32, f32) = (self.left.iter().sum(), self.right.iter().sum());
        let against = missed + both * l.min(r) + more * (l - r).abs();
        if matched <= 0.0 { 0.0 } else { matched / (matched + against) }
    }
}

fn leftover(words: &[&str], used: u32, weight: &impl Fn(&str) -> f32) -> Vec<f32> {
    words.iter().enumerate().filter(|(i, _)| used >> i & 1 == 0).map(|(_, w)| weight(w)).collect()
}

/// How alike two words are when one may be misspelt: 0 for what is another word.
#[must_use]
pub fn misspelt(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    if a.starts_with(|c: char| c.is_ascii_digit()) || b.starts_with(|c: char| c.is_ascii_digit()) {
        return 0.0;
    }
    let s = likeness(a, b);
    if s >= 0.6 && sound::key(a) == sound::key(b) {
        return s.max(0.9);
    }
    if s >= 0.65 { s } else { 0.0 }
}
