//! `/rules`: requests, responses and handlers. What needs records, the test and the dry run, is the CRM's.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateRule, DeleteRule, ReadRule, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{ConflictingField, OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::RuleId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::function::functions;
use super::{Catalogue, NewRule, Problem, Rule, RuleObject, RulePatch, check, store};

/// The rules' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(facts))
        .routes(routes!(check_expression))
        .routes(routes!(get, update, delete))
}

/// All rules
#[utoipa::path(get, path = "/rules", tag = "rules", responses((status = 200, body = Page<Rule>), Problems))]
async fn index(cx: Allow<ReadRule>) -> Result<Json<Page<Rule>>> {
    let mut tx = cx.begin().await?;
    let rules = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(rules))).await
}

/// Create a rule
///
/// Its expression is checked: unknown names and misfitting values are 422 with their place.
#[utoipa::path(post, path = "/rules", tag = "rules", request_body = NewRule, responses((status = 201, body = Rule), Problems))]
async fn create(cx: Allow<CreateRule>, Valid(new): Valid<NewRule>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    new.check(&store::catalogue(&mut tx, new.object).await?)?;
    let (id, object) = (RuleId(tx.new_id()), new.object);
    store::insert(&mut tx, id, object, &new.fields()).await?;
    let rule = store::find(&mut tx, id).await?.or_not_found("rule")?;
    let event = rule.event(&tx, "created").data(serde_json::json!({ "object": object, "expression": rule.expression }));
    tx.emit(event);
    let location = [(header::LOCATION, format!("/api/v1/rules/{id}"))];
    tx.commit((StatusCode::CREATED, etag(rule.version), location, Json(rule))).await
}

/// One rule
#[utoipa::path(get, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path)), responses((status = 200, body = Rule), Problems))]
async fn get(cx: Allow<ReadRule>, Path(id): Path<RuleId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let rule = store::find(&mut tx, id).await?.or_not_found("rule")?;
    tx.done((etag(rule.version), Json(rule))).await
}

/// Change a rule
///
/// Switching one off always goes, whatever is wrong with it.
#[utoipa::path(patch, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = RulePatch, responses((status = 200, body = Rule), Problems))]
async fn update(
    cx: Allow<UpdateRule>,
    Path(id): Path<RuleId>,
    if_match: IfMatch,
    Valid(patch): Valid<RulePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("rule")?;
    let old = current.fields();
    let new = patch.apply(&store::catalogue(&mut tx, current.object).await?, &old)?;
    let changes = old.changes(&new);
    let stale = |version: i64| {
        let differs = |c: &dealwright_store::Change| ConflictingField {
            field: c.field.clone(),
            theirs: c.old.clone(),
            yours: c.new.clone(),
        };
        Error::stale(VersionConflict { version, fields: changes.iter().map(differs).collect() })
    };
    if current.version != version {
        return Err(stale(current.version));
    }
    if changes.is_empty() {
        return tx.commit((etag(current.version), Json(current))).await;
    }
    if !store::update(&mut tx, id, version, &new).await? {
        return Err(stale(version + 1));
    }
    let rule = store::find(&mut tx, id).await?.or_not_found("rule")?;
    tx.emit(rule.event(&tx, "updated").changes(changes));
    tx.commit((etag(rule.version), Json(rule))).await
}

/// Delete a rule
#[utoipa::path(delete, path = "/rules/{id}", tag = "rules", params(("id" = RuleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(cx: Allow<DeleteRule>, Path(id): Path<RuleId>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let rule = store::find(&mut tx, id).await?.or_not_found("rule")?;
    let version = if_match.0.unwrap_or(rule.version);
    if !store::delete(&mut tx, id, version).await? {
        return Err(Error::stale(VersionConflict { version: rule.version, fields: Vec::new() }));
    }
    let data = serde_json::json!({ "object": rule.object, "expression": rule.expression, "message": rule.message });
    tx.emit(rule.event(&tx, "deleted").data(data));
    tx.commit(StatusCode::NO_CONTENT).await
}

#[derive(Debug, Deserialize, IntoParams)]
struct Of {
    object: RuleObject,
}

/// Something a rule can speak of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleFact)]
struct FactInfo {
    #[schema(example = "account.industry")]
    name: String,
    /// `bool`, `int`, `number`, `string`, `date`, `timestamp` or `list<string>`.
    kind: String,
    /// It may be `null`.
    nullable: bool,
    description: String,
    /// A rule that uses it.
    example: String,
}

/// Something a rule can do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleFunction)]
struct FunctionInfo {
    name: &'static str,
    example: &'static str,
    description: &'static str,
}

/// What rules of an object can be made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVocabulary)]
pub struct Vocabulary {
    facts: Vec<FactInfo>,
    functions: Vec<FunctionInfo>,
    /// Fields that a message can land on.
    fields: Vec<String>,
}

/// What rules of an object can speak of
#[utoipa::path(get, path = "/rules/facts", tag = "rules", params(Of), responses((status = 200, body = Vocabulary), Problems))]
async fn facts(cx: Allow<ReadRule>, Query(of): Query<Of>) -> Result<Json<Vocabulary>> {
    let mut tx = cx.begin().await?;
    let catalogue = store::catalogue(&mut tx, of.object).await?;
    tx.done(()).await?;
    Ok(Json(vocabulary(catalogue)))
}

/// What an editor offers of a catalogue.
#[must_use]
pub fn vocabulary(catalogue: Catalogue) -> Vocabulary {
    let fields = catalogue.fields();
    let facts = catalogue.facts.into_iter().map(|fact| FactInfo {
        kind: fact.kind.to_string(),
        name: fact.name,
        nullable: fact.nullable,
        description: fact.description,
        example: fact.example,
    });
    let functions =
        functions().into_iter().map(|(name, example, description)| FunctionInfo { name, example, description });
    Vocabulary { facts: facts.collect(), functions: functions.collect(), fields }
}

/// An expression to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleExpression)]
#[serde(deny_unknown_fields)]
struct Expression {
    object: RuleObject,
    expression: String,
}

impl Validate for Expression {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// What came of a check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleVerdict)]
pub struct Verdict {
    ok: bool,
    /// In the order of the text; at most ten.
    problems: Vec<Problem>,
    /// The facts that the expression speaks of.
    facts: Vec<String>,
}

/// Check an expression
///
/// Answers 200 whether or not it is right.
#[utoipa::path(post, path = "/rules/check", tag = "rules", request_body = Expression, responses((status = 200, body = Verdict), Problems))]
async fn check_expression(cx: Allow<ReadRule>, Valid(asked): Valid<Expression>) -> Result<Json<Verdict>> {
    let mut tx = cx.begin().await?;
    let catalogue = store::catalogue(&mut tx, asked.object).await?;
    tx.done(()).await?;
    Ok(Json(verdict(&asked.expression, &catalogue)))
}

/// What an editor is told of an expression that is being written.
#[must_use]
pub fn verdict(expression: &str, catalogue: &Catalogue) -> Verdict {
    match check(expression, catalogue) {
        Ok(checked) => Verdict { ok: true, problems: Vec::new(), facts: checked.facts.into_iter().collect() },
        Err(problems) => Verdict { ok: false, problems, facts: Vec::new() },
    }
}
