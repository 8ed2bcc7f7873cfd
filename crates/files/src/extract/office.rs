//! Packages of Office and OpenDocument: ZIPs of XML. A part is unpacked up to a bound; a package that is a bomb ends there.

use std::io::{Cursor, Read};

use calamine::{Reader as _, open_workbook_auto_from_rs};
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{MAX_PART, MAX_TEXT};

type Package = ZipArchive<Cursor<Vec<u8>>>;

fn open(bytes: Vec<u8>) -> Option<Package> {
    ZipArchive::new(Cursor::new(bytes)).ok()
}

fn part(package: &mut Package, name: &str) -> Option<Vec<u8>> {
    let mut xml = Vec::new();
    let most = u64::try_from(MAX_PART).unwrap_or(u64::MAX);
    package.by_name(name).ok()?.take(most).read_to_end(&mut xml).ok()?;
    Some(xml)
}

/// The text in elements of a local name (all, when none is given), a line for each of the others that are paragraphs.
fn xml_text(xml: &[u8], within: Option<&str>, into: &mut String) {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let mut inside = 0_usize;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(e)) if within.is_some_and(|w| e.local_name().as_ref() == w) => inside += 1,
            Ok(Event::End(e)) => match e.local_name().as_ref() {
                name if within.is_some_and(|w| name == w) => inside = inside.saturating_sub(1),
                "p" | "h" => into.push('\n'),
                _ => {}
            },
            Ok(Event::Empty(e)) => match e.local_name().as_ref() {
                "tab" => into.push('\t'),
                "br" | "line-break" | "cr" => into.push('\n'),
                "s" => into.push(' '),
                _ => {}
            },
            Ok(Event::Text(text)) if within.is_none() || inside > 0 => into.push_str(&text),
            Ok(Event::GeneralRef(reference)) if within.is_none() || inside > 0 => {
                if let Ok(Some(c)) = reference.resolve_char_ref() {
                    into.push(c);
                } else {
                    into.push_str(quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default());
                }
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
        if into.len() > MAX_TEXT {
            return;
        }
    }
}

pub fn word(bytes: Vec<u8>) -> Option<String> {
    let mut package = open(bytes)?;
    let mut text = String::new();
    xml_text(&part(&mut package, "word/document.xml")?, Some("t"), &mut text);
    for more in ["word/footnotes.xml", "word/endnotes.xml", "word/comments.xml"] {
        if let Some(xml) = part(&mut package, more) {
            xml_text(&xml, Some("t"), &mut text);
        }
    }
    Some(text)
}

pub fn slides(bytes: Vec<u8>) -> Option<String> {
    let mut package = open(bytes)?;
    let number =
        |name: &str| -> Option<u32> { name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse().ok() };
    let mut names: Vec<(u32, String)> =
        package.file_names().flatten().filter_map(|name| Some((number(&name)?, name.into_owned()))).collect();
    names.sort_unstable();
    let mut text = String::new();
    for (_, name) in names {
        xml_text(&part(&mut package, &name)?, Some("t"), &mut text);
    }
    Some(text)
}

pub fn open_document(bytes: Vec<u8>) -> Option<String> {
    let mut text = String::new();
    xml_text(&part(&mut open(bytes)?, "content.xml")?, None, &mut text);
    Some(text)
}

pub fn sheets(bytes: Vec<u8>) -> Option<String> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let mut text = String::new();
    for name in book.sheet_names() {
        let Ok(range) = book.worksheet_range(&name) else { continue };
        text.push_str(&name);
        text.push('\n');
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            let line = cells.join("\t");
            if !line.trim().is_empty() {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            if text.len() > MAX_TEXT {
                return Some(text);
            }
        }
    }
    Some(text)
}
