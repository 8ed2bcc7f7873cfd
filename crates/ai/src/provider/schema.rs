//! The shape of a constrained answer, in the two forms that servers understand.
//!
//! As JSON Schema for OpenAI-compatible endpoints; as a GBNF grammar for llama.cpp, where it also rules out the
//! whitespace that a small model likes to spend its time on. Properties keep the order in which they are given: a model
//! decides on the tool before it fills in arguments.

use std::fmt::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Exactly this text.
    Const(&'static str),
    /// Null, when `nullable`, or one of these.
    Enum { values: &'static [&'static str], nullable: bool },
    /// Null, when `nullable`, or a text of at most so many characters.
    Text { max: usize, nullable: bool },
    /// All properties are required, no others are allowed.
    Object(Vec<(&'static str, Self)>),
    /// One of several.
    AnyOf(Vec<Self>),
}

/// As JSON Schema.
impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Const(text) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("const", text)?;
            }
            Self::Enum { values, nullable } => {
                let all: Vec<Option<&str>> =
                    nullable.then_some(None).into_iter().chain(values.iter().copied().map(Some)).collect();
                if *nullable {
                    map.serialize_entry("type", &["string", "null"])?;
                } else {
                    map.serialize_entry("type", "string")?;
                }
                map.serialize_entry("enum", &all)?;
            }
            Self::Text { nullable: false, .. } => map.serialize_entry("type", "string")?,
            Self::Text { nullable: true, .. } => map.serialize_entry("type", &["string", "null"])?,
            Self::Object(properties) => {
                map.serialize_entry("type", "object")?;
                map.serialize_entry("properties", &Properties(properties))?;
                map.serialize_entry("required", &properties.iter().map(|(name, _)| *name).collect::<Vec<_>>())?;
                map.serialize_entry("additionalProperties", &false)?;
            }
            Self::AnyOf(all) => map.serialize_entry("anyOf", all)?,
        }
        map.end()
    }
}

struct Properties<'a>(&'a [(&'static str, Schema)]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, schema)| (name, schema)))
    }
}

impl Schema {
    /// As a GBNF grammar whose root is this shape, without any whitespace between its parts.
    #[must_use]
    pub fn grammar(&self) -> String {
        let mut lengths = Vec::new();
        let root = self.rule(&mut lengths);
        let mut grammar = format!("root ::= {root}\n");
        lengths.sort_unstable();
        lengths.dedup();
        for max in lengths {
            _ = writeln!(grammar, "text{max} ::= \"\\\"\" char{{1,{max}}} \"\\\"\"");
        }
        grammar.push_str("char ::= [^\"\\\\\\x7F\\x00-\\x1F] | \"\\\\\" [\"\\\\/]\n");
        grammar
    }

    fn rule(&self, lengths: &mut Vec<usize>) -> String {
        match self {
            Self::Const(text) => quoted(text),
            Self::Enum { values, nullable } => {
                let all: Vec<String> = nullable
                    .then(|| "\"null\"".to_owned())
                    .into_iter()
                    .chain(values.iter().map(|v| quoted(v)))
                    .collect();
                format!("({})", all.join(" | "))
            }
            Self::Text { max, nullable } => {
                lengths.push(*max);
                if *nullable { format!("(\"null\" | text{max})") } else { format!("text{max}") }
            }
            Self::Object(properties) => {
                let mut rule = "\"{\"".to_owned();
                for (i, (name, schema)) in properties.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    _ = write!(rule, " \"{comma}\\\"{name}\\\":\" {}", schema.rule(lengths));
                }
                rule.push_str(" \"}\"");
                rule
            }
            Self::AnyOf(all) => {
                let rules: Vec<String> = all.iter().map(|s| s.rule(lengths)).collect();
                format!("({})", rules.join(" | "))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"\\\"{text}\\\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Schema {
        Schema::AnyOf(vec![
            Schema::Object(vec![
                ("tool", Schema::Const("show")),
                ("by", Schema::Enum { values: &["stage"], nullable: true }),
                ("name", Schema::Text { max: 80, nullable: true }),
            ]),
            Schema::Object(vec![("tool", Schema::Const("none"))]),
        ])
    }

    #[test]
    fn as_json_schema_in_the_order_given() {
        assert_eq!(
            serde_json::to_string(&shape()).unwrap(),
            r#"{"anyOf":[{"type":"object","properties":{"tool":{"type":"string","const":"show"},"by":{"type":["string","null"],"enum":[null,"stage"]},"name":{"type":["string","null"]}},"required":["tool","by","name"],"additionalProperties":false},{"type":"object","properties":{"tool":{"type":"string","const":"none"}},"required":["tool"],"additionalProperties":false}]}"#
        );
    }

    #[test]
    fn as_a_grammar_without_whitespace() {
        insta::assert_snapshot!(shape().grammar(), @r#"
        root ::= ("{" "\"tool\":" "\"show\"" ",\"by\":" ("null" | "\"stage\"") ",\"name\":" ("null" | text80) "}" | "{" "\"tool\":" "\"none\"" "}")
        text80 ::= "\"" char{1,80} "\""
        char ::= [^"\\\x7F\x00-\x1F] | "\\" ["\\/]
        "#);
    }
}
