//! Contacts: the people one talks to, each perhaps at an account.
//!
//! Here are the types and the rules; `store` holds the SQL, `list` what lists can ask, `write` the one way in which
//! contacts are written, `http` the endpoints. A contact's name is made of its first and last names.

pub mod http;
pub mod list;
pub mod store;
pub mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteContact, Object, UpdateContact};
use dealwright_access::{Actor, Record};
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::{AccountId, ContactId, TeamId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use email_address::EmailAddress;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::custom_field;
use crate::opportunity::May;
use crate::record::{self, Ref, Texts};

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    /// Empty when there is none.
    pub first_name: String,
    /// Empty when there is none.
    pub last_name: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub account_id: Option<AccountId>,
    pub owner_id: UserId,
    pub team_id: Option<TeamId>,
    pub tags: Vec<String>,
    pub custom: Map<String, Value>,
    pub external_id: Option<String>,
}

impl Fields {
    /// Both names, or the one there is.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

/// A contact as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(remote = "Self")]
pub struct Contact {
    pub id: ContactId,
    /// Empty when there is none.
    pub first_name: String,
    /// Empty when there is none.
    pub last_name: String,
    /// Both names, or the one there is.
    pub name: String,
    /// What the person does at the account.
    pub title: Option<String>,
    /// In lower case.
    pub email: Option<String>,
    pub phone: Option<String>,
    pub account_id: Option<AccountId>,
    pub account: Option<Ref>,
    pub owner_id: UserId,
    pub owner: Ref,
    pub team_id: Option<TeamId>,
    pub tags: Vec<String>,
    /// Custom fields by key.
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    /// Its id in the system it was imported from.
    pub external_id: Option<String>,
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

record::serialize_shown!(Contact, Object::Contact);
crate::custom_field::facts::shown!(Contact, custom_field::FieldObject::Contact);

impl Contact {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            title: self.title.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            account_id: self.account_id,
            owner_id: self.owner_id,
            team_id: self.team_id,
            tags: self.tags.clone(),
            custom: self.custom.clone(),
            external_id: self.external_id.clone(),
        }
    }

    /// An event about this contact; it stands on its account's timeline too.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "contact", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("contact.{verb}"), subject).about(
            None,
            self.account_id,
            Some(self.id),
        )
    }

    /// As `actor` may see and write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateContact>();
        self.may = May {
            update: actor.reaches(update, self.owner_id, self.team_id)
                || actor.may_by_share(update, self.shared_to_edit),
            delete: actor.reaches(permission::<DeleteContact>(), self.owner_id, self.team_id),
        };
        self.hidden_fields = actor.fields.hidden(Object::Contact);
        self
    }
}

impl Record for Contact {
    const OBJECT: Object = Object::Contact;
    type Id = ContactId;

    async fn find(tx: &mut Tx, id: ContactId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.owner_id, self.team_id)
    }

    fn shared_to_edit(&self) -> bool {
        self.shared_to_edit
    }
}

/// A new contact, with a first or a last name. Without an owner it is the caller's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewContact {
    #[schema(max_length = 200)]
    pub first_name: Option<String>,
    #[schema(max_length = 200)]
    pub last_name: Option<String>,
    #[schema(max_length = 200)]
    pub title: Option<String>,
    #[schema(max_length = 320)]
    pub email: Option<String>,
    #[schema(max_length = 100)]
    pub phone: Option<String>,
    pub account_id: Option<AccountId>,
    pub owner_id: Option<UserId>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    #[schema(max_length = 200)]
    pub external_id: Option<String>,
    /// Create it although it may be there already, where the matching rule warns of it.
    pub allow_duplicates: bool,
}

impl Validate for NewContact {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("first_name", self.first_name.as_deref(), 200);
        wrong.optional("last_name", self.last_name.as_deref(), 200);
        wrong.optional("title", self.title.as_deref(), 200);
        wrong.optional("phone", self.phone.as_deref(), 100);
        wrong.optional("external_id", self.external_id.as_deref(), 200);
        wrong.tags(Some(&self.tags));
        wrong.custom(Some(&self.custom));
        check_email(&mut wrong, self.email.as_deref());
        wrong.finish()
    }
}

impl NewContact {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self, owner_id: UserId, team_id: Option<TeamId>) -> Fields {
        Fields {
            first_name: record::text(self.first_name).unwrap_or_default(),
            last_name: record::text(self.last_name).unwrap_or_default(),
            title: record::text(self.title),
            email: address(self.email),
            phone: record::text(self.phone),
            account_id: self.account_id,
            owner_id,
            team_id,
            tags: record::tags(self.tags),
            custom: custom_field::values::merged(Map::new(), Some(self.custom)),
            external_id: record::text(self.external_id),
        }
    }
}

/// A change of a contact: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ContactPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub first_name: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub last_name: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 320)]
    pub email: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub phone: Patch<String>,
    #[schema(value_type = Option<AccountId>)]
    pub account_id: Patch<AccountId>,
    pub owner_id: Option<UserId>,
    pub tags: Option<Vec<String>>,
    #[schema(value_type = Option<Object>)]
    pub custom: Option<Map<String, Value>>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub external_id: Patch<String>,
    /// Change it although it may be there already, where the matching rule warns of it.
    pub allow_duplicates: bool,
    /// It takes over values of one that it is merged with: what is there already is being cleared up.
    #[serde(skip)]
    pub merging: bool,
}

impl Validate for ContactPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.patch("first_name", &self.first_name, 200);
        wrong.patch("last_name", &self.last_name, 200);
        wrong.patch("title", &self.title, 200);
        wrong.patch("phone", &self.phone, 100);
        wrong.patch("external_id", &self.external_id, 200);
        wrong.tags(self.tags.as_deref());
        wrong.custom(self.custom.as_ref());
        check_email(&mut wrong, self.email.clone().apply(None).as_deref());
        wrong.finish()
    }
}

impl ContactPatch {
    /// From field values as the API names them: what an undo or a proposal writes. A team follows its owner, a name its
    /// parts.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn from_values(mut values: Map<String, Value>) -> Result<Self> {
        for derived in ["team_id", "name"] {
            values.remove(derived);
        }
        let patch: Self = read_value(Value::Object(record::nested(values)))?;
        patch.validate()?;
        Ok(patch)
    }

    /// The fields after this patch; the team is left to whoever knows the new owner's.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            first_name: record::text(self.first_name.apply(Some(old.first_name))).unwrap_or_default(),
            last_name: record::text(self.last_name.apply(Some(old.last_name))).unwrap_or_default(),
            title: record::text(self.title.apply(old.title)),
            email: address(self.email.apply(old.email)),
            phone: record::text(self.phone.apply(old.phone)),
            account_id: self.account_id.apply(old.account_id),
            owner_id: self.owner_id.unwrap_or(old.owner_id),
            team_id: old.team_id,
            tags: self.tags.map_or(old.tags, record::tags),
            custom: custom_field::values::merged(old.custom, self.custom),
            external_id: record::text(self.external_id.apply(old.external_id)),
        }
    }
}

/// Addresses are compared without case, so they are kept without it.
pub(crate) fn address(text: Option<String>) -> Option<String> {
    record::text(text).map(|t| t.to_lowercase())
}

pub(crate) fn check_email(wrong: &mut Texts, email: Option<&str>) {
    wrong.optional("email", email, 320);
    let Some(email) = email.map(str::trim).filter(|e| !e.is_empty()) else { return };
    let options = email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
    if EmailAddress::parse_with_options(email, options).is_err() {
        wrong.push("email", "invalid_email", "an e-mail address, such as name@example.com");
    }
}

/// A contact is called something.
fn check_name(fields: &Fields) -> Result<()> {
    if fields.name().is_empty() {
        return Err(Error::field("last_name", "required", "a first or a last name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(first: Option<&str>, last: Option<&str>) -> Fields {
        let new =
            NewContact { first_name: first.map(Into::into), last_name: last.map(Into::into), ..NewContact::default() };
        new.fields(UserId(uuid::Uuid::nil()), None)
    }

    #[test]
    fn a_name_is_made_of_its_parts() {
        assert_eq!(fields(Some(" Nadia "), Some("Petrov")).name(), "Nadia Petrov");
        assert_eq!(fields(None, Some("Petrov")).name(), "Petrov");
        assert_eq!(fields(Some("Nadia"), Some(" ")).name(), "Nadia");
        assert!(check_name(&fields(Some(" "), None)).is_err());
    }

    #[test]
    fn an_email_is_an_address_and_nothing_else() {
        let wrong = |email: &str| NewContact { email: Some(email.into()), ..NewContact::default() }.validate().is_err();
        for good in ["nadia@isdom.com", " Nadia+1@Isdom.co.uk ", "", "jörg@müller.example"] {
            assert!(!wrong(good), "{good}");
        }
        for bad in ["nadia", "nadia@", "nadia@isdom", "Nadia <nadia@isdom.com>", "a b@isdom.com", "nadia@[127.0.0.1]"] {
            assert!(wrong(bad), "{bad}");
        }
    }

    #[test]
    fn a_patch_leaves_clears_and_sets() {
        let old = Fields { title: Some("CFO".into()), ..fields(Some("Nadia"), Some("Petrov")) };
        let values = json!({"first_name": null, "email": " N@Isdom.com", "title": null, "name": "x", "team_id": null});
        let Value::Object(values) = values else { panic!("an object") };
        let after = ContactPatch::from_values(values).unwrap().apply(&old);
        assert_eq!(after, Fields { first_name: String::new(), email: Some("n@isdom.com".into()), title: None, ..old });
    }
}
