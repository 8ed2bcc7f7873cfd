//! What is to be done, in the user's words: a plan is a few asks, each of one tool.
//!
//! The model writes a plan by copying words ([`model`]); the grammar in [`rules`] writes the same type without a model and
//! says how sure it is; [`reconcile`] makes one of the two. Nothing here is resolved yet: the linker turns words into ids,
//! dates and amounts afterwards.

pub mod model;
pub mod reconcile;
pub mod rules;

use dealwright_access::policy::Permission;
use serde::{Deserialize, Serialize};

use crate::resolve::record::RecordType;
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
    ScheduleMeeting(NewTask),
    SearchRecords(Records),
    GetRecord(One),
    SummariseActivity(Happened),
    SuggestNextStage(One),
    DraftEmail(Letter),
    FindDuplicates(One),
    ListApprovals(WhichApprovals),
    ListMyDay(MyDay),
    SearchKnowledge(Question),
    QueryAnalytics(Figures),
    ListStalled(Stalled),
    ScoreLead(One),
    EnrichRecord(One),
    /// A tool of another server, by its name.
    AskOutside(Outside),
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
            Self::ScheduleMeeting(_) => "schedule_meeting",
            Self::SearchRecords(_) => "search_records",
            Self::GetRecord(_) => "get_record",
            Self::SummariseActivity(_) => "summarise_activity",
            Self::SuggestNextStage(_) => "suggest_next_stage",
            Self::DraftEmail(_) => "draft_email",
            Self::FindDuplicates(_) => "find_duplicates",
            Self::ListApprovals(_) => "list_approvals",
            Self::ListMyDay(_) => "list_my_day",
            Self::SearchKnowledge(_) => "search_knowledge",
            Self::QueryAnalytics(_) => "query_analytics",
            Self::ListStalled(_) => "list_stalled",
            Self::ScoreLead(_) => "score_lead",
            Self::EnrichRecord(_) => "enrich_record",
            Self::AskOutside(_) => "ask_outside",
            Self::Decline(_) => "none",
        }
    }

    /// The task that it asks for, if it asks for one.
    pub const fn task_mut(&mut self) -> Option<&mut NewTask> {
        match self {
            Self::CreateTask(task) | Self::ScheduleMeeting(task) => Some(task),
            _ => None,
        }
    }

    /// The name of the one record that it is about, where it is about one.
    pub fn name_mut(&mut self) -> Option<&mut Option<String>> {
        match self {
            Self::GetOpportunity(get) => Some(&mut get.name),
            Self::UpdateOpportunity(update) => Some(&mut update.name),
            Self::CreateTask(task) | Self::ScheduleMeeting(task) => Some(&mut task.name),
            Self::GetRecord(one)
            | Self::SuggestNextStage(one)
            | Self::FindDuplicates(one)
            | Self::ScoreLead(one)
            | Self::EnrichRecord(one) => Some(&mut one.name),
            Self::SummariseActivity(happened) => Some(&mut happened.name),
            Self::DraftEmail(letter) => Some(&mut letter.name),
            Self::SearchOpportunities(_)
            | Self::QueryPipeline(_)
            | Self::SearchRecords(_)
            | Self::ListApprovals(_)
            | Self::ListMyDay(_)
            | Self::SearchKnowledge(_)
            | Self::QueryAnalytics(_)
            | Self::ListStalled(_)
            | Self::AskOutside(_)
            | Self::Decline(_) => None,
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
    /// "at 3 pm".
    pub time: Option<String>,
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

/// The kinds of record beside deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    Account,
    Contact,
    Lead,
}

impl RecordKind {
    /// The permissions to read any of them.
    pub const READ: [Permission; 3] = [RecordType::Account.read(), RecordType::Contact.read(), RecordType::Lead.read()];

    #[must_use]
    pub const fn record_type(self) -> RecordType {
        match self {
            Self::Account => RecordType::Account,
            Self::Contact => RecordType::Contact,
            Self::Lead => RecordType::Lead,
        }
    }

    /// As a person says it of so many.
    #[must_use]
    pub const fn noun(self, count: i64) -> &'static str {
        match (self, count) {
            (Self::Account, 1) => "account",
            (Self::Account, _) => "accounts",
            (Self::Contact, 1) => "contact",
            (Self::Contact, _) => "contacts",
            (Self::Lead, 1) => "lead",
            (Self::Lead, _) => "leads",
        }
    }
}

/// Which accounts, contacts or leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    pub kind: RecordKind,
    /// Words of the name, or of the company.
    #[serde(default)]
    pub words: Option<String>,
    /// "my", "Anna's".
    #[serde(default)]
    pub owner: Option<String>,
    /// When they were created: "this week".
    #[serde(default)]
    pub when: Option<String>,
    /// What else they are: "Canada", "hot", "trade fairs", "purchasing managers".
    #[serde(default)]
    pub are: Vec<String>,
}

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct One {
    /// None: the record being looked at.
    pub name: Option<String>,
    /// What the user called it, if they did.
    pub kind: Option<RecordKind>,
}

/// What happened with a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Happened {
    /// None: the record being looked at.
    pub name: Option<String>,
    /// "this month", "since March".
    pub when: Option<String>,
}

/// What a letter is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    #[default]
    FollowUp,
    Introduction,
    Offer,
    ThankYou,
    /// To find a time to talk.
    Meeting,
}

/// A letter to be drafted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Letter {
    /// To whom, or about what; None: the record being looked at.
    pub name: Option<String>,
    pub purpose: Purpose,
    /// "about the discount": what it speaks of.
    pub topic: Option<String>,
}

/// Whose requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Approvals {
    /// Those that wait for the asker's decision.
    #[default]
    Waiting,
    /// Those that the asker made.
    Mine,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhichApprovals {
    pub which: Approvals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MyDay {
    /// "top 3".
    pub limit: Option<u16>,
    /// Only what is late.
    pub overdue: bool,
}

/// What is looked up in what was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Question {
    /// The user's own words.
    pub question: String,
}

/// A figure over deals that a list does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    Velocity,
    CycleDays,
    AverageDealSize,
    StageConversion,
    TimeInStage,
    WinRate,
    WonValue,
    PipelineValue,
}

impl Figure {
    /// The measure's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Velocity => "velocity",
            Self::CycleDays => "cycle_days",
            Self::AverageDealSize => "average_deal_size",
            Self::StageConversion => "stage_conversion",
            Self::TimeInStage => "time_in_stage",
            Self::WinRate => "win_rate",
            Self::WonValue => "won_value",
            Self::PipelineValue => "pipeline_value",
        }
    }
}

/// Figures over a period, perhaps beside those of the period before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub figure: Figure,
    /// A group as analytics name it.
    #[serde(default)]
    pub group: Option<String>,
    /// "last quarter".
    #[serde(default)]
    pub when: Option<String>,
    /// "my", "Anna's".
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub compare: bool,
}

/// Deals that stand still.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stalled {
    /// "my", "Anna's"; None: everybody's.
    pub owner: Option<String>,
}

/// A tool of another server, and what it is asked in the user's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outside {
    /// `server.tool`
    pub name: String,
    pub words: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decline {
    /// Why, for the person; None when it is only not understood.
    pub reason: Option<String>,
}
