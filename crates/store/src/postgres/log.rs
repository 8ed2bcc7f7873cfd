//! What PostgreSQL says: kept in a file of bounded size, with the last lines at hand for error messages.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// A file grows to this many bytes, then becomes `postgres.log.1`; with that one, twice as much is on disk.
const LARGEST: u64 = 8 << 20;
const REMEMBERED: usize = 40;
/// What marks a line that explains a failure; a bad setting is reported as a mere LOG.
const COMPLAINTS: [&str; 7] =
    ["FATAL:", "PANIC:", "HINT:", "error:", "syntax error", "invalid value", "unrecognized configuration"];

/// The last lines, shared between the reader and whoever has to explain a failure.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(Arc<Mutex<VecDeque<String>>>);

impl Lines {
    fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == REMEMBERED {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    pub fn contain(&self, text: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|line| line.contains(text))
    }

    /// The lines that say what was wrong, or else the last one.
    pub fn complaint(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let grave: Vec<&str> =
            lines.iter().map(String::as_str).filter(|line| COMPLAINTS.iter().any(|mark| line.contains(mark))).collect();
        match (grave.as_slice(), lines.back()) {
            ([], None) => "it said nothing".to_owned(),
            ([], Some(last)) => last.clone(),
            (grave, _) => grave.join(" "),
        }
    }
}

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("postgres.log")
}

/// Copies lines into the log file until the other end closes.
pub(super) async fn follow(from: impl AsyncRead + Unpin, folder: PathBuf, lines: Lines) {
    let mut sink = Sink { folder, file: None, bytes: 0 };
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    loop {
        line.clear();
        match from.read_until(b'\n', &mut line).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "PostgreSQL's log can't be read any more; the database itself goes on");
                return;
            }
        }
        lines.push(String::from_utf8_lossy(&line).trim_end());
        if let Err(error) = sink.write(&line) {
            tracing::warn!(%error, "a line of PostgreSQL's log could not be written; the database itself goes on");
            sink.file = None;
        }
    }
}

struct Sink {
    folder: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let path = path(&self.folder);
        if self.bytes >= LARGEST {
            self.file = None;
            fs::rename(&path, path.with_extension("log.1"))?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file = File::options().append(true).create(true).open(&path)?;
                self.bytes = file.metadata()?.len();
                self.file.insert(file)
            }
        };
        file.write_all(line)?;
        self.bytes = self.bytes.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}
