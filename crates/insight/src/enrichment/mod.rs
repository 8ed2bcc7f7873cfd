//! What public sources know of an account or a lead: proposed values, each with its source, how sure it is, and why. Nothing is
//! written unless a person takes it over.
//!
//! The sources are part of the binary (see `data/README.md`), so that nobody is told whom one sells to. `source` has what they
//! have in common, `companies`, `domains` and `forms` are the sources, `industry` finds an industry of the organisation's list,
//! `suggest` puts proposals beside what is there, `apply` takes them over by the record's own edit, `store` holds the SQL, `http`
//! the endpoints.

mod apply;
pub mod companies;
pub mod domains;
mod forms;
pub mod http;
mod industry;
mod source;
mod store;
mod suggest;

pub use self::apply::{Chosen, TakeOver, account as apply_to_account, lead as apply_to_lead};
pub use self::source::{Asked, Confidence, Found, Note, Source};
pub use self::suggest::{Enrichment, KnownNote, Suggestion, Target, suggest};

/// All sources, the surest first.
pub static SOURCES: [&dyn Source; 4] = [&companies::Sp500, &companies::Sec, &forms::LegalForms, &domains::Domains];
