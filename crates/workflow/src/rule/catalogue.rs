//! What rules can speak of: for each object its facts, with their kinds.

mod lead;

use dealwright_kernel::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::value::Kind;

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleObject {
    Opportunity,
    Account,
    Contact,
    Lead,
    Task,
}

impl RuleObject {
    pub const ALL: [Self; 5] = [Self::Opportunity, Self::Account, Self::Contact, Self::Lead, Self::Task];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Task => "task",
        }
    }

    /// The fields that a message can land on: those that a person can write.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Opportunity => &[
                "name",
                "account_id",
                "primary_contact_id",
                "stage_id",
                "amount",
                "close_date",
                "probability",
                "forecast_category",
                "type_id",
                "source_id",
                "industry_id",
                "region_id",
                "owner_id",
                "next_step",
                "follow_up_date",
                "lost_reason_id",
                "lost_notes",
                "lost_to_id",
                "won_reason_id",
                "won_notes",
                "tags",
                "external_id",
            ],
            Self::Account => &[
                "name",
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
                "owner_id",
                "tags",
                "external_id",
            ],
            Self::Contact => {
                &["first_name", "last_name", "title", "email", "phone", "account_id", "owner_id", "tags", "external_id"]
            }
            Self::Lead => lead::FIELDS,
            Self::Task => &[
                "title",
                "notes",
                "due_date",
                "priority",
                "assignee_id",
                "opportunity_id",
                "account_id",
                "contact_id",
                "lead_id",
                "done",
            ],
        }
    }
}

impl std::str::FromStr for RuleObject {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|object| object.as_str() == text)
            .ok_or_else(|| Error::field("object", "invalid_value", "one of opportunity, account, contact, lead, task"))
    }
}

/// Something known of a record.
#[derive(Clone, Debug)]
pub struct Fact {
    pub name: String,
    pub kind: Kind,
    /// It may be missing: `null`.
    pub nullable: bool,
    pub description: String,
    /// An expression that uses it.
    pub example: String,
}

/// The facts of an object.
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub object: RuleObject,
    pub facts: Vec<Fact>,
}

impl Catalogue {
    /// All facts of `object`: its own, those of what it belongs to, those before the change, and the day.
    #[must_use]
    pub fn of(object: RuleObject) -> Self {
        Self::with(object, &[])
    }

    /// The same, with custom fields.
    #[must_use]
    pub fn with(object: RuleObject, custom: &[Fact]) -> Self {
        let mut facts: Vec<Fact> = own(object).iter().map(Line::fact).chain(custom.iter().cloned()).collect();
        let before: Vec<Fact> = facts
            .iter()
            .map(|fact| Fact {
                name: format!("previous.{}", fact.name),
                kind: fact.kind.clone(),
                nullable: true,
                description: format!("{}, before this change; null when the record is new", fact.description),
                example: format!("is_new || {0} == previous.{0}", fact.name),
            })
            .collect();
        facts.extend(before);
        facts.extend([IS_NEW, TODAY].iter().map(Line::fact));
        Self { object, facts }
    }

    /// What a formula can speak of: the record as it is, and the day.
    #[must_use]
    pub fn of_formula(object: RuleObject, custom: &[Fact]) -> Self {
        let facts = own(object).iter().chain([&TODAY]).map(Line::fact).chain(custom.iter().cloned());
        Self { object, facts: facts.collect() }
    }

    /// The fields that a message can land on, custom ones among them.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let custom = self.facts.iter().map(|f| &f.name).filter(|name| name.starts_with("custom."));
        self.object.fields().iter().map(|f| (*f).to_owned()).chain(custom.cloned()).collect()
    }

    /// The fact of this name; the object's own facts also go by `opportunity.amount` and the like.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Fact> {
        let plain = |name: &str| self.facts.iter().find(|fact| fact.name == name);
        plain(name).or_else(|| plain(name.strip_prefix(self.object.as_str())?.strip_prefix('.')?))
    }

    /// The name that was probably meant.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.facts.iter().map(|fact| fact.name.as_str()))
    }
}

/// The candidate most like `word`, if one is like it at all.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let close = |candidate: &'a str| (strsim::jaro_winkler(&word.to_lowercase(), &candidate.to_lowercase()), candidate);
    candidates.map(close).filter(|(like, _)| *like > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

#[derive(Clone, Copy)]
enum K {
    Bool,
    Int,
    Number,
    Text,
    Date,
    Timestamp,
    Texts,
}

/// A fact as it stands below: name, kind, whether it may be missing, description, example.
struct Line(&'static str, K, bool, &'static str, &'static str);

impl Line {
    fn fact(&self) -> Fact {
        let kind = match self.1 {
            K::Bool => Kind::Bool,
            K::Int => Kind::Int,
            K::Number => Kind::Number,
            K::Text => Kind::Text,
            K::Date => Kind::Date,
            K::Timestamp => Kind::Timestamp,
            K::Texts => Kind::List(Box::new(Kind::Text)),
        };
        Fact {
            name: self.0.to_owned(),
            kind,
            nullable: self.2,
            description: self.3.to_owned(),
            example: self.4.to_owned(),
        }
    }
}

const IS_NEW: Line =
    Line("is_new", K::Bool, false, "Whether the record is being created", "!is_new || date(created_at) == today");
const TODAY: Line = Line("today", K::Date, false, "Today, in UTC", "today <= date(\"2030-12-31\")");

const WITHOUT_ACTIVITY: Line = Line(
    "days_without_activity",
    K::Int,
    false,
    "Whole days since the last call, e-mail, meeting or note on it that you see, or else since it was created",
    "days_without_activity <= 30",
);

const fn own(object: RuleObject) -> &'static [Line] {
    match object {
        RuleObject::Opportunity => OPPORTUNITY,
        RuleObject::Account => ACCOUNT,
        RuleObject::Contact => CONTACT,
        RuleObject::Lead => lead::FACTS,
        RuleObject::Task => TASK,
    }
}

const OPPORTUNITY: &[Line] = &[
    Line("name", K::Text, false, "Its name", "size(name) >= 3"),
    Line("amount", K::Number, true, "The amount, in the organisation's currency", "amount == null || amount > 0"),
    Line("currency", K::Text, true, "The currency of the amount as entered", "currency in [\"EUR\", \"USD\"]"),
    Line("close_date", K::Date, true, "When it is expected to close, or closed", "close_date >= today"),
    Line("probability", K::Int, false, "Percent", "probability <= 90"),
    Line(
        "forecast_category",
        K::Text,
        false,
        "omitted, pipeline, best_case, commit or closed",
        "forecast_category != \"commit\" || amount > 0",
    ),
    Line("type", K::Text, true, "The name of its type", "type != null"),
    Line("source", K::Text, true, "The name of its source", "source != null"),
    Line("industry", K::Text, true, "The name of its industry", "industry != \"Banking\" || next_step != null"),
    Line("region", K::Text, true, "The name of its region", "region != null"),
    Line("lost_reason", K::Text, true, "The name of the loss reason", "lost_reason != \"Price\" || lost_notes != null"),
    Line("lost_notes", K::Text, true, "Notes on the loss", "stage.kind != \"lost\" || size(lost_notes) >= 10"),
    Line(
        "lost_to",
        K::Text,
        true,
        "The name of the competitor it was lost to",
        "stage.kind != \"lost\" || lost_to != null",
    ),
    Line("won_reason", K::Text, true, "The name of the win reason", "stage.kind != \"won\" || won_reason != null"),
    Line("won_notes", K::Text, true, "Notes on the win", "stage.kind != \"won\" || size(won_notes) >= 10"),
    Line("next_step", K::Text, true, "The next step", "stage.kind != \"open\" || next_step != null"),
    Line("follow_up_date", K::Date, true, "When to get back to it", "stage.kind != \"open\" || follow_up_date != null"),
    Line("tags", K::Texts, false, "Its tags", "!(\"hot\" in tags) || next_step != null"),
    Line(
        "external_id",
        K::Text,
        true,
        "Its id in another system",
        "external_id == null || external_id.startsWith(\"CRM-\")",
    ),
    Line("created_at", K::Timestamp, false, "When it was created", "date(created_at) <= today"),
    Line(
        "days_in_stage",
        K::Int,
        false,
        "Whole days since it entered its stage",
        "days_in_stage <= 60 || next_step != null",
    ),
    WITHOUT_ACTIVITY,
    Line("pipeline.name", K::Text, false, "The pipeline's name", "pipeline.name != \"Sales\" || source != null"),
    Line("stage.name", K::Text, false, "The stage's name", "stage.name != \"Proposal\" || amount > 0"),
    Line("stage.kind", K::Text, false, "open, won or lost", "stage.kind != \"won\" || amount > 0"),
    Line(
        "stage.position",
        K::Int,
        false,
        "The stage's place in its pipeline, from 0",
        "stage.position < 3 || amount > 0",
    ),
    Line(
        "stage.probability",
        K::Int,
        false,
        "The stage's own probability, in percent",
        "probability <= stage.probability",
    ),
    Line("owner.name", K::Text, false, "The owner's name", "owner.name != \"\""),
    Line("owner.email", K::Text, false, "The owner's e-mail address", "owner.email.endsWith(\"@example.com\")"),
    Line("owner.team", K::Text, true, "The name of the owner's team", "owner.team != null"),
    Line("account.name", K::Text, true, "The account's name", "stage.kind != \"won\" || account.name != null"),
    Line("account.domain", K::Text, true, "The account's domain", "account.domain != null"),
    Line(
        "account.industry",
        K::Text,
        true,
        "The name of the account's industry",
        "account.industry != \"Banking\" || amount <= 50000",
    ),
    Line("account.region", K::Text, true, "The name of the account's region", "account.region != null"),
    Line("account.country", K::Text, true, "The account's country", "account.country != \"Korea\" || \"apac\" in tags"),
    Line(
        "account.employees",
        K::Int,
        true,
        "How many the account employs",
        "account.employees == null || account.employees > 10",
    ),
    Line(
        "account.annual_revenue",
        K::Number,
        true,
        "The account's revenue, in the organisation's currency",
        "account.annual_revenue == null || amount < account.annual_revenue",
    ),
    Line("account.tags", K::Texts, true, "The account's tags", "!(\"blocked\" in account.tags)"),
    Line(
        "primary_contact.name",
        K::Text,
        true,
        "The primary contact's name",
        "stage.position < 2 || primary_contact.name != null",
    ),
    Line(
        "primary_contact.email",
        K::Text,
        true,
        "The primary contact's e-mail address",
        "primary_contact.email != null",
    ),
    Line("primary_contact.title", K::Text, true, "The primary contact's job title", "primary_contact.title != null"),
];

const ACCOUNT: &[Line] = &[
    Line("name", K::Text, false, "Its name", "size(name) >= 2"),
    Line("domain", K::Text, true, "The host of its web site and e-mail", "domain != null"),
    Line("phone", K::Text, true, "Its telephone number", "phone == null || phone.startsWith(\"+\")"),
    Line("website", K::Text, true, "Its web site", "website == null || website.startsWith(\"https://\")"),
    Line("industry", K::Text, true, "The name of its industry", "industry != null"),
    Line("region", K::Text, true, "The name of its region", "region != null"),
    Line("employees", K::Int, true, "How many it employs", "employees == null || employees > 0"),
    Line(
        "annual_revenue",
        K::Number,
        true,
        "Its revenue, in the organisation's currency",
        "annual_revenue == null || annual_revenue < 1000000000",
    ),
    Line(
        "founded_year",
        K::Int,
        true,
        "The year it was founded in",
        "founded_year == null || founded_year <= today.getFullYear()",
    ),
    Line("country", K::Text, true, "Its country", "country != null"),
    Line("tags", K::Texts, false, "Its tags", "size(tags) <= 10"),
    Line("external_id", K::Text, true, "Its id in another system", "external_id != null"),
    Line("created_at", K::Timestamp, false, "When it was created", "date(created_at) <= today"),
    WITHOUT_ACTIVITY,
    Line(
        "parent.name",
        K::Text,
        true,
        "The name of the account it is part of",
        "parent.name == null || parent.name != name",
    ),
    Line("owner.name", K::Text, false, "The owner's name", "owner.name != \"\""),
    Line("owner.email", K::Text, false, "The owner's e-mail address", "owner.email.endsWith(\"@example.com\")"),
    Line("owner.team", K::Text, true, "The name of the owner's team", "owner.team != null"),
];

const CONTACT: &[Line] = &[
    Line("name", K::Text, false, "First and last name", "name.contains(\" \")"),
    Line("first_name", K::Text, false, "The first name; empty when there is none", "first_name != \"\""),
    Line("last_name", K::Text, false, "The last name; empty when there is none", "last_name != \"\""),
    Line("title", K::Text, true, "What the person does", "title != null"),
    Line("email", K::Text, true, "The e-mail address", "email != null || phone != null"),
    Line("phone", K::Text, true, "The telephone number", "phone == null || phone.startsWith(\"+\")"),
    Line("tags", K::Texts, false, "Its tags", "size(tags) <= 10"),
    Line("external_id", K::Text, true, "Its id in another system", "external_id != null"),
    Line("created_at", K::Timestamp, false, "When it was created", "date(created_at) <= today"),
    WITHOUT_ACTIVITY,
    Line("account.name", K::Text, true, "The account's name", "account.name != null"),
    Line(
        "account.domain",
        K::Text,
        true,
        "The account's domain",
        "account.domain == null || email.endsWith(account.domain)",
    ),
    Line(
        "account.industry",
        K::Text,
        true,
        "The name of the account's industry",
        "account.industry != \"Banking\" || title != null",
    ),
    Line("account.region", K::Text, true, "The name of the account's region", "account.region != null"),
    Line("account.country", K::Text, true, "The account's country", "account.country != null"),
    Line("owner.name", K::Text, false, "The owner's name", "owner.name != \"\""),
    Line("owner.email", K::Text, false, "The owner's e-mail address", "owner.email.endsWith(\"@example.com\")"),
    Line("owner.team", K::Text, true, "The name of the owner's team", "owner.team != null"),
];

const TASK: &[Line] = &[
    Line("title", K::Text, false, "Its title", "size(title) >= 3"),
    Line("notes", K::Text, true, "Its notes", "priority != \"high\" || notes != null"),
    Line("due_date", K::Date, true, "When it is due", "is_new == false || due_date >= today"),
    Line("priority", K::Text, false, "low, normal or high", "priority != \"high\" || due_date != null"),
    Line("done", K::Bool, false, "Whether it is done", "!done || notes != null"),
    Line("created_at", K::Timestamp, false, "When it was created", "date(created_at) <= today"),
    Line("assignee.name", K::Text, false, "The assignee's name", "assignee.name != \"\""),
    Line(
        "assignee.email",
        K::Text,
        false,
        "The assignee's e-mail address",
        "assignee.email.endsWith(\"@example.com\")",
    ),
    Line("assignee.team", K::Text, true, "The name of the assignee's team", "assignee.team != null"),
    Line(
        "account.name",
        K::Text,
        true,
        "The name of the account it is about",
        "account.name != null || opportunity.name != null",
    ),
    Line("contact.name", K::Text, true, "The name of the contact it is about", "contact.name != null"),
    Line("opportunity.name", K::Text, true, "The name of the opportunity it is about", "opportunity.name != null"),
];
