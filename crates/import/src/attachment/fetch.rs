//! Fetching what rows named, after their records are there; and taking it back.

use std::time::Duration;

use axum::body::Body;
use dealwright_access::context::permission;
use dealwright_access::outbound::{Failed, Fetched, Outbound};
use dealwright_access::policy::UpdateSingleSignOn;
use dealwright_access::{Access, Context};
use dealwright_crm::file::upload::{self, NewUpload};
use dealwright_crm::file::{check_name, write};
use dealwright_files::{Files, Kind};
use dealwright_kernel::error::{OrNotFound, Outcome};
use dealwright_kernel::id::{ImportId, UploadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::ActorKind;
use dealwright_store::job::Worker;
use uuid::Uuid;

use super::{Waiting, store};
use crate::store::Payload;
use crate::{Import, Status};

/// The job that fetches an import's files.
pub const FETCH: &str = "import.fetch";

/// The longest that a file may take.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Registers the job.
pub fn register(worker: Worker, access: &Access, files: &Files) -> Worker {
    let (access, files) = (access.clone(), files.clone());
    worker.on(FETCH, move |job| {
        let (access, files) = (access.clone(), files.clone());
        async move {
            let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
            let org = job.org.ok_or_else(|| Error::internal("an import's job belongs to an organisation"))?;
            let cx = access.context_for(org, payload.user).await?;
            // Private networks are for who may choose what the server asks there anyway.
            let trusted = cx.actor().require(permission::<UpdateSingleSignOn>()).is_ok();
            let networks = if trusted { access.settings().outbound_networks.as_slice() } else { &[] };
            let outbound = Outbound::new(networks);
            fetch(&cx, &files, &outbound, payload.import).await
        }
    })
}

/// Fetches what waits, as long as the import is one that was done.
///
/// # Errors
/// When the database or the place where files are kept is gone; a file that can't be had is no error.
pub async fn fetch(cx: &Context, files: &Files, outbound: &Outbound, id: ImportId) -> Result<()> {
    let mut tx = cx.begin().await?;
    let import = crate::store::find(&mut tx, id).await?;
    tx.done(()).await?;
    let acting = cx.acting(cx.actor().acting_as(ActorKind::Import, Some(id.0), &import.filename));
    loop {
        let mut tx = acting.begin().await?;
        let import = crate::store::find(&mut tx, id).await?;
        let next = if import.status == Status::Done { store::next(&mut tx, id).await? } else { None };
        tx.done(()).await?;
        let Some(waiting) = next else { return Ok(()) };
        if let Err(error) = bring(&acting, files, outbound, &import, &waiting).await {
            let reason = why_not(error)?;
            let mut tx = acting.begin().await?;
            store::fail(&mut tx, id, waiting.id, &reason).await?;
            tx.commit(()).await?.into_inner();
        }
    }
}

/// What a person reads of a file that could not be had; what is no fault of the file ends the job, to be tried again.
fn why_not(error: Error) -> Result<String> {
    match error.outcome {
        Outcome::Unavailable | Outcome::Internal | Outcome::TooMany | Outcome::Unauthenticated => Err(error),
        Outcome::Unreadable
        | Outcome::Forbidden
        | Outcome::NotFound
        | Outcome::Conflict
        | Outcome::TooLarge
        | Outcome::UnsupportedType
        | Outcome::Invalid => Ok(error.fields.into_iter().next().map_or(error.detail, |field| field.message)),
    }
}

async fn bring(cx: &Context, files: &Files, outbound: &Outbound, import: &Import, waiting: &Waiting) -> Result<()> {
    let mut tx = cx.begin().await?;
    drop(waiting.parent.seen(cx, &mut tx).await?.writable()?);
    tx.done(()).await?;
    let most = usize::try_from(files.limits.size).unwrap_or(usize::MAX);
    let fetched = outbound.fetch(&waiting.url, most, TIME_LIMIT).await.map_err(|failed| match failed {
        Failed::Refused(why) | Failed::Unreachable(why) => Error::field("url", "not_fetched", why),
    })?;
    let name = name_of(&fetched)?;
    let [opportunity, account, contact, lead] = waiting.parent.columns();
    let new = NewUpload {
        name,
        size: i64::try_from(fetched.body.len()).map_err(Error::internal)?,
        opportunity_id: opportunity.map(Into::into),
        account_id: account.map(Into::into),
        contact_id: contact.map(Into::into),
        lead_id: lead.map(Into::into),
        file_id: None,
    };
    let mut tx = cx.begin().await?;
    let begun = upload::begin(cx, &mut tx, files, new).await?;
    tx.commit(()).await?.into_inner();
    let kept = keep(cx, files, import, waiting, begun.id, fetched.body).await;
    if kept.is_err() {
        let mut tx = cx.begin().await?;
        upload::store::delete(&mut tx, begun.id).await?;
        tx.commit(()).await?.into_inner();
    }
    kept
}

/// Makes a file of what was fetched, together with the note that it is there.
async fn keep(
    cx: &Context,
    files: &Files,
    import: &Import,
    waiting: &Waiting,
    id: UploadId,
    body: Vec<u8>,
) -> Result<()> {
    let mut tx = cx.begin().await?;
    let open = upload::store::find(&mut tx, id).await?.or_not_found("upload")?;
    tx.done(()).await?;
    upload::receive(cx, files, &open, Body::from(body)).await?;
    let (open, kind) = upload::judged(cx, files, id).await?;
    let mut tx = cx.begin().await?;
    let file = upload::finish(cx, &mut tx, &open, kind).await?;
    if store::done(&mut tx, import.id, waiting.id, file).await? {
        tx.commit(()).await?.into_inner();
        return Ok(());
    }
    tx.rollback().await?;
    Err(Error::conflict("rolled_back", "the import was rolled back"))
}

/// What a file is called: as its server says, or else as its address ends; with an ending by its type where it has none.
fn name_of(fetched: &Fetched) -> Result<String> {
    let last = fetched.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .trim_start_matches('.')
        .chars()
        .map(|c| if c.is_control() || matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
        .collect();
    let clean = if clean.trim().is_empty() { "file".to_owned() } else { clean.trim().to_owned() };
    let ending = fetched.mime.as_deref().and_then(Kind::named).and_then(|kind| kind.extensions.first());
    let named = match (Kind::claimed(&clean), ending) {
        (Err(_), Some(ending)) if !clean.contains('.') => format!("{}.{ending}", shortened(&clean, 240)),
        _ => shortened(&clean, 255),
    };
    check_name(&named)
}

/// At most so many letters, with the ending.
fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let (stem, ending) = name.rsplit_once('.').filter(|(_, e)| e.len() <= 10).unwrap_or((name, ""));
    let stem: String = stem.chars().take(most.saturating_sub(ending.len() + 1)).collect();
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

/// Takes back what was fetched; returns how many files stay.
///
/// # Errors
/// When the database is gone.
pub async fn take_back(cx: &Context, import: ImportId) -> Result<i64> {
    let mut tx = cx.begin().await?;
    store::stop(&mut tx, import).await?;
    tx.commit(()).await?.into_inner();
    let (mut kept, mut after) = (0, Uuid::nil());
    loop {
        let mut tx = cx.begin().await?;
        let Some((id, file)) = store::brought(&mut tx, import, after).await? else {
            tx.done(()).await?;
            return Ok(kept);
        };
        after = id;
        match write::set_deleted(cx, &mut tx, file, None, true, None).await {
            Ok(_) => {}
            Err(error) if error.outcome == Outcome::NotFound => {}
            Err(error) if error.outcome.status().is_client_error() => {
                tracing::info!(%error, "a file of an import stays: it can't be taken back");
                kept += 1;
                tx.rollback().await?;
                continue;
            }
            Err(error) => return Err(error),
        }
        store::removed(&mut tx, id).await?;
        tx.commit(()).await?.into_inner();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_name_without_a_path_and_an_ending_by_its_type() {
        let of = |name: &str, mime: Option<&str>| {
            name_of(&Fetched { body: Vec::new(), name: name.to_owned(), mime: mime.map(str::to_owned) }).unwrap()
        };
        assert_eq!(of("Offer 2026.pdf", None), "Offer 2026.pdf");
        assert_eq!(of("../../etc/Angebot ä.pdf", None), "Angebot ä.pdf");
        assert_eq!(of("17", Some("application/pdf")), "17.pdf");
        assert_eq!(of("tool.exe", Some("text/plain")), "tool.exe");
        assert_eq!(of("", None), "file");
        assert_eq!(of("...", Some("application/pdf")), "file.pdf");
        assert_eq!(of("a:b?.pdf", None), "a_b_.pdf");
        assert_eq!(of(&format!("{}.pdf", "x".repeat(300)), None).len(), 255);
    }
}
