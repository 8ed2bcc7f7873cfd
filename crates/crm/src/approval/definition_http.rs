//! `/approval-definitions`: what needs approval. Everybody reads it; who runs the place writes it.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::context::permission;
use dealwright_access::policy::{CreateApproval, DeleteApproval, ReadApproval, UpdateApproval};
use dealwright_access::{Access, Allow, Permission};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::ApprovalDefinitionId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use dealwright_workflow::approval::{ApprovalObject, Definition, facts};
use dealwright_workflow::rule;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::definition::{self, ApprovalDefinition, ApprovalDefinitionPatch, ApprovalVersion, NewApprovalDefinition};
use super::definition_store;
use super::dry_run::{self, ApprovalDryRunFound};
use crate::record::Texts;

/// Who keeps the definitions: asked where nobody else is left, and may recall anybody's request.
pub(super) const KEEPS: Permission = permission::<UpdateApproval>();

/// The definitions' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(vocabulary))
        .routes(routes!(try_out))
        .routes(routes!(get, update, delete))
        .routes(routes!(versions))
}

/// All definitions of approvals
#[utoipa::path(get, path = "/approval-definitions", tag = "approvals", responses((status = 200, body = Page<ApprovalDefinition>), Problems))]
async fn index(cx: Allow<ReadApproval>) -> Result<Json<Page<ApprovalDefinition>>> {
    let mut tx = cx.begin().await?;
    let all = definition_store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(all))).await
}

impl Validate for NewApprovalDefinition {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        wrong.optional("description", Some(&self.description), 2_000);
        wrong.finish()
    }
}

/// Define an approval
///
/// What could not work is refused, by paths in `rules`.
#[utoipa::path(post, path = "/approval-definitions", tag = "approvals", request_body = NewApprovalDefinition, responses((status = 201, body = ApprovalDefinition), Problems))]
async fn create(
    cx: Allow<CreateApproval>,
    Valid(new): Valid<NewApprovalDefinition>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let made = definition::create(&cx, &mut tx, new).await?;
    tx.commit((StatusCode::CREATED, etag(made.version), Json(made))).await
}

/// One definition
#[utoipa::path(get, path = "/approval-definitions/{id}", tag = "approvals", params(("id" = ApprovalDefinitionId, Path)), responses((status = 200, body = ApprovalDefinition), Problems))]
async fn get(cx: Allow<ReadApproval>, Path(id): Path<ApprovalDefinitionId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let found = definition_store::find(&mut tx, id).await?.or_not_found("approval definition")?;
    tx.done((etag(found.version), Json(found))).await
}

impl Validate for ApprovalDefinitionPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        wrong.optional("description", self.description.as_deref(), 2_000);
        wrong.finish()
    }
}

/// Change a definition
///
/// Other rules are another version: requests that are pending go on by the one they began with.
#[utoipa::path(patch, path = "/approval-definitions/{id}", tag = "approvals", params(("id" = ApprovalDefinitionId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ApprovalDefinitionPatch, responses((status = 200, body = ApprovalDefinition), Problems))]
async fn update(
    cx: Allow<UpdateApproval>,
    Path(id): Path<ApprovalDefinitionId>,
    if_match: IfMatch,
    Valid(patch): Valid<ApprovalDefinitionPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let now = definition::update(&cx, &mut tx, id, version, patch).await?;
    tx.commit((etag(now.version), Json(now))).await
}

/// Remove a definition by which nothing was ever asked
#[utoipa::path(delete, path = "/approval-definitions/{id}", tag = "approvals", params(("id" = ApprovalDefinitionId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeleteApproval>,
    Path(id): Path<ApprovalDefinitionId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let version = if_match.or(None)?;
    let mut tx = cx.begin().await?;
    definition::delete(&mut tx, id, version).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// The versions of a definition, the newest first
#[utoipa::path(get, path = "/approval-definitions/{id}/versions", tag = "approvals", params(("id" = ApprovalDefinitionId, Path)), responses((status = 200, body = Page<ApprovalVersion>), Problems))]
async fn versions(
    cx: Allow<UpdateApproval>,
    Path(id): Path<ApprovalDefinitionId>,
) -> Result<Json<Page<ApprovalVersion>>> {
    let mut tx = cx.begin().await?;
    definition_store::find(&mut tx, id).await?.or_not_found("approval definition")?;
    let all = definition_store::versions(&mut tx, id).await?;
    tx.done(Json(Page::whole(all))).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct VocabularyParams {
    object: ApprovalObject,
}

/// A fact that conditions can speak of.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalFact {
    name: String,
    kind: String,
    nullable: bool,
    description: String,
    example: String,
}

/// What definitions of an object can speak of.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalVocabulary {
    facts: Vec<ApprovalFact>,
    /// Fields that can be approved, and are locked meanwhile.
    fields: Vec<String>,
}

/// What definitions of an object can speak of
#[utoipa::path(get, path = "/approval-definitions/vocabulary", tag = "approvals", params(VocabularyParams), responses((status = 200, body = ApprovalVocabulary), Problems))]
async fn vocabulary(cx: Allow<UpdateApproval>, Query(of): Query<VocabularyParams>) -> Result<Json<ApprovalVocabulary>> {
    let mut tx = cx.begin().await?;
    let custom = rule::store::custom(&mut tx, of.object.facts_of()).await?;
    let fields = definition::lockable(&mut tx, of.object).await?;
    let facts = facts::catalogue(of.object, &custom.facts).facts.into_iter().map(|fact| ApprovalFact {
        kind: fact.kind.to_string(),
        name: fact.name,
        nullable: fact.nullable,
        description: fact.description,
        example: fact.example,
    });
    let facts = facts.collect();
    tx.done(Json(ApprovalVocabulary { facts, fields })).await
}

/// Rules to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalDryRun {
    rules: Definition,
    /// `next_cursor` of the answer before; absent to begin.
    #[serde(default)]
    cursor: Option<Uuid>,
}

impl Validate for ApprovalDryRun {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Try the rules of an approval on the records that are there
///
/// Says how many open deals, or leads that are not converted, of what the caller sees, would need it. Looks at up to ten thousand,
/// for some seconds at most, and changes nothing. Go on with `next_cursor`.
#[utoipa::path(post, path = "/approval-definitions/dry-run", tag = "approvals", request_body = ApprovalDryRun, responses((status = 200, body = ApprovalDryRunFound), Problems))]
async fn try_out(cx: Allow<UpdateApproval>, Valid(body): Valid<ApprovalDryRun>) -> Result<Json<ApprovalDryRunFound>> {
    let mut tx = cx.begin().await?;
    definition::check(&mut tx, &body.rules).await?;
    let ready = definition::ready(&mut tx, body.rules).await?;
    tx.done(()).await?;
    Ok(Json(dry_run::run(&cx, &ready, body.cursor).await?))
}
