//! The records of selling: accounts, contacts, opportunities and what is done about them.
//!
//! One folder a slice: `mod.rs` types and rules, `store.rs` its SQL, `http.rs` its endpoints.

pub mod account;
pub mod account_plan;
pub mod account_team;
pub mod account_tree;
pub mod activity;
pub mod affiliation;
pub mod assignment;
pub mod bulk;
pub mod change;
pub mod choice;
pub mod configuration;
pub mod contact;
pub mod currency;
pub mod custom_field;
pub mod deal_competitor;
pub mod deal_contact;
pub mod duplicate;
pub mod export;
pub mod file;
pub mod handover;
pub mod lead;
pub mod list;
pub mod live;
pub mod merge;
pub mod opportunity;
pub mod order;
pub mod pipeline;
pub mod price_list;
pub mod product;
pub mod record;
pub mod rule;
pub mod saved_view;
pub mod search;
pub mod selection;
pub mod settings;
pub mod sharing;
pub mod summary;
pub mod task;
pub mod timeline;
pub mod transfer;
pub mod trash;
pub mod web_address;
pub mod web_form;
mod words;
pub mod working_hours;
