//! The SQL of who is on a deal.

use std::collections::HashMap;

use dealwright_kernel::Result;
use dealwright_kernel::id::{ChoiceId, ContactId, OpportunityId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{DealContact, Kept};
use crate::record::Ref;

/// Who is on a deal: the primary contact first, with or without a row, then by name; whom the actor may not see last.
pub async fn list(tx: &mut Tx, id: OpportunityId) -> Result<Vec<DealContact>> {
    let rows = sqlx::query!(
        r#"select p.contact_id as "contact_id!: ContactId", c.name as "name?", p.role_id as "role_id: ChoiceId", p.note, p.is_primary as "is_primary!"
           from (
               select contact_id, role_id, note, contact_id is not distinct from
                   (select o.primary_contact_id from opportunity o where o.org_id = $1 and o.id = $2) as is_primary
               from deal_contact where org_id = $1 and opportunity_id = $2
               union all
               select o.primary_contact_id, null, null, true from opportunity o
               where o.org_id = $1 and o.id = $2 and o.primary_contact_id is not null
                 and not exists (select from deal_contact x where x.org_id = $1 and x.opportunity_id = $2 and x.contact_id = o.primary_contact_id)
           ) as p
           left join contact c on c.org_id = $1 and c.id = p.contact_id and c.deleted_at is null
           order by p.is_primary desc, c.name_sort nulls last, p.contact_id"#,
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows.into_iter().map(|r| DealContact {
        contact_id: r.contact_id,
        contact: Ref::of(Some(r.contact_id), r.name),
        role_id: r.role_id,
        note: r.note,
        primary: r.is_primary,
    });
    Ok(rows.collect())
}

/// One row.
pub async fn find(tx: &mut Tx, id: OpportunityId, contact: ContactId) -> Result<Option<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        r#"select contact_id as "contact_id: ContactId", role_id as "role_id: ChoiceId", note from deal_contact
           where org_id = $1 and opportunity_id = $2 and contact_id = $3"#,
        tx.org().0,
        id.0,
        contact.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// How many rows a deal has.
pub async fn count(tx: &mut Tx, id: OpportunityId) -> Result<usize> {
    let org = tx.org().0;
    let n = sqlx::query_scalar!(
        r#"select count(*) as "n!" from deal_contact where org_id = $1 and opportunity_id = $2"#,
        org,
        id.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(usize::try_from(n).unwrap_or(usize::MAX))
}

/// Writes a row.
pub async fn upsert(tx: &mut Tx, id: OpportunityId, kept: &Kept) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into deal_contact (org_id, opportunity_id, contact_id, role_id, note, created_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, opportunity_id, contact_id) do update set role_id = excluded.role_id, note = excluded.note",
        org,
        id.0,
        kept.contact_id.0,
        kept.role_id.map(|r| r.0),
        kept.note,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Keeps a contact on a deal that is no longer its primary one.
pub async fn keep(tx: &mut Tx, id: OpportunityId, contact: ContactId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into deal_contact (org_id, opportunity_id, contact_id, created_at) values ($1, $2, $3, $4) on conflict do nothing",
        org,
        id.0,
        contact.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Removes a row.
pub async fn delete(tx: &mut Tx, id: OpportunityId, contact: ContactId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from deal_contact where org_id = $1 and opportunity_id = $2 and contact_id = $3",
        org,
        id.0,
        contact.0
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Gives a deal the same contacts, roles and notes as another.
pub async fn copy(tx: &mut Tx, from: OpportunityId, to: OpportunityId) -> Result<u64> {
    let (org, now) = (tx.org().0, tx.now());
    let copied = sqlx::query!(
        "insert into deal_contact (org_id, opportunity_id, contact_id, role_id, note, created_at)
         select p.org_id, $3, p.contact_id, p.role_id, p.note, $4 from deal_contact p
         join contact c on c.org_id = p.org_id and c.id = p.contact_id and c.deleted_at is null
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

/// The names of contacts that the actor may see.
pub async fn names(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let org = tx.org().0;
    let rows = sqlx::query!("select id, name from contact where org_id = $1 and id = any ($2)", org, ids)
        .fetch_all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name)).collect())
}
