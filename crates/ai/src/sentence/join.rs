//! Conditions put together as they were said: with "not" and "or", and several values of one field as one condition.

use serde_json::{Value, json};

use super::Understood;

/// A condition with what stood before it.
#[derive(Clone, Debug)]
pub struct Part {
    pub field: String,
    pub op: &'static str,
    pub value: Value,
    pub text: String,
    pub or: bool,
    pub negated: bool,
}

impl Part {
    /// Values, where the condition is that the field is one of them, or none.
    fn values(&self) -> Option<Vec<Value>> {
        match self.op {
            "eq" => Some(vec![self.value.clone()]),
            "in" => self.value.as_array().cloned(),
            _ => None,
        }
    }

    fn tree(&self) -> Value {
        let Self { field, op, value, negated, .. } = self;
        let negated = *negated;
        let is = |op: &str, value: &Value| json!({ "field": field, "op": op, "value": value });
        match (*op, negated) {
            ("is_null", true) => is("is_null", &json!(value != &json!(true))),
            ("eq", true) => is("ne", value),
            ("in", true) => is("not_in", value),
            ("gt", true) => is("lte", value),
            ("gte", true) => is("lt", value),
            ("lt", true) => is("gte", value),
            ("lte", true) => is("gt", value),
            (other, true) => json!({ "not": is(other, value) }),
            (other, false) => is(other, value),
        }
    }
}

/// Fields of which a record has one value or a choice of known ones: "retail and medical" means either.
fn is_choice(part: &Part) -> bool {
    let time = part.field.ends_with("_at") || part.field.ends_with("_date");
    part.values().is_some() && !time && part.value.as_str().is_none_or(|v| v.parse::<f64>().is_err())
}

/// The whole filter, and each condition with its words.
pub fn joined(parts: &[Part]) -> (Option<Value>, Vec<Understood>) {
    let mut alternatives: Vec<Vec<Part>> = Vec::new();
    for part in parts {
        let part = part.clone();
        // "not lost and not won" are two conditions, "neither lost nor won" and "retail and medical" one.
        let merges = |old: &Part| {
            old.field == part.field
                && old.negated == part.negated
                && is_choice(old)
                && is_choice(&part)
                && (!part.negated || part.or)
        };
        if let Some(old) = alternatives.iter_mut().flatten().find(|old| merges(old)) {
            let mut values = old.values().unwrap_or_default();
            values.extend(
                part.values().unwrap_or_default().into_iter().filter(|v| !values.contains(v)).collect::<Vec<_>>(),
            );
            if values.len() > 1 {
                old.op = "in";
                old.value = Value::Array(values);
            }
            old.text = format!("{} {}", old.text, part.text);
            continue;
        }
        match alternatives.last_mut() {
            Some(last) if part.or => last.push(part),
            _ => alternatives.push(vec![part]),
        }
    }
    let understood: Vec<Understood> = alternatives
        .iter()
        .map(|any| {
            let text = any.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" or ");
            let filter = match any.as_slice() {
                [one] => one.tree(),
                several => json!({ "or": several.iter().map(Part::tree).collect::<Vec<_>>() }),
            };
            Understood { text, filter: Some(filter), sort: None }
        })
        .collect();
    let trees: Vec<Value> = understood.iter().filter_map(|u| u.filter.clone()).collect();
    ((!trees.is_empty()).then(|| json!({ "and": trees })), understood)
}
