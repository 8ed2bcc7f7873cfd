//! Where vectors come from: the model in this process, or whatever the operator has configured.

use std::sync::Arc;
use std::time::Duration;

use dealwright_embed::Embedder;
use futures::future::BoxFuture;

/// The model in this process, as it stands beside its vectors.
pub const LOCAL_MODEL: &str = "all-minilm-l6-v2";

/// How long a question waits for its vector. Then it is answered by its words.
const PATIENCE: Duration = Duration::from_secs(3);

/// Vectors, one for each text and in their order, and the model that made them.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    pub model: String,
    pub vectors: Vec<Vec<f32>>,
}

/// Why there are none, in words for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoVectors(pub String);

impl std::fmt::Display for NoVectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something that turns texts into vectors.
pub trait Embed: Send + Sync + std::fmt::Debug {
    /// One vector for each text, in order, all of one width.
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vectors, NoVectors>>;
}

impl Embed for Embedder {
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vectors, NoVectors>> {
        Box::pin(async move {
            let vectors = Self::embed(self, texts.to_vec()).await.map_err(|error| NoVectors(error.to_string()))?;
            Ok(Vectors { model: LOCAL_MODEL.to_owned(), vectors })
        })
    }
}

/// The vector of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pub model: String,
    pub vector: Vec<f32>,
}

/// The vector of a question; none when nothing makes vectors, or not in time.
pub async fn of_question(by: Option<&Arc<dyn Embed>>, question: &str) -> Option<Meaning> {
    let texts = [question.to_owned()];
    let made = match tokio::time::timeout(PATIENCE, by?.embed(&texts)).await {
        Ok(Ok(made)) => made,
        Ok(Err(error)) => {
            tracing::info!(%error, "no vector for a question; it is answered by its words");
            return None;
        }
        Err(_) => {
            tracing::warn!("a question's vector took too long; it is answered by its words");
            return None;
        }
    };
    let vector = made.vectors.into_iter().next()?;
    is_usable(&vector).then_some(Meaning { model: made.model, vector })
}

/// Whether a vector can be kept and compared: of a width that the database takes, of finite numbers, and not nothing.
#[must_use]
pub fn is_usable(vector: &[f32]) -> bool {
    (1..=4000).contains(&vector.len())
        && vector.iter().all(|x| x.is_finite() && x.abs() < 65_000.0)
        && vector.iter().any(|x| x.abs() > 1e-6)
}
