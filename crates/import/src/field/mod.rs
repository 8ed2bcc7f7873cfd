//! What can be imported: for each object its fields, each with the label a person reads, the kind of value it takes
//! and the header names under which other systems export it.
//!
//! Header names are kept in folded form (lower case, letters and digits only; see [`fold_header`]), from public
//! exports of Salesforce, HubSpot, Pipedrive, Zoho, Google, Outlook and LinkedIn. The first name of each list is the
//! one that fits best: later ones score a little lower, so that "Account Name" beats "Company" where both are there.

mod activity;
mod catalogue;
mod lead;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use activity::{ACTIVITY, TASK};
use catalogue::{ACCOUNT, CONTACT, OPPORTUNITY, PRODUCT, USER};
use lead::LEAD;
use serde::{Deserialize, Serialize};

use super::values::words::Vocabulary;
use dealwright_crm::custom_field::{self, FieldObject};

/// What a file holds: one record of this object per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportObject)]
pub enum Object {
    Opportunity,
    Account,
    Contact,
    Lead,
    Task,
    Activity,
    Product,
    User,
}

impl Object {
    pub const ALL: [Object; 8] = [
        Object::Opportunity,
        Object::Account,
        Object::Contact,
        Object::Lead,
        Object::Task,
        Object::Activity,
        Object::Product,
        Object::User,
    ];

    /// The API's name of the object: `opportunity`.
    pub fn key(self) -> &'static str {
        match self {
            Object::Opportunity => "opportunity",
            Object::Account => "account",
            Object::Contact => "contact",
            Object::Lead => "lead",
            Object::Task => "task",
            Object::Activity => "activity",
            Object::Product => "product",
            Object::User => "user",
        }
    }

    pub fn from_key(key: &str) -> Option<Object> {
        Object::ALL.into_iter().find(|object| object.key() == key)
    }

    /// Whose custom fields its rows fill.
    pub const fn custom(self) -> Option<FieldObject> {
        match self {
            Self::Opportunity => Some(FieldObject::Opportunity),
            Self::Account => Some(FieldObject::Account),
            Self::Contact => Some(FieldObject::Contact),
            Self::Lead => Some(FieldObject::Lead),
            Self::Task | Self::Activity | Self::Product | Self::User => None,
        }
    }
}

/// The master data lists whose entries a raw value may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    OpportunityType,
    Source,
    Industry,
    Region,
    LossReason,
    LeadStatus,
    CallOutcome,
    MeetingOutcome,
}

impl OptionKind {
    pub const ALL: [OptionKind; 8] = [
        OptionKind::OpportunityType,
        OptionKind::Source,
        OptionKind::Industry,
        OptionKind::Region,
        OptionKind::LossReason,
        OptionKind::LeadStatus,
        OptionKind::CallOutcome,
        OptionKind::MeetingOutcome,
    ];

    /// The name of the managed list.
    pub fn key(self) -> &'static str {
        match self {
            OptionKind::OpportunityType => "opportunity_type",
            OptionKind::Source => "source",
            OptionKind::Industry => "industry",
            OptionKind::Region => "region",
            OptionKind::LossReason => "loss_reason",
            OptionKind::LeadStatus => "lead_status",
            OptionKind::CallOutcome => "call_outcome",
            OptionKind::MeetingOutcome => "meeting_outcome",
        }
    }

    pub fn from_key(key: &str) -> Option<OptionKind> {
        OptionKind::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What a field takes, and so how a raw cell is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Integer,
    Money,
    Currency,
    Date,
    /// A point in time; a bare date is its midnight in UTC.
    Moment,
    /// Whole percent, 0 to 100; `0.4` in a column of fractions means 40.
    Percent,
    Email,
    Phone,
    Url,
    Tags,
    /// Addresses of files, separated by space, line, bar, comma or semicolon.
    Links,
    Forecast,
    /// One of a few words, whatever a system calls it.
    Word(Vocabulary),
    /// Whole minutes.
    Duration,
    Stage,
    Pipeline,
    User,
    Account,
    Contact,
    Opportunity,
    Lead,
    /// An opportunity, an account, a contact or a lead.
    Related,
    /// A contact or a lead.
    Person,
    Product,
    /// Named by free text, created when absent (a team, a manager).
    Name,
    Option(OptionKind),
}

impl Kind {
    /// True when a raw value names another record and must be matched to one.
    pub fn is_reference(self) -> bool {
        match self {
            Kind::Stage
            | Kind::Pipeline
            | Kind::User
            | Kind::Account
            | Kind::Contact
            | Kind::Opportunity
            | Kind::Lead
            | Kind::Related
            | Kind::Person
            | Kind::Product
            | Kind::Option(_) => true,
            Kind::Text
            | Kind::Integer
            | Kind::Money
            | Kind::Currency
            | Kind::Date
            | Kind::Moment
            | Kind::Percent
            | Kind::Email
            | Kind::Phone
            | Kind::Url
            | Kind::Tags
            | Kind::Links
            | Kind::Forecast
            | Kind::Word(_)
            | Kind::Duration
            | Kind::Name => false,
        }
    }

    /// The API's name of the kind, as `GET /imports/fields` says it.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Integer => "integer",
            Kind::Money => "money",
            Kind::Currency => "currency",
            Kind::Date => "date",
            Kind::Moment => "datetime",
            Kind::Percent => "percent",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Url => "url",
            Kind::Tags => "tags",
            Kind::Links => "links",
            Kind::Forecast => "forecast_category",
            Kind::Word(_) => "word",
            Kind::Duration => "duration",
            Kind::Stage => "stage",
            Kind::Pipeline => "pipeline",
            Kind::User => "user",
            Kind::Account => "account",
            Kind::Contact => "contact",
            Kind::Opportunity => "opportunity",
            Kind::Lead => "lead",
            Kind::Related => "record",
            Kind::Person => "person",
            Kind::Product => "product",
            Kind::Name => "name",
            Kind::Option(_) => "option",
        }
    }
}

/// One importable field.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    /// A row without it is an error, unless the object can derive it (an opportunity's name).
    pub required: bool,
    /// Folded header names, best first.
    pub headers: &'static [&'static str],
}

/// The fields of `object`, in the order a person expects them.
pub fn fields(object: Object) -> &'static [Field] {
    match object {
        Object::Opportunity => OPPORTUNITY,
        Object::Account => ACCOUNT,
        Object::Contact => CONTACT,
        Object::Lead => LEAD,
        Object::Task => TASK,
        Object::Activity => ACTIVITY,
        Object::Product => PRODUCT,
        Object::User => USER,
    }
}

/// The field of `object` with this API name; `custom.<key>` is a custom one, if there is such a field.
pub fn find(object: Object, key: &str) -> Option<&'static Field> {
    match key.strip_prefix("custom.") {
        Some(name) => object.custom().filter(|_| custom_field::is_key(name)).map(|_| custom(key)),
        None => fields(object).iter().find(|field| field.key == key),
    }
}

/// A custom field as imports see it. Kept for as long as the server runs: there are no more of them than keys that
/// administrators have thought of.
fn custom(key: &str) -> &'static Field {
    static KNOWN: LazyLock<Mutex<HashMap<String, &'static Field>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(key.to_owned()).or_insert_with(|| {
        let key: &'static str = Box::leak(key.to_owned().into_boxed_str());
        let label: &'static str = Box::leak(dealwright_crm::change::label(key).into_boxed_str());
        Box::leak(Box::new(Field { key, label, kind: Kind::Text, required: false, headers: &[] }))
    })
}

/// A header as it is compared: lower case letters and digits only, a Salesforce custom suffix `__c` and a required
/// mark dropped. `"Deal - Title*"` is `dealtitle`, `ORACLE_ID__C` is `oracleid`.
pub fn fold_header(header: &str) -> String {
    let lower = header.trim().to_lowercase();
    let lower = lower.strip_suffix("__c").unwrap_or(&lower);
    lower.chars().filter(|character| character.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_folded_and_no_field_repeats_one() {
        for object in Object::ALL {
            for field in fields(object) {
                let mut seen = std::collections::HashSet::new();
                for header in field.headers {
                    assert_eq!(&fold_header(header), header, "{} {}", object.key(), field.key);
                    assert!(seen.insert(*header), "{} {} says {header} twice", object.key(), field.key);
                }
                assert_eq!(find(object, field.key), Some(field));
            }
            assert_eq!(Object::from_key(object.key()), Some(object));
        }
    }

    #[test]
    fn a_header_folds_to_its_letters_and_digits() {
        assert_eq!(fold_header("Deal - Title*"), "dealtitle");
        assert_eq!(fold_header("ORACLE_ID__C"), "oracleid");
        assert_eq!(fold_header(" Person - Email (Work) "), "personemailwork");
    }
}
