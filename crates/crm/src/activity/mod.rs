//! Activities: the notes, calls, e-mails and meetings that happened.
//!
//! Here are the types and the rules; `participant` says who took part, `fields` what can be written, `store` holds the SQL,
//! `write` the one way in which activities are written, `mention` whom and what a note names, `http` the endpoints. An activity is seen as what it is about is;
//! one about nothing, and a private e-mail, by whoever logged it. It stands on timelines at the time it happened, as it
//! reads now.

mod fields;
pub mod http;
pub mod mention;
pub mod participant;
pub mod reaction;
pub mod store;
pub mod write;

use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteActivity, Object, UpdateActivity};
use dealwright_access::{Actor, Record};
use dealwright_kernel::Result;
use dealwright_kernel::id::{
    AccountId, ActivityId, ChoiceId, ContactId, EventId, LeadId, OpportunityId, TeamId, UserId,
};
use dealwright_store::{Event, Subject, Tx};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::fields::{ActivityPatch, Fields, NewActivity};
use self::participant::Participant;
use crate::opportunity::May;
use crate::record::Ref;
use crate::task::about::{About, SubjectRef};
use crate::words::words;

words! {
    /// What happened.
    ActivityKind, "kind" { Note = "note", Call = "call", Email = "email", Meeting = "meeting" }
}

impl ActivityKind {
    /// The managed list of its outcomes; a note and an e-mail have none.
    #[must_use]
    pub const fn outcomes(self) -> Option<&'static str> {
        match self {
            Self::Call => Some("call_outcome"),
            Self::Meeting => Some("meeting_outcome"),
            Self::Note | Self::Email => None,
        }
    }
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
    /// What became of a call or a meeting: a value of the list `call_outcome` or `meeting_outcome`.
    pub outcome_id: Option<ChoiceId>,
    pub outcome: Option<Ref>,
    /// An e-mail that only its owner sees.
    pub private: bool,
    pub occurred_at: DateTime<Utc>,
    /// Who took part, beside the contact it is about; without contacts that you may not see.
    pub participants: Vec<Participant>,
    /// Who logged it.
    pub owner_id: UserId,
    pub owner: Ref,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    /// The record it is about; null when none, or when you may not see it.
    pub about: Option<SubjectRef>,
    /// Whom and what its text names, by their names of now; without what you may not see.
    pub mentions: Vec<mention::MentionRef>,
    pub reactions: Vec<reaction::ReactionCount>,
    /// The conversation of an e-mail that came from a mailbox; null for what was typed in.
    pub thread_id: Option<Uuid>,
    /// When it was last changed by somebody; null when it is as it was logged.
    pub edited_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub may: May,
    /// What "team" scope means for it.
    #[serde(skip)]
    pub team_id: Option<TeamId>,
    /// Whether who reads it may update what it is about.
    #[serde(skip)]
    pub of_their_record: bool,
    /// The event by which it stands on timelines.
    #[serde(skip)]
    pub entry_id: Option<EventId>,
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

    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            kind: self.kind,
            subject: self.subject.clone(),
            body: self.body.clone(),
            direction: self.direction,
            duration_minutes: self.duration_minutes,
            outcome_id: self.outcome_id,
            private: self.private,
            occurred_at: self.occurred_at,
            participants: self.participants.iter().map(Participant::who).collect(),
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
        }
    }

    /// What it is called where its words are not shown. A private e-mail tells nothing of itself.
    #[must_use]
    pub fn name(&self) -> String {
        self.subject.clone().filter(|_| !self.private).unwrap_or_else(|| self.kind.as_str().to_owned())
    }

    /// What timelines tell of it: as it reads now.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({
            "kind": self.kind, "subject": self.subject, "body": self.body, "duration_minutes": self.duration_minutes,
            "direction": self.direction, "activity_id": self.id, "thread_id": self.thread_id, "private": self.private,
        })
    }

    /// An event about it, on no timeline yet. It does not repeat the words: they can be put right.
    #[must_use]
    pub fn event(&self, id: EventId, verb: &str) -> Event {
        let subject = Subject { object: "activity", id: self.id.0, name: self.name(), version: Some(self.version) };
        Event::with_id(id, format!("activity.{verb}"), subject)
            .data(json!({ "kind": self.kind, "direction": self.direction, "activity_id": self.id }))
    }

    /// An event of which people hear: it says on which record, and whom it newly names.
    fn heard(
        &self,
        id: EventId,
        verb: &str,
        named: &std::collections::BTreeSet<(mention::MentionKind, Uuid)>,
    ) -> Event {
        let mut event = self.event(id, verb);
        let mentions = mention::told(named);
        if self.kind != ActivityKind::Note && mentions.is_none() {
            return event;
        }
        if let Some(data) = event.data.as_object_mut() {
            if let Some((object, record)) = self.records().first() {
                data.insert("about".to_owned(), json!({ "object": object, "id": record }));
            }
            data.extend(mentions.map(|told| ("mentions".to_owned(), told)));
        }
        event
    }

    /// As `actor` may write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateActivity>();
        self.may = May {
            update: actor.reaches(update, self.owner_id, self.team_id)
                || actor.may_by_share(update, self.of_their_record),
            delete: actor.reaches(permission::<DeleteActivity>(), self.owner_id, self.team_id),
        };
        self
    }
}

impl Record for Activity {
    const OBJECT: Object = Object::Activity;
    type Id = ActivityId;

    async fn find(tx: &mut Tx, id: ActivityId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.owner_id, self.team_id)
    }

    /// Who may update what it is about may update it too.
    fn shared_to_edit(&self) -> bool {
        self.of_their_record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for kind in [ActivityKind::Note, ActivityKind::Call, ActivityKind::Email, ActivityKind::Meeting] {
            assert_eq!(kind.as_str().parse::<ActivityKind>().unwrap(), kind);
            assert_eq!(json!(kind), kind.as_str());
        }
        assert!("up".parse::<Direction>().is_err());
    }
}
