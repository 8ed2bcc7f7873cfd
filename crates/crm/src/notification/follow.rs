//! Who follows which record. Whoever owns one follows it, and whoever was mentioned on one; who says that they do not is not
//! made to again.

use dealwright_access::Actor;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::Ref;
use crate::words::words;

words! {
    /// What can be followed.
    FollowedObject, "object" { Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead" }
}

/// Whether one follows a record, and who does.
#[derive(Debug, Serialize, ToSchema)]
pub struct Followers {
    pub following: bool,
    /// Who follows, by name; at most 200.
    pub items: Vec<Ref>,
}

/// Whether the actor sees the record.
pub(super) async fn sees(tx: &mut Tx, object: FollowedObject, record: Uuid) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"select app.sees_notified($1, $2, null) as "sees!""#, object.as_str(), record)
        .fetch_one(tx.db())
        .await?)
}

/// Who follows a record.
pub(super) async fn of(tx: &mut Tx, actor: &Actor, object: FollowedObject, record: Uuid) -> Result<Followers> {
    let org = tx.org().0;
    let items = sqlx::query_as!(
        Ref,
        "with owner as (
             select o.owner_id as id from opportunity o where $2 = 'opportunity' and o.org_id = $1 and o.id = $3
             union all select a.owner_id from account a where $2 = 'account' and a.org_id = $1 and a.id = $3
             union all select c.owner_id from contact c where $2 = 'contact' and c.org_id = $1 and c.id = $3
             union all select l.owner_id from lead l where $2 = 'lead' and l.org_id = $1 and l.id = $3
         )
         select u.id, u.name from app_user u
         left join follow f on f.org_id = u.org_id and f.user_id = u.id and f.object = $2 and f.record_id = $3
         where u.org_id = $1 and u.active and coalesce(f.following, u.id = any (select owner.id from owner))
           and (f.user_id is not null or u.id in (select owner.id from owner))
         order by u.id <> $4, lower(u.name), u.id limit 200",
        org,
        object.as_str(),
        record,
        actor.user.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(Followers { following: items.iter().any(|who| who.id == actor.user.0), items })
}

/// Follows a record, or does not any more.
pub(super) async fn set(
    tx: &mut Tx,
    actor: &Actor,
    object: FollowedObject,
    record: Uuid,
    following: bool,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into follow (org_id, user_id, object, record_id, following, reason, created_at) values ($1, $2, $3, $4, $5, 'chosen', $6)
         on conflict (org_id, user_id, object, record_id) do update set following = excluded.following, reason = 'chosen'",
        org,
        actor.user.0,
        object.as_str(),
        record,
        following,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
