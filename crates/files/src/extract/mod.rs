//! Text of documents, for search and preview. Runs in the reader's process (see [`crate::Reader`]), and bounds what it
//! unpacks all the same.

mod mail;
mod office;
mod pdf;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The most text that is kept of a file, in bytes.
pub const MAX_TEXT: usize = 1 << 20;
/// The most that one part of a package or a document is unpacked to.
const MAX_PART: usize = 64 << 20;

/// Whether there is text to be had of a type.
#[must_use]
pub fn reads(mime: &str) -> bool {
    mime.starts_with("text/")
        || matches!(mime, "application/json" | "message/rfc822" | "application/pdf" | "application/vnd.ms-excel")
        || mime.starts_with("application/vnd.openxmlformats-officedocument.")
        || mime.starts_with("application/vnd.oasis.opendocument.")
}

/// The text of a file of a type; none when it can't be read.
#[must_use]
pub fn text(mime: &str, bytes: Vec<u8>) -> Option<String> {
    let text = match mime {
        "application/pdf" => pdf::text(&bytes),
        "message/rfc822" => mail::text(&bytes),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => office::word(bytes),
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => office::slides(bytes),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        | "application/vnd.oasis.opendocument.spreadsheet"
        | "application/vnd.ms-excel" => office::sheets(bytes),
        "application/vnd.oasis.opendocument.text" | "application/vnd.oasis.opendocument.presentation" => {
            office::open_document(bytes)
        }
        _ if reads(mime) => Some(decode(&bytes)),
        _ => None,
    };
    text.map(|text| tidy(&text))
}

/// As people write text: UTF-8 or UTF-16 by its mark, UTF-8 if it is that, else the Western Windows.
fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0.into_owned();
    }
    let encoding = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Text as it is kept: without control characters and runs of blank lines, and not too much of it.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len().min(MAX_TEXT));
    let mut blank = 0;
    for line in text.lines() {
        let line = line.trim_end();
        blank = if line.is_empty() { blank + 1 } else { 0 };
        if blank > 1 || tidy.len() >= MAX_TEXT {
            continue;
        }
        tidy.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        tidy.push('\n');
    }
    cut(tidy.trim_matches('\n'), MAX_TEXT).to_owned()
}

/// At most so many bytes, in whole characters.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;

    pub(super) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn text_is_decoded_and_tidied() {
        let plain = |bytes: &[u8]| text("text/plain", bytes.to_vec()).unwrap();
        assert_eq!(plain(b"\xEF\xBB\xBFGr\xC3\xBC\xC3\x9Fe\r\n\n\n\nx\0y  \n"), "Gr\u{fc}\u{df}e\n\nxy");
        assert_eq!(plain(b"Gr\xFC\xDFe"), "Gr\u{fc}\u{df}e");
        assert_eq!(plain(b"\xFF\xFEa\0b\0"), "ab");
        assert_eq!(plain("ü".repeat(MAX_TEXT).as_bytes()).len(), MAX_TEXT);
        assert_eq!(text("image/png", vec![1]), None);
    }

    #[test]
    fn words_of_documents_are_found() {
        let word = package(&[(
            "word/document.xml",
            "<w:document><w:p><w:r><w:t>Zeppelin</w:t></w:r><w:r><w:t xml:space=\"preserve\"> &amp; Sons</w:t></w:r></w:p>\
             <w:p><w:r><w:delText>gone</w:delText><w:t>Second</w:t></w:r></w:p></w:document>",
        )]);
        let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        assert_eq!(text(docx, word).unwrap(), "Zeppelin & Sons\nSecond");
        let slides = package(&[
            ("ppt/slides/slide2.xml", "<x><a:p><a:t>Two</a:t></a:p></x>"),
            ("ppt/slides/slide1.xml", "<x><a:p><a:t>One</a:t></a:p></x>"),
        ]);
        let pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
        assert_eq!(text(pptx, slides).unwrap(), "One\nTwo");
        let open =
            package(&[("content.xml", "<o><text:h>Head</text:h><text:p>a<text:span>b</text:span></text:p></o>")]);
        assert_eq!(text("application/vnd.oasis.opendocument.text", open).unwrap(), "Head\nab");
        for broken in [b"PK\x03\x04 and then nothing".to_vec(), Vec::new()] {
            assert_eq!(text(docx, broken), None);
        }
    }

    #[test]
    fn a_letter_tells_who_wrote_it_and_what() {
        let letter = b"From: Ann <ann@example.com>\r\nTo: bob@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
                       Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <b>Bob</b></p><script>x()</script>\r\n";
        let told = text("message/rfc822", letter.to_vec()).unwrap();
        assert!(told.starts_with("Grüße\nAnn ann@example.com\nbob@example.com\n"), "{told}");
        assert!(told.contains("Hello Bob"), "{told}");
    }
}
