//! What handlers can ask for.

use axum::extract::FromRef;
use dealwright_access::Access;
use dealwright_ai::Assistant;
use dealwright_crm::live::Hub;
use dealwright_files::Files;
use dealwright_knowledge::Knowledge;
use dealwright_store::mail::Mailer;

/// Shared by all requests; cheap to clone.
#[derive(Clone, Debug, FromRef)]
pub struct AppState {
    pub access: Access,
    pub hub: Hub,
    pub assistant: Assistant,
    pub knowledge: Knowledge,
    pub mailer: Mailer,
    pub files: Files,
}
