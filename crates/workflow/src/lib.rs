//! The rules of the process. It knows facts and subjects, not the CRM.
//!
//! [`evaluate`] is the one gate: UI, bulk edit, import, API and agents pass through it, and a move needs the
//! [`Cleared`] that only it returns.

pub mod rule;

use dealwright_kernel::id::{OpportunityId, StageId};
use dealwright_kernel::{Error, FieldError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
#[derive(Clone, Copy, Debug)]
pub struct MoveFacts<'a> {
    pub opportunity: OpportunityId,
    pub version: i64,
    pub to: StageId,
    pub to_kind: StageKind,
    /// Fields that the stage wants filled, by the API's names; `custom.<key>` for custom ones.
    pub required: &'a [String],
    /// The record's fields, by the API's names.
    pub fields: &'a Map<String, Value>,
    /// It came to its end in another system, which may not have asked why it was lost.
    pub imported: bool,
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
pub fn evaluate(facts: &MoveFacts<'_>) -> Result<Cleared, Vec<Missing>> {
    const REASON: &str = "lost_reason_id";
    let asks_why = facts.to_kind == StageKind::Lost && !facts.imported;
    let reason = (asks_why && !facts.required.iter().any(|f| f == REASON)).then_some(REASON);
    let asked = reason.into_iter().chain(facts.required.iter().map(String::as_str));
    let missing: Vec<Missing> = asked
        .filter(|field| !is_filled(facts.fields, field))
        .map(|field| {
            let message = if field == REASON { "say why it was lost" } else { "the stage needs this field" };
            Missing { field: field.to_owned(), message: message.to_owned() }
        })
        .collect();
    if missing.is_empty() {
        Ok(Cleared { opportunity: facts.opportunity, version: facts.version, to: facts.to })
    } else {
        Err(missing)
    }
}

/// Whether a field has a value: blank text, an empty list and null are none.
fn is_filled(fields: &Map<String, Value>, name: &str) -> bool {
    match fields.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
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
    use serde_json::json;

    use super::*;

    fn judge(to_kind: StageKind, required: &[&str], fields: &Value) -> Result<Cleared, Vec<Missing>> {
        let id = uuid::Uuid::from_u128(1);
        let required: Vec<String> = required.iter().map(|f| (*f).to_owned()).collect();
        evaluate(&MoveFacts {
            opportunity: id.into(),
            version: 3,
            to: id.into(),
            to_kind,
            required: &required,
            fields: fields.as_object().unwrap(),
            imported: false,
        })
    }

    #[test]
    fn lost_needs_a_reason() {
        assert_eq!(refusal(judge(StageKind::Lost, &[], &json!({})).unwrap_err()).code, "gate_not_cleared");
        assert!(judge(StageKind::Lost, &[], &json!({ "lost_reason_id": "x" })).is_ok());
        assert!(judge(StageKind::Won, &[], &json!({})).is_ok());
    }

    #[test]
    fn a_stage_gets_the_fields_it_asks_for() {
        let fields = json!({ "next_step": " ", "tags": [], "amount": { "amount": "1" }, "custom.budget": 0 });
        let missing =
            judge(StageKind::Open, &["next_step", "tags", "amount", "custom.budget", "custom.other"], &fields);
        let missing: Vec<_> = missing.unwrap_err().into_iter().map(|m| m.field).collect();
        assert_eq!(missing, ["next_step", "tags", "custom.other"]);
    }

    #[test]
    fn clearance_is_for_one_move_at_one_version() {
        let cleared = judge(StageKind::Open, &[], &json!({})).unwrap();
        let id = uuid::Uuid::from_u128(1);
        assert!(cleared.covers(id.into(), 3, id.into()));
        assert!(!cleared.covers(id.into(), 4, id.into()));
    }
}
