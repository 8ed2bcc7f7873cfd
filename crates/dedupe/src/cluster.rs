//! Pairs to groups: what is one with the same third is one (union by size, with path halving).

/// Sets of places that are joined pair by pair.
#[derive(Debug)]
pub struct Clusters {
    parent: Vec<u32>,
    size: Vec<u32>,
    largest: u32,
}

impl Clusters {
    /// Each of `n` places for itself. No group grows beyond `largest`: a chain of near misses does not swallow everything.
    #[must_use]
    pub fn new(n: u32, largest: u32) -> Self {
        Self { parent: (0..n).collect(), size: (0..n).map(|_| 1).collect(), largest }
    }

    /// The place that stands for the group of `at`.
    pub fn root(&mut self, at: u32) -> u32 {
        let mut at = at;
        loop {
            let parent = value(&self.parent, at);
            if parent == at {
                return at;
            }
            let grand = value(&self.parent, parent);
            set(&mut self.parent, at, grand);
            at = grand;
        }
    }

    /// Joins two groups; false when they would be too large together.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return true;
        }
        let (x, y) = (value(&self.size, a), value(&self.size, b));
        if x.saturating_add(y) > self.largest {
            return false;
        }
        let (small, large) = if x < y { (a, b) } else { (b, a) };
        set(&mut self.parent, small, large);
        set(&mut self.size, large, x + y);
        true
    }

    /// The groups of at least two, each in order, the first place first.
    pub fn groups(&mut self) -> Vec<Vec<u32>> {
        let n = u32::try_from(self.parent.len()).unwrap_or(u32::MAX);
        let mut members: Vec<(u32, u32)> = (0..n).map(|at| (self.root(at), at)).collect();
        members.retain(|(root, _)| value(&self.size, *root) > 1);
        members.sort_unstable();
        let mut groups: Vec<Vec<u32>> =
            members.chunk_by(|a, b| a.0 == b.0).map(|group| group.iter().map(|(_, at)| *at).collect()).collect();
        groups.sort_unstable();
        groups
    }
}

fn value(of: &[u32], at: u32) -> u32 {
    usize::try_from(at).ok().and_then(|at| of.get(at)).copied().unwrap_or(at)
}

fn set(of: &mut [u32], at: u32, to: u32) {
    if let Some(slot) = usize::try_from(at).ok().and_then(|at| of.get_mut(at)) {
        *slot = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_one_with_the_same_is_one() {
        let mut clusters = Clusters::new(6, 3);
        assert!(clusters.join(0, 1) && clusters.join(4, 5) && clusters.join(1, 2));
        assert!(!clusters.join(2, 4), "too large together");
        assert_eq!(clusters.groups(), [vec![0, 1, 2], vec![4, 5]]);
    }
}
