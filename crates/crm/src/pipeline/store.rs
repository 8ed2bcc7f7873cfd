//! The SQL of pipelines and stages.

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{PipelineId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Pipeline, Stage};

/// All pipelines with their stages, in order.
pub async fn list(tx: &mut Tx) -> Result<Vec<Pipeline>> {
    let stages = stages(tx).await?;
    let pipelines =
        sqlx::query!(r#"select id as "id: PipelineId", name, position from pipeline order by position, id"#)
            .fetch_all(tx.db())
            .await?;
    Ok(pipelines
        .into_iter()
        .map(|p| Pipeline {
            id: p.id,
            name: p.name,
            position: p.position,
            stages: stages.iter().filter(|s| s.pipeline_id == p.id).cloned().collect(),
        })
        .collect())
}

/// All stages of all pipelines, in order.
pub async fn stages(tx: &mut Tx) -> Result<Vec<Stage>> {
    let rows = sqlx::query!(
        r#"select id as "id: StageId", pipeline_id as "pipeline_id: PipelineId", name, position, probability, kind from stage order by pipeline_id, position, id"#
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Stage {
                id: r.id,
                pipeline_id: r.pipeline_id,
                name: r.name,
                position: r.position,
                probability: r.probability,
                kind: r.kind.parse()?,
            })
        })
        .collect()
}

/// One stage.
///
/// # Errors
/// 422 on `stage_id` when there is none.
pub async fn stage(tx: &mut Tx, id: StageId) -> Result<Stage> {
    let all = stages(tx).await?;
    all.into_iter()
        .find(|s| s.id == id)
        .ok_or_else(|| Error::field("stage_id", "unknown_reference", "there is no such stage"))
}

/// The pipeline, or the first one.
///
/// # Errors
/// 404 when there is none.
pub async fn find(tx: &mut Tx, id: Option<PipelineId>) -> Result<Pipeline> {
    let all = list(tx).await?;
    all.into_iter().find(|p| id.is_none_or(|id| p.id == id)).or_not_found("pipeline")
}

/// Adds a pipeline and its stages.
pub async fn insert(tx: &mut Tx, pipeline: &Pipeline) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into pipeline (org_id, id, name, position) values ($1, $2, $3, $4)",
        org,
        pipeline.id.0,
        pipeline.name,
        pipeline.position
    )
    .execute(tx.db())
    .await?;
    for stage in &pipeline.stages {
        sqlx::query!(
            "insert into stage (org_id, id, pipeline_id, name, position, probability, kind) values ($1, $2, $3, $4, $5, $6, $7)",
            org,
            stage.id.0,
            pipeline.id.0,
            stage.name,
            stage.position,
            stage.probability,
            stage.kind.as_str(),
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}
