//! The lifecycle of a pipeline's deals: a state machine that an administrator draws.
//!
//! Here is what a definition says; `check` refuses one that can't work, `ready` holds one with its expressions checked,
//! `judge` judges moves by it. All of it is pure.

pub mod check;
pub mod judge;
pub mod ready;

use dealwright_kernel::id::{ApprovalDefinitionId, ChoiceId, RoleId, StageId, TaskTemplateId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::StageKind;

pub use check::Known;
pub use judge::{Coming, Missing, MissingCode, MoveFacts, Refusal, Unapproved, evaluate, refusal};
pub use ready::Lifecycle;

/// A stage as definitions know it. Where there are several, they are in the order of their pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub id: StageId,
    pub name: String,
    pub kind: StageKind,
}

/// What deals of a pipeline may do. The default allows everything and asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleDefinition)]
#[serde(deny_unknown_fields, default)]
pub struct Definition {
    /// The stages in which new deals may begin; any when empty. Deals that are imported begin where they were.
    pub begin: Vec<StageId>,
    /// An open deal goes forward one stage at a time, and is won from the last.
    pub no_skip: bool,
    /// An open deal does not go back.
    pub no_backward: bool,
    /// Nothing goes but what `transitions` lists. Opening closed deals again has its own switch.
    pub only_listed: bool,
    /// Whether closed deals may be opened again, or closed otherwise.
    pub reopening: Reopening,
    /// What is said of single transitions: each is decided by what stands here, and by nothing above.
    pub transitions: Vec<Edge>,
    /// What stages ask for; a stage that is not here asks for nothing.
    pub stages: Vec<StageRules>,
}

/// Whether closed deals may be opened again, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleReopening)]
#[serde(deny_unknown_fields, default)]
pub struct Reopening {
    pub allowed: bool,
    /// Those who may; everyone when empty.
    pub roles: Vec<RoleId>,
}

impl Default for Reopening {
    fn default() -> Self {
        Self { allowed: true, roles: Vec::new() }
    }
}

/// A transition that is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleTransition)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    pub from: StageId,
    pub to: StageId,
    /// Those who may; everyone when empty.
    #[serde(default)]
    pub roles: Vec<RoleId>,
}

/// What a stage asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleStage)]
#[serde(deny_unknown_fields)]
pub struct StageRules {
    pub stage_id: StageId,
    /// Before a deal enters it.
    #[serde(default)]
    pub entry: Criteria,
    /// Before a deal leaves it.
    #[serde(default)]
    pub exit: Criteria,
    /// What happens when a deal has entered it, in the same transaction. Not for deals that are imported, nor when a move is
    /// taken back.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// What a stage does with a deal that enters it. None of it moves a deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleAction)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Makes a task about the deal.
    CreateTask {
        /// May be empty where a template says it.
        #[schema(max_length = 200)]
        #[serde(default)]
        title: String,
        /// Fills what is not said here: title, notes, priority, steps, how it comes round, and its day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template_id: Option<TaskTemplateId>,
        /// The template's, when absent; without a template it has to be said.
        #[schema(maximum = 365)]
        #[serde(default)]
        due_in_days: Option<u16>,
        /// Saturdays and Sundays do not count.
        #[serde(default)]
        working_days: bool,
        /// For the deal's owner, where whoever moves it may give them tasks; else for who moves it.
        #[serde(default)]
        for_owner: bool,
    },
    /// Gives a field of the deal a value, as a PATCH takes it.
    SetField { field: String, value: serde_json::Value },
    /// Gives the deal to somebody else, whoever moves it; it stays where it is when there is nobody such.
    ChangeOwner { to: Whom },
    /// Tells people that it has entered, of those who may see it.
    Notify {
        to: Vec<Whom>,
        #[serde(default)]
        #[schema(max_length = 500)]
        message: Option<String>,
    },
    /// Asks for an approval, unless it is pending or given.
    RequestApproval { approval_id: ApprovalDefinitionId },
}

/// Somebody, as seen from a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleWhom)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Whom {
    Person {
        user_id: UserId,
    },
    /// Everyone who has the role; nobody's deal becomes theirs.
    Role {
        role_id: RoleId,
    },
    Owner,
    /// Who leads the owner's team, or the nearest team above it that is led.
    TeamLead,
}

/// What an action may set.
pub const SETTABLE: &[&str] =
    &["next_step", "tags", "probability", "forecast_category", "type_id", "source_id", "industry_id", "region_id"];

/// Conditions that must all be met.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleCriteria)]
#[serde(deny_unknown_fields, default)]
pub struct Criteria {
    /// Fields that must be filled, by the API's names; `custom.<key>` for custom ones.
    pub required: Vec<String>,
    pub rules: Vec<Condition>,
    /// Types of which the deal must have a file: values of the list `document_type`.
    pub documents: Vec<ChoiceId>,
    pub checklist: Vec<Item>,
    /// Approvals that the deal must have, where their conditions hold for it.
    pub approvals: Vec<ApprovalDefinitionId>,
}

impl Criteria {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.required.is_empty()
            && self.rules.is_empty()
            && self.documents.is_empty()
            && self.checklist.is_empty()
            && self.approvals.is_empty()
    }
}

/// An expression in CEL that must be true of the deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleCondition)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    #[schema(example = "amount > 1000", max_length = 2000)]
    pub expression: String,
    /// What somebody reads whose deal is not so.
    #[schema(min_length = 1, max_length = 500)]
    pub message: String,
    /// The field that the message lands on.
    #[schema(example = "amount")]
    pub field: String,
}

/// Something that somebody ticks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleItem)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Chosen by who defines it; deals keep their ticks by it.
    pub id: Uuid,
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
}

fn admits(who: &[RoleId], roles: &[Uuid]) -> bool {
    who.is_empty() || who.iter().any(|role| roles.contains(&role.0))
}

impl Definition {
    /// What a stage asks for before deals enter it, and before they leave it.
    #[must_use]
    pub fn rules_of(&self, stage: StageId) -> Option<&StageRules> {
        self.stages.iter().find(|rules| rules.stage_id == stage)
    }

    /// Whether somebody of these roles may make a new deal in a stage.
    #[must_use]
    pub fn begins_in(&self, stage: StageId) -> bool {
        self.begin.is_empty() || self.begin.contains(&stage)
    }

    /// Whether somebody of these roles may move a deal from one stage to another, criteria aside.
    #[must_use]
    pub fn allows(&self, stages: &[Place], from: &Place, to: &Place, roles: &[Uuid]) -> bool {
        if let Some(edge) = self.transitions.iter().find(|edge| edge.from == from.id && edge.to == to.id) {
            return admits(&edge.roles, roles);
        }
        if from.kind.is_closed() {
            return self.reopening.allowed && admits(&self.reopening.roles, roles);
        }
        !self.only_listed && self.preset_allows(stages, from, to)
    }

    fn preset_allows(&self, stages: &[Place], from: &Place, to: &Place) -> bool {
        let open: Vec<StageId> = stages.iter().filter(|s| s.kind == StageKind::Open).map(|s| s.id).collect();
        let at = open.iter().position(|id| *id == from.id);
        match (to.kind, at, open.iter().position(|id| *id == to.id)) {
            (StageKind::Lost, _, _) => true,
            (StageKind::Won, at, _) => !self.no_skip || at.is_some_and(|at| at + 1 == open.len()),
            (StageKind::Open, Some(at), Some(to)) if to > at => !self.no_skip || to == at + 1,
            (StageKind::Open, Some(_), Some(_)) => !self.no_backward,
            // Of a stage that is not there nothing can be said.
            (StageKind::Open, _, _) => false,
        }
    }

    /// The expressions of all criteria.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.stages.iter().flat_map(|rules| rules.entry.rules.iter().chain(&rules.exit.rules))
    }
}

#[cfg(test)]
mod tests;
