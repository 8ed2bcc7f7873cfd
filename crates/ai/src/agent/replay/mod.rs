//! A run tried again with another model, the grammar alone or another version of a prompt, beside what it was.
//!
//! Nothing comes of it: it proposes nothing, counts in no figure of quality and is its maker's alone. Who may read the calls of models
//! may try anybody's request again, with their own rights; of somebody else's run they are told the numbers and not the words.
//! [`super::graph::replay`] does it.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_access::policy::Object;
use dealwright_kernel::id::AgentRunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{RunContext, Step};
use crate::planner::Author;
use crate::proposal::{Difference, Kind, NewProposal, Proposal};

/// By what a request is planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planner {
    /// The models of the chain, one after the other.
    Usual,
    /// The grammar alone.
    Grammar,
    /// The model of the chain that has this name.
    Model(String),
}

/// With what a request is tried again.
#[derive(Clone, Debug)]
pub struct Trial {
    pub planner: Planner,
    /// The name of a prompt and the number of its version; what the conversation has otherwise.
    pub prompt: Option<(&'static str, &'static str)>,
}

/// What is tried again.
#[derive(Clone, Debug)]
pub struct Request {
    pub goal: String,
    pub context: Option<RunContext>,
    pub conversation: Uuid,
}

/// A step of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttemptStep {
    pub title: String,
    pub tool: Option<String>,
    #[schema(value_type = Object)]
    pub arguments: Value,
    pub summary: Option<String>,
    pub result_count: Option<i64>,
    pub failed: bool,
}

impl AttemptStep {
    pub(super) fn of(step: Step) -> Self {
        Self {
            title: step.title,
            tool: step.tool,
            arguments: step.arguments,
            summary: step.summary,
            result_count: step.result_count,
            failed: step.status == "failed",
        }
    }
}

/// What was proposed, or would have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposed {
    pub kind: Kind,
    /// The record's name.
    pub target: String,
    pub diff: Vec<Difference>,
}

impl Proposed {
    /// Without the fields that are hidden from `actor`.
    pub(super) fn of(new: NewProposal, actor: &Actor) -> Self {
        let object = match new.kind {
            Kind::UpdateOpportunity => Object::Opportunity,
            Kind::CreateTask => Object::Task,
        };
        let diff = new.diff.into_iter().filter(|change| !actor.fields.hides(object, &change.field)).collect();
        Self { kind: new.kind, target: new.target.name, diff }
    }

    fn kept(proposal: &Proposal) -> Self {
        Self { kind: proposal.kind, target: proposal.target.name.clone(), diff: proposal.diff.clone() }
    }
}

/// How a request was answered once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = RunAttempt)]
pub struct Attempt {
    pub planner: Option<Author>,
    pub model: Option<String>,
    pub prompt_version: Option<String>,
    pub steps: Vec<AttemptStep>,
    /// Null for the words of somebody else's run.
    pub answer: Option<String>,
    /// Sentences that were written out of results, and those of them that nothing supported.
    pub sentences: usize,
    pub unsupported: usize,
    pub proposals: Vec<Proposed>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// In the currency of the price table; null when it is not known.
    pub cost: Option<String>,
    pub ms: i64,
}

/// What is the same in two attempts; null for what is not told of the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Same {
    /// The same tools in the same order.
    pub tools: bool,
    pub arguments: Option<bool>,
    pub answer: Option<bool>,
    pub proposals: Option<bool>,
}

/// A run beside the same request tried again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RunReplay)]
pub struct Replay {
    pub id: Uuid,
    pub run_id: AgentRunId,
    pub at: DateTime<Utc>,
    /// As the run was, with its maker's rights then.
    pub before: Attempt,
    /// As it would be now, with the rights of who tried it.
    pub after: Attempt,
    pub same: Same,
}

/// What of two attempts is the same; `whole` says whether the words of the first are known.
#[must_use]
pub fn compare(before: &Attempt, after: &Attempt, whole: bool) -> Same {
    let tools = |of: &Attempt| of.steps.iter().map(|step| step.tool.clone()).collect::<Vec<_>>();
    let arguments = |of: &Attempt| of.steps.iter().map(|step| step.arguments.clone()).collect::<Vec<_>>();
    Same {
        tools: tools(before) == tools(after),
        arguments: whole.then(|| arguments(before) == arguments(after)),
        answer: whole.then(|| before.answer == after.answer),
        proposals: whole.then(|| before.proposals == after.proposals),
    }
}
