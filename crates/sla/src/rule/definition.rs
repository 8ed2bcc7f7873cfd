//! What a rule measures, and what it does about it.

use chrono::TimeDelta;
use dealwright_crm::activity::ActivityKind;
use dealwright_kernel::Error;
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_workflow::rule::RuleObject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::calendar::clock::Clock;

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaObject {
    Opportunity,
    Lead,
}

impl SlaObject {
    pub const ALL: [Self; 2] = [Self::Opportunity, Self::Lead];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Lead => "lead",
        }
    }

    /// As conditions know it.
    #[must_use]
    pub const fn facts(self) -> RuleObject {
        match self {
            Self::Opportunity => RuleObject::Opportunity,
            Self::Lead => RuleObject::Lead,
        }
    }
}

impl std::str::FromStr for SlaObject {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|object| object.as_str() == text);
        found.ok_or_else(|| Error::field("object", "invalid_value", "one of opportunity, lead"))
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SlaMeasure)]
pub enum Measure {
    /// Until somebody gets in touch.
    FirstResponse,
    /// Until it leaves the stage, or the status, that it is in.
    TimeInStage,
    /// Until the next activity, or a task for it, after the last one.
    NextActivity,
}

impl Measure {
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::TimeInStage, Self::NextActivity];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::TimeInStage => "time_in_stage",
            Self::NextActivity => "next_activity",
        }
    }
}

impl std::str::FromStr for Measure {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|measure| measure.as_str() == text);
        found.ok_or_else(|| Error::field("measure", "invalid_value", "first_response, time_in_stage or next_activity"))
    }
}

/// Units of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SlaUnit)]
pub enum Unit {
    Minutes,
    Hours,
    /// Working days, each as long as those of the calendar are in the mean.
    Days,
}

/// A length of working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlaDuration)]
pub struct WorkingTime {
    #[schema(minimum = 1)]
    pub value: u32,
    pub unit: Unit,
}

impl WorkingTime {
    /// The longest that a rule may take, or wait: about two years around the clock.
    pub const MOST_MINUTES: u32 = 1_051_200;

    /// How long it is by a clock.
    #[must_use]
    pub fn by(self, clock: &Clock) -> TimeDelta {
        let value = i64::from(self.value);
        match self.unit {
            Unit::Minutes => TimeDelta::minutes(value),
            Unit::Hours => TimeDelta::hours(value),
            Unit::Days => TimeDelta::milliseconds(clock.day().num_milliseconds().saturating_mul(value)),
        }
    }

    /// At most this many minutes, whatever the calendar.
    #[must_use]
    pub const fn at_most_minutes(self) -> u32 {
        match self.unit {
            Unit::Minutes => self.value,
            Unit::Hours => self.value.saturating_mul(60),
            Unit::Days => self.value.saturating_mul(1440),
        }
    }
}

/// From when a first response is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SlaResponseFrom)]
pub enum ResponseFrom {
    #[default]
    Creation,
    /// From the moment its owner got it, anew for each.
    Assignment,
}

/// When a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SlaStepWhen)]
pub enum When {
    Warning,
    Breach,
    AfterBreach,
}

impl When {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Breach => "breach",
            Self::AfterBreach => "after_breach",
        }
    }
}

/// Somebody, as a step names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SlaRecipient)]
pub enum Recipient {
    Owner,
    /// Who leads or manages the owner's team, or the next one above it that has anybody who does.
    Manager,
    Team {
        team_id: TeamId,
    },
    Role {
        role_id: RoleId,
    },
    User {
        user_id: UserId,
    },
}

/// To whom a record is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SlaNewOwner)]
pub enum NewOwner {
    User {
        user_id: UserId,
    },
    Manager,
    /// Whom the assignment rules choose; for leads.
    Rules,
}

/// For whom a task is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SlaTaskFor)]
pub enum TaskFor {
    #[default]
    Owner,
    Manager,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SlaAction)]
pub enum Action {
    Notify {
        #[schema(max_items = 20)]
        to: Vec<Recipient>,
    },
    Reassign {
        to: NewOwner,
    },
    Task {
        #[schema(min_length = 1, max_length = 300)]
        title: String,
        /// Days from the day on which it is made.
        #[schema(maximum = 365)]
        due_in_days: u16,
        #[serde(default)]
        assignee: TaskFor,
    },
    /// Tells the owner's manager, and gives them a task of high priority for today.
    Raise,
}

impl Action {
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Notify { .. } => "notify",
            Self::Reassign { .. } => "reassign",
            Self::Task { .. } => "task",
            Self::Raise => "raise",
        }
    }
}

/// A step of escalation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlaStep)]
pub struct Step {
    /// Given by the server to a step without one; a step that keeps it is not taken twice for a clock.
    #[serde(default = "Uuid::nil")]
    #[schema(required = false)]
    pub id: Uuid,
    pub when: When,
    /// Working time since the breach; of `after_breach` alone.
    #[serde(default)]
    pub after: Option<WorkingTime>,
    #[serde(rename = "do")]
    pub action: Action,
}

/// What a rule measures and does, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SlaDefinition)]
pub struct Definition {
    pub target: WorkingTime,
    /// Of `first_response`.
    #[serde(default)]
    pub response_from: ResponseFrom,
    /// What is a response: activities of these kinds that do not come from the other side.
    #[serde(default = "responses")]
    pub response_kinds: Vec<ActivityKind>,
    /// Of `time_in_stage`: the stages, or statuses, that it is for; every open one when there are none.
    #[serde(default)]
    pub places: Vec<Uuid>,
    /// The clock stands still in these stages, or statuses.
    #[serde(default)]
    pub pause_in: Vec<Uuid>,
    /// And while this is true of the record, in CEL.
    #[serde(default)]
    pub pause_while: Option<String>,
    /// Percent of the target after which it warns.
    #[serde(default)]
    pub warn_percent: Option<u8>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// What counts as a response unless a rule says otherwise.
#[must_use]
pub fn responses() -> Vec<ActivityKind> {
    vec![ActivityKind::Call, ActivityKind::Email, ActivityKind::Meeting]
}

impl Definition {
    /// The working time that a record has.
    #[must_use]
    pub fn target(&self, clock: &Clock) -> TimeDelta {
        self.target.by(clock)
    }

    /// The working time after which it warns.
    #[must_use]
    pub fn warning(&self, clock: &Clock) -> Option<TimeDelta> {
        let percent = i64::from(self.warn_percent?);
        Some(TimeDelta::milliseconds(self.target(clock).num_milliseconds().saturating_mul(percent) / 100))
    }

    /// How long after the breach there are steps, each once, in order.
    #[must_use]
    pub fn escalations(&self, clock: &Clock) -> Vec<TimeDelta> {
        let mut after: Vec<TimeDelta> = self
            .steps
            .iter()
            .filter(|step| step.when == When::AfterBreach)
            .filter_map(|step| step.after)
            .map(|d| d.by(clock))
            .collect();
        after.sort_unstable();
        after.dedup();
        after
    }
}
