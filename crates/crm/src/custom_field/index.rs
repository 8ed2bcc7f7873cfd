//! Fields by which lists are quick. Such a field is given a side column of the record that has an index (a slot); triggers
//! keep it, and a job fills in what was there before. Until it is done lists look at each record.

use dealwright_access::Access;
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, Worker};
use dealwright_store::{Database, NewJob, Tx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{CustomField, store};

const FILL: &str = "custom_field.index";
const BATCH: i32 = 1_000;

#[derive(Serialize, Deserialize)]
struct Payload {
    field: CustomFieldId,
    object: String,
    slot: String,
}

/// Gives `field` a column that no other of the object's fields has, and lets it be filled.
///
/// # Errors
/// 422 `not_indexable` or `too_many_indexed`.
pub async fn give(tx: &mut Tx, field: &CustomField, there: &[CustomField]) -> Result<()> {
    let Some(kind) = field.kind.slot() else {
        return Err(Error::field("indexed", "not_indexable", "fields of this type can't be indexed"));
    };
    let free = kind.columns().iter().find(|slot| !there.iter().any(|f| f.slot.as_deref() == Some(**slot)));
    let Some(slot) = free else {
        let most = kind.columns().len();
        let why = format!("{most} fields of such types are indexed already, which is all an object can have");
        return Err(Error::field("indexed", "too_many_indexed", why));
    };
    store::set_slot(tx, field.id, Some(slot)).await?;
    let payload = Payload { field: field.id, object: field.object.as_str().to_owned(), slot: (*slot).to_owned() };
    tx.enqueue(NewJob::new(FILL, &payload)?);
    Ok(())
}

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let database = access.database().clone();
    worker.on(FILL, move |job| {
        let database = database.clone();
        async move { fill(&database, &job).await }
    })
}

/// Fills the column, a batch a transaction. To do it twice does no harm.
async fn fill(database: &Database, job: &Job) -> Result<()> {
    let org = job.org.ok_or_else(|| Error::internal("a field belongs to an organisation"))?.0;
    let Payload { field, object, slot } = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let mut tx = database.system().await?;
    sqlx::query!("select app.settle_custom_slot($1)", object).fetch_one(tx.db()).await?;
    tx.commit().await?;
    let mut after = Uuid::nil();
    loop {
        let mut tx = database.system().await?;
        let last = sqlx::query_scalar!("select app.fill_custom_slot($1, $2, $3, $4)", org, field.0, after, BATCH)
            .fetch_one(tx.db())
            .await?;
        tx.commit().await?;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    let mut tx = database.system().await?;
    sqlx::query!("select app.custom_slot_filled($1, $2, $3)", org, field.0, slot).fetch_one(tx.db()).await?;
    tx.commit().await
}
