//! Validation rules: expressions in CEL that must be true of a record whenever it is written.
//!
//! `catalogue` says what rules can speak of, `custom` what of it are custom fields and formulas, `parse` and `check` read an expression, `eval` evaluates it, `active` keeps
//! an organisation's rules and judges by them, `store` holds the SQL and `http` the endpoints. [`judge`] is the one
//! place that refuses a write; the CRM tells it the facts.

pub mod active;
pub mod catalogue;
pub mod check;
pub mod custom;
pub mod eval;
pub mod function;
pub mod http;
pub mod parse;
pub mod store;
pub mod value;

use chrono::{DateTime, Utc};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::RuleId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub use active::{Active, judge};
pub use catalogue::{Catalogue, RuleObject};
pub use check::{Checked, check};
pub use custom::Custom;
pub use parse::Problem;
pub use value::{Facts, Value};

/// Rules of one object.
pub const MAX_RULES: i64 = 50;

/// A validation rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rule {
    pub id: RuleId,
    pub object: RuleObject,
    pub name: String,
    /// True of a record that is as it should be.
    #[schema(example = "stage.kind != \"won\" || amount > 0")]
    pub expression: String,
    /// What somebody reads whose record is not.
    pub message: String,
    /// The field that the message lands on.
    #[schema(example = "amount")]
    pub field: String,
    pub active: bool,
    /// What is wrong with the expression since the facts it speaks of have changed; empty when nothing is. Writes are
    /// refused with `rule_failed` while such a rule is active.
    pub problems: Vec<Problem>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What can be written of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    pub name: String,
    pub expression: String,
    pub message: String,
    pub field: String,
    pub active: bool,
}

impl Rule {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            expression: self.expression.clone(),
            message: self.message.clone(),
            field: self.field.clone(),
            active: self.active,
        }
    }

    /// An event about this rule.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "rule", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("rule.{verb}"), subject)
    }
}

impl Fields {
    /// What differs, for the audit.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let pairs = [
            ("name", json!(self.name), json!(new.name)),
            ("expression", json!(self.expression), json!(new.expression)),
            ("message", json!(self.message), json!(new.message)),
            ("field", json!(self.field), json!(new.field)),
            ("active", json!(self.active), json!(new.active)),
        ];
        pairs
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(field, old, new)| Change { field: field.into(), old, new, old_label: None, new_label: None })
            .collect()
    }
}

/// A new rule.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    pub object: RuleObject,
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[schema(min_length = 1, max_length = 2000)]
    pub expression: String,
    #[schema(min_length = 1, max_length = 500)]
    pub message: String,
    pub field: String,
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl Validate for NewRule {
    fn validate(&self) -> Result<()> {
        let texts = [("name", Some(&self.name), 200), ("message", Some(&self.message), 500)];
        refuse(texts_wrong(&texts))
    }
}

impl NewRule {
    /// Checks what takes knowing the organisation's custom fields.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn check(&self, catalogue: &Catalogue) -> Result<()> {
        let mut wrong: Vec<FieldError> = field_wrong(catalogue, &self.field).into_iter().collect();
        wrong.extend(expression_wrong(catalogue, &self.expression));
        refuse(wrong)
    }

    /// The fields of the new rule.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            expression: self.expression.trim().to_owned(),
            message: self.message.trim().to_owned(),
            field: self.field,
            active: self.active,
        }
    }
}

/// A change of a rule: what is absent stays. Its object stays always.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RulePatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(min_length = 1, max_length = 2000)]
    pub expression: Option<String>,
    #[schema(min_length = 1, max_length = 500)]
    pub message: Option<String>,
    pub field: Option<String>,
    pub active: Option<bool>,
}

impl Validate for RulePatch {
    fn validate(&self) -> Result<()> {
        refuse(texts_wrong(&[("name", self.name.as_ref(), 200), ("message", self.message.as_ref(), 500)]))
    }
}

impl RulePatch {
    /// The fields after this patch. An expression is checked when it is changed or put to use, never when a rule is
    /// switched off: that must always go.
    ///
    /// # Errors
    /// 422 with what is wrong.
    pub fn apply(self, catalogue: &Catalogue, old: &Fields) -> Result<Fields> {
        let new = Fields {
            name: self.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
            expression: self.expression.map_or_else(|| old.expression.clone(), |e| e.trim().to_owned()),
            message: self.message.map_or_else(|| old.message.clone(), |m| m.trim().to_owned()),
            field: self.field.unwrap_or_else(|| old.field.clone()),
            active: self.active.unwrap_or(old.active),
        };
        let mut wrong = Vec::new();
        if new.field != old.field {
            wrong.extend(field_wrong(catalogue, &new.field));
        }
        if new.expression != old.expression || (new.active && !old.active) {
            wrong.extend(expression_wrong(catalogue, &new.expression));
        }
        refuse(wrong).map(|()| new)
    }
}

fn refuse(wrong: Vec<FieldError>) -> Result<()> {
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", wrong)) }
}

fn wrong(field: &str, code: &'static str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), code: code.into(), message: message.into() }
}

fn texts_wrong(texts: &[(&str, Option<&String>, usize)]) -> Vec<FieldError> {
    let check = |(field, text, max): &(&str, Option<&String>, usize)| {
        let text = (*text)?;
        if text.trim().is_empty() {
            Some(wrong(field, "required", "this field is required"))
        } else if text.chars().count() > *max {
            Some(wrong(field, "too_long", format!("at most {max} characters")))
        } else if text.contains('\0') {
            Some(wrong(field, "unsupported_character", "text must not contain U+0000"))
        } else {
            None
        }
    };
    texts.iter().filter_map(check).collect()
}

fn field_wrong(catalogue: &Catalogue, field: &str) -> Option<FieldError> {
    let fields = catalogue.fields();
    let object = catalogue.object.as_str();
    (!fields.iter().any(|f| f == field))
        .then(|| wrong("field", "invalid_value", format!("a field of the {object}: {}", fields.join(", "))))
}

/// The first problem of an expression, with its place.
fn expression_wrong(catalogue: &Catalogue, expression: &str) -> Option<FieldError> {
    let problem = check(expression, catalogue).err()?.into_iter().next()?;
    let meant = problem.suggestion.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    let message = format!("line {}, column {}: {}{meant}", problem.line, problem.column, problem.message);
    Some(wrong("expression", problem.code, message))
}

#[cfg(test)]
mod tests;
