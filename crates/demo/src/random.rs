//! A small generator of repeatable chance (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
//! generators", 2014). Good enough to look like life; never for secrets.

/// The same seed gives the same sequence on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// A sequence of its own for the item at `index`, so that any part of a large set can be made alone.
    pub fn at(seed: u64, index: u64) -> Self {
        let mut random = Random(seed ^ index.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.draw();
        random
    }

    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to but not including `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.draw()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A position in a list of `len`.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(u64::try_from(len).unwrap_or(0))).unwrap_or(0)
    }

    /// Both ends included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to.saturating_sub(from)).unwrap_or(0).saturating_add(1);
        from.saturating_add(i64::try_from(self.below(span)).unwrap_or(0))
    }

    /// From 0 up to but not including 1.
    pub fn unit(&mut self) -> f64 {
        let high = u32::try_from(self.draw() >> 32).unwrap_or(0);
        f64::from(high) / 4_294_967_296.0
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A position in a list of `len` where early ones come more often: half of all in about the first
    /// `0.5^power` of the list.
    pub fn skewed(&mut self, len: usize, power: f64) -> usize {
        let steps = 1 << 20;
        let share = self.unit().powf(power);
        let scaled = (0..20).fold((0_u64, share), |(sum, share), _| {
            let doubled = share * 2.0;
            if doubled >= 1.0 { (sum * 2 + 1, doubled - 1.0) } else { (sum * 2, doubled) }
        });
        let len = u64::try_from(len).unwrap_or(0);
        usize::try_from(scaled.0 * len / steps).unwrap_or(0)
    }

    /// One of the items; `fallback` when there is none.
    pub fn pick<T: Copy>(&mut self, items: &[T], fallback: T) -> T {
        let index = self.index(items.len());
        items.get(index).copied().unwrap_or(fallback)
    }

    /// One of the words; empty when there is none.
    pub fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.pick(words, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_repeats_and_stays_within_bounds() {
        let draw =
            |seed| (0..50).map(|_| 0).scan(Random::new(seed), |random, _: i32| Some(random.draw())).collect::<Vec<_>>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let mut random = Random::new(7);
        for _ in 0..10_000 {
            assert!(random.below(3) < 3);
            assert!((-2..=2).contains(&random.between(-2, 2)));
            assert!((0.0..1.0).contains(&random.unit()));
            assert!(random.skewed(400, 2.5) < 400);
        }
        assert_eq!(random.index(0), 0);
        let low = (0..10_000).filter(|_| random.skewed(100, 2.0) < 25).count();
        assert!((4_500..5_500).contains(&low), "{low}");
    }
}
