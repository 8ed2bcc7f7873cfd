//! Open deals follow the rates: when one changes, and each day, since a rate may have been set ahead. The amounts in the
//! organisation's currency are no field that anybody writes, so deals keep their version and no event is emitted for
//! each: the event of the rate says it.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::{Currency, Error, Result};
use dealwright_store::job::{Job, Worker};
use dealwright_store::{Database, NewJob, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const FOLLOW: &str = "currency.follow";
const FOLLOW_ALL: &str = "currency.follow_all";
const BATCH: i32 = 1_000;

#[derive(Serialize, Deserialize)]
struct Payload {}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (one, all) = (access.database().clone(), access.database().clone());
    worker
        .on(FOLLOW, move |job| {
            let database = one.clone();
            async move { follow(&database, &job).await }
        })
        .on(FOLLOW_ALL, move |_| {
            let database = all.clone();
            async move { follow_all(&database).await }
        })
        .every(FOLLOW_ALL, TimeDelta::days(1))
}

/// Lets the open deals of the organisation follow, once this transaction is there.
///
/// # Errors
/// Internal, when the job can't be written.
pub fn queue(tx: &mut Tx) -> Result<()> {
    tx.enqueue(NewJob::new(FOLLOW, &Payload {})?);
    Ok(())
}

async fn follow(database: &Database, job: &Job) -> Result<()> {
    let org = job.org.ok_or_else(|| Error::internal("rates belong to an organisation"))?;
    let mut tx = database.system().await?;
    let base =
        sqlx::query_scalar!("select currency from organisation where id = $1", org.0).fetch_optional(tx.db()).await?;
    tx.commit().await?;
    match base {
        Some(base) => follow_in(database, org.0, base.parse()?).await,
        None => Ok(()),
    }
}

async fn follow_all(database: &Database) -> Result<()> {
    let mut tx = database.system().await?;
    let all = sqlx::query!("select id, currency from organisation").fetch_all(tx.db()).await?;
    tx.commit().await?;
    for org in all {
        follow_in(database, org.id, org.currency.parse()?).await?;
    }
    Ok(())
}

/// One organisation's open deals, a batch a transaction.
async fn follow_in(database: &Database, org: Uuid, base: Currency) -> Result<()> {
    let (codes, factors): (Vec<String>, Vec<String>) =
        Currency::all().filter(|c| *c != base).map(|c| (c.code().to_owned(), factor(c, base))).unzip();
    let mut after = Uuid::nil();
    loop {
        let mut tx = database.system().await?;
        let last = sqlx::query_scalar!(
            "select app.recompute_amounts($1, $2, $3::text[]::numeric[], $4, $5, $6)",
            org,
            &codes,
            &factors,
            database.clock().today(),
            after,
            BATCH,
        )
        .fetch_one(tx.db())
        .await?;
        tx.commit().await?;
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// What the difference of decimals between two currencies' minor units comes to: `1e-2` from KWD to JPY's like.
fn factor(from: Currency, to: Currency) -> String {
    format!("1e{}", i64::from(to.decimals()) - i64::from(from.decimals()))
}
