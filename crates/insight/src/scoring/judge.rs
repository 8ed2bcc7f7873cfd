//! What rules make of leads.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::rule::active::Known;
use dealwright_workflow::rule::custom::speaks_of_custom;
use dealwright_workflow::rule::{Facts, RuleObject, Value, check, eval};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::model::{Bands, Grade, Model};
use super::{facts, store};

/// What a rule made of a lead, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    pub label: String,
    pub points: i64,
    /// Whether its condition was true, so that the points count.
    pub met: bool,
    /// What it judged by.
    pub facts: BTreeMap<String, Json>,
}

/// A lead's score with its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub score: i64,
    pub grade: Grade,
    pub parts: Vec<Judged>,
}

/// A model whose conditions are ready to be evaluated.
#[derive(Debug)]
pub struct Ready {
    pub version: i64,
    bands: Bands,
    rules: Vec<(String, i64, Known)>,
}

/// Checks of conditions without custom fields, made once.
static KNOWN: LazyLock<Cache<String, Known>> = LazyLock::new(|| Cache::new(2_000));

impl Ready {
    /// Makes a model ready, by the organisation's custom fields where it speaks of any.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(tx: &mut Tx, model: &Model, version: i64) -> Result<Self> {
        let speaks = model.rules.iter().any(|rule| speaks_of_custom(&rule.condition));
        let custom = if speaks { Some(facts::catalogue(tx).await?) } else { None };
        let known = |condition: &str| match custom.as_ref().filter(|_| speaks_of_custom(condition)) {
            Some(catalogue) => Arc::new(check(condition, catalogue)),
            None => KNOWN.get_with_by_ref(condition, || Arc::new(check(condition, &facts::plain()))),
        };
        let rules = model.rules.iter().map(|r| (r.label.clone(), r.points, known(&r.condition))).collect();
        Ok(Self { version, bands: model.bands, rules })
    }

    /// What is wrong with each rule's condition.
    pub fn problems(&self) -> impl Iterator<Item = Vec<dealwright_workflow::rule::Problem>> + '_ {
        self.rules.iter().map(|(.., known)| known.as_ref().as_ref().err().cloned().unwrap_or_default())
    }

    /// Judges a lead. A rule that can't be evaluated gives nothing.
    #[must_use]
    pub fn judge(&self, facts: &Facts) -> Scored {
        let seen = facts.clone().after(Some(facts));
        let parts: Vec<Judged> = self
            .rules
            .iter()
            .map(|(label, points, known)| {
                let (met, told) = match known.as_ref() {
                    Ok(checked) => {
                        let met = matches!(eval::evaluate(&checked.root, &seen), Ok(Value::Bool(true)));
                        (met, checked.facts.iter().map(|name| (name.clone(), seen.get(name).to_json())).collect())
                    }
                    Err(_) => (false, BTreeMap::new()),
                };
                Judged { label: label.clone(), points: *points, met, facts: told }
            })
            .collect();
        let sum: i64 = parts.iter().filter(|part| part.met).map(|part| part.points).sum();
        let score = sum.clamp(0, 100);
        Scored { score, grade: self.bands.grade(score), parts }
    }
}

/// Judges leads that the actor may see, by id.
///
/// # Errors
/// When the database is gone.
pub async fn score(tx: &mut Tx, ready: &Ready, ids: &[Uuid]) -> Result<HashMap<Uuid, Scored>> {
    let known = read(tx, ids).await?;
    Ok(known.into_iter().map(|(id, facts)| (id, ready.judge(&facts))).collect())
}

/// All facts of leads.
///
/// # Errors
/// When the database is gone.
pub async fn read(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Facts>> {
    let mut known = dealwright_crm::rule::store::facts(tx, RuleObject::Lead, ids).await?;
    let mut more = store::behaviour(tx, ids).await?;
    for (id, facts) in &mut known {
        if let Some(more) = more.remove(id) {
            facts.extend(more);
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready(model: &Model) -> Ready {
        let known = |condition: &str| Arc::new(check(condition, &facts::plain()));
        let rules = model.rules.iter().map(|r| (r.label.clone(), r.points, known(&r.condition))).collect();
        Ready { version: 1, bands: model.bands, rules }
    }

    fn lead(facts: &[(&str, Value)]) -> Facts {
        let mut all = Facts::default();
        facts.iter().for_each(|(name, value)| all.put(*name, value.clone()));
        all
    }

    #[test]
    fn each_point_has_its_reason_and_the_fact_it_judged() {
        let good = lead(&[
            ("title", Value::text(Some("Head of Production"))),
            ("rating", Value::text(Some("hot"))),
            ("source", Value::text(Some("Referral"))),
            ("email_kind", Value::text(Some("business"))),
            ("phone", Value::text(Some("+49 30 1"))),
            ("completeness", Value::Int(90)),
            ("replies_30_days", Value::Int(1)),
            ("activities_30_days", Value::Int(3)),
            ("days_without_activity", Value::Int(2)),
            ("status.category", Value::text(Some("new"))),
            ("company_listed", Value::Bool(false)),
        ]);
        let scored = ready(&Model::shipped()).judge(&good);
        let told: Vec<_> = scored.parts.iter().filter(|p| p.met).map(|p| (p.points, p.label.as_str())).collect();
        assert_eq!(
            told,
            [
                (20, "Has a say in the budget"),
                (15, "Rated hot"),
                (15, "Came by recommendation or knows us"),
                (15, "Writes from a company's address"),
                (5, "Can be telephoned"),
                (10, "Well known: four of five fields are filled"),
                (20, "Wrote or called within 30 days"),
                (10, "In touch: at least two activities within 30 days"),
            ]
        );
        // A hundred and ten points are a hundred.
        assert_eq!((scored.score, scored.grade), (100, Grade::A));
        assert_eq!(scored.parts[0].facts["title"], serde_json::json!("Head of Production"));
    }

    #[test]
    fn a_throw_away_address_of_nobody_is_worth_nothing() {
        let bad = lead(&[("email_kind", Value::text(Some("disposable"))), ("completeness", Value::Int(10))]);
        let scored = ready(&Model::shipped()).judge(&bad);
        assert_eq!((scored.score, scored.grade), (0, Grade::D));
    }
}
