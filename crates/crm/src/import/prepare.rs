//! From an upload to an import that can be checked: the file read, its columns described, fields suggested.

use dealwright_kernel::error::Outcome;
use dealwright_kernel::{Error, Result};

use super::check::{Decisions, Lookups, Options};
use super::field::Object;
use super::infer;
use super::mapping::{self, Known};
use super::read::{self, Limits, ReadError, ReadOptions, Source, Table};
use super::{Import, ImportColumn};

/// A file as read.
#[derive(Debug)]
pub struct Parsed {
    pub table: Table,
    pub source: Source,
}

/// Reads a file, away from the threads that serve requests.
///
/// # Errors
/// 413 when it is too large, 415 when it is of another kind, else 422; the code says why.
pub async fn parse(bytes: Vec<u8>, reading: ReadOptions) -> Result<Parsed> {
    let parsed = tokio::task::spawn_blocking(move || read::read(&bytes, &reading, &Limits::default()));
    let (table, source) = parsed.await.map_err(Error::internal)?.map_err(refusal)?;
    Ok(Parsed { table, source })
}

fn refusal(error: ReadError) -> Error {
    let outcome = match error {
        ReadError::TooLarge { .. } => Outcome::TooLarge,
        ReadError::UnsupportedFormat { .. } | ReadError::NotText => Outcome::UnsupportedType,
        ReadError::Empty
        | ReadError::TooManyColumns { .. }
        | ReadError::TooManyRows { .. }
        | ReadError::TooManyCells { .. }
        | ReadError::CellTooLong { .. }
        | ReadError::UnreadableWorkbook { .. }
        | ReadError::NoSuchSheet { .. } => Outcome::Invalid,
    };
    let mut refused = Error::invalid(error.code(), error.to_string()).on("file");
    refused.outcome = outcome;
    refused
}

/// Describes the columns and suggests the object, where none is given, and the fields.
#[must_use]
pub fn describe(table: &Table, object: Option<Object>, names: &Lookups) -> (Object, Vec<ImportColumn>) {
    let columns = infer::columns(table);
    let object = object.unwrap_or_else(|| mapping::suggest_object(&columns).0);
    (object, suggest(columns, object, names))
}

fn suggest(columns: Vec<infer::Column>, object: Object, names: &Lookups) -> Vec<ImportColumn> {
    let known = Known {
        stages: Some(&names.stages),
        users: Some(&names.users),
        products: Some(&names.products),
        accounts: None,
    };
    let suggested = mapping::suggest(&columns, object, known);
    let pairs = columns.into_iter().zip(suggested);
    pairs
        .map(|(column, suggestion)| ImportColumn {
            column,
            suggested_field: suggestion.field,
            confidence: suggestion.confidence,
        })
        .collect()
}

/// Makes `import` about another object: what was mapped and decided for the old one goes.
pub fn change_object(import: &mut Import, object: Object, names: &Lookups) {
    import.object = object;
    import.columns = suggest(import.inferred(), object, names);
    import.mapping = suggested_mapping(&import.columns);
    import.decisions = Decisions::default();
    import.options = Options { missing_account: None, ..import.options.clone() };
    import.matched.clear();
}

/// The field suggested for each column.
#[must_use]
pub fn suggested_mapping(columns: &[ImportColumn]) -> Vec<Option<String>> {
    columns.iter().map(|column| column.suggested_field.clone()).collect()
}
