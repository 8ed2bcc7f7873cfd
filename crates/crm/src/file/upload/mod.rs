//! How bytes come in: an upload is announced with its name and size, sent in as many requests as it takes, and becomes a file,
//! or a version of one, with its last byte. It follows tus 1.0 (core, creation, expiration, termination), so that ready-made
//! clients can resume; `http` has the endpoints, `store` the SQL.
//!
//! What arrives is written in pieces, each a blob; a request that breaks off leaves what it brought.

pub mod http;
pub mod store;

use axum::body::Body;
use bytes::BytesMut;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Context;
use dealwright_files::{Files, Kind, kind};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountId, ContactId, FileId, LeadId, OpportunityId, UploadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Tx};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::NewVersion;
use super::{Parent, check, check_name, refused, write};

/// The largest piece that is written at once, in bytes.
const PIECE: usize = 8 << 20;
/// How long an upload can be gone on with after its last piece.
const PATIENCE: TimeDelta = TimeDelta::hours(24);
/// Uploads that a person may have under way.
const MOST: i64 = 100;

/// A file to be uploaded, and the record it is for, or the file it is a new version of: one of the five.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = NewFileUpload)]
pub struct NewUpload {
    #[schema(min_length = 1, max_length = 255)]
    pub name: String,
    /// In bytes.
    #[schema(minimum = 1)]
    pub size: i64,
    pub opportunity_id: Option<OpportunityId>,
    pub account_id: Option<AccountId>,
    pub contact_id: Option<ContactId>,
    pub lead_id: Option<LeadId>,
    /// With the same ending as its name; it keeps its name.
    pub file_id: Option<FileId>,
}

/// A file on its way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileUpload)]
pub struct Upload {
    pub id: UploadId,
    pub name: String,
    pub size: i64,
    /// How much has arrived: where to go on.
    pub offset: i64,
    /// Whether it is the file that `file_id` names by now.
    pub done: bool,
    pub file_id: Option<FileId>,
    pub expires_at: DateTime<Utc>,
}

/// An upload with what it is for.
#[derive(Debug)]
pub struct Open {
    pub upload: Upload,
    pub parent: Option<Parent>,
}

/// Announces an upload.
///
/// # Errors
/// 403, 404 of the record; 413 `file_too_large`; 422 `file_type_not_allowed`, `file_quota_exceeded`; 429 `too_many_uploads`.
pub async fn begin(cx: &Context, tx: &mut Tx, files: &Files, new: NewUpload) -> Result<Upload> {
    let name = check_name(&new.name)?;
    let kind = Kind::claimed(&name).map_err(|refusal| refused("name", &refusal))?;
    let size = u64::try_from(new.size).unwrap_or_default();
    if size == 0 {
        return Err(Error::field("size", "out_of_range", "a file has at least one byte"));
    }
    if size > files.limits.size {
        let mut error = Error::too_large(format!("a file has at most {} MB", files.limits.size / 1_000_000)).on("size");
        error.code = "file_too_large".into();
        return Err(error);
    }
    let columns = [
        new.opportunity_id.map(|i| i.0),
        new.account_id.map(|i| i.0),
        new.contact_id.map(|i| i.0),
        new.lead_id.map(|i| i.0),
    ];
    let none = columns == [None; 4];
    match (new.file_id, Parent::of(columns)) {
        (Some(file), None) if none => {
            let (row, _) = write::open(cx, tx, file).await?;
            if row.deleted_at.is_some() {
                return Err(Error::not_found("file"));
            }
            if Kind::claimed(&row.name).is_ok_and(|before| before != kind) {
                let message = "a new version has the same type as the file";
                return Err(Error::field("name", "file_type_differs", message));
            }
        }
        (None, Some(parent)) => drop(parent.seen(cx, tx).await?.writable()?),
        (None | Some(_), _) => {
            let message = "give one of opportunity_id, account_id, contact_id, lead_id and file_id";
            return Err(Error::field("opportunity_id", "required", message));
        }
    }
    if store::under_way(tx).await? >= MOST {
        return Err(Error::too_many("too_many_uploads", 60, format!("at most {MOST} uploads at a time")));
    }
    let quota = i64::try_from(files.limits.quota).unwrap_or(i64::MAX);
    if !store::has_room(tx, new.size, quota).await? {
        let message = "your organisation has no room for this file; ask an administrator";
        return Err(Error::field("size", "file_quota_exceeded", message));
    }
    let (id, expires_at) = (tx.new_id(), tx.now() + PATIENCE);
    store::insert(tx, id, columns, new.file_id, &name, new.size, cx.actor().user, expires_at).await?;
    let id = UploadId(id);
    Ok(Upload { id, name, size: new.size, offset: 0, done: false, file_id: new.file_id, expires_at })
}

/// The key of a new blob of an organisation.
pub(super) fn key(org: Uuid, id: Uuid) -> String {
    format!("{org}/{}", id.simple())
}

/// Takes in what a request brings, from `open.upload.offset` on. Answers how much has arrived in all.
///
/// # Errors
/// 409 `wrong_offset` when another request was faster; 413 `upload_too_long`; 503 when the store can't be reached.
pub async fn receive(cx: &Context, files: &Files, open: &Open, body: Body) -> Result<i64> {
    let mut at = open.upload.offset;
    let room = usize::try_from(open.upload.size - at).map_err(Error::internal)?;
    let (mut piece, mut arrived, mut too_long) = (BytesMut::new(), 0_usize, false);
    let mut data = body.into_data_stream();
    while let Some(next) = data.next().await {
        // A request that breaks off has brought what it has brought.
        let Ok(bytes) = next else { break };
        arrived += bytes.len();
        if arrived > room {
            too_long = true;
            break;
        }
        piece.extend_from_slice(&bytes);
        while piece.len() >= PIECE {
            at = keep(cx, files, open.upload.id, at, piece.split_to(PIECE)).await?;
        }
    }
    if too_long {
        let mut error = Error::too_large("this brings more than was announced");
        error.code = "upload_too_long".into();
        return Err(error);
    }
    if !piece.is_empty() {
        at = keep(cx, files, open.upload.id, at, piece).await?;
    }
    Ok(at)
}

async fn keep(cx: &Context, files: &Files, upload: UploadId, at: i64, piece: BytesMut) -> Result<i64> {
    let blob = key(cx.actor().org.0, cx.clock().new_id());
    let size = i64::try_from(piece.len()).map_err(Error::internal)?;
    files.blobs.put(&blob, piece.freeze()).await?;
    let noted = async {
        let mut tx = cx.begin().await?;
        let expires = tx.now() + PATIENCE;
        if !store::add_part(&mut tx, upload, at, size, &blob, expires).await? {
            tx.rollback().await?;
            return Err(wrong_offset());
        }
        tx.commit(()).await.map(Committed::into_inner)
    };
    if let Err(error) = noted.await {
        if let Err(error) = files.blobs.delete(&blob).await {
            tracing::warn!(%error, blob, "a piece that is not needed could not be removed");
        }
        return Err(error);
    }
    Ok(at + size)
}

pub(crate) fn wrong_offset() -> Error {
    Error::conflict("wrong_offset", "the upload goes on elsewhere; ask for its offset and go on from there")
}

/// Makes a file of an upload that has arrived as a whole, or a version of one, to be checked in the background.
///
/// # Errors
/// 422 `file_type_mismatch` when its bytes are not what its name says: the upload is gone then. 403, 404 when the record may
/// not be changed any more.
pub async fn complete(cx: &Context, files: &Files, id: UploadId) -> Result<Committed<FileId>> {
    let (open, kind) = judged(cx, files, id).await?;
    let mut tx = cx.begin().await?;
    let file = finish(cx, &mut tx, &open, kind).await?;
    tx.commit(file).await
}

/// An upload that has arrived as a whole, and what it is by its bytes.
///
/// # Errors
/// 422 `file_type_mismatch`: the upload is gone then.
pub async fn judged(cx: &Context, files: &Files, id: UploadId) -> Result<(Open, &'static Kind)> {
    let mut tx = cx.begin().await?;
    let open = store::find(&mut tx, id).await?.or_not_found("upload")?;
    let parts = store::parts(&mut tx, id).await?;
    tx.done(()).await?;
    if open.upload.done {
        return Err(Error::conflict("upload_complete", "this upload is complete"));
    }
    let head = head(files, parts).await?;
    let kind = match Kind::judge(&open.upload.name, &head) {
        Ok(kind) => kind,
        Err(refusal) => {
            let mut tx = cx.begin().await?;
            store::delete(&mut tx, id).await?;
            tx.commit(()).await?.into_inner();
            return Err(refused("name", &refusal));
        }
    };
    Ok((open, kind))
}

/// Makes a file, or a version of one, of an upload that was judged: together with what else the transaction writes.
///
/// # Errors
/// 403, 404 when the record may not be changed any more.
pub async fn finish(cx: &Context, tx: &mut Tx, open: &Open, kind: &'static Kind) -> Result<FileId> {
    let id = open.upload.id;
    let blobs = store::take_parts(tx, id).await?;
    let blobs = blobs.ok_or_else(|| Error::conflict("upload_complete", "this upload is complete"))?;
    let new = NewVersion { size: open.upload.size, mime: kind.mime, blobs: &blobs };
    let by = cx.actor().user;
    let (seen, file, name, verb, before) = match (open.upload.file_id, open.parent) {
        (Some(file), _) => {
            let (row, seen) = write::open(cx, tx, file).await?;
            if row.deleted_at.is_some() {
                return Err(Error::not_found("file"));
            }
            (seen, file, row.name, "version_added", Some(row.latest))
        }
        (None, Some(parent)) => {
            let seen = parent.seen(cx, tx).await?.writable()?;
            let file = super::store::insert(tx, &seen, &open.upload.name, by).await?;
            (seen, file, open.upload.name.clone(), "added", None)
        }
        (None, None) => return Err(Error::internal("an upload is for a record or a file")),
    };
    let (version, number, at) = super::store::add_version(tx, file, &new, by).await?;
    store::became(tx, id, file).await?;
    check::enqueue(tx, version)?;
    let mut event = seen.told(tx, file, &name, at, verb);
    if let Some(before) = before {
        event = event.changes(write::shown(before, number));
    }
    tx.emit(
        event.data(json!({ "version_id": version, "number": number, "size": open.upload.size, "type": kind.mime })),
    );
    Ok(file)
}

/// The beginning of what has arrived.
async fn head(files: &Files, parts: Vec<String>) -> Result<Vec<u8>> {
    let mut bytes = files.blobs.get_all(parts);
    let mut head = Vec::with_capacity(kind::HEAD);
    while head.len() < kind::HEAD
        && let Some(next) = bytes.next().await
    {
        let next = next.map_err(|error| {
            let why = "the place where files are kept can't be reached";
            Error::unavailable("file_store_unavailable", why).caused_by(error)
        })?;
        head.extend_from_slice(&next);
    }
    head.truncate(kind::HEAD);
    Ok(head)
}
