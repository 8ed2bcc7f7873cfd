//! Clocks: how long a record has, by a rule, and what became of it.
//!
//! `life` is how they live, `snapshot` what is known of records, `happened` what events say to clocks, `follow` follows the
//! event log, `plan` reckons the clocks of a rule anew, `past` gives a rule those that it would have had, `store` holds the SQL, `http` the endpoints.

pub mod follow;
pub(crate) mod happened;
pub mod http;
pub mod life;
mod list;
pub mod past;
pub mod plan;
pub mod snapshot;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_kernel::id::SlaTimerId;
use dealwright_workflow::rule::active::Known;
use dealwright_workflow::rule::{Facts, Value, eval};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use self::life::Outcome;
use crate::rule::definition::{Measure, SlaObject};

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SlaTimerState {
    Running,
    /// It has warned.
    Warning,
    Paused,
    /// It has run out, and what was to be done has not been done.
    Breached,
    Met,
    /// Done, but late.
    MetLate,
    /// It ended before it was decided, or after it had run out, without what was to be done.
    Ended,
}

/// A clock, as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaTimer {
    pub id: SlaTimerId,
    pub rule: Ref,
    pub measure: Measure,
    pub object: SlaObject,
    pub record: Ref,
    /// Who answers for it.
    pub owner: Ref,
    /// The stage or status in which it began.
    pub place: Option<Ref>,
    pub state: SlaTimerState,
    pub started_at: DateTime<Utc>,
    /// Null while it is paused.
    pub warn_at: Option<DateTime<Utc>>,
    /// Null while it is paused.
    pub due_at: Option<DateTime<Utc>>,
    pub breached_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it ended: met, closed, gone, unmatched, reassigned or rule_off.
    pub outcome: Option<String>,
    /// Milliseconds of working time that it has.
    pub target_ms: i64,
    /// The steps that have been taken, in order.
    pub steps: Vec<SlaStepTaken>,
}

/// A step that was taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SlaStepTaken {
    /// warning, breach or after_breach.
    pub moment: String,
    /// notify, reassign, task or raise.
    pub action: String,
    /// done, nobody or refused.
    pub outcome: String,
    /// Why it was refused.
    pub code: Option<String>,
    pub detail: Option<String>,
    pub at: DateTime<Utc>,
}

/// How a clock stands, from what is stored of it.
#[must_use]
pub fn state(outcome: Option<Outcome>, breached: bool, warned: bool, paused: bool) -> SlaTimerState {
    match (outcome, breached) {
        (Some(Outcome::Met), false) => SlaTimerState::Met,
        (Some(Outcome::Met), true) => SlaTimerState::MetLate,
        (Some(Outcome::Closed | Outcome::Gone | Outcome::Unmatched | Outcome::Reassigned | Outcome::RuleOff), _) => {
            SlaTimerState::Ended
        }
        (None, true) => SlaTimerState::Breached,
        (None, false) if paused => SlaTimerState::Paused,
        (None, false) if warned => SlaTimerState::Warning,
        (None, false) => SlaTimerState::Running,
    }
}

/// Whether an expression is true of a record that is saved as it is. One that can't be evaluated is not.
#[must_use]
pub fn is_true(known: &Known, facts: &Facts) -> bool {
    let Ok(checked) = known.as_ref() else { return false };
    matches!(eval::evaluate(&checked.root, facts), Ok(Value::Bool(true)))
}

/// An outcome by its word.
///
/// # Errors
/// Internal, for another word.
pub(crate) fn outcome(text: &str) -> Result<Outcome> {
    let found = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text);
    found.ok_or_else(|| dealwright_kernel::Error::internal(format!("no outcome of a clock: {text}")))
}

/// A record's part in a clock: what it is of, and which one.
pub type Subject = (SlaObject, Uuid);
