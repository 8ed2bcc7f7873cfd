//! Custom fields: what an organisation adds to its opportunities, accounts and contacts.
//!
//! Here are the definitions and their rules; `value` checks what is written into them, `values` does so for a record on
//! every path on which one is written, `store` holds the SQL, `write` how an administrator changes definitions, `index`
//! gives a field a column by which lists are quick, `facts` tells fields to rules and works formulas out, `usage` knows what
//! would break, `conversion` gives a field another type.

pub mod conversion;
pub mod facts;
pub mod http;
pub mod index;
mod spoken;
pub mod store;
pub mod usage;
pub mod value;
pub mod values;
pub mod write;

use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::record::{self, Texts};
use crate::words::words;

/// The most fields an object has, archived ones included; and the most options of a field.
pub const MAX_FIELDS: usize = 200;
pub const MAX_OPTIONS: usize = 500;

words! {
    /// Whose field it is.
    FieldObject, "object" { Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead" }
}

words! {
    /// What it takes.
    FieldKind, "kind" {
        Text = "text",
        LongText = "long_text",
        Number = "number",
        Money = "money",
        Date = "date",
        Select = "select",
        MultiSelect = "multi_select",
        User = "user",
        Account = "account",
        Contact = "contact",
        Checkbox = "checkbox",
        Url = "url",
        Email = "email",
        Phone = "phone",
        /// Worked out of the record's other fields whenever it is read.
        Formula = "formula",
    }
}

impl FieldKind {
    const fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect)
    }

    /// The kind of column that an index of such a field needs; none when lists find nothing by it quickly.
    #[must_use]
    pub const fn slot(self) -> Option<Slot> {
        match self {
            Self::Number | Self::Money => Some(Slot::Number),
            Self::Date => Some(Slot::Date),
            Self::Text
            | Self::Select
            | Self::User
            | Self::Account
            | Self::Contact
            | Self::Checkbox
            | Self::Email
            | Self::Phone => Some(Slot::Text),
            Self::LongText | Self::MultiSelect | Self::Url | Self::Formula => None,
        }
    }
}

/// A kind of side column. Each object has some of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    Number,
    Date,
    Text,
}

impl Slot {
    /// The columns of this kind.
    #[must_use]
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Number => &["custom_number_1", "custom_number_2", "custom_number_3", "custom_number_4"],
            Self::Date => &["custom_date_1", "custom_date_2"],
            Self::Text => &["custom_text_1", "custom_text_2", "custom_text_3", "custom_text_4"],
        }
    }
}

/// Whether an index serves filters and sorts by a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CustomFieldIndex)]
pub enum Index {
    /// Lists look at each record.
    None,
    /// It is being filled; lists look at each record until it is.
    Building,
    Ready,
}

/// An option of a select field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldOption {
    /// What records hold; it stays when the label changes.
    pub value: String,
    pub label: String,
    /// Kept on the records that have it, and not offered any more.
    #[serde(default)]
    pub archived: bool,
}

/// A custom field.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CustomField {
    pub id: CustomFieldId,
    pub object: FieldObject,
    /// Records hold its value under this key; it never changes.
    pub key: String,
    pub label: String,
    pub help: Option<String>,
    pub kind: FieldKind,
    /// A new record must have it.
    pub required: bool,
    /// What a new record gets when nothing is said.
    #[schema(value_type = Option<Value>)]
    pub default: Option<Value>,
    pub options: Vec<FieldOption>,
    /// The heading under which it stands.
    pub section: Option<String>,
    pub position: i32,
    /// Its values stay and can't be written any more.
    pub archived: bool,
    /// Of a formula: what it is worked out by, in CEL.
    pub expression: Option<String>,
    /// Whether lists are quick by it.
    pub index: Index,
    /// The column in which an index of it stands.
    #[serde(skip)]
    pub slot: Option<String>,
    /// Whether each record has its value there.
    #[serde(skip)]
    pub slot_filled: bool,
    pub version: i64,
}

/// What can be written of a field, by the API's names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub label: String,
    pub help: Option<String>,
    pub required: bool,
    pub default: Option<Value>,
    pub options: Vec<FieldOption>,
    pub section: Option<String>,
    pub archived: bool,
    pub expression: Option<String>,
    pub indexed: bool,
}

impl CustomField {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            label: self.label.clone(),
            help: self.help.clone(),
            required: self.required,
            default: self.default.clone(),
            options: self.options.clone(),
            section: self.section.clone(),
            archived: self.archived,
            expression: self.expression.clone(),
            indexed: self.slot.is_some(),
        }
    }

    /// With other fields: the definition as it would be.
    #[must_use]
    pub fn with(&self, f: &Fields) -> Self {
        Self {
            label: f.label.clone(),
            help: f.help.clone(),
            required: f.required,
            default: f.default.clone(),
            options: f.options.clone(),
            section: f.section.clone(),
            archived: f.archived,
            expression: f.expression.clone(),
            ..self.clone()
        }
    }

    /// Rules that need the whole definition.
    ///
    /// # Errors
    /// 422 with the field.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.kind.has_options() && !self.options.iter().any(|o| !o.archived) {
            wrong.push("options", "required", "at least one option that is offered");
        }
        if !self.kind.has_options() && !self.options.is_empty() {
            wrong.push("options", "invalid_value", "only select fields have options");
        }
        match (self.kind, &self.expression) {
            (FieldKind::Formula, None) => wrong.push("expression", "required", "a formula has an expression"),
            (FieldKind::Formula, Some(_)) => {
                if self.required {
                    wrong.push("required", "invalid_value", "a formula is worked out and not filled in");
                }
                if self.default.is_some() {
                    wrong.push("default", "invalid_value", "a formula is worked out and not filled in");
                }
            }
            (_, Some(_)) => wrong.push("expression", "invalid_value", "only formulas have an expression"),
            (_, None) => {}
        }
        let mut labels: Vec<_> = self.options.iter().map(|o| o.label.trim().to_lowercase()).collect();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() != self.options.len() {
            wrong.push("options", "said_twice", "two options have the same label");
        }
        wrong.finish()
    }

    /// An event about this field.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "custom_field", id: self.id.0, name: self.label.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("custom_field.{verb}"), subject)
            .data(serde_json::json!({ "object": self.object, "key": self.key }))
    }
}

/// A new field, behind the others of its object.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomField {
    pub object: FieldObject,
    /// Lower case letters, digits and underscores; from the label when absent.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,49}$")]
    pub key: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    #[schema(max_length = 1000)]
    pub help: Option<String>,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    #[schema(value_type = Option<Value>)]
    pub default: Option<Value>,
    /// Labels; their values are made from them.
    #[serde(default)]
    pub options: Vec<String>,
    #[schema(max_length = 100)]
    pub section: Option<String>,
    /// Of a formula.
    #[schema(max_length = 2000)]
    pub expression: Option<String>,
    /// Whether lists shall be quick by it: at most four numbers, two dates and four others of an object can be indexed.
    #[serde(default)]
    pub indexed: bool,
}

/// A word that may be a key: `Renewal date!` → `renewal_date`.
#[must_use]
pub fn key_of(label: &str) -> String {
    let folded: String =
        label.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let words: Vec<&str> = folded.split('_').filter(|w| !w.is_empty()).collect();
    let key = words.join("_");
    let key = if key.starts_with(|c: char| c.is_ascii_lowercase()) { key } else { format!("f_{key}") };
    key.chars().take(50).collect::<String>().trim_end_matches('_').to_owned()
}

/// Whether it may be a key.
#[must_use]
pub fn is_key(key: &str) -> bool {
    key.len() <= 50
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn check_texts(wrong: &mut Texts, label: Option<&str>, help: Option<&str>, section: Option<&str>) {
    if let Some(label) = label {
        wrong.required("label", label, 200);
    }
    wrong.optional("help", help, 1_000);
    wrong.optional("section", section, 100);
}

impl Validate for NewCustomField {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        check_texts(&mut wrong, Some(&self.label), self.help.as_deref(), self.section.as_deref());
        if self.key.as_deref().is_some_and(|key| !is_key(key)) {
            wrong.push("key", "invalid_value", "lower case letters, digits and underscores, at most 50");
        }
        if self.options.len() > MAX_OPTIONS {
            wrong.push("options", "too_many", format!("at most {MAX_OPTIONS} options"));
        }
        for (i, label) in self.options.iter().enumerate().take(MAX_OPTIONS) {
            wrong.required(&format!("options.{i}"), label, 200);
        }
        wrong.finish()
    }
}

/// A change of a field. Its key stays, and its kind is changed by itself.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CustomFieldPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub label: Option<String>,
    #[schema(value_type = Option<String>, max_length = 1000)]
    pub help: Patch<String>,
    pub required: Option<bool>,
    #[schema(value_type = Option<Value>)]
    pub default: Patch<Value>,
    /// All of them in order. One without a value is new; one that is left out is archived.
    pub options: Option<Vec<OptionPatch>>,
    #[schema(value_type = Option<String>, max_length = 100)]
    pub section: Patch<String>,
    pub archived: Option<bool>,
    #[schema(max_length = 2000)]
    pub expression: Option<String>,
    /// Whether lists shall be quick by it.
    pub indexed: Option<bool>,
}

/// An option as it should be.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionPatch {
    pub value: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    #[serde(default)]
    pub archived: bool,
}

impl Validate for CustomFieldPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let (help, section) = (self.help.clone().apply(None), self.section.clone().apply(None));
        check_texts(&mut wrong, self.label.as_deref(), help.as_deref(), section.as_deref());
        let options = self.options.as_deref().unwrap_or_default();
        if options.len() > MAX_OPTIONS {
            wrong.push("options", "too_many", format!("at most {MAX_OPTIONS} options"));
        }
        for (i, option) in options.iter().enumerate().take(MAX_OPTIONS) {
            wrong.required(&format!("options.{i}.label"), &option.label, 200);
        }
        wrong.finish()
    }
}

impl CustomFieldPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            label: self.label.map_or_else(|| old.label.clone(), |l| l.trim().to_owned()),
            help: record::text(self.help.apply(old.help.clone())),
            required: self.required.unwrap_or(old.required),
            default: self.default.apply(old.default.clone()),
            options: self.options.map_or_else(|| old.options.clone(), |wanted| merged(&old.options, wanted)),
            section: record::text(self.section.apply(old.section.clone())),
            archived: self.archived.unwrap_or(old.archived),
            expression: self.expression.map_or_else(|| old.expression.clone(), |e| record::text(Some(e))),
            indexed: self.indexed.unwrap_or(old.indexed),
        }
    }
}

/// Options with values: old ones keep theirs, new ones get one that is free, and none is ever lost.
fn merged(old: &[FieldOption], wanted: Vec<OptionPatch>) -> Vec<FieldOption> {
    let mut options: Vec<FieldOption> = Vec::with_capacity(wanted.len());
    for option in wanted {
        let known =
            option.value.filter(|v| old.iter().any(|o| o.value == *v) && !options.iter().any(|o| o.value == *v));
        let value = known.unwrap_or_else(|| free_value(&option.label, old, &options));
        options.push(FieldOption { value, label: option.label.trim().to_owned(), archived: option.archived });
    }
    for gone in old {
        if !options.iter().any(|o| o.value == gone.value) {
            options.push(FieldOption { archived: true, ..gone.clone() });
        }
    }
    options
}

/// A value made from the label that no option has.
fn free_value(label: &str, old: &[FieldOption], new: &[FieldOption]) -> String {
    let base = key_of(label);
    let taken = |value: &str| old.iter().chain(new).any(|o| o.value == value);
    if !taken(&base) {
        return base;
    }
    (2..).map(|n| format!("{base}_{n}")).find(|value| !taken(value)).unwrap_or(base)
}

impl NewCustomField {
    /// The options with their values.
    #[must_use]
    pub fn options(&self) -> Vec<FieldOption> {
        let wanted =
            self.options.iter().map(|label| OptionPatch { value: None, label: label.clone(), archived: false });
        merged(&[], wanted.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_of_labels() {
        assert_eq!(key_of(" Renewal date! "), "renewal_date");
        assert_eq!(key_of("2nd contact"), "f_2nd_contact");
        assert_eq!(key_of("Größe"), "gr_e");
        for label in ["x".repeat(80), "___".into(), "数".into()] {
            assert!(is_key(&key_of(&label)), "{label}: {}", key_of(&label));
        }
    }

    #[test]
    fn options_keep_their_values_and_none_is_lost() {
        let old = merged(
            &[],
            ["Gold", "Silver"].map(|l| OptionPatch { value: None, label: l.into(), archived: false }).into(),
        );
        let wanted = vec![
            OptionPatch { value: Some("silver".into()), label: "Argent".into(), archived: false },
            OptionPatch { value: None, label: "Silver".into(), archived: false },
        ];
        let new: Vec<_> = merged(&old, wanted).into_iter().map(|o| (o.value, o.label, o.archived)).collect();
        let option = |value: &str, label: &str, archived| (value.to_owned(), label.to_owned(), archived);
        assert_eq!(
            new,
            [option("silver", "Argent", false), option("silver_2", "Silver", false), option("gold", "Gold", true)]
        );
    }
}
