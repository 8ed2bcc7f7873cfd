//! The one way in which files are renamed, deleted and restored; and how that is taken back.

use dealwright_access::Context;
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{ChoiceId, EventId, FileId, FileVersionId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use serde_json::json;

use super::store::{self, Row};
use super::{Seen, check_name, refused};
use crate::change::Kept;
use crate::change::store::{References, Undoable, check_references, name_values};
use crate::change::undo::Undone;
use dealwright_files::Kind;

/// A file with its record, which the actor may change.
///
/// # Errors
/// 404 when either is hidden, or the record is in the trash; 403 when the record may be seen and not changed.
pub async fn open(cx: &Context, tx: &mut Tx, id: FileId) -> Result<(Row, Seen)> {
    let row = store::find(tx, id).await?.or_not_found("file")?;
    let seen = row.parent()?.seen(cx, tx).await?.writable()?;
    Ok((row, seen))
}

fn stale(version: i64) -> Error {
    Error::stale(VersionConflict { version, fields: Vec::new() })
}

/// Renames a file. Its type stays.
///
/// # Errors
/// 404, 403; 409 `version_conflict`; 422 for what is no name, or one of another type.
pub async fn rename(
    cx: &Context,
    tx: &mut Tx,
    id: FileId,
    version: i64,
    name: &str,
    undoes: Option<EventId>,
) -> Result<Option<EventId>> {
    let name = check_name(name)?;
    let (row, seen) = open(cx, tx, id).await?;
    if row.deleted_at.is_some() {
        return Err(Error::not_found("file"));
    }
    if row.version != version {
        return Err(stale(row.version));
    }
    let kind = Kind::claimed(&name).map_err(|refusal| refused("name", &refusal))?;
    if Kind::claimed(&row.name).is_ok_and(|before| before != kind) {
        return Err(Error::field("name", "file_type_differs", "a new name has the same type as the old one"));
    }
    if name == row.name {
        return Ok(None);
    }
    if !store::rename(tx, id, version, &name).await? {
        return Err(stale(row.version));
    }
    let change =
        Change { field: "name".into(), old: json!(row.name), new: json!(name), old_label: None, new_label: None };
    let mut event = seen.told(tx, id, &name, version + 1, "renamed").changes(vec![change]);
    event.undoes = undoes;
    Ok(Some(tx.emit(event)))
}

/// Says what a file is.
///
/// # Errors
/// 404, 403; 409 `version_conflict`; 422 when there is no such type.
pub async fn classify(
    cx: &Context,
    tx: &mut Tx,
    id: FileId,
    version: i64,
    to: Option<ChoiceId>,
    undoes: Option<EventId>,
) -> Result<Option<EventId>> {
    let (row, seen) = open(cx, tx, id).await?;
    if row.deleted_at.is_some() {
        return Err(Error::not_found("file"));
    }
    if row.version != version {
        return Err(stale(row.version));
    }
    let to = to.map(|to| to.0);
    if to == row.document_type_id {
        return Ok(None);
    }
    let choices = to.map(|to| ("document_type_id", "document_type", to)).into_iter().collect();
    check_references(tx, &References { choices, ..References::default() }).await?;
    if !store::classify(tx, id, version, to).await? {
        return Err(stale(row.version));
    }
    let field = "document_type_id".into();
    let (old, new) = (json!(row.document_type_id), json!(to));
    let mut changes = vec![Change { field, old, new, old_label: None, new_label: None }];
    name_values(tx, &mut changes).await?;
    let mut event = seen.told(tx, id, &row.name, version + 1, "classified").changes(changes);
    event.undoes = undoes;
    Ok(Some(tx.emit(event)))
}

/// How the shown version is told in a history.
pub(super) fn shown(before: i32, now: i32) -> Vec<Change> {
    let field = "number".into();
    vec![Change { field, old: json!(before), new: json!(now), old_label: None, new_label: None }]
}

/// Shows another version of a file; nothing happens when it is the one that is shown.
///
/// # Errors
/// 404 for a version of another file too; 403; 409 `version_conflict`.
pub async fn show_version(
    cx: &Context,
    tx: &mut Tx,
    id: FileId,
    version: i64,
    which: FileVersionId,
    undoes: Option<EventId>,
) -> Result<Option<EventId>> {
    let (row, seen) = open(cx, tx, id).await?;
    if row.deleted_at.is_some() {
        return Err(Error::not_found("file"));
    }
    let number = store::number_of(tx, id, which).await?.or_not_found("file")?;
    if row.version != version {
        return Err(stale(row.version));
    }
    if number == row.latest {
        return Ok(None);
    }
    if !store::show(tx, id, version, number).await? {
        return Err(stale(row.version));
    }
    let mut event = seen.told(tx, id, &row.name, version + 1, "version_chosen").changes(shown(row.latest, number));
    event.undoes = undoes;
    Ok(Some(tx.emit(event)))
}

/// Puts a file into the trash, or takes it out.
///
/// # Errors
/// 404, 403; 409 `version_conflict`.
pub async fn set_deleted(
    cx: &Context,
    tx: &mut Tx,
    id: FileId,
    version: Option<i64>,
    deleted: bool,
    undoes: Option<EventId>,
) -> Result<EventId> {
    let (row, seen) = open(cx, tx, id).await?;
    if row.deleted_at.is_some() == deleted {
        return Err(Error::not_found("file"));
    }
    let at = version.unwrap_or(row.version);
    if at != row.version || !store::set_deleted(tx, id, at, deleted).await? {
        return Err(stale(row.version));
    }
    let verb = if deleted { "deleted" } else { "restored" };
    let mut event = seen.told(tx, id, &row.name, at + 1, verb);
    event.undoes = undoes;
    Ok(tx.emit(event))
}

/// Takes an event of a file back.
///
/// # Errors
/// 409 `nothing_to_undo`; whatever the new change meets.
pub async fn take_back(cx: &Context, tx: &mut Tx, event: &Undoable) -> Result<Undone> {
    let (id, undoes) = (FileId(event.subject_id), Some(event.id));
    let gone = || Error::conflict("nothing_to_undo", "this has been taken back since");
    let (row, _) = open(cx, tx, id).await?;
    let none = |event_id| Undone { event_id, restored: Vec::new(), kept: Vec::<Kept>::new() };
    match event.kind.as_str() {
        "file.added" | "file.restored" if row.deleted_at.is_none() => {
            Ok(none(Some(set_deleted(cx, tx, id, None, true, undoes).await?)))
        }
        "file.deleted" if row.deleted_at.is_some() => {
            Ok(none(Some(set_deleted(cx, tx, id, None, false, undoes).await?)))
        }
        "file.renamed" if row.deleted_at.is_none() => {
            let change = event.changes.first().filter(|c| c.new == json!(row.name)).ok_or_else(gone)?;
            let name = change.old.as_str().unwrap_or_default();
            let event_id = rename(cx, tx, id, row.version, name, undoes).await?;
            Ok(Undone { restored: vec!["name".into()], ..none(event_id) })
        }
        "file.classified" if row.deleted_at.is_none() => {
            let change = event.changes.first().filter(|c| c.new == json!(row.document_type_id)).ok_or_else(gone)?;
            let to = serde_json::from_value(change.old.clone()).map_err(Error::internal)?;
            let event_id = classify(cx, tx, id, row.version, to, undoes).await?;
            Ok(Undone { restored: vec!["document_type_id".into()], ..none(event_id) })
        }
        "file.version_chosen" | "file.version_added" if row.deleted_at.is_none() => {
            let change = event.changes.first().filter(|c| c.new == json!(row.latest)).ok_or_else(gone)?;
            let number = change.old.as_i64().and_then(|n| i32::try_from(n).ok()).unwrap_or_default();
            let which = store::numbered(tx, id, number).await?.ok_or_else(gone)?;
            let event_id = show_version(cx, tx, id, row.version, which, undoes).await?;
            Ok(Undone { restored: vec!["number".into()], ..none(event_id) })
        }
        _ => Err(gone()),
    }
}
