//! Activities: the notes, calls, e-mails and meetings that happened. They are logged, not changed.
//!
//! Here are the types and the rules; `store` holds the SQL, `http` the endpoints. An activity is seen as what it is
//! about is; one about nothing, by whoever logged it. It stands on timelines at the time it happened.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AccountId, ActivityId, ContactId, LeadId, OpportunityId, UserId};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::record::{Ref, Texts};
use crate::task::about::{About, SubjectRef};
use crate::words::words;

const MAX_MINUTES: i32 = 100_000;

words! {
    /// What happened.
    ActivityKind, "kind" { Note = "note", Call = "call", Email = "email", Meeting = "meeting" }
}

words! {
    /// Who began: they (`in`) or we (`out`).
    Direction, "direction" { In = "in", Out = "out" }
}

/// An activity as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Activity {
    pub id: ActivityId,
    pub kind: ActivityKind,
    /// Its heading.
    pub subject: Option<String>,
    pub body: Option<String>,
    pub direction: Option<Direction>,
    pub duration_minutes: Option<i32>,
    pub occurred_at: DateTime<Utc>,
    /// Who logged it.
    pub owner_id: UserId,
    pub owner: Ref,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    /// The record it is about; null when none, or when you may not see it.
    pub about: Option<SubjectRef>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
}

impl Activity {
    /// What it is about.
    #[must_use]
    pub const fn records(&self) -> About {
        About {
            opportunity: self.opportunity_id,
            account: self.account_id,
            contact: self.contact_id,
            lead: self.lead_id,
        }
    }

    /// The event that tells of it, at the time it happened; on no timeline yet.
    #[must_use]
    pub fn logged(&self, tx: &Tx) -> Event {
        let name = self.subject.clone().unwrap_or_else(|| self.kind.as_str().to_owned());
        let subject = Subject { object: "activity", id: self.id.0, name, version: Some(self.version) };
        let mut event = Event::with_id(tx.new_id().into(), "activity.logged", subject).data(json!({
            "kind": self.kind,
            "subject": self.subject,
            "body": self.body,
            "duration_minutes": self.duration_minutes,
            "direction": self.direction,
            "activity_id": self.id,
        }));
        event.at = Some(self.occurred_at);
        event
    }
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewActivity {
    pub kind: ActivityKind,
    #[schema(max_length = 500)]
    pub subject: Option<String>,
    #[schema(max_length = 100000)]
    pub body: Option<String>,
    /// Now when absent.
    pub occurred_at: Option<DateTime<Utc>>,
    #[schema(minimum = 0, maximum = 100000)]
    pub duration_minutes: Option<i32>,
    pub direction: Option<Direction>,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
}

impl NewActivity {
    /// What it is about.
    #[must_use]
    pub const fn records(&self) -> About {
        About {
            opportunity: self.opportunity_id,
            account: self.account_id,
            contact: self.contact_id,
            lead: self.lead_id,
        }
    }
}

impl Validate for NewActivity {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("subject", self.subject.as_deref(), 500);
        wrong.optional("body", self.body.as_deref(), 100_000);
        let said = |text: &Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        if self.kind == ActivityKind::Note && !said(&self.subject) && !said(&self.body) {
            wrong.push("body", "required", "a note says something");
        }
        wrong.date("occurred_at", self.occurred_at.map(|at| at.date_naive()));
        if self.duration_minutes.is_some_and(|m| !(0..=MAX_MINUTES).contains(&m)) {
            wrong.push("duration_minutes", "out_of_range", format!("between 0 and {MAX_MINUTES} minutes"));
        }
        wrong.finish()
    }
}

#[cfg(test)]
mod tests {
    use dealwright_kernel::extract::read_value;
    use serde_json::Value;

    use super::*;

    fn wrong(body: Value) -> Vec<String> {
        let error = read_value::<NewActivity>(body).and_then(|new| new.validate()).err();
        error.into_iter().flat_map(|e| e.fields).map(|f| format!("{}:{}", f.field, f.code)).collect()
    }

    #[test]
    fn what_is_logged_is_checked_field_by_field() {
        assert!(wrong(json!({"kind": "call", "duration_minutes": 15, "direction": "out"})).is_empty());
        assert_eq!(wrong(json!({"kind": "note", "body": " "})), ["body:required"]);
        assert_eq!(wrong(json!({"kind": "fax"})), ["kind:invalid_value"]);
        let odd = json!({"kind": "call", "duration_minutes": -1, "occurred_at": "0001-01-01T00:00:00Z"});
        assert_eq!(wrong(odd), ["occurred_at:out_of_range", "duration_minutes:out_of_range"]);
    }

    #[test]
    fn words_are_read_back() {
        for kind in [ActivityKind::Note, ActivityKind::Call, ActivityKind::Email, ActivityKind::Meeting] {
            assert_eq!(kind.as_str().parse::<ActivityKind>().unwrap(), kind);
            assert_eq!(json!(kind), kind.as_str());
        }
        assert!("up".parse::<Direction>().is_err());
    }
}
