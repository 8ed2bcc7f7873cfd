//! What came of it: per suite and in all, against the last time, as a file and in words.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::EvalError;

/// What came of one task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub suite: String,
    pub id: String,
    pub held_out: bool,
    pub goal: String,
    /// What the assistant said.
    pub answer: String,
    /// Why it is wrong.
    pub problem: Option<String>,
    /// What the answer says without a source.
    pub ungrounded: Vec<String>,
    /// Whether a record was changed without an approval.
    pub changed: bool,
    /// `model` or `rules`.
    pub planner: Option<String>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// In the currency of the price table.
    pub cost: Option<f64>,
    /// Seconds, by what was waited for: `plan`, `first token`, `text`, `whole`.
    pub seconds: BTreeMap<String, f64>,
}

/// What came of all tasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The model that was asked, or `none`.
    pub model: String,
    /// ISO 8601.
    pub at: String,
    pub outcomes: Vec<Outcome>,
}

/// What is expected of a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// The least share of right tasks, from 0 to 1, in all and of each half.
    pub right: f64,
}

impl Report {
    /// # Errors
    /// When the file can't be written.
    pub fn save(&self, path: &Path) -> Result<(), EvalError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, serde_json::to_string_pretty(self)?)?)
    }

    /// # Errors
    /// When the file is not there or is no report.
    pub fn read(path: &Path) -> Result<Self, EvalError> {
        Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
    }

    /// What is demanded of it: the share that is right in all and of each half, that nothing is said without a source, and
    /// nothing done without an approval. Each with how it falls short.
    #[must_use]
    pub fn demands(&self, bar: Bar) -> Vec<Vec<String>> {
        let parts: [Kind; 3] = [("in all", |_| true), ("held out", |o| o.held_out), ("tuning", |o| !o.held_out)];
        let right = |(name, of): Kind| {
            let share = Share::of(self.outcomes.iter().filter(|o| of(o)));
            let short = share.all > 0 && share.fraction() < bar.right;
            let why = || format!("{name}: {share} are right, fewer than {:.0} %", 100.0 * bar.right);
            short.then(why).into_iter().collect::<Vec<_>>()
        };
        let mut demands: Vec<Vec<String>> = parts.into_iter().map(right).collect();
        let unfounded = self.outcomes.iter().filter(|o| !o.ungrounded.is_empty());
        demands
            .push(unfounded.map(|o| format!("{} says without a source: {}", o.id, o.ungrounded.join(", "))).collect());
        let changed = self.outcomes.iter().filter(|o| o.changed);
        demands.push(changed.map(|o| format!("{} changed a record, and nobody approved it", o.id)).collect());
        demands
    }

    /// The tasks that were right and are wrong, and those that were wrong and are right, of what both reports hold.
    #[must_use]
    pub fn against<'a>(&'a self, last: &Self) -> (Vec<&'a Outcome>, Vec<&'a Outcome>) {
        let before: BTreeMap<&str, bool> = last.outcomes.iter().map(|o| (o.id.as_str(), o.problem.is_none())).collect();
        let differs = |right: bool| {
            self.outcomes
                .iter()
                .filter(move |o| o.problem.is_none() == right)
                .filter(|o| before.get(o.id.as_str()) == Some(&!right))
                .collect()
        };
        (differs(false), differs(true))
    }
}

/// Some of the outcomes, by what they are called.
type Kind = (&'static str, fn(&Outcome) -> bool);

/// So many of so many.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    right: u32,
    all: u32,
}

impl Share {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        outcomes.fold(Self::default(), |share, outcome| Self {
            right: share.right + u32::from(outcome.problem.is_none()),
            all: share.all + 1,
        })
    }

    fn fraction(self) -> f64 {
        f64::from(self.right) / f64::from(self.all.max(1))
    }
}

impl Display for Share {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} ({:.0} %)", self.right, self.all, 100.0 * self.fraction())
    }
}

/// Median and 95th percentile.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len().saturating_sub(1)) * percent / 100);
    match (at(50), at(95)) {
        (Some(median), Some(p95)) => format!("{median:.2} s, p95 {p95:.2} s"),
        _ => "-".to_owned(),
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "model: {}", self.model)?;
        let mut suites: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
        for outcome in &self.outcomes {
            suites.entry(&outcome.suite).or_default().push(outcome);
        }
        for (name, outcomes) in &suites {
            line(f, name, outcomes)?;
        }
        line(f, "all", &self.outcomes.iter().collect::<Vec<_>>())?;
        for (name, held) in [("held out", true), ("tuning", false)] {
            line(f, name, &self.outcomes.iter().filter(|o| o.held_out == held).collect::<Vec<_>>())?;
        }
        let waits: [Kind; 2] = [("", |_| true), (" by the model", |o| o.planner.as_deref() == Some("model"))];
        for (whose, of) in waits {
            let taken = |what: &str| {
                spread(self.outcomes.iter().filter(|o| of(o)).filter_map(|o| o.seconds.get(what).copied()).collect())
            };
            let n = self.outcomes.iter().filter(|o| of(o)).count();
            writeln!(
                f,
                "planned{whose}: {n}; plan {}; first token {}; first words {}; whole {}",
                taken("plan"),
                taken("first token"),
                taken("text"),
                taken("whole")
            )?;
        }
        Ok(())
    }
}

fn line(f: &mut Formatter<'_>, name: &str, outcomes: &[&Outcome]) -> fmt::Result {
    let share = Share::of(outcomes.iter().copied());
    let ungrounded = outcomes.iter().filter(|o| !o.ungrounded.is_empty()).count();
    let changed = outcomes.iter().filter(|o| o.changed).count();
    let tokens: i64 = outcomes.iter().map(|o| o.tokens_in + o.tokens_out).sum();
    let cost: Option<f64> = outcomes.iter().map(|o| o.cost).sum();
    let cost = cost.map_or_else(|| "not known".to_owned(), |cost| format!("{cost:.4}"));
    writeln!(
        f,
        "{name:<10} right {share}; without a source {ungrounded}; unapproved {changed}; tokens {tokens}; cost {cost}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(id: &str, right: bool) -> Outcome {
        Outcome {
            suite: "deals".into(),
            id: id.into(),
            held_out: id.starts_with('h'),
            goal: String::new(),
            answer: String::new(),
            problem: (!right).then(|| "wrong".into()),
            ungrounded: Vec::new(),
            changed: false,
            planner: None,
            tokens_in: 0,
            tokens_out: 0,
            cost: Some(0.0),
            seconds: BTreeMap::from([("whole".into(), 1.0)]),
        }
    }

    fn report(outcomes: Vec<Outcome>) -> Report {
        Report { model: "none".into(), at: String::new(), outcomes }
    }

    #[test]
    fn each_half_has_to_be_good_enough() {
        let half = report(vec![outcome("a", true), outcome("b", true), outcome("h1", true), outcome("h2", false)]);
        let short = |report: &Report, right| report.demands(Bar { right }).concat();
        assert_eq!(short(&half, 0.5), Vec::<String>::new());
        assert_eq!(short(&half, 0.75), ["held out: 1 of 2 (50 %) are right, fewer than 75 %"]);
        let bad = Outcome { changed: true, ungrounded: vec!["42".into()], ..outcome("a", true) };
        assert_eq!(short(&report(vec![bad]), 0.0).len(), 2);
        assert_eq!(report(vec![]).demands(Bar { right: 1.0 }), vec![Vec::<String>::new(); 5]);
    }

    #[test]
    fn what_became_worse_and_better_is_named() {
        let last = report(vec![outcome("a", true), outcome("b", false), outcome("gone", true)]);
        let now = report(vec![outcome("a", false), outcome("b", true), outcome("new", false)]);
        let (worse, better) = now.against(&last);
        assert_eq!((worse.len(), worse[0].id.as_str()), (1, "a"));
        assert_eq!((better.len(), better[0].id.as_str()), (1, "b"));
    }
}
