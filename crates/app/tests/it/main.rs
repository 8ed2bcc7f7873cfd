//! The integration tests: the real server over HTTP on a real PostgreSQL. One binary, one module a slice.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    reason = "a helper that finds another answer than its test expects has failed it"
)]

mod access;
mod ai;
mod app;
mod automation;
mod connect;
mod crm;
mod insight;
mod killed;
mod knowledge;
mod routine;
mod sla;
mod store;
mod workflow;
