//! The SQL of managed lists.

use dealwright_kernel::Result;
use dealwright_kernel::id::{ChoiceId, PipelineId, StageId};
use dealwright_store::Tx;
use dealwright_workflow::StageKind;

use super::{Choice, STARTERS};
use crate::pipeline::{self, Pipeline, Stage};

/// All values of all lists, in order.
pub async fn list(tx: &mut Tx) -> Result<Vec<Choice>> {
    Ok(sqlx::query_as!(
        Choice,
        r#"select id as "id: ChoiceId", kind, name, position from choice order by kind, position, id"#
    )
    .fetch_all(tx.db())
    .await?)
}

/// Adds values that are not there yet (by name, ignoring case), behind the others.
pub async fn insert(tx: &mut Tx, kind: &str, names: &[String]) -> Result<()> {
    let ids: Vec<_> = names.iter().map(|_| tx.new_id()).collect();
    let org = tx.org().0;
    sqlx::query!(
        "insert into choice (org_id, id, kind, name, position)
         select $1, n.id, $2, n.name, (select coalesce(max(position), -1) from choice where org_id = $1 and kind = $2) + n.n
         from unnest($3::uuid[], $4::text[]) with ordinality as n (id, name, n)
         on conflict (org_id, kind, lower(name)) do nothing",
        org,
        kind,
        &ids,
        names,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Gives a new organisation its master data: one pipeline and the managed lists. Does nothing when it has a pipeline.
pub async fn provision(tx: &mut Tx) -> Result<()> {
    if !pipeline::store::list(tx).await?.is_empty() {
        return Ok(());
    }
    let pipeline_id = PipelineId(tx.new_id());
    let stages = [
        ("Prospecting", 10, StageKind::Open),
        ("Qualified", 25, StageKind::Open),
        ("Engaging", 40, StageKind::Open),
        ("Proposal", 60, StageKind::Open),
        ("Negotiation", 80, StageKind::Open),
        ("Won", 100, StageKind::Won),
        ("Lost", 0, StageKind::Lost),
    ];
    let stages = (0..).zip(stages).map(|(position, (name, probability, kind))| Stage {
        id: StageId(tx.new_id()),
        pipeline_id,
        name: name.into(),
        position,
        probability,
        kind,
    });
    let stages = stages.collect();
    pipeline::store::insert(tx, &Pipeline { id: pipeline_id, name: "Sales".into(), position: 0, stages }).await?;
    for (kind, names) in STARTERS {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        insert(tx, kind, &names).await?;
    }
    Ok(())
}
