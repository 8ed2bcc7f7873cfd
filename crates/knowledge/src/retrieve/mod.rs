//! Finding passages, in the transaction of whoever asks.
//!
//! Candidates come from a function that knows the whole organisation and answers ids only, by words and by vectors. They are read
//! again under the actor's own policies, without what tells a field that is hidden from them; only what is left is ranked.
//! [`facts`] reads what the question says as a fact, [`fuse`] makes one ranking of two, `store` holds the SQL.
//!
//! For a tool of the assistant:
//!
//! ```ignore
//! let meaning = knowledge.meaning(&args.question).await; // before the transaction
//! let found = retrieve::search(&mut tx, cx.actor(), Query { meaning, ..Query::new(args.question) }).await?;
//! for passage in &found.passages { /* passage.heading, passage.text, passage.citation */ }
//! ```

pub mod facts;
pub mod fuse;
pub mod http;
mod store;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use dealwright_access::policy::{
    Needs, ReadAccount, ReadActivity, ReadContact, ReadLead, ReadMaterial, ReadOpportunity,
};
use dealwright_access::{Actor, Object};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::chunk::{Kind, Source};
use crate::embedding::Meaning;
use facts::{Fact, Facts};
use fuse::{Candidate, PassageScore};

/// Passages of one thing among an answer's.
const OF_ONE: usize = 3;
/// Candidates of each way, at first and at most.
const FIRST: usize = 60;
const LAST: usize = 960;

/// By what passages are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    #[default]
    Both,
    Words,
    Meaning,
}

/// A record that a question is asked beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near {
    /// An opportunity, an account, a contact or a lead.
    pub source: Source,
    pub id: Uuid,
}

/// A question.
#[derive(Clone, Debug)]
pub struct Query {
    pub text: String,
    /// Its vector, from [`crate::Knowledge::meaning`]; without, it is answered by its words.
    pub meaning: Option<Meaning>,
    /// What may be found; empty for everything.
    pub kinds: Vec<Kind>,
    /// What stands on this record, or beside it, comes sooner.
    pub near: Option<Near>,
    /// The most passages, 1 to 50.
    pub limit: usize,
    pub by: FoundBy,
}

impl Query {
    /// A question by its words alone, over everything.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), meaning: None, kinds: Vec::new(), near: None, limit: 10, by: FoundBy::Both }
    }
}

/// By what a passage was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Matched {
    Words,
    Meaning,
}

/// A stretch of a passage, and whether it is a word of the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PassagePart {
    pub text: String,
    pub hit: bool,
}

/// The record on whose page something is that has no page of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PassageCitationOn)]
pub struct CitationOn {
    #[serde(rename = "type")]
    pub source: Source,
    pub id: Uuid,
    pub label: String,
}

/// Where a passage comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PassageCitation)]
pub struct Citation {
    #[serde(rename = "type")]
    pub source: Source,
    pub id: Uuid,
    pub label: String,
    /// Of an activity or a file: the record that it is about, as far as the asker sees it.
    pub on: Option<CitationOn>,
}

/// A passage that was found.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Passage {
    pub kind: Kind,
    /// The thing's name and the headings that it stands under.
    pub heading: String,
    pub text: String,
    /// The same text in stretches, with the question's words marked.
    pub parts: Vec<PassagePart>,
    /// When what it tells happened or was written.
    pub dated: DateTime<Utc>,
    pub citation: Citation,
    pub matched: Vec<Matched>,
    pub score: PassageScore,
}

/// What came of a question.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The best first.
    pub passages: Vec<Passage>,
    /// What the question said as a fact.
    pub facts: Vec<Fact>,
    /// Whether these facts narrowed what was looked at. They do not where nothing would be left.
    pub narrowed: bool,
}

/// Finds passages that the actor may see at this moment.
///
/// # Errors
/// 404 when `near` is hidden or absent; 503 when the statement's time is up.
pub async fn search(tx: &mut Tx, actor: &Actor, query: Query) -> Result<Found> {
    let query = Query { limit: query.limit.clamp(1, 50), ..query };
    let beside = match query.near {
        Some(near) => Some(store::beside(tx, near).await?.or_not_found(near.source.as_str())?),
        None => None,
    };
    let sources = sources(actor, &query.kinds);
    if sources.is_empty() {
        return Ok(Found::default());
    }
    let reach = Reach::of(actor, sources);
    let facts = facts::read(&query.text, &reach.choices(store::choices(tx).await?));
    if !facts.is_empty() {
        let ranked = ranked(tx, &query, &reach, &facts, beside).await?;
        if !ranked.is_empty() {
            let passages = store::passages(tx, &query.text, ranked).await?;
            return Ok(Found { passages, facts: facts.named, narrowed: true });
        }
    }
    let ranked = ranked(tx, &query, &reach, &Facts::default(), beside).await?;
    let passages = store::passages(tx, &query.text, ranked).await?;
    Ok(Found { passages, facts: facts.named, narrowed: false })
}

/// What the actor's roles let them look through, of what they ask for.
fn sources(actor: &Actor, kinds: &[Kind]) -> Vec<Source> {
    let readable = |source: &Source| match source {
        Source::Opportunity => actor.may(ReadOpportunity::PERMISSION),
        Source::Account => actor.may(ReadAccount::PERMISSION),
        Source::Contact => actor.may(ReadContact::PERMISSION),
        Source::Lead => actor.may(ReadLead::PERMISSION),
        Source::Activity => actor.may(ReadActivity::PERMISSION),
        Source::Material => actor.may(ReadMaterial::PERMISSION),
        // Seen as the record it is on.
        Source::File => true,
    };
    let asked = |source: &Source| kinds.is_empty() || kinds.iter().any(|kind| kind.source() == *source);
    Source::ALL.iter().copied().filter(asked).filter(readable).collect()
}

/// What an actor may look through, and what they may not be told.
#[derive(Debug)]
struct Reach {
    sources: Vec<String>,
    /// Fields that are hidden from them, as passages name them.
    hidden: Vec<String>,
    /// Whether a deal's own industry and region may be compared, and its account's.
    by_deal: bool,
    by_account: bool,
    by_competitor: bool,
}

impl Reach {
    fn of(actor: &Actor, sources: Vec<Source>) -> Self {
        let objects = [Object::Opportunity, Object::Account, Object::Contact, Object::Lead];
        let hidden = objects
            .into_iter()
            .flat_map(|object| actor.fields.hidden(object).into_iter().map(move |field| format!("{object}.{field}")))
            .collect();
        let shows = |object, field| !actor.fields.hides(object, field);
        Self {
            sources: sources.into_iter().map(|source| source.as_str().to_owned()).collect(),
            hidden,
            by_deal: shows(Object::Opportunity, "industry_id") && shows(Object::Opportunity, "region_id"),
            by_account: actor.may(ReadAccount::PERMISSION)
                && shows(Object::Account, "industry_id")
                && shows(Object::Account, "region_id"),
            by_competitor: shows(Object::Opportunity, "lost_to_id"),
        }
    }

    /// The values that a question may name: not those of fields which the actor does not see.
    fn choices(&self, mut choices: Vec<facts::Choice>) -> Vec<facts::Choice> {
        choices.retain(|choice| match choice.kind.as_str() {
            "competitor" => self.by_competitor,
            _ => self.by_deal || self.by_account,
        });
        choices
    }
}

/// The records that a question is asked beside.
#[derive(Clone, Copy, Debug)]
struct Beside {
    near: Near,
    account: Option<Uuid>,
}

impl Beside {
    fn closeness(&self, candidate: &store::Candidate) -> f64 {
        let same = match self.near.source {
            Source::Opportunity => candidate.opportunity == Some(self.near.id),
            Source::Account => candidate.account == Some(self.near.id),
            Source::Contact => candidate.contact == Some(self.near.id),
            Source::Lead => candidate.lead == Some(self.near.id),
            Source::Activity | Source::File | Source::Material => false,
        };
        if same {
            1.0
        } else if self.account.is_some() && candidate.account == self.account {
            0.6
        } else {
            0.0
        }
    }
}

/// The best passages, in their order: as many as were asked for, a few of one thing, none twice.
async fn ranked(
    tx: &mut Tx,
    query: &Query,
    reach: &Reach,
    facts: &Facts,
    beside: Option<Beside>,
) -> Result<Vec<(store::Visible, PassageScore)>> {
    let mut at_most = FIRST.max(query.limit * 3);
    loop {
        let candidates = store::candidates(tx, query, reach, facts, at_most).await?;
        let found = candidates.len();
        let visible = store::visible(tx, query, reach, facts, &candidates).await?;
        let chosen = choose(candidates, visible, query.limit, facts, beside, tx.now());
        // Too few are left, and there may be more where these came from.
        if chosen.len() >= query.limit || found < at_most || at_most >= LAST {
            return Ok(chosen);
        }
        at_most = (at_most * 4).min(LAST);
    }
}

fn choose(
    candidates: Vec<store::Candidate>,
    visible: Vec<store::Visible>,
    limit: usize,
    facts: &Facts,
    beside: Option<Beside>,
    now: DateTime<Utc>,
) -> Vec<(store::Visible, PassageScore)> {
    let mut visible: HashMap<Uuid, store::Visible> = visible.into_iter().map(|one| (one.id, one)).collect();
    let measured = candidates
        .into_iter()
        .filter_map(|one| {
            let seen = visible.get(&one.id)?;
            Some(Candidate {
                id: one.id,
                distance: one.distance,
                weight: one.score,
                dated: seen.dated,
                lasting: seen.source == Source::Material.as_str(),
                closeness: beside.map_or(0.0, |beside| beside.closeness(&one)).max(
                    // Who asks how deals ended is told by what tells just that.
                    if facts.of_an_end() && seen.kind == Kind::Outcome.as_str() { 0.5 } else { 0.0 },
                ),
            })
        })
        .collect();
    let mut of: BTreeMap<Uuid, usize> = BTreeMap::new();
    let mut said: HashSet<(Uuid, String)> = HashSet::new();
    let mut chosen = Vec::new();
    for (candidate, score) in fuse::rank(measured, now) {
        let Some(passage) = visible.remove(&candidate.id) else { continue };
        let count = of.entry(passage.source_id).or_default();
        if *count >= OF_ONE || !said.insert((passage.source_id, passage.text.clone())) {
            continue;
        }
        *count += 1;
        chosen.push((passage, score));
        if chosen.len() == limit {
            break;
        }
    }
    chosen
}
