//! How an opportunity enters a stage. Every path comes through here, and here only with a [`Cleared`].

use chrono::NaiveDate;
use dealwright_kernel::id::OpportunityId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::{Cleared, Missing, MoveFacts, evaluate, refusal};
use serde_json::{Map, Value};

use super::Fields;
use crate::change::fields_of;
use crate::pipeline::{self, Stage};

/// What the caller said beside the stage.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    pub probability: bool,
    pub forecast_category: bool,
    pub close_date: bool,
}

/// What a move of these fields to `stage` lacks; nothing when it is clear.
#[must_use]
pub fn missing(id: OpportunityId, version: i64, fields: &Fields, stage: &Stage) -> Vec<Missing> {
    judge(id, version, fields, stage).err().unwrap_or_default()
}

fn judge(id: OpportunityId, version: i64, fields: &Fields, stage: &Stage) -> Result<Cleared, Vec<Missing>> {
    // Fields that could not be told would count as empty: the gate stays shut.
    let fields = fields_of(fields).unwrap_or_default();
    evaluate(&facts(id, version, stage, &fields))
}

const fn facts<'a>(id: OpportunityId, version: i64, stage: &'a Stage, fields: &'a Map<String, Value>) -> MoveFacts<'a> {
    MoveFacts {
        opportunity: id,
        version,
        to: stage.id,
        to_kind: stage.kind,
        required: stage.required_fields.as_slice(),
        fields,
        imported: false,
    }
}

/// Judges a deal that an import brings to the stage it was in elsewhere.
///
/// # Errors
/// 422 `gate_not_cleared` with the missing fields.
pub fn admit_imported(id: OpportunityId, fields: &Map<String, Value>, stage: &Stage) -> Result<()> {
    let cleared = evaluate(&MoveFacts { imported: true, ..facts(id, 0, stage, fields) }).map_err(refusal)?;
    debug_assert!(cleared.covers(id, 0, stage.id));
    Ok(())
}

/// What a change within a stage takes away of what its gate asked for.
#[must_use]
pub fn emptied(id: OpportunityId, version: i64, old: &Fields, new: &Fields, stage: &Stage) -> Vec<Missing> {
    let before = missing(id, version, old, stage);
    missing(id, version, new, stage).into_iter().filter(|m| !before.contains(m)).collect()
}

/// Lets a deal into the stage: through its gate, and only where there is room.
///
/// # Errors
/// 422 `gate_not_cleared` with the missing fields, or `stage_full`.
pub async fn enter(
    tx: &mut Tx,
    id: OpportunityId,
    version: i64,
    fields: Fields,
    stage: &Stage,
    said: Said,
) -> Result<Fields> {
    let fields = pass_gate(id, version, fields, stage, said, tx.now().date_naive())?;
    make_room(tx, stage, 1).await?;
    Ok(fields)
}

/// Refuses `entering` open deals that a stage has no room for. All of the organisation's deals count, those too that the
/// caller does not see: they are told how many there are, and nothing else of them. The stage is held until the
/// transaction ends, so that nobody takes the last place twice.
///
/// # Errors
/// 422 `stage_full` with how many are in it.
pub async fn make_room(tx: &mut Tx, stage: &Stage, entering: i64) -> Result<()> {
    let Some(most) = stage.capacity() else { return Ok(()) };
    let there = pipeline::store::hold(tx, stage.id).await?;
    if there + entering <= most {
        return Ok(());
    }
    let why = format!("{} is full: {there} of at most {most} open deals are in it, counting everybody's", stage.name);
    Err(Error::invalid("stage_full", why).on("stage_id").counting(there))
}

/// Whether the stage has no room at the moment.
///
/// # Errors
/// When the database is gone.
pub async fn is_full(tx: &mut Tx, stage: &Stage) -> Result<bool> {
    let Some(most) = stage.capacity() else { return Ok(false) };
    let loads = pipeline::store::loads(tx, &[stage.id.0]).await?;
    Ok(loads.get(&stage.id.0).is_some_and(|there| *there >= most))
}

/// Judges the move and carries it out on the fields; whether there is room is for [`make_room`] to say.
///
/// # Errors
/// 422 `gate_not_cleared` with the missing fields.
pub fn pass_gate(
    id: OpportunityId,
    version: i64,
    fields: Fields,
    stage: &Stage,
    said: Said,
    today: NaiveDate,
) -> Result<Fields> {
    let cleared = judge(id, version, &fields, stage).map_err(refusal)?;
    move_stage(id, version, fields, stage, said, today, cleared)
}

/// Enters the stage: its probability and forecast come with it, unless the caller said others; a deal that closes has
/// its close date no later than today; a deal that is open again has no
/// reason for its end.
fn move_stage(
    id: OpportunityId,
    version: i64,
    mut fields: Fields,
    stage: &Stage,
    said: Said,
    today: NaiveDate,
    cleared: Cleared,
) -> Result<Fields> {
    if !cleared.covers(id, version, stage.id) {
        return Err(Error::internal("a move was attempted with the clearance of another"));
    }
    fields.stage_id = stage.id;
    fields.pipeline_id = stage.pipeline_id;
    if !said.probability {
        fields.probability = stage.probability.into();
    }
    if !said.forecast_category {
        let usual = fields.forecast_category.entering(stage.kind);
        fields.forecast_category = stage.forecast_category.unwrap_or(usual);
    }
    if stage.kind.is_closed() && !said.close_date && fields.close_date.is_none_or(|d| d > today) {
        fields.close_date = Some(today);
    }
    if stage.kind != dealwright_workflow::StageKind::Lost {
        fields.lost_reason_id = None;
        fields.lost_notes = None;
        fields.lost_to_id = None;
    }
    if stage.kind != dealwright_workflow::StageKind::Won {
        fields.won_reason_id = None;
        fields.won_notes = None;
    }
    Ok(fields)
}
