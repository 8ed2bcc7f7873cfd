//! Judges texts: whether one asks for harm, and whether one means to give the assistant orders.
//!
//! Two linear models over words and pairs of words, learned from published texts (`examples/train.rs`, which says of what) and
//! shipped as tables of small numbers. They run in microseconds, offline, the same way each time. They are one layer, not
//! the wall: what keeps a hostile text harmless is that it never reaches a plan.
//!
//! A long text is judged sentence by sentence, since an order hides between harmless lines, and counts as its worst.

mod features;
mod model;
pub mod sentences;

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

pub use features::features;
pub use model::{Model, SHRINK};

use crate::policy::{Mode, TextFilter};

/// Of 32,768 weights each.
static HARM: LazyLock<Option<Model>> = LazyLock::new(|| Model::read(include_bytes!("../../models/harm.bin")));
static ORDERS: LazyLock<Option<Model>> = LazyLock::new(|| Model::read(include_bytes!("../../models/orders.bin")));

/// Characters of a text that are looked at.
const MOST: usize = 50_000;

/// What a filter makes of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SafetyVerdict)]
pub struct Verdict {
    pub mode: Mode,
    /// How sure the filter is, in percent, of its worst sentence.
    pub score: i64,
    pub threshold: i64,
    /// Whether that reaches the threshold of a filter that is on.
    pub found: bool,
    /// The sentence that was found.
    pub sentence: Option<String>,
}

impl Verdict {
    /// Whether a request with such a text is declined.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.found && self.mode == Mode::Block
    }

    /// Whether it is to be said.
    #[must_use]
    pub const fn found(&self) -> bool {
        self.found
    }
}

/// Whether a text asks for harm.
#[must_use]
pub fn harmful(text: &str, filter: TextFilter) -> Verdict {
    judge(HARM.as_ref(), text, filter)
}

/// Whether a text means to give the assistant orders.
#[must_use]
pub fn orders(text: &str, filter: TextFilter) -> Verdict {
    judge(ORDERS.as_ref(), text, filter)
}

fn judge(model: Option<&Model>, text: &str, filter: TextFilter) -> Verdict {
    let worst = worst(model, text);
    let score = worst.as_ref().map_or(0, |(score, _)| *score);
    let found = filter.mode != Mode::Off && score >= filter.threshold;
    let sentence = worst.filter(|_| found).map(|(_, sentence)| sentence.chars().take(300).collect());
    Verdict { mode: filter.mode, score, threshold: filter.threshold, found, sentence }
}

/// The sentence of which a model is surest, and how sure, in percent.
#[must_use]
fn worst<'a>(model: Option<&Model>, text: &'a str) -> Option<(i64, &'a str)> {
    let model = model?;
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end)?;
    sentences::windows(text)
        .into_iter()
        .map(|sentence| (model.percent(sentence), sentence))
        .max_by_key(|(score, _)| *score)
}
