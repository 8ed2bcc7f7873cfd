//! The SQL of transfers: which records of one owner.

use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::Tx;
use uuid::Uuid;

use crate::handover::{Include, Kind};

/// Live records of one owner that the caller sees, by id after `after`.
pub async fn owned(
    tx: &mut Tx,
    kind: Kind,
    owner: UserId,
    include: Include,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>> {
    let (org, all) = (tx.org().0, include == Include::All);
    let found = match kind {
        Kind::Opportunity => {
            sqlx::query_scalar!(
                "select id from opportunity where org_id = $1 and owner_id = $2 and deleted_at is null and id > $3 and ($4 or closed_at is null) order by id limit $5",
                org, owner.0, after, all, limit
            )
            .fetch_all(tx.db())
            .await
        }
        Kind::Account => {
            sqlx::query_scalar!(
                "select id from account where org_id = $1 and owner_id = $2 and deleted_at is null and id > $3 order by id limit $4",
                org, owner.0, after, limit
            )
            .fetch_all(tx.db())
            .await
        }
        Kind::Contact => {
            sqlx::query_scalar!(
                "select id from contact where org_id = $1 and owner_id = $2 and deleted_at is null and id > $3 order by id limit $4",
                org, owner.0, after, limit
            )
            .fetch_all(tx.db())
            .await
        }
        Kind::Lead => {
            sqlx::query_scalar!(
                "select id from lead where org_id = $1 and owner_id = $2 and deleted_at is null and id > $3 and ($4 or converted_at is null) order by id limit $5",
                org, owner.0, after, all, limit
            )
            .fetch_all(tx.db())
            .await
        }
        Kind::Task => {
            sqlx::query_scalar!(
                "select id from task where org_id = $1 and assignee_id = $2 and deleted_at is null and id > $3 and ($4 or done_at is null) order by id limit $5",
                org, owner.0, after, all, limit
            )
            .fetch_all(tx.db())
            .await
        }
    };
    Ok(found?)
}
