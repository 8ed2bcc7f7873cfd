//! The local embedding model, for providers: its files may still be on their way.

use std::time::{Duration, Instant};

use dealwright_embed::{EmbedError, Embedder};
use tokio::sync::watch;

use super::{ProviderError, Usage};

/// The local model's name in records.
pub const MODEL: &str = "all-minilm-l6-v2";

/// Vectors, and what they took.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// One per text, in order.
    pub vectors: Vec<Vec<f32>>,
    pub model: String,
    /// Whether it ran on this machine.
    pub local: bool,
    pub usage: Usage,
    pub latency: Duration,
}

/// The local embedding model once it is there.
#[derive(Clone, Debug)]
pub struct LocalEmbedding(watch::Receiver<Option<Embedder>>);

impl LocalEmbedding {
    #[must_use]
    pub const fn new(embedder: watch::Receiver<Option<Embedder>>) -> Self {
        Self(embedder)
    }

    /// # Errors
    /// `Unavailable` while it is being downloaded; `Broken` when its files are no such model.
    pub async fn embed(&self, texts: &[String]) -> Result<Embedded, ProviderError> {
        let started = Instant::now();
        let embedder = self.0.borrow().clone();
        let Some(embedder) = embedder else {
            return Err(ProviderError::Unavailable("the embedding model is still being downloaded".into()));
        };
        let vectors = embedder.embed(texts.to_vec()).await.map_err(|error| match error {
            EmbedError::Read { .. } | EmbedError::Cut(_) => ProviderError::Unavailable(error.to_string()),
            EmbedError::Model(_) => ProviderError::Broken(error.to_string()),
        })?;
        Ok(Embedded {
            vectors,
            model: MODEL.to_owned(),
            local: true,
            usage: Usage::default(),
            latency: started.elapsed(),
        })
    }
}
