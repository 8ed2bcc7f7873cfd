//! The local model: a llama.cpp server as a child process of ours.
//!
//! It is started by the first request that needs it, on a loopback port and with a key that nobody else knows, and
//! believed once its health check answers. When it crashes, the next request starts it again, after a pause that grows with
//! each failure. It stops when idle for long, when we stop, and when we are killed: a small shell beside it waits for our
//! end of a pipe and takes the server with it when the pipe closes.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::embedding::LocalEmbedding;
use super::openai::{Endpoint, Limits, OpenAi};
use super::{Chat, Embedded, LlmProvider, OnText, ProviderError, Reply, State, Status};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The `llama-server` executable; its libraries lie beside it.
    pub server: PathBuf,
    /// The GGUF file.
    pub model: PathBuf,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// The model's name in records.
    pub name: String,
    /// Tokens of context.
    pub context: u32,
    pub threads: u16,
    /// Stops when nobody has asked for so long.
    pub idle: Duration,
    /// How long it may take to load.
    pub start: Duration,
    /// The constant prompt, read in when the server has started.
    pub prompt: String,
}

impl Settings {
    /// Defaults for a model of that name: one thread per core, a quarter of an hour.
    #[must_use]
    pub fn of(name: impl Into<String>, prompt: impl Into<String>) -> Self {
        let threads = std::thread::available_parallelism().ok().and_then(|n| u16::try_from(n.get()).ok()).unwrap_or(2);
        Self {
            name: name.into(),
            context: 4096,
            threads: threads.min(16),
            idle: Duration::from_secs(900),
            start: Duration::from_secs(90),
            prompt: prompt.into(),
        }
    }
}

/// Where the files come from: they may still be on their way.
pub type FilesReady = tokio::sync::watch::Receiver<Option<Files>>;

#[derive(Debug)]
struct Running {
    child: Child,
    client: Arc<OpenAi>,
    used: Instant,
}

#[derive(Debug, Default)]
struct Failures {
    count: u32,
    last: Option<(Instant, String)>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    files: FilesReady,
    embedding: LocalEmbedding,
    running: Mutex<Option<Running>>,
    /// For people; also read while `running` is held by a start.
    state: StdMutex<Status>,
    failures: StdMutex<Failures>,
}

/// The local model.
#[derive(Clone, Debug)]
pub struct Local(Arc<Inner>);

impl Local {
    #[must_use]
    pub fn new(settings: Settings, files: FilesReady, embedding: LocalEmbedding) -> Self {
        let state = StdMutex::new(Status { state: State::Idle, message: None });
        Self(Arc::new(Inner {
            settings,
            files,
            embedding,
            running: Mutex::new(None),
            state,
            failures: StdMutex::default(),
        }))
    }

    /// The client of a server that runs, started if it has to be.
    async fn client(&self) -> Result<Arc<OpenAi>, ProviderError> {
        let mut running = self.0.running.lock().await;
        if let Some(held) = running.as_mut() {
            match held.child.try_wait() {
                Ok(None) => {
                    held.used = Instant::now();
                    return Ok(Arc::clone(&held.client));
                }
                Ok(Some(exit)) => self.fell(format!("it ended by itself ({exit})")),
                Err(error) => self.fell(error.to_string()),
            }
            *running = None;
        }
        self.wait_out()?;
        let Some(files) = self.0.files.borrow().clone() else {
            return Err(ProviderError::Unavailable("the model is still being downloaded".into()));
        };
        self.set(State::Starting, None);
        match self.0.start(&files).await {
            Ok(started) => {
                let client = Arc::clone(&started.client);
                *running = Some(started);
                drop(running);
                lock(&self.0.failures).count = 0;
                self.set(State::Ready, None);
                self.watch_idle();
                Ok(client)
            }
            Err(error) => {
                self.fell(error.to_string());
                Err(error)
            }
        }
    }

    /// Refuses while the pause after a failure lasts.
    fn wait_out(&self) -> Result<(), ProviderError> {
        let failures = lock(&self.0.failures);
        let Some((at, why)) = failures.last.as_ref().filter(|_| failures.count > 0) else { return Ok(()) };
        let pause = Duration::from_secs(2_u64.saturating_pow(failures.count.min(6)) / 2);
        if at.elapsed() < pause {
            return Err(ProviderError::Unavailable(format!("{why}; it is tried again within {} s", pause.as_secs())));
        }
        Ok(())
    }

    fn fell(&self, why: String) {
        tracing::warn!(why, "the local model's server failed");
        self.set(State::Unavailable, Some(format!("The local model could not be run: {why}")));
        let mut failures = lock(&self.0.failures);
        failures.count += 1;
        failures.last = Some((Instant::now(), why));
    }

    fn set(&self, state: State, message: Option<String>) {
        *lock(&self.0.state) = Status { state, message };
    }

    /// Stops the server when nobody has asked for long.
    fn watch_idle(&self) {
        let inner = Arc::downgrade(&self.0);
        let idle = self.0.settings.idle;
        tokio::spawn(async move {
            loop {
                tokio::time::sleep((idle / 4).max(Duration::from_millis(50))).await;
                let Some(inner) = inner.upgrade() else { return };
                let mut running = inner.running.lock().await;
                let Some(held) = running.as_mut() else { return };
                if held.used.elapsed() >= idle && Arc::strong_count(&held.client) == 1 {
                    if let Some(held) = running.take() {
                        end(held).await;
                    }
                    drop(running);
                    Local(inner).set(State::Idle, None);
                    return;
                }
            }
        });
    }
}

fn lock<T>(mutex: &StdMutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs "$@" and ends it when standard input closes: that is when we are gone, however we went.
const KEEPER: &str = r#"exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(while read -r _ <&3; do :; done; kill "$server" 2>/dev/null; sleep 3; kill -9 "$server" 2>/dev/null) &
keeper=$!
exec 3<&-
trap 'kill "$server" 2>/dev/null' TERM INT
wait "$server"
code=$?
kill "$keeper" 2>/dev/null
exit "$code"
"#;

impl Inner {
    async fn start(&self, files: &Files) -> Result<Running, ProviderError> {
        let unavailable =
            |what: &str, error: &dyn std::fmt::Display| ProviderError::Unavailable(format!("{what}: {error}"));
        let port = free_port().map_err(|e| unavailable("no free port", &e))?;
        let key = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let started = Instant::now();
        let mut child = self
            .command(files, port, &key)
            .spawn()
            .map_err(|e| unavailable("llama-server could not be started", &e))?;
        let last_words = listen(&mut child);
        let endpoint = Endpoint {
            base_url: format!("http://127.0.0.1:{port}/v1"),
            key: Some(key),
            model: self.settings.name.clone(),
            embedding_model: None,
            limits: Limits::default(),
        };
        let client = Arc::new(OpenAi::of_llama(endpoint)?);
        let health = format!("http://127.0.0.1:{port}/health");
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(2))
            .build()
            .map_err(|e| unavailable("no HTTP client", &e))?;
        loop {
            if http.get(&health).send().await.is_ok_and(|r| r.status().is_success()) {
                break;
            }
            if let Ok(Some(exit)) = child.try_wait() {
                let words = lock(&last_words).iter().cloned().collect::<Vec<_>>().join(" | ");
                return Err(unavailable("llama-server ended while loading", &format!("{exit}; {words}")));
            }
            if started.elapsed() > self.settings.start {
                end(Running { child, client, used: started }).await;
                return Err(ProviderError::Timeout(format!(
                    "loading the model took more than {} s",
                    self.settings.start.as_secs()
                )));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tracing::info!(ms = started.elapsed().as_millis(), model = %files.model.display(), "the local model is loaded");
        if let Err(error) = client.read_in(&self.settings.prompt).await {
            tracing::warn!(%error, "the prompt could not be read in ahead; the first request will be slower");
        }
        Ok(Running { child, client, used: Instant::now() })
    }

    fn command(&self, files: &Files, port: u16, key: &str) -> Command {
        let settings = &self.settings;
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(KEEPER).arg("sh").arg(&files.server);
        command.args([
            "--device",
            "none",
            "--host",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--no-webui",
            "--parallel",
            "1",
        ]);
        command.args(["--ctx-size", &settings.context.to_string(), "--threads", &settings.threads.to_string()]);
        command.arg("--model").arg(&files.model);
        // The key goes by the environment: arguments can be read by every user of the machine.
        command.env("LLAMA_API_KEY", key);
        if let Some(folder) = files.server.parent().filter(|f| *f != Path::new("")) {
            command.env("LD_LIBRARY_PATH", folder);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Reads what the server says into the log, and keeps its last words for an error message.
fn listen(child: &mut Child) -> Arc<StdMutex<VecDeque<String>>> {
    let last: Arc<StdMutex<VecDeque<String>>> = Arc::default();
    if let Some(stderr) = child.stderr.take() {
        let last = Arc::clone(&last);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::trace!(target: "llama", line);
                let mut last = lock(&last);
                if last.len() == 3 {
                    last.pop_front();
                }
                last.push_back(line.chars().take(200).collect());
            }
        });
    }
    last
}

/// Closes the pipe, which ends the server, and waits for it.
async fn end(mut running: Running) {
    drop(running.child.stdin.take());
    if tokio::time::timeout(Duration::from_secs(5), running.child.wait()).await.is_err()
        && let Err(error) = running.child.kill().await
    {
        tracing::warn!(%error, "the local model's server could not be killed");
    }
}

impl LlmProvider for Local {
    fn model(&self) -> &str {
        &self.0.settings.name
    }

    fn name(&self) -> &'static str {
        "llama.cpp"
    }

    fn is_local(&self) -> bool {
        true
    }

    fn status(&self) -> Status {
        if self.0.files.borrow().is_none() {
            return Status { state: State::Downloading, message: Some("The local model is being downloaded.".into()) };
        }
        lock(&self.0.state).clone()
    }

    fn chat<'a>(&'a self, chat: &'a Chat, on_text: OnText<'a>) -> BoxFuture<'a, Result<Reply, ProviderError>> {
        Box::pin(async move {
            let asked = Instant::now();
            let client = self.client().await?;
            let waited = asked.elapsed();
            let reply = client.chat(chat, on_text).await?;
            Ok(Reply { first_token: reply.first_token + waited, latency: reply.latency + waited, ..reply })
        })
    }

    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Embedded, ProviderError>> {
        Box::pin(self.0.embedding.embed(texts))
    }

    fn warm(&self) {
        if matches!(self.status().state, State::Ready | State::Starting | State::Downloading) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.client().await {
                tracing::info!(%error, "the local model is not ready yet");
            }
        });
    }

    fn stop(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if let Some(running) = self.0.running.lock().await.take() {
                end(running).await;
                self.set(State::Idle, None);
            }
        })
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
