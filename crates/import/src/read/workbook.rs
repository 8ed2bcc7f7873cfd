//! Excel workbooks. A workbook is a zip archive and may unpack to any size, and a single cell may claim the farthest
//! corner of the sheet: so the unpacked size is measured first, and cells are streamed instead of asking for the
//! rectangle they span.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::table::Grid;
use super::{Format, Limits, ReadError, ReadOptions, Source};

pub(super) fn read(bytes: &[u8], options: &ReadOptions, limits: &Limits) -> Result<(Grid, Source), ReadError> {
    measure(bytes, limits)?;
    // The parsers of the formats inside are large and not ours; a file that trips one is an unreadable file.
    catch_unwind(AssertUnwindSafe(|| read_sheet(bytes, options, limits)))
        .unwrap_or_else(|_| Err(ReadError::UnreadableWorkbook { reason: "its content is malformed".to_owned() }))
}

/// Unpacks into nothing and counts: the sizes that an archive declares may lie.
fn measure(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    let unreadable = |error: &dyn std::fmt::Display| ReadError::UnreadableWorkbook { reason: error.to_string() };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if !archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case("xl/workbook.xml")) {
        return Err(ReadError::UnsupportedFormat { what: "a zip archive, not an Excel workbook" });
    }
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let left = limits.unpacked.saturating_sub(total).saturating_add(1);
        total += std::io::copy(&mut entry.take(left), &mut std::io::sink()).map_err(|error| unreadable(&error))?;
        if total > limits.unpacked {
            return Err(ReadError::TooLarge { limit: limits.unpacked });
        }
    }
    Ok(())
}

fn read_sheet(bytes: &[u8], options: &ReadOptions, limits: &Limits) -> Result<(Grid, Source), ReadError> {
    let unreadable = |error: XlsxError| ReadError::UnreadableWorkbook { reason: error.to_string() };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let sheets = workbook.sheet_names();
    let sheet = match &options.sheet {
        Some(wanted) => sheets
            .iter()
            .find(|name| *name == wanted)
            .cloned()
            .ok_or_else(|| ReadError::NoSuchSheet { sheet: wanted.clone() })?,
        None => sheets.first().cloned().ok_or(ReadError::Empty)?,
    };
    let mut grid = Grid::default();
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let mut row: Vec<String> = Vec::new();
    let mut current = 0_u32;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (number, column) = cell.get_position();
        if number != current {
            grid.push(current.saturating_add(1), row.iter().map(String::as_str), limits)?;
            row.clear();
            current = number;
        }
        let value = text_of(cell.get_value());
        if value.is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= limits.columns {
            return Err(ReadError::TooManyColumns { limit: limits.columns });
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = value;
        }
    }
    grid.push(current.saturating_add(1), row.iter().map(String::as_str), limits)?;
    let source =
        Source { format: Format::Xlsx, encoding: None, delimiter: None, sheet: Some(sheet), sheets, header: true };
    Ok((grid, source))
}

/// A cell as a person would type it: dates as `2017-03-01`, whole numbers without a point.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(moment) => moment_text(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    let serial = moment.as_f64();
    if moment.is_duration() || !(0.0..2_958_466.0).contains(&serial) {
        return serial.to_string();
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}
