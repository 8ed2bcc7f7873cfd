//! The rules of the process. It knows facts and subjects, not the CRM.
//!
//! [`evaluate`] is the one gate: UI, bulk edit, import, API and agents pass through it, and a move needs the
//! [`Cleared`] that only it returns.

pub mod rule;

use dealwright_kernel::id::{OpportunityId, StageId};
use dealwright_kernel::{Error, FieldError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a stage means. Code tests this, never a stage's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    Open,
    Won,
    Lost,
}

impl StageKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost)
    }
}

impl std::str::FromStr for StageKind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "open" => Ok(Self::Open),
            "won" => Ok(Self::Won),
            "lost" => Ok(Self::Lost),
            _ => Err(Error::field("kind", "invalid_value", "one of open, won, lost")),
        }
    }
}

/// What a move is judged by: the record as it would be after it.
#[derive(Clone, Debug)]
pub struct MoveFacts {
    pub opportunity: OpportunityId,
    pub version: i64,
    pub to: StageId,
    pub to_kind: StageKind,
    pub has_lost_reason: bool,
}

/// Proof that one record, at one version, may enter one stage. Only [`evaluate`] makes it.
#[derive(Debug)]
#[must_use]
pub struct Cleared {
    opportunity: OpportunityId,
    version: i64,
    to: StageId,
}

impl Cleared {
    /// Whether this clears exactly that move.
    #[must_use]
    pub fn covers(&self, opportunity: OpportunityId, version: i64, to: StageId) -> bool {
        self.opportunity == opportunity && self.version == version && self.to == to
    }
}

/// What a refused move lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Missing {
    pub field: String,
    pub message: String,
}

/// Judges a move.
///
/// # Errors
/// What is missing, field by field.
pub fn evaluate(facts: &MoveFacts) -> Result<Cleared, Vec<Missing>> {
    let mut missing = Vec::new();
    if facts.to_kind == StageKind::Lost && !facts.has_lost_reason {
        missing.push(Missing { field: "lost_reason_id".into(), message: "say why it was lost".into() });
    }
    if missing.is_empty() {
        Ok(Cleared { opportunity: facts.opportunity, version: facts.version, to: facts.to })
    } else {
        Err(missing)
    }
}

/// The refusal as every path reports it: 422 `gate_not_cleared` with the missing fields.
#[must_use]
pub fn refusal(missing: Vec<Missing>) -> Error {
    let fields = missing
        .into_iter()
        .map(|m| FieldError { field: m.field, code: "required".into(), message: m.message })
        .collect();
    Error::fields("gate_not_cleared", fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(to_kind: StageKind, has_lost_reason: bool) -> MoveFacts {
        let id = uuid::Uuid::from_u128(1);
        MoveFacts { opportunity: id.into(), version: 3, to: id.into(), to_kind, has_lost_reason }
    }

    #[test]
    fn lost_needs_a_reason() {
        assert_eq!(refusal(evaluate(&facts(StageKind::Lost, false)).unwrap_err()).code, "gate_not_cleared");
        assert!(evaluate(&facts(StageKind::Lost, true)).is_ok());
        assert!(evaluate(&facts(StageKind::Won, false)).is_ok());
    }

    #[test]
    fn clearance_is_for_one_move_at_one_version() {
        let cleared = evaluate(&facts(StageKind::Open, false)).unwrap();
        let id = uuid::Uuid::from_u128(1);
        assert!(cleared.covers(id.into(), 3, id.into()));
        assert!(!cleared.covers(id.into(), 4, id.into()));
    }
}
