//! How an administrator changes pipelines and stages. Their rules span rows, so one writer works at a time.

use dealwright_access::Context;
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{PipelineId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::StageKind;
use serde_json::json;
use uuid::Uuid;

use super::retire::{hand_over, require_all, require_few};
use super::{
    MAX_PIPELINES, MAX_STAGES, NewPipeline, NewStage, OpenDeals, Pipeline, PipelineFields, PipelinePatch, Stage,
    StagePatch, WipPolicy, store,
};
use crate::change;
use crate::change::store::name_values;
use crate::custom_field::{self, FieldObject};
use crate::opportunity;
use crate::order::{self, Order};

/// Creates a pipeline behind the others.
///
/// # Errors
/// 409 when a name is taken; 422, of which `too_many_pipelines`.
pub async fn create(tx: &mut Tx, new: NewPipeline) -> Result<Pipeline> {
    store::lock(tx).await?;
    let all = store::list(tx).await?;
    if all.len() >= MAX_PIPELINES {
        return Err(Error::invalid("too_many_pipelines", format!("there are at most {MAX_PIPELINES} pipelines")));
    }
    let id = PipelineId(tx.new_id());
    let stages = if new.stages.is_empty() { starters() } else { new.stages };
    let mut made = Vec::with_capacity(stages.len());
    for (position, stage) in (0..).zip(stages) {
        made.push(stage_of(tx, id, position, stage).await?);
    }
    require_kinds(&made)?;
    let fields = PipelinePatch { name: Some(new.name), archived: None, team_ids: Some(new.team_ids), version: None }
        .apply(&PipelineFields { name: String::new(), archived: false, team_ids: Vec::new() });
    let position = all.iter().map(|p| p.position).max().map_or(0, |p| p.saturating_add(1));
    let pipeline = Pipeline {
        id,
        name: fields.name,
        position,
        archived: false,
        team_ids: fields.team_ids,
        usable: true,
        version: 1,
        stages: made,
    };
    store::insert(tx, &pipeline).await?;
    let pipeline = store::find(tx, Some(id)).await?;
    let event = pipeline.event(tx, "created").data(json!({ "stages": pipeline.stages }));
    tx.emit(event);
    Ok(pipeline)
}

fn starters() -> Vec<NewStage> {
    let stage = |name: &str, kind, probability| NewStage {
        name: name.to_owned(),
        kind,
        probability: Some(probability),
        colour: None,
        required_fields: Vec::new(),
        wip_limit: None,
        wip_policy: WipPolicy::Warn,
        forecast_category: None,
    };
    vec![stage("Open", StageKind::Open, 10), stage("Won", StageKind::Won, 100), stage("Lost", StageKind::Lost, 0)]
}

/// A stage asks for custom fields that there are.
async fn check_custom(tx: &mut Tx, required: &[String]) -> Result<()> {
    let asked: Vec<&str> = required.iter().filter_map(|f| f.strip_prefix("custom.")).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let fields = custom_field::store::of(tx, FieldObject::Opportunity).await?;
    match asked.into_iter().find(|key| !fields.iter().any(|f| f.key == *key && !f.archived)) {
        None => Ok(()),
        Some(key) => Err(Error::field("required_fields", "unknown_field", format!("there is no custom field {key:?}"))),
    }
}

async fn stage_of(tx: &mut Tx, pipeline: PipelineId, position: i32, new: NewStage) -> Result<Stage> {
    let f = new.fields();
    f.check()?;
    check_custom(tx, &f.required_fields).await?;
    Ok(Stage {
        id: StageId(tx.new_id()),
        pipeline_id: pipeline,
        name: f.name,
        position,
        probability: f.probability,
        kind: f.kind,
        colour: f.colour,
        required_fields: f.required_fields,
        wip_limit: f.wip_limit,
        wip_policy: f.wip_policy,
        forecast_category: f.forecast_category,
        version: 1,
    })
}

/// A pipeline has an open, a won and a lost stage at every moment.
fn require_kinds(stages: &[Stage]) -> Result<()> {
    let kinds = [StageKind::Open, StageKind::Won, StageKind::Lost];
    match kinds.into_iter().find(|kind| !stages.iter().any(|s| s.kind == *kind)) {
        None => Ok(()),
        Some(kind) => {
            let detail =
                format!("a pipeline has at least one open, one won and one lost stage; {} is missing", kind.as_str());
            Err(Error::conflict("stage_kind_missing", detail).on("stages"))
        }
    }
}

/// Changes a pipeline.
///
/// # Errors
/// 404; 409 `version_conflict`, `pipeline_name_taken` or `last_pipeline`; 422.
pub async fn update(tx: &mut Tx, id: PipelineId, version: i64, patch: PipelinePatch) -> Result<Pipeline> {
    store::lock(tx).await?;
    let current = store::find(tx, Some(id)).await?;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let mut changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    if new.archived && !old.archived {
        require_another(tx, id).await?;
    }
    if !store::update(tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    name_values(tx, &mut changes).await?;
    let pipeline = store::find(tx, Some(id)).await?;
    let event = pipeline.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(pipeline)
}

/// Deals must have somewhere to go.
async fn require_another(tx: &mut Tx, id: PipelineId) -> Result<()> {
    if store::list(tx).await?.iter().any(|p| p.id != id && !p.archived && p.team_ids.is_empty()) {
        return Ok(());
    }
    Err(Error::conflict("last_pipeline", "at least one pipeline that is not archived is there for every team"))
}

/// Puts pipelines into another order.
///
/// # Errors
/// 409 `order_changed`.
pub async fn order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    store::lock(tx).await?;
    let mut all = store::list(tx).await?;
    order::check(all.iter().map(|p| p.id.0), ids)?;
    all.sort_by_key(|p| p.position);
    store::set_order(tx, ids).await?;
    let Some(first) = all.first() else { return Ok(()) };
    let names = |ids: &[Uuid]| {
        ids.iter().filter_map(|id| all.iter().find(|p| p.id.0 == *id)).map(|p| p.name.as_str()).collect::<Vec<_>>()
    };
    let old: Vec<Uuid> = all.iter().map(|p| p.id.0).collect();
    if old != ids {
        let event = first.event(tx, "reordered").changes(vec![reordered(names(&old), names(ids))]);
        tx.emit(event);
    }
    Ok(())
}

fn reordered(old: Vec<&str>, new: Vec<&str>) -> Change {
    Change {
        field: "order".into(),
        old_label: Some(old.join(", ")),
        new_label: Some(new.join(", ")),
        old: json!(old),
        new: json!(new),
    }
}

/// Removes a pipeline that no deal is in.
///
/// # Errors
/// 404; 409 `version_conflict`, `in_use` or `last_pipeline`.
pub async fn delete(tx: &mut Tx, id: PipelineId, version: Option<i64>) -> Result<()> {
    store::lock(tx).await?;
    let pipeline = store::find(tx, Some(id)).await?;
    if version.is_some_and(|v| v != pipeline.version) {
        return Err(Error::stale(VersionConflict { version: pipeline.version, fields: Vec::new() }));
    }
    require_another(tx, id).await?;
    let stages: Vec<Uuid> = pipeline.stages.iter().map(|s| s.id.0).collect();
    let count = store::usage(tx, &stages).await?;
    if count > 0 {
        let detail = format!("{count} deals are in this pipeline; move them to another, or archive it");
        return Err(Error::conflict("in_use", detail).counting(count));
    }
    store::delete(tx, id).await?;
    let event = pipeline.event(tx, "deleted").data(json!({ "stages": pipeline.stages }));
    tx.emit(event);
    Ok(())
}

/// Adds a stage.
///
/// # Errors
/// 404; 409 `stage_name_taken`; 422, of which `too_many_stages`.
pub async fn add_stage(tx: &mut Tx, pipeline: PipelineId, new: NewStage) -> Result<Stage> {
    store::lock(tx).await?;
    let pipeline = store::find(tx, Some(pipeline)).await?;
    if pipeline.stages.len() >= MAX_STAGES {
        return Err(Error::invalid("too_many_stages", format!("a pipeline has at most {MAX_STAGES} stages")));
    }
    let stage = stage_of(tx, pipeline.id, i32::MAX, new).await?;
    let mut ids: Vec<Uuid> = pipeline.stages.iter().map(|s| s.id.0).collect();
    let open = pipeline.stages.iter().rposition(|s| s.kind == StageKind::Open).map_or(0, |at| at + 1);
    let at = if stage.kind == StageKind::Open { open } else { ids.len() };
    ids.insert(at, stage.id.0);
    store::insert_stage(tx, &stage).await?;
    store::set_stage_order(tx, &ids).await?;
    store::touch(tx, pipeline.id).await?;
    let stage = store::stage(tx, stage.id).await?;
    let event = stage.event(tx, "created").data(json!({ "pipeline": pipeline.name, "stage": stage }));
    tx.emit(event);
    Ok(stage)
}

async fn find_stage(tx: &mut Tx, id: StageId) -> Result<(Pipeline, Stage)> {
    let all = store::list(tx).await?;
    let found = all.into_iter().find_map(|p| p.stages.iter().find(|s| s.id == id).cloned().map(|s| (p, s)));
    found.or_not_found("stage")
}

/// Changes a stage.
///
/// # Errors
/// 404; 403 when deals would change that the caller may not; 409 `version_conflict`, `stage_name_taken`,
/// `stage_kind_missing`, `in_use` for another kind, `open_deals_undecided` for another probability; 422.
pub async fn update_stage(cx: &Context, tx: &mut Tx, id: StageId, version: i64, patch: StagePatch) -> Result<Stage> {
    store::lock(tx).await?;
    let (pipeline, current) = find_stage(tx, id).await?;
    let open_deals = patch.open_deals;
    let (old, new) = (current.fields(), patch.apply(&current.fields()));
    if current.version != version {
        return Err(change::stale(current.version, &old, &new));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(current);
    }
    new.check()?;
    if new.required_fields != old.required_fields {
        check_custom(tx, &new.required_fields).await?;
    }
    if new.kind != old.kind {
        let count = store::usage(tx, &[id.0]).await?;
        if count > 0 {
            let detail = format!("{count} deals are in this stage, and would all be {}", new.kind.as_str());
            return Err(Error::conflict("in_use", detail).counting(count).on("kind"));
        }
        let others = pipeline.stages.iter().filter(|s| s.id != id).cloned();
        require_kinds(&others.chain([Stage { kind: new.kind, ..current.clone() }]).collect::<Vec<_>>())?;
    }
    if new.probability != old.probability && new.kind == StageKind::Open {
        follow(cx, tx, &current, new.probability, open_deals).await?;
    }
    if !store::update_stage(tx, id, version, &new).await? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    store::touch(tx, current.pipeline_id).await?;
    let stage = store::stage(tx, id).await?;
    let event = stage.event(tx, "updated").changes(changes).data(json!({ "pipeline": pipeline.name }));
    tx.emit(event);
    Ok(stage)
}

/// What becomes of open deals that have the stage's old probability is decided by whoever changes it.
async fn follow(cx: &Context, tx: &mut Tx, stage: &Stage, new: i32, decided: Option<OpenDeals>) -> Result<()> {
    let count = store::with_default(tx, stage).await?;
    match decided {
        _ if count == 0 => return Ok(()),
        Some(OpenDeals::Leave) => return Ok(()),
        Some(OpenDeals::Follow) => {}
        None => {
            let detail =
                format!("{count} open deals have the stage's probability: should they follow or be left as they are?");
            return Err(Error::conflict("open_deals_undecided", detail).counting(count).on("open_deals"));
        }
    }
    require_all(cx)?;
    require_few(count)?;
    for deal in store::follow(tx, stage.id, stage.probability.into(), new.into()).await? {
        let change = Change {
            field: "probability".into(),
            old: json!(stage.probability),
            new: json!(new),
            old_label: None,
            new_label: None,
        };
        let (account, contact) = (deal.account_id.map(Into::into), deal.primary_contact_id.map(Into::into));
        let event = opportunity::event(tx, "updated", deal.id.into(), &deal.name, deal.version, account, contact);
        tx.emit(event.changes(vec![change]).data(json!({ "stage_probability": stage.name })));
    }
    Ok(())
}

/// Puts the stages of a pipeline into another order.
///
/// # Errors
/// 404; 409 `version_conflict` or `order_changed`.
pub async fn order_stages(tx: &mut Tx, id: PipelineId, order: &Order, version: i64) -> Result<Pipeline> {
    store::lock(tx).await?;
    let pipeline = store::find(tx, Some(id)).await?;
    if pipeline.version != version {
        return Err(Error::stale(VersionConflict { version: pipeline.version, fields: Vec::new() }));
    }
    order::check(pipeline.stages.iter().map(|s| s.id.0), &order.ids)?;
    if pipeline.stages.iter().map(|s| s.id.0).eq(order.ids.iter().copied()) {
        return Ok(pipeline);
    }
    store::set_stage_order(tx, &order.ids).await?;
    store::touch(tx, id).await?;
    let now = store::find(tx, Some(id)).await?;
    let names = |p: &Pipeline| p.stages.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    let (old, new) = (names(&pipeline), names(&now));
    let change = reordered(old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let event = now.event(tx, "reordered").changes(vec![change]);
    tx.emit(event);
    Ok(now)
}

/// Removes a stage; its deals go to the replacement, which a stage in use needs.
///
/// # Errors
/// 404; 403; 409 `version_conflict`, `in_use`, `too_many_in_use` or `stage_kind_missing`; 422 on `replacement_id`, or
/// `gate_not_cleared` with what the replacement's gate misses.
pub async fn delete_stage(
    cx: &Context,
    tx: &mut Tx,
    id: StageId,
    version: Option<i64>,
    replacement: Option<StageId>,
) -> Result<()> {
    store::lock(tx).await?;
    let (pipeline, stage) = find_stage(tx, id).await?;
    if version.is_some_and(|v| v != stage.version) {
        return Err(Error::stale(VersionConflict { version: stage.version, fields: Vec::new() }));
    }
    require_kinds(&pipeline.stages.iter().filter(|s| s.id != id).cloned().collect::<Vec<_>>())?;
    let to = match replacement {
        Some(to) => Some(replacement_of(tx, &stage, to).await?),
        None => None,
    };
    let count = store::usage(tx, &[id.0]).await?;
    if count > 0 {
        let Some(to) = &to else {
            let detail = format!("{count} deals are in this stage: name the stage that they move to");
            return Err(Error::conflict("in_use", detail).counting(count).on("replacement_id"));
        };
        require_few(count)?;
        hand_over(cx, tx, &stage, to).await?;
    }
    store::delete_stage(tx, id).await?;
    store::touch(tx, pipeline.id).await?;
    let to = to.map(|s| s.name);
    let event = stage.event(tx, "deleted").data(json!({ "pipeline": pipeline.name, "moved": count, "to": to }));
    tx.emit(event);
    Ok(())
}

/// Deals neither close nor open again because a stage goes.
async fn replacement_of(tx: &mut Tx, stage: &Stage, to: StageId) -> Result<Stage> {
    let wrong = |code: &'static str, why: &str| Error::field("replacement_id", code, why);
    let (_, to) = find_stage(tx, to).await.map_err(|_| wrong("unknown_reference", "there is no such stage"))?;
    if to.id == stage.id {
        return Err(wrong("invalid_value", "a stage can't take its own place"));
    }
    if to.kind != stage.kind {
        return Err(wrong("invalid_value", "deals would close or open again: choose a stage of the same kind"));
    }
    Ok(to)
}
