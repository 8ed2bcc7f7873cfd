//! Where data lives: the private PostgreSQL, the pools, transactions, migrations, events and jobs.
//!
//! The pools are private. Everything above reaches PostgreSQL through a [`Tx`], which acts as somebody, or through a
//! [`SystemTx`], which sees identity, session, event and job tables only. Row-level security is under both.

pub mod attempt;
pub mod bell;
pub mod bundle;
pub mod change;
pub mod database;
pub mod event;
pub mod job;
pub mod mail;
pub mod migrate;
pub mod postgres;
pub mod secret;
pub mod sequencer;
pub mod tx;

pub use attempt::Attempt;
pub use database::{Database, Roles};
pub use event::{ActorKind, Change, Event, Once, Origin, Stamp, Subject};
pub use job::NewJob;
pub use secret::Keyring;
pub use tx::{Committed, Scope, SystemTx, Tx};
