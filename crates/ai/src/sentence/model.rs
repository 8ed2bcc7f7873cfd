//! What the grammar left over, put to a model: it says which words are an owner, a stage, an amount, a time. It only copies
//! words; those that do not stand in the sentence are dropped, and what stays is read by the grammar as if it had been said
//! plainly. So no id and no number can come from a model.

use std::time::Duration;

use dealwright_access::Context;
use dealwright_crm::custom_field::FieldObject;
use serde_json::Value;

use super::{Lexicon, Reading, Understood, read};
use crate::Assistant;
use crate::agent::store::call::Purpose;
use crate::ask::Asked;
use crate::planner::{Ask, Filter, model};
use crate::prompt;
use crate::provider::LlmProvider;
use crate::resolve::text::contains_words;
use crate::resolve::vocabulary::StageKind;

/// Somebody waits for the answer.
const PATIENCE: Duration = Duration::from_secs(12);

/// Asks about a sentence of which words were left over; nothing when the model understood no more.
pub async fn more(
    assistant: &Assistant,
    cx: &Context,
    provider: &dyn LlmProvider,
    sentence: &str,
    first: &Reading,
    lexicon: &Lexicon,
) -> Option<Reading> {
    // The prompt speaks of deals.
    if lexicon.object != FieldObject::Opportunity || first.left.is_empty() {
        return None;
    }
    let breadth = model::Breadth::Common;
    let version = prompt_of(cx, breadth).await?;
    let asked =
        Asked { purpose: Purpose::Filter, run: None, prompt_version: Some(version.id), patience: Some(PATIENCE) };
    let outcome = assistant.ask(cx, asked, provider, &model::chat(sentence, breadth, version), &mut Vec::new()).await;
    let reply = outcome.map_err(|error| tracing::info!(%error, "no model answers; the grammar reads alone")).ok()?;
    let ask = model::parse(&reply.text, &lexicon.reading)
        .map_err(|why| tracing::info!(why, "the model's answer could not be read; the grammar reads alone"))
        .ok()?;
    let Ask::SearchOpportunities(search) = ask else { return None };
    added(sentence, first, &search.filter, lexicon)
}

/// The version of the prompt that the person gets: a sentence belongs to no conversation.
async fn prompt_of(cx: &Context, breadth: model::Breadth) -> Option<&'static prompt::Version> {
    let splits = async {
        let mut tx = cx.begin().await?;
        let splits = prompt::store::splits(&mut tx).await?;
        tx.done(splits).await
    };
    let splits = splits
        .await
        .map_err(|error| tracing::warn!(%error, "which prompt is in use could not be read; the grammar reads alone"));
    Some(splits.ok()?.pick(breadth.prompt(), cx.actor().user.0))
}

/// What was left, as the model calls it: its words, and the same said plainly.
fn plainly(filter: &Filter) -> Vec<(String, String)> {
    let mut said = Vec::new();
    if let Some(owner) = &filter.owner {
        said.push((owner.clone(), format!("owned by {owner}")));
    }
    for stage in &filter.stages {
        said.push((stage.clone(), format!("{stage} stage")));
    }
    for kind in &filter.kinds {
        let word = match kind {
            StageKind::Open => "open",
            StageKind::Won => "won",
            StageKind::Lost => "lost",
        };
        said.push((word.to_owned(), word.to_owned()));
    }
    if let Some(amount) = &filter.amount {
        said.push((amount.clone(), format!("amount {amount}")));
    }
    if let Some(date) = &filter.date {
        said.push((date.clone(), format!("closing {date}")));
    }
    if let Some(name) = &filter.name {
        said.push((name.clone(), format!("with \"{name}\"")));
    }
    said
}

/// The reading with what the model found in the words that were left.
pub fn added(sentence: &str, first: &Reading, filter: &Filter, lexicon: &Lexicon) -> Option<Reading> {
    let mut reading = first.clone();
    let mut found: Vec<Understood> = Vec::new();
    for (words, plain) in plainly(filter) {
        if !contains_words(sentence, &words) {
            continue;
        }
        let Some(at) = reading.left.iter().position(|l| l.why.is_none() && contains_words(&l.text, &words)) else {
            continue;
        };
        let said = read(&plain, lexicon);
        if !said.left.is_empty() || said.understood.is_empty() {
            continue;
        }
        // What is left beside the model's words stays left; it is told as a whole, for want of its place.
        let rest = reading.left.get(at).map(|l| without(&l.text, &words)).unwrap_or_default();
        if rest.is_empty() {
            reading.left.remove(at);
        } else if let Some(left) = reading.left.get_mut(at) {
            left.text = rest;
        }
        found.extend(said.understood.into_iter().map(|u| Understood { text: words.clone(), ..u }));
    }
    if found.is_empty() {
        return None;
    }
    let mut all: Vec<Value> =
        reading.filter.take().and_then(|f| f.get("and").and_then(Value::as_array).cloned()).unwrap_or_default();
    all.extend(found.iter().filter_map(|u| u.filter.clone()));
    reading.filter = Some(serde_json::json!({ "and": all }));
    reading.understood.extend(found);
    Some(reading)
}

fn without(text: &str, words: &str) -> String {
    let (lower, wanted) = (text.to_lowercase(), words.to_lowercase());
    let Some(at) = lower.find(&wanted) else { return text.to_owned() };
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + wanted.len()..).unwrap_or_default());
    format!("{} {}", before.trim(), after.trim()).trim().to_owned()
}
