//! Records that may be there twice. A **matching rule** of an object says which fields are compared and from which score on
//! two records may be one; apart from that it says what happens: nothing, a report, a warning that can be overridden, or a
//! refusal. `find` compares what is written with what is there, as far as its writer may see it: a record that is hidden
//! from them neither warns nor refuses, since either would tell of it.

pub mod find;
pub mod http;
pub mod many;
pub mod store;
pub mod sweep;

use dealwright_access::policy::Object;
use dealwright_dedupe::Field;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

pub use self::find::{Draft, Moment, guard};

/// What can be there twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MatchObject {
    Account,
    Contact,
    Lead,
}

impl MatchObject {
    pub const ALL: [Self; 3] = [Self::Account, Self::Contact, Self::Lead];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
        }
    }

    /// As the policy calls it.
    #[must_use]
    pub const fn object(self) -> Object {
        match self {
            Self::Account => Object::Account,
            Self::Contact => Object::Contact,
            Self::Lead => Object::Lead,
        }
    }

    /// What can be compared: a field by the API's name, and what it is.
    #[must_use]
    pub const fn fields(self) -> &'static [(&'static str, Field)] {
        match self {
            Self::Account => &[("name", Field::Company), ("domain", Field::Domain), ("phone", Field::Phone)],
            Self::Contact => &[
                ("first_name", Field::Given),
                ("last_name", Field::Family),
                ("account_id", Field::Company),
                ("email", Field::Email),
                ("phone", Field::Phone),
            ],
            Self::Lead => &[
                ("first_name", Field::Given),
                ("last_name", Field::Family),
                ("company", Field::Company),
                ("email", Field::Email),
                ("phone", Field::Phone),
                ("website", Field::Domain),
            ],
        }
    }
}

impl std::str::FromStr for MatchObject {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::field("object", "invalid_value", "one of account, contact, lead");
        Self::ALL.into_iter().find(|o| o.as_str() == text).ok_or_else(wrong)
    }
}

/// What happens when something that is written may be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DuplicateAnswer)]
pub enum OnMatch {
    Off,
    /// It is written, and the pair is listed under duplicates.
    Report,
    /// It is refused unless the request says `allow_duplicates`.
    Warn,
    /// It is refused.
    Block,
}

impl OnMatch {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Report => "report",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    fn named(text: &str) -> Result<Self> {
        [Self::Off, Self::Report, Self::Warn, Self::Block]
            .into_iter()
            .find(|o| o.as_str() == text)
            .ok_or_else(|| Error::internal("the database holds an answer to duplicates that is unknown"))
    }
}

/// How duplicates of an object are told, and what happens then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MatchingRule {
    pub object: MatchObject,
    /// The fields that are compared.
    pub fields: Vec<String>,
    /// From which score on two records may be one, in percent.
    #[schema(minimum = 1, maximum = 100)]
    pub threshold: i32,
    pub on_create: OnMatch,
    pub on_update: OnMatch,
    /// The country's calling code of phone numbers that have none, such as `49`; empty for none.
    pub calling_code: String,
    /// 0 as long as nobody has changed it.
    pub version: i64,
}

impl MatchingRule {
    /// What holds until somebody changes it.
    #[must_use]
    pub fn first(object: MatchObject) -> Self {
        Self {
            object,
            fields: object.fields().iter().map(|(name, _)| (*name).to_owned()).collect(),
            threshold: 80,
            on_create: OnMatch::Warn,
            on_update: OnMatch::Report,
            calling_code: String::new(),
            version: 0,
        }
    }

    fn event(&self, tx: &Tx, changes: Vec<Change>) -> Event {
        let name = format!("Duplicates of {}s", self.object.as_str());
        let subject = Subject { object: "matching_rule", id: tx.org().0, name, version: Some(self.version) };
        Event::with_id(tx.new_id().into(), "matching_rule.updated".to_owned(), subject)
            .changes(changes)
            .data(json!({ "object": self.object }))
    }

    fn changes(&self, new: &Self) -> Vec<Change> {
        let [old, new] = [self, new].map(|r| {
            [
                ("fields", json!(r.fields)),
                ("threshold", json!(r.threshold)),
                ("on_create", json!(r.on_create)),
                ("on_update", json!(r.on_update)),
                ("calling_code", json!(r.calling_code)),
            ]
        });
        let both = old.into_iter().zip(new).filter(|((_, old), (_, new))| old != new);
        both.map(|((field, old), (_, new))| Change {
            field: field.to_owned(),
            old,
            new,
            old_label: None,
            new_label: None,
        })
        .collect()
    }
}

/// A change of a matching rule: absent leaves.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MatchingRulePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(max_items = 10)]
    pub fields: Option<Vec<String>>,
    #[schema(minimum = 1, maximum = 100)]
    pub threshold: Option<i32>,
    pub on_create: Option<OnMatch>,
    pub on_update: Option<OnMatch>,
    #[schema(max_length = 4)]
    pub calling_code: Option<String>,
}

impl Validate for MatchingRulePatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut add = |field: &str, code: &'static str, message: &str| {
            wrong.push(FieldError { field: field.into(), code: code.into(), message: message.into() });
        };
        if self.threshold.is_some_and(|t| !(1..=100).contains(&t)) {
            add("threshold", "out_of_range", "a percentage from 1 to 100");
        }
        if self.fields.as_ref().is_some_and(Vec::is_empty) {
            add("fields", "required", "at least one field");
        }
        let digits = |code: &String| code.len() <= 4 && code.bytes().all(|b| b.is_ascii_digit());
        if !self.calling_code.as_ref().is_none_or(digits) {
            add("calling_code", "invalid_value", "up to four digits, such as 49");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", wrong)) }
    }
}

impl MatchingRulePatch {
    /// # Errors
    /// 422 for a field that can't be compared.
    fn apply(self, old: &MatchingRule) -> Result<MatchingRule> {
        let mut new = old.clone();
        if let Some(fields) = self.fields {
            let known = old.object.fields();
            if let Some(unknown) = fields.iter().find(|f| !known.iter().any(|(name, _)| name == f)) {
                let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                let message = format!("{unknown:.40} is none of {}", names.join(", "));
                return Err(Error::field("fields", "invalid_value", message));
            }
            new.fields = known.iter().map(|(n, _)| (*n).to_owned()).filter(|n| fields.contains(n)).collect();
        }
        new.threshold = self.threshold.unwrap_or(new.threshold);
        new.on_create = self.on_create.unwrap_or(new.on_create);
        new.on_update = self.on_update.unwrap_or(new.on_update);
        new.calling_code = self.calling_code.unwrap_or(new.calling_code);
        Ok(new)
    }
}

/// Two records, the smaller id first.
fn ordered(a: Uuid, b: Uuid) -> (Uuid, Uuid) {
    if a < b { (a, b) } else { (b, a) }
}
