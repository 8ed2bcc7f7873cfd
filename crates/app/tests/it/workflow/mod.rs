//! The rules of the process.

mod guide;
mod rules;
