//! How the assistant is governed, whoever asks for it and whichever model answers.
//!
//! [`policy`] says what may run and for whom, [`budget`] how much of it, [`safety`] judges texts, [`privacy`] keeps personal data
//! from other machines and from records, [`audit`] shows what models were asked, [`usage`] adds it up, [`quality`] says how good
//! it was, and [`alert`] tells when it gets worse. The assistant
//! asks this crate before each call of a tool or a model; nothing here calls either.

pub mod alert;
pub mod audit;
pub mod budget;
pub mod policy;
pub mod privacy;
pub mod quality;
pub mod safety;
pub mod usage;

use std::borrow::Cow;

use axum::extract::FromRef;
use dealwright_access::Access;
use utoipa_axum::router::OpenApiRouter;

/// A tool of the assistant, as rules speak of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolName {
    pub name: Cow<'static, str>,
    /// One line for people.
    pub about: Cow<'static, str>,
    /// What it writes for approval: none for a tool that only reads.
    pub proposes: Option<Proposes>,
}

/// What a tool proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposes {
    Change,
    Task,
}

/// What the handlers ask for.
#[derive(Clone, Debug, FromRef)]
pub struct GovernanceState {
    pub access: Access,
    pub tools: Tools,
}

/// Every tool there is: the assistant says it.
#[derive(Clone, Debug)]
pub struct Tools(pub std::sync::Arc<[ToolName]>);

/// The endpoints.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new()
        .merge(policy::http::router())
        .merge(budget::http::router())
        .merge(usage::http::router())
        .merge(audit::http::router())
        .merge(quality::http::router())
        .merge(alert::http::router())
}
