//! Demonstration data, made from a seed: a believable company for the first run ([`company`]), and organisations of any
//! size for measuring ([`scale`]). Plain structures without a database; who is who is said by positions in the lists.
//!
//! Everything here is invented. Addresses end in `.example` and `.test`, which nobody can own.

pub mod approval;
pub mod company;
pub mod file;
pub mod large;
mod lead;
pub mod material;
pub mod random;
pub mod scale;
pub mod store;
mod story;
mod vocabulary;

use chrono::{DateTime, NaiveDate, Utc};

/// One of the four built-in roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Administrator,
    Manager,
    Rep,
    ReadOnly,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    Open,
    Won,
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub name: &'static str,
    /// Percent.
    pub probability: u8,
    pub kind: StageKind,
}

/// The pipeline that a new organisation starts with.
pub const STAGES: [Stage; 7] = [
    Stage { name: "Prospecting", probability: 10, kind: StageKind::Open },
    Stage { name: "Qualified", probability: 25, kind: StageKind::Open },
    Stage { name: "Engaging", probability: 40, kind: StageKind::Open },
    Stage { name: "Proposal", probability: 60, kind: StageKind::Open },
    Stage { name: "Negotiation", probability: 80, kind: StageKind::Open },
    Stage { name: "Won", probability: 100, kind: StageKind::Won },
    Stage { name: "Lost", probability: 0, kind: StageKind::Lost },
];

/// Position of "Won" in [`STAGES`].
pub const WON: usize = 5;
/// Position of "Lost" in [`STAGES`].
pub const LOST: usize = 6;

pub const INDUSTRIES: [&str; 12] = [
    "Automotive",
    "Chemicals",
    "Construction",
    "Consumer goods",
    "Electronics",
    "Energy",
    "Food and beverage",
    "Healthcare",
    "Logistics",
    "Pharmaceuticals",
    "Retail",
    "Technology",
];
pub const REGIONS: [&str; 3] = ["Central", "East", "West"];
pub const SOURCES: [&str; 7] =
    ["Website", "Referral", "Trade fair", "Partner", "Outbound call", "Existing customer", "Webinar"];
pub const OPPORTUNITY_TYPES: [&str; 4] = ["New business", "Expansion", "Renewal", "Pilot"];
pub const LOSS_REASONS: [&str; 6] =
    ["Price", "Lost to a competitor", "No budget", "No decision", "Missing feature", "Timing"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub name: String,
    pub parent: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// In the list of teams.
    pub team: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub name: &'static str,
    pub code: &'static str,
    pub family: &'static str,
    /// In cents.
    pub unit_price: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub name: String,
    pub domain: String,
    pub phone: String,
    /// In [`INDUSTRIES`].
    pub industry: usize,
    /// In [`REGIONS`].
    pub region: usize,
    pub parent: Option<usize>,
    pub employees: i32,
    /// In cents.
    pub annual_revenue: i64,
    pub founded_year: i32,
    pub country: &'static str,
    /// In the list of people.
    pub owner: usize,
    pub tags: Vec<&'static str>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub title: &'static str,
    pub email: String,
    pub phone: String,
    pub account: usize,
    pub owner: usize,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub product: usize,
    pub quantity: i32,
    /// In cents.
    pub unit_price: i64,
    /// In tenths of a percent.
    pub discount: i32,
}

impl Line {
    /// In cents, rounded down.
    pub fn total(&self) -> i64 {
        self.unit_price * i64::from(self.quantity) * i64::from(1000 - self.discount) / 1000
    }
}

/// The deal entered a stage, moved there by its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// In [`STAGES`].
    pub stage: usize,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    pub name: String,
    pub account: usize,
    pub contact: usize,
    pub owner: usize,
    /// In [`STAGES`].
    pub stage: usize,
    /// In cents; what the lines sum to.
    pub amount: i64,
    pub close_date: NaiveDate,
    /// Percent.
    pub probability: u8,
    pub forecast_category: &'static str,
    /// In [`OPPORTUNITY_TYPES`].
    pub kind: usize,
    /// In [`SOURCES`].
    pub source: usize,
    pub next_step: Option<&'static str>,
    /// In [`LOSS_REASONS`]; lost deals only.
    pub loss_reason: Option<usize>,
    pub lost_notes: Option<String>,
    pub tags: Vec<&'static str>,
    pub lines: Vec<Line>,
    /// Oldest first, the last one being the stage that it is in; the first is when it was created.
    pub history: Vec<Entered>,
}

impl Opportunity {
    pub fn created_at(&self) -> DateTime<Utc> {
        self.history.first().map_or(DateTime::UNIX_EPOCH, |entered| entered.at)
    }

    pub fn stage_entered_at(&self) -> DateTime<Utc> {
        self.history.last().map_or(DateTime::UNIX_EPOCH, |entered| entered.at)
    }

    /// Won and lost deals only.
    pub fn closed_at(&self) -> Option<DateTime<Utc>> {
        (self.stage == WON || self.stage == LOST).then(|| self.stage_entered_at())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    Note,
    Call,
    Email,
    Meeting,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub kind: ActivityKind,
    pub subject: String,
    pub body: String,
    pub at: DateTime<Utc>,
    /// Calls and meetings only.
    pub minutes: Option<i32>,
    /// Calls and e-mails: whether they came from the customer.
    pub incoming: Option<bool>,
    pub by: usize,
    pub opportunity: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    Low,
    Normal,
    High,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub title: String,
    pub due: NaiveDate,
    pub priority: Priority,
    pub assignee: usize,
    pub opportunity: usize,
    pub created_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
}

/// A whole organisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    pub name: &'static str,
    /// ISO 4217.
    pub currency: &'static str,
    pub teams: Vec<Team>,
    pub people: Vec<Person>,
    pub products: Vec<Product>,
    pub accounts: Vec<Account>,
    pub contacts: Vec<Contact>,
    pub opportunities: Vec<Opportunity>,
    pub activities: Vec<Activity>,
    pub tasks: Vec<Task>,
}

#[cfg(test)]
mod tests;
