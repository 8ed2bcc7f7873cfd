//! Files that a column of addresses names. Rows note them when their records are written; a job fetches them afterwards, one
//! by one, through the guarded way out, as uploads of the importer: the same names, types, sizes, room and scanner. Each that
//! fails says why. A file and the note that it is there are written together, so that a broken-off job brings none twice.

pub mod fetch;
pub mod http;
pub mod store;

use std::collections::HashMap;

use dealwright_crm::file::{FileParent, Parent};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Record, Value};
use super::field::Object;
use super::store::Fate;

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportAttachmentState)]
pub enum State {
    Waiting,
    Done,
    Failed,
    /// Taken back with its import.
    Removed,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::Failed, Self::Removed];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Removed => "removed",
        }
    }

    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// How many files an import has by where they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportAttachments)]
pub struct Counts {
    pub waiting: i64,
    pub done: i64,
    pub failed: i64,
}

/// What files hang on that rows of an object bring.
#[must_use]
pub const fn parent_of(object: Object) -> Option<FileParent> {
    match object {
        Object::Opportunity => Some(FileParent::Opportunity),
        Object::Account => Some(FileParent::Account),
        Object::Contact => Some(FileParent::Contact),
        Object::Lead => Some(FileParent::Lead),
        Object::Task | Object::Activity | Object::Product | Object::User => None,
    }
}

/// An address that a row names for its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub row: i64,
    pub record: Uuid,
    pub url: String,
}

/// The addresses that a record's row names.
#[must_use]
pub fn links(record: &Record) -> Vec<String> {
    match record.get(FIELD) {
        Some(Value::Links(links)) => links.clone(),
        _ => Vec::new(),
    }
}

/// The field of addresses.
pub const FIELD: &str = "attachments";

/// What rows that were written want fetched.
#[must_use]
pub fn wanted(links: &HashMap<i64, Vec<String>>, fates: &[Fate]) -> Vec<Wanted> {
    let of = |fate: &Fate| {
        let record = fate.record_id?;
        let links = links.get(&fate.row)?.clone();
        let row = fate.row;
        Some(links.into_iter().map(move |url| Wanted { row, record, url }))
    };
    fates.iter().filter_map(of).flatten().collect()
}

/// A file to be fetched.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: Uuid,
    pub url: String,
    pub parent: Parent,
}
