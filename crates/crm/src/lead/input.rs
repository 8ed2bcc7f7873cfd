//! What requests say of a lead: a new one, a change; and what is wrong with it.

use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::{ChoiceId, TeamId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Fields, Rating};
use crate::account::check_website;
use crate::contact::{address, check_email};
use crate::custom_field;
use crate::record::{self, Texts};

/// A new lead, of a person or of a company. Without an owner it is the caller's, or whose the assignment rules say; without
/// a status it has the first one that means new.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewLead {
    #[schema(max_length = 200)]
    pub first_name: Option<String>,
    #[schema(max_length = 200)]
    pub last_name: Option<String>,
    #[schema(max_length = 500)]
    pub company: Option<String>,
    #[schema(max_length = 200)]
    pub title: Option<String>,
    #[schema(max_length = 320)]
    pub email: Option<String>,
    #[schema(max_length = 100)]
    pub phone: Option<String>,
    #[schema(max_length = 2000)]
    pub website: Option<String>,
    #[schema(max_length = 100)]
    pub country: Option<String>,
    pub rating: Option<Rating>,
    #[schema(max_length = 10000)]
    pub description: Option<String>,
    pub status_id: Option<ChoiceId>,
    pub source_id: Option<ChoiceId>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub owner_id: Option<UserId>,
    /// The assignment rules choose the owner; the caller's when none takes it. Not with `owner_id`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assign: bool,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    #[schema(max_length = 200)]
    pub external_id: Option<String>,
    /// Create it although it may be there already, where the matching rule warns of it.
    pub allow_duplicates: bool,
}

impl Validate for NewLead {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let texts = [
            ("first_name", &self.first_name, 200),
            ("last_name", &self.last_name, 200),
            ("company", &self.company, 500),
            ("title", &self.title, 200),
            ("phone", &self.phone, 100),
            ("country", &self.country, 100),
            ("description", &self.description, 10_000),
            ("external_id", &self.external_id, 200),
        ];
        for (field, value, max) in texts {
            wrong.optional(field, value.as_deref(), max);
        }
        if self.assign && self.owner_id.is_some() {
            wrong.push("owner_id", "invalid_value", "either an owner, or one whom the rules choose");
        }
        wrong.tags(Some(&self.tags));
        wrong.custom(Some(&self.custom));
        check_email(&mut wrong, self.email.as_deref());
        check_website(&mut wrong, self.website.as_deref());
        wrong.finish()
    }
}

impl NewLead {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self, status_id: ChoiceId, owner_id: UserId, team_id: Option<TeamId>) -> Fields {
        Fields {
            first_name: record::text(self.first_name).unwrap_or_default(),
            last_name: record::text(self.last_name).unwrap_or_default(),
            company: record::text(self.company),
            title: record::text(self.title),
            email: address(self.email),
            phone: record::text(self.phone),
            website: record::text(self.website),
            country: record::text(self.country),
            rating: self.rating,
            description: record::text(self.description),
            status_id,
            source_id: self.source_id,
            industry_id: self.industry_id,
            region_id: self.region_id,
            owner_id,
            team_id,
            tags: record::tags(self.tags),
            custom: custom_field::values::merged(Map::new(), Some(self.custom)),
            external_id: record::text(self.external_id),
        }
    }
}

/// A change of a lead: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LeadPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub first_name: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub last_name: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 500)]
    pub company: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 320)]
    pub email: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub phone: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub website: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub country: Patch<String>,
    #[schema(value_type = Option<Rating>)]
    pub rating: Patch<Rating>,
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub description: Patch<String>,
    pub status_id: Option<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub source_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub industry_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub region_id: Patch<ChoiceId>,
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
    /// What waits for an approval is changed all the same, and the approval begins anew. Without it such a change is 409
    /// `approval_pending`.
    pub restart_approval: bool,
}

impl Validate for LeadPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let texts = [
            ("first_name", &self.first_name, 200),
            ("last_name", &self.last_name, 200),
            ("company", &self.company, 500),
            ("title", &self.title, 200),
            ("phone", &self.phone, 100),
            ("country", &self.country, 100),
            ("description", &self.description, 10_000),
            ("external_id", &self.external_id, 200),
        ];
        for (field, value, max) in texts {
            wrong.patch(field, value, max);
        }
        wrong.tags(self.tags.as_deref());
        wrong.custom(self.custom.as_ref());
        check_email(&mut wrong, self.email.clone().apply(None).as_deref());
        check_website(&mut wrong, self.website.clone().apply(None).as_deref());
        wrong.finish()
    }
}

impl LeadPatch {
    /// From field values as the API names them: what an undo writes. A team follows its owner.
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
        let name = |patch: Patch<String>, old: String| record::text(patch.apply(Some(old))).unwrap_or_default();
        Fields {
            first_name: name(self.first_name, old.first_name),
            last_name: name(self.last_name, old.last_name),
            company: record::text(self.company.apply(old.company)),
            title: record::text(self.title.apply(old.title)),
            email: address(self.email.apply(old.email)),
            phone: record::text(self.phone.apply(old.phone)),
            website: record::text(self.website.apply(old.website)),
            country: record::text(self.country.apply(old.country)),
            rating: self.rating.apply(old.rating),
            description: record::text(self.description.apply(old.description)),
            status_id: self.status_id.unwrap_or(old.status_id),
            source_id: self.source_id.apply(old.source_id),
            industry_id: self.industry_id.apply(old.industry_id),
            region_id: self.region_id.apply(old.region_id),
            owner_id: self.owner_id.unwrap_or(old.owner_id),
            team_id: old.team_id,
            tags: self.tags.map_or(old.tags, record::tags),
            custom: custom_field::values::merged(old.custom, self.custom),
            external_id: record::text(self.external_id.apply(old.external_id)),
        }
    }
}

/// A lead is called something.
pub(super) fn check_name(fields: &Fields) -> Result<()> {
    if fields.name().is_empty() {
        return Err(Error::field("last_name", "required", "a first or a last name, or a company"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(new: NewLead) -> Fields {
        let nobody = uuid::Uuid::nil();
        new.fields(ChoiceId(nobody), UserId(nobody), None)
    }

    #[test]
    fn a_lead_is_called_as_its_person_or_else_its_company() {
        let said = |first: &str, last: &str, company: &str| {
            let of = |text: &str| Some(text.to_owned());
            fields(NewLead { first_name: of(first), last_name: of(last), company: of(company), ..NewLead::default() })
        };
        assert_eq!(said(" Nadia ", "Petrov", "Isdom").name(), "Nadia Petrov");
        assert_eq!(said("", " ", " Isdom ").name(), "Isdom");
        assert!(check_name(&said("", "", " ")).is_err());
    }

    #[test]
    fn what_is_wrong_is_named_field_by_field() {
        let new = NewLead {
            email: Some("nadia".into()),
            website: Some("javascript:alert(1)".into()),
            title: Some("x".repeat(201)),
            ..NewLead::default()
        };
        let fields: Vec<_> = new.validate().unwrap_err().fields.into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["title", "email", "website"]);
    }

    #[test]
    fn a_patch_leaves_clears_and_sets() {
        let old = fields(NewLead {
            first_name: Some("Nadia".into()),
            company: Some("Isdom".into()),
            phone: Some("1".into()),
            ..NewLead::default()
        });
        let values = json!({"phone": null, "rating": "hot", "email": " N@Isdom.test", "team_id": null, "name": "x"});
        let Value::Object(values) = values else { panic!("an object") };
        let after = LeadPatch::from_values(values).unwrap().apply(&old);
        let wanted = Fields { phone: None, rating: Some(Rating::Hot), email: Some("n@isdom.test".into()), ..old };
        assert_eq!(after, wanted);
    }
}
