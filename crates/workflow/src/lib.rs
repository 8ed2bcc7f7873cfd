//! The rules of the process. It knows facts and subjects, not the CRM.
//!
//! [`evaluate`] is the one gate: UI, bulk edit, import, API and agents pass through it, and a move needs the
//! [`Cleared`] that only it returns. What it judges by is the [`lifecycle`] of the deal's pipeline.

pub mod approval;
pub mod lifecycle;
pub mod rule;

use dealwright_kernel::Error;
use dealwright_kernel::id::{OpportunityId, StageId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use lifecycle::{
    Coming, Lifecycle, Missing, MissingCode, MoveFacts, Place, Refusal, Unapproved, evaluate, refusal,
};

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

/// Proof that one record, at one version, may enter one stage. Only [`evaluate`] makes it.
#[derive(Debug)]
#[must_use]
pub struct Cleared {
    opportunity: OpportunityId,
    version: i64,
    to: StageId,
}

impl Cleared {
    const fn new(opportunity: OpportunityId, version: i64, to: StageId) -> Self {
        Self { opportunity, version, to }
    }

    /// Whether this clears exactly that move.
    #[must_use]
    pub fn covers(&self, opportunity: OpportunityId, version: i64, to: StageId) -> bool {
        self.opportunity == opportunity && self.version == version && self.to == to
    }
}
