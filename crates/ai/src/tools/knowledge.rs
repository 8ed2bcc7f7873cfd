//! `search_knowledge`: passages of records, activities, files and playbooks, by words and by meaning.

use dealwright_access::policy::{
    Needs, Permission, ReadAccount, ReadActivity, ReadContact, ReadLead, ReadMaterial, ReadOpportunity,
};
use dealwright_kernel::{Error, Result};
use dealwright_knowledge::chunk::Source;
use dealwright_knowledge::retrieve::{self, Near, Query};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::task::About;
use super::{Effect, Output, Running, Tool};
use crate::resolve::record::RecordType;

/// Looks passages up.
#[derive(Debug)]
pub struct SearchKnowledge;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnowledgeArgs {
    pub question: String,
    /// What stands on this record, or beside it, comes sooner.
    #[serde(default)]
    pub near: Option<About>,
    /// 1 to 20; 5 when absent.
    #[serde(default)]
    pub limit: Option<u16>,
}

const DEFAULT: u16 = 5;

/// The most characters of a question, and of a passage in a result.
const QUESTION: usize = 500;
const EXCERPT: usize = 400;

impl Tool for SearchKnowledge {
    const NAME: &'static str = "search_knowledge";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &[
        ReadOpportunity::PERMISSION,
        ReadAccount::PERMISSION,
        ReadContact::PERMISSION,
        ReadLead::PERMISSION,
        ReadActivity::PERMISSION,
        ReadMaterial::PERMISSION,
    ];
    const ABOUT: &'static str = "Find what was written: passages of notes, calls, e-mails, files, deals, playbooks and scripts, by words and by meaning.";
    type Args = KnowledgeArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: KnowledgeArgs) -> Result<Output> {
        let question = args.question.trim();
        if question.is_empty() || question.chars().count() > QUESTION {
            return Err(Error::field("question", "invalid_length", "between 1 and 500 characters"));
        }
        let query = Query {
            meaning: running.meaning.cloned(),
            near: args.near.as_ref().map(|about| Near { source: source(about.kind), id: about.id }),
            limit: args.limit.unwrap_or(DEFAULT).clamp(1, 20).into(),
            ..Query::new(question)
        };
        let found = retrieve::search(tx, running.cx.actor(), query).await?;
        let passages: Vec<Value> = found
            .passages
            .iter()
            .map(|passage| {
                // What has no page of its own is cited by the record that it is on.
                let on = passage.citation.on.as_ref().map(|on| (on.source, on.id, on.label.as_str()));
                let (source, id, label) =
                    on.unwrap_or((passage.citation.source, passage.citation.id, passage.citation.label.as_str()));
                json!({
                    "type": source.as_str(), "id": id, "label": label, "kind": passage.kind, "heading": passage.heading,
                    "on": passage.dated.date_naive(), "quoted": excerpt(&passage.text),
                })
            })
            .collect();
        let count = i64::try_from(passages.len()).unwrap_or(i64::MAX);
        Ok(Output {
            count,
            summary: if count == 1 { "1 passage".to_owned() } else { format!("{count} passages") },
            result: json!({
                "question": question, "count": count, "passages": passages, "by_meaning": running.meaning.is_some(),
                "facts": found.facts, "narrowed": found.narrowed,
            }),
            proposal: None,
        })
    }
}

const fn source(kind: RecordType) -> Source {
    match kind {
        RecordType::Opportunity => Source::Opportunity,
        RecordType::Account => Source::Account,
        RecordType::Contact => Source::Contact,
        RecordType::Lead => Source::Lead,
    }
}

fn excerpt(text: &str) -> String {
    super::activity::excerpt(text, EXCERPT)
}
