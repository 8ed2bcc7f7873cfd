//! What was kept is forgotten when its time is over.

use chrono::TimeDelta;
use dealwright_access::Access;
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
            async move {
                let emptied =
                    store::forget(access.database(), Guardrails::shipped().retention_days, access.clock().now())
                        .await?;
                if emptied > 0 {
                    tracing::info!(emptied, "prompts and answers were forgotten as their time is over");
                }
                Ok(())
            }
        })
        .every(FORGET, TimeDelta::hours(1))
}
