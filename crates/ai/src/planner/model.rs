//! What a model is asked for, and how its answer becomes an ask.
//!
//! One clause, one flat call, every argument there and null where nothing was said: that is what small models do well
//! (docs/architecture, "Local model"). The prompt is constant, so a local server keeps it in its cache; the examples
//! speak of a company and stages that no request will. The words are only copied: code reads them. [`crate::prompt`] has the prompts.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    Approvals, Ask, Decline, Field, Figure, Figures, Filter, Get, Group, Happened, Letter, Measure, MyDay, NewTask,
    One, Purpose, Query, Question, RecordKind, Records, Search, Stalled, Update, WhichApprovals,
};
use crate::prompt::{self, Prompt};
use crate::provider::{Chat, Message, Schema};
use crate::resolve::vocabulary::StageKind;
use crate::resolve::{Reading, amount, date, text};

/// The most tokens a call can take.
pub const MAX_TOKENS: u32 = 120;

/// How much a model is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// The commonest tools: for a small model.
    Common,
    /// Every tool.
    All,
}

impl Breadth {
    /// The constant prompt that says as much.
    #[must_use]
    pub const fn prompt(self) -> &'static Prompt {
        match self {
            Self::Common => &prompt::PLAN_COMMON,
            Self::All => &prompt::PLAN_ALL,
        }
    }

    /// Whether a model that is told so much knows the tool of an ask.
    #[must_use]
    pub const fn tells_of(self, ask: &Ask) -> bool {
        match self {
            Self::All => true,
            Self::Common => matches!(
                ask,
                Ask::SearchOpportunities(_)
                    | Ask::QueryPipeline(_)
                    | Ask::GetOpportunity(_)
                    | Ask::UpdateOpportunity(_)
                    | Ask::CreateTask(_)
                    | Ask::Decline(_)
            ),
        }
    }
}

/// The shape of the answer: one object of several, told apart by `tool`.
#[must_use]
pub fn schema(breadth: Breadth) -> Schema {
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
    let kind = |nullable| Schema::Enum { values: &["account", "contact", "lead"], nullable };
    let purpose =
        Schema::Enum { values: &["follow_up", "introduction", "offer", "thank_you", "meeting"], nullable: false };
    let figure = Schema::Enum {
        values: &[
            "velocity",
            "cycle_days",
            "average_deal_size",
            "stage_conversion",
            "time_in_stage",
            "win_rate",
            "won_value",
            "pipeline_value",
        ],
        nullable: false,
    };
    let group = Schema::Enum {
        values: &["stage", "owner", "team", "region", "industry", "product", "source", "account", "month", "quarter"],
        nullable: true,
    };
    let which = Schema::Enum { values: &["waiting", "mine"], nullable: false };
    let more = vec![
        call("records", vec![("kind", kind(false)), ("words", words()), ("owner", words()), ("when", words())]),
        call("record", vec![("kind", kind(true)), ("name", words())]),
        call("activity", vec![("name", words()), ("when", words())]),
        call("next", vec![("name", words())]),
        call("duplicates", vec![("kind", kind(true)), ("name", words())]),
        call("email", vec![("name", words()), ("purpose", purpose), ("topic", words())]),
        call("day", Vec::new()),
        call("written", vec![("question", said())]),
        call("stalled", vec![("owner", words())]),
        call("score", vec![("name", words())]),
        call("enrich", vec![("kind", kind(true)), ("name", words())]),
        call("figures", vec![("figure", figure), ("group", group), ("when", words()), ("owner", words())]),
        call("approvals", vec![("which", which)]),
        call(
            "meeting",
            vec![("title", said()), ("name", words()), ("when", words()), ("time", words()), ("who", words())],
        ),
    ];
    let mut calls = vec![
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
    ];
    if breadth == Breadth::All {
        calls.extend(more);
    }
    Schema::AnyOf(calls)
}

/// The call for one clause, with the words of that version.
#[must_use]
pub fn chat(clause: &str, breadth: Breadth, version: &prompt::Version) -> Chat {
    Chat {
        messages: vec![Message::system(version.text), Message::user(clause)],
        schema: Some(schema(breadth)),
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
    Records {
        kind: RecordKind,
        #[serde(default, deserialize_with = "nothing")]
        words: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        owner: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
    },
    Record {
        #[serde(default)]
        kind: Option<RecordKind>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Activity {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
    },
    Next {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Duplicates {
        #[serde(default)]
        kind: Option<RecordKind>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Email {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default)]
        purpose: Purpose,
        #[serde(default, deserialize_with = "nothing")]
        topic: Option<String>,
    },
    Day {},
    Written {
        #[serde(default, deserialize_with = "nothing")]
        question: Option<String>,
    },
    Stalled {
        #[serde(default, deserialize_with = "nothing")]
        owner: Option<String>,
    },
    Score {
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Enrich {
        #[serde(default)]
        kind: Option<RecordKind>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
    },
    Figures {
        figure: Figure,
        #[serde(default, deserialize_with = "nothing")]
        group: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        owner: Option<String>,
    },
    Approvals {
        #[serde(default)]
        which: Approvals,
    },
    Meeting {
        #[serde(default, deserialize_with = "nothing")]
        title: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        name: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        when: Option<String>,
        #[serde(default, deserialize_with = "nothing")]
        time: Option<String>,
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
            Ask::CreateTask(NewTask { title, name, due: when, assignee: who, ..NewTask::default() })
        }
        Call::Records { kind, words, owner, when } => {
            Ask::SearchRecords(Records { kind, words, owner, when, are: Vec::new() })
        }
        Call::Record { kind, name } => Ask::GetRecord(One { name, kind }),
        Call::Activity { name, when } => Ask::SummariseActivity(Happened { name, when }),
        Call::Next { name } => Ask::SuggestNextStage(One { name, kind: None }),
        Call::Duplicates { kind, name } => Ask::FindDuplicates(One { name, kind }),
        Call::Email { name, purpose, topic } => Ask::DraftEmail(Letter { name, purpose, topic }),
        Call::Written { question } => {
            Ask::SearchKnowledge(Question { question: question.ok_or("the model asked nothing")? })
        }
        Call::Stalled { owner } => Ask::ListStalled(Stalled { owner }),
        Call::Score { name } => Ask::ScoreLead(One { name, kind: None }),
        Call::Enrich { kind, name } => Ask::EnrichRecord(One { name, kind }),
        Call::Figures { figure, group, when, owner } => {
            Ask::QueryAnalytics(Figures { figure, group, when, owner, compare: false })
        }
        Call::Day {} => Ask::ListMyDay(MyDay::default()),
        Call::Approvals { which } => Ask::ListApprovals(WhichApprovals { which }),
        Call::Meeting { title, name, when, time, who } => {
            Ask::ScheduleMeeting(NewTask { title, name, due: when, time, assignee: who, priority: None })
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
        let Schema::AnyOf(calls) = schema(Breadth::All) else { panic!("not a choice") };
        let names = |call: &Schema| match call {
            Schema::Object(properties) => properties.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let shapes: Vec<String> = calls.iter().map(|c| names(c).join(" ")).collect();
        for version in prompt::ALL.iter().flat_map(|prompt| prompt.versions) {
            let examples: Vec<&str> =
                version.text.lines().filter_map(|line| line.find(" {\"tool\"").map(|at| &line[at + 1..])).collect();
            assert!(examples.len() >= 7, "{}", version.id);
            for example in examples {
                // In this order, since that is the order in which the grammar makes the model write them.
                let keys: Vec<&str> = example
                    .split("\":")
                    .filter_map(|part| part.rsplit('"').next())
                    .filter(|k| !k.contains('}'))
                    .collect();
                assert!(shapes.contains(&keys.join(" ")), "{example}: {keys:?}");
                read(example).unwrap();
            }
        }
    }
}
