//! The log of attempts to enter a stage: each with what came of it, and what it was judged by.

use chrono::{DateTime, Utc};
use dealwright_access::policy::UpdatePipeline;
use dealwright_access::{Context, Object, context};
use dealwright_kernel::id::{OpportunityId, PipelineId, StageId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{ActorKind, Tx};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::Ref;

/// An attempt to enter a stage.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransitionAttempt {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// Null when a new deal was refused.
    pub opportunity: Option<Ref>,
    /// Null when it was new.
    pub from_stage_id: Option<StageId>,
    pub from_stage: Option<String>,
    pub to_stage_id: StageId,
    pub to_stage: String,
    /// The version of the pipeline's lifecycle by which it was judged.
    pub lifecycle_version: i32,
    pub passed: bool,
    /// Why it did not pass: the code of the refusal.
    pub code: Option<String>,
    /// What was missing, each with `code`, `field` and `message`.
    #[schema(value_type = Vec<Object>)]
    pub missing: Value,
    /// What it was judged by: `fields`, `facts`, `documents`, `ticked` and `roles`. Null for who may not change pipelines, or from
    /// whom fields of deals are hidden.
    #[schema(value_type = Option<Object>)]
    pub facts: Option<Value>,
    /// `app`, `api`, `bulk`, `import`, `agent`, `proposal`, `undo`, `stage_removed` or `system`.
    pub path: String,
    pub actor_kind: ActorKind,
    pub actor_name: String,
}

/// Of what the log is read.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    Deal(OpportunityId),
    /// Those that were refused only, if so wanted.
    Pipeline(PipelineId, bool),
}

const PAGE: i64 = 50;

/// A page of the log, the newest first.
///
/// # Errors
/// 400 when the cursor is of another list.
pub async fn page(cx: &Context, tx: &mut Tx, of: Of, cursor: Option<&str>) -> Result<Page<TransitionAttempt>> {
    let fingerprint = format!("transition-log:{of:?}");
    let before: Option<Uuid> = cursor.map(|c| Cursor::decode(c, &fingerprint)).transpose()?.map(|c| c.keys);
    let (deal, pipeline, refused) = match of {
        Of::Deal(id) => (Some(id.0), None, false),
        Of::Pipeline(id, refused) => (None, Some(id.0), refused),
    };
    let rows = sqlx::query!(
        r#"select l.id, l.at, l.opportunity_id, o.name as "name?", l.from_stage_id as "from_stage_id: StageId", l.from_stage,
                  l.to_stage_id as "to_stage_id: StageId", l.to_stage, l.lifecycle, l.passed, l.code, l.missing, l.facts, l.path, l.actor_kind,
                  l.actor_name
           from transition_log l left join opportunity o on o.org_id = l.org_id and o.id = l.opportunity_id
           where l.org_id = $1 and ($2::uuid is null or l.opportunity_id = $2) and ($3::uuid is null or l.pipeline_id = $3)
             and ($4::uuid is null or l.id < $4) and (not $5 or not l.passed)
           order by l.id desc limit $6"#,
        tx.org().0,
        deal,
        pipeline,
        before,
        refused,
        PAGE + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let tells = cx.actor().may(context::permission::<UpdatePipeline>())
        && cx.actor().fields.hidden(Object::Opportunity).is_empty();
    let more = i64::try_from(rows.len()).map_err(Error::internal)? > PAGE;
    let items: Vec<TransitionAttempt> = rows
        .into_iter()
        .take(usize::try_from(PAGE).map_err(Error::internal)?)
        .map(|r| TransitionAttempt {
            id: r.id,
            at: r.at,
            opportunity: Ref::of(r.opportunity_id, r.name),
            from_stage_id: r.from_stage_id,
            from_stage: r.from_stage,
            to_stage_id: r.to_stage_id,
            to_stage: r.to_stage,
            lifecycle_version: r.lifecycle,
            passed: r.passed,
            code: r.code,
            missing: r.missing,
            facts: tells.then_some(r.facts),
            path: r.path,
            actor_kind: ActorKind::read(&r.actor_kind),
            actor_name: r.actor_name,
        })
        .collect();
    let last = items.last().filter(|_| more).map(|attempt| attempt.id);
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    Ok(Page { items, next_cursor, total: None.into() })
}
