//! Puts the product together: configuration, database, router, workers and the command line.

pub mod assets;
pub mod cli;
pub mod config;
pub mod database;
pub mod doctor;
mod evaluate;
pub mod health;
pub mod idempotency;
pub mod listen;
pub mod logs;
pub mod middleware;
pub mod openapi;
pub mod seed;
pub mod serve;
pub mod setup;
pub mod state;
mod vectors;

pub use state::AppState;
