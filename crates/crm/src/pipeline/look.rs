//! The words that a stage has: its colour, and what happens when it is full.

use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;

/// The colours a stage can have: names of the design's tokens, never values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Grey,
    Blue,
    Teal,
    Green,
    Amber,
    Orange,
    Red,
    Violet,
}

impl Colour {
    pub const ALL: [Self; 8] =
        [Self::Grey, Self::Blue, Self::Teal, Self::Green, Self::Amber, Self::Orange, Self::Red, Self::Violet];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Blue => "blue",
            Self::Teal => "teal",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Orange => "orange",
            Self::Red => "red",
            Self::Violet => "violet",
        }
    }
}

impl std::str::FromStr for Colour {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| Error::field("colour", "invalid_value", "there is no such colour"))
    }
}

words! {
    /// What happens when a stage holds as many open deals as its limit says.
    WipPolicy, "wip_policy" {
        /// The board says so.
        Warn = "warn",
        /// It takes no more.
        Block = "block",
    }
}

pub(crate) const fn warns() -> WipPolicy {
    WipPolicy::Warn
}
