//! The bytes of files, without any record: where they are kept, what they are, whether they are harmful, and what they say.
//!
//! [`Blobs`] keeps them in a folder, S3 or Azure Blob; [`kind`] knows which types are taken and looks at the bytes instead of
//! believing the name; [`Scanner`] asks ClamAV; [`Reader`] takes the text out, in a process of its own. What a file hangs on
//! and who may open it is `crm`'s.

mod blobs;
pub mod extract;
pub mod kind;
mod reader;
mod scanner;

use std::sync::Arc;

pub use blobs::{Blobs, ByteStream, Place, StoreConfig};
pub use kind::{Kind, Preview, Refusal};
pub use reader::{MAX_FILE as MAX_READ, Reader, WORD as READER_WORD, read_stdin};
pub use scanner::{Scanner, Verdict};

/// How much is taken, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of one file.
    pub size: u64,
    /// Of all files of an organisation, with their versions.
    pub quota: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 100_000_000, quota: 10_000_000_000 }
    }
}

/// Everything that files need beside the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Files(Arc<Parts>);

/// What [`Files`] is made of.
#[derive(Debug)]
pub struct Parts {
    pub blobs: Blobs,
    pub scanner: Scanner,
    pub reader: Reader,
    pub limits: Limits,
}

impl Files {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Files {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
