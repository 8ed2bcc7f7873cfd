//! From configuration to a provider, and the downloads that the local one needs.
//!
//! Downloads run in the background and never keep anybody from signing in: until they are there, requests are understood
//! without a model. A download that fails is tried again, with growing pauses, and says so meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dealwright_embed::Embedder;
use dealwright_store::bundle::{self, Bundle, Dirs, Progress, ProgressState};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::anthropic::Anthropic;
use super::embedding::LocalEmbedding;
use super::local::{Files, Local, Settings};
use super::openai::{Endpoint, Limits, OpenAi};
use super::price::Prices;
use super::{LlmProvider, ProviderError};
use crate::{Assistant, Consult};

/// What the operator decided.
#[derive(Clone, Debug)]
pub struct AiConfig {
    pub mode: AiChoice,
    pub prices: Prices,
    pub consult: Consult,
}

/// Which model.
#[derive(Clone, Debug)]
pub enum AiChoice {
    Off,
    /// A llama.cpp server of our own.
    Local,
    /// An endpoint elsewhere.
    Remote {
        protocol: Protocol,
        /// Whether the local model is asked when the endpoint does not answer.
        fallback: bool,
        base_url: String,
        key: Option<String>,
        model: String,
        /// Its model for embeddings; the local one when absent.
        embedding_model: Option<String>,
    },
}

/// What an endpoint speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// As OpenAI, Azure OpenAI, Ollama, vLLM and many more do.
    #[default]
    OpenAi,
    Anthropic,
}

/// The local model's name in records.
pub const LOCAL_MODEL: &str = "qwen2.5-coder-1.5b-instruct-q4_k_m";

/// The downloads of the local models, to be run in the background.
#[derive(Debug)]
#[must_use]
pub struct Downloads {
    dirs: Dirs,
    /// Of the language model; none when it runs elsewhere.
    files: Option<watch::Sender<Option<Files>>>,
    embedder: watch::Sender<Option<Embedder>>,
    progress: watch::Sender<Vec<Progress>>,
}

/// Makes the assistant. The downloads, if it needs any, are returned to be run.
///
/// # Errors
/// When no HTTP client can be made.
pub fn assistant(config: AiConfig, dirs: Dirs) -> Result<(Assistant, Option<Downloads>), ProviderError> {
    let (progress, seen) = watch::channel(Vec::new());
    let (embedder, embedding) = watch::channel(None);
    let embedding = LocalEmbedding::new(embedding);
    let local = |embedding: &LocalEmbedding| -> (Arc<dyn LlmProvider>, _) {
        let (files, ready) = watch::channel(None);
        let settings = Settings::of(LOCAL_MODEL, crate::prompt::PLAN_COMMON.usual().text);
        (Arc::new(Local::new(settings, ready, embedding.clone())), files)
    };
    let made = |providers| Assistant::chain(providers, config.prices.clone(), config.consult, seen.clone());
    let (providers, files) = match config.mode {
        AiChoice::Off => return Ok((made(Vec::new()), None)),
        AiChoice::Local => {
            let (provider, files) = local(&embedding);
            (vec![provider], Some(files))
        }
        AiChoice::Remote { protocol, fallback, base_url, key, model, embedding_model } => {
            let embeds = embedding_model.is_some();
            let endpoint = Endpoint { base_url, key, model, embedding_model, limits: Limits::default() };
            let remote: Arc<dyn LlmProvider> = match protocol {
                Protocol::OpenAi => Arc::new(OpenAi::new(endpoint)?.with_embedding(embedding.clone())),
                Protocol::Anthropic => Arc::new(Anthropic::new(endpoint, embedding.clone())?),
            };
            if fallback {
                let (beside, files) = local(&embedding);
                (vec![remote, beside], Some(files))
            } else if embeds {
                return Ok((made(vec![remote]), None));
            } else {
                (vec![remote], None)
            }
        }
    };
    let assistant = made(providers);
    Ok((assistant, Some(Downloads { dirs, files, embedder, progress })))
}

impl Downloads {
    /// Fetches what is missing, until all is there or `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let wanted: &[&Bundle] = match self.files {
            Some(_) => &[&bundle::LLAMA_SERVER, &bundle::LLM, &bundle::EMBEDDING],
            None => &[&bundle::EMBEDDING],
        };
        self.progress.send_replace(wanted.iter().map(|b| b.waiting()).collect());
        let fetch = async {
            if let Some(files) = &self.files {
                let server = self.fetch(&bundle::LLAMA_SERVER).await;
                let model = self.fetch(&bundle::LLM).await;
                tracing::info!(model = %model.display(), "the local model is there");
                files.send_replace(Some(Files { server, model }));
            }
            let folder = self.fetch(&bundle::EMBEDDING).await;
            self.embedder.send_replace(Some(Embedder::new(folder)));
        };
        tokio::select! {
            () = fetch => {}
            () = stop.cancelled() => {}
        }
        // The senders are kept: who waits for files must not hear that none will come.
        stop.cancelled().await;
    }

    async fn fetch(&self, bundle: &Bundle) -> std::path::PathBuf {
        let mut pause = Duration::from_secs(15);
        let said = AtomicU64::new(0);
        loop {
            let told = |progress: Progress| {
                say(&progress, &said);
                self.progress.send_modify(|all| {
                    if let Some(mine) = all.iter_mut().find(|p| p.name == progress.name) {
                        *mine = progress;
                    }
                });
            };
            match bundle::ensure(bundle, &self.dirs, &told).await {
                Ok(path) => return path,
                Err(error) => {
                    tracing::warn!(%error, bundle = bundle.name, "a download failed; it is tried again within {} s", pause.as_secs())
                }
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(Duration::from_secs(900));
        }
    }
}

/// Tells the terminal of each tenth. `said` holds the last one.
fn say(progress: &Progress, said: &AtomicU64) {
    if progress.state != ProgressState::Running || progress.total_bytes == 0 {
        return;
    }
    let tenth = progress.done_bytes.saturating_mul(10) / progress.total_bytes;
    if said.fetch_max(tenth, Ordering::Relaxed) < tenth {
        let megabytes = |bytes: u64| bytes / 1_000_000;
        let (done, total) = (megabytes(progress.done_bytes), megabytes(progress.total_bytes));
        tracing::info!("fetching {}: {} % ({done} of {total} MB)", progress.label, tenth * 10);
    }
}
