//! Accounts: the companies one sells to, each perhaps part of another.
//!
//! Here are the types and the rules; `store` holds the SQL, `list` what lists can ask, `write` the one way in which
//! accounts are written, `http` the endpoints.

pub mod http;
pub mod list;
pub mod store;
pub mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{DeleteAccount, Object, UpdateAccount};
use dealwright_access::{Actor, Record};
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::{AccountId, ChoiceId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Money, Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::custom_field;
use crate::opportunity::May;
use crate::record::{self, Ref, Texts};
use crate::web_address;

const MAX_EMPLOYEES: i64 = 1_000_000_000;

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub domain: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub parent_id: Option<AccountId>,
    pub employees: Option<i64>,
    pub annual_revenue: Option<Money>,
    pub founded_year: Option<i32>,
    pub country: Option<String>,
    pub owner_id: UserId,
    pub team_id: Option<TeamId>,
    pub tags: Vec<String>,
    pub custom: Map<String, Value>,
    pub external_id: Option<String>,
}

/// An account as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(remote = "Self")]
pub struct Account {
    pub id: AccountId,
    pub name: String,
    /// The host of its web site and e-mail, in lower case.
    #[schema(example = "example.com")]
    pub domain: Option<String>,
    pub phone: Option<String>,
    pub website: Option<String>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    /// The account it is part of.
    pub parent_id: Option<AccountId>,
    pub parent: Option<Ref>,
    pub employees: Option<i64>,
    /// In the organisation's currency.
    pub annual_revenue: Option<Money>,
    pub founded_year: Option<i32>,
    pub country: Option<String>,
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

record::serialize_shown!(Account, Object::Account);
crate::custom_field::facts::shown!(Account, custom_field::FieldObject::Account);

/// An account with what is open on it, of what the caller may see.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeAccount {
    #[serde(flatten)]
    pub account: Account,
    /// The accounts above it, the topmost first, as far as you see them.
    pub ancestors: Vec<Ref>,
    /// Opportunities in an open stage.
    pub open_opportunities: i64,
    /// Their sum, in the organisation's currency; null when amounts are hidden from you.
    pub open_amount: Option<Money>,
}

impl Account {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            domain: self.domain.clone(),
            phone: self.phone.clone(),
            website: self.website.clone(),
            industry_id: self.industry_id,
            region_id: self.region_id,
            parent_id: self.parent_id,
            employees: self.employees,
            annual_revenue: self.annual_revenue,
            founded_year: self.founded_year,
            country: self.country.clone(),
            owner_id: self.owner_id,
            team_id: self.team_id,
            tags: self.tags.clone(),
            custom: self.custom.clone(),
            external_id: self.external_id.clone(),
        }
    }

    /// An event about this account.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "account", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("account.{verb}"), subject).about(None, Some(self.id), None)
    }

    /// As `actor` may see and write it.
    #[must_use]
    pub fn allowing(mut self, actor: &Actor) -> Self {
        let update = permission::<UpdateAccount>();
        self.may = May {
            update: actor.reaches(update, self.owner_id, self.team_id)
                || actor.may_by_share(update, self.shared_to_edit),
            delete: actor.reaches(permission::<DeleteAccount>(), self.owner_id, self.team_id),
        };
        self.hidden_fields = actor.fields.hidden(Object::Account);
        self
    }
}

impl Record for Account {
    const OBJECT: Object = Object::Account;
    type Id = AccountId;

    async fn find(tx: &mut Tx, id: AccountId) -> Result<Option<Self>> {
        store::find(tx, id, false).await
    }

    fn owner(&self) -> (UserId, Option<TeamId>) {
        (self.owner_id, self.team_id)
    }

    fn shared_to_edit(&self) -> bool {
        self.shared_to_edit
    }
}

/// A new account. Without an owner it is the caller's.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewAccount {
    #[schema(min_length = 1, max_length = 500)]
    pub name: String,
    /// A host or an address; its host is kept.
    #[schema(max_length = 253)]
    pub domain: Option<String>,
    #[schema(max_length = 100)]
    pub phone: Option<String>,
    #[schema(max_length = 2000)]
    pub website: Option<String>,
    pub industry_id: Option<ChoiceId>,
    pub region_id: Option<ChoiceId>,
    pub parent_id: Option<AccountId>,
    #[schema(minimum = 0, maximum = 1000000000)]
    pub employees: Option<i64>,
    /// In the organisation's currency.
    pub annual_revenue: Option<Money>,
    #[schema(minimum = 1, maximum = 3000)]
    pub founded_year: Option<i32>,
    #[schema(max_length = 100)]
    pub country: Option<String>,
    pub owner_id: Option<UserId>,
    pub tags: Vec<String>,
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
    #[schema(max_length = 200)]
    pub external_id: Option<String>,
    /// Create it although it may be there already, where the matching rule warns of it.
    pub allow_duplicates: bool,
}

impl Validate for NewAccount {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 500);
        wrong.optional("phone", self.phone.as_deref(), 100);
        wrong.optional("country", self.country.as_deref(), 100);
        wrong.optional("external_id", self.external_id.as_deref(), 200);
        wrong.tags(Some(&self.tags));
        wrong.custom(Some(&self.custom));
        check_addresses(&mut wrong, self.domain.as_deref(), self.website.as_deref());
        check_numbers(&mut wrong, self.employees, self.annual_revenue, self.founded_year);
        wrong.finish()
    }
}

impl NewAccount {
    /// The fields of the new record.
    #[must_use]
    pub fn fields(self, owner_id: UserId, team_id: Option<TeamId>) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            domain: host(self.domain),
            phone: record::text(self.phone),
            website: record::text(self.website),
            industry_id: self.industry_id,
            region_id: self.region_id,
            parent_id: self.parent_id,
            employees: self.employees,
            annual_revenue: self.annual_revenue,
            founded_year: self.founded_year,
            country: record::text(self.country),
            owner_id,
            team_id,
            tags: record::tags(self.tags),
            custom: custom_field::values::merged(Map::new(), Some(self.custom)),
            external_id: record::text(self.external_id),
        }
    }
}

/// A change of an account: absent leaves, null clears.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccountPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 500)]
    pub name: Option<String>,
    #[schema(value_type = Option<String>, max_length = 253)]
    pub domain: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub phone: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub website: Patch<String>,
    #[schema(value_type = Option<ChoiceId>)]
    pub industry_id: Patch<ChoiceId>,
    #[schema(value_type = Option<ChoiceId>)]
    pub region_id: Patch<ChoiceId>,
    #[schema(value_type = Option<AccountId>)]
    pub parent_id: Patch<AccountId>,
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1000000000)]
    pub employees: Patch<i64>,
    #[schema(value_type = Option<Money>)]
    pub annual_revenue: Patch<Money>,
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 3000)]
    pub founded_year: Patch<i32>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub country: Patch<String>,
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

impl Validate for AccountPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 500);
        }
        wrong.patch("phone", &self.phone, 100);
        wrong.patch("country", &self.country, 100);
        wrong.patch("external_id", &self.external_id, 200);
        wrong.tags(self.tags.as_deref());
        wrong.custom(self.custom.as_ref());
        let (domain, website) = (self.domain.clone().apply(None), self.website.clone().apply(None));
        check_addresses(&mut wrong, domain.as_deref(), website.as_deref());
        check_numbers(
            &mut wrong,
            self.employees.apply(None),
            self.annual_revenue.apply(None),
            self.founded_year.apply(None),
        );
        wrong.finish()
    }
}

impl AccountPatch {
    /// From field values as the API names them: what an undo or a proposal writes. A team follows its owner.
    ///
    /// # Errors
    /// 422 that names the field.
    pub fn from_values(mut values: Map<String, Value>) -> Result<Self> {
        values.remove("team_id");
        let patch: Self = read_value(Value::Object(record::nested(values)))?;
        patch.validate()?;
        Ok(patch)
    }

    /// The fields after this patch; the team is left to whoever knows the new owner's.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        let old = old.clone();
        Fields {
            name: self.name.map_or(old.name, |n| n.trim().to_owned()),
            domain: host(self.domain.apply(old.domain)),
            phone: record::text(self.phone.apply(old.phone)),
            website: record::text(self.website.apply(old.website)),
            industry_id: self.industry_id.apply(old.industry_id),
            region_id: self.region_id.apply(old.region_id),
            parent_id: self.parent_id.apply(old.parent_id),
            employees: self.employees.apply(old.employees),
            annual_revenue: self.annual_revenue.apply(old.annual_revenue),
            founded_year: self.founded_year.apply(old.founded_year),
            country: record::text(self.country.apply(old.country)),
            owner_id: self.owner_id.unwrap_or(old.owner_id),
            team_id: old.team_id,
            tags: self.tags.map_or(old.tags, record::tags),
            custom: custom_field::values::merged(old.custom, self.custom),
            external_id: record::text(self.external_id.apply(old.external_id)),
        }
    }
}

/// The host of what was typed; as it was, when it has none.
fn host(text: Option<String>) -> Option<String> {
    record::text(text).map(|t| web_address::domain(&t).unwrap_or(t))
}

/// Whether a web address may stand behind a link: a host, or http or https. `javascript:` and its like may not.
fn is_web_address(text: &str) -> bool {
    let text = text.trim();
    let bare = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => rest,
        Some(_) => return false,
        None => text,
    };
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain && !name.is_empty() && port.is_none_or(|p| p.parse::<u16>().is_ok())
}

/// What is wrong with a website, as accounts and leads have it.
pub(crate) fn check_website(wrong: &mut Texts, website: Option<&str>) {
    wrong.optional("website", website, 2_000);
    if website.is_some_and(|w| !w.trim().is_empty() && !is_web_address(w)) {
        wrong.push("website", "invalid_value", "an http or https address");
    }
}

fn check_addresses(wrong: &mut Texts, domain: Option<&str>, website: Option<&str>) {
    wrong.optional("domain", domain, 253);
    if domain.is_some_and(|d| !d.trim().is_empty() && web_address::domain(d).is_none()) {
        wrong.push("domain", "invalid_value", "a domain, such as example.com");
    }
    check_website(wrong, website);
}

fn check_numbers(wrong: &mut Texts, employees: Option<i64>, revenue: Option<Money>, founded: Option<i32>) {
    if employees.is_some_and(|n| !(0..=MAX_EMPLOYEES).contains(&n)) {
        wrong.push("employees", "out_of_range", format!("between 0 and {MAX_EMPLOYEES}"));
    }
    if revenue.is_some_and(|r| r.minor < 0) {
        wrong.push("annual_revenue", "out_of_range", "a revenue is not negative");
    }
    if founded.is_some_and(|y| !(1..=3000).contains(&y)) {
        wrong.push("founded_year", "out_of_range", "a year between 1 and 3000");
    }
}

/// Revenue is compared across accounts, so it is kept in one currency.
fn check_currency(revenue: Option<Money>, organisation: Currency) -> Result<()> {
    match revenue {
        Some(revenue) if revenue.currency != organisation => {
            Err(Error::field("annual_revenue", "wrong_currency", format!("revenue is kept in {organisation}")))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(new: NewAccount) -> Vec<String> {
        let fields = new.validate().err().map(|e| e.fields).unwrap_or_default();
        fields.into_iter().map(|f| format!("{}:{}", f.field, f.code)).collect()
    }

    #[test]
    fn a_new_account_is_checked_field_by_field() {
        let new = NewAccount {
            name: " ".into(),
            domain: Some("not a domain".into()),
            website: Some("javascript:alert(1)".into()),
            employees: Some(-1),
            annual_revenue: Some(Money::new(-1, Currency::EUR)),
            founded_year: Some(0),
            ..NewAccount::default()
        };
        let all = ["name:required", "domain:invalid_value", "website:invalid_value"];
        let all =
            all.iter().chain(&["employees:out_of_range", "annual_revenue:out_of_range", "founded_year:out_of_range"]);
        assert_eq!(wrong(new), all.copied().collect::<Vec<_>>());
        assert!(wrong(NewAccount { name: "Isdom".into(), ..NewAccount::default() }).is_empty());
    }

    #[test]
    fn web_addresses_are_hosts_or_http() {
        for good in ["example.com", "HTTPS://example.com/a?b=c:d", "http://example.com:8080/", "example.com/a:b"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", "ftp://example.com", "https://", "a b.com", "//x"] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_patch_leaves_clears_and_sets() {
        let new = NewAccount {
            name: " Isdom ".into(),
            domain: Some("https://www.Isdom.test/x".into()),
            phone: Some("1".into()),
            ..NewAccount::default()
        };
        let old = new.fields(UserId(uuid::Uuid::nil()), None);
        assert_eq!((old.name.as_str(), old.domain.as_deref()), ("Isdom", Some("isdom.test")));
        let values = json!({"phone": null, "country": "Korea", "employees": 5, "team_id": null});
        let Value::Object(values) = values else { panic!("an object") };
        let after = AccountPatch::from_values(values).unwrap().apply(&old);
        assert_eq!(after, Fields { phone: None, country: Some("Korea".into()), employees: Some(5), ..old });
    }

    #[test]
    fn a_patch_of_an_unknown_field_names_it() {
        let Value::Object(values) = json!({"nmae": "x"}) else { panic!("an object") };
        let error = AccountPatch::from_values(values).unwrap_err();
        assert_eq!(error.fields.first().map(|f| format!("{}:{}", f.field, f.code)), Some("nmae:unknown_field".into()));
    }

    #[test]
    fn revenue_is_in_the_organisations_currency() {
        let revenue = Some(Money::new(1, Currency::EUR));
        assert!(check_currency(revenue, Currency::EUR).is_ok() && check_currency(None, Currency::USD).is_ok());
        assert_eq!(
            check_currency(revenue, Currency::USD).unwrap_err().fields.first().map(|f| f.code.clone()),
            Some("wrong_currency".into())
        );
    }
}
