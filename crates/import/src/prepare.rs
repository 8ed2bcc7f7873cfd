//! From an upload to an import that can be checked: the file read, its columns described, fields suggested.

use std::collections::BTreeMap;

use dealwright_access::{Actor, Context};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::ImportId;
use dealwright_kernel::{Error, Result};

use super::check::{Decisions, Lookups, Options};
use super::field::Object;
use super::infer;
use super::mapping::{self, Known};
use super::read::{self, Limits, ReadError, ReadOptions, Source, Table};
use super::template::{MappedBy, Memory};
use super::{Import, ImportColumn, Status, Tally, lookup, write};

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

/// An import of an uploaded file, with everything suggested.
///
/// # Errors
/// As [`parse`].
pub async fn new_import(cx: &Context, filename: &str, bytes: &[u8], object: Option<Object>) -> Result<Import> {
    let parsed = parse(bytes.to_vec(), ReadOptions::default()).await?;
    let mut tx = cx.begin().await?;
    let names = lookup::load_names(&mut tx).await?;
    tx.done(()).await?;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let (parsed, object, columns) = described(parsed, object, names).await?;
    let mut import = Import {
        id: ImportId(cx.clock().new_id()),
        status: Status::Mapping,
        object,
        filename: filename.to_owned(),
        size,
        reading: ReadOptions::default(),
        source: parsed.source,
        mapping: suggested_mapping(&columns),
        mapped_by: None,
        columns,
        decisions: Decisions::default(),
        options: Options::default(),
        matched: BTreeMap::new(),
        rows: i64::try_from(parsed.table.len()).unwrap_or(i64::MAX),
        summary: None,
        progress: None,
        tally: Tally::default(),
        attachments: None,
        error: None,
        created_by: cx.actor().user,
        created_by_name: cx.actor().name.clone(),
        created_at: cx.clock().now(),
        finished_at: None,
    };
    leave_unmapped(cx.actor(), &mut import);
    Ok(import)
}

/// Leaves out the columns whose suggested field the person may not write.
pub fn leave_unmapped(actor: &Actor, import: &mut Import) {
    let object = import.object;
    for field in &mut import.mapping {
        *field = field.take().filter(|key| write::may_map(actor, object, [key.as_str()]).is_ok());
    }
}

async fn described(
    parsed: Parsed,
    object: Option<Object>,
    names: Lookups,
) -> Result<(Parsed, Object, Vec<ImportColumn>)> {
    let work = tokio::task::spawn_blocking(move || {
        let (object, columns) = describe(&parsed.table, object, &names);
        (parsed, object, columns)
    });
    work.await.map_err(Error::internal)
}

/// Reads the file in another way; what was mapped and decided goes.
///
/// # Errors
/// As [`parse`].
pub async fn read_again(import: &mut Import, reading: ReadOptions, content: Vec<u8>, names: &Lookups) -> Result<()> {
    let parsed = parse(content, reading.clone()).await?;
    let (parsed, _, columns) = described(parsed, Some(import.object), names.clone()).await?;
    import.reading = reading;
    import.source = parsed.source;
    import.rows = i64::try_from(parsed.table.len()).unwrap_or(i64::MAX);
    import.mapping = suggested_mapping(&columns);
    import.mapped_by = None;
    import.columns = columns;
    import.decisions = Decisions::default();
    import.matched.clear();
    Ok(())
}

/// The last part of a path, without what a file name can't hold.
#[must_use]
pub fn filename(path: &str) -> String {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|character| !character.is_control()).take(200).collect();
    let clean = clean.trim();
    if clean.is_empty() { "upload.csv".to_owned() } else { clean.to_owned() }
}

/// Makes `import` about another object: what was mapped and decided for the old one goes.
pub fn change_object(import: &mut Import, object: Object, names: &Lookups) {
    import.object = object;
    import.columns = suggest(import.inferred(), object, names);
    import.mapping = suggested_mapping(&import.columns);
    import.mapped_by = None;
    import.decisions = Decisions::default();
    import.options = Options {
        missing_account: None,
        missing_contact: None,
        missing_record: None,
        activity_kind: None,
        ..import.options.clone()
    };
    import.matched.clear();
}

/// Maps `import` as `memory` says; columns that it knows nothing of are mapped by suggestion.
pub fn remember(actor: &Actor, import: &mut Import, by: MappedBy, memory: Memory, names: &Lookups) {
    if memory.object != import.object {
        change_object(import, memory.object, names);
    }
    memory.apply(actor, import);
    import.mapped_by = Some(by);
}

/// Forgets what was mapped and decided: it is as suggested.
pub fn suggest_anew(actor: &Actor, import: &mut Import) {
    import.mapping = suggested_mapping(&import.columns);
    import.mapped_by = None;
    import.decisions = Decisions::default();
    import.options = Options::default();
    import.matched.clear();
    leave_unmapped(actor, import);
}

/// The field suggested for each column.
#[must_use]
pub fn suggested_mapping(columns: &[ImportColumn]) -> Vec<Option<String>> {
    columns.iter().map(|column| column.suggested_field.clone()).collect()
}
