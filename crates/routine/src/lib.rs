//! Routines: agents that work by themselves, at a time or when something happens, and tell each person what they found.
//!
//! A routine is computed in the rights of whom it tells, so that it has no figure of what they may not see. What it would change it
//! proposes, as the assistant does, and a person approves. None of them needs a model: their words are made of facts, each with its
//! record.
//!
//! `kind` says which there are and how each comes, `setting` how an organisation sets them, `find` what each of them finds, `action`
//! reads things to do out of notes, `run` runs them once for each person and period, `consumer` follows the event log, `propose` and
//! `letter` bring what was found to people, `result` is what they think of it; `store` holds the SQL, the `http` modules the
//! endpoints.

pub mod action;
pub mod consumer;
pub mod find;
pub mod http;
pub mod kind;
mod letter;
pub mod notes_http;
mod propose;
pub mod result;
pub mod result_http;
pub mod run;
pub mod setting;
pub mod store;

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_ai::Assistant;
use dealwright_store::job::{Job, Worker};
use utoipa_axum::router::OpenApiRouter;

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().merge(http::router()).merge(result_http::router()).merge(notes_http::router())
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access, assistant: &Assistant) -> Worker {
    let (for_tick, for_run, for_prune) = (access.clone(), (access.clone(), assistant.clone()), access.clone());
    worker
        .on(run::TICK, move |_| {
            let access = for_tick.clone();
            async move { run::tick(&access).await }
        })
        .on(run::RUN, move |job: Job| {
            let (access, assistant) = for_run.clone();
            async move { run::attempt(&access, &assistant, &job).await }
        })
        .on(run::PRUNE, move |_| {
            let access = for_prune.clone();
            async move { store::due::prune(access.database()).await }
        })
        .every(run::TICK, TimeDelta::minutes(5))
        .every(run::PRUNE, TimeDelta::days(1))
}
