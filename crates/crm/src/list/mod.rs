//! Lists: which fields can be filtered and sorted, the filter tree, keyset paging, and the SQL they make.
//!
//! A list repeats the actor's scope as an indexable condition, and reads what is shared with the actor beside it;
//! row-level security stands behind both all the same. The
//! last sort key is always the id, nulls sort last, and a cursor carries the keys of the last row. Each branch of the
//! statement can be served by an index: first the rows whose leading key has a value, then those without.

mod custom;
mod field;
mod filter;
mod params;
mod relative;
mod sql;

pub use custom::Names;
pub(crate) use custom::explain as explain_timeout;
pub use field::{Catalogue, Column, Field, Kind, SortKey};
pub use filter::{Condition, Filter, Op, Operand};
pub use params::{Asked, ListQuery, Sort, TreeQuery};
pub use relative::{Span, read as span};
pub use sql::{Listed, Reader, Totals, count, count_to, explain, fetch, matched, reached, totals};
pub(crate) use sql::{
    Reach, Within, branches, follows_tag, is_repeatable, needed_parts, needed_pattern, needed_tags, of_accounts, order,
    visible, within_scope,
};
