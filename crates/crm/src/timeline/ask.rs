//! What of a timeline is asked for: kinds, a person, a span of time, words.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::words::words;

words! {
    /// What an entry is about.
    EntryKind, "kind" {
        Note = "note",
        Call = "call",
        Email = "email",
        Meeting = "meeting",
        Task = "task",
        /// A deal went to another stage, or was opened again.
        Stage = "stage",
        /// A record came to another owner or team.
        Assignment = "assignment",
        /// Any other change of a record.
        Change = "change",
        File = "file",
        /// What was proposed, and what was decided of it.
        Approval = "approval",
        /// What an agent did.
        Agent = "agent",
    }
}

/// The most words that are looked for.
const MAX_WORDS: usize = 8;

/// How timelines are filtered and paged.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Params {
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u16>,
    pub cursor: Option<String>,
    /// Of these kinds, by commas: `note`, `call`, `email`, `meeting`, `task`, `stage`, `assignment`, `change`, `file`,
    /// `approval`, `agent`.
    #[param(example = "call,meeting")]
    pub kind: Option<String>,
    /// A user or a contact: what they did, and where they took part.
    pub person: Option<Uuid>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Words of what was logged, or of the name of what it happened to; each matches from its beginning.
    #[param(max_length = 200)]
    pub q: Option<String>,
}

/// The same, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub kinds: Vec<EntryKind>,
    pub person: Option<Uuid>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    pub words: Vec<String>,
}

impl Asked {
    /// Reads the parameters.
    ///
    /// # Errors
    /// 400 that names the parameter.
    pub fn read(params: &Params) -> Result<Self> {
        let kinds = params.kind.as_deref().unwrap_or_default();
        let kinds = kinds.split(',').map(str::trim).filter(|k| !k.is_empty()).map(|k| k.parse());
        let mut kinds: Vec<EntryKind> = kinds.collect::<Result<_>>().map_err(unreadable)?;
        kinds.sort_by_key(|kind| kind.as_str());
        kinds.dedup();
        let q = params.q.as_deref().unwrap_or_default();
        if q.chars().count() > 200 || q.contains('\0') {
            return Err(unreadable(Error::field("q", "too_long", "at most 200 characters")));
        }
        let words = crate::search::words(q).into_iter().take(MAX_WORDS).collect();
        Ok(Self { kinds, person: params.person, from: params.from, to: params.to, words })
    }

    /// Whether entries have to be looked at one by one in order to know which are asked for.
    #[must_use]
    pub const fn is_choosy(&self) -> bool {
        !self.kinds.is_empty() || self.person.is_some() || !self.words.is_empty()
    }

    /// By which a cursor is known to continue the same list.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        format!("{}:{:?}:{:?}:{:?}:{}", kinds.join(","), self.person, self.from, self.to, self.words.join(" "))
    }
}

pub(super) fn unreadable(mut error: Error) -> Error {
    error.outcome = Outcome::Unreadable;
    error.code = "invalid_filter".into();
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: &str, q: &str) -> Result<Asked> {
        Asked::read(&Params { kind: Some(kind.into()), q: Some(q.into()), ..Params::default() })
    }

    #[test]
    fn what_is_asked_is_understood() {
        let asked = read("meeting, call,call", "Price  o'neil").unwrap();
        assert_eq!(asked.kinds, [EntryKind::Call, EntryKind::Meeting]);
        assert_eq!(asked.words, ["price", "o", "neil"]);
        assert!(asked.is_choosy());
        assert_eq!(read("call,meeting", "price o neil").unwrap().fingerprint(), asked.fingerprint());
        assert_ne!(read("call", "").unwrap().fingerprint(), asked.fingerprint());
        assert!(!read("", " - ").unwrap().is_choosy());
    }

    #[test]
    fn what_is_not_is_named() {
        assert_eq!(read("fax", "").unwrap_err().code, "invalid_filter");
        assert_eq!(read("", &"x".repeat(201)).unwrap_err().fields.first().unwrap().field, "q");
    }
}
