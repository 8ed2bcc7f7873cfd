//! What is known, and how it is looked up: playbooks, e-mail templates and scripts that people write, and passages of these and
//! of the records, found by their words and by their meaning.
//!
//! [`chunk`] cuts texts into passages, [`index`] keeps them up to date from the event log, [`retrieve`] finds them in the
//! transaction of whoever asks, [`material`] is what administrators and managers write. [`embedding`] is where vectors come from.

pub mod chunk;
pub mod embedding;
pub mod index;
pub mod material;
pub mod retrieve;

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRef;
use dealwright_access::Access;
use tokio::sync::Notify;
use utoipa_axum::router::OpenApiRouter;

use embedding::Embed;

/// What the index and the search share: where vectors come from, and the bell between the two halves of the index. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Knowledge(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    embed: Option<Arc<dyn Embed>>,
    /// Rings when passages wait for a vector.
    waiting: Notify,
    /// The model that made the last vector of a question.
    model: Mutex<Option<String>>,
}

impl Default for Knowledge {
    /// Without vectors.
    fn default() -> Self {
        Self::new(None)
    }
}

impl Knowledge {
    /// With vectors from `embed`, or with none: then passages are found by their words alone.
    #[must_use]
    pub fn new(embed: Option<Arc<dyn Embed>>) -> Self {
        Self(Arc::new(Inner { embed, waiting: Notify::new(), model: Mutex::default() }))
    }

    /// Where vectors come from.
    #[must_use]
    pub fn embed(&self) -> Option<&Arc<dyn Embed>> {
        self.0.embed.as_ref()
    }

    /// A question, with its vector if there is one. Ask before the transaction begins: a model may take its time.
    pub async fn meaning(&self, question: &str) -> Option<embedding::Meaning> {
        let meaning = embedding::of_question(self.embed(), question).await?;
        let mut model = self.0.model.lock().unwrap_or_else(PoisonError::into_inner);
        if model.as_ref() != Some(&meaning.model) {
            // What another model has embedded can't be compared with it.
            *model = Some(meaning.model.clone());
            self.ring();
        }
        Some(meaning)
    }

    /// The model that questions are embedded by, as far as any was asked.
    pub(crate) fn model(&self) -> Option<String> {
        self.0.model.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn ring(&self) {
        self.0.waiting.notify_one();
    }

    pub(crate) async fn rung(&self) {
        self.0.waiting.notified().await;
    }
}

/// What the handlers of search ask for.
#[derive(Clone, Debug, FromRef)]
pub struct KnowledgeState {
    pub access: Access,
    pub knowledge: Knowledge,
}

/// The endpoints that ask for the database alone.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().merge(material::http::router())
}

/// The endpoints that ask for vectors too.
pub fn search_router() -> OpenApiRouter<KnowledgeState> {
    OpenApiRouter::new().merge(retrieve::http::router()).merge(index::http::router())
}
