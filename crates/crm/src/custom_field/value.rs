//! What a custom field takes: one value, checked and in the one form in which records hold it.

use chrono::{Datelike, NaiveDate};
use dealwright_kernel::{Currency, Money};
use rust_decimal::Decimal;
use serde_json::{Number, Value, json};
use uuid::Uuid;

use super::{CustomField, FieldKind};

const MAX_NUMBER: i64 = 900_000_000_000;

/// Why a value is refused: a stable code and words.
pub type Refusal = (&'static str, String);

/// The value as a record holds it; null when there is none.
///
/// # Errors
/// Why it does not fit. That a person or record it names is there, is for the caller to see.
pub fn read(field: &CustomField, value: &Value, base: Currency) -> Result<Value, Refusal> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let invalid = |why: &str| ("invalid_value", why.to_owned());
    match field.kind {
        FieldKind::Text | FieldKind::Phone => text(value, if field.kind == FieldKind::Phone { 100 } else { 500 }),
        FieldKind::LongText => text(value, 10_000),
        FieldKind::Url => {
            let value = text(value, 2_000)?;
            let fits = value.as_str().is_none_or(|t| t.starts_with("https://") || t.starts_with("http://"));
            if fits { Ok(value) } else { Err(invalid("an address that begins with https:// or http://")) }
        }
        FieldKind::Email => {
            let value = text(value, 320)?;
            let fits = value.as_str().is_none_or(email_address::EmailAddress::is_valid);
            if fits { Ok(value) } else { Err(("invalid_email", "this is not an e-mail address".to_owned())) }
        }
        FieldKind::Number => number(value),
        FieldKind::Money => {
            let money: Money = serde_json::from_value(value.clone())
                .map_err(|_| ("invalid_amount", "an amount with its currency".to_owned()))?;
            if money.currency != base {
                return Err(("wrong_currency", format!("amounts of this field are in {base}")));
            }
            Ok(json!(money))
        }
        FieldKind::Date => {
            let date: NaiveDate =
                value.as_str().and_then(|t| t.parse().ok()).ok_or_else(|| invalid("a date such as 2026-01-31"))?;
            if (1900..=2200).contains(&date.year()) {
                Ok(json!(date))
            } else {
                Err(("out_of_range", "a date between 1900 and 2200".to_owned()))
            }
        }
        FieldKind::Select => option(field, value).map(Value::String),
        FieldKind::MultiSelect => {
            let items = value.as_array().ok_or_else(|| invalid("a list of options"))?;
            let mut chosen: Vec<String> = Vec::with_capacity(items.len());
            for item in items {
                let one = option(field, item)?;
                if !chosen.contains(&one) {
                    chosen.push(one);
                }
            }
            Ok(if chosen.is_empty() { Value::Null } else { json!(chosen) })
        }
        FieldKind::User | FieldKind::Account | FieldKind::Contact => {
            let id: Uuid = value.as_str().and_then(|t| t.parse().ok()).ok_or_else(|| invalid("an id"))?;
            Ok(json!(id))
        }
        FieldKind::Formula => Err(("read_only", "a formula is worked out and can't be written".to_owned())),
        FieldKind::Checkbox => value.as_bool().map(Value::Bool).ok_or_else(|| invalid("true or false")),
    }
}

/// A cell of a file as a value that [`read`] takes or refuses.
#[must_use]
pub fn of_cell(field: &CustomField, cell: &str, base: Currency) -> Value {
    let cell = cell.trim();
    match field.kind {
        FieldKind::Money => json!({ "amount": cell, "currency": base }),
        FieldKind::MultiSelect => cell.split([';', '|']).map(str::trim).filter(|c| !c.is_empty()).collect(),
        FieldKind::Checkbox => match cell.to_lowercase().as_str() {
            "true" | "yes" | "1" | "x" => Value::Bool(true),
            "false" | "no" | "0" => Value::Bool(false),
            _ => json!(cell),
        },
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Select
        | FieldKind::User
        | FieldKind::Account
        | FieldKind::Contact
        | FieldKind::Url
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Formula => json!(cell),
    }
}

fn text(value: &Value, most: usize) -> Result<Value, Refusal> {
    let text = value.as_str().ok_or_else(|| ("invalid_value", "text".to_owned()))?.trim();
    if text.chars().count() > most {
        return Err(("too_long", format!("at most {most} characters")));
    }
    if text.contains('\0') {
        return Err(("unsupported_character", "text must not contain U+0000".to_owned()));
    }
    Ok(if text.is_empty() { Value::Null } else { Value::String(text.to_owned()) })
}

/// A number with at most four decimals, as JSON's own.
fn number(value: &Value) -> Result<Value, Refusal> {
    let said = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    };
    let number = Decimal::from_str_exact(&said)
        .or_else(|_| Decimal::from_scientific(&said))
        .map_err(|_| ("invalid_value", "a number".to_owned()))?
        .normalize();
    if number.scale() > 4 || number.abs() > Decimal::from(MAX_NUMBER) {
        return Err(("out_of_range", format!("up to {MAX_NUMBER} with at most 4 decimals")));
    }
    let text = number.to_string();
    serde_json::from_str::<Number>(&text).map(Value::Number).map_err(|_| ("invalid_value", "a number".to_owned()))
}

/// An option by its value, or by its label.
fn option(field: &CustomField, value: &Value) -> Result<String, Refusal> {
    let said = value.as_str().unwrap_or_default().trim();
    let by_value = field.options.iter().find(|o| o.value == said);
    let by_label = || field.options.iter().find(|o| o.label.eq_ignore_ascii_case(said));
    match by_value.or_else(by_label) {
        Some(option) if !option.archived => Ok(option.value.clone()),
        Some(_) => Err(("unknown_reference", "this option is archived".to_owned())),
        None => Err(("unknown_reference", "there is no such option".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use dealwright_kernel::id::CustomFieldId;

    use super::super::Index;
    use super::super::{FieldObject, FieldOption};
    use super::*;

    fn field(kind: FieldKind) -> CustomField {
        let option = |value: &str, archived| FieldOption { value: value.into(), label: value.to_uppercase(), archived };
        CustomField {
            id: CustomFieldId(Uuid::nil()),
            object: FieldObject::Account,
            key: "k".into(),
            label: "K".into(),
            help: None,
            kind,
            required: false,
            default: None,
            options: vec![option("gold", false), option("silver", false), option("tin", true)],
            section: None,
            position: 0,
            archived: false,
            expression: None,
            index: Index::None,
            slot: None,
            slot_filled: false,
            version: 1,
        }
    }

    #[test]
    fn each_kind_takes_its_own_and_refuses_the_rest() {
        let id = "00000000-0000-7000-8000-000000000001";
        let eur = json!({ "amount": "5.00", "currency": "EUR" });
        for (kind, given, kept) in [
            (FieldKind::Text, json!(" a "), json!("a")),
            (FieldKind::Text, json!("  "), Value::Null),
            (FieldKind::Number, json!(12.5), json!(12.5)),
            (FieldKind::Number, json!("1e3"), json!(1000)),
            (FieldKind::Money, eur.clone(), eur),
            (FieldKind::Date, json!("2026-01-31"), json!("2026-01-31")),
            (FieldKind::Select, json!("GOLD"), json!("gold")),
            (FieldKind::MultiSelect, json!(["gold", "Silver", "gold"]), json!(["gold", "silver"])),
            (FieldKind::MultiSelect, json!([]), Value::Null),
            (FieldKind::User, json!(id), json!(id)),
            (FieldKind::Checkbox, json!(false), json!(false)),
            (FieldKind::Url, json!("https://a.example"), json!("https://a.example")),
            (FieldKind::Email, json!("a@b.example"), json!("a@b.example")),
        ] {
            assert_eq!(read(&field(kind), &given, Currency::EUR), Ok(kept), "{kind:?} {given}");
        }
        for (kind, given, code) in [
            (FieldKind::Text, json!(1), "invalid_value"),
            (FieldKind::Text, json!("x".repeat(501)), "too_long"),
            (FieldKind::Text, json!("a\u{0}"), "unsupported_character"),
            (FieldKind::Number, json!("x"), "invalid_value"),
            (FieldKind::Number, json!(0.00001), "out_of_range"),
            (FieldKind::Number, json!(1e20), "out_of_range"),
            (FieldKind::Money, json!(5), "invalid_amount"),
            (FieldKind::Money, json!({ "amount": "5", "currency": "USD" }), "wrong_currency"),
            (FieldKind::Date, json!("31.1.2026"), "invalid_value"),
            (FieldKind::Date, json!("1800-01-01"), "out_of_range"),
            (FieldKind::Select, json!("tin"), "unknown_reference"),
            (FieldKind::Select, json!("iron"), "unknown_reference"),
            (FieldKind::MultiSelect, json!("gold"), "invalid_value"),
            (FieldKind::User, json!("me"), "invalid_value"),
            (FieldKind::Checkbox, json!("true"), "invalid_value"),
            (FieldKind::Url, json!("javascript:alert(1)"), "invalid_value"),
            (FieldKind::Email, json!("nobody"), "invalid_email"),
        ] {
            let refused = read(&field(kind), &given, Currency::EUR).map_err(|(code, _)| code);
            assert_eq!(refused, Err(code), "{kind:?} {given}");
        }
    }
}
