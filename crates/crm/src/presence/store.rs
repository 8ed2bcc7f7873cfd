//! The SQL of presence. Times are the database's: several servers write them, and compare them.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_store::{SystemTx, Tx};
use uuid::Uuid;

use super::{GONE_SECONDS, Here, Present, Stir};
use crate::custom_field::FieldObject;
use crate::record::Ref;

/// Whether the actor sees the record.
pub async fn sees(tx: &mut Tx, object: &str, id: Uuid) -> Result<bool> {
    let seen = sqlx::query_scalar!(r#"select app.sees($1, $2) as "seen!""#, object, id);
    Ok(seen.fetch_one(tx.db()).await?)
}

/// Writes that the actor's page is there, and rings when others want to hear of it.
pub async fn come(tx: &mut Tx, object: FieldObject, id: Uuid, user: Uuid, here: &Here) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "with was as (select field, left_at, seen_at from presence where org_id = $1 and object = $2 and record_id = $3 and user_id = $4 and page = $5),
              now as (insert into presence as p (org_id, object, record_id, user_id, page, field, changed_at, seen_at)
                      values ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp())
                      on conflict (org_id, object, record_id, user_id, page) do update set field = excluded.field, seen_at = excluded.seen_at, left_at = null,
                          changed_at = case when p.left_at is null and p.field is not distinct from excluded.field and p.seen_at > excluded.seen_at - make_interval(secs => $7)
                                       then p.changed_at else excluded.changed_at end)
         select pg_notify('dealwright_presence', 'presence') where not exists
             (select from was where left_at is null and field is not distinct from $6 and seen_at > clock_timestamp() - make_interval(secs => $7))",
        org,
        object.as_str(),
        id,
        user,
        here.page,
        here.field.as_deref(),
        GONE_SECONDS,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(())
}

/// Writes that the actor's page is closed.
pub async fn leave(tx: &mut Tx, object: FieldObject, id: Uuid, user: Uuid, page: Uuid) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "with gone as (update presence set left_at = clock_timestamp(), changed_at = clock_timestamp()
             where org_id = $1 and object = $2 and record_id = $3 and user_id = $4 and page = $5 and left_at is null returning 1)
         select pg_notify('dealwright_presence', 'presence') from gone",
        org,
        object.as_str(),
        id,
        user,
        page,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(())
}

/// Who else is at the record, by name; of several pages of one person, the one where they edit something.
pub async fn others(tx: &mut Tx, object: FieldObject, id: Uuid, user: Uuid) -> Result<Vec<Present>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select p.user_id, u.name, max(p.field) as field from presence p join app_user u on u.org_id = p.org_id and u.id = p.user_id
         where p.org_id = $1 and p.object = $2 and p.record_id = $3 and p.user_id <> $4 and p.left_at is null and p.seen_at > clock_timestamp() - make_interval(secs => $5)
         group by p.user_id, u.name order by u.name, p.user_id limit 50",
        org,
        object.as_str(),
        id,
        user,
        GONE_SECONDS,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| Present { user: Ref { id: r.user_id, name: r.name }, field: r.field }).collect())
}

/// Where somebody has come or gone since, and the moment up to which that is known: a little before now, since what is being
/// written just now may carry an earlier time. Told twice does no harm.
pub async fn stirs(tx: &mut SystemTx, since: Option<DateTime<Utc>>) -> Result<(DateTime<Utc>, Vec<Stir>)> {
    let until =
        sqlx::query_scalar!(r#"select clock_timestamp() - interval '1 second' as "until!""#).fetch_one(tx.db()).await?;
    let Some(since) = since else { return Ok((until, Vec::new())) };
    let stirs = sqlx::query_as!(
        Stir,
        "select distinct org_id as org, object, record_id as record from presence where changed_at > $1 limit 1000",
        since,
    )
    .fetch_all(tx.db())
    .await?;
    Ok((until, stirs))
}

/// Forgets pages that are closed.
pub async fn prune(tx: &mut SystemTx) -> Result<()> {
    sqlx::query!("delete from presence where seen_at < clock_timestamp() - interval '10 minutes'")
        .execute(tx.db())
        .await?;
    Ok(())
}
