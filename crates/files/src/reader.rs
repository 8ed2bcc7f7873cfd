//! The text of a file, taken out by a process of its own: a document that makes its reader spin, crash or swell harms nothing
//! else. The process has no environment, a limit of memory and time, and no file but its input; what it does not manage is a
//! file without text.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use dealwright_kernel::{Error, Result};
use futures::StreamExt;
use nix::sys::resource::{Resource, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use crate::blobs::ByteStream;
use crate::extract;

/// The word on the command line that makes the program a reader.
pub const WORD: &str = "extract-text";
/// The largest file that is read.
pub const MAX_FILE: u64 = 64 << 20;
const TIME: Duration = Duration::from_secs(40);
const CPU_SECONDS: u64 = 30;
const MEMORY: u64 = 1 << 30;

/// Takes text out of files.
#[derive(Clone, Debug)]
pub struct Reader {
    /// This program: it is started again, as `PROGRAM extract-text TYPE`.
    pub program: PathBuf,
}

impl Reader {
    /// The text of what comes; none when there is none, or it can't be read.
    ///
    /// # Errors
    /// When the reader can't be started, or the bytes can't be had.
    pub async fn text(&self, mime: &str, mut bytes: ByteStream) -> Result<Option<String>> {
        if !extract::reads(mime) {
            return Ok(None);
        }
        let mut child = Command::new(&self.program)
            .args([WORD, mime])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::internal)?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("a reader without pipes"));
        };
        let give = async move {
            while let Some(piece) = bytes.next().await {
                let piece = piece.map_err(|e| {
                    let why = "the place where files are kept can't be reached";
                    Error::unavailable("file_store_unavailable", why).caused_by(e)
                })?;
                // It may have ended before it has read everything: then its answer counts.
                if input.write_all(&piece).await.is_err() {
                    break;
                }
            }
            drop(input);
            Ok::<(), Error>(())
        };
        let take = async {
            let mut text = Vec::new();
            let limit = u64::try_from(extract::MAX_TEXT).unwrap_or(u64::MAX) + 4;
            output.take(limit).read_to_end(&mut text).await.map_err(Error::internal)?;
            Ok::<_, Error>((text, child.wait().await.map_err(Error::internal)?))
        };
        let Ok(both) = tokio::time::timeout(TIME, async { tokio::try_join!(give, take) }).await else {
            tracing::info!(mime, "a file took too long to be read; it has no text");
            return Ok(None);
        };
        let ((), (text, status)) = both?;
        if !status.success() {
            tracing::info!(mime, %status, "a file could not be read; it has no text");
            return Ok(None);
        }
        Ok(Some(extract::tidy(&String::from_utf8_lossy(&text))).filter(|t| !t.is_empty()))
    }
}

/// The reader's own side: text of standard input, to standard output. False when there is none.
#[must_use]
pub fn read_stdin(mime: &str) -> bool {
    let limits = [
        (Resource::RLIMIT_AS, MEMORY),
        (Resource::RLIMIT_CPU, CPU_SECONDS),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
    ];
    if limits.into_iter().any(|(resource, most)| setrlimit(resource, most, most).is_err()) {
        return false;
    }
    let mut bytes = Vec::new();
    if std::io::stdin().lock().take(MAX_FILE).read_to_end(&mut bytes).is_err() {
        return false;
    }
    let Some(text) = extract::text(mime, bytes) else { return false };
    std::io::stdout().lock().write_all(text.as_bytes()).is_ok()
}
