//! What the integration tests stand on: a real PostgreSQL, the real server over HTTP, and people who use it.
//!
//! One private cluster a test run; the schema is migrated once into a template and cloned for each test. Tests log in
//! with the same unprivileged roles as the product: a superuser would pass every test and prove nothing.

#![expect(clippy::indexing_slicing, reason = "a test that finds another answer than it expects has failed")]

mod app;
mod authenticator;
mod browser;
mod cluster;
mod dns;
pub mod issuer;
mod person;

pub use app::{TestApp, TestOptions};
pub use authenticator::Authenticator;
pub use browser::{Browser, Page};
pub use cluster::TestDb;
pub use dns::NameServer;
pub use person::{Answer, Person};

/// What a test may fail with; a test panics on it.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
