//! The agent: a goal becomes a plan, the plan's steps are run, the answer is reviewed.
//!
//! Each step is a row. A run that is cut off at any point is taken up where it stood by whoever claims its job next, and
//! no finished step runs again: a tool's effect and the end of its step are one transaction. [`graph`] walks the nodes,
//! [`link`] turns words into calls, [`compose`] writes the answer, [`store`] keeps it all.

mod carry;
pub mod compose;
pub mod graph;
pub mod http;
pub mod link;
pub mod lookup;
mod mention;
pub mod nearest;
pub mod replay;
pub mod reply;
pub mod single;
pub mod store;
pub mod stream;
pub mod trace;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::Problem;
use dealwright_kernel::id::{AgentRunId, ConversationId};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::planner::{Ask, Author};
use crate::proposal::{Confidence, Proposal};
use crate::resolve::record::RecordType;
use crate::tools::Citation;
use crate::tools::email::EmailDraft;
use link::{Question, Slot};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunStatus)]
pub enum Status {
    Queued,
    Planning,
    Running,
    Reviewing,
    /// For an answer to its question.
    Waiting,
    Done,
    Failed,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Planning,
        Self::Running,
        Self::Reviewing,
        Self::Waiting,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Planning => "planning",
            Self::Running => "running",
            Self::Reviewing => "reviewing",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Waiting | Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl std::str::FromStr for Status {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal(format!("no such status of a run: {text}")))
    }
}

/// The record that is being looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunContext {
    #[serde(rename = "type")]
    pub kind: RecordType,
    pub id: Uuid,
}

/// Where the graph stands. What its steps found is in their rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub planned: bool,
    pub asks: Vec<Ask>,
    /// The next ask to run.
    pub next: usize,
    pub author: Option<Author>,
    pub confidence: Option<Confidence>,
    /// Whether a model was asked after the grammar's plan had found nothing.
    pub again: bool,
    /// The grammar's ask, while the model's is tried in its place.
    pub first: Option<Box<Ask>>,
    /// Whether a model should have been asked and could not be.
    pub without_model: bool,
    /// Why a model was not asked that would have been, if a policy or a budget forbids it.
    pub withheld: Option<String>,
    /// The model that did not answer.
    pub away: Option<String>,
    /// The one that was asked in its place.
    pub fell_back: Option<String>,
    /// What the guardrails found in the request, for its record.
    pub flags: Vec<String>,
    /// Texts that were read and look like orders to an assistant.
    pub suspicious: Vec<String>,
    /// Proposals that the policy lets be applied without asking.
    pub automatic: Vec<Uuid>,
    /// Sentences to say beside what was found.
    pub said: Vec<String>,
    pub question: Option<Question>,
    pub slot: Option<Slot>,
    /// Names that the person has chosen a record for.
    pub picked: BTreeMap<String, (RecordType, Uuid)>,
    pub in_hand: Option<(RecordType, Uuid)>,
    /// What was listed, in its order, for "the second one".
    pub listed: Vec<(RecordType, Uuid)>,
    /// The number of the version of each prompt, picked for the conversation.
    pub prompts: BTreeMap<String, String>,
}

/// What the run found out, in words that can be traced.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub text: String,
    /// The records that `[1]` and so on in the text stand for.
    pub citations: Vec<Citation>,
    /// Sentences that were taken out because nothing supported them.
    pub left_out: usize,
    /// Whether no model could be reached.
    pub without_model: bool,
    pub question: Option<Question>,
    /// Letters for the person to read, change and send from their own program.
    #[serde(default)]
    pub drafts: Vec<EmailDraft>,
}

/// A step as the API shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Step {
    pub n: i32,
    /// `plan`, `tool` or `review`.
    pub kind: String,
    pub title: String,
    pub tool: Option<String>,
    #[schema(value_type = Object)]
    pub arguments: Value,
    #[schema(value_type = Object)]
    pub result: Value,
    pub result_count: Option<i64>,
    pub summary: Option<String>,
    /// `running`, `done` or `failed`.
    pub status: String,
    pub ms: Option<i64>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// In the currency of the price table; null when the price of a model it used is not known.
    pub cost: Option<String>,
}

/// What a run used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunUsage {
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// In the currency of the price table; null when the price of a model it used is not known.
    pub cost: Option<String>,
    /// From its start to its end.
    pub ms: Option<i64>,
    pub first_token_ms: Option<i64>,
}

/// What a person thought of a run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RunFeedback {
    pub useful: bool,
    pub comment: Option<String>,
    /// From 1 to 5.
    pub rating: Option<i64>,
}

/// A run as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Run {
    pub id: AgentRunId,
    pub conversation_id: ConversationId,
    pub goal: String,
    pub status: Status,
    pub planner: Option<Author>,
    pub model: Option<String>,
    pub context: Option<RunContext>,
    pub steps: Vec<Step>,
    pub answer: Option<Answer>,
    pub proposals: Vec<Proposal>,
    pub usage: RunUsage,
    pub feedback: Option<RunFeedback>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub error: Option<Problem>,
}

impl Run {
    /// Its proposals without the fields that are hidden from `actor` by now.
    #[must_use]
    pub fn shown_to(mut self, actor: &Actor) -> Self {
        self.proposals = self.proposals.into_iter().map(|proposal| proposal.shown_to(actor)).collect();
        self
    }
}

/// A conversation as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Conversation {
    pub id: ConversationId,
    pub title: String,
    pub updated_at: DateTime<Utc>,
}

/// The most characters of a goal.
pub const MAX_GOAL: usize = 4000;

/// The kind of the job that runs a run.
pub const JOB: &str = "agent.run";

/// What the job is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunJob {
    pub user: Uuid,
    pub run: Uuid,
}
