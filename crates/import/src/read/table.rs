//! The table itself, packed: all cells' text in one string, and where each ends. A million rows cost what the file
//! costs and four bytes a cell.

use super::{Limits, ReadError};

/// Named columns and rows of text cells; every row has a cell for every column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<String>,
    text: String,
    /// For each cell, row by row, the offset in `text` where it ends.
    ends: Vec<u32>,
    /// For each row its number in the file, the first record being 1.
    numbers: Vec<u32>,
}

impl Table {
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Number of rows, the header not counted.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The cell as written; empty for a row or column that isn't there.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let width = self.columns.len();
        if column >= width || row >= self.numbers.len() {
            return "";
        }
        let at = row * width + column;
        let offset = |index: usize| self.ends.get(index).and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let start = if at == 0 { 0 } else { offset(at - 1) };
        self.text.get(start..offset(at)).unwrap_or("")
    }

    /// All cells of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.columns.len()).map(move |column| self.cell(row, column))
    }

    /// The row's number in the file as a spreadsheet would show it: 2 for the first row below a header.
    pub fn number(&self, row: usize) -> u32 {
        self.numbers.get(row).copied().unwrap_or(0)
    }
}

/// Rows of any width, as they come out of a file; [`Grid::into_table`] names the columns and evens the rows out.
#[derive(Debug, Default)]
pub(super) struct Grid {
    text: String,
    ends: Vec<u32>,
    /// For each row: its number in the file, and the index in `ends` past its last cell.
    rows: Vec<(u32, usize)>,
    width: usize,
}

impl Grid {
    /// Adds a row; cells that are all empty make no row. NULs go (PostgreSQL holds none), as does space around a cell.
    pub fn push<'a>(
        &mut self,
        number: u32,
        cells: impl Iterator<Item = &'a str>,
        limits: &Limits,
    ) -> Result<(), ReadError> {
        let (text_before, ends_before) = (self.text.len(), self.ends.len());
        for cell in cells {
            if self.ends.len() - ends_before >= limits.columns && !cell.trim().is_empty() {
                return Err(ReadError::TooManyColumns { limit: limits.columns });
            }
            let cell = cell.trim();
            if cell.len() > limits.cell {
                return Err(ReadError::CellTooLong { row: number, limit: limits.cell });
            }
            if cell.contains('\0') {
                self.text.extend(cell.chars().filter(|character| *character != '\0'));
            } else {
                self.text.push_str(cell);
            }
            let end = u32::try_from(self.text.len()).map_err(|_| ReadError::TooLarge { limit: u64::from(u32::MAX) })?;
            self.ends.push(end);
        }
        if self.text.len() == text_before {
            self.ends.truncate(ends_before);
            return Ok(());
        }
        // Empty cells at the end of a row add nothing; a sheet can have thousands.
        let filled = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        while self.ends.len() > ends_before + 1 && self.ends.iter().rev().nth(1) == Some(&filled) {
            self.ends.pop();
        }
        if self.rows.len() > limits.rows {
            return Err(ReadError::TooManyRows { limit: limits.rows });
        }
        self.width = self.width.max(self.ends.len() - ends_before);
        self.rows.push((number, self.ends.len()));
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    fn span(&self, row: usize) -> (usize, usize) {
        let end_of = |row: usize| self.rows.get(row).map_or(0, |(_, end)| *end);
        (if row == 0 { 0 } else { end_of(row - 1) }, end_of(row))
    }

    /// Number of cells up to the last that isn't empty.
    pub fn width_of(&self, row: usize) -> usize {
        let (start, end) = self.span(row);
        end.saturating_sub(start)
    }

    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        let (start, end) = self.span(row);
        (start..end).map(|at| self.cell_at(at))
    }

    fn cell_at(&self, at: usize) -> &str {
        let offset = |index: usize| self.ends.get(index).and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
        let start = if at == 0 { 0 } else { offset(at - 1) };
        self.text.get(start..offset(at)).unwrap_or("")
    }

    /// The rows from `first` on under the names of the columns, of which there are made as many as the widest row has.
    pub fn into_table(self, mut columns: Vec<String>, first: usize, limits: &Limits) -> Result<Table, ReadError> {
        let width = (first..self.len()).map(|row| self.width_of(row)).max().unwrap_or(0).max(columns.len()).max(1);
        if width > limits.columns {
            return Err(ReadError::TooManyColumns { limit: limits.columns });
        }
        for index in columns.len()..width {
            columns.push(format!("Column {}", index + 1));
        }
        let count = self.len().saturating_sub(first);
        if count > limits.rows {
            return Err(ReadError::TooManyRows { limit: limits.rows });
        }
        if count.saturating_mul(width) > limits.cells {
            return Err(ReadError::TooManyCells { limit: limits.cells });
        }
        let mut ends = Vec::with_capacity(count * width);
        let (start, _) = self.span(first.min(self.len()));
        let offset = if start == 0 { 0 } else { self.ends.get(start - 1).copied().unwrap_or(0) };
        for row in first..self.len() {
            let (start, end) = self.span(row);
            let mut last = ends.last().copied().unwrap_or(0);
            for at in start..end {
                last = self.ends.get(at).copied().unwrap_or(0) - offset;
                ends.push(last);
            }
            for _ in self.width_of(row)..width {
                ends.push(last);
            }
        }
        let numbers = self.rows.iter().skip(first).map(|(number, _)| *number).collect();
        let mut text = self.text;
        if let Ok(offset) = usize::try_from(offset) {
            text.drain(..offset);
        }
        Ok(Table { columns, text, ends, numbers })
    }
}
