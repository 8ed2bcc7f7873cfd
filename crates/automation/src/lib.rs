//! Automations: when something happens, if a condition holds, then steps.
//!
//! An administrator makes a [`definition`]; [`consumer`] follows the event log and [`schedule`] the clock, and both put what is
//! to be looked at into a queue of runs; [`run`] takes them from there, judges, does the steps as an actor whose rights are
//! named, and writes down what became of each. [`history`] knows what a record was before something happened to it, and
//! [`trial`] says by that what an automation would have done. [`write`](mod@write) makes and checks one; [`guard`] ends loops and storms. [`webhook`] tells other systems.

pub mod consumer;
pub mod definition;
pub mod guard;
pub mod history;
pub mod http;
pub mod run;
pub mod schedule;
pub mod store;
pub mod text;
pub mod trial;
pub mod webhook;
pub mod write;

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_store::job::Worker;

/// Registers the jobs: runs, schedules, what is sent, and the end of what was kept long enough.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_runs, for_clock, for_sweep, for_hooks, for_prune) =
        (access.clone(), access.clone(), access.clone(), access.clone(), access.clone());
    worker
        .on(run::JOB, move |job| {
            let access = for_runs.clone();
            async move { run::job(&access, &job).await }
        })
        .on(schedule::TICK, move |_| {
            let access = for_clock.clone();
            async move { schedule::tick(&access).await }
        })
        .on(schedule::SWEEP, move |job| {
            let access = for_sweep.clone();
            async move { schedule::sweep(&access, &job).await }
        })
        .on(webhook::JOB, move |job| {
            let access = for_hooks.clone();
            async move { webhook::send(&access, &job).await }
        })
        .on(run::PRUNE, move |_| {
            let access = for_prune.clone();
            async move { run::prune(&access).await }
        })
        .every(schedule::TICK, TimeDelta::seconds(30))
        .every(run::PRUNE, TimeDelta::days(1))
}
