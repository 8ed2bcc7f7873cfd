//! What a lead would make of an account, a contact and an opportunity: its fields by theirs, and custom fields by key.
//!
//! What is hidden from who converts goes over to nothing, and what they may not write is left empty.

use dealwright_access::{Context, Object};
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::custom_field::value::read;
use crate::custom_field::{FieldKind, FieldObject, store};
use crate::lead::Lead;
use crate::opportunity::store::base_currency;
use crate::web_address::domain;

/// Domains at which anybody has an address: they say nothing of a company.
const FREE: [&str; 18] = [
    "gmail.com",
    "googlemail.com",
    "yahoo.com",
    "yahoo.co.uk",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.com",
    "gmx.de",
    "web.de",
    "proton.me",
    "protonmail.com",
    "mail.com",
    "yandex.com",
];

/// The company's domain, by its website or else by the person's address.
pub(in crate::lead) fn domain_of(website: Option<&str>, email: Option<&str>) -> Option<String> {
    let by_mail = || Some(email?.rsplit_once('@')?.1.to_lowercase()).filter(|d| !FREE.contains(&d.as_str()));
    website.and_then(domain).or_else(by_mail)
}

/// What of a lead goes over.
pub(super) struct Draft<'a> {
    pub cx: &'a Context,
    pub lead: &'a Lead,
}

impl Draft<'_> {
    fn shown(&self, field: &str) -> bool {
        !self.cx.actor().fields.hides(Object::Lead, field)
    }

    fn said<'v>(&self, field: &str, value: Option<&'v str>) -> Option<&'v str> {
        value.filter(|_| self.shown(field))
    }

    /// The company's domain, as far as it is shown.
    pub fn domain(&self) -> Option<String> {
        let lead = self.lead;
        domain_of(self.said("website", lead.website.as_deref()), self.said("email", lead.email.as_deref()))
    }

    /// Nothing when the lead names no company.
    pub async fn account(&self, tx: &mut Tx) -> Result<Option<Map<String, Value>>> {
        let lead = self.lead;
        let Some(company) = &lead.company else { return Ok(None) };
        let values = json!({
            "name": company,
            "domain": self.domain(),
            "website": self.said("website", lead.website.as_deref()),
            "country": self.said("country", lead.country.as_deref()),
            "industry_id": lead.industry_id.filter(|_| self.shown("industry_id")),
            "region_id": lead.region_id.filter(|_| self.shown("region_id")),
            "owner_id": lead.owner_id,
        });
        self.fitting(tx, FieldObject::Account, values).await.map(Some)
    }

    /// Nothing when the lead names no person.
    pub async fn contact(&self, tx: &mut Tx) -> Result<Option<Map<String, Value>>> {
        let lead = self.lead;
        if lead.fields().person().is_empty() {
            return Ok(None);
        }
        let values = json!({
            "first_name": lead.first_name,
            "last_name": lead.last_name,
            "title": self.said("title", lead.title.as_deref()),
            "email": self.said("email", lead.email.as_deref()),
            "phone": self.said("phone", lead.phone.as_deref()),
            "tags": self.tags(),
            "owner_id": lead.owner_id,
        });
        self.fitting(tx, FieldObject::Contact, values).await.map(Some)
    }

    pub async fn opportunity(&self, tx: &mut Tx) -> Result<Map<String, Value>> {
        let lead = self.lead;
        let values = json!({
            "name": lead.company.as_deref().unwrap_or(&lead.name),
            "source_id": lead.source_id.filter(|_| self.shown("source_id")),
            "industry_id": lead.industry_id.filter(|_| self.shown("industry_id")),
            "region_id": lead.region_id.filter(|_| self.shown("region_id")),
            "tags": self.tags(),
            "owner_id": lead.owner_id,
        });
        self.fitting(tx, FieldObject::Opportunity, values).await
    }

    fn tags(&self) -> Vec<String> {
        if self.shown("tags") { self.lead.tags.clone() } else { Vec::new() }
    }

    /// Without what is empty or may not be written, with the custom fields that both have.
    async fn fitting(&self, tx: &mut Tx, object: FieldObject, values: Value) -> Result<Map<String, Value>> {
        let Value::Object(mut map) = values else { return Err(Error::internal("a draft is an object")) };
        let fields = &self.cx.actor().fields;
        map.retain(|field, value| {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            !empty && fields.may_write(object.of_roles(), [field.as_str()]).is_ok()
        });
        let custom = self.custom(tx, object).await?;
        if !custom.is_empty() {
            map.insert("custom".into(), Value::Object(custom));
        }
        Ok(map)
    }

    /// The lead's values of custom fields that `object` has too, under the same key and of the same type.
    async fn custom(&self, tx: &mut Tx, object: FieldObject) -> Result<Map<String, Value>> {
        if self.lead.custom.is_empty() {
            return Ok(Map::new());
        }
        let (own, theirs) = (store::of(tx, FieldObject::Lead).await?, store::of(tx, object).await?);
        let base = base_currency(tx).await?;
        let fields = &self.cx.actor().fields;
        let mut custom = Map::new();
        for (key, value) in &self.lead.custom {
            let name = format!("custom.{key}");
            let Some(from) = own.iter().find(|f| f.key == *key && !f.archived && f.kind != FieldKind::Formula) else {
                continue;
            };
            let Some(to) = theirs.iter().find(|f| f.key == *key && !f.archived && f.kind == from.kind) else {
                continue;
            };
            let shown = self.shown(&name) && fields.may_write(object.of_roles(), [name.as_str()]).is_ok();
            // A value that the other field does not offer stays behind.
            if let Some(value) = read(to, value, base).ok().filter(|v| shown && !v.is_null()) {
                custom.insert(key.clone(), value);
            }
        }
        Ok(custom)
    }
}

/// The draft with other fields where some are said, as a request for a new record of `part`.
///
/// # Errors
/// 422 with each field as `part.field`.
pub(super) fn request<T: DeserializeOwned + Validate>(
    part: &str,
    draft: Option<Map<String, Value>>,
    said: Option<Map<String, Value>>,
) -> Result<T> {
    let mut map = draft.unwrap_or_default();
    for (field, value) in said.unwrap_or_default() {
        if field == "custom"
            && let Value::Object(said) = &value
            && let Some(Value::Object(drafted)) = map.get_mut(&field)
        {
            drafted.extend(said.clone());
        } else {
            map.insert(field, value);
        }
    }
    let read = read_value::<T>(Value::Object(map)).and_then(|new| new.validate().map(|()| new));
    read.map_err(|error| within(part, error))
}

/// An error of a part's field, as the conversion's request names it.
pub(super) fn within(part: &str, mut error: Error) -> Error {
    for field in &mut error.fields {
        field.field = format!("{part}.fields.{}", field.field);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_known_by_its_website_or_its_own_mail() {
        assert_eq!(domain_of(Some("https://www.isdom.test/x"), None).as_deref(), Some("isdom.test"));
        assert_eq!(domain_of(None, Some("nadia@Isdom.test")).as_deref(), Some("isdom.test"));
        assert_eq!(domain_of(None, Some("nadia@gmail.com")), None);
        assert_eq!(domain_of(None, None), None);
    }
}
