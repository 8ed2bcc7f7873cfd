//! Managed lists: opportunity types, sources, industries, regions, reasons, competitors, roles of contacts, lead statuses,
//! outcomes of calls and meetings, types of documents; and what a new organisation starts with.
//!
//! Here are the types and the rules; `store` holds the SQL, `write` how an administrator changes a list, `http` the
//! endpoints.

pub mod http;
pub mod store;
pub mod write;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::ChoiceId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Texts;

/// The most values a list has.
pub const MAX_VALUES: usize = 1_000;

/// The managed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListKind {
    OpportunityType,
    Source,
    Industry,
    Region,
    LossReason,
    WinReason,
    Competitor,
    /// What part a contact has in a deal.
    ContactRole,
    LeadStatus,
    /// What became of a call.
    CallOutcome,
    /// What became of a meeting.
    MeetingOutcome,
    /// What a file is.
    DocumentType,
}

impl ListKind {
    pub const ALL: [Self; 12] = [
        Self::OpportunityType,
        Self::Source,
        Self::Industry,
        Self::Region,
        Self::LossReason,
        Self::WinReason,
        Self::Competitor,
        Self::ContactRole,
        Self::LeadStatus,
        Self::CallOutcome,
        Self::MeetingOutcome,
        Self::DocumentType,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpportunityType => "opportunity_type",
            Self::Source => "source",
            Self::Industry => "industry",
            Self::Region => "region",
            Self::LossReason => "loss_reason",
            Self::WinReason => "win_reason",
            Self::Competitor => "competitor",
            Self::ContactRole => "contact_role",
            Self::LeadStatus => "lead_status",
            Self::CallOutcome => "call_outcome",
            Self::MeetingOutcome => "meeting_outcome",
            Self::DocumentType => "document_type",
        }
    }

    /// The field of records that holds a value of this list.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::OpportunityType => "type_id",
            Self::Source => "source_id",
            Self::Industry => "industry_id",
            Self::Region => "region_id",
            Self::LossReason => "lost_reason_id",
            Self::WinReason => "won_reason_id",
            Self::Competitor => "lost_to_id",
            Self::ContactRole => "contacts",
            Self::LeadStatus => "status_id",
            Self::CallOutcome | Self::MeetingOutcome => "outcome_id",
            Self::DocumentType => "document_type_id",
        }
    }
}

impl std::str::FromStr for ListKind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|k| k.as_str() == text)
            .ok_or_else(|| Error::field("kind", "invalid_value", "there is no such list"))
    }
}

/// What a lead's status means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadStatusCategory)]
pub enum Category {
    /// Nobody has done anything yet.
    New,
    Working,
    /// Not now, perhaps later.
    Nurturing,
    /// Ready to be converted.
    Qualified,
    /// Nothing will come of it.
    Unqualified,
    /// It has become an account, a contact or an opportunity.
    Converted,
}

impl Category {
    pub const ALL: [Self; 6] =
        [Self::New, Self::Working, Self::Nurturing, Self::Qualified, Self::Unqualified, Self::Converted];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Working => "working",
            Self::Nurturing => "nurturing",
            Self::Qualified => "qualified",
            Self::Unqualified => "unqualified",
            Self::Converted => "converted",
        }
    }
}

impl std::str::FromStr for Category {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|c| c.as_str() == text)
            .ok_or_else(|| Error::field("category", "invalid_value", "there is no such category"))
    }
}

/// A value of a managed list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Choice {
    pub id: ChoiceId,
    /// `opportunity_type`, `source`, `industry`, `region`, `loss_reason`, `win_reason`, `competitor`, `contact_role`,
    /// `lead_status`, `call_outcome`, `meeting_outcome` or `document_type`.
    pub kind: String,
    pub name: String,
    pub position: i32,
    /// Kept on the records that have it, and not offered any more.
    pub archived: bool,
    /// What a lead's status means; null in other lists.
    #[schema(value_type = Option<Category>)]
    pub category: Option<String>,
    pub version: i64,
}

/// What can be written of a value, by the API's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    pub archived: bool,
    pub category: Option<String>,
}

impl Choice {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields { name: self.name.clone(), archived: self.archived, category: self.category.clone() }
    }

    /// An event about this value.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "option", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("option.{verb}"), subject)
            .data(serde_json::json!({ "list": self.kind }))
    }
}

/// A new value, behind the others of its list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChoice {
    pub kind: ListKind,
    /// No other value of the list has it, whatever its case.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Of a lead's status, which means `working` when nothing is said.
    #[serde(default)]
    pub category: Option<Category>,
}

impl Validate for NewChoice {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        if self.category.is_some() && self.kind != ListKind::LeadStatus {
            wrong.push("category", "invalid_value", "only a lead's status has a category");
        }
        wrong.finish()
    }
}

/// A change of a value.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChoicePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    pub archived: Option<bool>,
    /// Of a lead's status only.
    pub category: Option<Category>,
}

impl Validate for ChoicePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        wrong.finish()
    }
}

impl ChoicePatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            archived: self.archived.unwrap_or(old.archived),
            category: self.category.map_or_else(|| old.category.clone(), |c| Some(c.as_str().to_owned())),
        }
    }
}

/// The whole order of a list: each id once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListOrder {
    pub kind: ListKind,
    #[schema(max_items = 1000)]
    pub ids: Vec<uuid::Uuid>,
}

/// The statuses that leads of a new organisation have.
pub const LEAD_STATUSES: [(&str, Category); 6] = [
    ("New", Category::New),
    ("Working", Category::Working),
    ("Nurturing", Category::Nurturing),
    ("Qualified", Category::Qualified),
    ("Unqualified", Category::Unqualified),
    ("Converted", Category::Converted),
];

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
    ("win_reason", &["Product fit", "Price", "Relationship", "Service and support", "Speed of delivery"]),
    (
        "contact_role",
        &["Decision maker", "Economic buyer", "Champion", "Influencer", "Technical evaluator", "User", "Blocker"],
    ),
    ("call_outcome", &["Connected", "Left message", "No answer", "Busy", "Wrong number"]),
    ("meeting_outcome", &["Held", "Rescheduled", "Cancelled", "No show"]),
    ("document_type", &["Proposal", "Quote", "Contract", "Purchase order", "Security review"]),
];
