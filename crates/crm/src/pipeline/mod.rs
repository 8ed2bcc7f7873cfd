//! Pipelines and stages, and the one way in which a record enters a stage.

pub mod http;
pub mod store;

use dealwright_kernel::id::{PipelineId, StageId};
use dealwright_workflow::StageKind;
use serde::Serialize;
use utoipa::ToSchema;

/// A stage of a pipeline.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stage {
    pub id: StageId,
    #[serde(skip)]
    pub pipeline_id: PipelineId,
    pub name: String,
    pub position: i32,
    /// Percent.
    pub probability: i32,
    pub kind: StageKind,
}

/// A pipeline with its stages in order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pipeline {
    pub id: PipelineId,
    pub name: String,
    pub position: i32,
    pub stages: Vec<Stage>,
}
