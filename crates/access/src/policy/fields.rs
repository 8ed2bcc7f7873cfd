//! Fields that a role may hide or make read-only, and what of them is left when roles stack.
//!
//! A role says nothing of most fields: they are full. Of roles that stack, the widest wins: a field is hidden only when
//! every role that lets its object be read hides it, and read-only only when no role that lets the object be written
//! leaves it full.

use std::collections::{BTreeMap, BTreeSet};

use dealwright_kernel::{Error, Result, intern};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Action, Grants, Object, Permission, ScopeLevel};

/// How far a field is kept back; a field that is not named is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldLevel {
    ReadOnly,
    Hidden,
}

/// The objects that have fields to be kept back.
pub const OBJECTS: [Object; 5] = [Object::Opportunity, Object::Account, Object::Contact, Object::Lead, Object::Task];

/// The fields of an object that may be kept back: all but its id, its name, its owner and its stage; what the system
/// keeps (version, times, team). The records it hangs on can be made read-only: see [`may_be_hidden`].
#[must_use]
pub const fn restrictable(object: Object) -> &'static [&'static str] {
    match object {
        Object::Opportunity => &[
            "account_id",
            "primary_contact_id",
            "amount",
            "close_date",
            "probability",
            "forecast_category",
            "type_id",
            "source_id",
            "industry_id",
            "region_id",
            "next_step",
            "follow_up_date",
            "lost_reason_id",
            "lost_notes",
            "lost_to_id",
            "won_reason_id",
            "won_notes",
            "tags",
            "products",
            "contacts",
            "competitors",
            "external_id",
        ],
        Object::Account => &[
            "domain",
            "phone",
            "website",
            "industry_id",
            "region_id",
            "parent_id",
            "employees",
            "annual_revenue",
            "founded_year",
            "country",
            "tags",
            "external_id",
        ],
        Object::Contact => &["account_id", "title", "email", "phone", "tags", "external_id"],
        Object::Lead => &[
            "title",
            "email",
            "phone",
            "website",
            "country",
            "rating",
            "description",
            "source_id",
            "industry_id",
            "region_id",
            "tags",
            "external_id",
        ],
        Object::Task => &[
            "opportunity_id",
            "account_id",
            "contact_id",
            "lead_id",
            "notes",
            "due_date",
            "priority",
            "remind_at",
            "recurrence",
            "checklist",
            "blocked_by_ids",
        ],
        _ => &[],
    }
}

/// Whether a role may hide a field, and not only make it read-only. The records that a record hangs on decide who sees it
/// and on whose pages and timelines it stands: they would be told by where it is found.
#[must_use]
pub fn may_be_hidden(object: Object, field: &str) -> bool {
    !matches!(
        (object, field),
        (Object::Opportunity | Object::Contact | Object::Task, "account_id")
            | (Object::Opportunity, "primary_contact_id")
            | (Object::Task, "opportunity_id" | "contact_id" | "lead_id")
    )
}

/// The name of a custom field as roles, the API and history say it: `custom.<key>`.
#[must_use]
pub fn is_custom(object: Object, field: &str) -> bool {
    matches!(object, Object::Opportunity | Object::Account | Object::Contact | Object::Lead)
        && field.strip_prefix("custom.").is_some_and(|key| {
            (1..=50).contains(&key.len())
                && key.starts_with(|c: char| c.is_ascii_lowercase())
                && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        })
}

/// Other names under which the API, its filters, its sorts or an import speak of a field, or which tell its value.
#[must_use]
pub fn also_told_by(object: Object, field: &str) -> &'static [&'static str] {
    match (object, field) {
        (Object::Opportunity | Object::Contact, "account_id") => &["account"],
        (Object::Opportunity, "primary_contact_id") => &["primary_contact"],
        (Object::Opportunity, "amount") => &["amount_base", "amount_from_lines", "expected_revenue"],
        (Object::Opportunity, "probability") => &["expected_revenue"],
        (Object::Opportunity, "products") => &["lines", "product", "product_id"],
        (Object::Opportunity, "lost_reason_id") => &["lost_reason"],
        (Object::Opportunity, "lost_to_id") => &["lost_to", "competitor_id"],
        (Object::Opportunity, "won_reason_id") => &["won_reason"],
        (Object::Opportunity, "contacts") => &["contact_id"],
        (Object::Opportunity, "competitors") => &["competitor_id"],
        (Object::Opportunity, "type_id") => &["type"],
        (Object::Opportunity | Object::Lead, "source_id") => &["source"],
        (Object::Opportunity | Object::Account | Object::Contact | Object::Lead, "tags") => &["tag"],
        (Object::Account, "parent_id") => &["parent"],
        (Object::Task, "opportunity_id") => &["opportunity", "related_to"],
        (Object::Task, "account_id") => &["account", "related_to"],
        (Object::Task, "contact_id") => &["contact", "person"],
        (Object::Task, "lead_id") => &["lead", "person"],
        (Object::Task, "recurrence") => &["recurs_from"],
        (Object::Task, "blocked_by_ids") => &["blocked_by"],
        (Object::Opportunity | Object::Account | Object::Lead, "industry_id") => &["industry"],
        (Object::Opportunity | Object::Account | Object::Lead, "region_id") => &["region"],
        _ => &[],
    }
}

/// What one role says of fields: only those it keeps back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldRules(BTreeMap<Object, BTreeMap<String, FieldLevel>>);

impl FieldRules {
    /// The rules of one object.
    #[must_use]
    pub fn of(&self, object: Object) -> BTreeMap<String, FieldLevel> {
        self.0.get(&object).cloned().unwrap_or_default()
    }

    /// All rules, by object.
    #[must_use]
    pub const fn all(&self) -> &BTreeMap<Object, BTreeMap<String, FieldLevel>> {
        &self.0
    }

    /// Rules as a request brings them.
    ///
    /// # Errors
    /// 422 that names a field which can't be kept back.
    pub fn read(said: BTreeMap<String, BTreeMap<String, FieldLevel>>) -> Result<Self> {
        let mut rules = BTreeMap::new();
        for (name, fields) in said {
            let object = OBJECTS.into_iter().find(|o| o.as_str() == name).ok_or_else(|| {
                Error::field(
                    format!("fields.{name}"),
                    "not_restrictable",
                    "there is no such object, or it hides nothing",
                )
            })?;
            if let Some(field) =
                fields.keys().find(|f| !restrictable(object).contains(&f.as_str()) && !is_custom(object, f))
            {
                return Err(Error::field(
                    format!("fields.{object}.{field}"),
                    "not_restrictable",
                    "this field is always shown, or there is no such field",
                ));
            }
            let shown = |(field, level): &(&String, &FieldLevel)| {
                **level == FieldLevel::Hidden && !may_be_hidden(object, field.as_str())
            };
            if let Some((field, _)) = fields.iter().find(shown) {
                return Err(Error::field(
                    format!("fields.{object}.{field}"),
                    "not_hideable",
                    "this says what the record belongs to: it can be made read-only, but not hidden",
                ));
            }
            if !fields.is_empty() {
                rules.insert(object, fields);
            }
        }
        Ok(Self(rules))
    }

    /// The custom fields of an object that are kept back, as `custom.<key>`.
    pub fn custom(&self, object: Object) -> impl Iterator<Item = &str> {
        self.0
            .get(&object)
            .into_iter()
            .flat_map(|fields| fields.keys().map(String::as_str))
            .filter(move |f| is_custom(object, f))
    }

    /// How far a field is kept back; none when it is full.
    #[must_use]
    pub fn level(&self, object: Object, field: &str) -> Option<FieldLevel> {
        self.0.get(&object)?.get(field).copied()
    }

    /// Keeps back what `access` does too, as far or further.
    pub fn keep_back(&mut self, access: &FieldAccess) {
        for (object, fields) in &access.0 {
            let kept = self.0.entry(*object).or_default();
            for (field, level) in fields {
                let held = kept.entry((*field).to_owned()).or_insert(*level);
                *held = (*held).max(*level);
            }
        }
    }
}

/// What a person's roles together keep back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldAccess(BTreeMap<Object, BTreeMap<&'static str, FieldLevel>>);

impl FieldAccess {
    /// Of the roles that a person holds.
    #[must_use]
    pub fn stack<'a>(roles: impl Iterator<Item = (&'a Grants, &'a FieldRules)> + Clone) -> Self {
        let granting = |object: Object, actions: &'static [Action]| {
            roles.clone().filter(move |(grants, _)| {
                actions.iter().any(|a| grants.scope(Permission::new(object, *a)) != ScopeLevel::None)
            })
        };
        let mut kept = BTreeMap::new();
        for object in OBJECTS {
            let mut fields = BTreeMap::new();
            let custom: BTreeSet<&'static str> =
                roles.clone().flat_map(|(_, rules)| rules.custom(object).map(intern)).collect();
            for field in restrictable(object).iter().copied().chain(custom) {
                let every = |actions, level| {
                    let mut any = false;
                    let all = granting(object, actions).all(|(_, rules)| {
                        any = true;
                        rules.level(object, field) >= Some(level)
                    });
                    any && all
                };
                if every(&[Action::Read], FieldLevel::Hidden) {
                    fields.insert(field, FieldLevel::Hidden);
                } else if every(&[Action::Create, Action::Update], FieldLevel::ReadOnly) {
                    fields.insert(field, FieldLevel::ReadOnly);
                }
            }
            if !fields.is_empty() {
                kept.insert(object, fields);
            }
        }
        Self(kept)
    }

    /// What is kept back, by object, as `GET /me` shows it.
    #[must_use]
    pub const fn all(&self) -> &BTreeMap<Object, BTreeMap<&'static str, FieldLevel>> {
        &self.0
    }

    /// Whether every field that `other` keeps back is kept back here, as far or further.
    #[must_use]
    pub fn keeps_back_all_of(&self, other: &Self) -> bool {
        let level = |object: &Object, field: &str| self.0.get(object).and_then(|fields| fields.get(field)).copied();
        other.0.iter().all(|(object, fields)| fields.iter().all(|(field, least)| level(object, field) >= Some(*least)))
    }

    /// A field that is kept back here and that a role would show further by `new` rules than by `old` ones.
    #[must_use]
    pub fn shown_by(&self, old: &FieldRules, new: &FieldRules) -> Option<(Object, &'static str)> {
        let each =
            self.0.iter().flat_map(|(object, fields)| fields.iter().map(move |(f, level)| (*object, *f, *level)));
        each.filter(|(object, field, least)| {
            let (was, is) = (old.level(*object, field), new.level(*object, field));
            is < was && is < Some(*least)
        })
        .map(|(object, field, _)| (object, field))
        .next()
    }

    fn levels(&self, object: Object) -> impl Iterator<Item = (&'static str, FieldLevel)> + '_ {
        self.0.get(&object).into_iter().flatten().map(|(field, level)| (*field, *level))
    }

    /// The fields of an object that are hidden.
    #[must_use]
    pub fn hidden(&self, object: Object) -> Vec<&'static str> {
        self.levels(object).filter(|(_, level)| *level == FieldLevel::Hidden).map(|(field, _)| field).collect()
    }

    /// The field that is hidden, when `name` is it or tells it.
    #[must_use]
    pub fn hiding(&self, object: Object, name: &str) -> Option<&'static str> {
        self.named(object, name, FieldLevel::Hidden)
    }

    /// Whether `name` is a hidden field, or tells one.
    #[must_use]
    pub fn hides(&self, object: Object, name: &str) -> bool {
        self.hiding(object, name).is_some()
    }

    fn named(&self, object: Object, name: &str, least: FieldLevel) -> Option<&'static str> {
        self.levels(object)
            .filter(|(_, level)| *level >= least)
            .map(|(field, _)| field)
            .find(|field| *field == name || also_told_by(object, field).contains(&name))
    }

    /// Refuses to read by a hidden field: to filter, to sort, to group.
    ///
    /// # Errors
    /// 403 `field_not_permitted` at `place`.
    pub fn may_read(&self, object: Object, name: &str, place: &str) -> Result<()> {
        self.hiding(object, name).map_or(Ok(()), |field| Err(refusal("see", object, field).on(place)))
    }

    /// Refuses to write fields that are hidden or read-only.
    ///
    /// # Errors
    /// 403 `field_not_permitted` that names each.
    pub fn may_write<'a>(&self, object: Object, names: impl IntoIterator<Item = &'a str>) -> Result<()> {
        let refused: Vec<&str> =
            names.into_iter().filter(|name| self.named(object, name, FieldLevel::ReadOnly).is_some()).collect();
        let Some(first) = refused.first() else { return Ok(()) };
        Err(refused.iter().fold(refusal("change", object, first), |error, name| error.on(*name)))
    }
}

fn refusal(verb: &str, object: Object, field: &str) -> Error {
    let (article, field) = (
        if object == Object::Account || object == Object::Opportunity { "an" } else { "a" },
        field.trim_start_matches("custom.").trim_end_matches("_id").replace('_', " "),
    );
    Error::forbidden(
        "field_not_permitted",
        format!("your roles do not let you {verb} the {field} of {article} {object}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Builtin;
    use super::*;

    fn rules(level: FieldLevel) -> FieldRules {
        FieldRules::read(BTreeMap::from([("opportunity".into(), BTreeMap::from([("amount".into(), level)]))])).unwrap()
    }

    #[test]
    fn of_stacked_roles_the_widest_wins() {
        let (rep, reader) = (Builtin::SalesRep.grants(), Builtin::ReadOnly.grants());
        let (hidden, fixed, full) = (rules(FieldLevel::Hidden), rules(FieldLevel::ReadOnly), FieldRules::default());
        let of = |roles: &[(&Grants, &FieldRules)]| {
            FieldAccess::stack(roles.iter().copied()).0.get(&Object::Opportunity).and_then(|f| f.get("amount").copied())
        };
        assert_eq!(of(&[(&rep, &hidden)]), Some(FieldLevel::Hidden));
        assert_eq!(of(&[(&rep, &hidden), (&reader, &hidden)]), Some(FieldLevel::Hidden));
        assert_eq!(of(&[(&rep, &hidden), (&rep, &fixed)]), Some(FieldLevel::ReadOnly));
        assert_eq!(of(&[(&rep, &fixed), (&rep, &full)]), None);
        // Who only reads by one role writes by the other, which does not let this field be written.
        assert_eq!(of(&[(&rep, &hidden), (&reader, &full)]), Some(FieldLevel::ReadOnly));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn names_that_tell_a_hidden_field_are_hidden_with_it() {
        let rep = Builtin::SalesRep.grants();
        let access = FieldAccess::stack([(&rep, &rules(FieldLevel::Hidden))].into_iter());
        assert!(access.hides(Object::Opportunity, "amount") && access.hides(Object::Opportunity, "expected_revenue"));
        assert!(!access.hides(Object::Opportunity, "close_date") && !access.hides(Object::Account, "amount"));
        let error = access.may_write(Object::Opportunity, ["close_date", "amount"]).unwrap_err();
        assert_eq!((error.code.as_ref(), error.fields.len()), ("field_not_permitted", 1));
        assert!(access.may_write(Object::Opportunity, ["close_date"]).is_ok());
    }

    #[test]
    fn custom_fields_are_kept_back_by_their_keys() {
        let read = |object: &str, field: &str| {
            FieldRules::read(BTreeMap::from([(object.into(), BTreeMap::from([(field.into(), FieldLevel::Hidden)]))]))
        };
        let rep = Builtin::SalesRep.grants();
        let access = FieldAccess::stack([(&rep, &read("account", "custom.credit_limit").unwrap())].into_iter());
        assert!(access.hides(Object::Account, "custom.credit_limit") && !access.hides(Object::Account, "custom.tier"));
        assert!(access.may_write(Object::Account, ["custom.credit_limit"]).is_err());
        for (object, field) in
            [("task", "custom.a"), ("account", "custom."), ("account", "custom.A"), ("account", "custom.a.b")]
        {
            assert!(read(object, field).is_err(), "{object} {field}");
        }
    }

    #[test]
    fn a_name_is_never_kept_back() {
        let name = BTreeMap::from([("account".into(), BTreeMap::from([("name".into(), FieldLevel::Hidden)]))]);
        assert_eq!(FieldRules::read(name).unwrap_err().fields.first().unwrap().code, "not_restrictable");
    }

    #[test]
    fn what_a_record_hangs_on_can_be_fixed_but_not_hidden() {
        let said = |level| BTreeMap::from([("contact".into(), BTreeMap::from([("account_id".into(), level)]))]);
        let refused = FieldRules::read(said(FieldLevel::Hidden)).unwrap_err();
        assert_eq!(refused.fields.first().unwrap().code, "not_hideable");
        let rules = FieldRules::read(said(FieldLevel::ReadOnly)).unwrap();
        let rep = Builtin::SalesRep.grants();
        let access = FieldAccess::stack([(&rep, &rules)].into_iter());
        assert!(
            !access.hides(Object::Contact, "account_id") && access.may_read(Object::Contact, "account", "q").is_ok()
        );
        // By the name of the import too.
        assert!(access.may_write(Object::Contact, ["account"]).is_err());
        for object in OBJECTS {
            assert!(restrictable(object).iter().any(|field| may_be_hidden(object, field)), "{object}");
        }
    }
}
