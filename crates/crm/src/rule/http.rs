//! `/rules/test` and `/rules/dry-run`: what an expression makes of the records that are there.

use std::collections::BTreeMap;
use std::time::Duration;

use dealwright_access::policy::ReadRule;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::{Checked, Facts, RuleObject, Value, check, eval};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store;

/// Records that are read in one transaction.
const BATCH: i64 = 500;
/// Records that one request looks at, and how long it may take for it; the cursor leads to the rest.
const MOST: usize = 10_000;
const LONGEST: Duration = Duration::from_secs(3);
/// Failing records that an answer names.
const NAMED: usize = 100;

/// The endpoints that try rules on records.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(test)).routes(routes!(dry_run))
}

/// An expression, and the record to test it on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleTrial)]
#[serde(deny_unknown_fields)]
struct Trial {
    object: RuleObject,
    expression: String,
    record_id: Uuid,
}

impl Validate for Trial {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// What came of a test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTest)]
struct Tested {
    /// Whether the record meets the rule; null when the expression could not be evaluated.
    result: Option<bool>,
    /// Why it could not be evaluated.
    error: Option<String>,
    /// The values of the facts that the expression speaks of.
    #[schema(value_type = Object)]
    facts: BTreeMap<String, serde_json::Value>,
}

/// Test an expression against a record
///
/// As if the record were saved without a change: it is not new, and what was before is what is.
#[utoipa::path(post, path = "/rules/test", tag = "rules", request_body = Trial, responses((status = 200, body = Tested), Problems))]
async fn test(cx: Allow<ReadRule>, Valid(trial): Valid<Trial>) -> Result<Json<Tested>> {
    let mut tx = cx.begin().await?;
    let checked = checked(&mut tx, trial.object, &trial.expression).await?;
    let found = store::facts(&mut tx, trial.object, &[trial.record_id]).await?.remove(&trial.record_id);
    let facts = unchanged(found.or_not_found(trial.object.as_str())?);
    let (result, error) = match eval::evaluate(&checked.root, &facts) {
        Ok(value) => (Some(value == Value::Bool(true)), None),
        Err(failure) => (None, Some(failure.to_string())),
    };
    let facts = checked.facts.into_iter().map(|name| (name.clone(), facts.get(&name).to_json())).collect();
    tx.done(Json(Tested { result, error, facts })).await
}

/// An expression, and where to go on.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleDryRun)]
#[serde(deny_unknown_fields)]
struct DryRun {
    object: RuleObject,
    expression: String,
    /// `next_cursor` of the answer before; absent to begin.
    #[serde(default)]
    cursor: Option<Uuid>,
}

impl Validate for DryRun {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// A record that does not meet a rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleFailing)]
struct Failing {
    id: Uuid,
    name: String,
    /// Why the expression could not be evaluated for it; null when it is merely false.
    error: Option<String>,
}

/// What a part of a dry run found.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = RuleDryRunFound)]
struct Found {
    checked: usize,
    failing: usize,
    /// The first hundred of them.
    records: Vec<Failing>,
    /// Whether more than those fail.
    cut: bool,
    /// Where to go on; null when every record has been looked at.
    next_cursor: Option<Uuid>,
}

/// Run an expression over what is there
///
/// Looks at up to ten thousand records that the caller may see, for some seconds at most, and changes nothing. Go on
/// with `next_cursor`; to stop, don't.
#[utoipa::path(post, path = "/rules/dry-run", tag = "rules", request_body = DryRun, responses((status = 200, body = Found), Problems))]
async fn dry_run(cx: Allow<ReadRule>, Valid(asked): Valid<DryRun>) -> Result<Json<Found>> {
    let mut tx = cx.begin().await?;
    let checked = checked(&mut tx, asked.object, &asked.expression).await?;
    tx.done(()).await?;
    let begun = cx.clock().now();
    let (mut found, mut after) = (Found::default(), asked.cursor.unwrap_or(Uuid::nil()));
    loop {
        let mut tx = cx.begin().await?;
        let ids = store::page(&mut tx, asked.object, after, BATCH).await?;
        let facts = store::facts(&mut tx, asked.object, &ids).await?;
        tx.done(()).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        let mut facts = facts;
        ids.iter()
            .filter_map(|id| Some((*id, facts.remove(id)?)))
            .for_each(|(id, facts)| found.count(&checked, id, facts));
        let long = (cx.clock().now() - begun).to_std().is_ok_and(|taken| taken >= LONGEST);
        if found.checked >= MOST || long {
            found.next_cursor = Some(after);
            break;
        }
    }
    Ok(Json(found))
}

impl Found {
    fn count(&mut self, checked: &Checked, id: Uuid, facts: Facts) {
        self.checked += 1;
        let name = ["name", "title"].into_iter().find_map(|fact| match facts.get(fact) {
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        });
        let error = match eval::evaluate(&checked.root, &unchanged(facts)) {
            Ok(Value::Bool(true)) => return,
            Ok(_) => None,
            Err(failure) => Some(failure.to_string()),
        };
        self.failing += 1;
        if self.records.len() < NAMED {
            self.records.push(Failing { id, name: name.unwrap_or_default(), error });
        } else {
            self.cut = true;
        }
    }
}

/// The facts of a record that is saved as it is.
fn unchanged(facts: Facts) -> Facts {
    let before = facts.clone();
    facts.after(Some(&before))
}

/// # Errors
/// 422 with what is wrong with the expression.
async fn checked(tx: &mut Tx, object: RuleObject, expression: &str) -> Result<Checked> {
    let catalogue = dealwright_workflow::rule::store::catalogue(tx, object).await?;
    check(expression, &catalogue).map_err(|problems| {
        let fields = problems.into_iter().map(|problem| FieldError {
            field: "expression".into(),
            code: problem.code.into(),
            message: format!("line {}, column {}: {}", problem.line, problem.column, problem.message),
        });
        Error::fields("invalid", fields.collect())
    })
}
