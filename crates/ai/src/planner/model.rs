//! What a model is asked for, and how its answer becomes an ask.
//!
//! One clause, one flat call, every argument there and null where nothing was said: that is what small models do well
//! (docs/architecture, "Local model"). The prompt is constant, so a local server keeps it in its cache; the examples
//! speak of a company and stages that no request will. The words are only copied: code reads them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    Approvals, Ask, Decline, Field, Figure, Figures, Filter, Get, Group, Happened, Letter, Measure, MyDay, NewTask,
    One, Purpose, Query, Question, RecordKind, Records, Search, Stalled, Update, WhichApprovals,
};
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

/// What a model that can hold more is told beside: each tool there is. A small one does better with few.
pub const MORE: &str = r#"
records: which accounts, contacts or leads. record: one account, contact or lead, and how to reach it. activity: what happened with a record, when one last spoke. next: which stage a deal could go to next, and what is missing. duplicates: records that may be the same. email: draft a letter. day: what the user should do first. written: what notes, mails, files and playbooks say. stalled: deals that stand still. score: why a lead has its score. enrich: what public sources know. figures: velocity, cycle, conversion and the like over a period. approvals: requests for the user's approval. meeting: a meeting, demo or visit on a day.
"who do we know at Globex?" {"tool":"records","kind":"contact","words":"Globex","owner":null,"when":null}
"leads that came in this week" {"tool":"records","kind":"lead","words":null,"owner":null,"when":"this week"}
"how can I reach Mary Major?" {"tool":"record","kind":null,"name":"Mary Major"}
"have we been in touch with Globex since May?" {"tool":"activity","name":"Globex","when":"since May"}
"is the Globex deal good to go on?" {"tool":"next","name":"Globex"}
"did someone enter Globex twice?" {"tool":"duplicates","kind":"account","name":"Globex"}
"thank Mary Major for the visit by mail" {"tool":"email","name":"Mary Major","purpose":"thank_you","topic":"the visit"}
"I have an hour, where is it best spent?" {"tool":"day"}
"is anybody waiting for my go-ahead?" {"tool":"approvals","which":"waiting"}
"what did customers tell us about delivery times?" {"tool":"written","question":"what did customers tell us about delivery times"}
"which deals need a push?" {"tool":"stalled","owner":null}
"how hot is Mary Major?" {"tool":"score","name":"Mary Major"}
"what else is known of Globex?" {"tool":"enrich","kind":null,"name":"Globex"}
"how fast do we close, by team, in March?" {"tool":"figures","figure":"cycle_days","group":"team","when":"in March","owner":null}
"get me a slot with Globex on Tuesday at 2" {"tool":"meeting","title":"meeting with Globex","name":"Globex","when":"on Tuesday","time":"at 2","who":null}"#;

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
    /// Which constant prompt it is, for the record: a new one when its words change.
    #[must_use]
    pub const fn version(self) -> &'static str {
        match self {
            Self::Common => "plan-common-1",
            Self::All => "plan-all-1",
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

/// The call for one clause.
#[must_use]
pub fn chat(clause: &str, breadth: Breadth) -> Chat {
    let told = match breadth {
        Breadth::Common => PREFIX.to_owned(),
        Breadth::All => format!("{PREFIX}{MORE}"),
    };
    Chat {
        messages: vec![Message::system(&told), Message::user(clause)],
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
    fn a_prompt_with_other_words_has_another_version() {
        let hash = |text: &str| hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()));
        let (common, all) = (hash(PREFIX), hash(&format!("{PREFIX}{MORE}")));
        assert!(
            common.starts_with("f697c1c59505"),
            "{common}: give it a new version in Breadth::version, and its hash here"
        );
        assert!(all.starts_with("59743e97fbe6"), "{all}: give it a new version in Breadth::version, and its hash here");
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
        let told = format!("{PREFIX}{MORE}");
        let examples: Vec<&str> =
            told.lines().filter_map(|line| line.find(" {\"tool\"").map(|at| &line[at + 1..])).collect();
        assert_eq!(examples.len(), 26);
        for example in examples {
            // In this order, since that is the order in which the grammar makes the model write them.
            let keys: Vec<&str> =
                example.split("\":").filter_map(|part| part.rsplit('"').next()).filter(|k| !k.contains('}')).collect();
            assert!(shapes.contains(&keys.join(" ")), "{example}: {keys:?}");
            read(example).unwrap();
        }
    }
}
