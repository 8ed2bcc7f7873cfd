//! What can be written of an activity, and what is wrong with it.

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, LeadId, OpportunityId};
use dealwright_kernel::{Error, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::participant::{self, Who};
use super::{ActivityKind, Direction};
use crate::record::{self, Texts};
use crate::task::about::About;

const MAX_MINUTES: i32 = 100_000;

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub kind: ActivityKind,
    pub subject: Option<String>,
    pub body: Option<String>,
    pub direction: Option<Direction>,
    pub duration_minutes: Option<i32>,
    pub outcome_id: Option<ChoiceId>,
    pub private: bool,
    pub occurred_at: DateTime<Utc>,
    pub participants: Vec<Who>,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
}

impl Fields {
    /// What it is about.
    #[must_use]
    pub const fn about(&self) -> About {
        About {
            opportunity: self.opportunity_id,
            account: self.account_id,
            contact: self.contact_id,
            lead: self.lead_id,
        }
    }

    /// What its fields say together.
    ///
    /// # Errors
    /// 422 that names each.
    pub fn agree(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.kind == ActivityKind::Note && self.subject.is_none() && self.body.is_none() {
            wrong.push("body", "required", "a note says something");
        }
        if self.private && self.kind != ActivityKind::Email {
            wrong.push("private", "invalid_value", "only an e-mail can be private");
        }
        if self.outcome_id.is_some() && self.kind.outcomes().is_none() {
            wrong.push("outcome_id", "invalid_value", "only a call or a meeting has an outcome");
        }
        wrong.finish()
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
    /// Of a call a value of the list `call_outcome`, of a meeting of `meeting_outcome`.
    pub outcome_id: Option<ChoiceId>,
    /// Of an e-mail: for its owner alone.
    #[serde(default)]
    pub private: bool,
    /// Who took part beside `contact_id`.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub participants: Vec<Who>,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
}

impl NewActivity {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self, now: DateTime<Utc>) -> Fields {
        Fields {
            kind: self.kind,
            subject: record::text(self.subject),
            body: record::text(self.body),
            direction: self.direction,
            duration_minutes: self.duration_minutes,
            outcome_id: self.outcome_id,
            private: self.private,
            occurred_at: self.occurred_at.unwrap_or(now),
            participants: participant::tidy(self.participants),
            opportunity_id: self.opportunity_id,
            account_id: self.account_id,
            contact_id: self.contact_id,
            lead_id: self.lead_id,
        }
    }
}

impl Validate for NewActivity {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("subject", self.subject.as_deref(), 500);
        wrong.optional("body", self.body.as_deref(), 100_000);
        wrong.date("occurred_at", self.occurred_at.map(|at| at.date_naive()));
        minutes(&mut wrong, self.duration_minutes);
        participant::validate(&mut wrong, Some(&self.participants));
        both(wrong.finish(), self.clone().fields(DateTime::UNIX_EPOCH).agree())
    }
}

fn minutes(wrong: &mut Texts, said: Option<i32>) {
    if said.is_some_and(|m| !(0..=MAX_MINUTES).contains(&m)) {
        wrong.push("duration_minutes", "out_of_range", format!("between 0 and {MAX_MINUTES} minutes"));
    }
}

/// All that is wrong, in one answer.
fn both(one: Result<()>, other: Result<()>) -> Result<()> {
    match (one, other) {
        (Err(a), Err(b)) => Err(Error::fields("invalid", a.fields.into_iter().chain(b.fields).collect())),
        (one, other) => one.and(other),
    }
}

/// A change of an activity: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ActivityPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    pub kind: Option<ActivityKind>,
    #[schema(value_type = Option<String>, max_length = 500)]
    pub subject: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100000)]
    pub body: Patch<String>,
    pub occurred_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 100000)]
    pub duration_minutes: Patch<i32>,
    #[schema(value_type = Option<Direction>)]
    pub direction: Patch<Direction>,
    /// A kind that has no outcomes clears it.
    #[schema(value_type = Option<ChoiceId>)]
    pub outcome_id: Patch<ChoiceId>,
    /// Only its owner may say so.
    pub private: Option<bool>,
    /// All that took part; those that you may not see stay.
    #[schema(max_items = 100)]
    pub participants: Option<Vec<Who>>,
    #[schema(value_type = Option<OpportunityId>)]
    pub opportunity_id: Patch<OpportunityId>,
    #[schema(value_type = Option<AccountId>)]
    pub account_id: Patch<AccountId>,
    #[schema(value_type = Option<ContactId>)]
    pub contact_id: Patch<ContactId>,
    #[schema(value_type = Option<LeadId>)]
    pub lead_id: Patch<LeadId>,
}

impl Validate for ActivityPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.patch("subject", &self.subject, 500);
        wrong.patch("body", &self.body, 100_000);
        wrong.date("occurred_at", self.occurred_at.map(|at| at.date_naive()));
        minutes(&mut wrong, self.duration_minutes.apply(None));
        participant::validate(&mut wrong, self.participants.as_deref());
        wrong.finish()
    }
}

impl ActivityPatch {
    /// From field values as the API names them: what an undo writes.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn from_values(values: Map<String, Value>) -> Result<Self> {
        let patch: Self = read_value(Value::Object(values))?;
        patch.validate()?;
        Ok(patch)
    }

    /// The fields after this patch. What another kind cannot have goes with the old kind.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        let kind = self.kind.unwrap_or(old.kind);
        let outcome = old.outcome_id.filter(|_| kind == old.kind);
        Fields {
            kind,
            subject: record::text(self.subject.apply(old.subject)),
            body: record::text(self.body.apply(old.body)),
            direction: self.direction.apply(old.direction),
            duration_minutes: self.duration_minutes.apply(old.duration_minutes),
            outcome_id: self.outcome_id.apply(outcome),
            private: self.private.unwrap_or(old.private && kind == old.kind),
            occurred_at: self.occurred_at.unwrap_or(old.occurred_at),
            participants: self.participants.map_or(old.participants, participant::tidy),
            opportunity_id: self.opportunity_id.apply(old.opportunity_id),
            account_id: self.account_id.apply(old.account_id),
            contact_id: self.contact_id.apply(old.contact_id),
            lead_id: self.lead_id.apply(old.lead_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let odd =
            json!({"kind": "call", "duration_minutes": -1, "occurred_at": "0001-01-01T00:00:00Z", "private": true});
        assert_eq!(wrong(odd), ["occurred_at:out_of_range", "duration_minutes:out_of_range", "private:invalid_value"]);
        let nobody = json!({"kind": "meeting", "participants": [{}, {"address": " "}, {"address": "a@b.test"}]});
        assert_eq!(wrong(nobody), ["participants.0:invalid_value", "participants.1.address:required"]);
    }

    #[test]
    fn another_kind_loses_what_it_cannot_have() {
        let outcome = ChoiceId(uuid::Uuid::from_u128(1));
        let old: NewActivity = read_value(json!({"kind": "call", "body": "Said", "outcome_id": outcome})).unwrap();
        let old = old.fields(DateTime::UNIX_EPOCH);
        let patch = |value: Value| {
            let Value::Object(values) = value else { panic!("an object") };
            ActivityPatch::from_values(values).unwrap()
        };
        let note = patch(json!({"kind": "note"})).apply(&old);
        assert_eq!((note.outcome_id, note.body.as_deref()), (None, Some("Said")));
        assert!(note.agree().is_ok());
        assert!(patch(json!({"kind": "note", "body": null})).apply(&old).agree().is_err());
        assert_eq!(patch(json!({"subject": "S"})).apply(&old), Fields { subject: Some("S".into()), ..old.clone() });
    }
}
