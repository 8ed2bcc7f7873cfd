//! One server per data folder. The lock is the kernel's, so it falls with its holder, even after a kill -9; the text in
//! the file only tells a person who holds it.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};

use super::error::PostgresError;

const NAME: &str = "dealwright.lock";

/// Held until dropped.
#[derive(Debug)]
pub struct DataLock {
    file: File,
    path: PathBuf,
}

impl DataLock {
    /// Takes the folder, creating it if need be, or says who has it.
    pub fn acquire(folder: &Path) -> Result<Self, PostgresError> {
        fs::create_dir_all(folder).map_err(PostgresError::io("create", folder))?;
        let path = folder.join(NAME);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(PostgresError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {
                sign(&mut file).map_err(PostgresError::io("write", &path))?;
                Ok(Self { file, path })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(PostgresError::io("read", &path))?;
                let holder = holder.lines().collect::<Vec<_>>().join(", ");
                Err(PostgresError::Held { folder: folder.to_path_buf(), holder })
            }
            Err(TryLockError::Error(error)) => Err(PostgresError::io("lock", &path)(error)),
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for DataLock {
    /// Closing alone would leave it held for as long as a child that is just being started has a copy of the handle.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, path = %self.path.display(), "the data folder's lock was not released");
        }
    }
}

/// Two lines: the process, and since when, as the file system's clock has it.
fn sign(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}", std::process::id())?;
    let since: DateTime<Utc> = file.metadata()?.modified()?.into();
    writeln!(file, "since {}", since.to_rfc3339_opts(SecondsFormat::Secs, true))?;
    file.sync_data()
}
