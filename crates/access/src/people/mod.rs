//! Users, teams and roles.

pub mod http;
pub mod store;
