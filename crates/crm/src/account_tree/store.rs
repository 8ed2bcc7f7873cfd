//! The SQL of trees of accounts.

use chrono::NaiveDate;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, TeamId, UserId};
use dealwright_store::Tx;
use uuid::Uuid;

use crate::record::Ref;

/// An account in its tree.
#[derive(Debug)]
pub struct Row {
    pub id: AccountId,
    pub name: String,
    pub parent_id: Option<AccountId>,
    pub owner_id: UserId,
    pub owner_name: String,
    pub team_id: Option<TeamId>,
    pub version: i64,
    pub shared_to_edit: bool,
    pub open_count: i64,
    pub open_minor: i64,
    pub won_count: i64,
    pub won_minor: i64,
    pub people: i64,
}

/// The accounts above one, the topmost first, up to the first that the actor may not see.
pub async fn ancestors(tx: &mut Tx, id: AccountId) -> Result<Vec<Ref>> {
    let rows = sqlx::query!(
        r#"with recursive up as (
               select a.org_id, a.id, a.name, a.parent_id, 0 as height from account a where a.org_id = $1 and a.id = $2
               union all
               select a.org_id, a.id, a.name, a.parent_id, up.height + 1 from up join account a on a.org_id = up.org_id and a.id = up.parent_id
               where a.deleted_at is null and up.height < 50
           )
           select id as "id!", name as "name!" from up where height > 0 order by height desc"#,
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| Ref { id: r.id, name: r.name }).collect())
}

/// An account and those below it, level by level, with what each comes to alone; one more than are shown. Deals that were
/// won count from `since` on.
pub async fn walk(tx: &mut Tx, top: Uuid, since: NaiveDate) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        r#"with recursive down as (
               select a.org_id, a.id, null::uuid as parent_id, 0 as depth from account a where a.org_id = $1 and a.id = $2 and a.deleted_at is null
               union all
               select a.org_id, a.id, a.parent_id, down.depth + 1 from down join account a on a.org_id = down.org_id and a.parent_id = down.id
               where a.deleted_at is null and down.depth < 50
           ),
           tree as materialized (select * from down limit $4),
           deals as (
               select o.account_id, count(*) filter (where s.kind = 'open') as open_count,
                      sum(o.amount_base) filter (where s.kind = 'open') as open_minor,
                      count(*) filter (where s.kind = 'won') as won_count, sum(o.amount_base) filter (where s.kind = 'won') as won_minor
               from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id
               where o.org_id = $1 and o.account_id = any (array(select t.id from tree t)) and o.deleted_at is null and o.archived_at is null
                 and (s.kind = 'open' or (s.kind = 'won' and coalesce(o.close_date, o.closed_at::date) >= $3))
               group by 1
           ),
           people as (
               select c.account_id, count(*) as n from contact c
               where c.org_id = $1 and c.account_id = any (array(select t.id from tree t)) and c.deleted_at is null group by 1
           )
           select a.id as "id: AccountId", a.name, t.parent_id as "parent_id: AccountId", a.owner_id as "owner_id: UserId", u.name as owner_name,
                  a.team_id as "team_id: TeamId", a.version,
                  (select app.principals()) <> '{}' and app.edits_until('account', a.id) is not null as "shared_to_edit!",
                  coalesce(d.open_count, 0) as "open_count!", coalesce(d.open_minor, 0)::bigint as "open_minor!",
                  coalesce(d.won_count, 0) as "won_count!", coalesce(d.won_minor, 0)::bigint as "won_minor!", coalesce(p.n, 0) as "people!"
           from tree t join account a on a.org_id = t.org_id and a.id = t.id
           join app_user u on u.org_id = a.org_id and u.id = a.owner_id
           left join deals d on d.account_id = t.id left join people p on p.account_id = t.id
           order by t.depth, a.name_sort, a.id"#,
        tx.org().0,
        top,
        since,
        super::MAX_NODES + 1,
    )
    .fetch_all(tx.db())
    .await?)
}

/// What an account came to in a time, alone or with those below it.
#[derive(Clone, Copy, Debug)]
pub struct Came {
    pub open_count: i64,
    pub open_minor: i64,
    pub won_count: i64,
    pub won_minor: i64,
}

/// Deals that were won from `from` to before `to`, and open ones that are to close before `to`.
pub async fn came_to(tx: &mut Tx, id: AccountId, with_below: bool, from: NaiveDate, to: NaiveDate) -> Result<Came> {
    Ok(sqlx::query_as!(
        Came,
        r#"with recursive tree as (
               select a.org_id, a.id from account a where a.org_id = $1 and a.id = $2
               union
               select a.org_id, a.id from tree join account a on a.org_id = tree.org_id and a.parent_id = tree.id where $3 and a.deleted_at is null
           )
           select count(*) filter (where s.kind = 'open') as "open_count!",
                  coalesce(sum(o.amount_base) filter (where s.kind = 'open'), 0)::bigint as "open_minor!",
                  count(*) filter (where s.kind = 'won') as "won_count!",
                  coalesce(sum(o.amount_base) filter (where s.kind = 'won'), 0)::bigint as "won_minor!"
           from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id
           where o.org_id = $1 and o.account_id = any (array(select t.id from tree t)) and o.deleted_at is null and o.archived_at is null
             and ((s.kind = 'open' and o.close_date < $5)
                  or (s.kind = 'won' and coalesce(o.close_date, o.closed_at::date) >= $4 and coalesce(o.close_date, o.closed_at::date) < $5))"#,
        tx.org().0,
        id.0,
        with_below,
        from,
        to,
    )
    .fetch_one(tx.db())
    .await?)
}
