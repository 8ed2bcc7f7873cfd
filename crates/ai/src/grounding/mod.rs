//! Whether what is said can be traced to what is known.
//!
//! Known is what the user said and what this run's tools returned; nothing else. [`support`] looks at a model's arguments,
//! [`facts`] collects what is known, [`answer`] takes the sentences out of an answer that say more. All of it is code:
//! a prompt can ask for honesty, this makes sure of it.

pub mod answer;
pub mod facts;
pub mod support;

pub use answer::{Grounded, ground_answer};
pub use facts::Facts;
