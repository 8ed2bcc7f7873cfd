//! Managed lists: opportunity types, sources, industries, regions, loss reasons; and what a new organisation starts with.

pub mod http;
pub mod store;

use dealwright_kernel::id::ChoiceId;
use serde::Serialize;
use utoipa::ToSchema;

/// A value of a managed list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Choice {
    pub id: ChoiceId,
    /// `opportunity_type`, `source`, `industry`, `region` or `loss_reason`.
    pub kind: String,
    pub name: String,
    pub position: i32,
}

/// What the managed lists of a new organisation hold.
pub const STARTERS: &[(&str, &[&str])] = &[
    ("opportunity_type", &["New business", "Expansion", "Renewal"]),
    ("source", &["Website", "Referral", "Partner", "Outbound", "Event", "Advertising"]),
    (
        "industry",
        &[
            "Software",
            "Technology",
            "Retail",
            "Medical",
            "Finance",
            "Marketing",
            "Telecommunications",
            "Entertainment",
            "Services",
            "Manufacturing",
            "Employment",
        ],
    ),
    ("region", &["Central", "East", "West", "Europe", "Asia Pacific"]),
    ("loss_reason", &["Price", "Lost to a competitor", "No budget", "No decision", "Bad timing", "Missing feature"]),
];
