//! Which records are the same person or company, and why.
//!
//! `text`, `person`, `company` and `point` make values comparable; `compare` says for each field how alike two values
//! are, as one of five levels; `model` turns levels into evidence in bits (Fellegi and Sunter) and can learn them without
//! labels; `block` finds the pairs that are worth a comparison; `cluster` joins pairs to groups. No I/O.

pub mod block;
pub mod cluster;
pub mod company;
pub mod compare;
pub mod model;
pub mod name;
pub mod person;
pub mod point;
pub mod record;
pub mod sound;
pub mod text;

pub use self::compare::{Level, Pattern, compare};
pub use self::model::{Model, Reason, Score};
pub use self::record::{Field, Record};

/// `part` of `whole`; 0 when there is none.
#[must_use]
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts far below what f32 holds exactly")]
pub fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}
