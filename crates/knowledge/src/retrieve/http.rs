//! `/knowledge/search`.

use axum::extract::State;
use dealwright_access::context::Caller;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query as Params};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::facts::Fact;
use super::{FoundBy, Near, Passage, Query, store};
use crate::chunk::{Kind, Source};
use crate::index::http::IndexState;
use crate::{Knowledge, KnowledgeState};

/// Characters of a question.
const MAX_QUESTION: usize = 500;

/// The search's endpoint.
pub fn router() -> OpenApiRouter<KnowledgeState> {
    OpenApiRouter::new().routes(routes!(search))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// The question, in one's own words.
    #[param(min_length = 1, max_length = 500, example = "deals lost because of pricing in banking")]
    q: String,
    /// What may be found, separated by commas: `opportunity`, `outcome`, `account`, `contact`, `lead`, `activity`, `file`,
    /// `playbook`, `email_template`, `script`. Everything when absent.
    #[param(example = "playbook,outcome")]
    kinds: Option<String>,
    /// A record: what stands on it, or beside it, comes sooner.
    #[param(example = "opportunity:018f4d6e-0000-7000-8000-000000000000")]
    near: Option<String>,
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u8>,
    #[param(inline)]
    by: Option<FoundBy>,
}

/// Passages that may answer a question.
#[derive(Debug, Serialize, ToSchema)]
struct KnowledgeAnswer {
    /// The best first.
    items: Vec<Passage>,
    /// Whether they were looked for by their meaning too. Not while there is no embedding model; then words alone count.
    by_meaning: bool,
    /// How far the index is: while it is not done, something may be missing.
    index: IndexState,
    /// What the question said as a fact.
    facts: Vec<Fact>,
    /// Whether only deals that these facts hold for were looked at. Not where none would be left.
    narrowed: bool,
}

fn wrong(field: &str, message: impl Into<String>) -> Error {
    Error::unreadable("invalid_query", message).on(field)
}

impl Asked {
    fn read(self) -> Result<Query> {
        let text = self.q.trim();
        if text.is_empty() || text.chars().count() > MAX_QUESTION || text.contains('\0') {
            return Err(wrong("q", format!("a question has 1 to {MAX_QUESTION} characters")));
        }
        let limit = usize::from(self.limit.unwrap_or(10));
        if !(1..=50).contains(&limit) {
            return Err(wrong("limit", "between 1 and 50"));
        }
        let kinds = self.kinds.as_deref().unwrap_or_default();
        let kinds = kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty());
        let kind = |word: &str| {
            Kind::named(word).ok_or_else(|| {
                wrong("kinds", format!("there is no kind {}", word.chars().take(40).collect::<String>()))
            })
        };
        Ok(Query {
            text: text.to_owned(),
            meaning: None,
            kinds: kinds.map(kind).collect::<Result<_>>()?,
            near: self.near.as_deref().map(near).transpose()?,
            limit,
            by: self.by.unwrap_or_default(),
        })
    }
}

fn near(text: &str) -> Result<Near> {
    let read = || {
        let (source, id) = text.split_once(':')?;
        let source = Source::named(source)
            .filter(|s| matches!(s, Source::Opportunity | Source::Account | Source::Contact | Source::Lead))?;
        Some(Near { source, id: Uuid::try_parse(id).ok()? })
    };
    read().ok_or_else(|| wrong("near", "opportunity, account, contact or lead, a colon, and an id"))
}

/// Search by meaning
///
/// Passages of records, activities, files and materials that may answer a question, by its words and by its meaning, of what the
/// caller sees at this moment. Each says where it comes from. Words such as "lost" or an industry narrow a question about deals.
#[utoipa::path(get, path = "/knowledge/search", tag = "knowledge", params(Asked), responses((status = 200, body = KnowledgeAnswer), Problems))]
async fn search(
    Caller(cx): Caller,
    State(knowledge): State<Knowledge>,
    Params(asked): Params<Asked>,
) -> Result<Json<KnowledgeAnswer>> {
    let mut query = asked.read()?;
    if query.by != FoundBy::Words {
        query.meaning = knowledge.meaning(&query.text).await;
    }
    let by_meaning = query.meaning.is_some();
    let mut tx = cx.begin().await?;
    let found = super::search(&mut tx, cx.actor(), query).await?;
    let index = IndexState::named(store::state(&mut tx).await?.as_deref());
    let answer =
        KnowledgeAnswer { items: found.passages, by_meaning, index, facts: found.facts, narrowed: found.narrowed };
    tx.done(Json(answer)).await
}
