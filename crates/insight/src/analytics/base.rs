//! What statements count: deals by what became of them, from which all figures are worked out.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use uuid::Uuid;

use super::Measure;

/// Deals by what became of them in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Open,
    Created,
    Won,
    Lost,
}

impl Family {
    pub const ALL: [Self; 4] = [Self::Open, Self::Created, Self::Won, Self::Lost];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Created => "created",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Whether a measure is worked out of these.
    #[must_use]
    pub const fn is_for(self, measure: Measure) -> bool {
        use Measure as M;
        match self {
            Self::Open => {
                matches!(measure, M::OpenDeals | M::PipelineValue | M::WeightedPipeline | M::Velocity)
            }
            Self::Created => matches!(measure, M::Created),
            Self::Won => matches!(
                measure,
                M::Won | M::WonValue | M::WinRate | M::WinRateValue | M::AverageDealSize | M::CycleDays | M::Velocity
            ),
            Self::Lost => {
                matches!(measure, M::Lost | M::LostValue | M::WinRate | M::WinRateValue | M::Velocity)
            }
        }
    }
}

/// What is counted of a group, or of all.
#[derive(Clone, Debug, Default, sqlx::FromRow)]
pub struct Counts {
    pub open: i64,
    pub open_value: i64,
    pub open_weighted: i64,
    pub created: i64,
    pub won: i64,
    pub won_value: i64,
    /// Of the won ones, those that have an amount.
    pub won_valued: i64,
    /// The median of their cycles, in seconds.
    pub cycle: Option<f64>,
    pub lost: i64,
    pub lost_value: i64,
}

/// The way of deals into and out of a stage.
#[derive(Clone, Debug)]
pub struct Passage {
    pub entered: i64,
    /// None of stages that end a deal.
    pub further: Option<i64>,
    /// The median of the times in it, in seconds.
    pub time: Option<f64>,
    /// The deals, when they are few enough to be named.
    pub deals: Option<Vec<Uuid>>,
    pub went_further: Option<Vec<Uuid>>,
}

/// The keys of a group: as many as there are groups.
pub type Keys = Vec<Option<String>>;

/// What was counted of a period.
#[derive(Clone, Debug, Default)]
pub struct Base {
    pub total: Counts,
    pub rows: BTreeMap<Keys, Counts>,
    /// Groups beyond those that were read.
    pub beyond: i64,
    /// By stage, when that is asked.
    pub stages: HashMap<String, Passage>,
    /// Whether the period has not ended, so that what is open is what is open now.
    pub is_now: bool,
}

impl Base {
    /// All keys, those of stages that have no deals too.
    #[must_use]
    pub fn keys(&self) -> Vec<Keys> {
        let mut keys: Vec<Keys> = self.rows.keys().cloned().collect();
        for stage in self.stages.keys() {
            let key = vec![Some(stage.clone())];
            if !self.rows.contains_key(&key) {
                keys.push(key);
            }
        }
        keys
    }
}

const DAY: i64 = 86_400;

/// Seconds as days, to tenths.
fn days(seconds: Option<f64>) -> Option<Decimal> {
    let seconds = Decimal::from_f64(seconds?)?;
    Some((seconds / Decimal::from(DAY)).round_dp(1))
}

/// One part of another, to ten thousandths.
fn share(part: i64, whole: i64) -> Option<Decimal> {
    (whole != 0).then(|| (Decimal::from(part) / Decimal::from(whole)).round_dp(4))
}

impl Counts {
    /// A figure: amounts in minor units; none where there is nothing to work it out of.
    #[must_use]
    pub fn figure(&self, measure: Measure, passage: Option<&Passage>, is_now: bool) -> Option<Decimal> {
        let of = |n: i64| Some(Decimal::from(n));
        match measure {
            Measure::OpenDeals => of(self.open),
            Measure::PipelineValue => of(self.open_value),
            Measure::WeightedPipeline => is_now.then(|| Decimal::from(self.open_weighted)),
            Measure::Created => of(self.created),
            Measure::Won => of(self.won),
            Measure::WonValue => of(self.won_value),
            Measure::Lost => of(self.lost),
            Measure::LostValue => of(self.lost_value),
            Measure::WinRate => share(self.won, self.won + self.lost),
            Measure::WinRateValue => share(self.won_value, self.won_value + self.lost_value),
            Measure::AverageDealSize => {
                let whole = Decimal::from(self.won_valued);
                (self.won_valued > 0).then(|| (Decimal::from(self.won_value) / whole).round())
            }
            Measure::CycleDays => days(self.cycle),
            Measure::Velocity => self.velocity(),
            Measure::Entered => of(passage.map_or(0, |p| p.entered)),
            Measure::StageConversion => passage.and_then(|p| share(p.further?, p.entered)),
            Measure::TimeInStage => passage.and_then(|p| days(p.time)),
        }
    }

    /// Open deals × win rate × average deal size ÷ days of the cycle.
    fn velocity(&self) -> Option<Decimal> {
        let figure = |measure| self.figure(measure, None, true);
        let cycle = figure(Measure::CycleDays).filter(|days| *days > Decimal::ZERO)?;
        let rate = figure(Measure::WinRate)?;
        let size = figure(Measure::AverageDealSize)?;
        let worth = Decimal::from(self.open).checked_mul(rate)?.checked_mul(size)?;
        Some(worth.checked_div(cycle)?.round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocity_is_made_of_its_four_factors() {
        let counts = Counts {
            open: 10,
            won: 3,
            lost: 1,
            won_value: 300_000,
            won_valued: 3,
            cycle: Some(30.0 * 86_400.0),
            ..Counts::default()
        };
        let of = |measure| counts.figure(measure, None, true).map(|d| d.normalize().to_string());
        assert_eq!(of(Measure::WinRate).as_deref(), Some("0.75"));
        assert_eq!(of(Measure::AverageDealSize).as_deref(), Some("100000"));
        assert_eq!(of(Measure::CycleDays).as_deref(), Some("30"));
        // 10 × 0.75 × 1,000.00 ÷ 30 = 250.00 a day.
        assert_eq!(of(Measure::Velocity).as_deref(), Some("25000"));
    }

    #[test]
    fn of_nothing_there_is_no_rate() {
        let of = |measure| Counts::default().figure(measure, None, true);
        assert_eq!((of(Measure::WinRate), of(Measure::Velocity), of(Measure::AverageDealSize)), (None, None, None));
        assert_eq!(of(Measure::Won), Some(Decimal::ZERO));
    }
}
