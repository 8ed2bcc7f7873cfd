//! What happens to a version before anybody may open it: its pieces are put together, the scanner looks at it, and its text is
//! taken out. As long as the scanner can't be asked the version stays withheld, and the job is tried again.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{Context as Digest, SHA256};
use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_files::{Files, Verdict};
use dealwright_kernel::id::{AccountId, ContactId, FileVersionId, LeadId, OpportunityId, OrgId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, Worker};
use dealwright_store::{ActorKind, Event, NewJob, Origin, Stamp, Subject, Tx};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::FileVersionState;
use super::upload::key;

const CHECK: &str = "file.check";
const SWEEP: &str = "file.sweep";
/// Tried again after 2, 4, 8, … seconds, at most an hour apart: for more than half a day. The sweep begins anew after that.
const ATTEMPTS: i32 = 24;
const BATCH: i32 = 500;

#[derive(Debug, Serialize, Deserialize)]
struct ToCheck {
    org: Uuid,
    version: Uuid,
}

fn job(org: Uuid, version: Uuid) -> Result<NewJob> {
    Ok(NewJob::new(CHECK, &ToCheck { org, version })?.unique(format!("{CHECK}:{version}")).attempts(ATTEMPTS))
}

/// Has a version checked.
///
/// # Errors
/// Internal, when the job can't be written down.
pub fn enqueue(tx: &mut Tx, version: FileVersionId) -> Result<()> {
    let job = job(tx.org().0, version.0)?;
    tx.enqueue(job);
    Ok(())
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access, files: &Files) -> Worker {
    let (to_check, to_sweep) = ((access.clone(), files.clone()), (access.clone(), files.clone()));
    worker
        .on(CHECK, move |job| {
            let (access, files) = to_check.clone();
            async move { check(&access, &files, &job).await }
        })
        .on(SWEEP, move |_| {
            let (access, files) = to_sweep.clone();
            async move { sweep(&access, &files).await }
        })
        .every(SWEEP, TimeDelta::minutes(5))
}

struct Version {
    blobs: Vec<String>,
    mime: String,
    size: i64,
}

async fn check(access: &Access, files: &Files, job: &Job) -> Result<()> {
    let ToCheck { org, version } = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let mut tx = access.database().system().await?;
    let found = sqlx::query_as!(
        Version,
        r#"select blobs as "blobs!", type as "mime!", size as "size!" from app.file_to_check($1, $2)"#,
        org,
        version
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    // Gone for good meanwhile.
    let Some(found) = found else { return Ok(()) };
    let Some(blob) = joined(access, files, org, version, found.blobs).await? else { return Ok(()) };
    let (state, digest, finding) = look(files, &blob).await?;
    settle(access, org, version, state, digest, finding).await?;
    let read = u64::try_from(found.size).is_ok_and(|size| size <= dealwright_files::MAX_READ);
    if state.may_open(files) && read {
        let bytes = files.blobs.get(&blob, None).await?;
        if let Some(text) = files.reader.text(&found.mime, bytes).await? {
            let mut tx = access.database().system().await?;
            sqlx::query!("select app.file_read($1, $2, $3)", org, version, text).execute(tx.db()).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The one blob of a version; nothing when another was faster.
async fn joined(
    access: &Access,
    files: &Files,
    org: Uuid,
    version: Uuid,
    parts: Vec<String>,
) -> Result<Option<String>> {
    if let [blob] = parts.as_slice() {
        return Ok(Some(blob.clone()));
    }
    let blob = key(org, access.clock().new_id());
    files.blobs.write(&blob, files.blobs.get_all(parts.clone())).await?;
    let mut tx = access.database().system().await?;
    let ours = sqlx::query_scalar!(r#"select app.file_joined($1, $2, $3, $4) as "ours!""#, org, version, &parts, blob)
        .fetch_one(tx.db())
        .await?;
    tx.commit().await?;
    Ok(ours.then_some(blob))
}

/// Has the scanner look, and reads along for the digest.
async fn look(files: &Files, blob: &str) -> Result<(FileVersionState, Option<String>, Option<String>)> {
    let digest = Arc::new(Mutex::new(Digest::new(&SHA256)));
    let along = Arc::clone(&digest);
    let bytes = files.blobs.get(blob, None).await?.inspect_ok(move |piece| {
        along.lock().unwrap_or_else(PoisonError::into_inner).update(piece);
    });
    let verdict = if files.scanner.is_off() {
        let mut bytes = bytes;
        while let Some(piece) = bytes.next().await {
            let why = "the place where files are kept can't be reached";
            piece.map_err(|e| Error::unavailable("file_store_unavailable", why).caused_by(e))?;
        }
        None
    } else {
        Some(files.scanner.scan(bytes.boxed()).await?)
    };
    let digest = digest.lock().unwrap_or_else(PoisonError::into_inner).clone().finish();
    let digest = Some(hex::encode(digest.as_ref()));
    Ok(match verdict {
        None => (FileVersionState::Unscanned, digest, None),
        Some(Verdict::Clean) => (FileVersionState::Clean, digest, None),
        Some(Verdict::Infected(name)) => (FileVersionState::Infected, digest, Some(name)),
        // It hung up before the end.
        Some(Verdict::Refused(why)) => (FileVersionState::Failed, None, Some(why)),
    })
}

/// Writes down what was found, and tells of it when a version is withheld for good.
async fn settle(
    access: &Access,
    org: Uuid,
    version: Uuid,
    state: FileVersionState,
    digest: Option<String>,
    finding: Option<String>,
) -> Result<()> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let changed = sqlx::query!(
        r#"select file_id as "file_id!", name as "name!", opportunity_id, account_id, contact_id, lead_id
           from app.file_checked($1, $2, $3, $4, $5, $6)"#,
        org,
        version,
        state.as_str(),
        digest,
        finding,
        now,
    )
    .fetch_optional(tx.db())
    .await?;
    if let Some(file) = changed.filter(|_| matches!(state, FileVersionState::Infected | FileVersionState::Failed)) {
        tracing::warn!(%org, file = %file.file_id, state = state.as_str(), "a file is withheld");
        let subject = Subject { object: "file", id: file.file_id, name: file.name, version: None };
        let event = Event::new(access.clock(), "file.quarantined", subject)
            .about(
                file.opportunity_id.map(OpportunityId),
                file.account_id.map(AccountId),
                file.contact_id.map(ContactId),
            )
            .on_lead(file.lead_id.map(LeadId))
            .data(json!({ "version_id": version, "state": state, "finding": finding }));
        let stamp = Stamp { kind: ActorKind::System, id: None, name: "Virus scanner".to_owned(), on_behalf_of: None };
        tx.emit(OrgId(org), &stamp, &Origin::default(), now, event).await?;
    }
    tx.commit().await
}

/// Every few minutes: versions that nobody looks at any more, uploads that have ended, blobs that nothing names.
async fn sweep(access: &Access, files: &Files) -> Result<()> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    let forgotten = sqlx::query!(
        r#"select org as "org!", which as "which!" from app.files_to_check($1, $2, $3)"#,
        now - TimeDelta::minutes(1),
        !files.scanner.is_off(),
        BATCH,
    )
    .fetch_all(tx.db())
    .await?;
    for version in forgotten {
        tx.enqueue(job(version.org, version.which)?, access.clock()).await?;
    }
    sqlx::query_scalar!("select app.end_uploads($1)", now).fetch_one(tx.db()).await?;
    tx.commit().await?;
    loop {
        let mut tx = access.database().system().await?;
        let garbage: Vec<String> =
            sqlx::query_scalar!(r#"select app.garbage($1) as "blob!""#, BATCH).fetch_all(tx.db()).await?;
        tx.commit().await?;
        if garbage.is_empty() {
            return Ok(());
        }
        for blob in &garbage {
            files.blobs.delete(blob).await?;
        }
        let mut tx = access.database().system().await?;
        sqlx::query!("select app.garbage_gone($1)", &garbage).execute(tx.db()).await?;
        tx.commit().await?;
    }
}

/// How many versions wait for the scanner, over all organisations: for the operator.
///
/// # Errors
/// When the database is gone.
pub async fn waiting(access: &dealwright_store::Database) -> Result<i64> {
    let mut tx = access.system().await?;
    let n = sqlx::query_scalar!(r#"select app.files_waiting() as "n!""#).fetch_one(tx.db()).await?;
    tx.commit().await?;
    Ok(n)
}
