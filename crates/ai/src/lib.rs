//! The assistant.
pub mod grounding;
pub mod guard;
pub mod planner;
pub mod provider;
pub mod resolve;
pub mod tools;
