//! The SQL of pipelines and stages.

use std::collections::HashMap;

use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{PipelineId, StageId, TeamId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Pipeline, PipelineFields, Stage, StageFields};
use crate::opportunity::ForecastCategory;

/// All pipelines with their stages, in order; those that the caller may put deals into come before the others.
pub async fn list(tx: &mut Tx) -> Result<Vec<Pipeline>> {
    let stages = stages(tx).await?;
    let (org, user) = (tx.org().0, tx.user().map(|u| u.0));
    // A team uses what is given to it or to a team above it; who leads the teams below uses theirs too.
    let pipelines = sqlx::query!(
        r#"with recursive above as (
               select t.id, t.parent_id from team t join app_user u on u.org_id = t.org_id and u.team_id = t.id where u.org_id = $1 and u.id = $2
               union select t.id, t.parent_id from team t join above a on t.org_id = $1 and t.id = a.parent_id
           )
           select p.id as "id: PipelineId", p.name, p.position, p.version, p.archived_at is not null as "archived!",
                  array(select g.team_id from pipeline_team g where g.org_id = p.org_id and g.pipeline_id = p.id order by g.team_id) as "teams!: Vec<Uuid>",
                  (app.scope('pipeline.update') = 'all' or $2::uuid is null
                   or not exists (select from pipeline_team g where g.org_id = p.org_id and g.pipeline_id = p.id)
                   or exists (select from pipeline_team g where g.org_id = p.org_id and g.pipeline_id = p.id
                              and (g.team_id = any (app.teams()) or g.team_id in (select id from above)))) as "usable!"
           from pipeline p where p.org_id = $1 order by p.archived_at is not null, p.position, p.id"#,
        org,
        user,
    )
    .fetch_all(tx.db())
    .await?;
    let mut pipelines: Vec<Pipeline> = pipelines
        .into_iter()
        .map(|p| Pipeline {
            id: p.id,
            name: p.name,
            position: p.position,
            archived: p.archived,
            team_ids: p.teams.into_iter().map(TeamId).collect(),
            usable: p.usable,
            version: p.version,
            stages: stages.iter().filter(|s| s.pipeline_id == p.id).cloned().collect(),
        })
        .collect();
    pipelines.sort_by_key(|p| !p.takes_deals());
    Ok(pipelines)
}

/// All stages of all pipelines, in order.
pub async fn stages(tx: &mut Tx) -> Result<Vec<Stage>> {
    let rows = sqlx::query!(
        r#"select id as "id: StageId", pipeline_id as "pipeline_id: PipelineId", name, position, probability, kind, colour, required_fields, wip_limit, wip_policy, forecast_category, version
           from stage order by pipeline_id, position, id"#
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
                colour: r.colour.map(|c| c.parse()).transpose()?,
                required_fields: r.required_fields,
                wip_limit: r.wip_limit,
                wip_policy: r.wip_policy.parse()?,
                forecast_category: r.forecast_category.map(|c| c.parse()).transpose()?,
                version: r.version,
            })
        })
        .collect()
}

/// One stage.
///
/// # Errors
/// 422 on `stage_id` when there is none.
pub async fn stage(tx: &mut Tx, id: StageId) -> Result<Stage> {
    super::among(&stages(tx).await?, id)
}

/// The pipeline, or the first one.
///
/// # Errors
/// 404 when there is none.
pub async fn find(tx: &mut Tx, id: Option<PipelineId>) -> Result<Pipeline> {
    let all = list(tx).await?;
    all.into_iter().find(|p| id.is_none_or(|id| p.id == id)).or_not_found("pipeline")
}

/// Lets one writer at a time shape the organisation's pipelines: their rules span rows.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0.to_string();
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('pipelines:' || $1, 0))", org)
        .fetch_one(tx.db())
        .await?;
    Ok(())
}

fn pipeline_taken() -> Error {
    Error::conflict("pipeline_name_taken", "there is a pipeline of this name already").on("name")
}

fn stage_taken() -> Error {
    Error::conflict("stage_name_taken", "the pipeline has a stage of this name already").on("name")
}

/// Adds a pipeline and its stages.
///
/// # Errors
/// 409 `pipeline_name_taken` or `stage_name_taken`; 422 when a team does not exist.
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
    .await
    .on_constraint("pipeline_name_key", pipeline_taken)?;
    set_teams(tx, pipeline.id, &pipeline.team_ids).await?;
    for stage in &pipeline.stages {
        insert_stage(tx, stage).await?;
    }
    Ok(())
}

async fn set_teams(tx: &mut Tx, id: PipelineId, teams: &[TeamId]) -> Result<()> {
    let (org, teams) = (tx.org().0, teams.iter().map(|t| t.0).collect::<Vec<_>>());
    sqlx::query!("delete from pipeline_team where org_id = $1 and pipeline_id = $2", org, id.0)
        .execute(tx.db())
        .await?;
    sqlx::query!(
        "insert into pipeline_team (org_id, pipeline_id, team_id) select distinct $1::uuid, $2::uuid, t from unnest($3::uuid[]) t",
        org,
        id.0,
        &teams
    )
    .execute(tx.db())
    .await
    .on_constraint("pipeline_team_org_id_team_id_fkey", || {
        Error::field("team_ids", "unknown_reference", "there is no such team")
    })?;
    Ok(())
}

/// Writes the fields if the pipeline is still at `version`; false when it is not.
///
/// # Errors
/// 409 `pipeline_name_taken`; 422 when a team does not exist.
pub async fn update(tx: &mut Tx, id: PipelineId, version: i64, f: &PipelineFields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update pipeline set name = $4, archived_at = case when $5 then coalesce(archived_at, $6) end, updated_at = $6, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.archived,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("pipeline_name_key", pipeline_taken)?;
    set_teams(tx, id, &f.team_ids).await?;
    Ok(written.rows_affected() == 1)
}

/// Raises a pipeline's version: its stages or their order have changed.
pub async fn touch(tx: &mut Tx, id: PipelineId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update pipeline set version = version + 1, updated_at = $3 where org_id = $1 and id = $2",
        org,
        id.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts pipelines into this order.
pub async fn set_order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update pipeline p set position = n.n::int - 1, version = version + 1
         from unnest($2::uuid[]) with ordinality as n (id, n) where p.org_id = $1 and p.id = n.id and p.position <> n.n::int - 1",
        org,
        ids
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts stages into this order.
pub async fn set_stage_order(tx: &mut Tx, ids: &[Uuid]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update stage s set position = n.n::int - 1, version = version + 1
         from unnest($2::uuid[]) with ordinality as n (id, n) where s.org_id = $1 and s.id = n.id and s.position <> n.n::int - 1",
        org,
        ids
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Removes a pipeline that no deal is in, with its stages.
pub async fn delete(tx: &mut Tx, id: PipelineId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from stage where org_id = $1 and pipeline_id = $2", org, id.0).execute(tx.db()).await?;
    sqlx::query!("delete from pipeline where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await?;
    Ok(())
}

/// Adds a stage.
///
/// # Errors
/// 409 `stage_name_taken`.
pub async fn insert_stage(tx: &mut Tx, stage: &Stage) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into stage (org_id, id, pipeline_id, name, position, probability, kind, colour, required_fields, wip_limit, forecast_category, wip_policy)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        org,
        stage.id.0,
        stage.pipeline_id.0,
        stage.name,
        stage.position,
        stage.probability,
        stage.kind.as_str(),
        stage.colour.map(super::Colour::as_str),
        &stage.required_fields,
        stage.wip_limit,
        stage.forecast_category.map(ForecastCategory::as_str),
        stage.wip_policy.as_str(),
    )
    .execute(tx.db())
    .await
    .on_constraint("stage_name_key", stage_taken)?;
    Ok(())
}

/// Writes the fields if the stage is still at `version`; false when it is not.
///
/// # Errors
/// 409 `stage_name_taken`.
pub async fn update_stage(tx: &mut Tx, id: StageId, version: i64, f: &StageFields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update stage set name = $4, probability = $5, kind = $6, colour = $7, required_fields = $8, wip_limit = $9, updated_at = $10, forecast_category = $11, wip_policy = $12, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.probability,
        f.kind.as_str(),
        f.colour.map(super::Colour::as_str),
        &f.required_fields,
        f.wip_limit,
        now,
        f.forecast_category.map(ForecastCategory::as_str),
        f.wip_policy.as_str(),
    )
    .execute(tx.db())
    .await
    .on_constraint("stage_name_key", stage_taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a stage that no deal is in.
///
/// # Errors
/// 409 `try_again` when a deal has entered it meanwhile.
pub async fn delete_stage(tx: &mut Tx, id: StageId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from stage where org_id = $1 and id = $2", org, id.0)
        .execute(tx.db())
        .await
        .on_constraint("opportunity_org_id_pipeline_id_stage_id_fkey", || {
            Error::conflict("try_again", "a deal has entered the stage meanwhile; try again")
        })?;
    Ok(())
}

/// How many deals, in the bin too and whoever may see them, are in these stages.
pub async fn usage(tx: &mut Tx, stages: &[Uuid]) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select coalesce(sum(app.stage_usage(s)), 0)::bigint as "n!" from unnest($1::uuid[]) s"#,
        stages
    )
    .fetch_one(tx.db())
    .await?)
}

/// How many open deals are in each of these stages, whoever may see them.
pub async fn loads(tx: &mut Tx, stages: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let rows = sqlx::query!(r#"select stage_id as "stage_id!", n as "n!" from app.stage_loads($1)"#, stages)
        .fetch_all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|r| (r.stage_id, r.n)).collect())
}

/// Holds the stage until the transaction ends and counts its open deals, whoever may see them: of two that enter the last
/// place at once, one waits for the other and counts it.
pub async fn hold(tx: &mut Tx, stage: StageId) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select app.hold_stage($1) as "n!""#, stage.0).fetch_one(tx.db()).await?)
}

/// How many live deals in a stage still have its probability.
pub async fn with_default(tx: &mut Tx, stage: &Stage) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select app.stage_default_usage($1, $2) as "n!""#,
        stage.id.0,
        i64::from(stage.probability)
    )
    .fetch_one(tx.db())
    .await?)
}

/// A deal whose probability has followed its stage's.
#[derive(Debug)]
pub struct Followed {
    pub id: Uuid,
    pub name: String,
    pub version: i64,
    pub account_id: Option<Uuid>,
    pub primary_contact_id: Option<Uuid>,
}

/// Gives the live deals of a stage that still have `old` its new probability.
pub async fn follow(tx: &mut Tx, stage: StageId, old: i64, new: i64) -> Result<Vec<Followed>> {
    let (org, now) = (tx.org().0, tx.now());
    Ok(sqlx::query_as!(
        Followed,
        "update opportunity set probability = $4, version = version + 1, updated_at = $5
         where org_id = $1 and stage_id = $2 and probability = $3 and deleted_at is null
         returning id, name, version, account_id, primary_contact_id",
        org,
        stage.0,
        old,
        new,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Ids of the live deals of a stage, in order, after `after`.
pub async fn deals(tx: &mut Tx, stage: StageId, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        "select id from opportunity where org_id = $1 and stage_id = $2 and deleted_at is null and id > $3 order by id limit $4",
        org,
        stage.0,
        after,
        limit
    )
    .fetch_all(tx.db())
    .await?)
}

/// Puts what is in the bin into the stage that takes this one's place.
pub async fn move_bin(tx: &mut Tx, from: StageId, to: &Stage) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update opportunity set stage_id = $3, pipeline_id = $4 where org_id = $1 and stage_id = $2 and deleted_at is not null",
        org,
        from.0,
        to.id.0,
        to.pipeline_id.0
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
