//! The assistant.
pub mod resolve;
