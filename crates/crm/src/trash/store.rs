//! The SQL of the trash.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Actor;
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Cursor, Page, Result};
use dealwright_store::Tx;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{TrashItem, TrashObject};

#[derive(sqlx::FromRow)]
struct Row {
    object: String,
    id: Uuid,
    name: String,
    deleted_at: DateTime<Utc>,
    owner_id: UserId,
    team_id: Option<TeamId>,
    deleted_by: Option<String>,
    parent: Option<String>,
}

/// Files, with whose the record is that they are on: as far as that is not in the trash itself.
const FILES: &str = "select 'file'::text as object, f.id, f.name, f.deleted_at, p.owner_id, p.team_id, p.object as parent
    from (select * from file where deleted_at is not null) f cross join lateral (
        select 'opportunity' as object, o.owner_id, o.team_id from opportunity o where o.org_id = f.org_id and o.id = f.opportunity_id and o.deleted_at is null
        union all select 'account', a.owner_id, a.team_id from account a where a.org_id = f.org_id and a.id = f.account_id and a.deleted_at is null
        union all select 'contact', c.owner_id, c.team_id from contact c where c.org_id = f.org_id and c.id = f.contact_id and c.deleted_at is null
        union all select 'lead', l.owner_id, l.team_id from lead l where l.org_id = f.org_id and l.id = f.lead_id and l.deleted_at is null) p";

const FINGERPRINT: &str = "trash";

/// A page of what is in the trash and the actor may see, the last deleted first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(
    tx: &mut Tx,
    actor: &Actor,
    objects: &[TrashObject],
    limit: u16,
    cursor: Option<&str>,
) -> Result<Page<TrashItem>> {
    let after = cursor.map(|text| Cursor::<(DateTime<Utc>, Uuid)>::decode(text, FINGERPRINT)).transpose()?;
    let keeps = TimeDelta::days(days(tx).await?.into());
    let org = tx.org().0;
    let mut sql = QueryBuilder::<Postgres>::new("select r.*, e.actor_name as deleted_by from (");
    for (n, object) in objects.iter().enumerate() {
        let (name, owner) = match object {
            TrashObject::Task => ("title", "assignee_id"),
            TrashObject::Activity => ("coalesce(subject, kind)", "owner_id"),
            _ => ("name", "owner_id"),
        };
        sql.push(if n == 0 { "(" } else { " union all (" });
        if *object == TrashObject::File {
            sql.push(FILES);
        } else {
            sql.push(format_args!(
                "select '{0}'::text as object, id, {name} as name, deleted_at, {owner} as owner_id, team_id, null::text as parent from {0}",
                object.as_str()
            ));
        }
        sql.push(" where org_id = ").push_bind(org).push(" and deleted_at is not null");
        if let Some(Cursor { keys: (at, id), .. }) = &after {
            sql.push(" and (deleted_at, id) < (").push_bind(*at).push(", ").push_bind(*id).push(")");
        }
        sql.push(" order by deleted_at desc, id desc limit ").push_bind(i64::from(limit) + 1).push(")");
    }
    sql.push(
        ") r left join lateral (select e.actor_name from event e where e.subject_id = r.id and e.type = r.object || '.deleted' and e.org_id = ",
    );
    sql.push_bind(org).push(" order by e.at desc limit 1) e on true order by r.deleted_at desc, r.id desc limit ");
    sql.push_bind(i64::from(limit) + 1);
    let mut rows: Vec<Row> = sql.build_query_as().fetch_all(tx.db()).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.deleted_at, r.id));
    let next_cursor = last.map(|keys| Cursor { query: FINGERPRINT.to_owned(), keys }.encode()).transpose()?;
    let now = tx.now();
    let items = rows.into_iter().map(|row| row.into_item(actor, keeps, now)).collect::<Result<_>>()?;
    Ok(Page { items, next_cursor, total: None.into() })
}

impl Row {
    fn into_item(self, actor: &Actor, keeps: TimeDelta, now: DateTime<Utc>) -> Result<TrashItem> {
        let object: TrashObject = self.object.parse()?;
        let parent = self.parent.map(|p| p.parse()).transpose()?;
        let purge_at = self.deleted_at + keeps;
        Ok(TrashItem {
            object,
            id: self.id,
            name: self.name,
            deleted_at: self.deleted_at,
            deleted_by: self.deleted_by,
            purge_at,
            days_left: (purge_at - now).num_days().max(0),
            may_restore: actor.reaches(object.permission(parent), self.owner_id, self.team_id),
        })
    }
}

/// How many days the organisation keeps what is deleted.
pub async fn days(tx: &mut Tx) -> Result<i32> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select trash_days from organisation where id = $1", org).fetch_one(tx.db()).await?)
}

/// Removes a record of the actor's organisation from the trash; its name, or none when it is not there.
pub async fn purge(tx: &mut Tx, object: TrashObject, id: Uuid) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("select app.purge($1, $2)", object.as_str(), id).fetch_one(tx.db()).await?)
}
