//! The retention of the trash: each day, and a batch a transaction, what has been there for longer than its organisation
//! keeps it is removed for good. Each record leaves an entry in the audit log.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_store::Database;
use dealwright_store::job::Worker;

const PURGE: &str = "trash.purge";
/// Records of one transaction: what hangs on each is locked until its end.
const BATCH: i32 = 10;

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let database = access.database().clone();
    worker
        .on(PURGE, move |_| {
            let database = database.clone();
            async move { purge(&database).await.map(drop) }
        })
        .every(PURGE, TimeDelta::hours(12))
}

/// Removes what is due in every organisation; answers how many records.
///
/// # Errors
/// When the database is gone.
pub async fn purge(database: &Database) -> Result<i64> {
    let mut all = 0;
    loop {
        let mut tx = database.system().await?;
        let now = database.clock().now();
        let purged =
            sqlx::query_scalar!(r#"select app.purge_due($1, $2) as "n!""#, now, BATCH).fetch_one(tx.db()).await?;
        tx.commit().await?;
        all += purged;
        if purged < i64::from(BATCH) {
            return Ok(all);
        }
    }
}
