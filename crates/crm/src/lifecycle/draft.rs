//! How an administrator comes to a new version: a draft that is edited, checked and published; and how deals come to run under
//! it. One writer works at a time, as with all that shapes pipelines.

use dealwright_access::Context;
use dealwright_kernel::error::VersionConflict;
use dealwright_kernel::id::{ChoiceId, PipelineId};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::Place;
use dealwright_workflow::lifecycle::{Definition, Known, check};
use dealwright_workflow::rule::{self, Catalogue, RuleObject};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{LifecycleDraft, actions, store};
use crate::pipeline::{self, Pipeline, Stage};
use crate::{approval, opportunity, task_template};

/// The largest definition, in bytes of JSON.
const LARGEST: usize = 256 * 1024;
/// Deals that one request moves over.
pub const AT_ONCE: i64 = 5_000;

/// Refuses a definition that can't work for the pipeline as it is.
///
/// # Errors
/// 422 with what is wrong, by paths in the definition.
pub async fn check(tx: &mut Tx, pipeline: &Pipeline, definition: &Definition) -> Result<()> {
    if serde_json::to_vec(definition).map_err(Error::internal)?.len() > LARGEST {
        return Err(Error::field("definition", "too_long", format!("at most {} KiB of JSON", LARGEST / 1024)));
    }
    let custom = rule::store::custom(tx, RuleObject::Opportunity).await?;
    let catalogue = Catalogue::of_formula(RuleObject::Opportunity, &custom.facts);
    let roles = store::roles(tx).await?;
    let documents: Vec<ChoiceId> = store::document_types(tx).await?.into_keys().collect();
    let (approvals, people) = (approval::of_deals(tx).await?, approval::store::active_people(tx).await?);
    let templates = task_template::store::list(tx, None).await?;
    let templates: Vec<_> = templates.iter().filter(|one| !one.fields.archived).map(|one| one.id).collect();
    let places: Vec<Place> = pipeline.stages.iter().map(Stage::place).collect();
    let known = Known {
        stages: &places,
        roles: &roles,
        documents: &documents,
        approvals: &approvals,
        templates: &templates,
        people: &people,
        can_ask: pipeline::can_ask,
        catalogue: &catalogue,
    };
    let mut problems = check::problems(definition, &known);
    if problems.is_empty() {
        for (i, rules) in definition.stages.iter().enumerate() {
            let Err(error) = actions::check(&rules.actions) else { continue };
            problems.push(FieldError {
                field: format!("stages.{i}.actions"),
                code: "invalid_value".into(),
                message: error.detail,
            });
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::fields("invalid", problems)) }
}

fn stale(version: i64) -> Error {
    Error::stale(VersionConflict { version, fields: Vec::new() })
}

/// The draft, which is still at `version`; without one, 0.
async fn at(tx: &mut Tx, pipeline: PipelineId, version: i64) -> Result<Option<LifecycleDraft>> {
    let draft = store::draft(tx, pipeline).await?;
    let now = draft.as_ref().map_or(0, |d| d.version);
    if now == version { Ok(draft) } else { Err(stale(now)) }
}

/// Keeps a draft, which must be one that could work.
///
/// # Errors
/// 404; 409 `version_conflict`; 422 what is wrong with it.
pub async fn save(cx: &Context, tx: &mut Tx, id: PipelineId, version: i64, definition: &Definition) -> Result<()> {
    pipeline::store::lock(tx).await?;
    let pipeline = pipeline::store::find(tx, Some(id)).await?;
    at(tx, id, version).await?;
    check(tx, &pipeline, definition).await?;
    store::save_draft(tx, id, definition, cx.actor().user).await?;
    let event = pipeline.event(tx, "draft_saved");
    tx.emit(event);
    Ok(())
}

/// Throws the draft away.
///
/// # Errors
/// 404; 409 `version_conflict`.
pub async fn discard(tx: &mut Tx, id: PipelineId, version: i64) -> Result<()> {
    pipeline::store::lock(tx).await?;
    let pipeline = pipeline::store::find(tx, Some(id)).await?;
    if at(tx, id, version).await?.is_none() {
        return Err(Error::not_found("draft"));
    }
    store::drop_draft(tx, id).await?;
    let event = pipeline.event(tx, "draft_discarded");
    tx.emit(event);
    Ok(())
}

/// Makes the draft the newest version: deals that enter the pipeline from now on run under it. Those that are there go on
/// under theirs.
///
/// # Errors
/// 404; 409 `version_conflict` or `no_draft`; 422 what is wrong with it by now.
pub async fn publish(cx: &Context, tx: &mut Tx, id: PipelineId, version: i64, note: Option<&str>) -> Result<i32> {
    pipeline::store::lock(tx).await?;
    let pipeline = pipeline::store::find(tx, Some(id)).await?;
    let draft = at(tx, id, version).await?;
    let draft = draft.ok_or_else(|| Error::conflict("no_draft", "there is no draft to publish"))?;
    check(tx, &pipeline, &draft.definition).await?;
    let number = store::publish(tx, id, &draft.definition, note, cx.actor().user).await?;
    store::drop_draft(tx, id).await?;
    let event = pipeline.event(tx, "lifecycle_published").changes(vec![between(number - 1, number)]);
    let event = event.data(json!({ "note": note }));
    tx.emit(event);
    Ok(number)
}

fn between(old: i32, new: i32) -> Change {
    Change {
        field: "lifecycle_version".into(),
        old: json!(old),
        new: json!(new),
        old_label: Some(format!("Version {old}")),
        new_label: Some(format!("Version {new}")),
    }
}

/// How many deals have been moved over.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleAdopted)]
pub struct Adopted {
    /// The version under which they run now.
    pub number: i32,
    pub moved: u64,
    /// Whether there are more; ask again.
    pub more: bool,
}

/// Has deals run under the newest version: the open ones, or these. Nothing else of them changes.
///
/// # Errors
/// 404; 403 for who may not update all deals.
pub async fn adopt(cx: &Context, tx: &mut Tx, id: PipelineId, only: Option<&[Uuid]>) -> Result<Adopted> {
    pipeline::retire::require_all(cx)?;
    pipeline::store::lock(tx).await?;
    pipeline::store::find(tx, Some(id)).await?;
    let newest = store::definition(tx, id, None).await?;
    let number = newest.map(|(number, _)| number).ok_or_else(|| Error::not_found("lifecycle"))?;
    let behind = store::behind(tx, id, number, only, AT_ONCE + 1).await?;
    let most = usize::try_from(AT_ONCE).map_err(Error::internal)?;
    let more = behind.len() > most;
    let mut ids = Vec::with_capacity(behind.len().min(most));
    for deal in behind.into_iter().take(most) {
        ids.push(deal.id.0);
        let (account, contact) = (deal.account_id.map(Into::into), deal.primary_contact_id.map(Into::into));
        let event = opportunity::event(tx, "lifecycle_adopted", deal.id, &deal.name, deal.version, account, contact);
        tx.emit(event.changes(vec![between(deal.from, number)]));
    }
    let moved = store::adopt(tx, &ids, number).await?;
    Ok(Adopted { number, moved, more })
}
