//! From a person's words to the arguments of a tool that nobody here knows: by its schema, and by nothing else.
//!
//! `{"city": "Rome"}` is taken as it is, `city=Rome days=3` by name, and bare words are the one text that the tool asks for. What
//! fits none of these is said back, with what the tool takes.

use serde_json::{Map, Number, Value};

/// The most bytes of all arguments.
const MOST: usize = 4000;

struct Property<'a> {
    name: &'a str,
    kind: &'a str,
    required: bool,
}

fn properties(schema: &Map<String, Value>) -> Vec<Property<'_>> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let all = schema.get("properties").and_then(Value::as_object);
    let kind = |of: &'_ Value| match of.get("type") {
        Some(Value::String(kind)) => match kind.as_str() {
            "string" => "string",
            "integer" => "integer",
            "number" => "number",
            "boolean" => "boolean",
            _ => "other",
        },
        // One that may be null, too: `["string", "null"]`.
        Some(Value::Array(kinds)) if kinds.iter().any(|kind| kind == "string") => "string",
        _ => "other",
    };
    all.into_iter()
        .flatten()
        .map(|(name, of)| Property { name, kind: kind(of), required: required.contains(&name.as_str()) })
        .collect()
}

/// The arguments that the words stand for.
///
/// # Errors
/// A sentence for the person: what the tool takes.
pub fn read(schema: &Map<String, Value>, words: &str) -> Result<Map<String, Value>, String> {
    let words = words.trim();
    if words.len() > MOST {
        return Err(format!("That is too much for one call: at most {MOST} characters."));
    }
    let known = properties(schema);
    let given = if words.starts_with('{') {
        match serde_json::from_str::<Value>(words) {
            Ok(Value::Object(given)) => given,
            Ok(_) | Err(_) => return Err(format!("I can't read that as arguments. {}", takes(&known))),
        }
    } else if let Some(pairs) = named(words, &known) {
        pairs?
    } else {
        bare(words, &known)?
    };
    if let Some(stranger) = given.keys().find(|name| known.iter().all(|property| property.name != name.as_str())) {
        let short: String = stranger.chars().take(60).collect();
        return Err(format!("It takes no “{short}”. {}", takes(&known)));
    }
    if let Some(missing) = known.iter().find(|property| property.required && !given.contains_key(property.name)) {
        return Err(format!("It needs “{}”. {}", missing.name, takes(&known)));
    }
    Ok(given)
}

/// `city=New York days=3`: a value goes on until the next name.
fn named(words: &str, known: &[Property<'_>]) -> Option<Result<Map<String, Value>, String>> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for word in words.split_whitespace() {
        match word.split_once('=').and_then(|(name, value)| Some((known.iter().find(|p| p.name == name)?, value))) {
            Some((property, value)) => pairs.push((property.name, value.to_owned())),
            None => {
                let (_, value) = pairs.last_mut()?;
                value.push(' ');
                value.push_str(word);
            }
        }
    }
    if pairs.is_empty() {
        return None;
    }
    let mut given = Map::new();
    for (name, value) in pairs {
        let kind = known.iter().find(|property| property.name == name).map_or("string", |property| property.kind);
        match typed(kind, value.trim_matches(['"', '“', '”', ',', ';'])) {
            Some(value) => _ = given.insert(name.to_owned(), value),
            None => return Some(Err(format!("“{name}” is to be a {kind}. {}", takes(known)))),
        }
    }
    Some(Ok(given))
}

/// The one text that the tool asks for.
fn bare(words: &str, known: &[Property<'_>]) -> Result<Map<String, Value>, String> {
    if words.is_empty() {
        return Ok(Map::new());
    }
    let required: Vec<&Property<'_>> = known.iter().filter(|property| property.required).collect();
    let only = match (required.as_slice(), known) {
        ([one], _) if one.kind != "other" => *one,
        ([], [one]) if one.kind != "other" => one,
        _ => return Err(format!("I can't tell what “{words}” is to it. {}", takes(known))),
    };
    let value = typed(only.kind, words.trim_matches(['"', '“', '”']));
    let value = value.ok_or_else(|| format!("“{}” is to be a {}. {}", only.name, only.kind, takes(known)))?;
    Ok(Map::from_iter([(only.name.to_owned(), value)]))
}

fn typed(kind: &str, words: &str) -> Option<Value> {
    match kind {
        "string" => Some(Value::String(words.to_owned())),
        "integer" => words.parse::<i64>().ok().map(|n| Value::Number(n.into())),
        "number" => words.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
        "boolean" => match words.to_lowercase().as_str() {
            "true" | "yes" => Some(Value::Bool(true)),
            "false" | "no" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => serde_json::from_str(words).ok(),
    }
}

fn takes(known: &[Property<'_>]) -> String {
    if known.is_empty() {
        return "It takes nothing.".to_owned();
    }
    let all: Vec<String> = known
        .iter()
        .take(12)
        .map(|p| {
            format!("{}{}=…", p.name.chars().take(40).collect::<String>(), if p.required { "" } else { " (optional)" })
        })
        .collect();
    format!("It takes {}.", all.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(schema: &Value, words: &str) -> Result<Value, String> {
        read(schema.as_object().unwrap(), words).map(Value::Object)
    }

    #[test]
    fn words_become_what_the_schema_asks_for() {
        let schema = json!({ "properties": { "city": { "type": "string" }, "days": { "type": "integer" } }, "required": ["city"] });
        assert_eq!(of(&schema, "New York").unwrap(), json!({ "city": "New York" }));
        assert_eq!(of(&schema, "city=New York days=3").unwrap(), json!({ "city": "New York", "days": 3 }));
        assert_eq!(of(&schema, r#"{"city": "Rome", "days": 2}"#).unwrap(), json!({ "city": "Rome", "days": 2 }));
        assert_eq!(of(&schema, "a=b").unwrap(), json!({ "city": "a=b" }));
        assert!(of(&schema, "").unwrap_err().contains("needs “city”"));
        assert!(of(&schema, "city=Rome days=soon").unwrap_err().contains("integer"));
        assert!(of(&schema, r#"{"city": "Rome", "to": "x"}"#).unwrap_err().contains("takes no “to”"));
        assert!(of(&schema, "{").is_err());
        assert!(of(&schema, &"x".repeat(5000)).is_err());
        let two = json!({ "properties": { "from": { "type": "string" }, "to": { "type": "string" } }, "required": ["from", "to"] });
        assert!(of(&two, "Rome").unwrap_err().contains("from=…, to=…"));
        assert_eq!(of(&json!({}), "").unwrap(), json!({}));
        assert!(of(&json!({}), "now").unwrap_err().contains("takes nothing"));
    }
}
