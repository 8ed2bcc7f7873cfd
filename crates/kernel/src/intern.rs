//! Names that are kept for as long as the server runs, such as those of custom fields: what is known by them is then
//! known the same way as what is built in. Intern what a table holds, never what a request says.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The text, kept.
#[must_use]
pub fn intern(text: &str) -> &'static str {
    static KEPT: LazyLock<Mutex<HashSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    kept.insert(text);
    text
}
