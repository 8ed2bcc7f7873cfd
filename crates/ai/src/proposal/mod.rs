//! Proposals: what the assistant would change, for a person to approve.
//!
//! A proposal is bound to its diff by a hash and to the record by its version. Approving it applies the diff through the
//! function that a person's own edit uses, in the approver's name, once. When the record has changed meanwhile, the
//! proposal is applied to what it is now if its own fields are as they were, and is stale otherwise.

pub mod automatic;
pub mod decide;
pub mod decision_http;
pub mod governed;
pub mod http;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::{Actor, Object};
use dealwright_crm::change;
use dealwright_crm::record::Ref;
use dealwright_kernel::id::{AgentRunId, ApprovalId, EventId, ProposalId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Change;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    UpdateOpportunity,
    CreateTask,
}

impl Kind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpdateOpportunity => "update_opportunity",
            Self::CreateTask => "create_task",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "update_opportunity" => Ok(Self::UpdateOpportunity),
            "create_task" => Ok(Self::CreateTask),
            other => Err(Error::internal(format!("no such kind of proposal: {other}"))),
        }
    }
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProposalStatus)]
pub enum Status {
    Pending,
    Approved,
    Rejected,
    /// The record's fields have changed since; see `stale`.
    Stale,
    /// It was approved and could not be applied.
    Failed,
    Expired,
}

impl Status {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

impl std::str::FromStr for Status {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Pending, Self::Approved, Self::Rejected, Self::Stale, Self::Failed, Self::Expired]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| {
                Error::field("status", "invalid_value", "one of pending, approved, rejected, stale, failed, expired")
            })
    }
}

/// How plainly the request asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    High,
    Medium,
    Low,
}

impl Confidence {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl std::str::FromStr for Confidence {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "high" => Self::High,
            "low" => Self::Low,
            _ => Self::Medium,
        })
    }
}

/// The record that would be changed, or that a task is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// `opportunity`, `account`, `contact`, `lead`, or `task` for a task about nothing.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Option<Uuid>,
    pub name: String,
}

/// One field, old and new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    pub field: String,
    /// The field's name for a person.
    pub label: String,
    pub old: Value,
    pub new: Value,
    pub old_label: Option<String>,
    pub new_label: Option<String>,
}

impl Difference {
    /// A field of a new record.
    #[must_use]
    pub fn new(field: &str, new: Value, new_label: Option<String>) -> Self {
        Self { field: field.to_owned(), label: change::label(field), old: Value::Null, new, old_label: None, new_label }
    }
}

impl From<Change> for Difference {
    fn from(change: Change) -> Self {
        Self {
            label: change::label(&change.field),
            field: change.field,
            old: change.old,
            new: change.new,
            old_label: change.old_label,
            new_label: change.new_label,
        }
    }
}

/// What a proposal rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    #[serde(default)]
    pub n: u32,
    /// `request` for the user's own words, else the type of a record.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Option<Uuid>,
    pub label: String,
    pub detail: Option<String>,
    pub at: Option<DateTime<Utc>>,
}

impl Evidence {
    /// The user's own words for an argument.
    #[must_use]
    pub fn request(field: &str, words: &str) -> Self {
        Self {
            n: 0,
            kind: "request".into(),
            id: None,
            label: change::label(field),
            detail: Some(format!("“{words}”")),
            at: None,
        }
    }

    /// A record that was read.
    #[must_use]
    pub fn record(kind: &str, id: Uuid, name: &str, at: DateTime<Utc>) -> Self {
        Self { n: 0, kind: kind.into(), id: Some(id), label: name.to_owned(), detail: None, at: Some(at) }
    }
}

/// A proposal to be written.
#[derive(Clone, Debug)]
pub struct NewProposal {
    pub kind: Kind,
    pub target: Target,
    pub base_version: Option<i64>,
    pub diff: Vec<Difference>,
    pub reason: String,
    pub evidence: Vec<Evidence>,
    /// Whether its values may come out of text that somebody else wrote.
    pub tainted: bool,
}

/// A field that has changed since the proposal was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StaleField {
    pub field: String,
    #[schema(value_type = Object)]
    pub current: Value,
    pub current_label: Option<String>,
}

/// Why a proposal is stale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stale {
    pub fields: Vec<StaleField>,
}

/// A proposal as the API shows it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    pub id: ProposalId,
    pub run_id: AgentRunId,
    pub status: Status,
    pub kind: Kind,
    pub target: Target,
    pub base_version: Option<i64>,
    pub diff: Vec<Difference>,
    /// Approving takes this, so that nobody approves what they have not seen.
    pub diff_hash: String,
    /// What was asked for.
    pub reason: String,
    pub evidence: Vec<Evidence>,
    /// Whether a value came out of text that somebody else wrote. False as long as values are only the asker's own words.
    pub tainted: bool,
    pub confidence: Confidence,
    pub requested_by: Ref,
    pub decided_by: Option<Ref>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decision_reason: Option<String>,
    /// Whether it was applied without asking, as the policy for its tool says.
    #[serde(default)]
    pub automatic: bool,
    /// The applied change, for undo.
    pub event_id: Option<EventId>,
    /// When the applied change was taken back.
    pub undone_at: Option<DateTime<Utc>>,
    pub stale: Option<Stale>,
    /// The request by whose levels it is decided, where it takes more than one person's yes.
    #[serde(default)]
    pub approval_id: Option<ApprovalId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Proposal {
    /// Without the fields that are hidden from `actor`, in the diff, in what it rests on and in what has changed since.
    /// Its hash stays that of the whole: who does not see all of it can't approve all of it.
    #[must_use]
    pub fn shown_to(mut self, actor: &Actor) -> Self {
        let object = match self.kind {
            Kind::UpdateOpportunity => Object::Opportunity,
            Kind::CreateTask => Object::Task,
        };
        let hidden: Vec<String> =
            self.diff.iter().map(|d| d.field.clone()).filter(|f| actor.fields.hides(object, f)).collect();
        if hidden.is_empty() {
            return self;
        }
        let labels: Vec<String> = hidden.iter().map(|field| change::label(field)).collect();
        self.diff.retain(|d| !hidden.contains(&d.field));
        self.evidence.retain(|e| e.kind != "request" || !labels.contains(&e.label));
        if let Some(stale) = &mut self.stale {
            stale.fields.retain(|f| !hidden.contains(&f.field));
        }
        // The request repeats in words what the diff says in values.
        if self.requested_by.id != actor.user.0 {
            self.reason = String::new();
        }
        self
    }
}

/// The hash that binds an approval to what was seen: of the target, its version and every field, old and new.
#[must_use]
pub fn diff_hash(kind: Kind, target: Option<Uuid>, base_version: Option<i64>, diff: &[Difference]) -> String {
    let fields: Vec<Value> =
        diff.iter().map(|d| serde_json::json!([d.field, sorted(&d.old), sorted(&d.new)])).collect();
    let text = serde_json::json!([kind.as_str(), target, base_version, fields]).to_string();
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()))
}

/// The same value whatever order its keys came in.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            Value::Array(keys.into_iter().map(|k| serde_json::json!([k, map.get(k).map(sorted)])).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// The new values that are to be written: of the approved fields, with the approver's own instead where they gave one.
///
/// # Errors
/// 422 for a field that the proposal does not have.
pub fn approved_values(
    diff: &[Difference],
    only: Option<&[String]>,
    edits: &Map<String, Value>,
) -> Result<Map<String, Value>> {
    let unknown = |field: &String| !diff.iter().any(|d| d.field == *field);
    if let Some(field) = only.into_iter().flatten().chain(edits.keys()).find(|f| unknown(f)) {
        return Err(Error::field(field.as_str(), "unknown_field", "the proposal has no such field"));
    }
    let values: Map<String, Value> = diff
        .iter()
        .filter(|d| only.is_none_or(|fields| fields.contains(&d.field)))
        .map(|d| (d.field.clone(), edits.get(&d.field).unwrap_or(&d.new).clone()))
        .collect();
    if values.is_empty() {
        return Err(Error::field("fields", "required", "approve at least one field, or reject the proposal"));
    }
    Ok(values)
}

/// The fields, of those to be written, that are no longer what the proposal says they were.
#[must_use]
pub fn changed_since(
    diff: &[Difference],
    values: &Map<String, Value>,
    current: &Map<String, Value>,
) -> Vec<StaleField> {
    diff.iter()
        .filter(|d| values.contains_key(&d.field))
        .filter_map(|d| {
            let now = current.get(&d.field)?;
            (*now != d.old).then(|| StaleField { field: d.field.clone(), current: now.clone(), current_label: None })
        })
        .collect()
}

/// The date in a diff's value, for summaries.
#[must_use]
pub fn date_of(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn diff() -> Vec<Difference> {
        let field = |field: &str, old: Value, new: Value| Difference { old, ..Difference::new(field, new, None) };
        vec![
            field("amount", json!({"amount": "1.00", "currency": "USD"}), json!({"amount": "2.00", "currency": "USD"})),
            field("close_date", json!(null), json!("2026-01-01")),
        ]
    }

    #[test]
    fn the_hash_is_of_what_was_seen() {
        let id = Some(Uuid::from_u128(1));
        let hash = diff_hash(Kind::UpdateOpportunity, id, Some(3), &diff());
        assert_eq!(hash, diff_hash(Kind::UpdateOpportunity, id, Some(3), &diff()));
        assert_ne!(hash, diff_hash(Kind::UpdateOpportunity, id, Some(4), &diff()));
        let mut other = diff();
        other[1].new = json!("2026-01-02");
        assert_ne!(hash, diff_hash(Kind::UpdateOpportunity, id, Some(3), &other));
    }

    #[test]
    fn a_part_may_be_approved_and_a_value_replaced() {
        let edits = Map::from_iter([("close_date".to_owned(), json!("2026-02-01"))]);
        let values = approved_values(&diff(), Some(&["close_date".to_owned()]), &edits).unwrap();
        assert_eq!(Value::Object(values), json!({ "close_date": "2026-02-01" }));
        assert!(approved_values(&diff(), None, &Map::from_iter([("owner_id".to_owned(), json!(1))])).is_err());
        assert!(approved_values(&diff(), Some(&[]), &Map::new()).is_err());
    }

    #[test]
    fn only_what_would_be_written_can_be_stale() {
        let current = Map::from_iter([
            ("amount".to_owned(), json!({"amount": "9.00", "currency": "USD"})),
            ("close_date".to_owned(), json!(null)),
            ("name".to_owned(), json!("x")),
        ]);
        let all = approved_values(&diff(), None, &Map::new()).unwrap();
        assert_eq!(
            changed_since(&diff(), &all, &current).iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
            ["amount"]
        );
        let part = approved_values(&diff(), Some(&["close_date".to_owned()]), &Map::new()).unwrap();
        assert!(changed_since(&diff(), &part, &current).is_empty());
    }
}
