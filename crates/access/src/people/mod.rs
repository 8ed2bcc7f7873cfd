//! Users, teams and roles.

pub mod fields;
pub mod http;
pub mod store;
