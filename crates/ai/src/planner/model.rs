//! What a model is asked for, and how its answer becomes an ask.
//!
//! One clause, one flat call, every argument there and null where nothing was said: that is what small models do well
//! (docs/architecture, "Local model"). The prompt is constant, so a local server keeps it in its cache; the examples
//! speak of a company and stages that no request will. The words are only copied: code reads them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{Ask, Decline, Field, Filter, Get, Group, Measure, NewTask, Query, Search, Update};
use crate::provider::{Chat, Message, Schema};
use crate::resolve::vocabulary::StageKind;
use crate::resolve::{Reading, amount, date, text};

/// The constant prompt.
pub const PREFIX: &str = r#"You turn a sales request into one JSON call. Copy names, amounts and dates in the user's own words; null for anything not said.
list: which deals. total: how many, how much. show: one deal or customer. change: set a field of a deal. task: a reminder, follow-up, call or to-do. none: anything else.
"show my deals in Demo over 5k closing this month" {"tool":"list","name":null,"owner":"my","stage":"Demo","amount":"over 5k","when":"this month"}
"what's the biggest open Globex deal?" {"tool":"list","name":"Globex","owner":null,"stage":"open","amount":null,"when":null}
"anything sitting in Demo for over 3 weeks?" {"tool":"list","name":null,"owner":null,"stage":"Demo","amount":null,"when":"over 3 weeks"}
"how many deals did Mary win last year?" {"tool":"total","of":"count","by":null,"name":null,"owner":"Mary","stage":"win","when":"last year"}
"value of open deals per stage" {"tool":"total","of":"sum","by":"stage","name":null,"owner":null,"stage":"open","when":null}
"summarise Globex" {"tool":"show","name":"Globex"}
"put the Globex deal at 20k" {"tool":"change","name":"Globex","field":"amount","value":"20k"}
"Globex went with someone else" {"tool":"change","name":"Globex","field":"stage","value":"lost"}
"remind me to ring Globex on Monday" {"tool":"task","title":"ring Globex","name":"Globex","when":"on Monday","who":null}
"have Bob prepare an offer for Globex" {"tool":"task","title":"prepare an offer","name":"Globex","when":null,"who":"Bob"}
"tell me a joke" {"tool":"none"}"#;

/// The most tokens a call can take.
pub const MAX_TOKENS: u32 = 120;

/// The shape of the answer: one object of several, told apart by `tool`.
#[must_use]
pub fn schema() -> Schema {
    let words = || Schema::Text { max: 80, nullable: true };
    let said = || Schema::Text { max: 80, nullable: false };
    let call = |tool, arguments: Vec<(&'static str, Schema)>| {
        Schema::Object(std::iter::once(("tool", Schema::Const(tool))).chain(arguments).collect())
    };
    let of = Schema::Enum { values: &["count", "sum", "average", "win_rate"], nullable: false };
    let by = Schema::Enum {
        values: &["stage", "owner", "month", "quarter", "account", "industry", "product"],
        nullable: true,
    };
    let field = Schema::Enum {
        values: &["stage", "amount", "close_date", "owner", "next_step", "probability", "forecast"],
        nullable: false,
    };
    Schema::AnyOf(vec![
        call(
            "list",
            vec![("name", words()), ("owner", words()), ("stage", words()), ("amount", words()), ("when", words())],
        ),
        call(
            "total",
            vec![("of", of), ("by", by), ("name", words()), ("owner", words()), ("stage", words()), ("when", words())],
        ),
        call("show", vec![("name", words())]),
        call("change", vec![("name", words()), ("field", field), ("value", said())]),
        call("task", vec![("title", said()), ("name", words()), ("when", words()), ("who", words())]),
        call("none", Vec::new()),
    ])
}

/// The call for one clause.
#[must_use]
pub fn chat(clause: &str) -> Chat {
    Chat {
        messages: vec![Message::system(PREFIX), Message::user(clause)],
        schema: Some(schema()),
        max_tokens: MAX_TOKENS,
    }
}

/// Absent, null, empty and the word "null" are all nothing.
fn nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let words = Option::<String>::deserialize(deserializer)?;
    Ok(words
        .map(|w| w.trim().to_owned())
        .filter(|w| !matches!(w.to_lowercase().as_str(), "" | "null" | "none" | "any" | "all" | "n/a" | "unknown")))
}

#[derive(Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
enum Call {
    List {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        owner: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        stage: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        amount: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
    },
    Total {
        of: Measure,
        #[serde(default)]
        by: Option<Group>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        owner: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        stage: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
    },
    Show {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Change {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        field: String,
        #[serde(default, deserialize_with = "nothing")]
        value: Option<String>,
    },
    Task {
        #[serde(default, deserialize_with = "nothing")]
        title: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        who: Option<String>,
    },
    None,
}

/// Reads a model's answer. Text around the object is skipped; what is no call at all is an error with the reason.
///
/// # Errors
/// When there is no such object in the answer.
pub fn parse(answer: &str, reading: &Reading) -> Result<Ask, String> {
    let start = answer.find('{').ok_or("the model answered without an object")?;
    let end = answer.rfind('}').filter(|end| *end > start).ok_or("the model's object does not end")?;
    let object = answer.get(start..=end).unwrap_or_default();
    let mut value: Value = serde_json::from_str(object).map_err(|e| format!("the model's answer is no JSON: {e}"))?;
    if let Some(inner) = value.get_mut("call") {
        value = inner.take();
    }
    let call: Call = serde_json::from_value(value).map_err(|e| format!("the model's answer is no call: {e}"))?;
    Ok(match call {
        Call::List { name, owner, stage, amount, when } => Ask::SearchOpportunities(Search {
            filter: Filter { amount, ..filter(name, owner, stage, when, reading) },
            ..Search::default()
        }),
        Call::Total { of, by, name, owner, stage, when } => Ask::QueryPipeline(Query {
            filter: filter(name, owner, stage, when, reading),
            measure: of,
            group: by,
            ..Query::default()
        }),
        Call::Show { name } => Ask::GetOpportunity(Get { name, field: None }),
        Call::Change { name, field, value } => {
            let field = match field.as_str() {
                "stage" => Field::Stage,
                "amount" => Field::Amount,
                "close_date" => Field::CloseDate,
                "owner" => Field::Owner,
                "next_step" => Field::NextStep,
                "probability" => Field::Probability,
                "forecast" => Field::ForecastCategory,
                other => return Err(format!("the model named a field that is none: {other}")),
            };
            Ask::UpdateOpportunity(Update { name, changes: value.map(|v| (field, v)).into_iter().collect() })
        }
        Call::Task { title, name, when, who } => {
            Ask::CreateTask(NewTask { title, name, due: when, assignee: who, priority: None })
        }
        Call::None => Ask::Decline(Decline::default()),
    })
}

fn filter(
    name: Option<String>,
    owner: Option<String>,
    stage: Option<String>,
    when: Option<String>,
    reading: &Reading,
) -> Filter {
    let mut filter = Filter { name, owner, ..Filter::default() };
    if let Some(stage) = stage {
        match text::key(&stage).as_str() {
            "open" | "active" => filter.kinds.push(StageKind::Open),
            "won" | "win" | "closed won" => filter.kinds.push(StageKind::Won),
            "lost" | "lose" | "closed lost" => filter.kinds.push(StageKind::Lost),
            "closed" => filter.kinds.extend([StageKind::Won, StageKind::Lost]),
            _ => filter.stages.push(stage),
        }
    }
    if let Some(when) = when {
        if date::find(&when, &reading.calendar).is_some() {
            filter.date = Some(when);
        } else if amount::find_span(&when).is_some() {
            filter.age = Some(when);
        }
    }
    filter
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn read(answer: &str) -> Result<Ask, String> {
        parse(answer, &Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US"))
    }

    #[test]
    fn nothing_said_is_nothing() {
        let ask =
            read(r#"{"tool":"list","name":"null","owner":"my","stage":"open","amount":"","when":"more than 60 days"}"#)
                .unwrap();
        let Ask::SearchOpportunities(search) = ask else { panic!("{ask:?}") };
        assert_eq!(search.filter.name, None);
        assert_eq!(search.filter.amount, None);
        assert_eq!(search.filter.kinds, [StageKind::Open]);
        assert_eq!(search.filter.age.as_deref(), Some("more than 60 days"));
    }

    #[test]
    fn an_answer_may_be_wrapped_but_must_be_a_call() {
        assert!(matches!(read("```json\n{\"tool\":\"show\",\"name\":\"Isdom\"}\n```"), Ok(Ask::GetOpportunity(_))));
        assert!(read("Sure! I will help.").is_err());
        assert!(read(r#"{"tool":"drop_table"}"#).is_err());
        assert!(read(r#"{"tool":"change","name":"Isdom","field":"password","value":"x"}"#).is_err());
    }

    #[test]
    fn the_examples_follow_the_schema() {
        let Schema::AnyOf(calls) = schema() else { panic!("not a choice") };
        let names = |call: &Schema| match call {
            Schema::Object(properties) => properties.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let shapes: Vec<String> = calls.iter().map(|c| names(c).join(" ")).collect();
        let examples: Vec<&str> =
            PREFIX.lines().filter_map(|line| line.find(" {\"tool\"").map(|at| &line[at + 1..])).collect();
        assert_eq!(examples.len(), 11);
        for example in examples {
            // In this order, since that is the order in which the grammar makes the model write them.
            let keys: Vec<&str> =
                example.split("\":").filter_map(|part| part.rsplit('"').next()).filter(|k| !k.contains('}')).collect();
            assert!(shapes.contains(&keys.join(" ")), "{example}: {keys:?}");
            read(example).unwrap();
        }
    }
}
