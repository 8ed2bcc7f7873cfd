//! A change of many records: a selection, or all that a filter finds. A job makes it, record by record, through the same
//! permissions, rules, gates and versions as a change of one alone; what is refused is kept with the reason, and the whole
//! can be taken back.

pub mod apply;
pub mod http;
pub mod job;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{BulkId, EventId};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::Texts;
use crate::selection::ListObject;

/// The most records of one change.
pub const MAX_ROWS: i64 = 50_000;
const MAX_CHANGE: usize = 64 * 1024;

/// What is to be done with each record: fields set, tags given and taken; or deletion, or assignment, alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Work {
    /// Fields as a PATCH of one record takes them: null clears.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub delete: bool,
    /// The assignment rules choose the owner; of leads alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assign: bool,
}

impl Work {
    fn writes(&self) -> bool {
        !(self.set.is_empty() && self.add_tags.is_empty() && self.remove_tags.is_empty())
    }

    /// # Errors
    /// 422 when it says nothing, too much, or what no record takes.
    pub fn check(&self, object: ListObject) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.tags(Some(&self.add_tags));
        wrong.tags(Some(&self.remove_tags));
        if [self.delete, self.writes(), self.assign].into_iter().filter(|asked| *asked).count() != 1 {
            wrong.push("change", "invalid_value", "either fields and tags, or deletion, or assignment");
        }
        if self.assign && object != ListObject::Lead {
            wrong.push("change.assign", "invalid_value", "only leads are assigned by rules");
        }
        if object == ListObject::Task && !(self.add_tags.is_empty() && self.remove_tags.is_empty()) {
            wrong.push("change.add_tags", "invalid_value", "tasks have no tags");
        }
        for held in ["version", "tags"] {
            if self.set.contains_key(held) {
                wrong.push(&format!("change.set.{held}"), "invalid_value", "it is each record's own");
            }
        }
        if Value::Object(self.set.clone()).to_string().len() > MAX_CHANGE {
            wrong.push("change.set", "too_long", "at most 64 KiB");
        }
        wrong.finish()?;
        apply::check(object, self.set.clone())
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkStatus {
    Running,
    Done,
    /// Somebody stopped it; what was done by then stays.
    Stopped,
    Undoing,
    Undone,
    Failed,
}

impl BulkStatus {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for BulkStatus {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Running, Self::Done, Self::Stopped, Self::Undoing, Self::Undone, Self::Failed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal(format!("{text} is no status of a bulk change")))
    }
}

/// A change of many records, as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkChange {
    pub id: BulkId,
    pub object: ListObject,
    pub change: Work,
    pub status: BulkStatus,
    pub total: i64,
    /// How many have been looked at; of an undo, of those that were changed.
    pub done: i64,
    pub changed: i64,
    pub refused: i64,
    /// How many an undo took back.
    pub undone: i64,
    /// Why it failed as a whole.
    pub problem: Option<String>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// A record that was refused, or that an undo left as it is, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BulkRefusal {
    pub record_id: Uuid,
    /// Null when you may not see it.
    pub name: Option<String>,
    pub state: String,
    pub field: Option<String>,
    pub code: Option<String>,
    pub message: Option<String>,
}

/// What became of one record.
#[derive(Clone, Debug)]
pub enum Fate {
    Changed(EventId),
    Unchanged,
    Refused { field: Option<String>, code: String, message: String },
}

impl Fate {
    /// The field's code and message where the error is one field's: they say more than `invalid`.
    fn of(error: &Error) -> Self {
        let first = error.fields.first();
        Self::Refused {
            field: first.map(|f| f.field.clone()),
            code: first.map_or_else(|| error.code.to_string(), |f| f.code.to_string()),
            message: first.map_or_else(|| error.detail.clone(), |f| f.message.clone()),
        }
    }
}

/// A record and the version that the person saw.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRecord {
    pub id: Uuid,
    pub version: i64,
}

/// Which records, and what with them: either `records`, or all that a filter finds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBulkChange {
    pub object: ListObject,
    pub change: Work,
    /// At most 5,000; each stands at the version that you saw, or is refused.
    #[schema(max_items = 5000)]
    pub records: Option<Vec<BulkRecord>>,
    /// All that it finds now.
    pub matching: Option<crate::selection::Selection>,
}

impl Validate for NewBulkChange {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.records.is_some() == self.matching.is_some() {
            wrong.push("records", "invalid_value", "either records or matching");
        }
        if self.records.as_ref().is_some_and(|r| r.is_empty() || r.len() > 5_000) {
            wrong.push("records", "too_many", "between 1 and 5,000 records");
        }
        wrong.finish()?;
        self.change.check(self.object)
    }
}
