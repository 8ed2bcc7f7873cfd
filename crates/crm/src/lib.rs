//! The records of selling: accounts, contacts, opportunities and what is done about them.
//!
//! One folder a slice: `mod.rs` types and rules, `store.rs` its SQL, `http.rs` its endpoints.

pub mod account;
pub mod activity;
pub mod change;
pub mod choice;
pub mod contact;
pub mod demo;
pub mod import;
pub mod list;
pub mod live;
pub mod opportunity;
pub mod pipeline;
pub mod product;
pub mod record;
pub mod rule;
pub mod search;
pub mod task;
pub mod timeline;
