//! Delimited text: its encoding, its delimiter, its rows.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::{Deserialize, Serialize};

use super::table::Grid;
use super::{Format, Limits, ReadError, ReadOptions, Source, vcard};

/// How the bytes of a text file stand for letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Encoding {
    #[serde(rename = "UTF-8")]
    Utf8,
    #[serde(rename = "UTF-16LE")]
    Utf16Le,
    #[serde(rename = "UTF-16BE")]
    Utf16Be,
    /// Also Latin-1, of which it is a superset for printable text.
    #[serde(rename = "Windows-1252")]
    Windows1252,
}

impl Encoding {
    /// The name a person knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// By byte order mark, else by where the NULs of UTF-16 stand, else UTF-8 when it is that, else Windows-1252.
    fn detect(bytes: &[u8]) -> Encoding {
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            return Encoding::Utf8;
        }
        if bytes.starts_with(b"\xFF\xFE") {
            return Encoding::Utf16Le;
        }
        if bytes.starts_with(b"\xFE\xFF") {
            return Encoding::Utf16Be;
        }
        let sample = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
        let nuls = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
        let pairs = sample.len() / 2;
        if pairs > 1 && nuls(1) * 10 > pairs * 6 && nuls(0) * 10 < pairs {
            return Encoding::Utf16Le;
        }
        if pairs > 1 && nuls(0) * 10 > pairs * 6 && nuls(1) * 10 < pairs {
            return Encoding::Utf16Be;
        }
        if std::str::from_utf8(bytes).is_ok() { Encoding::Utf8 } else { Encoding::Windows1252 }
    }

    fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Encoding::Utf8 => {
                let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
                String::from_utf8_lossy(bytes)
            }
            Encoding::Utf16Le => UTF_16LE.decode_with_bom_removal(bytes).0,
            Encoding::Utf16Be => UTF_16BE.decode_with_bom_removal(bytes).0,
            Encoding::Windows1252 => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        }
    }
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions, limits: &Limits) -> Result<(Grid, Source), ReadError> {
    let encoding = options.encoding.unwrap_or_else(|| Encoding::detect(bytes));
    let text = encoding.decode(bytes);
    if text.trim().is_empty() {
        return Err(ReadError::Empty);
    }
    if !is_text(&text) {
        return Err(ReadError::NotText);
    }
    if vcard::is(&text) {
        return vcard::read(&text, encoding, limits);
    }
    let (declared, text) = declared_delimiter(&text);
    let delimiter = options
        .delimiter
        .and_then(|delimiter| u8::try_from(delimiter).ok())
        .filter(u8::is_ascii)
        .or(declared)
        .unwrap_or_else(|| detect_delimiter(text));
    let grid = rows(text, delimiter, limits)?;
    let source = Source {
        format: Format::Csv,
        encoding: Some(encoding),
        delimiter: Some(char::from(delimiter)),
        sheet: None,
        sheets: Vec::new(),
        header: true,
    };
    Ok((grid, source))
}

/// Text has next to no control characters.
fn is_text(text: &str) -> bool {
    let (mut total, mut odd) = (0_usize, 0_usize);
    for character in text.chars().take(65_536) {
        total += 1;
        if character.is_control() && !matches!(character, '\t' | '\r' | '\n') {
            odd += 1;
        }
    }
    odd * 50 <= total
}

/// Excel's own first line `sep=;`, and the text after it.
fn declared_delimiter(text: &str) -> (Option<u8>, &str) {
    let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("SEP=")) else {
        return (None, text);
    };
    let mut characters = rest.chars();
    let delimiter = characters.next().and_then(|character| u8::try_from(character).ok()).filter(u8::is_ascii);
    let rest = characters.as_str();
    match (delimiter, rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))) {
        (Some(delimiter), Some(rest)) => (Some(delimiter), rest),
        _ => (None, text),
    }
}

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The delimiter under which the first records agree best on a width of two or more.
fn detect_delimiter(text: &str) -> u8 {
    let mut end = text.len().min(65_536);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = text.get(..end).unwrap_or(text);
    let mut best = (b',', 0.0_f64);
    for candidate in CANDIDATES {
        let mut reader = reader(candidate, sample);
        let mut record = ByteRecord::new();
        let mut widths: HashMap<usize, u32> = HashMap::new();
        let mut records = 0_u32;
        while records < 100 && matches!(reader.read_byte_record(&mut record), Ok(true)) {
            *widths.entry(record.len()).or_default() += 1;
            records += 1;
        }
        let score = widths
            .iter()
            .filter(|(width, _)| **width > 1)
            .map(|(width, count)| {
                let width = u32::try_from(*width).unwrap_or(u32::MAX);
                f64::from(*count) / f64::from(records.max(1)) * (1.0 + f64::from(width).ln() / 10.0)
            })
            .fold(0.0, f64::max);
        if score > best.1 + 1e-9 {
            best = (candidate, score);
        }
    }
    best.0
}

fn reader(delimiter: u8, text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn rows(text: &str, delimiter: u8, limits: &Limits) -> Result<Grid, ReadError> {
    let mut grid = Grid::default();
    let mut reader = reader(delimiter, text);
    let mut record = ByteRecord::new();
    let mut number = 0_u32;
    // Reading from memory can't fail and flexible records have no wrong width, so an error is the end of the text.
    while matches!(reader.read_byte_record(&mut record), Ok(true)) {
        number = number.saturating_add(1);
        // The delimiter is ASCII, so cells are cut at character boundaries.
        grid.push(number, record.iter().map(|cell| std::str::from_utf8(cell).unwrap_or("")), limits)?;
    }
    Ok(grid)
}
