//! The words that a sentence is read against: what fields are called, and the names of their values. Fields that are hidden
//! from the asker are not in it, so that their words are words like any other.

use dealwright_crm::custom_field::{CustomField, FieldKind, FieldObject};
use dealwright_crm::list::{Field, Kind};
use dealwright_crm::selection::catalogue;

use crate::resolve::text::key;
use crate::resolve::vocabulary::Vocabulary;
use crate::resolve::{Reading, text::Token};

/// What values a field takes in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Money,
    Number,
    Percent,
    /// A date, or a time of which the day is said.
    Date,
    Text,
    /// One of names that are known.
    Name,
    /// A person.
    Person,
    Team,
    Flag,
    Tag,
    /// Only whether there is one.
    Nothing,
}

/// A field and what it is called.
#[derive(Clone, Debug)]
pub struct FieldWords {
    pub name: String,
    /// As [`key`] writes them.
    pub phrases: Vec<String>,
    pub takes: Takes,
    /// There may be none of it.
    pub nullable: bool,
    pub sorts: bool,
}

/// A value that has a name.
#[derive(Clone, Debug)]
pub struct ValueWords {
    pub phrase: String,
    pub field: String,
    pub value: String,
}

/// All of it, for one object.
#[derive(Clone, Debug)]
pub struct Lexicon {
    pub object: FieldObject,
    pub fields: Vec<FieldWords>,
    pub values: Vec<ValueWords>,
    pub vocabulary: Vocabulary,
    pub reading: Reading,
}

/// What fields are called besides their names.
const SYNONYMS: [(&str, &[&str]); 26] = [
    ("amount", &["value", "worth", "deal size", "deal value"]),
    ("expected_revenue", &["weighted", "weighted amount", "weighted value"]),
    ("close_date", &["closing date", "expected close"]),
    ("probability", &["chance", "likelihood", "win probability"]),
    ("created_at", &["created", "creation date", "date created"]),
    ("updated_at", &["updated", "last change", "last activity"]),
    ("closed_at", &["closed date", "date closed"]),
    ("stage_entered_at", &["in stage since"]),
    ("account_id", &["customer", "company"]),
    ("primary_contact_id", &["contact", "main contact"]),
    ("forecast_category", &["forecast"]),
    ("lost_reason_id", &["loss reason"]),
    ("won_reason_id", &["win reason"]),
    ("next_step", &["next steps"]),
    ("annual_revenue", &["revenue", "turnover"]),
    ("account.annual_revenue", &["revenue", "account revenue"]),
    ("employees", &["headcount", "staff", "employee count"]),
    ("account.employees", &["employees", "headcount"]),
    ("account.country", &["country"]),
    ("email", &["e mail", "email address", "mail address"]),
    ("phone", &["phone number", "telephone"]),
    ("title", &["job title", "role"]),
    ("parent_id", &["parent account", "parent company"]),
    ("source_id", &["lead source"]),
    ("tag", &["tags", "tagged", "tagged with"]),
    ("converted_at", &["conversion date"]),
];

/// Fields of managed lists whose names are said without the field's, by list.
const LISTS: [(FieldObject, &str, &str); 15] = [
    (FieldObject::Opportunity, "opportunity_type", "type_id"),
    (FieldObject::Opportunity, "source", "source_id"),
    (FieldObject::Opportunity, "industry", "industry_id"),
    (FieldObject::Opportunity, "region", "region_id"),
    (FieldObject::Opportunity, "loss_reason", "lost_reason_id"),
    (FieldObject::Opportunity, "win_reason", "won_reason_id"),
    (FieldObject::Opportunity, "competitor", "competitor_id"),
    (FieldObject::Account, "industry", "industry_id"),
    (FieldObject::Account, "region", "region_id"),
    (FieldObject::Contact, "industry", "account.industry_id"),
    (FieldObject::Contact, "region", "account.region_id"),
    (FieldObject::Lead, "lead_status", "status_id"),
    (FieldObject::Lead, "source", "source_id"),
    (FieldObject::Lead, "industry", "industry_id"),
    (FieldObject::Lead, "region", "region_id"),
];

fn takes(field: &Field) -> Takes {
    match field.kind {
        Kind::Money => Takes::Money,
        Kind::Int if field.name == "probability" => Takes::Percent,
        Kind::Int | Kind::Decimal => Takes::Number,
        Kind::Date | Kind::Time => Takes::Date,
        Kind::Text => Takes::Text,
        Kind::User => Takes::Person,
        Kind::Team => Takes::Team,
        Kind::Tag => Takes::Tag,
        Kind::Stage | Kind::Choice(_) | Kind::Word(_) | Kind::Part(..) | Kind::Option | Kind::Options => Takes::Name,
        Kind::Flag => Takes::Flag,
        Kind::Id | Kind::Account | Kind::StageKind | Kind::State(_) | Kind::Reference { .. } => Takes::Nothing,
    }
}

impl Lexicon {
    /// Of an object, without the fields that `hides` names: `account.<field>` for those of the account.
    #[must_use]
    pub fn new(
        object: FieldObject,
        vocabulary: Vocabulary,
        pipelines: &[(uuid::Uuid, String)],
        custom: &[CustomField],
        reading: Reading,
        hides: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut all = Self { object, fields: Vec::new(), values: Vec::new(), vocabulary, reading };
        let built_in = catalogue(object).fields.iter().filter(|f| !matches!(f.name, "owner" | "archived" | "state"));
        all.fields = built_in.filter(|f| !hides(f.name)).map(words_of).collect();
        all.name_values(pipelines);
        for field in custom.iter().filter(|f| f.object == object && !f.archived) {
            let name = format!("custom.{}", field.key);
            if field.kind != FieldKind::Formula && !hides(&name) {
                all.add_custom(name, field);
            }
        }
        all.values.retain(|v| !v.phrase.is_empty());
        all
    }

    fn name_values(&mut self, pipelines: &[(uuid::Uuid, String)]) {
        let mut values = Vec::new();
        let mut add = |name: &str, field: &str, value: String| {
            values.push(ValueWords { phrase: key(name), field: field.to_owned(), value });
        };
        for stage in &self.vocabulary.stages {
            add(&stage.name, "stage_id", stage.id.to_string());
        }
        for (id, name) in pipelines {
            add(&format!("{name} pipeline"), "pipeline_id", id.to_string());
        }
        for choice in &self.vocabulary.choices {
            for (_, _, field) in LISTS.iter().filter(|(object, list, _)| *object == self.object && *list == choice.kind)
            {
                add(&choice.name, field, choice.id.to_string());
            }
        }
        for (said, value) in [
            ("commit", "commit"),
            ("committed", "commit"),
            ("best case", "best_case"),
            ("upside", "best_case"),
            ("omitted", "omitted"),
        ] {
            add(said, "forecast_category", value.to_owned());
        }
        for rating in ["hot", "warm", "cold"] {
            add(rating, "rating", rating.to_owned());
        }
        values.retain(|v| self.fields.iter().any(|f| f.name == v.field));
        self.values = values;
    }

    fn add_custom(&mut self, name: String, field: &CustomField) {
        let takes = match field.kind {
            FieldKind::Number => Takes::Number,
            FieldKind::Money => Takes::Money,
            FieldKind::Date => Takes::Date,
            FieldKind::Select | FieldKind::MultiSelect => Takes::Name,
            FieldKind::User => Takes::Person,
            FieldKind::Checkbox => Takes::Flag,
            FieldKind::Account | FieldKind::Contact => Takes::Nothing,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Url
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Formula => Takes::Text,
        };
        for option in field.options.iter().filter(|o| !o.archived) {
            let value = option.value.clone();
            self.values.push(ValueWords { phrase: key(&option.label), field: name.clone(), value });
        }
        let phrases = vec![key(&field.label)];
        let sorts = !matches!(takes, Takes::Person | Takes::Nothing) && field.kind != FieldKind::MultiSelect;
        self.fields.push(FieldWords { name, phrases, takes, nullable: true, sorts });
    }

    /// The field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldWords> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The field of money that a bare amount means.
    #[must_use]
    pub fn main_amount(&self) -> Option<&FieldWords> {
        self.field(match self.object {
            FieldObject::Opportunity => "amount",
            FieldObject::Account => "annual_revenue",
            FieldObject::Contact | FieldObject::Lead => return None,
        })
    }

    /// The field of dates that a bare date means.
    #[must_use]
    pub fn main_date(&self) -> Option<&FieldWords> {
        self.field(if self.object == FieldObject::Opportunity { "close_date" } else { "created_at" })
    }

    /// The longest field phrase that begins at `tokens[i]`, and how many tokens it takes.
    #[must_use]
    pub fn field_at(&self, tokens: &[Token], i: usize) -> Option<(&FieldWords, usize)> {
        (1..=4).rev().find_map(|n| {
            let said = phrase(tokens, i, n)?;
            let fits = |f: &&FieldWords| {
                f.phrases.iter().any(|p| *p == said || (f.name.starts_with("custom.") && stemmed(p) == stemmed(&said)))
            };
            self.fields.iter().find(fits).map(|f| (f, n))
        })
    }

    /// The values that the longest phrase at `tokens[i]` names, and how many tokens it takes.
    #[must_use]
    pub fn values_at(&self, tokens: &[Token], i: usize) -> Option<(Vec<&ValueWords>, usize)> {
        (1..=5).rev().find_map(|n| {
            let said = phrase(tokens, i, n)?;
            let found: Vec<_> = self.values.iter().filter(|v| v.phrase == said).collect();
            (!found.is_empty()).then_some((found, n))
        })
    }
}

fn words_of(field: &Field) -> FieldWords {
    let plain = field.name.strip_suffix("_id").or_else(|| field.name.strip_suffix("_at")).unwrap_or(field.name);
    let mut phrases = vec![key(plain)];
    phrases.extend(
        SYNONYMS
            .iter()
            .filter(|(name, _)| *name == field.name)
            .flat_map(|(_, said)| said.iter().map(|s| (*s).to_owned())),
    );
    // A verb is no name of a field: "updated", "closed", "converted" are read with their dates.
    phrases.retain(|p| {
        !matches!(p.as_str(), "created" | "updated" | "closed" | "converted" | "stage entered" | "stage kind")
    });
    let nullable = !matches!(field.kind, Kind::Tag | Kind::Part(..) | Kind::StageKind | Kind::State(_) | Kind::Stage)
        && !matches!(field.name, "owner_id" | "name" | "created_at" | "updated_at" | "status_id" | "probability");
    FieldWords { name: field.name.to_owned(), phrases, takes: takes(field), nullable, sorts: field.sort.is_some() }
}

/// `n` tokens from `i` as one phrase, unless punctuation or a quotation is among them.
#[must_use]
pub fn phrase(tokens: &[Token], i: usize, n: usize) -> Option<String> {
    use crate::resolve::text::Kind as Look;
    let span = tokens.get(i..i.checked_add(n)?)?;
    let broken = span.iter().any(|t| {
        matches!(t.kind, Look::Quoted) || (t.kind == Look::Symbol && !matches!(t.text.as_str(), "-" | "&" | "/"))
    });
    (!broken).then(|| key(&span.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")))
}

/// "going live" is "go live".
fn stemmed(phrase: &str) -> String {
    let stem = |word: &str| {
        let bare =
            word.strip_suffix("ing").filter(|w| w.len() > 1).or_else(|| word.strip_suffix('s').filter(|w| w.len() > 2));
        bare.unwrap_or(word).to_owned()
    };
    phrase.split(' ').map(stem).collect::<Vec<_>>().join(" ")
}
