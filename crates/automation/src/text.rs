//! Texts that name facts: `Call {{name}} about {{amount}}`.

use dealwright_workflow::rule::{Facts, Value};

/// The parts of a text: plain ones, and names.
enum Part<'a> {
    Plain(&'a str),
    Name(&'a str),
}

fn parts(mut text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while let Some((before, rest)) = text.split_once("{{") {
        let Some((name, after)) = rest.split_once("}}") else { break };
        parts.extend([Part::Plain(before), Part::Name(name.trim())]);
        text = after;
    }
    parts.push(Part::Plain(text));
    parts
}

/// The names in a text, in order.
pub fn names(text: &str) -> impl Iterator<Item = String> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name.to_owned()),
        Part::Plain(_) => None,
    })
}

/// The text with what the names stand for, at most `most` characters; what is missing is a dash.
#[must_use]
pub fn filled(text: &str, facts: &Facts, most: usize) -> String {
    let words = |part: Part<'_>| match part {
        Part::Plain(plain) => plain.to_owned(),
        Part::Name(name) => said(facts.get(name)),
    };
    parts(text).into_iter().map(words).collect::<String>().chars().take(most).collect()
}

fn said(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::Null => "–".to_owned(),
        serde_json::Value::String(text) => text,
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_and_nothing_else_is() {
        let mut facts = Facts::default();
        facts.put("name", Value::text(Some("Fleet renewal")));
        facts.put("tags", Value::texts(&["hot", "emea"]));
        let text = "Call {{ name }} ({{tags}}, {{amount}}) {{ and { so }";
        assert_eq!(filled(text, &facts, 500), "Call Fleet renewal (hot, emea, –) {{ and { so }");
        assert_eq!(names(text).collect::<Vec<_>>(), ["name", "tags", "amount"]);
        assert_eq!(filled("{{name}}", &facts, 5), "Fleet");
        // What a record says is not read again.
        facts.put("name", Value::text(Some("{{amount}}")));
        assert_eq!(filled("{{name}}", &facts, 500), "{{amount}}");
    }
}
