//! What is to be done, in the user's words: a plan is a few asks, each of one tool.
//!
//! The model writes a plan by copying words ([`model`]); the grammar in [`rules`] writes the same type without a model and
//! says how sure it is; [`reconcile`] makes one of the two. Nothing here is resolved yet: the linker turns words into ids,
//! dates and amounts afterwards.

pub mod model;
pub mod reconcile;
pub mod rules;

use serde::{Deserialize, Serialize};

use crate::resolve::vocabulary::StageKind;

/// At most this many asks in one plan.
pub const MAX_STEPS: usize = 3;

/// Who wrote the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    Model,
    Deterministic,
}

/// A few asks, done in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub steps: Vec<Ask>,
}

/// One tool and what was said of its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub enum Ask {
    SearchOpportunities(Search),
    QueryPipeline(Query),
    GetOpportunity(Get),
    UpdateOpportunity(Update),
    CreateTask(NewTask),
    /// Nothing that a tool can do.
    Decline(Decline),
}

impl Ask {
    /// The tool's name.
    #[must_use]
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::SearchOpportunities(_) => "search_opportunities",
            Self::QueryPipeline(_) => "query_pipeline",
            Self::GetOpportunity(_) => "get_opportunity",
            Self::UpdateOpportunity(_) => "update_opportunity",
            Self::CreateTask(_) => "create_task",
            Self::Decline(_) => "none",
        }
    }
}

/// Which deals: every part in the user's words, none of them required.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// An account, deal or product by name.
    pub name: Option<String>,
    /// "my", "Anna's", "my team".
    pub owner: Option<String>,
    /// Stages by name.
    pub stages: Vec<String>,
    /// "open", "won", "lost"; several mean any of them.
    pub kinds: Vec<StageKind>,
    /// "under 2000".
    pub amount: Option<String>,
    /// "this quarter".
    pub date: Option<String>,
    /// What the date is of.
    pub date_of: DateOf,
    /// How long in the present stage: "more than 60 days".
    pub age: Option<String>,
    /// "above 60%".
    pub probability: Option<String>,
    pub forecast: Option<String>,
    /// Values of managed lists: "retail", "Europe".
    pub choices: Vec<String>,
    /// What the deal lacks.
    pub missing: Option<Lack>,
    /// Past its close date and still open.
    pub overdue: bool,
    /// Without a change for long.
    pub idle: Option<String>,
}

/// What a date range is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOf {
    #[default]
    CloseDate,
    Created,
    Closed,
    Updated,
    StageEntered,
}

/// What a deal lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    Amount,
    CloseDate,
    NextStep,
    Account,
}

/// By what a list is sorted, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Biggest,
    Smallest,
    ClosingSoonest,
    ClosingLatest,
    Newest,
    Oldest,
    LongestInStage,
    LeastRecentlyUpdated,
    MostRecentlyUpdated,
    MostLikely,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Search {
    pub filter: Filter,
    pub order: Option<Order>,
    /// How many were asked for: "top 5", or 1 for "the biggest".
    pub limit: Option<u16>,
}

/// What is computed over the deals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    #[default]
    Count,
    Sum,
    Average,
    /// Amount times probability.
    Weighted,
    /// Won of won and lost.
    WinRate,
}

/// What the deals are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Stage,
    Owner,
    Account,
    /// Month of the close date.
    Month,
    Quarter,
    ForecastCategory,
    Industry,
    Region,
    Source,
    Product,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    pub filter: Filter,
    pub measure: Measure,
    pub group: Option<Group>,
    /// Only the first so many groups: 1 for "who has the most".
    pub top: Option<u16>,
    /// Smallest group first.
    pub ascending: bool,
}

/// One field that a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Stage,
    Amount,
    CloseDate,
    Owner,
    NextStep,
    Probability,
    ForecastCategory,
    Name,
    LostReason,
}

impl Field {
    /// The name in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Stage => "stage_id",
            Self::Amount => "amount",
            Self::CloseDate => "close_date",
            Self::Owner => "owner_id",
            Self::NextStep => "next_step",
            Self::Probability => "probability",
            Self::ForecastCategory => "forecast_category",
            Self::Name => "name",
            Self::LostReason => "lost_reason_id",
        }
    }

    /// As a person says it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Amount => "amount",
            Self::CloseDate => "close date",
            Self::Owner => "owner",
            Self::NextStep => "next step",
            Self::Probability => "probability",
            Self::ForecastCategory => "forecast category",
            Self::Name => "name",
            Self::LostReason => "lost reason",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Get {
    /// None: the record being looked at.
    pub name: Option<String>,
    /// None: a summary.
    pub field: Option<Field>,
}

/// New values in the user's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Update {
    /// None: the record being looked at.
    pub name: Option<String>,
    pub changes: Vec<(Field, String)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewTask {
    pub title: Option<String>,
    /// The record it is about; None: the one being looked at, if any.
    pub name: Option<String>,
    pub due: Option<String>,
    /// None: the asker.
    pub assignee: Option<String>,
    pub priority: Option<Priority>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Normal,
    High,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decline {
    /// Why, for the person; None when it is only not understood.
    pub reason: Option<String>,
}
