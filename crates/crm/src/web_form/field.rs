//! What a form can ask: fields of leads, and how each is asked.

use dealwright_kernel::Result;
use dealwright_store::Tx;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Asked;
use crate::choice;
use crate::custom_field::{self, FieldKind, FieldObject};

/// How a field is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    Line {
        kind: &'static str,
        autocomplete: &'static str,
    },
    Text,
    Tick,
    /// Values and labels; one of them, or several.
    Choice {
        options: Vec<(String, String)>,
        many: bool,
    },
}

/// A field of leads that a form can ask.
#[derive(Clone, Debug, serde::Serialize, ToSchema)]
#[schema(as = WebFormAskable)]
pub struct Askable {
    pub field: String,
    pub label: String,
    #[serde(skip)]
    pub control: Control,
}

const fn line(kind: &'static str, autocomplete: &'static str) -> Control {
    Control::Line { kind, autocomplete }
}

/// All that a form can ask, in the order in which it is offered.
///
/// # Errors
/// When the database is gone.
pub async fn askable(tx: &mut Tx) -> Result<Vec<Askable>> {
    let of = |field: &str, label: &str, control| Askable { field: field.to_owned(), label: label.to_owned(), control };
    let mut all = vec![
        of("first_name", "First name", line("text", "given-name")),
        of("last_name", "Last name", line("text", "family-name")),
        of("email", "E-mail", line("email", "email")),
        of("phone", "Phone", line("tel", "tel")),
        of("company", "Company", line("text", "organization")),
        of("title", "Job title", line("text", "organization-title")),
        of("website", "Website", line("text", "url")),
        of("country", "Country", line("text", "country-name")),
        of("description", "Message", Control::Text),
    ];
    let choices = choice::store::list(tx).await?;
    for (field, kind, label) in [("industry_id", "industry", "Industry"), ("region_id", "region", "Region")] {
        let options = choices
            .iter()
            .filter(|c| c.kind.as_str() == kind && !c.archived)
            .map(|c| (c.id.0.to_string(), c.name.clone()))
            .collect();
        all.push(of(field, label, Control::Choice { options, many: false }));
    }
    let custom = custom_field::store::of(tx, FieldObject::Lead).await?;
    for field in custom.into_iter().filter(|f| !f.archived) {
        let offered = || field.options.iter().filter(|o| !o.archived).map(|o| (o.value.clone(), o.label.clone()));
        let control = match field.kind {
            FieldKind::Text => line("text", "off"),
            FieldKind::Url => line("url", "off"),
            FieldKind::Email => line("email", "off"),
            FieldKind::Phone => line("tel", "off"),
            FieldKind::Number => line("number", "off"),
            FieldKind::Date => line("date", "off"),
            FieldKind::LongText => Control::Text,
            FieldKind::Checkbox => Control::Tick,
            FieldKind::Select => Control::Choice { options: offered().collect(), many: false },
            FieldKind::MultiSelect => Control::Choice { options: offered().collect(), many: true },
            FieldKind::Money | FieldKind::User | FieldKind::Account | FieldKind::Contact | FieldKind::Formula => {
                continue;
            }
        };
        all.push(Askable { field: format!("custom.{}", field.key), label: field.label.clone(), control });
    }
    Ok(all)
}

/// A field as a form asks it.
#[derive(Clone, Debug)]
pub struct Question {
    pub field: String,
    pub label: String,
    pub required: bool,
    pub control: Control,
}

/// The questions of a form; what has been archived since is not asked any more.
#[must_use]
pub fn questions(asked: &[Asked], known: &[Askable]) -> Vec<Question> {
    asked
        .iter()
        .filter_map(|ask| {
            let known = known.iter().find(|k| k.field == ask.field)?;
            Some(Question {
                field: ask.field.clone(),
                label: ask.label.clone().filter(|l| !l.trim().is_empty()).unwrap_or_else(|| known.label.clone()),
                required: ask.required,
                control: known.control.clone(),
            })
        })
        .collect()
}

/// What was sent, by name: several of one name are several values.
pub type Sent = Vec<(String, String)>;

impl Question {
    /// Everything that was answered to it.
    pub fn answers<'a>(&'a self, sent: &'a Sent) -> impl Iterator<Item = &'a str> {
        sent.iter().filter(|(name, value)| *name == self.field && !value.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// The answer as records hold it; none when there is none.
    fn value(&self, sent: &Sent) -> Option<Value> {
        let first = self.answers(sent).next();
        match &self.control {
            Control::Tick => first.map(|word| json!(!matches!(word, "false" | "off" | "0"))),
            Control::Choice { many: true, .. } => {
                let all: Vec<&str> = self.answers(sent).collect();
                (!all.is_empty()).then(|| json!(all))
            }
            Control::Line { kind: "number", .. } => {
                // What is no number is told so by the field's own check.
                first.map(|text| text.parse::<serde_json::Number>().map_or_else(|_| json!(text), Value::Number))
            }
            Control::Line { .. } | Control::Text | Control::Choice { many: false, .. } => first.map(|text| json!(text)),
        }
    }
}

/// The answers by field, as a new lead takes them.
#[must_use]
pub fn answers(questions: &[Question], sent: &Sent) -> Map<String, Value> {
    questions.iter().filter_map(|q| Some((q.field.clone(), q.value(sent)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_how_a_field_is_asked() {
        let ask =
            |field: &str, control| Question { field: field.into(), label: String::new(), required: false, control };
        let questions = [
            ask("email", line("email", "email")),
            ask("custom.seats", line("number", "off")),
            ask("custom.terms", Control::Tick),
            ask("custom.colours", Control::Choice { options: vec![], many: true }),
            ask("phone", line("tel", "tel")),
        ];
        let sent: Sent = [
            ("email", " a@b.test "),
            ("custom.seats", "12"),
            ("custom.terms", "on"),
            ("custom.colours", "red"),
            ("custom.colours", "blue"),
            ("phone", " "),
            ("owner_id", "nobody asked"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let told = Value::Object(answers(&questions, &sent));
        let expected =
            json!({ "email": "a@b.test", "custom.seats": 12, "custom.terms": true, "custom.colours": ["red", "blue"] });
        assert_eq!(told, expected);
    }
}
