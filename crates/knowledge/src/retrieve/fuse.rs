//! From two rankings to one: reciprocal rank fusion, then how recent a passage is and how close to what is looked at. Pure.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// How little the difference between neighbours counts (Cormack, Clarke and Büttcher 2009).
const K: f64 = 60.0;
/// What the words and what the meaning count.
const WORDS: f64 = 1.0;
const MEANING: f64 = 1.0;
/// After so many days what happened counts half as recent.
const HALF: f64 = 180.0;
/// How much the most recent, and what stands on the record itself, is raised by.
const RECENT: f64 = 0.1;
const CLOSE: f64 = 0.5;
/// What is no nearer than this in meaning and has none of the words is no answer.
const LEAST: f64 = 0.2;

/// A passage that the actor may see, with what was measured.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub id: Uuid,
    /// Cosine distance: 0 is the same.
    pub distance: Option<f64>,
    /// What its words weigh.
    pub weight: Option<f64>,
    pub dated: DateTime<Utc>,
    /// Written to hold until it is changed: it does not age.
    pub lasting: bool,
    /// 1 on the record that is looked at, less beside it, else 0.
    pub closeness: f64,
}

/// The parts of a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct PassageScore {
    /// What passages are ordered by: greater is better.
    pub total: f64,
    /// Its place by words, from 1; null when it has none of them.
    pub words_rank: Option<u32>,
    /// Its place by meaning, from 1; null when it was not found by it.
    pub meaning_rank: Option<u32>,
    /// How near its meaning is to the question's: 1 is the same.
    pub similarity: Option<f64>,
    /// 1 for now, and half of it each 180 days; 1 for playbooks, templates and scripts.
    pub recency: f64,
    /// 1 on the record that `near` names, less beside it; 0.5 for what tells how a deal ended, where that is asked.
    pub closeness: f64,
}

/// Candidates in their order, each with its score.
#[must_use]
pub fn rank(candidates: Vec<Candidate>, now: DateTime<Utc>) -> Vec<(Candidate, PassageScore)> {
    let by_words = places(&candidates, |c| c.weight.filter(|w| *w > 0.0).map(|w| -w));
    let by_meaning = places(&candidates, |c| c.distance);
    let full = (WORDS + MEANING) / (K + 1.0);
    let mut ranked: Vec<_> = candidates
        .into_iter()
        .zip(by_words.into_iter().zip(by_meaning))
        .filter_map(|(candidate, (words_rank, meaning_rank))| {
            let similarity = candidate.distance.map(|distance| 1.0 - distance);
            if words_rank.is_none() && similarity.is_none_or(|near| near < LEAST) {
                return None;
            }
            let part = |rank: Option<u32>, weight: f64| rank.map_or(0.0, |rank| weight / (K + f64::from(rank)));
            let fused = (part(words_rank, WORDS) + part(meaning_rank, MEANING)) / full;
            let recency = if candidate.lasting { 1.0 } else { recency(candidate.dated, now) };
            let closeness = candidate.closeness;
            let total = fused * RECENT.mul_add(recency, 1.0) * CLOSE.mul_add(closeness, 1.0);
            Some((candidate, PassageScore { total, words_rank, meaning_rank, similarity, recency, closeness }))
        })
        .collect();
    ranked.sort_by(|(a, x), (b, y)| {
        y.total.total_cmp(&x.total).then_with(|| b.dated.cmp(&a.dated)).then_with(|| a.id.cmp(&b.id))
    });
    ranked
}

fn recency(dated: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    let days = i32::try_from((now - dated).num_days().max(0)).map_or(f64::from(i32::MAX), f64::from);
    0.5_f64.powf(days / HALF)
}

/// The place of each by a measure, the least first; equal measures have the same place.
fn places(candidates: &[Candidate], measure: impl Fn(&Candidate) -> Option<f64>) -> Vec<Option<u32>> {
    let mut measured: Vec<f64> = candidates.iter().filter_map(&measure).collect();
    measured.sort_by(f64::total_cmp);
    let place = |value: f64| u32::try_from(measured.partition_point(|other| other.total_cmp(&value).is_lt()) + 1).ok();
    candidates.iter().map(|c| measure(c).and_then(place)).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-06-01T00:00:00Z".parse().unwrap()
    }

    fn candidate(n: u128, distance: Option<f64>, weight: Option<f64>) -> Candidate {
        Candidate {
            id: Uuid::from_u128(n),
            distance,
            weight,
            dated: now() - TimeDelta::days(900),
            lasting: false,
            closeness: 0.0,
        }
    }

    fn order(candidates: Vec<Candidate>) -> Vec<u128> {
        rank(candidates, now()).into_iter().map(|(c, _)| c.id.as_u128()).collect()
    }

    #[test]
    fn what_both_find_comes_before_what_one_finds() {
        let all =
            vec![candidate(1, Some(0.2), None), candidate(2, Some(0.3), Some(4.0)), candidate(3, None, Some(9.0))];
        assert_eq!(order(all), [2, 1, 3]);
    }

    #[test]
    fn what_is_far_in_meaning_and_shares_no_word_is_no_answer() {
        assert_eq!(order(vec![candidate(1, Some(0.9), None), candidate(2, Some(0.9), Some(0.1))]), [2]);
        assert!(order(vec![candidate(1, None, Some(0.0))]).is_empty());
    }

    #[test]
    fn recency_and_closeness_decide_among_equals() {
        let old = candidate(1, Some(0.2), Some(1.0));
        let new = Candidate { id: Uuid::from_u128(2), dated: now(), ..old.clone() };
        let close = Candidate { id: Uuid::from_u128(3), closeness: 1.0, ..old.clone() };
        assert_eq!(order(vec![old, new, close]), [3, 2, 1]);
    }

    #[test]
    fn a_future_date_is_now() {
        assert!((recency(now() + TimeDelta::days(3), now()) - 1.0).abs() < f64::EPSILON);
        assert!((recency(now() - TimeDelta::days(180), now()) - 0.5).abs() < 1e-9);
    }
}
