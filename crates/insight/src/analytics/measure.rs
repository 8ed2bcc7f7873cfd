//! What can be worked out over deals, and of which fields it tells.

use dealwright_kernel::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A figure that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AnalyticsMeasure)]
pub enum Measure {
    /// Deals that are open at the end of the period, or now if it has not ended.
    OpenDeals,
    /// What these come to, as they are valued today.
    PipelineValue,
    /// Each amount times its probability; of the present alone, since nobody knows the probabilities of the past.
    WeightedPipeline,
    /// Deals that were made in the period.
    Created,
    Won,
    WonValue,
    Lost,
    LostValue,
    /// Won ÷ (won + lost), of the deals that were closed in the period.
    WinRate,
    /// The same of their amounts.
    WinRateValue,
    /// Of the deals that were won in the period and have an amount.
    AverageDealSize,
    /// The median of the days from creation to winning.
    CycleDays,
    /// Open deals × win rate × average deal size ÷ days of the cycle: what the pipeline brings a day.
    Velocity,
    /// Deals that entered the stage in the period.
    Entered,
    /// The share of these that have gone further since: to a later stage, or won.
    StageConversion,
    /// The median of the days in the stage, of the deals that entered it in the period and have left it.
    TimeInStage,
}

/// What a figure is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AnalyticsUnit)]
pub enum Unit {
    /// A number of deals.
    Deals,
    /// An amount in the organisation's currency.
    Money,
    /// A decimal between 0 and 1, as text.
    Share,
    /// A decimal number of days, as text.
    Days,
    /// An amount for each day.
    MoneyPerDay,
}

impl Measure {
    pub const ALL: [Self; 16] = [
        Self::OpenDeals,
        Self::PipelineValue,
        Self::WeightedPipeline,
        Self::Created,
        Self::Won,
        Self::WonValue,
        Self::Lost,
        Self::LostValue,
        Self::WinRate,
        Self::WinRateValue,
        Self::AverageDealSize,
        Self::CycleDays,
        Self::Velocity,
        Self::Entered,
        Self::StageConversion,
        Self::TimeInStage,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenDeals => "open_deals",
            Self::PipelineValue => "pipeline_value",
            Self::WeightedPipeline => "weighted_pipeline",
            Self::Created => "created",
            Self::Won => "won",
            Self::WonValue => "won_value",
            Self::Lost => "lost",
            Self::LostValue => "lost_value",
            Self::WinRate => "win_rate",
            Self::WinRateValue => "win_rate_value",
            Self::AverageDealSize => "average_deal_size",
            Self::CycleDays => "cycle_days",
            Self::Velocity => "velocity",
            Self::Entered => "entered",
            Self::StageConversion => "stage_conversion",
            Self::TimeInStage => "time_in_stage",
        }
    }

    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::OpenDeals | Self::Created | Self::Won | Self::Lost | Self::Entered => Unit::Deals,
            Self::PipelineValue | Self::WeightedPipeline | Self::WonValue | Self::LostValue | Self::AverageDealSize => {
                Unit::Money
            }
            Self::WinRate | Self::WinRateValue | Self::StageConversion => Unit::Share,
            Self::CycleDays | Self::TimeInStage => Unit::Days,
            Self::Velocity => Unit::MoneyPerDay,
        }
    }

    /// Whether it is about the way through the stages.
    #[must_use]
    pub const fn is_of_stages(self) -> bool {
        matches!(self, Self::Entered | Self::StageConversion | Self::TimeInStage)
    }

    /// The fields that it tells of: who may not read one is not told it.
    #[must_use]
    pub const fn made_of(self) -> &'static [&'static str] {
        match self {
            Self::PipelineValue
            | Self::WonValue
            | Self::LostValue
            | Self::WinRateValue
            | Self::AverageDealSize
            | Self::Velocity => &["amount"],
            Self::WeightedPipeline => &["expected_revenue"],
            Self::OpenDeals
            | Self::Created
            | Self::Won
            | Self::Lost
            | Self::WinRate
            | Self::CycleDays
            | Self::Entered
            | Self::StageConversion
            | Self::TimeInStage => &[],
        }
    }
}

impl std::str::FromStr for Measure {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|m| m.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            Error::unreadable("invalid_query", format!("{text:?} is not one of {known}")).on("measures")
        })
    }
}
