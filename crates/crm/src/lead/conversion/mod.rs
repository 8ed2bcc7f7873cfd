//! How a lead becomes an account, a contact and an opportunity, and how that is taken back.
//!
//! `draft` is what a lead would make of each; `find` finds what is there already; `convert` and `revert` do it, each in
//! one transaction and through the same functions, permissions and rules as those records' own forms; `store` holds the
//! SQL.

mod convert;
mod draft;
mod find;
mod revert;
pub mod store;

use std::collections::BTreeMap;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, EventId, OpportunityId};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::convert::convert;
pub(super) use self::draft::domain_of;
pub use self::find::preview;
pub use self::revert::revert;
use super::Lead;
use crate::record::Ref;

/// By what a record that is there already was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    Email,
    Domain,
    Name,
    SimilarName,
}

/// An account that the lead may belong to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountCandidate {
    pub id: AccountId,
    pub name: String,
    pub domain: Option<String>,
    pub owner: Ref,
    pub matched_by: Vec<MatchedBy>,
}

/// A contact that the lead may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactCandidate {
    pub id: ContactId,
    pub name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub account: Option<Ref>,
    pub owner: Ref,
    pub matched_by: Vec<MatchedBy>,
}

/// What a conversion finds, and what it would make: the fields of each new record, as its own endpoint takes them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversionPreview {
    /// The likeliest first, of what you may see.
    pub accounts: Vec<AccountCandidate>,
    pub contacts: Vec<ContactCandidate>,
    /// Null when the lead names no company.
    #[schema(value_type = Option<Object>)]
    pub account: Option<Map<String, Value>>,
    /// Null when the lead names no person.
    #[schema(value_type = Option<Object>)]
    pub contact: Option<Map<String, Value>>,
    #[schema(value_type = Object)]
    pub opportunity: Map<String, Value>,
    /// Tasks and activities that move.
    pub tasks: i64,
    pub activities: i64,
}

/// A record that is there, or a new one.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConvertTo {
    /// The record that is there. It stays as it is.
    pub id: Option<Uuid>,
    /// Of a new one: fields to be other than the lead says, as the record's own endpoint takes them.
    #[schema(value_type = Option<Object>)]
    pub fields: Option<Map<String, Value>>,
}

/// What a lead becomes: each part is a record that is there, a new one, or none.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConvertLead {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    pub account: Option<ConvertTo>,
    pub contact: Option<ConvertTo>,
    /// New, or none.
    pub opportunity: Option<ConvertTo>,
}

impl Validate for ConvertLead {
    fn validate(&self) -> Result<()> {
        if self.account.is_none() && self.contact.is_none() {
            return Err(Error::field("contact", "required", "a lead becomes an account, a contact, or both"));
        }
        if self.opportunity.as_ref().is_some_and(|o| o.id.is_some()) {
            return Err(Error::field(
                "opportunity.id",
                "invalid_value",
                "a conversion makes a new opportunity, or none",
            ));
        }
        for (name, part) in [("account", &self.account), ("contact", &self.contact)] {
            if part.as_ref().is_some_and(|p| p.id.is_some() && p.fields.is_some()) {
                let field = format!("{name}.fields");
                return Err(Error::field(field, "invalid_value", "fields are those of a new record"));
            }
        }
        Ok(())
    }
}

/// The version that a change names, for undoing it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RevertConversion {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

/// A lead that has been converted.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConvertedLead {
    pub lead: Lead,
    /// To undo it by.
    pub event_id: EventId,
}

/// A record that a conversion made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MadeRecord {
    /// `account`, `contact` or `opportunity`.
    #[serde(rename = "type")]
    pub object: &'static str,
    pub id: Uuid,
    pub name: String,
    /// Why it stays: `changed`, `in_use` or `not_permitted`; null for what is in the bin now.
    pub reason: Option<&'static str>,
}

/// What became of a conversion that was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevertedConversion {
    pub lead: Lead,
    /// What it had made, now in the bin.
    pub deleted: Vec<MadeRecord>,
    /// What it had made and others have come to use, which stays.
    pub kept: Vec<MadeRecord>,
    pub event_id: EventId,
}

/// What a conversion made and moved, as the lead keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub event_id: EventId,
    /// The status that it had.
    pub status_id: ChoiceId,
    pub account: Option<AccountId>,
    pub contact: Option<ContactId>,
    pub opportunity: Option<OpportunityId>,
    /// The versions of what was made; none of what was there.
    pub made: Made,
    pub activities: Vec<Uuid>,
    pub tasks: Vec<Uuid>,
    #[serde(default)]
    pub files: Vec<Uuid>,
    /// What moved activities and tasks were about already, by their ids; those that were about nothing else are not here.
    #[serde(default)]
    pub had: BTreeMap<Uuid, Vec<String>>,
}

/// The versions of records when they were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub account: Option<i64>,
    pub contact: Option<i64>,
    pub opportunity: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_there_or_new() {
        let there = ConvertTo { id: Some(Uuid::nil()), fields: None };
        let both = ConvertTo { id: Some(Uuid::nil()), fields: Some(Map::new()) };
        let of = |account, opportunity| ConvertLead { account, opportunity, ..ConvertLead::default() };
        assert!(of(Some(there.clone()), Some(ConvertTo::default())).validate().is_ok());
        assert!(of(None, None).validate().is_err());
        assert!(of(Some(both), None).validate().is_err());
        assert!(of(Some(ConvertTo::default()), Some(there)).validate().is_err());
    }
}
