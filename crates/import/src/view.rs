//! An import as the API shows it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::ImportId;
use serde::Serialize;
use utoipa::ToSchema;

use super::attachment::Counts;
use super::check::{Options, Summary, ValueMatch};
use super::field::Object as ImportObject;
use super::read::{Format, ReadOptions};
use super::template::MappedBy;
use super::{Import, ImportColumn, Status, Tally};
use dealwright_crm::record::Ref;

/// A column and its field.
#[derive(Debug, Serialize, ToSchema)]
pub struct MappedColumn {
    pub column: usize,
    /// Null leaves the column out.
    pub field: Option<String>,
}

/// How far the work at hand has come, in rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    pub done: i64,
    pub total: i64,
}

/// An import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportView {
    pub id: ImportId,
    pub status: Status,
    pub object: ImportObject,
    pub filename: String,
    /// In bytes.
    pub size: i64,
    pub format: Format,
    /// Of text.
    pub encoding: Option<&'static str>,
    /// CSV only.
    pub delimiter: Option<String>,
    /// Workbooks only.
    pub sheet: Option<String>,
    pub sheets: Vec<String>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// How the file was said to be read, where that is not left to be found out.
    pub reading: ReadOptions,
    pub rows: i64,
    pub columns: Vec<ImportColumn>,
    pub mapping: Vec<MappedColumn>,
    /// The template, or the earlier import of a file with the same columns, that it is mapped by. Null: as suggested.
    pub mapped_by: Option<MappedBy>,
    /// What the values of fields that name records stand for; from the last check.
    pub values: BTreeMap<String, Vec<ValueMatch>>,
    pub options: Options,
    /// Null until it has been checked as it is configured now.
    pub check: Option<Summary>,
    pub progress: Option<Progress>,
    /// Null until it has run.
    pub result: Option<Tally>,
    /// Files that rows name by their address, by where they stand; null where no row names one. They come after the rows.
    pub attachments: Option<Counts>,
    pub created_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub created_by: Ref,
    pub can_roll_back: bool,
    /// Why it could not go on.
    pub error: Option<String>,
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let ran = matches!(
            import.status,
            Status::Running | Status::Done | Status::Failed | Status::RollingBack | Status::RolledBack
        );
        let mapping = import.mapping.iter().cloned().enumerate().map(|(column, field)| MappedColumn { column, field });
        Self {
            can_roll_back: import.can_roll_back(),
            mapping: mapping.collect(),
            mapped_by: import.mapped_by,
            result: ran.then_some(import.tally),
            created_by: Ref { id: import.created_by.0, name: import.created_by_name },
            id: import.id,
            status: import.status,
            object: import.object,
            filename: import.filename,
            size: import.size,
            format: import.source.format,
            encoding: import.source.encoding.map(super::read::Encoding::name),
            delimiter: import.source.delimiter.map(String::from),
            sheet: import.source.sheet,
            sheets: import.source.sheets,
            header: import.source.header,
            reading: import.reading,
            rows: import.rows,
            columns: import.columns,
            values: import.matched,
            options: import.options,
            check: import.summary,
            progress: import.progress.map(|(done, total)| Progress { done, total }),
            attachments: import.attachments,
            created_at: import.created_at,
            finished_at: import.finished_at,
            error: import.error,
        }
    }
}
