//! The SQL of lifecycles: versions, drafts, standings, ticks and the log.

use std::collections::HashMap;

use dealwright_kernel::id::{ChoiceId, OpportunityId, PipelineId, RoleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::Definition;
use serde_json::Value;
use uuid::Uuid;

use super::{LifecycleDraft, LifecycleVersion};
use crate::record::Ref;

fn read(definition: Value) -> Result<Definition> {
    serde_json::from_value(definition).map_err(Error::internal)
}

fn written(definition: &Definition) -> Result<Value> {
    serde_json::to_value(definition).map_err(Error::internal)
}

/// A version of a pipeline, or its newest, with its number.
pub async fn definition(tx: &mut Tx, pipeline: PipelineId, number: Option<i32>) -> Result<Option<(i32, Definition)>> {
    let row = sqlx::query!(
        "select number, definition from pipeline_version
         where org_id = $1 and pipeline_id = $2 and ($3::int is null or number = $3) order by number desc limit 1",
        tx.org().0,
        pipeline.0,
        number,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| Ok((r.number, read(r.definition)?))).transpose()
}

/// The versions of a pipeline, the newest first.
pub async fn versions(tx: &mut Tx, pipeline: PipelineId) -> Result<Vec<LifecycleVersion>> {
    let rows = sqlx::query!(
        r#"select v.number, v.note, v.published_by, u.name as "publisher?", v.published_at, coalesce(d.n, 0) as "open_deals!"
           from pipeline_version v
           left join app_user u on u.org_id = v.org_id and u.id = v.published_by
           left join (select o.lifecycle_version, count(*) as n from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id and s.kind = 'open'
                      where o.org_id = $1 and s.pipeline_id = $2 and o.deleted_at is null group by o.lifecycle_version) d
             on d.lifecycle_version = v.number
           where v.org_id = $1 and v.pipeline_id = $2 order by v.number desc limit 200"#,
        tx.org().0,
        pipeline.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| LifecycleVersion {
            number: r.number,
            note: r.note,
            published_by: Ref::of(r.published_by, r.publisher),
            published_at: r.published_at,
            open_deals: r.open_deals,
        })
        .collect())
}

/// Adds the next version; its number.
pub async fn publish(
    tx: &mut Tx,
    pipeline: PipelineId,
    definition: &Definition,
    note: Option<&str>,
    by: UserId,
) -> Result<i32> {
    let (org, now, definition) = (tx.org().0, tx.now(), written(definition)?);
    Ok(sqlx::query_scalar!(
        "insert into pipeline_version (org_id, pipeline_id, number, definition, note, published_by, published_at)
         select $1, $2, max(number) + 1, $3, $4, $5, $6 from pipeline_version where org_id = $1 and pipeline_id = $2 returning number",
        org,
        pipeline.0,
        definition,
        note,
        by.0,
        now,
    )
    .fetch_one(tx.db())
    .await?)
}

/// The draft of a pipeline.
pub async fn draft(tx: &mut Tx, pipeline: PipelineId) -> Result<Option<LifecycleDraft>> {
    let row = sqlx::query!(
        "select d.definition, d.version, d.updated_by, d.updated_at, u.name from pipeline_draft d
         join app_user u on u.org_id = d.org_id and u.id = d.updated_by where d.org_id = $1 and d.pipeline_id = $2",
        tx.org().0,
        pipeline.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| {
        let updated_by = Ref { id: r.updated_by, name: r.name };
        Ok(LifecycleDraft { definition: read(r.definition)?, version: r.version, updated_by, updated_at: r.updated_at })
    })
    .transpose()
}

/// Writes the draft.
pub async fn save_draft(tx: &mut Tx, pipeline: PipelineId, definition: &Definition, by: UserId) -> Result<()> {
    let (org, now, definition) = (tx.org().0, tx.now(), written(definition)?);
    sqlx::query!(
        "insert into pipeline_draft as d (org_id, pipeline_id, definition, updated_by, updated_at) values ($1, $2, $3, $4, $5)
         on conflict (org_id, pipeline_id) do update
         set definition = excluded.definition, updated_by = excluded.updated_by, updated_at = excluded.updated_at, version = d.version + 1",
        org,
        pipeline.0,
        definition,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Throws the draft away.
pub async fn drop_draft(tx: &mut Tx, pipeline: PipelineId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from pipeline_draft where org_id = $1 and pipeline_id = $2", org, pipeline.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// The values of the list of document types, by id.
pub async fn document_types(tx: &mut Tx) -> Result<HashMap<ChoiceId, String>> {
    let rows = sqlx::query!(
        r#"select id as "id: ChoiceId", name from choice where org_id = $1 and kind = 'document_type'"#,
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}

/// The roles that there are.
pub async fn roles(tx: &mut Tx) -> Result<Vec<RoleId>> {
    Ok(sqlx::query_scalar!(r#"select id as "id: RoleId" from role where org_id = $1"#, tx.org().0)
        .fetch_all(tx.db())
        .await?)
}

/// What deals have that they are judged by.
#[derive(Debug)]
pub struct Row {
    pub id: Uuid,
    pub pipeline: PipelineId,
    pub number: i32,
    pub documents: Vec<ChoiceId>,
    pub ticked: Vec<Uuid>,
}

/// The standings of deals that the actor sees. A file that a scanner holds back is no document.
pub async fn standings(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select o.id, o.pipeline_id as "pipeline: PipelineId", o.lifecycle_version,
                  array(select f.document_type_id from file f join file_version v on v.org_id = f.org_id and v.file_id = f.id and v.number = f.latest
                        where f.org_id = o.org_id and f.opportunity_id = o.id and f.deleted_at is null and f.document_type_id is not null
                          and v.state in ('clean', 'unscanned')) as "documents!: Vec<Uuid>",
                  array(select t.item_id from checklist_tick t where t.org_id = o.org_id and t.opportunity_id = o.id) as "ticked!: Vec<Uuid>"
           from opportunity o where o.org_id = $1 and o.id = any ($2)"#,
        tx.org().0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Row {
            id: r.id,
            pipeline: r.pipeline,
            number: r.lifecycle_version,
            documents: r.documents.into_iter().map(ChoiceId).collect(),
            ticked: r.ticked,
        })
        .collect())
}

/// Open deals of a pipeline, in order, after `after`.
pub async fn open_deals(tx: &mut Tx, pipeline: PipelineId, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select o.id from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id and s.kind = 'open'
         where o.org_id = $1 and s.pipeline_id = $2 and o.deleted_at is null and o.id > $3 order by o.id limit $4",
        tx.org().0,
        pipeline.0,
        after,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Deals that are to run under another version.
#[derive(Debug)]
pub struct Behind {
    pub id: OpportunityId,
    pub name: String,
    pub version: i64,
    pub account_id: Option<Uuid>,
    pub primary_contact_id: Option<Uuid>,
    pub from: i32,
}

/// Deals of a pipeline that do not run under its version `number`: the open ones, or these.
pub async fn behind(
    tx: &mut Tx,
    pipeline: PipelineId,
    number: i32,
    only: Option<&[Uuid]>,
    limit: i64,
) -> Result<Vec<Behind>> {
    Ok(sqlx::query_as!(
        Behind,
        r#"select o.id as "id: OpportunityId", o.name, o.version, o.account_id, o.primary_contact_id, o.lifecycle_version as "from"
           from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id
           where o.org_id = $1 and o.pipeline_id = $2 and o.deleted_at is null and o.lifecycle_version <> $3
             and case when $4::uuid[] is null then s.kind = 'open' else o.id = any ($4) end
           order by o.id limit $5"#,
        tx.org().0,
        pipeline.0,
        number,
        only,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Has deals run under a version from now on; how many do.
pub async fn adopt(tx: &mut Tx, ids: &[Uuid], number: i32) -> Result<u64> {
    let org = tx.org().0;
    let done = sqlx::query!(
        "update opportunity set lifecycle_version = $3 where org_id = $1 and id = any ($2)",
        org,
        ids,
        number
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected())
}

/// Ticks an item; false when it is ticked already.
pub async fn tick(tx: &mut Tx, deal: OpportunityId, item: Uuid, by: UserId) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let done = sqlx::query!(
        "insert into checklist_tick (org_id, opportunity_id, item_id, ticked_by, ticked_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
        org,
        deal.0,
        item,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a tick away; false when there is none.
pub async fn untick(tx: &mut Tx, deal: OpportunityId, item: Uuid) -> Result<bool> {
    let org = tx.org().0;
    let done = sqlx::query!(
        "delete from checklist_tick where org_id = $1 and opportunity_id = $2 and item_id = $3",
        org,
        deal.0,
        item
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Who ticked what.
#[derive(Debug)]
pub struct Tick {
    pub item_id: Uuid,
    pub ticked_by: Uuid,
    pub name: String,
    pub ticked_at: chrono::DateTime<chrono::Utc>,
}

/// The ticks of a deal.
pub async fn ticks(tx: &mut Tx, deal: OpportunityId) -> Result<Vec<Tick>> {
    Ok(sqlx::query_as!(
        Tick,
        "select t.item_id, t.ticked_by, u.name, t.ticked_at from checklist_tick t join app_user u on u.org_id = t.org_id and u.id = t.ticked_by
         where t.org_id = $1 and t.opportunity_id = $2",
        tx.org().0,
        deal.0,
    )
    .fetch_all(tx.db())
    .await?)
}
