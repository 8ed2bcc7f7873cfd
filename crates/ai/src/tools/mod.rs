//! What the assistant can do: each tool is a type with its name, its arguments, the permission it needs and its effect.
//!
//! There is one way to run one, [`dispatch`]: its arguments are read by their schema, the actor's permission is checked,
//! the guard is asked, it runs in the transaction of its step, and the step's row is the record of it. A tool that
//! proposes writes a proposal and nothing else.

pub mod activity;
pub mod approvals;
pub mod day;
pub mod duplicates;
pub mod email;
pub mod filter;
pub mod get;
pub mod insight;
pub mod knowledge;
pub mod next_stage;
pub mod outside;
pub mod query;
pub mod records;
pub mod search;
pub mod task;
pub mod update;

use dealwright_access::Context;
use dealwright_access::policy::{CreateTask as MayCreateTask, Needs, Permission};
use dealwright_governance::policy::{is_outside, store as guardrails};
use dealwright_governance::{Proposes, ToolName};
use dealwright_kernel::id::AgentRunId;
use dealwright_kernel::{Error, Result};
use dealwright_knowledge::embedding::Meaning;
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::guard::{self, Asked};
use crate::proposal::NewProposal;

/// What a tool does to the organisation's data. There is no default: each tool says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Reads,
    /// Reads what another server says, which is a stranger's word.
    ReadsOutside,
    /// Writes a proposal, which a person may approve.
    Proposes,
}

/// A record that an answer speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Citation {
    /// As `[1]` in the text.
    pub n: u32,
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub label: String,
}

/// What a tool found, and what it wants to propose.
#[derive(Debug, Default)]
pub struct Output {
    pub result: Value,
    /// Records or groups found.
    pub count: i64,
    /// One line for the step: "12 deals".
    pub summary: String,
    pub proposal: Option<NewProposal>,
}

/// For whom and in what a tool runs.
#[derive(Clone, Copy, Debug)]
pub struct Running<'a> {
    pub cx: &'a Context,
    pub run: AgentRunId,
    pub step: i32,
    /// The user's own words, which stand in the proposal's reason.
    pub goal: &'a str,
    /// The vector of the question that a tool is asked, if there is one: it is made before the transaction.
    pub meaning: Option<&'a Meaning>,
    /// What a tool of another server answered: it was asked before the transaction.
    pub outside: Option<&'a dealwright_outside::Answer>,
}

/// A tool.
pub trait Tool {
    const NAME: &'static str;
    const EFFECT: Effect;
    const PERMISSION: Permission;
    /// Any of these opens it, where it depends on the kind of record.
    const PERMISSIONS: &'static [Permission] = &[Self::PERMISSION];
    /// One line for the model and for people.
    const ABOUT: &'static str;
    type Args: DeserializeOwned + Serialize + JsonSchema + Send;

    /// The permissions of which these arguments need any, where that depends on the kind of record.
    #[must_use]
    fn needs(_args: &Self::Args) -> Vec<Permission> {
        Self::PERMISSIONS.to_vec()
    }

    /// # Errors
    /// 404 for what the actor may not see; 422 for arguments that fit no record.
    fn run(running: Running<'_>, tx: &mut Tx, args: Self::Args) -> impl Future<Output = Result<Output>> + Send;
}

/// A call that is ready to be dispatched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub tool: String,
    pub args: Value,
}

impl Call {
    /// # Errors
    /// Internal, when the arguments can't be serialised.
    pub fn of<T: Tool>(args: &T::Args) -> Result<Self> {
        Ok(Self { tool: T::NAME.to_owned(), args: serde_json::to_value(args).map_err(Error::internal)? })
    }
}

/// A tool as documentation and MCP clients see it.
#[derive(Debug, Serialize)]
pub struct Described {
    pub name: &'static str,
    pub about: &'static str,
    pub effect: Effect,
    pub permission: String,
    /// Whoever has any of these may use it on something.
    #[serde(skip)]
    pub permissions: &'static [Permission],
    pub arguments: Value,
}

fn named<T: Tool>() -> ToolName {
    let proposes = match T::EFFECT {
        Effect::Reads | Effect::ReadsOutside => None,
        Effect::Proposes if T::PERMISSION == MayCreateTask::PERMISSION => Some(Proposes::Task),
        Effect::Proposes => Some(Proposes::Change),
    };
    ToolName { name: T::NAME.into(), about: T::ABOUT.into(), proposes }
}

fn described<T: Tool>() -> Described {
    Described {
        name: T::NAME,
        about: T::ABOUT,
        effect: T::EFFECT,
        permission: T::PERMISSION.to_string(),
        permissions: T::PERMISSIONS,
        arguments: schemars::schema_for!(T::Args).to_value(),
    }
}

/// Says every tool once: for documentation and clients, and for the dispatcher.
macro_rules! tools {
    ($($tool:ty),+ $(,)?) => {
        /// Every tool.
        #[must_use]
        pub fn all() -> Vec<Described> {
            vec![$(described::<$tool>()),+]
        }

        /// Every tool, as guardrails speak of it.
        #[must_use]
        pub fn names() -> Vec<ToolName> {
            vec![$(named::<$tool>()),+]
        }

        /// Runs a call: schema, permission, guard, run. The caller records it, in the same transaction.
        ///
        /// # Errors
        /// 422 `invalid` for arguments that don't fit; 403 when a role does not allow it or the guard denies it.
        pub async fn dispatch(running: Running<'_>, tx: &mut Tx, call: &Call, proposals: usize) -> Result<Output> {
            match call.tool.as_str() {
                $(<$tool as Tool>::NAME => one::<$tool>(running, tx, call, proposals).await,)+
                other if is_outside(other) => outside::record(running, tx, call).await,
                other => Err(Error::invalid("unknown_tool", format!("there is no tool {other:?}"))),
            }
        }
    };
}

tools! {
    search::SearchOpportunities,
    get::GetOpportunity,
    query::QueryPipeline,
    records::SearchRecords,
    records::GetRecord,
    knowledge::SearchKnowledge,
    insight::QueryAnalytics,
    insight::ListStalled,
    insight::ScoreLead,
    insight::EnrichRecord,
    activity::SummariseActivity,
    duplicates::FindDuplicates,
    day::ListMyDay,
    approvals::ListApprovals,
    email::DraftEmail,
    next_stage::SuggestNextStage,
    update::UpdateOpportunity,
    task::CreateTask,
    task::ScheduleMeeting,
}

async fn one<T: Tool>(running: Running<'_>, tx: &mut Tx, call: &Call, proposals: usize) -> Result<Output> {
    let args: T::Args = dealwright_kernel::extract::read_value(call.args.clone())?;
    let (actor, needs) = (running.cx.actor(), T::needs(&args));
    if !needs.iter().any(|permission| actor.may(*permission)) {
        actor.require(needs.first().copied().unwrap_or(T::PERMISSION))?;
    }
    guardrails::require_tool(tx, actor, T::NAME).await?;
    let asked = Asked { tool: T::NAME, effect: T::EFFECT, planned: true, proposals };
    guard::check(&asked).map_err(|denied| Error::forbidden("guard_denied", denied.0))?;
    let output = T::run(running, tx, args).await?;
    if T::EFFECT == Effect::Reads && output.proposal.is_some() {
        return Err(Error::internal("a tool that reads has made a proposal"));
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes_and_does() {
        let tools = all();
        assert_eq!(
            tools.iter().map(|t| (t.name, t.effect, t.permission.as_str())).collect::<Vec<_>>(),
            [
                ("search_opportunities", Effect::Reads, "opportunity.read"),
                ("get_opportunity", Effect::Reads, "opportunity.read"),
                ("query_pipeline", Effect::Reads, "opportunity.read"),
                ("search_records", Effect::Reads, "account.read"),
                ("get_record", Effect::Reads, "account.read"),
                ("search_knowledge", Effect::Reads, "opportunity.read"),
                ("query_analytics", Effect::Reads, "opportunity.read"),
                ("list_stalled", Effect::Reads, "opportunity.read"),
                ("score_lead", Effect::Reads, "lead.read"),
                ("enrich_record", Effect::Reads, "lead.read"),
                ("summarise_activity", Effect::Reads, "activity.read"),
                ("find_duplicates", Effect::Reads, "account.read"),
                ("list_my_day", Effect::Reads, "agent.use"),
                ("list_approvals", Effect::Reads, "agent.use"),
                ("draft_email", Effect::Reads, "contact.read"),
                ("suggest_next_stage", Effect::Proposes, "opportunity.update"),
                ("update_opportunity", Effect::Proposes, "opportunity.update"),
                ("create_task", Effect::Proposes, "task.create"),
                ("schedule_meeting", Effect::Proposes, "task.create"),
            ]
        );
        for tool in tools {
            assert_eq!(tool.arguments["additionalProperties"], false, "{}", tool.name);
        }
    }
}
