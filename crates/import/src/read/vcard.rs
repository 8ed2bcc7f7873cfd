//! Address books: vCard 2.1, 3.0 and 4.0, a row for each card. `calcard` reads them; here is which of a card's lines
//! stand in which column.

use calcard::vcard::{VCard, VCardEntry, VCardParameterName, VCardProperty, VCardValue};
use calcard::{Entry, Parser};

use super::table::Grid;
use super::{Encoding, Format, Limits, ReadError, Source};

/// The columns, named as the fields that they suit.
const COLUMNS: [&str; 14] = [
    "First name",
    "Last name",
    "Title",
    "Organization",
    "Email",
    "Other email",
    "Phone",
    "Other phone",
    "Website",
    "Address",
    "Tags",
    "Birthday",
    "Note",
    "External id",
];

/// Whether a text is an address book.
pub(super) fn is(text: &str) -> bool {
    text.trim_start_matches('\u{feff}')
        .trim_start()
        .get(..11)
        .is_some_and(|head| head.eq_ignore_ascii_case("BEGIN:VCARD"))
}

pub(super) fn read(text: &str, encoding: Encoding, limits: &Limits) -> Result<(Grid, Source), ReadError> {
    // Read twice: first for the columns that any card has something in.
    let mut used = [false; COLUMNS.len()];
    for card in cards(text) {
        for (used, cell) in used.iter_mut().zip(cells(&card)) {
            *used |= !cell.is_empty();
        }
    }
    let mut grid = Grid::default();
    let names = COLUMNS.into_iter().zip(used).filter(|(_, used)| *used).map(|(name, _)| name);
    grid.push(0, names, limits)?;
    for (number, card) in (1_u32..).zip(cards(text)) {
        let cells = cells(&card);
        grid.push(number, cells.iter().zip(used).filter(|(_, used)| *used).map(|(cell, _)| cell.as_str()), limits)?;
    }
    let (delimiter, sheet, sheets) = (None, None, Vec::new());
    Ok((grid, Source { format: Format::Vcard, encoding: Some(encoding), delimiter, sheet, sheets, header: true }))
}

/// The cards of a text; a line that belongs to none, or what a calendar has put beside them, is passed over.
fn cards(text: &str) -> impl Iterator<Item = VCard> {
    let mut parser = Parser::new(text);
    std::iter::from_fn(move || {
        loop {
            match parser.entry() {
                Entry::VCard(card) => return Some(card),
                Entry::Eof => return None,
                _ => {}
            }
        }
    })
}

fn cells(card: &VCard) -> [String; COLUMNS.len()] {
    let (first, last) = name(card);
    let line = |property: VCardProperty| ranked(card, &property, |_| 0).into_iter().next().unwrap_or_default();
    let mut emails = ranked(card, &VCardProperty::Email, |_| 0).into_iter();
    let mut phones = ranked(card, &VCardProperty::Tel, phone_rank).into_iter();
    [
        first,
        last,
        line(VCardProperty::Title),
        card.property(&VCardProperty::Org).map(|org| part(org, 0)).unwrap_or_default(),
        emails.next().unwrap_or_default(),
        emails.next().unwrap_or_default(),
        phones.next().unwrap_or_default(),
        phones.next().unwrap_or_default(),
        line(VCardProperty::Url),
        card.property(&VCardProperty::Adr).map(address).unwrap_or_default(),
        card.properties(&VCardProperty::Categories).flat_map(parts).collect::<Vec<_>>().join(", "),
        card.property(&VCardProperty::Bday).map(birthday).unwrap_or_default(),
        line(VCardProperty::Note),
        card.uid().unwrap_or_default().trim_start_matches("urn:uuid:").to_owned(),
    ]
}

/// First and last name: of the structured name, else of the formatted one, taken apart at its last space.
fn name(card: &VCard) -> (String, String) {
    let (last, first) = card.property(&VCardProperty::N).map(|n| (part(n, 0), part(n, 1))).unwrap_or_default();
    if !last.is_empty() {
        return (first, last);
    }
    if !first.is_empty() {
        return (String::new(), first);
    }
    let whole = card.property(&VCardProperty::Fn).map(|name| part(name, 0)).unwrap_or_default();
    match whole.rsplit_once(' ') {
        Some((first, last)) => (first.trim().to_owned(), last.to_owned()),
        None => (String::new(), whole),
    }
}

/// The values of a property that are worth a column, the preferred one first, then by `rank`, then as they stand.
fn ranked(card: &VCard, property: &VCardProperty, rank: impl Fn(&[String]) -> u8) -> Vec<String> {
    let mut found: Vec<(bool, u8, String)> = Vec::new();
    for entry in card.properties(property) {
        let kinds = kinds(entry);
        let rank = rank(&kinds);
        let value = entry.values.first().and_then(VCardValue::as_text).unwrap_or_default().trim();
        let value = value.strip_prefix("tel:").or_else(|| value.strip_prefix("mailto:")).unwrap_or(value);
        if rank < u8::MAX && !value.is_empty() && found.iter().all(|(_, _, other)| other != value) {
            found.push((!preferred(entry, &kinds), rank, value.to_owned()));
        }
    }
    found.sort_by_key(|(other, rank, _)| (*other, *rank));
    found.into_iter().map(|(_, _, value)| value).collect()
}

/// Work before mobile before the rest; what nobody talks into is left out.
fn phone_rank(kinds: &[String]) -> u8 {
    let is = |kind: &str| kinds.iter().any(|k| k == kind);
    if ["fax", "pager", "modem"].into_iter().any(is) {
        u8::MAX
    } else if is("work") {
        0
    } else {
        1 + u8::from(!is("cell"))
    }
}

fn kinds(entry: &VCardEntry) -> Vec<String> {
    let types = entry.parameters(&VCardParameterName::Type);
    types.map(|value| value.clone().into_text().to_lowercase()).collect()
}

fn preferred(entry: &VCardEntry, kinds: &[String]) -> bool {
    kinds.iter().any(|kind| kind == "pref") || entry.parameters(&VCardParameterName::Pref).next().is_some()
}

fn text(value: &VCardValue) -> String {
    match value {
        VCardValue::Component(several) => several.join(" ").trim().to_owned(),
        other => other.as_text().unwrap_or_default().trim().to_owned(),
    }
}

/// A value's texts, of which a structured one has several.
fn parts(entry: &VCardEntry) -> Vec<String> {
    entry.values.iter().map(text).filter(|text| !text.is_empty()).collect()
}

/// The text at one place of a structured value.
fn part(entry: &VCardEntry, at: usize) -> String {
    entry.values.get(at).map(text).unwrap_or_default()
}

fn address(entry: &VCardEntry) -> String {
    parts(entry).join(", ").replace("\r\n", ", ").replace('\n', ", ")
}

fn birthday(entry: &VCardEntry) -> String {
    match entry.values.first() {
        Some(VCardValue::PartialDateTime(date)) => match (date.year, date.month, date.day) {
            (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
            _ => String::new(),
        },
        Some(other) => other.as_text().unwrap_or_default().to_owned(),
        None => String::new(),
    }
}
