//! `/automations` and `/automation-runs`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateAutomation, DeleteAutomation, Permission, ReadAutomation, UpdateAutomation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{AutomationId, AutomationRunId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::Committed;
use dealwright_workflow::rule::{RuleObject, store as rules};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::definition::{self, Automation, Definition, Moment, check};
use crate::run::{self, Run, RunStatus};
use crate::store::{self, Kept, log};
use crate::trial::{self, Trial};
use crate::{webhook, write};

/// The automations' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(vocabulary))
        .routes(routes!(try_out))
        .routes(routes!(get, replace, delete))
        .routes(routes!(switch))
        .routes(routes!(renew_secret))
        .routes(routes!(runs))
        .routes(routes!(run_of))
        .routes(routes!(retry))
}

/// All automations
#[utoipa::path(get, path = "/automations", tag = "automations", responses((status = 200, body = Page<Automation>), Problems))]
async fn index(cx: Allow<ReadAutomation>) -> Result<Json<Page<Automation>>> {
    let mut tx = cx.begin().await?;
    let automations = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(automations))).await
}

/// Create an automation
///
/// It acts for the caller, or for an active service account, within the scopes that are named; both can hold no more than the
/// caller may. What could not work is refused with its place.
#[utoipa::path(post, path = "/automations", tag = "automations", request_body = Definition, responses((status = 201, body = Automation), Problems))]
async fn create(cx: Allow<CreateAutomation>, Valid(new): Valid<Definition>) -> Result<Committed<impl IntoResponse>> {
    let (tx, made) = write::create(&cx, &new).await?;
    let location = [(header::LOCATION, format!("/api/v1/automations/{}", made.id))];
    tx.commit((StatusCode::CREATED, etag(made.version), location, Json(made))).await
}

/// One automation
#[utoipa::path(get, path = "/automations/{id}", tag = "automations", params(("id" = AutomationId, Path)), responses((status = 200, body = Automation), Problems))]
async fn get(cx: Allow<ReadAutomation>, Path(id): Path<AutomationId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let found = store::find(&mut tx, id).await?;
    tx.done((etag(found.version), Json(found))).await
}

/// A definition, and the version that was read.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AutomationToSave)]
#[serde(deny_unknown_fields)]
struct ToSave {
    definition: Definition,
    /// Unless `If-Match` says it.
    version: Option<i64>,
}

impl Validate for ToSave {
    fn validate(&self) -> Result<()> {
        self.definition.validate()
    }
}

fn stale(version: i64) -> Error {
    Error::stale(VersionConflict { version, fields: Vec::new() })
}

/// Replace an automation
///
/// It acts for who saves it, or for a service account, from then on. A pause ends.
#[utoipa::path(put, path = "/automations/{id}", tag = "automations", params(("id" = AutomationId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ToSave, responses((status = 200, body = Automation), Problems))]
async fn replace(
    cx: Allow<UpdateAutomation>,
    Path(id): Path<AutomationId>,
    if_match: IfMatch,
    Valid(body): Valid<ToSave>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let new = body.definition;
    let rights = write::rights(&cx, &new).await?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?;
    if current.version != version {
        return Err(stale(current.version));
    }
    write::checked(&cx, &mut tx, &new).await?;
    let next_at = store::next_of(&new, tx.now());
    let secret = write::secret(&cx, id, &new)?;
    let kept = Kept { definition: &new, run_as: rights.run_as, scopes: &rights.scopes, next_at, secret };
    if !store::update(&mut tx, id, version, &kept).await? {
        return Err(stale(version + 1));
    }
    let saved = store::find(&mut tx, id).await?;
    let told = definition::event(&tx, id, &saved.name, saved.version, "updated").data(write::said(&new, &rights));
    tx.emit(told);
    tx.commit((etag(saved.version), Json(saved))).await
}

/// What a switch is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AutomationSwitch)]
#[serde(deny_unknown_fields)]
struct Switch {
    active: bool,
    /// Unless `If-Match` says it.
    version: Option<i64>,
}

impl Validate for Switch {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Switch an automation on or off
///
/// Off always goes. On, it is checked as when it is saved, and acts for who switched it on, unless for a service account.
#[utoipa::path(post, path = "/automations/{id}/switch", tag = "automations", params(("id" = AutomationId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = Switch, responses((status = 200, body = Automation), Problems))]
async fn switch(
    cx: Allow<UpdateAutomation>,
    Path(id): Path<AutomationId>,
    if_match: IfMatch,
    Valid(body): Valid<Switch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?;
    if current.version != version {
        return Err(stale(current.version));
    }
    let new = Definition { active: body.active, ..defined(&current) };
    let written = if body.active {
        let service = current.run_as.service.then_some(UserId(current.run_as.user.id));
        let new = Definition { run_as_id: service, ..new };
        tx.done(()).await?;
        let rights = write::rights(&cx, &new).await?;
        tx = cx.begin().await?;
        check::shape(&new)?;
        write::checked(&cx, &mut tx, &new).await?;
        let next_at = store::next_of(&new, tx.now());
        let kept = Kept { definition: &new, run_as: rights.run_as, scopes: &rights.scopes, next_at, secret: None };
        store::update(&mut tx, id, version, &kept).await?
    } else {
        store::switch_off(&mut tx, id, version).await?
    };
    if !written {
        return Err(stale(version + 1));
    }
    let saved = store::find(&mut tx, id).await?;
    let verb = if body.active { "switched_on" } else { "switched_off" };
    let told = definition::event(&tx, id, &saved.name, saved.version, verb);
    tx.emit(told);
    tx.commit((etag(saved.version), Json(saved))).await
}

/// An automation as its definition.
fn defined(of: &Automation) -> Definition {
    Definition {
        name: of.name.clone(),
        description: of.description.clone(),
        object: of.object,
        trigger: of.trigger.clone(),
        condition: of.condition.clone(),
        steps: of.steps.clone(),
        run_as_id: None,
        scopes: of.scopes.clone(),
        per_hour: of.per_hour,
        quiet_days: of.quiet_days,
        with_imports: of.with_imports,
        active: of.active,
    }
}

/// Delete an automation, with the log of its runs
#[utoipa::path(delete, path = "/automations/{id}", tag = "automations", params(("id" = AutomationId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Deleted"), Problems))]
async fn delete(
    cx: Allow<DeleteAutomation>,
    Path(id): Path<AutomationId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(current.version);
    if !store::delete(&mut tx, id, version).await? {
        return Err(stale(current.version));
    }
    let told = definition::event(&tx, id, &current.name, current.version, "deleted")
        .data(json!({ "definition": defined(&current) }));
    tx.emit(told);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// A secret, shown this once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutomationSecret)]
struct Shown {
    /// `whsec_…`, as libraries for Standard Webhooks take it.
    secret: String,
}

/// Make a new secret for what an automation sends
///
/// It is shown this once. What is sent from now on is signed with it, and not with the one before.
#[utoipa::path(post, path = "/automations/{id}/secret", tag = "automations", params(("id" = AutomationId, Path)), responses((status = 200, body = Shown), Problems))]
async fn renew_secret(cx: Allow<UpdateAutomation>, Path(id): Path<AutomationId>) -> Result<Committed<Json<Shown>>> {
    let secret = webhook::new_secret()?;
    let sealed = cx.access().keyring().seal(&webhook::context(id), secret.as_bytes())?;
    let mut tx = cx.begin().await?;
    let current = store::plain(&mut tx, id).await?;
    store::set_secret(&mut tx, id, &sealed).await?;
    let told = definition::event(&tx, id, &current.name, current.version, "secret_renewed");
    tx.emit(told);
    tx.commit(Json(Shown { secret })).await
}

/// What automations of an object can wait for, and what their steps need.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutomationVocabulary)]
struct Vocabulary {
    object: RuleObject,
    moments: Vec<Moment>,
}

/// What automations can wait for, by object
#[utoipa::path(get, path = "/automations/vocabulary", tag = "automations", responses((status = 200, body = Vec<Vocabulary>), Problems))]
async fn vocabulary(_cx: Allow<ReadAutomation>) -> Json<Vec<Vocabulary>> {
    let of = |object: RuleObject| {
        let moments = Moment::ALL.into_iter().filter(|moment| moment.happens_to(object)).collect();
        Vocabulary { object, moments }
    };
    Json(RuleObject::ALL.into_iter().map(of).collect())
}

/// A definition to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AutomationToTry)]
#[serde(deny_unknown_fields)]
struct ToTry {
    definition: Definition,
    /// How many days back; 30 when absent.
    #[schema(minimum = 1, maximum = 365)]
    days: Option<u16>,
}

impl Validate for ToTry {
    fn validate(&self) -> Result<()> {
        if self.days.is_some_and(|days| !(1..=365).contains(&days)) {
            return Err(Error::field("days", "out_of_range", "between 1 and 365"));
        }
        self.definition.validate()
    }
}

/// What an automation made of the past, and what it needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutomationTried)]
struct Tried {
    #[serde(flatten)]
    trial: Trial,
    /// Permissions that its steps need, such as `opportunity.update`.
    #[schema(value_type = Vec<String>)]
    needs: Vec<String>,
}

/// Try an automation on the past
///
/// Looks at the events of the past days with each record as it was then, as far as the caller sees them, and changes nothing.
/// A schedule is tried on what is there.
#[utoipa::path(post, path = "/automations/trial", tag = "automations", request_body = ToTry, responses((status = 200, body = Tried), Problems))]
async fn try_out(cx: Allow<ReadAutomation>, Valid(asked): Valid<ToTry>) -> Result<Json<Tried>> {
    let mut tx = cx.begin().await?;
    check::meaning(&asked.definition, &rules::catalogue(&mut tx, asked.definition.object).await?)?;
    tx.done(()).await?;
    let trial = trial::run(&cx, &asked.definition, asked.days.unwrap_or(30)).await?;
    let needs = check::needs(&asked.definition).iter().map(Permission::to_string).collect();
    Ok(Json(Tried { trial, needs }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    automation_id: Option<AutomationId>,
    record_id: Option<Uuid>,
    status: Option<RunStatus>,
    /// Without those whose condition did not hold, and those that were set off by themselves.
    met: Option<bool>,
    cursor: Option<String>,
}

/// Runs of automations, the newest first
///
/// What a record says is null for who does not see it.
#[utoipa::path(get, path = "/automation-runs", tag = "automations", params(Asked), responses((status = 200, body = Page<Run>), Problems))]
async fn runs(cx: Allow<ReadAutomation>, Query(asked): Query<Asked>) -> Result<Json<Page<Run>>> {
    let of = log::Asked {
        automation: asked.automation_id,
        record: asked.record_id,
        status: asked.status,
        met: asked.met.unwrap_or(false),
    };
    let mut tx = cx.begin().await?;
    let page = log::page(&mut tx, &of, None, asked.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// One run
#[utoipa::path(get, path = "/automation-runs/{id}", tag = "automations", params(("id" = AutomationRunId, Path)), responses((status = 200, body = Run), Problems))]
async fn run_of(cx: Allow<ReadAutomation>, Path(id): Path<AutomationRunId>) -> Result<Json<Run>> {
    let mut tx = cx.begin().await?;
    let run = log::find(&mut tx, id).await?;
    tx.done(Json(run)).await
}

/// Try a run again that was refused or failed
///
/// It is judged anew; steps that were done stay done.
#[utoipa::path(post, path = "/automation-runs/{id}/retry", tag = "automations", params(("id" = AutomationRunId, Path)), responses((status = 200, body = Run), Problems))]
async fn retry(cx: Allow<UpdateAutomation>, Path(id): Path<AutomationRunId>) -> Result<Committed<Json<Run>>> {
    let mut tx = cx.begin().await?;
    let current = log::find(&mut tx, id).await?;
    let automation = store::plain(&mut tx, AutomationId(current.automation.id)).await?;
    if !automation.active {
        return Err(Error::conflict("automation_off", "switch the automation on first"));
    }
    if !log::again(&mut tx, id).await? {
        return Err(Error::conflict("not_retryable", "only what was refused or failed can be tried again"));
    }
    tx.enqueue(run::take(automation.id)?);
    let run = log::find(&mut tx, id).await?;
    let told = definition::event(&tx, automation.id, &automation.name, automation.version, "retried")
        .data(json!({ "run_id": id }));
    tx.emit(told);
    tx.commit(Json(run)).await
}
