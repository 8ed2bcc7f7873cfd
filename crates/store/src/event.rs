//! The one append-only record of what happened. Timeline, audit, live updates and webhooks all read it.
//!
//! Events are inserted last in their transaction. [`crate::sequencer`] gives committed ones their position.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{AccountId, ContactId, EventId, ImportId, LeadId, OpportunityId, OrgId};
use dealwright_kernel::{Clock, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// What kind of actor did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    User,
    Agent,
    System,
    Import,
    Key,
    Automation,
}

impl ActorKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Agent => "agent",
            Self::System => "system",
            Self::Import => "import",
            Self::Key => "key",
            Self::Automation => "automation",
        }
    }

    /// As the column holds it; anything unknown is the system's.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match text {
            "user" => Self::User,
            "agent" => Self::Agent,
            "import" => Self::Import,
            "key" => Self::Key,
            "automation" => Self::Automation,
            _ => Self::System,
        }
    }
}

/// Who did it, as it will be read later.
#[derive(Clone, Debug)]
pub struct Stamp {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
    pub name: String,
    /// The person an agent, an import, a key or an automation acts for.
    pub on_behalf_of: Option<Uuid>,
}

/// The request by which something happened; empty for what no request did.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub request_id: Option<String>,
    /// The client's network address.
    pub ip: Option<String>,
    /// At most 300 characters of what the client says of itself.
    pub user_agent: Option<String>,
    /// Under which key its caller would have it done once.
    pub once: Option<Once>,
}

/// The claim of a request that is to be carried out once: what commits for it says so in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub caller: Uuid,
    pub key: String,
}

/// The record that something happened to.
#[derive(Clone, Debug)]
pub struct Subject {
    /// `opportunity`, `account`, …
    pub object: &'static str,
    pub id: Uuid,
    pub name: String,
    pub version: Option<i64>,
}

/// One field's change. Values are as the API shows them; labels are what a person reads for an id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    pub field: String,
    pub old: Value,
    pub new: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_label: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: EventId,
    /// `<object>.<verb>`, such as `opportunity.moved`.
    pub kind: String,
    pub subject: Subject,
    pub opportunity: Option<OpportunityId>,
    pub account: Option<AccountId>,
    pub contact: Option<ContactId>,
    pub lead: Option<LeadId>,
    pub changes: Vec<Change>,
    pub data: Value,
    /// The event this one takes back.
    pub undoes: Option<EventId>,
    pub import: Option<ImportId>,
    /// When it happened, if not now (imported history).
    pub at: Option<DateTime<Utc>>,
}

impl Event {
    #[must_use]
    pub fn new(clock: &Clock, kind: impl Into<String>, subject: Subject) -> Self {
        Self::with_id(EventId(clock.new_id()), kind, subject)
    }

    #[must_use]
    pub fn with_id(id: EventId, kind: impl Into<String>, subject: Subject) -> Self {
        Self {
            id,
            kind: kind.into(),
            subject,
            opportunity: None,
            account: None,
            contact: None,
            lead: None,
            changes: Vec::new(),
            data: json!({}),
            undoes: None,
            import: None,
            at: None,
        }
    }

    /// On which records' timelines it stands.
    #[must_use]
    pub fn about(
        mut self,
        opportunity: Option<OpportunityId>,
        account: Option<AccountId>,
        contact: Option<ContactId>,
    ) -> Self {
        (self.opportunity, self.account, self.contact) = (opportunity, account, contact);
        self
    }

    /// On whose timeline it stands too.
    #[must_use]
    pub const fn on_lead(mut self, lead: Option<LeadId>) -> Self {
        self.lead = lead;
        self
    }

    #[must_use]
    pub fn changes(mut self, changes: Vec<Change>) -> Self {
        self.changes = changes;
        self
    }

    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}

pub(crate) async fn insert(
    db: &mut PgConnection,
    org: OrgId,
    stamp: &Stamp,
    origin: &Origin,
    now: DateTime<Utc>,
    events: Vec<Event>,
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = events
        .into_iter()
        .map(|e| {
            json!({
                "id": e.id, "type": e.kind, "at": e.at.unwrap_or(now),
                "subject_type": e.subject.object, "subject_id": e.subject.id, "subject_name": e.subject.name, "subject_version": e.subject.version,
                "opportunity_id": e.opportunity, "account_id": e.account, "contact_id": e.contact, "lead_id": e.lead,
                "changes": e.changes, "data": e.data, "undoes": e.undoes, "import_id": e.import,
            })
        })
        .collect();
    let rows = serde_json::to_value(rows).map_err(Error::internal)?;
    sqlx::query!(
        "insert into event (org_id, id, type, at, actor_kind, actor_id, actor_name, on_behalf_of, subject_type, subject_id,
                            subject_name, subject_version, opportunity_id, account_id, contact_id, lead_id, changes, data, undoes, import_id,
                            request_id, ip, user_agent)
         select $1, e.id, e.type, e.at, $2, $3, $4, $5, e.subject_type, e.subject_id,
                e.subject_name, e.subject_version, e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.changes, e.data, e.undoes, e.import_id,
                $6, $7, $8
         from jsonb_to_recordset($9) as e (id uuid, type text, at timestamptz, subject_type text, subject_id uuid, subject_name text,
              subject_version bigint, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid, changes jsonb, data jsonb, undoes uuid, import_id uuid)",
        org.0,
        stamp.kind.as_str(),
        stamp.id,
        stamp.name,
        stamp.on_behalf_of,
        origin.request_id,
        origin.ip,
        origin.user_agent,
        rows,
    )
    .execute(db)
    .await?;
    Ok(())
}
