//! What a reader is told of a lead's score.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::policy::Object;
use dealwright_access::{Actor, Context};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::LeadId;
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::judge::Judged;
use super::model::Grade;
use super::store;

/// What one rule made of the lead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScorePart {
    /// Null when the rule rests on a field that your roles hide.
    pub label: Option<String>,
    pub points: i64,
    /// Whether its points count.
    pub met: bool,
    /// What it judged by: the facts of its condition with their values at that moment.
    #[schema(value_type = Object)]
    pub facts: BTreeMap<String, Value>,
}

/// A lead's score, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeadScore {
    /// From 0 to 100; null while it has not been scored.
    pub score: Option<i64>,
    pub grade: Option<Grade>,
    /// In the order of the rules.
    pub parts: Vec<ScorePart>,
    /// What all points that count come to, before they are held within 0 and 100.
    pub sum: i64,
    /// The version of the rules by which it was scored; nought for those that the product comes with.
    pub model_version: Option<i64>,
    pub scored_at: Option<DateTime<Utc>>,
}

/// A lead's score with every rule, its points and the facts that it judged by.
///
/// # Errors
/// 404 when the actor does not see the lead.
pub async fn explain(cx: &Context, tx: &mut Tx, lead: LeadId) -> Result<LeadScore> {
    let kept = store::score_of(tx, lead).await?.or_not_found("lead")?;
    let sum = kept.parts.iter().filter(|part| part.met).map(|part| part.points).sum();
    Ok(LeadScore {
        score: kept.score,
        grade: kept.grade.map(|grade| grade.parse()).transpose()?,
        parts: kept.parts.into_iter().map(|part| shown(cx.actor(), part)).collect(),
        sum,
        model_version: kept.version,
        scored_at: kept.scored_at,
    })
}

/// A part without what rests on fields that are hidden from the actor.
fn shown(actor: &Actor, part: Judged) -> ScorePart {
    let hidden = part.facts.keys().any(|fact| actor.fields.hides(Object::Lead, field_of(fact)));
    ScorePart {
        label: (!hidden).then_some(part.label),
        points: part.points,
        met: part.met,
        facts: if hidden { BTreeMap::new() } else { part.facts },
    }
}

/// The field that a fact tells of.
fn field_of(fact: &str) -> &str {
    match fact {
        "email_kind" => "email",
        fact => fact,
    }
}
