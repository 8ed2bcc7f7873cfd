//! Versions of a prompt beside each other, with how sure one can be.
//!
//! Shares come with their interval at 95 % (E. B. Wilson, Journal of the American Statistical Association 22, 1927). Two versions are said to
//! differ where their intervals do not touch, which errs on the side of saying nothing.

use serde::Serialize;
use utoipa::ToSchema;

use super::QualityRow;

/// Fewer than these on either side say nothing.
const FEWEST: i64 = 30;
/// Of the normal distribution, for 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A share, and where the true one is in 95 of 100 cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ShareInterval)]
pub struct Interval {
    pub count: i64,
    pub of: i64,
    /// From 0 to 1; null of nothing.
    pub share: Option<f64>,
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Of `count` out of `of`.
    #[must_use]
    pub fn wilson(count: i64, of: i64) -> Self {
        if of <= 0 {
            return Self { count, of, share: None, low: 0.0, high: 1.0 };
        }
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let (count_, n) = (count.clamp(0, of) as f64, of as f64);
        let (p, z2) = (count_ / n, Z * Z);
        let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        Self { count, of, share: Some(p), low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ComparedMeasure)]
pub enum Measure {
    /// Runs that did not fail.
    Succeeded,
    /// Sentences that a result supports.
    Grounded,
    /// Of the proposals that somebody decided on.
    Accepted,
    /// Of the answers that somebody judged.
    Useful,
}

/// How the second is to the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ComparedVerdict)]
pub enum Verdict {
    TooFew,
    /// One can't tell them apart.
    Same,
    Better,
    Worse,
}

/// One measure of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct Compared {
    pub measure: Measure,
    pub first: Interval,
    pub second: Interval,
    pub verdict: Verdict,
}

/// Two versions of one prompt.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = PromptComparison)]
pub struct Comparison {
    /// The name of the prompt.
    pub prompt: String,
    /// The version that had most runs.
    pub first: String,
    pub second: String,
    pub measures: Vec<Compared>,
}

fn compared(measure: Measure, first: Interval, second: Interval) -> Compared {
    let verdict = if first.of < FEWEST || second.of < FEWEST {
        Verdict::TooFew
    } else if second.low > first.high {
        Verdict::Better
    } else if second.high < first.low {
        Verdict::Worse
    } else {
        Verdict::Same
    };
    Compared { measure, first, second, verdict }
}

fn measure(row: &QualityRow, measure: Measure) -> Interval {
    let of = &row.measured;
    match measure {
        Measure::Succeeded => Interval::wilson(of.runs - of.failed, of.runs),
        Measure::Grounded => Interval::wilson(of.sentences - of.unsupported, of.sentences),
        Measure::Accepted => Interval::wilson(of.approved, of.approved + of.rejected),
        Measure::Useful => Interval::wilson(of.useful, of.useful + of.not_useful),
    }
}

/// Each version of a prompt beside the one of it that had most runs. A version is named `<prompt>-<number>`.
#[must_use]
pub fn versions(rows: &[QualityRow]) -> Vec<Comparison> {
    let mut sorted: Vec<(&str, &QualityRow)> =
        rows.iter().filter_map(|row| Some((row.key.rsplit_once('-')?.0, row))).collect();
    sorted.sort_by(|a, b| a.0.cmp(b.0).then(b.1.measured.runs.cmp(&a.1.measured.runs)));
    let mut all = Vec::new();
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let Some(((prompt, first), others)) = group.split_first() else { continue };
        all.extend(others.iter().map(|(_, second)| {
            Comparison {
                prompt: (*prompt).to_owned(),
                first: first.key.clone(),
                second: second.key.clone(),
                measures: [Measure::Succeeded, Measure::Grounded, Measure::Accepted, Measure::Useful]
                    .map(|of| compared(of, measure(first, of), measure(second, of)))
                    .to_vec(),
            }
        }));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::RunsMeasured;

    #[test]
    fn intervals_are_wilsons() {
        // Of the tables of Newcombe, Statistics in Medicine 17 (1998): 81 of 263.
        let of = Interval::wilson(81, 263);
        assert!((of.low - 0.2553).abs() < 0.0001 && (of.high - 0.3662).abs() < 0.0001, "{of:?}");
        let none = Interval::wilson(0, 20);
        assert!(none.low.abs() < f64::EPSILON && (none.high - 0.1611).abs() < 0.0001, "{none:?}");
        assert_eq!(Interval::wilson(0, 0).share, None);
    }

    fn row(key: &str, runs: i64, failed: i64) -> QualityRow {
        let measured = RunsMeasured { runs, failed, ..RunsMeasured::default() };
        QualityRow { user: None, key: key.to_owned(), measured }
    }

    fn verdict(rows: &[QualityRow]) -> (String, Verdict) {
        let found = versions(rows).pop().unwrap();
        (found.first, found.measures[0].verdict)
    }

    #[test]
    fn a_difference_is_said_where_there_is_one() {
        assert_eq!(verdict(&[row("plan-1", 400, 40), row("plan-2", 100, 40)]), ("plan-1".into(), Verdict::Worse));
        assert_eq!(verdict(&[row("plan-1", 100, 40), row("plan-2", 99, 0)]), ("plan-1".into(), Verdict::Better));
        assert_eq!(verdict(&[row("plan-1", 100, 10), row("plan-2", 90, 10)]), ("plan-1".into(), Verdict::Same));
        assert_eq!(verdict(&[row("plan-1", 400, 40), row("plan-2", 29, 29)]), ("plan-1".into(), Verdict::TooFew));
        assert!(versions(&[row("", 9, 0), row("plan-1", 9, 0), row("other-1", 9, 0)]).is_empty());
    }
}
