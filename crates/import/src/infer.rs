//! What each column holds, found from its cells: the type, the order of its dates, the notation of its numbers, how
//! many cells are empty, how many values differ, and a few to show.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::field::fold_header;
use super::read::Table;
use super::values::date::{self, DateOrder};
use super::values::number::{self, DecimalMark};
use super::values::{self, email};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Empty,
    Text,
    Integer,
    Decimal,
    Money,
    Date,
    Boolean,
    Email,
    Phone,
    Url,
    /// Values without space that all differ, with digits in them: another system's key.
    Id,
}

/// One column, as seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Column {
    pub index: usize,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Up to five different values, as written.
    pub samples: Vec<String>,
    pub empty: u32,
    /// Different values; counting ends at 100,000.
    pub distinct: u32,
    /// Dates only.
    pub date_order: Option<DateOrder>,
    /// True when day and month could be either way around in all of the dates.
    pub date_ambiguous: bool,
    /// Numbers only; absent when the column doesn't say.
    pub decimal_mark: Option<DecimalMark>,
    /// Numbers only: all lie between 0 and 1 and one is a fraction, as probabilities are written by some.
    pub fractions: bool,
}

/// How many values of a column are looked at for its type; the whole column counts for dates and emptiness.
const LOOK: usize = 5_000;
const DISTINCT: usize = 100_000;

/// Describes every column of the table.
pub fn columns(table: &Table) -> Vec<Column> {
    let mut columns: Vec<Column> =
        table.columns().iter().enumerate().map(|(index, name)| column(table, index, name)).collect();
    settle_ambiguous_dates(&mut columns);
    columns
}

fn column(table: &Table, index: usize, name: &str) -> Column {
    let (mut empty, mut samples, mut distinct) = (0_u32, Vec::new(), HashSet::new());
    let mut longest = 0;
    let mut has_space = false;
    for row in 0..table.len() {
        let cell = table.cell(row, index);
        if cell.is_empty() {
            empty += 1;
            continue;
        }
        longest = longest.max(cell.len());
        has_space |= cell.contains(char::is_whitespace);
        if distinct.len() < DISTINCT && distinct.insert(cell) && samples.len() < 5 {
            samples.push(cell.chars().take(120).collect::<String>());
        }
    }
    let filled = || (0..table.len()).map(|row| table.cell(row, index)).filter(|cell| !cell.is_empty());
    let total = u32::try_from(filled().take(LOOK).count()).unwrap_or(u32::MAX);
    let most = |test: &dyn Fn(&str) -> bool| {
        let hits = u32::try_from(filled().take(LOOK).filter(|cell| test(cell)).count()).unwrap_or(u32::MAX);
        u64::from(hits) * 100 >= u64::from(total) * 95 && hits > 0
    };
    let mark = number::detect_mark(filled().take(LOOK));
    let assumed = mark.unwrap_or(DecimalMark::Point);
    let all_differ = distinct.len() >= DISTINCT || filled().nth(distinct.len()).is_none();
    let half = |test: &dyn Fn(&str) -> bool| {
        filled().take(LOOK).filter(|cell| test(cell)).count() * 2 >= filled().take(LOOK).count()
    };
    let kind = if total == 0 {
        ColumnType::Empty
    } else if longest <= 5 && most(&|cell| values::boolean(cell).is_some()) {
        ColumnType::Boolean
    } else if most(&|cell| email::normalise(cell).is_some()) {
        ColumnType::Email
    } else if most(&date::looks_like_date)
        || most(&is_compact_date)
        || (fold_header(name).contains("date") && most(&is_serial_date))
    {
        ColumnType::Date
    } else if most(&|cell| cell.parse::<i64>().is_ok()) {
        integer_kind(name, longest, all_differ)
    } else if most(&|cell| number::parse(cell, assumed).is_some()) {
        ColumnType::Decimal
    } else if most(&|cell| number::money(cell, assumed).is_some()) {
        ColumnType::Money
    } else if most(&|cell| values::phone(cell).is_some()) {
        ColumnType::Phone
    } else if most(&|cell| values::url(cell).is_some()) {
        ColumnType::Url
    } else if !has_space
        && all_differ
        && total > 1
        && longest <= 64
        && most(&is_key)
        && half(&has_digit)
        && !half(&|cell| number::parse(cell, assumed).is_some() || date::looks_like_date(cell))
    {
        ColumnType::Id
    } else {
        ColumnType::Text
    };
    // A column with too many bad cells to be called dates or numbers may still be mapped to a field of them.
    let order = match kind {
        ColumnType::Date => date::detect_order(filled()),
        ColumnType::Text => date::detect_order(filled().take(LOOK)),
        _ => None,
    };
    let may_be_number =
        matches!(kind, ColumnType::Integer | ColumnType::Decimal | ColumnType::Money | ColumnType::Text);
    let fractions = matches!(kind, ColumnType::Decimal | ColumnType::Text) && {
        let numbers = || filled().filter_map(|cell| number::parse(cell, assumed));
        numbers().any(|value| !value.is_integer())
            && numbers().all(|value| (Decimal::ZERO..=Decimal::ONE).contains(&value))
    };
    Column {
        index,
        name: name.to_owned(),
        kind,
        samples,
        empty,
        distinct: u32::try_from(distinct.len()).unwrap_or(u32::MAX),
        date_order: order.map(|(order, _)| order),
        date_ambiguous: order.is_some_and(|(_, ambiguous)| ambiguous),
        decimal_mark: if may_be_number { mark } else { None },
        fractions,
    }
}

/// Long numbers that all differ are keys or telephone numbers, going by the header.
fn integer_kind(name: &str, longest: usize, all_differ: bool) -> ColumnType {
    let header = fold_header(name);
    if header.ends_with("id") && all_differ {
        ColumnType::Id
    } else if ["phone", "mobile", "tel", "fax"].iter().any(|word| header.contains(word)) && longest >= 6 {
        ColumnType::Phone
    } else {
        ColumnType::Integer
    }
}

fn has_digit(cell: &str) -> bool {
    cell.contains(|character: char| character.is_ascii_digit())
}

fn is_key(cell: &str) -> bool {
    cell.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
}

fn is_compact_date(cell: &str) -> bool {
    cell.len() == 8 && cell.starts_with(['1', '2']) && date::parse(cell, DateOrder::Ymd).is_some()
}

/// A spreadsheet's day numbers look like any number; only a header that says so makes them dates.
fn is_serial_date(cell: &str) -> bool {
    date::from_serial(cell).is_some()
}

/// A column that could be either way around follows those that couldn't.
fn settle_ambiguous_dates(columns: &mut [Column]) {
    let clear = columns
        .iter()
        .filter(|column| !column.date_ambiguous)
        .filter_map(|column| column.date_order)
        .find(|order| *order != DateOrder::Ymd);
    let comma = columns.iter().any(|column| column.decimal_mark == Some(DecimalMark::Comma));
    for column in columns.iter_mut().filter(|column| column.date_ambiguous) {
        let points = column.samples.iter().any(|sample| sample.contains('.'));
        if let Some(order) = clear {
            column.date_order = Some(order);
            column.date_ambiguous = false;
        } else if points || comma {
            column.date_order = Some(DateOrder::Dmy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Limits, ReadOptions, read};

    fn kinds(text: &str) -> Vec<(String, ColumnType)> {
        let (table, _) = read(text.as_bytes(), &ReadOptions::default(), &Limits::default()).unwrap();
        columns(&table).into_iter().map(|column| (column.name, column.kind)).collect()
    }

    #[test]
    fn each_type_is_seen() {
        let text = "key,n,price,paid,day,ok,mail,tel,web,words,none\n\
            A1,1,1.5,$3,2017-01-02,yes,a@b.test,+1 415 555 0000,www.a.test,red,\n\
            A2,22,2.25,€4,2017-01-03,no,c@d.test,+1 415 555 0001,https://b.test,blue sky,\n\
            A3,3,10,5 USD,2017-01-04,yes,,+1 415 555 0002,c.test/x,red,\n";
        let found: Vec<ColumnType> = kinds(text).into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(
            found,
            vec![
                ColumnType::Id,
                ColumnType::Integer,
                ColumnType::Decimal,
                ColumnType::Money,
                ColumnType::Date,
                ColumnType::Boolean,
                ColumnType::Email,
                ColumnType::Phone,
                ColumnType::Url,
                ColumnType::Text,
                ColumnType::Empty,
            ]
        );
    }

    #[test]
    fn an_ambiguous_date_column_follows_a_clear_one() {
        let text = "start,end\n01/02/2017,25/03/2017\n03/04/2017,26/03/2017\n";
        let (table, _) = read(text.as_bytes(), &ReadOptions::default(), &Limits::default()).unwrap();
        let columns = columns(&table);
        assert_eq!(columns[0].date_order, Some(DateOrder::Dmy));
        assert!(!columns[0].date_ambiguous);
    }

    #[test]
    fn a_continental_file_reads_continentally() {
        let text = "Betrag;Datum\n1.234,50;03.04.2017\n99,00;05.04.2017\n";
        let (table, source) = read(text.as_bytes(), &ReadOptions::default(), &Limits::default()).unwrap();
        assert_eq!(source.delimiter, Some(';'));
        let columns = columns(&table);
        assert_eq!((columns[0].kind, columns[0].decimal_mark), (ColumnType::Decimal, Some(DecimalMark::Comma)));
        assert_eq!((columns[1].kind, columns[1].date_order), (ColumnType::Date, Some(DateOrder::Dmy)));
    }
}
