//! What can keep the private PostgreSQL from serving, said so that a person knows what to do next.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "{} is in use by another dealwright server ({holder}). Stop that one, or choose another DATA_DIR.", folder.display()
    )]
    Held { folder: PathBuf, holder: String },

    #[error(
        "{} is not a usable PostgreSQL: {reason}. Set DEALWRIGHT_POSTGRES_DIR to the folder of an installed PostgreSQL 16 \
         or newer with pgvector, or DATABASE_URL to a running one.",
        folder.display()
    )]
    Installation { folder: PathBuf, reason: String },

    #[error(
        "the data in {} was made by PostgreSQL {found}, and this is PostgreSQL {ours}. Use PostgreSQL {found} \
         (DEALWRIGHT_POSTGRES_DIR), or move the data with pg_dump and pg_restore.",
        folder.display()
    )]
    OtherVersion { folder: PathBuf, found: String, ours: u32 },

    #[error("could not prepare the database in {}: {reason}", folder.display())]
    Initialise { folder: PathBuf, reason: String },

    #[error("PostgreSQL did not start: {reason}\n  Its log: {}", log.display())]
    Start { reason: String, log: PathBuf },

    #[error("process {pid} still serves the data in {} and could not be stopped", folder.display())]
    Orphan { pid: i32, folder: PathBuf },

    #[error(
        "no account to run PostgreSQL under: it refuses to run as root, {reason}. Run dealwright as an ordinary user."
    )]
    Account { reason: String },

    #[error("no folder for PostgreSQL's socket: {reason}")]
    Socket { reason: String },

    #[error("could not {doing} {}: {source}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },

    #[error("could not {doing}: {source}")]
    System { doing: &'static str, source: io::Error },
}

impl PostgresError {
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}
