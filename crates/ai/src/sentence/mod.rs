//! The sentence box of lists: "negotiation deals over 50k closing this quarter owned by my team" becomes a filter and an
//! order. A grammar reads it against the organisation's own words ([`lexicon`]); where it leaves words over, a model may say
//! the same in plainer words, which the grammar then reads ([`model`]). What nobody understood is answered as such: nothing
//! is guessed, and every id is one that the asker may see.

pub mod http;
mod join;
pub mod lexicon;
pub mod load;
pub mod model;
mod order;
mod owner;
mod parse;
#[cfg(test)]
mod tests;
mod value;

use std::ops::Range;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use lexicon::Lexicon;

/// The longest sentence, in bytes.
pub const MAX_SENTENCE: usize = 500;

/// Words of the sentence and what they became.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Understood {
    /// As they stand in the sentence.
    pub text: String,
    /// The condition; null where they say an order.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    /// The key of the order, as lists take it.
    pub sort: Option<String>,
}

/// Words that were not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Left {
    pub text: String,
    /// Where they stand, in UTF-16 units as browsers count them.
    pub from: usize,
    pub to: usize,
    /// Why, where that can be told.
    pub why: Option<String>,
}

/// A sentence as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// A filter tree; none when no condition was said.
    pub filter: Option<Value>,
    pub sort: Vec<String>,
    pub understood: Vec<Understood>,
    pub left: Vec<Left>,
}

/// Reads a sentence.
#[must_use]
pub fn read(sentence: &str, lexicon: &Lexicon) -> Reading {
    parse::Parser::new(sentence, lexicon).read()
}

/// Where bytes of the text stand as browsers count.
fn utf16(text: &str, bytes: &Range<usize>) -> (usize, usize) {
    let units = |to: usize| text.get(..to).map_or(0, |t| t.encode_utf16().count());
    (units(bytes.start), units(bytes.end))
}
