//! The SQL of a deal's competitors.

use dealwright_kernel::Result;
use dealwright_kernel::id::{ChoiceId, OpportunityId};
use dealwright_store::Tx;

use super::{DealCompetitor, Kept};

/// A deal's competitors: the one it was lost to first, with or without a row and if it may be told, then in the order of
/// the list.
pub async fn list(tx: &mut Tx, id: OpportunityId, tell_lost_to: bool) -> Result<Vec<DealCompetitor>> {
    let rows = sqlx::query!(
        r#"with deal as (select lost_to_id from opportunity where org_id = $1 and id = $2 and $3)
           select c.id as "competitor_id: ChoiceId", c.name, coalesce(p.standing, 'ahead') as "standing!", p.note as "note?",
                  exists (select from deal where lost_to_id = c.id) as "lost_to!"
           from (select competitor_id as id from deal_competitor where org_id = $1 and opportunity_id = $2
                 union select lost_to_id from deal) as n
           join choice c on c.org_id = $1 and c.id = n.id
           left join deal_competitor p on p.org_id = $1 and p.opportunity_id = $2 and p.competitor_id = c.id
           order by 5 desc, c.position, c.id"#,
        tx.org().0,
        id.0,
        tell_lost_to,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(DealCompetitor {
                competitor_id: r.competitor_id,
                name: r.name,
                standing: r.standing.parse()?,
                note: r.note,
                lost_to: r.lost_to,
            })
        })
        .collect()
}

/// One row.
pub async fn find(tx: &mut Tx, id: OpportunityId, competitor: ChoiceId) -> Result<Option<Kept>> {
    let row = sqlx::query!(
        "select standing, note from deal_competitor where org_id = $1 and opportunity_id = $2 and competitor_id = $3",
        tx.org().0,
        id.0,
        competitor.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|r| Ok(Kept { competitor_id: competitor, standing: r.standing.parse()?, note: r.note })).transpose()
}

/// Writes a row.
pub async fn upsert(tx: &mut Tx, id: OpportunityId, kept: &Kept) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into deal_competitor (org_id, opportunity_id, competitor_id, standing, note, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, opportunity_id, competitor_id) do update set standing = excluded.standing, note = excluded.note",
        org,
        id.0,
        kept.competitor_id.0,
        kept.standing.as_str(),
        kept.note,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Removes a row.
pub async fn delete(tx: &mut Tx, id: OpportunityId, competitor: ChoiceId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from deal_competitor where org_id = $1 and opportunity_id = $2 and competitor_id = $3",
        org,
        id.0,
        competitor.0
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Gives a deal the same competitors as another, all in the race.
pub async fn copy(tx: &mut Tx, from: OpportunityId, to: OpportunityId) -> Result<u64> {
    let (org, now) = (tx.org().0, tx.now());
    let copied = sqlx::query!(
        "insert into deal_competitor (org_id, opportunity_id, competitor_id, note, created_at)
         select p.org_id, $3, p.competitor_id, p.note, $4 from deal_competitor p
         where p.org_id = $1 and p.opportunity_id = $2 on conflict do nothing",
        org,
        from.0,
        to.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(copied.rows_affected())
}
