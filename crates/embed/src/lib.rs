//! Embeddings in this process: all-MiniLM-L6-v2, texts to unit vectors of 384 numbers, near each other where they mean
//! nearly the same.
//!
//! The model is a BERT encoder of six layers, run by [`encoder`] on the CPU: nothing leaves the machine. It is loaded on
//! first use (90 MB) and let go when nobody has asked for a while, so an idle server does not carry it. docs/adr/0013 says
//! why it is not a machine-learning framework.

mod encoder;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokenizers::{Tokenizer, TruncationParams};
use tokio::sync::Semaphore;

use encoder::Encoder;

/// How many numbers a vector has.
pub const DIMENSION: usize = 384;

/// What comes after this many tokens of a text is not read: the model was trained on no more.
pub const MAX_TOKENS: usize = 256;

/// No text needs more characters than this for its first [`MAX_TOKENS`] tokens, unless most of them are spaces.
const MAX_CHARS: usize = 16_384;

/// Tokens that go through the layers at once: bounds the memory of a call, whatever the texts.
const BATCH_TOKENS: usize = 2048;

/// Why there is no vector.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    #[error("{} can't be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// The files are not those of such a model.
    #[error("the embedding model can't be used: {0}")]
    Model(String),
    /// A computation that panicked, or a runtime that is going down.
    #[error("the embedding was cut off: {0}")]
    Cut(String),
}

/// The embedding model of a folder; cheap to clone, and the clones share one copy of the weights.
#[derive(Clone, Debug)]
pub struct Embedder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    idle: Duration,
    /// One call at a time: the encoder keeps a core busy, and the requests need the others.
    turn: Semaphore,
    loaded: Mutex<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    model: Arc<Model>,
    used: Instant,
}

impl Embedder {
    /// The model in `folder` (`model.safetensors`, `tokenizer.json`, `config.json`). Nothing is read yet.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::with_idle(folder, Duration::from_secs(300))
    }

    /// The same, let go when nobody has asked for `idle`.
    #[must_use]
    pub fn with_idle(folder: impl Into<PathBuf>, idle: Duration) -> Self {
        Self(Arc::new(Inner { folder: folder.into(), idle, turn: Semaphore::new(1), loaded: Mutex::new(None) }))
    }

    /// Whether the weights are in memory.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.0.held().is_some()
    }

    /// One unit vector per text, in order, computed on a blocking thread.
    ///
    /// # Errors
    /// When the model's files are missing or are no such model.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let _turn = self.0.turn.acquire().await.map_err(|e| EmbedError::Cut(e.to_string()))?;
        let inner = Arc::clone(&self.0);
        let (vectors, fresh) = tokio::task::spawn_blocking(move || {
            let (model, fresh) = inner.model()?;
            let vectors = model.embed(&texts)?;
            inner.touch();
            Ok::<_, EmbedError>((vectors, fresh))
        })
        .await
        .map_err(|e| EmbedError::Cut(e.to_string()))??;
        if fresh {
            self.let_go_when_idle();
        }
        Ok(vectors)
    }

    fn let_go_when_idle(&self) {
        let inner = Arc::downgrade(&self.0);
        let idle = self.0.idle;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(idle).await;
                let Some(inner) = inner.upgrade() else { return };
                let mut loaded = inner.loaded.lock().unwrap_or_else(PoisonError::into_inner);
                match loaded.as_ref() {
                    Some(held) if held.used.elapsed() < idle => {}
                    _ => {
                        *loaded = None;
                        return;
                    }
                }
            }
        });
    }
}

impl Inner {
    fn held(&self) -> Option<Arc<Model>> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map(|held| Arc::clone(&held.model))
    }

    fn touch(&self) {
        if let Some(held) = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            held.used = Instant::now();
        }
    }

    /// The model, loaded if it has to be, and whether it was.
    fn model(&self) -> Result<(Arc<Model>, bool), EmbedError> {
        if let Some(model) = self.held() {
            return Ok((model, false));
        }
        let started = Instant::now();
        let model = Arc::new(Model::load(&self.folder)?);
        tracing::debug!(ms = started.elapsed().as_millis(), "the embedding model is loaded");
        let held = Loaded { model: Arc::clone(&model), used: Instant::now() };
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(held);
        Ok((model, true))
    }
}

#[derive(Debug)]
struct Model {
    tokenizer: Tokenizer,
    encoder: Encoder,
}

impl Model {
    fn load(folder: &Path) -> Result<Self, EmbedError> {
        let broken = |error: tokenizers::Error| EmbedError::Model(format!("tokenizer.json: {error}"));
        let path = folder.join("tokenizer.json");
        let bytes = std::fs::read(&path).map_err(|source| EmbedError::Read { path, source })?;
        let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(broken)?;
        tokenizer.with_padding(None);
        let truncation = TruncationParams { max_length: MAX_TOKENS, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(broken)?;
        Ok(Self { tokenizer, encoder: Encoder::load(folder)? })
    }

    fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let ids = texts.iter().map(|text| self.tokens(text)).collect::<Result<Vec<_>, _>>()?;
        let mut vectors = Vec::with_capacity(ids.len());
        let mut from = 0;
        while from < ids.len() {
            let mut tokens = 0;
            let fits = ids.iter().skip(from).take_while(|text| {
                tokens += text.len();
                tokens <= BATCH_TOKENS
            });
            // A text alone always fits: it has no more than MAX_TOKENS.
            let to = from + fits.count().max(1);
            vectors.extend(self.encoder.encode(ids.get(from..to).unwrap_or_default())?);
            from = to;
        }
        Ok(vectors)
    }

    fn tokens(&self, text: &str) -> Result<Vec<u32>, EmbedError> {
        let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(at, _)| at);
        let text = text.get(..end).unwrap_or_default();
        let encoding = self
            .tokenizer
            .encode_fast(text, true)
            .map_err(|e| EmbedError::Model(format!("a text has no tokens: {e}")))?;
        Ok(encoding.get_ids().to_vec())
    }
}

/// How near two unit vectors are in meaning: 1 is the same, 0 is unrelated.
#[must_use]
pub fn similarity(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests;
