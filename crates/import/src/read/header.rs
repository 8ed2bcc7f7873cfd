//! Which row names the columns. Exports put notes above their header, and some have none.

use super::table::Grid;
use super::{Limits, ReadError, Source, Table};
use crate::values::{date, email, number};

/// How many rows below a possible header are looked at.
const LOOK: usize = 50;

/// Finds the header, or names the columns by their position, and makes the table.
pub(super) fn name_columns(
    grid: Grid,
    header: Option<bool>,
    limits: &Limits,
    source: &mut Source,
) -> Result<Table, ReadError> {
    if grid.len() == 0 {
        return Err(ReadError::Empty);
    }
    let first = if header == Some(false) { 0 } else { below_preamble(&grid) };
    let named = header.unwrap_or_else(|| is_header(&grid, first));
    source.header = named;
    if !named {
        return grid.into_table(Vec::new(), 0, limits);
    }
    let columns = unique(grid.row(first).map(str::to_owned).collect());
    grid.into_table(columns, first + 1, limits)
}

/// The first row at least as wide as three fifths of the rows after it.
fn below_preamble(grid: &Grid) -> usize {
    let widths: Vec<usize> = (0..grid.len().min(LOOK)).map(|row| grid.width_of(row)).collect();
    let mut sorted = widths.clone();
    sorted.sort_unstable();
    let typical = sorted.get(sorted.len() / 2).copied().unwrap_or(1);
    if typical < 2 {
        return 0;
    }
    widths.iter().position(|width| *width * 5 >= typical * 3 && *width > 1).unwrap_or(0)
}

/// A row of data says numbers, dates and addresses where the rows below say them too; a header says words above them.
fn is_header(grid: &Grid, first: usize) -> bool {
    if grid.len() == first + 1 {
        return !grid.row(first).any(is_datum);
    }
    let (mut words, mut data) = (0_u32, 0_u32);
    for (column, cell) in grid.row(first).enumerate() {
        if cell.is_empty() {
            continue;
        }
        let below = (first + 1..grid.len().min(first + 1 + LOOK)).filter_map(|row| grid.row(row).nth(column));
        let (mut filled, mut like) = (0_u32, 0_u32);
        for value in below.filter(|value| !value.is_empty()) {
            filled += 1;
            like += u32::from(is_datum(value));
        }
        let mostly_data = filled > 0 && like * 5 >= filled * 4;
        match (is_datum(cell), mostly_data) {
            (true, true) => data += 1,
            (false, true) => words += 1,
            (true | false, false) => {}
        }
    }
    data <= words
}

fn is_datum(cell: &str) -> bool {
    number::parse(cell, number::DecimalMark::Point).is_some()
        || number::parse(cell, number::DecimalMark::Comma).is_some()
        || date::looks_like_date(cell)
        || email::normalise(cell).is_some()
}

/// Names for nameless columns, and a number behind a name that was there before.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen: std::collections::HashSet<String> = std::collections::HashSet::new();
    let mut result = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let name = if name.is_empty() { format!("Column {}", index + 1) } else { name };
        let mut candidate = name.clone();
        let mut copy = 2_u32;
        while !seen.insert(candidate.clone()) {
            candidate = format!("{name} ({copy})");
            copy += 1;
        }
        result.push(candidate);
    }
    result
}
