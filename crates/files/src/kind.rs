//! Which types of file are taken, and what a file is by its bytes. A name says what a file should be; the bytes say what it
//! is; both must agree, and both must be on the list. What browsers would run (HTML, SVG, scripts) is not on it.

/// How a file can be looked at without leaving the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preview {
    Image,
    Pdf,
    /// By the text that was taken out of it.
    Text,
    None,
}

impl Preview {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Pdf => "pdf",
            Self::Text => "text",
            Self::None => "none",
        }
    }
}

/// How the bytes of a type are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// By a signature: what `infer` calls it.
    Signature(&'static [&'static str]),
    /// A ZIP with the parts of an Office document: one of its folders.
    Package(&'static str),
    /// A ZIP that begins by saying what it is.
    Declared(&'static str),
    Zip,
    /// A compound file, as Office wrote them until 2003.
    Compound,
    Text,
}

/// A type of file that is taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    pub mime: &'static str,
    pub extensions: &'static [&'static str],
    pub preview: Preview,
    look: Look,
}

const fn kind(mime: &'static str, extensions: &'static [&'static str], preview: Preview, look: Look) -> Kind {
    Kind { mime, extensions, preview, look }
}

use Look::{Compound, Declared, Package, Signature, Text, Zip};

/// All of them.
pub const KINDS: &[Kind] = &[
    kind("image/png", &["png"], Preview::Image, Signature(&["image/png"])),
    kind("image/jpeg", &["jpg", "jpeg"], Preview::Image, Signature(&["image/jpeg"])),
    kind("image/gif", &["gif"], Preview::Image, Signature(&["image/gif"])),
    kind("image/webp", &["webp"], Preview::Image, Signature(&["image/webp"])),
    kind("image/bmp", &["bmp"], Preview::Image, Signature(&["image/bmp"])),
    kind("image/tiff", &["tif", "tiff"], Preview::None, Signature(&["image/tiff"])),
    kind("image/heic", &["heic", "heif"], Preview::None, Signature(&["image/heif"])),
    kind("application/pdf", &["pdf"], Preview::Pdf, Signature(&["application/pdf"])),
    kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
        Preview::Text,
        Package("word/"),
    ),
    kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"], Preview::Text, Package("xl/")),
    kind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
        Preview::Text,
        Package("ppt/"),
    ),
    kind(
        "application/vnd.oasis.opendocument.text",
        &["odt"],
        Preview::Text,
        Declared("application/vnd.oasis.opendocument.text"),
    ),
    kind(
        "application/vnd.oasis.opendocument.spreadsheet",
        &["ods"],
        Preview::Text,
        Declared("application/vnd.oasis.opendocument.spreadsheet"),
    ),
    kind(
        "application/vnd.oasis.opendocument.presentation",
        &["odp"],
        Preview::Text,
        Declared("application/vnd.oasis.opendocument.presentation"),
    ),
    kind("application/msword", &["doc"], Preview::None, Compound),
    kind("application/vnd.ms-excel", &["xls"], Preview::Text, Compound),
    kind("application/vnd.ms-powerpoint", &["ppt"], Preview::None, Compound),
    kind("application/vnd.ms-outlook", &["msg"], Preview::None, Compound),
    kind("application/rtf", &["rtf"], Preview::None, Signature(&["application/rtf"])),
    kind("text/plain", &["txt", "log"], Preview::Text, Text),
    kind("text/markdown", &["md"], Preview::Text, Text),
    kind("text/csv", &["csv"], Preview::Text, Text),
    kind("text/tab-separated-values", &["tsv"], Preview::Text, Text),
    kind("application/json", &["json"], Preview::Text, Text),
    kind("message/rfc822", &["eml"], Preview::Text, Text),
    kind("text/calendar", &["ics"], Preview::Text, Text),
    kind("text/vcard", &["vcf"], Preview::Text, Text),
    kind("application/zip", &["zip"], Preview::None, Zip),
    kind("audio/mpeg", &["mp3"], Preview::None, Signature(&["audio/mpeg"])),
    kind("audio/mp4", &["m4a"], Preview::None, Signature(&["audio/m4a", "video/mp4", "video/x-m4v"])),
    kind("audio/wav", &["wav"], Preview::None, Signature(&["audio/x-wav"])),
    kind("audio/ogg", &["ogg"], Preview::None, Signature(&["audio/ogg", "audio/opus"])),
    kind("video/mp4", &["mp4"], Preview::None, Signature(&["video/mp4", "video/x-m4v", "audio/m4a"])),
    kind("video/quicktime", &["mov"], Preview::None, Signature(&["video/quicktime"])),
    kind("video/webm", &["webm"], Preview::None, Signature(&["video/webm", "video/x-matroska"])),
];

/// How much of a file is needed to tell what it is.
pub const HEAD: usize = 64 * 1024;

/// Why a file is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such type on the list; with the extension.
    NotAllowed(String),
    /// The bytes are something else than the name says; with what the name says.
    Disguised(&'static Kind),
}

impl Kind {
    /// A type by what it is stored as.
    #[must_use]
    pub fn named(mime: &str) -> Option<&'static Self> {
        KINDS.iter().find(|k| k.mime == mime)
    }

    /// What a name claims to be.
    ///
    /// # Errors
    /// When its extension is on no list.
    pub fn claimed(name: &str) -> Result<&'static Self, Refusal> {
        let extension = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
        let known = KINDS.iter().find(|k| k.extensions.contains(&extension.as_str()));
        known.ok_or(Refusal::NotAllowed(extension))
    }

    /// What a file is: what its name claims, if its bytes agree. `head` is its beginning, [`HEAD`] bytes or all there is.
    ///
    /// # Errors
    /// When it is not on the list, or is something else.
    pub fn judge(name: &str, head: &[u8]) -> Result<&'static Self, Refusal> {
        let claimed = Self::claimed(name)?;
        if claimed.look.fits(head) { Ok(claimed) } else { Err(Refusal::Disguised(claimed)) }
    }
}

impl Look {
    fn fits(self, head: &[u8]) -> bool {
        match self {
            Signature(mimes) => infer::get(head).is_some_and(|t| mimes.contains(&t.mime_type())),
            Package(folder) => {
                is_zip(head) && contains(head, b"[Content_Types].xml") && contains(head, folder.as_bytes())
            }
            Declared(mime) => {
                is_zip(head) && head.get(30..).is_some_and(|h| h.starts_with(&[b"mimetype", mime.as_bytes()].concat()))
            }
            Zip => is_zip(head) || head.starts_with(b"PK\x05\x06"),
            Compound => head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
            Text => is_text(head),
        }
    }
}

fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}

/// Text has no control characters but those of lines and pages, unless it is UTF-16; and it is no page or script.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    if head.iter().any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B)) {
        return false;
    }
    let start = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head).trim_ascii_start();
    let looks = |word: &[u8]| start.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    let pages: [&[u8]; 9] =
        [b"<!doctype", b"<html", b"<head", b"<script", b"<svg", b"<?xml", b"#!", b"%PDF-", b"{\\rtf"];
    !pages.into_iter().any(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn judged(name: &str, head: &[u8]) -> &'static str {
        match Kind::judge(name, head) {
            Ok(kind) => kind.mime,
            Err(Refusal::NotAllowed(_)) => "not allowed",
            Err(Refusal::Disguised(_)) => "disguised",
        }
    }

    #[test]
    fn the_bytes_count_and_not_the_name() {
        assert_eq!(judged("logo.PNG", PNG), "image/png");
        assert_eq!(judged("logo.jpg", PNG), "disguised");
        assert_eq!(judged("logo.png", b"<html><script>alert(1)</script>"), "disguised");
        assert_eq!(judged("offer.pdf", b"MZ\x90\0\x03"), "disguised");
        assert_eq!(judged("offer.pdf", b"%PDF-1.7\n"), "application/pdf");
        assert_eq!(judged("page.txt", b"\n <SCRIPT>"), "disguised");
        assert_eq!(judged("run.txt", b"#!/bin/sh"), "disguised");
        assert_eq!(judged("notes.txt", b"BMW, %! and others\r\n\xe4"), "text/plain");
        assert_eq!(judged("notes.txt", b"a\0b"), "disguised");
        assert_eq!(judged("empty.txt", b""), "text/plain");
        for name in ["run.exe", "page.html", "logo.svg", "offer.pdf.exe", "offer", ".pdf.", "macro.docm"] {
            assert_eq!(judged(name, b"MZ"), "not allowed", "{name}");
        }
    }

    #[test]
    fn a_package_says_by_its_parts_what_it_is() {
        let docx = [b"PK\x03\x04....".as_slice(), b"[Content_Types].xml....PK\x03\x04...word/document.xml"].concat();
        assert_eq!(judged("a.docx", &docx), "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
        assert_eq!(judged("a.xlsx", &docx), "disguised");
        assert_eq!(judged("a.zip", &docx), "application/zip");
        let mut odt = b"PK\x03\x04".to_vec();
        odt.resize(30, 0);
        odt.extend(b"mimetypeapplication/vnd.oasis.opendocument.text");
        assert_eq!(judged("a.odt", &odt), "application/vnd.oasis.opendocument.text");
        assert_eq!(judged("a.ods", &odt), "disguised");
    }

    #[test]
    fn each_type_is_listed_once() {
        for (i, kind) in KINDS.iter().enumerate() {
            for other in KINDS.iter().skip(i + 1) {
                assert_ne!(kind.mime, other.mime);
                assert!(kind.extensions.iter().all(|e| !other.extensions.contains(e)), "{kind:?} {other:?}");
            }
        }
    }
}
