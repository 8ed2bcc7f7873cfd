//! What hangs on an opportunity and is told in its history: products, contacts, competitors. A change of a part raises
//! the opportunity's version.

use dealwright_access::Permit;
use dealwright_kernel::error::VersionConflict;
use dealwright_kernel::id::EventId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Opportunity, store};

/// How a part has changed: the event's verb, and its change.
#[derive(Debug)]
pub struct PartChange {
    pub verb: String,
    pub change: Change,
    pub undoes: Option<EventId>,
}

impl PartChange {
    /// From the part as it was and as it is, each with what a person reads for it.
    ///
    /// # Errors
    /// Internal, when it can't be told.
    pub fn of<T: Serialize>(
        kind: &str,
        field: &str,
        old: Option<(&T, String)>,
        new: Option<(&T, String)>,
        undoes: Option<EventId>,
    ) -> Result<Self> {
        let what = match (&old, &new) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let verb = if undoes.is_some() { "undone".to_owned() } else { format!("{kind}_{what}") };
        let value = |part: Option<&T>| part.map_or(Ok(Value::Null), serde_json::to_value).map_err(Error::internal);
        let change = Change {
            field: field.to_owned(),
            old: value(old.as_ref().map(|(part, _)| *part))?,
            new: value(new.as_ref().map(|(part, _)| *part))?,
            old_label: old.map(|(_, label)| label),
            new_label: new.map(|(_, label)| label),
        };
        Ok(Self { verb, change, undoes })
    }
}

/// Refuses a change that was made against another version.
///
/// # Errors
/// 409 `version_conflict`.
pub fn at(permit: &Permit<Opportunity>, version: i64) -> Result<()> {
    if permit.version == version {
        return Ok(());
    }
    Err(Error::stale(VersionConflict { version: permit.version, fields: Vec::new() }))
}

/// Raises the version and writes the event.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn record(tx: &mut Tx, permit: &Permit<Opportunity>, version: i64, part: PartChange) -> Result<EventId> {
    at(permit, version)?;
    if !store::touch(tx, permit.id, version).await? {
        return Err(Error::stale(VersionConflict { version: permit.version, fields: Vec::new() }));
    }
    let mut event = permit.event(tx, &part.verb).changes(vec![part.change]);
    event.undoes = part.undoes;
    Ok(tx.emit(event))
}

/// A part as an event told of it, for taking it back.
///
/// # Errors
/// 409 `nothing_to_undo` when the event does not say enough.
pub fn told<T: DeserializeOwned>(change: &Change) -> Result<(Option<T>, Option<T>)> {
    let read = |value: &Value| serde_json::from_value(value.clone()).map_err(|_| nothing("this can't be taken back"));
    Ok((read(&change.old)?, read(&change.new)?))
}

/// It can't be taken back.
#[must_use]
pub fn nothing(why: &str) -> Error {
    Error::conflict("nothing_to_undo", why)
}
