//! What ends loops and storms.
//!
//! A run's events carry the run, so a chain of automations is known: one that is in its own chain is not run, and a chain ends at
//! five. What gets around that, by a person's hand or another system, meets the limits by record and by hour.

use uuid::Uuid;

/// The longest chain of automations that set off each other.
pub const LONGEST_CHAIN: usize = 5;
/// The most runs of one automation on one record in an hour.
pub const MOST_PER_RECORD: i64 = 5;
/// So many runs in a row that were refused switch an automation off.
pub const MOST_REFUSED: i64 = 20;

/// Why a run is not made, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// It would set off itself.
    Loop,
    ChainTooLong,
    /// It ran on this record too often within an hour.
    RecordLimit,
    /// It ran too often within an hour, and was switched off.
    Storm,
    /// It ran on this record a short time ago, as its `quiet_days` say.
    Quiet,
    /// It has been switched off since.
    Off,
    /// The record is gone, or hidden from whom it acts for.
    NotVisible,
    /// Whom it acts for is not active.
    ActorGone,
}

impl Skip {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::ChainTooLong => "chain_too_long",
            Self::RecordLimit => "record_limit",
            Self::Storm => "storm",
            Self::Quiet => "quiet",
            Self::Off => "off",
            Self::NotVisible => "not_visible",
            Self::ActorGone => "actor_gone",
        }
    }

    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Loop => "it was set off by what it did itself",
            Self::ChainTooLong => "too many automations had set off each other",
            Self::RecordLimit => "it ran on this record too often within an hour",
            Self::Storm => "it ran too often within an hour, and was switched off",
            Self::Quiet => "it ran on this record a short time ago",
            Self::Off => "it had been switched off by then",
            Self::NotVisible => "the record is gone, or hidden from whom it acts for",
            Self::ActorGone => "whom it acts for is not active any more",
        }
    }
}

/// Whether an automation may be set off by a run with this chain: the automations before it, that run's own last.
#[must_use]
pub fn chained(automation: Uuid, chain: &[Uuid]) -> Option<Skip> {
    if chain.contains(&automation) {
        Some(Skip::Loop)
    } else if chain.len() >= LONGEST_CHAIN {
        Some(Skip::ChainTooLong)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_automation_sets_off_itself_and_no_chain_is_endless() {
        let id = Uuid::from_u128;
        assert_eq!(chained(id(1), &[]), None);
        assert_eq!(chained(id(1), &[id(2), id(3)]), None);
        assert_eq!(chained(id(3), &[id(1), id(3), id(2)]), Some(Skip::Loop));
        let five: Vec<Uuid> = (1..=5).map(id).collect();
        assert_eq!(chained(id(9), &five), Some(Skip::ChainTooLong));
    }
}
