//! Who you are and what you may do: organisations, people, teams, roles, sessions, and the whole policy.
//!
//! [`policy`] is the policy, in one file. [`Allow`] is the only way for a handler to reach the database, and
//! [`Permit`] the only way to write an existing record.

pub mod actor;
pub mod context;
pub mod csrf;
pub mod identity_provider;
pub mod oidc;
pub mod organisation;
pub mod outbound;
mod password;
pub mod people;
pub mod policy;
pub mod scim;
pub mod session;

pub use actor::Actor;
pub use context::{Access, Allow, Context, Permit, Record, Settings};
pub use policy::{Action, Object, Permission, ScopeLevel};
