//! Approvals: who must say yes to something before it counts.
//!
//! Here is what a definition says; `check` refuses one that can't work, `ready` holds one with its condition checked, `run` is
//! the state machine of a request. All of it is pure: it knows people and subjects by their ids.

pub mod check;
pub mod facts;
pub mod ready;
pub mod run;

use dealwright_kernel::Error;
use dealwright_kernel::id::{RoleId, StageId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use check::Known;
pub use ready::Ready;
pub use run::Run;

use crate::rule::RuleObject;

/// What can need approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalObject {
    Opportunity,
    /// Its conversion.
    Lead,
    /// What the assistant proposes.
    Proposal,
}

impl ApprovalObject {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Lead => "lead",
            Self::Proposal => "proposal",
        }
    }

    /// The record whose facts its conditions speak of.
    #[must_use]
    pub const fn facts_of(self) -> RuleObject {
        match self {
            Self::Opportunity | Self::Proposal => RuleObject::Opportunity,
            Self::Lead => RuleObject::Lead,
        }
    }
}

impl std::str::FromStr for ApprovalObject {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Opportunity, Self::Lead, Self::Proposal]
            .into_iter()
            .find(|object| object.as_str() == text)
            .ok_or_else(|| Error::field("object", "invalid_value", "one of opportunity, lead, proposal"))
    }
}

/// What needs approval, when, and whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalRules)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    pub object: ApprovalObject,
    /// An expression in CEL that is true of what needs approval; everything does without one.
    #[serde(default)]
    #[schema(example = "discount > 20", max_length = 2000)]
    pub condition: Option<String>,
    /// Asks by itself as soon as a change has made the condition true. Proposals always do.
    #[serde(default)]
    pub automatic: bool,
    /// Stages that a deal does not enter until it is approved.
    #[serde(default)]
    pub stages: Vec<StageId>,
    /// Whether a lead is not converted until it is approved.
    #[serde(default)]
    pub conversion: bool,
    /// What is approved: nobody changes these fields while the request is pending, and the approval counts for the values that they
    /// had. `products` stands for all lines, `custom.<key>` for custom fields.
    #[serde(default)]
    #[schema(example = json!(["amount", "products"]))]
    pub fields: Vec<String>,
    #[serde(default)]
    pub order: Order,
    pub levels: Vec<Level>,
    /// Whether who asks, or has changed what is approved since, may decide too.
    #[serde(default)]
    pub own_requests: bool,
    /// Whether letters carry a link that decides once, without signing in.
    #[serde(default = "yes")]
    pub by_mail: bool,
}

const fn yes() -> bool {
    true
}

/// Whether levels are asked one after the other, or all at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalOrder)]
pub enum Order {
    #[default]
    Sequence,
    Parallel,
}

/// Some people, and how many of them it takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalLevel)]
#[serde(deny_unknown_fields)]
pub struct Level {
    #[schema(min_length = 1, max_length = 100, example = "Finance")]
    pub name: String,
    pub approvers: Vec<Approver>,
    #[serde(default)]
    pub needs: Needs,
    #[serde(default)]
    pub escalation: Option<Escalation>,
}

/// How many of a level must approve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalNeeds)]
pub enum Needs {
    /// The first word counts, a yes or a no.
    #[default]
    Any,
    /// Everyone; one no ends it.
    All,
    /// So many different people, or all when there are fewer. It is rejected when so many can't be had any more.
    Quorum(u16),
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Approver {
    Person {
        user_id: UserId,
    },
    /// Everyone who has the role.
    Role {
        role_id: RoleId,
    },
    /// Who leads the owner's team, or the nearest team above it that is led.
    TeamLead,
    /// Who leads above the owner: 1 is the owner's manager, 2 the manager's manager.
    Manager {
        #[schema(minimum = 1, maximum = 10)]
        up: u8,
    },
}

/// When a level has said nothing for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ApprovalEscalation)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    #[schema(minimum = 1, maximum = 2160)]
    pub after_hours: u16,
    /// Who decides the level alone from then on; those who were asked before still may.
    pub to: Approver,
}

impl Definition {
    /// The field of this name is approved, or one that tells of it.
    #[must_use]
    pub fn locks(&self, field: &str) -> bool {
        let follows = field == "amount_from_lines" && self.fields.iter().any(|f| f == "amount");
        follows || self.fields.iter().any(|locked| locked == field)
    }
}

#[cfg(test)]
mod tests;
