//! Deals that are open again: reopening says why and goes back to the stage that the deal was in, and what the earlier
//! close said is kept in the history.

use chrono::{DateTime, Utc};
use dealwright_access::{Context, Object, Permit};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{OpportunityId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::StageKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::write::{self, Telling, Written};
use super::{Opportunity, OpportunityPatch, store};
use crate::pipeline;
use crate::pipeline::Stage;
use crate::record::Texts;

/// Opens a closed deal again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reopening {
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// Where it goes on; the open stage that it was in last when absent.
    pub stage_id: Option<StageId>,
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for Reopening {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("reason", &self.reason, 2_000);
        wrong.finish()
    }
}

/// A close that has been taken back by opening the deal again.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarlierClose {
    pub closed_at: DateTime<Utc>,
    pub closed_by: String,
    pub outcome: StageKind,
    pub reason: Option<String>,
    pub notes: Option<String>,
    /// The competitor it was lost to.
    pub lost_to: Option<String>,
    pub reopened_at: Option<DateTime<Utc>>,
    pub reopened_by: Option<String>,
    /// Why it was opened again.
    pub reopened_for: Option<String>,
}

/// Opens a deal again, through the gate of the stage it goes to.
///
/// # Errors
/// 409 `not_closed` or `version_conflict`; 422 `gate_not_cleared`, or when the stage is not an open one of its pipeline.
pub async fn reopen(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<Opportunity>,
    version: i64,
    body: Reopening,
) -> Result<Written> {
    if !permit.stage.kind.is_closed() {
        return Err(Error::conflict("not_closed", "the opportunity is open"));
    }
    let stages = pipeline::store::find(tx, Some(permit.pipeline_id)).await?.stages;
    let mut open = stages.into_iter().filter(|stage| stage.kind == StageKind::Open);
    let stage = match body.stage_id {
        Some(id) => open.find(|stage| stage.id == id).ok_or_else(|| {
            Error::field("stage_id", "invalid_value", "choose an open stage of the opportunity's pipeline")
        })?,
        None => last_open(tx, &permit, open.collect()).await?,
    };
    let patch = OpportunityPatch { stage_id: Some(stage.id), ..OpportunityPatch::default() };
    let telling = Telling { verb: Some("reopened"), data: Some(json!({ "reason": body.reason.trim() })), undoes: None };
    write::update_telling(cx, tx, permit, version, patch, telling).await
}

async fn last_open(tx: &mut Tx, deal: &Opportunity, open: Vec<Stage>) -> Result<Stage> {
    let visits = store::stage_history(tx, deal).await?;
    let last = visits.iter().rev().find_map(|visit| open.iter().find(|stage| stage.id == visit.stage_id));
    last.or_else(|| open.first())
        .cloned()
        .ok_or_else(|| Error::field("stage_id", "no_stages", "the pipeline has no open stage"))
}

/// The closes of a deal that were followed by opening it again, oldest first, without what is hidden from the caller.
///
/// # Errors
/// Internal, when an event can't be read.
pub async fn earlier(cx: &Context, tx: &mut Tx, id: OpportunityId) -> Result<Vec<EarlierClose>> {
    let stages = pipeline::store::stages(tx).await?;
    let moves = store::stage_moves(tx, id).await?;
    let mut closes: Vec<EarlierClose> = Vec::new();
    for event in moves {
        let Some(kind) = stages.iter().find(|s| Some(s.id) == event.stage).map(|s| s.kind) else { continue };
        let changes: Vec<Change> = serde_json::from_value(event.changes).map_err(Error::internal)?;
        if kind.is_closed() {
            closes.push(close_of(cx, event.at, event.by, kind, &changes));
        } else if let Some(last) = closes.last_mut().filter(|close| close.reopened_at.is_none()) {
            last.reopened_at = Some(event.at);
            last.reopened_by = Some(event.by);
            last.reopened_for = event.data.get("reason").and_then(Value::as_str).map(str::to_owned);
        }
    }
    closes.retain(|close| close.reopened_at.is_some());
    Ok(closes)
}

fn close_of(cx: &Context, at: DateTime<Utc>, by: String, outcome: StageKind, changes: &[Change]) -> EarlierClose {
    let said = |field: &str| {
        let change = changes.iter().find(|c| c.field == field)?;
        let text = change.new_label.clone().or_else(|| change.new.as_str().map(str::to_owned));
        text.filter(|_| !cx.actor().fields.hides(Object::Opportunity, field))
    };
    let (reason, notes) = match outcome {
        StageKind::Won => ("won_reason_id", "won_notes"),
        StageKind::Lost | StageKind::Open => ("lost_reason_id", "lost_notes"),
    };
    EarlierClose {
        closed_at: at,
        closed_by: by,
        outcome,
        reason: said(reason),
        notes: said(notes),
        lost_to: said("lost_to_id"),
        reopened_at: None,
        reopened_by: None,
        reopened_for: None,
    }
}
