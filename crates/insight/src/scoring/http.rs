//! `/lead-scoring` and `/leads/{id}/score`.

use axum::response::IntoResponse;
use dealwright_access::policy::{ReadLead, ReadRule, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::LeadId;
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Event, Subject, Tx};
use dealwright_workflow::rule::http::{Verdict, Vocabulary, verdict, vocabulary};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::explain::{LeadScore, explain};
use super::judge::Ready;
use super::model::{Model, ScoreModel, ToldScoreRule};
use super::trial::{self, ScoreTrial};
use super::{facts, job, store};

/// The endpoints of lead scoring.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(get, put))
        .routes(routes!(vocabulary_of_scores))
        .routes(routes!(check))
        .routes(routes!(dry_run))
        .routes(routes!(score))
}

/// The model in force, as it is told.
async fn told(tx: &mut Tx) -> Result<ScoreModel> {
    let kept = store::model(tx).await?;
    let ready = Ready::of(tx, &kept.model, kept.version).await?;
    let rules = kept.model.rules.into_iter().zip(ready.problems());
    Ok(ScoreModel {
        rules: rules.map(|(rule, problems)| ToldScoreRule::of(rule, problems)).collect(),
        bands: kept.model.bands,
        shipped: kept.version == 0,
        version: kept.version,
        updated_by: kept.updated_by,
        updated_at: kept.updated_at,
    })
}

/// The rules by which leads are scored
#[utoipa::path(get, path = "/lead-scoring", tag = "insight", responses((status = 200, body = ScoreModel), Problems))]
async fn get(cx: Allow<ReadRule>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let model = told(&mut tx).await?;
    tx.done((etag(model.version), Json(model))).await
}

/// Replace the rules by which leads are scored
///
/// All leads that are not converted are scored anew in the background. Version 0 is that of the rules that the product comes
/// with.
#[utoipa::path(put, path = "/lead-scoring", tag = "insight", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = Model, responses((status = 200, body = ScoreModel), Problems))]
async fn put(
    cx: Allow<UpdateRule>,
    if_match: IfMatch,
    Valid(model): Valid<Model>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(model.version)?;
    let model = model.trimmed();
    let mut tx = cx.begin().await?;
    let kept = store::model(&mut tx).await?;
    if kept.version != version {
        return Err(stale(kept.version, &kept.model, &model));
    }
    model.check(&facts::catalogue(&mut tx).await?)?;
    let changes = diff(&kept.model, &model)?;
    if changes.is_empty() {
        let model = told(&mut tx).await?;
        return tx.commit((etag(model.version), Json(model))).await;
    }
    if !store::write(&mut tx, version, cx.actor().user, &model).await? {
        return Err(stale(version + 1, &kept.model, &model));
    }
    let model = told(&mut tx).await?;
    let subject = Subject {
        object: "score_model",
        id: tx.org().0,
        name: "Lead scoring".to_owned(),
        version: Some(model.version),
    };
    let event = Event::with_id(tx.new_id().into(), "score_model.updated", subject).changes(changes);
    tx.emit(event);
    tx.enqueue(job::all(tx.org())?);
    tx.commit((etag(model.version), Json(model))).await
}

/// What score rules can speak of
#[utoipa::path(get, path = "/lead-scoring/facts", tag = "insight", responses((status = 200, body = Vocabulary), Problems))]
async fn vocabulary_of_scores(cx: Allow<ReadRule>) -> Result<Json<Vocabulary>> {
    let mut tx = cx.begin().await?;
    let catalogue = facts::catalogue(&mut tx).await?;
    tx.done(Json(vocabulary(catalogue))).await
}

/// A condition to be checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScoreCondition {
    #[schema(max_length = 2000)]
    condition: String,
}

/// Check the condition of a score rule
///
/// Answers 200 whether or not it is right.
#[utoipa::path(post, path = "/lead-scoring/check", tag = "insight", request_body = ScoreCondition, responses((status = 200, body = Verdict), Problems))]
async fn check(cx: Allow<ReadRule>, Json(asked): Json<ScoreCondition>) -> Result<Json<Verdict>> {
    let mut tx = cx.begin().await?;
    let catalogue = facts::catalogue(&mut tx).await?;
    tx.done(Json(verdict(&asked.condition, &catalogue))).await
}

/// Try score rules on the leads that are there
///
/// On the newest thousand open leads that you see, beside the rules in force. Nothing is changed.
#[utoipa::path(post, path = "/lead-scoring/dry-run", tag = "insight", request_body = Model, responses((status = 200, body = ScoreTrial), Problems))]
async fn dry_run(cx: Allow<ReadRule>, Valid(model): Valid<Model>) -> Result<Json<ScoreTrial>> {
    let mut tx = cx.begin().await?;
    let trial = trial::run(&mut tx, &model.trimmed()).await?;
    tx.done(Json(trial)).await
}

/// A lead's score, and why
#[utoipa::path(get, path = "/leads/{id}/score", tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = LeadScore), Problems))]
async fn score(cx: Allow<ReadLead>, Path(id): Path<LeadId>) -> Result<Json<LeadScore>> {
    let mut tx = cx.begin().await?;
    let score = explain(&cx, &mut tx, id).await?;
    tx.done(Json(score)).await
}
