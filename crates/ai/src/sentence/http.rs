//! `POST /…/filter-sentence` of opportunities, accounts, contacts and leads.

use axum::extract::State;
use dealwright_access::context::permission;
use dealwright_access::policy::{ReadAccount, ReadContact, ReadLead, ReadOpportunity, UseAgent};
use dealwright_access::{Allow, Context};
use dealwright_crm::custom_field::FieldObject;
use dealwright_crm::list::{ListQuery, Names, TreeQuery};
use dealwright_crm::record::Texts;
use dealwright_crm::selection::{catalogue, reading};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Left, MAX_SENTENCE, Reading, Understood, load, model, read, utf16};
use crate::planner::Author;
use crate::{Assistant, AssistantState, Consult};

/// The endpoints of the sentence box.
pub fn router() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new()
        .routes(routes!(opportunities))
        .routes(routes!(accounts))
        .routes(routes!(contacts))
        .routes(routes!(leads))
}

/// A list in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FilterSentence {
    #[schema(min_length = 1, max_length = 500)]
    text: String,
}

impl Validate for FilterSentence {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("text", &self.text, MAX_SENTENCE);
        wrong.finish()
    }
}

/// What a sentence means as a filter.
#[derive(Debug, Serialize, ToSchema)]
struct SentenceRead {
    /// A filter tree, as `POST …/query` takes it; null when no condition was understood.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    sort: Vec<String>,
    /// Which words became what.
    understood: Vec<Understood>,
    /// Words that nothing was made of.
    not_understood: Vec<Left>,
    /// Whether a model had a part in it.
    author: Author,
}

/// Opportunities by a sentence: its filter, and which words were not understood
#[utoipa::path(post, path = "/opportunities/filter-sentence", tag = "assistant", request_body = FilterSentence, responses((status = 200, body = SentenceRead), Problems))]
async fn opportunities(
    cx: Allow<ReadOpportunity>,
    State(assistant): State<Assistant>,
    Valid(said): Valid<FilterSentence>,
) -> Result<Json<SentenceRead>> {
    answer(&cx, &assistant, FieldObject::Opportunity, &said.text).await
}

/// Accounts by a sentence
#[utoipa::path(post, path = "/accounts/filter-sentence", tag = "assistant", request_body = FilterSentence, responses((status = 200, body = SentenceRead), Problems))]
async fn accounts(
    cx: Allow<ReadAccount>,
    State(assistant): State<Assistant>,
    Valid(said): Valid<FilterSentence>,
) -> Result<Json<SentenceRead>> {
    answer(&cx, &assistant, FieldObject::Account, &said.text).await
}

/// Contacts by a sentence
#[utoipa::path(post, path = "/contacts/filter-sentence", tag = "assistant", request_body = FilterSentence, responses((status = 200, body = SentenceRead), Problems))]
async fn contacts(
    cx: Allow<ReadContact>,
    State(assistant): State<Assistant>,
    Valid(said): Valid<FilterSentence>,
) -> Result<Json<SentenceRead>> {
    answer(&cx, &assistant, FieldObject::Contact, &said.text).await
}

/// Leads by a sentence
#[utoipa::path(post, path = "/leads/filter-sentence", tag = "assistant", request_body = FilterSentence, responses((status = 200, body = SentenceRead), Problems))]
async fn leads(
    cx: Allow<ReadLead>,
    State(assistant): State<Assistant>,
    Valid(said): Valid<FilterSentence>,
) -> Result<Json<SentenceRead>> {
    answer(&cx, &assistant, FieldObject::Lead, &said.text).await
}

async fn answer(cx: &Context, assistant: &Assistant, object: FieldObject, text: &str) -> Result<Json<SentenceRead>> {
    let text = text.trim();
    let mut tx = cx.begin_for(Some(reading(object))).await?;
    let lexicon = load::lexicon(assistant, cx, &mut tx, object).await?;
    let first = read(text, &lexicon);
    let ask = assistant.consult() == Consult::Always || !first.left.is_empty();
    let provider = assistant.provider().filter(|_| ask && cx.actor().may(permission::<UseAgent>()));
    let (mut author, mut found) = (Author::Deterministic, first);
    if let Some(provider) = provider {
        // No connection is held while a model thinks.
        tx.done(()).await?;
        if let Some(more) = model::more(assistant, cx, provider.as_ref(), text, &found, &lexicon).await {
            (author, found) = (Author::Model, more);
        }
        tx = cx.begin_for(Some(reading(object))).await?;
    }
    let Reading { filter, sort, understood, left } = checked(cx, &mut tx, object, text, found).await?;
    tx.done(Json(SentenceRead { filter, sort, understood, not_understood: left, author })).await
}

/// The reading without what the list would refuse: that counts as not understood.
async fn checked(cx: &Context, tx: &mut Tx, object: FieldObject, text: &str, found: Reading) -> Result<Reading> {
    let mut kept = Reading { left: found.left, ..Reading::default() };
    for said in found.understood {
        let tree = TreeQuery {
            filter: said.filter.clone(),
            sort: said.sort.iter().cloned().collect(),
            ..TreeQuery::default()
        };
        let names = Names::of_tree(tx, catalogue(object), &tree).await?;
        if let Err(error) = ListQuery::from_tree(tree, names, cx.actor(), cx.clock().today()) {
            tracing::debug!(code = %error.code, "a condition of a sentence does not stand");
            let at = text.find(&said.text).map_or(0..0, |at| at..at + said.text.len());
            let (from, to) = utf16(text, &at);
            kept.left.push(Left { text: said.text, from, to, why: None });
            continue;
        }
        kept.sort.extend(said.sort.clone().filter(|s| !kept.sort.contains(s)));
        kept.understood.push(said);
    }
    kept.sort.retain(|key| found.sort.contains(key));
    let trees: Vec<Value> = kept.understood.iter().filter_map(|u| u.filter.clone()).collect();
    kept.filter = (!trees.is_empty()).then(|| json!({ "and": trees }));
    Ok(kept)
}
