//! Leads: people and companies that may become customers, before there is an account.
//!
//! Here are the types; `input` is what requests say, `store` holds the SQL, `list` what lists can ask, `write` the one way
//! in which leads are written, `assigning` how rules choose their owner, `conversion` how a lead becomes an account, a contact and an opportunity, and how that is
//! taken back, `http` the endpoints.

pub mod assigning;
pub mod conversion;
pub mod http;
pub mod input;
pub mod list;
pub mod store;
pub mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteLead, Object, UpdateLead};
use dealwright_access::{Actor, Record};
use dealwright_kernel::id::{AccountId, ChoiceId, ContactId, LeadId, OpportunityId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

pub use self::input::{LeadPatch, NewLead};
use crate::choice::Category;
use crate::custom_field;
use crate::opportunity::May;
use crate::record::{self, Ref};

/// The domain of an address, where it says something about an employer: not that of a provider for everybody.
#[must_use]
pub fn company_domain(email: &str) -> Option<String> {
    conversion::domain_of(None, Some(email))
}

/// How promising a lead is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    Hot,
    Warm,
    Cold,
}

impl Rating {
    pub const WORDS: &'static [&'static str] = &["hot", "warm", "cold"];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Warm => "warm",
            Self::Cold => "cold",
        }
    }
}

impl std::str::FromStr for Rating {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Hot, Self::Warm, Self::Cold]
            .into_iter()
            .find(|r| r.as_str() == text)
            .ok_or_else(|| Error::field("rating", "invalid_value", format!("one of {}", Self::WORDS.join(", "))))
    }
}

/// How good a lead is by its score; the bands are the organisation's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeadGrade)]
pub enum Grade {
    A,
    B,
    C,
    D,
}

impl Grade {
    pub const WORDS: &'static [&'static str] = &["a", "b", "c", "d"];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
        }
    }
}

impl std::str::FromStr for Grade {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::A, Self::B, Self::C, Self::D]
            .into_iter()
            .find(|g| g.as_str() == text)
            .ok_or_else(|| Error::field("grade", "invalid_value", format!("one of {}", Self::WORDS.join(", "))))
    }
}

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    /// Empty when there is none.
    pub first_name: String,
    /// Empty when there is none.
    pub last_name: String,
    pub company: Option<String>,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub country: Option<String>,
    pub rating: Option<Rating>,
    pub description: Option<String>,
    pub status_id: ChoiceId,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: UserId,
    pub team_id: Option<TeamId>,
    pub tags: Vec<String>,
    pub custom: Map<String, Value>,
    pub external_id: Option<String>,
}

impl Fields {
    /// Both names, or the one there is, or the company's.
    #[must_use]
    pub fn name(&self) -> String {
        let person = self.person();
        if person.is_empty() { self.company.clone().unwrap_or_default() } else { person }
    }

    /// Both names of the person; empty when there is none.
    #[must_use]
    pub fn person(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// What a lead has become.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Converted {
    pub at: DateTime<Utc>,
    pub by: Option<Ref>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub opportunity_id: Option<OpportunityId>,
    /// Null when there is none, or when you may not see it.
    pub account: Option<Ref>,
    pub contact: Option<Ref>,
    pub opportunity: Option<Ref>,
}

/// A lead as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(remote = "Self")]
pub struct Lead {
    pub id: LeadId,
    /// Empty when there is none.
    pub first_name: String,
    /// Empty when there is none.
    pub last_name: String,
    /// Both names, or the one there is, or the company's.
    pub name: String,
    pub company: Option<String>,
    /// What the person does there.
    pub title: Option<String>,
    /// In lower case.
    pub email: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub country: Option<String>,
    pub rating: Option<Rating>,
    pub description: Option<String>,
    pub status_id: ChoiceId,
    pub status: Ref,
    /// What the status means.
    pub status_category: Category,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: UserId,
    pub owner: Ref,
    pub team_id: Option<TeamId>,
    pub tags: Vec<String>,
    /// Custom fields by key.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// Its id in the system it was imported from.
    pub external_id: Option<String>,
    /// What it has become; null while it is a lead. A converted lead does not change.
    pub converted: Option<Converted>,
    /// What the rules of scoring give it, from 0 to 100; null until it has been scored. Derived: it has no part in the version.
    pub score: Option<i64>,
    pub grade: Option<Grade>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub may: May,
    /// Fields that your roles hide; they are null, or empty, here.
    #[schema(value_type = Vec<String>)]
    pub hidden_fields: Vec<&'static str>,
    /// Why formulas among the custom fields came to nothing, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub formula_errors: BTreeMap<String, String>,
    /// Whether it is shared with who reads it, to be edited.
    #[serde(skip)]
    pub shared_to_edit: bool,
}

record::serialize_shown!(Lead, Object::Lead);
crate::custom_field::facts::shown!(Lead, custom_field::FieldObject::Lead);

impl Lead {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            company: self.company.clone(),
            title: self.title.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            website: self.website.clone(),
            country: self.country.clone(),
            rating: self.rating,
            description: self.description.clone(),
            status_id: self.status_id,
            source_id: self.source_id,
            industry_id: self.industry_id,
            region_id: self.region_id,
            owner_id: self.owner_id,
            team_id: self.team_id,
            tags: self.tags.clone(),
            custom: self.custom.clone(),
            external_id: self.external_id.clone(),
        }
    }

    /// An event about this lead.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "lead", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("lead.{verb}"), subject).on_lead(Some(self.id))
    }

    /// As `actor` may see and write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateLead>();
        self.may = May {
            update: actor.reaches(update, self.owner_id, self.team_id)
                || actor.may_by_share(update, self.shared_to_edit),
            delete: actor.reaches(permission::<DeleteLead>(), self.owner_id, self.team_id),
        };
        self.hidden_fields = actor.fields.hidden(Object::Lead);
        self
    }
}

impl Record for Lead {
    const OBJECT: Object = Object::Lead;
    type Id = LeadId;

    async fn find(tx: &mut Tx, id: LeadId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.owner_id, self.team_id)
    }

    fn shared_to_edit(&self) -> bool {
        self.shared_to_edit
    }
}
