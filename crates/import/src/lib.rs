//! Import of files: accounts, contacts, opportunities, products and people from CSV and Excel.
//!
//! The path of a file: [`read`] makes a table of its bytes, [`infer`] says what each column holds, [`mapping`] suggests
//! which field each is, [`values`] turns cells into values and names into records, [`check`] says for every row what an
//! import would do with it and why not. All of that is pure. [`prepare`] does it for an upload, [`job`] checks, carries
//! out and takes back in the background, as the person who imports; [`write`] holds the batches that write records.

pub mod attachment;
pub mod check;
pub mod command;
pub mod field;
pub mod http;
pub mod infer;
pub mod job;
pub mod likely;
pub mod lookup;
pub mod mapping;
pub mod patch;
pub mod prepare;
pub mod read;
pub mod rehearsal;
pub mod store;
pub mod template;
pub mod values;
pub mod view;
pub mod write;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{ImportId, UserId};
use dealwright_kernel::{Error, FieldError, Result};
use serde::{Deserialize, Serialize};

use check::{Decisions, Options, Summary, ValueMatch};
use field::Object;
use infer::Column;
use read::{ReadOptions, Source};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportStatus)]
pub enum Status {
    /// Waits for columns to be mapped and values to be decided.
    Mapping,
    Checking,
    Checked,
    Running,
    Done,
    Failed,
    RollingBack,
    RolledBack,
}

impl Status {
    const ALL: [Self; 8] = [
        Self::Mapping,
        Self::Checking,
        Self::Checked,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::RollingBack,
        Self::RolledBack,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mapping => "mapping",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::RollingBack => "rolling_back",
            Self::RolledBack => "rolled_back",
        }
    }

    /// Whether what is imported, and how, may still be changed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Mapping | Self::Checked)
    }
}

impl std::str::FromStr for Status {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal("an import has an unknown status"))
    }
}

/// A column with the field that suits it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportColumn {
    #[serde(flatten)]
    pub column: Column,
    pub suggested_field: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
}

/// How many records an import made and changed, and how many rows it left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    pub created: i64,
    pub updated: i64,
    pub skipped: i64,
    pub failed: i64,
}

/// An import, whole.
#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub status: Status,
    pub object: Object,
    pub filename: String,
    pub size: i64,
    pub reading: ReadOptions,
    pub source: Source,
    pub columns: Vec<ImportColumn>,
    /// The field of each column.
    pub mapping: Vec<Option<String>>,
    /// Absent when it was suggested.
    pub mapped_by: Option<template::MappedBy>,
    pub decisions: Decisions,
    pub options: Options,
    /// Raw values of reference fields, by field.
    pub matched: BTreeMap<String, Vec<ValueMatch>>,
    pub rows: i64,
    pub summary: Option<Summary>,
    /// Rows done and rows to do, while something runs.
    pub progress: Option<(i64, i64)>,
    pub tally: Tally,
    /// Files that rows name by their address; none where no row names one.
    pub attachments: Option<attachment::Counts>,
    pub error: Option<String>,
    pub created_by: UserId,
    pub created_by_name: String,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

impl Import {
    /// The columns as the check wants them.
    #[must_use]
    pub fn inferred(&self) -> Vec<Column> {
        self.columns.iter().map(|column| column.column.clone()).collect()
    }

    /// The fields that columns are mapped to.
    pub fn mapped(&self) -> impl Iterator<Item = &str> {
        self.mapping.iter().flatten().map(String::as_str)
    }

    #[must_use]
    pub fn can_roll_back(&self) -> bool {
        matches!(self.status, Status::Done | Status::Failed) && self.tally.created + self.tally.updated > 0
    }

    /// # Errors
    /// 409 `import_busy` while it runs, `import_finished` afterwards.
    pub fn require_open(&self) -> Result<()> {
        match self.status {
            Status::Mapping | Status::Checked => Ok(()),
            Status::Checking | Status::Running | Status::RollingBack => {
                Err(Error::conflict("import_busy", "the import is at work; wait for its end"))
            }
            Status::Done | Status::Failed | Status::RolledBack => {
                Err(Error::conflict("import_finished", "the import is finished; upload the file again"))
            }
        }
    }
}

/// Each column's field must exist, and no field may have two columns.
///
/// # Errors
/// 422 on `mapping`.
pub fn validate_mapping(object: Object, mapping: &[Option<String>]) -> Result<()> {
    let mut wrong = Vec::new();
    for (column, key) in mapping.iter().enumerate() {
        let Some(key) = key else { continue };
        let place = format!("mapping.{column}");
        if field::find(object, key).is_none() {
            wrong.push(FieldError {
                field: place,
                code: "unknown_field".into(),
                message: format!("there is no field {key}"),
            });
        } else if mapping.iter().take(column).any(|other| other.as_deref() == Some(key)) {
            wrong.push(FieldError {
                field: place,
                code: "mapped_twice".into(),
                message: format!("{key} has a column already"),
            });
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", wrong)) }
}
