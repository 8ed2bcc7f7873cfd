//! Lifecycles of pipelines: which version a deal runs under, what it is judged by, how versions are drafted, tried and
//! published, and the log of every attempt.
//!
//! What a definition means is `workflow::lifecycle`'s. Here `store` holds the SQL, `draft` how an administrator comes to a new
//! version and moves deals over, `dry_run` what it would say to the deals that are there, `actions` what a stage does with deals that enter it, `checklist` what is ticked, `log` the
//! attempts, `http` the endpoints.

pub mod actions;
pub mod checklist;
pub mod draft;
pub mod dry_run;
pub mod http;
pub mod log;
pub mod store;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{ChoiceId, OrgId, PipelineId};
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::Definition;
use dealwright_workflow::rule::{Custom, RuleObject};
use dealwright_workflow::{Lifecycle, Place, rule};
use moka::sync::Cache;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::pipeline::Stage;
use crate::record::Ref;

/// A published version, without what it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct LifecycleVersion {
    pub number: i32,
    pub note: Option<String>,
    /// Null for what was there from the beginning.
    pub published_by: Option<Ref>,
    pub published_at: DateTime<Utc>,
    /// Open deals that run under it, of what the caller sees.
    pub open_deals: i64,
}

/// What an administrator is at.
#[derive(Debug, Serialize, ToSchema)]
pub struct LifecycleDraft {
    pub definition: Definition,
    /// Of the draft; a write says which it has read.
    pub version: i64,
    pub updated_by: Ref,
    pub updated_at: DateTime<Utc>,
}

/// What a deal is judged by beside its fields.
#[derive(Clone, Debug)]
pub struct Standing {
    pub pipeline: PipelineId,
    /// The version that it runs under.
    pub lifecycle: Arc<Lifecycle>,
    /// The types of its files.
    pub documents: Vec<ChoiceId>,
    /// The items that are ticked.
    pub ticked: Vec<Uuid>,
}

impl Standing {
    /// Of a deal that is not there yet.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn new(tx: &mut Tx, pipeline: PipelineId) -> Result<Self> {
        let lifecycle = newest(tx, pipeline).await?;
        Ok(Self { pipeline, lifecycle, documents: Vec::new(), ticked: Vec::new() })
    }
}

/// Organisation, access epoch, pipeline, number; the newest goes by none.
type Key = (OrgId, i64, PipelineId, Option<i32>);

static KEPT: LazyLock<Cache<Key, Arc<Lifecycle>>> =
    LazyLock::new(|| Cache::builder().max_capacity(4_000).time_to_idle(Duration::from_secs(3_600)).build());

/// A version of a pipeline's lifecycle, ready to judge by. Publishing raises the access epoch, as do changes of custom fields:
/// what is kept is never stale.
///
/// # Errors
/// 404 when there is none.
pub async fn version(tx: &mut Tx, pipeline: PipelineId, number: i32) -> Result<Arc<Lifecycle>> {
    kept(tx, pipeline, Some(number)).await
}

/// The version that deals begin with.
///
/// # Errors
/// 404 when there is no such pipeline.
pub async fn newest(tx: &mut Tx, pipeline: PipelineId) -> Result<Arc<Lifecycle>> {
    kept(tx, pipeline, None).await
}

async fn kept(tx: &mut Tx, pipeline: PipelineId, number: Option<i32>) -> Result<Arc<Lifecycle>> {
    let key = (tx.org(), tx.epoch(), pipeline, number);
    if let Some(kept) = KEPT.get(&key) {
        return Ok(kept);
    }
    let (number, definition) = store::definition(tx, pipeline, number).await?.or_not_found("lifecycle")?;
    let read = Arc::new(ready(tx, number, definition).await?);
    KEPT.insert(key, Arc::clone(&read));
    Ok(read)
}

/// A definition with its expressions checked.
///
/// # Errors
/// When the database is gone.
pub async fn ready(tx: &mut Tx, number: i32, definition: Definition) -> Result<Lifecycle> {
    let custom = if Lifecycle::speaks_of_custom(&definition) {
        rule::store::custom(tx, RuleObject::Opportunity).await?
    } else {
        Custom::default()
    };
    let asks = definition.stages.iter().any(|s| !s.entry.documents.is_empty() || !s.exit.documents.is_empty());
    let documents = if asks { store::document_types(tx).await? } else { HashMap::new() };
    Ok(Lifecycle::new(number, definition, &custom, documents))
}

/// What deals are judged by, by their ids.
///
/// # Errors
/// When the database is gone.
pub async fn standings(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Standing>> {
    let rows = store::standings(tx, ids).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let lifecycle = version(tx, row.pipeline, row.number).await?;
        let standing = Standing { pipeline: row.pipeline, lifecycle, documents: row.documents, ticked: row.ticked };
        found.insert(row.id, standing);
    }
    Ok(found)
}

/// What a deal is judged by.
///
/// # Errors
/// 404 when it is hidden.
pub async fn standing(tx: &mut Tx, id: Uuid) -> Result<Standing> {
    standings(tx, &[id]).await?.remove(&id).or_not_found("opportunity")
}

/// The stages of a pipeline as definitions know them, in order.
#[must_use]
pub fn places(stages: &[Stage], pipeline: PipelineId) -> Vec<Place> {
    stages.iter().filter(|stage| stage.pipeline_id == pipeline).map(Stage::place).collect()
}
