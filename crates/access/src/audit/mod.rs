//! The audit log: who did what, when, from where and as whom. It is the event log, read by those who may.
//!
//! Row-level security decides about each event: one about a record that is hidden from the reader is hidden too. What is
//! written can't be changed by any role that serves; [`seal`] makes it show when somebody else did.

mod export;
pub use export::plain_cell;
pub mod http;
pub mod seal;
mod seal_http;
pub mod sealing;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{EventId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Change};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::policy::Object;
use crate::policy::fields::FieldAccess;

/// Something that happened, with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    pub id: EventId,
    /// `<object>.<verb>`, such as `opportunity.moved`.
    #[serde(rename = "type")]
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor: AuditActor,
    pub subject: AuditSubject,
    /// Without the fields that the reader's roles hide.
    pub changes: Vec<Change>,
    /// The fields that have changed and are left out of `changes`.
    pub hidden_fields: Vec<String>,
    #[schema(value_type = Object)]
    pub data: Value,
    /// The event that this one took back.
    pub undoes: Option<EventId>,
    pub import_id: Option<Uuid>,
    pub request_id: Option<String>,
    /// The network address of the client.
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

impl AuditEvent {
    /// Leaves out what the reader's roles hide: the values that a hidden field had before and after.
    #[must_use]
    fn shown_to(mut self, access: &FieldAccess) -> Self {
        let Some(&object) = Object::ALL.iter().find(|o| o.as_str() == self.subject.kind) else { return self };
        let (mut shown, mut hidden) = (Vec::new(), Vec::new());
        for change in self.changes {
            match access.hiding(object, &change.field) {
                Some(field) if hidden.iter().any(|f| f == field) => {}
                Some(field) => hidden.push(field.to_owned()),
                None => shown.push(change),
            }
        }
        (self.changes, self.hidden_fields) = (shown, hidden);
        self
    }
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditActor {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
    pub name: String,
    /// The person an agent, an import or a key acted for.
    pub on_behalf_of: Option<AuditPerson>,
}

/// A user by id and present name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPerson {
    pub id: UserId,
    pub name: String,
}

/// What it happened to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditSubject {
    #[serde(rename = "type")]
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub version: Option<i64>,
}

/// Which events are asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Filter {
    pub actor_id: Option<Uuid>,
    pub on_behalf_of: Option<Uuid>,
    pub kind: Option<String>,
    pub object: Option<String>,
    pub record_id: Option<Uuid>,
    pub request_id: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub q: Option<String>,
}

impl Filter {
    /// # Errors
    /// 400 `invalid_filter` that names the parameter.
    pub fn check(self) -> Result<Self> {
        for (name, value) in
            [("type", &self.kind), ("object", &self.object), ("request_id", &self.request_id), ("q", &self.q)]
        {
            if value.as_ref().is_some_and(|v| v.len() > 200 || v.contains('\0')) {
                return Err(Error::unreadable("invalid_filter", "at most 200 characters").on(name));
            }
        }
        for (name, value) in [("from", self.from), ("to", self.to)] {
            if value.is_some_and(|at| !(1..=9998).contains(&chrono::Datelike::year(&at))) {
                return Err(Error::unreadable("invalid_filter", "a time of the years 1 to 9998").on(name));
            }
        }
        Ok(self)
    }

    /// The words of `q`; none when it is not asked for.
    #[must_use]
    pub fn words(&self) -> Option<Vec<String>> {
        let split = |q: &String| {
            q.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).take(10).collect()
        };
        self.q.as_ref().filter(|q| !q.trim().is_empty()).map(split)
    }
}
