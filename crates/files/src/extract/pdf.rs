//! PDF. Pages are read one by one until there is enough; one that can't be read is passed over.

use lopdf::{Document, LoadOptions};

use super::{MAX_PART, MAX_TEXT};

pub fn text(bytes: &[u8]) -> Option<String> {
    let document = Document::load_mem_with_options(bytes, LoadOptions::with_max_decompressed_size(MAX_PART)).ok()?;
    let mut text = String::new();
    for page in document.get_pages().into_keys() {
        if let Ok(page) = document.extract_text_with_limit(&[page], MAX_PART) {
            text.push_str(&page);
            text.push('\n');
        }
        if text.len() > MAX_TEXT {
            break;
        }
    }
    Some(text)
}
