//! What was kept is forgotten when its time is over.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_store::job::Worker;

use super::store;
use crate::policy::Guardrails;

/// The job.
const FORGET: &str = "governance.forget";

/// Registers the job, which runs once an hour.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker
        .on(FORGET, move |_| {
            let access = access.clone();
            async move { forget(&access).await.map(|_| ()) }
        })
        .every(FORGET, TimeDelta::hours(1))
}

/// Forgets what is over in every organisation. Answers how many calls were emptied.
///
/// # Errors
/// When the database is gone.
pub async fn forget(access: &Access) -> Result<u64> {
    let shipped = Guardrails::shipped().retention_days;
    let emptied = store::forget(access.database(), shipped, access.clock().now()).await?;
    if emptied > 0 {
        tracing::info!(emptied, "prompts and answers were forgotten as their time is over");
    }
    Ok(emptied)
}
