//! A workbook of one sheet. Text is written as text, so that no cell is a formula, and a link is no link.

use axum::body::Bytes;
use dealwright_kernel::{Error, Result};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::cell::Cell;
use super::column::{Column, head};

/// As much text as a cell of a workbook holds.
const MAX_TEXT: usize = 32_767;

pub(super) fn written(columns: &[Column], rows: &[Vec<Cell>]) -> Result<Bytes> {
    sheet(columns, rows).map(Bytes::from).map_err(Error::internal)
}

fn sheet(columns: &[Column], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (at, cell) in (0_u16..).zip(head(columns)) {
        if let Cell::Text(text) = cell {
            sheet.write_string_with_format(0, at, text, &bold)?;
        }
        sheet.set_column_width(at, 18)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (line, row) in (1_u32..).zip(rows) {
        for (at, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => match number.parse::<f64>() {
                    // A spreadsheet's numbers have 15 digits; what has more stays whole as text.
                    Ok(parsed) if number.chars().filter(char::is_ascii_digit).count() <= 15 => {
                        _ = sheet.write_number(line, at, parsed)?;
                    }
                    _ => _ = sheet.write_string(line, at, number)?,
                },
                Cell::Text(text) => {
                    let text: String = text.chars().take(MAX_TEXT).collect();
                    sheet.write_string(line, at, text)?;
                }
            }
        }
    }
    book.save_to_buffer()
}
