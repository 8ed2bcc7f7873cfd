//! What a task or an activity is about: an opportunity, an account, a contact, a lead, or nothing.
//!
//! Several may be named, such as a call with a contact about an opportunity. Its subject is then the first in this
//! order, which is also the one whose readers may read it; it stands on the timelines of all.

use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId};
use dealwright_store::{Event, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store;
use crate::change::store::{References, check_references};

/// The records something is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About {
    pub opportunity: Option<OpportunityId>,
    pub account: Option<AccountId>,
    pub contact: Option<ContactId>,
    pub lead: Option<LeadId>,
}

/// Their names, as far as the actor may see them.
#[derive(Debug, Default)]
pub struct Names {
    pub opportunity: Option<String>,
    pub account: Option<String>,
    pub contact: Option<String>,
    pub lead: Option<String>,
}

/// The record that something is about, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectRef {
    /// `opportunity`, `account`, `contact` or `lead`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub id: Uuid,
    pub name: String,
}

impl About {
    /// The subject; none when it is about nothing, or about what the reader may not see.
    #[must_use]
    pub fn subject(self, names: Names) -> Option<SubjectRef> {
        let (kind, id, name) = match (self.opportunity, self.account, self.contact, self.lead) {
            (Some(id), ..) => ("opportunity", id.0, names.opportunity),
            (None, Some(id), ..) => ("account", id.0, names.account),
            (None, None, Some(id), _) => ("contact", id.0, names.contact),
            (None, None, None, Some(id)) => ("lead", id.0, names.lead),
            (None, None, None, None) => return None,
        };
        Some(SubjectRef { kind, id, name: name? })
    }

    /// The first of the records, whose readers may read it.
    #[must_use]
    pub fn first(self) -> Option<(&'static str, Uuid)> {
        let all = [
            ("opportunity", self.opportunity.map(|id| id.0)),
            ("account", self.account.map(|id| id.0)),
            ("contact", self.contact.map(|id| id.0)),
            ("lead", self.lead.map(|id| id.0)),
        ];
        all.into_iter().find_map(|(object, id)| Some((object, id?)))
    }

    /// Checks that the actor may see what is newly referred to.
    ///
    /// # Errors
    /// 422 with each field that refers to nothing.
    pub async fn check(self, tx: &mut Tx, old: Self) -> Result<()> {
        let references = References {
            opportunity: self.opportunity.filter(|id| old.opportunity != Some(*id)).map(Into::into),
            account: self.account.filter(|id| old.account != Some(*id)).map(Into::into),
            contact: self.contact.filter(|id| old.contact != Some(*id)).map(Into::into),
            lead: self.lead.filter(|id| old.lead != Some(*id)).map(Into::into),
            contact_field: Some("contact_id"),
            ..References::default()
        };
        check_references(tx, &references).await
    }

    /// Puts an event on the timelines of these records; an opportunity's account and contact and a contact's account
    /// read it too.
    ///
    /// # Errors
    /// 503 when the database is gone.
    pub async fn stand_on(self, tx: &mut Tx, event: Event) -> Result<Event> {
        let around = store::around(tx, self).await?;
        let event = event.about(self.opportunity, self.account.or(around.account), self.contact.or(around.contact));
        Ok(event.on_lead(self.lead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_first_of_what_it_is_about() {
        let id = Uuid::from_u128(7);
        let names =
            || Names { opportunity: None, account: Some("Isdom".into()), contact: Some("Nadia".into()), lead: None };
        let both = About { account: Some(AccountId(id)), contact: Some(ContactId(id)), ..About::default() };
        assert_eq!(both.subject(names()), Some(SubjectRef { kind: "account", id, name: "Isdom".into() }));
        // A hidden opportunity is not replaced by something else.
        assert_eq!(About { opportunity: Some(OpportunityId(id)), ..both }.subject(names()), None);
        assert_eq!(About::default().subject(names()), None);
    }
}
