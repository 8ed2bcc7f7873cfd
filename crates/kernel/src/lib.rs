//! The words every other crate speaks: typed ids, money, pages and cursors, patches, the clock and the one error.
//!
//! Nothing here does I/O. A type lives here when at least two crates above need it and it has no home of its own
//! in the domain. The extractors in [`extract`] are here because their rejections are [`Error`]s.

pub mod clock;
pub mod error;
pub mod extract;
pub mod id;
pub mod intern;
pub mod money;
pub mod page;
pub mod patch;

pub use clock::Clock;
pub use error::{Error, FieldError, Result};
pub use intern::intern;
pub use money::{Currency, Money};
pub use page::{Counted, Cursor, Page, Total};
pub use patch::Patch;
