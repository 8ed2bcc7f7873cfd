//! Bytes to a table: what kind of file it is, how its text is encoded, what separates its cells and where its header
//! stands, all detected, all overridable, all bounded.
//!
//! Whatever the bytes are, the answer is a [`Table`] or a [`ReadError`] with a stable code; there is no panic and no
//! allocation that the file's size does not justify. CSV is read by `csv`, workbooks by `calamine`, address books by
//! `calcard`.

mod header;
mod table;
mod text;
mod vcard;
mod workbook;

use serde::{Deserialize, Serialize};

pub use table::Table;
pub use text::Encoding;

/// How large a file may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub bytes: usize,
    /// Bytes of a workbook once unpacked.
    pub unpacked: u64,
    pub columns: usize,
    /// Rows below the header.
    pub rows: usize,
    /// Rows times columns.
    pub cells: usize,
    /// Bytes of one cell in UTF-8.
    pub cell: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 100 << 20, unpacked: 1 << 30, columns: 500, rows: 1_000_000, cells: 50_000_000, cell: 32_768 }
    }
}

/// What the person says about the file where detection got it wrong; absent means detect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    pub encoding: Option<Encoding>,
    /// One ASCII character.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1)]
    pub delimiter: Option<char>,
    pub sheet: Option<String>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    Xlsx,
    Vcard,
}

/// What was found out about the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub format: Format,
    /// Of text.
    pub encoding: Option<Encoding>,
    /// CSV only.
    pub delimiter: Option<char>,
    /// Workbooks only: the sheet read, and all there are.
    pub sheet: Option<String>,
    pub sheets: Vec<String>,
    /// Whether the first row was taken as names of the columns.
    pub header: bool,
}

/// Why a file can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("The file is empty.")]
    Empty,
    #[error("The file has more than {limit} bytes.")]
    TooLarge { limit: u64 },
    #[error("The file has more than {limit} columns.")]
    TooManyColumns { limit: usize },
    #[error("The file has more than {limit} rows.")]
    TooManyRows { limit: usize },
    #[error("The file has more than {limit} cells.")]
    TooManyCells { limit: usize },
    #[error("A cell in row {row} is longer than {limit} bytes. Is a quotation mark left open?")]
    CellTooLong { row: u32, limit: usize },
    #[error("This is {what}. Save it as CSV, as an Excel workbook (.xlsx) or as vCard (.vcf) and upload that.")]
    UnsupportedFormat { what: &'static str },
    #[error("The file isn't text, and isn't an Excel workbook either.")]
    NotText,
    #[error("The workbook can't be read: {reason}")]
    UnreadableWorkbook { reason: String },
    #[error("The workbook has no sheet \"{sheet}\".")]
    NoSuchSheet { sheet: String },
}

impl ReadError {
    /// The API's error code.
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::Empty => "file_empty",
            ReadError::TooLarge { .. } => "file_too_large",
            ReadError::TooManyColumns { .. } => "too_many_columns",
            ReadError::TooManyRows { .. } => "too_many_rows",
            ReadError::TooManyCells { .. } => "too_many_cells",
            ReadError::CellTooLong { .. } => "cell_too_long",
            ReadError::UnsupportedFormat { .. } => "unsupported_format",
            ReadError::NotText => "not_text",
            ReadError::UnreadableWorkbook { .. } => "unreadable_workbook",
            ReadError::NoSuchSheet { .. } => "no_such_sheet",
        }
    }
}

/// Reads a CSV file, a workbook or an address book.
pub fn read(bytes: &[u8], options: &ReadOptions, limits: &Limits) -> Result<(Table, Source), ReadError> {
    if bytes.len() > limits.bytes {
        return Err(ReadError::TooLarge { limit: u64::try_from(limits.bytes).unwrap_or(u64::MAX) });
    }
    let (grid, mut source) = if bytes.starts_with(b"PK\x03\x04") {
        workbook::read(bytes, options, limits)?
    } else if let Some(what) = foreign_format(bytes) {
        return Err(ReadError::UnsupportedFormat { what });
    } else {
        text::read(bytes, options, limits)?
    };
    let header = if source.format == Format::Vcard { Some(true) } else { options.header };
    let table = header::name_columns(grid, header, limits, &mut source)?;
    Ok((table, source))
}

fn foreign_format(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"\xD0\xCF\x11\xE0", "an old Excel file (.xls)"),
        (b"%PDF", "a PDF file"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"{\\rtf", "a rich text file"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
    ];
    KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests;
