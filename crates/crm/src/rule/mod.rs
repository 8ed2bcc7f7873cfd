//! Validation rules where they meet records: what is known of a record, and the judgement that each write passes.
//!
//! `store` reads the facts, of records that are there and of those just written in the same transaction; `judgement` is
//! what the one way of writing each object calls; `http` tests an expression against a record and runs it over all.

pub mod http;
pub mod judgement;
pub mod store;

pub use judgement::{Judgement, judge_change, judge_facts, judge_new, refusals_of_new};
