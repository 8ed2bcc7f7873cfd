//! Who you are and what you may do: organisations, people, teams, roles, sessions, keys, the whole policy, and the audit log.
//!
//! [`policy`] is the policy, in one file. [`Allow`] is the only way for a handler to reach the database, and
//! [`Permit`] the only way to write an existing record.

pub mod actor;
pub mod api_key;
pub mod audit;
mod bearer;
pub mod connected_app;
pub mod context;
pub mod csrf;
pub mod domain;
pub mod fresh;
pub mod identity_provider;
pub mod invitation;
pub mod link;
pub mod oauth;
pub mod oidc;
pub mod organisation;
pub mod outbound;
pub mod passkey;
pub mod password;
pub mod people;
pub mod policy;
mod push_hosts;
pub mod request_limit;
pub mod scim;
pub mod second_factor;
pub mod secret;
pub mod service_account;
pub mod session;
pub mod sign_in_policy;
pub mod throttle;
pub mod viewing;

pub use actor::Actor;
pub use context::{Access, Allow, Context, InPerson, Permit, Record, Settings, SignedIn};
pub use policy::{Action, Object, Permission, ScopeLevel};
pub use push_hosts::PushHosts;
pub use request_limit::RequestLimit;
