//! Service level agreements: by when something must have been done about a record, and what happens if it is not.
//!
//! `calendar` reckons working time, `rule` is what administrators write, `timer` the clocks that run for records: how they
//! live, how they follow the event log, and how they are planned anew when a rule changes. `escalation` takes what is due and
//! does what the rule says; `adherence` counts what was kept; `simulation` runs a rule over what has happened already. What a
//! clock does is decided in one place, `timer::life`, for the engine and the simulation alike.

pub mod adherence;
pub mod calendar;
pub mod escalation;
pub mod rule;
pub mod simulation;
pub mod timer;

use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_store::job::Worker;
use utoipa_axum::router::OpenApiRouter;

/// The endpoints of service level agreements.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .merge(calendar::http::router())
        .merge(rule::http::router())
        .merge(timer::http::router())
        .merge(adherence::router())
        .merge(simulation::http::router())
}

/// Registers the jobs that plan clocks anew and that simulate.
pub fn register(worker: Worker, access: &Access) -> Worker {
    simulation::job::register(timer::plan::register(worker, access), access)
}

/// Follows what happened until now and takes what is due: for tests and commands.
///
/// # Errors
/// When the database is gone.
pub async fn catch_up(access: &Access) -> Result<()> {
    timer::follow::catch_up(access).await?;
    escalation::run_due(access).await?;
    Ok(())
}
