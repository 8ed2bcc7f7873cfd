//! What people do with a request: decide, recall, pass on, comment, attach. Whoever decides sees the record at that moment, is
//! asked at that moment or stands in for somebody who is, and is a person: no key and no agent says yes.

use dealwright_access::Context;
use dealwright_access::people as users;
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{ApprovalId, FileId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{ActorKind, Tx};
use dealwright_workflow::approval::ApprovalObject;
use dealwright_workflow::approval::run::{Refused, Status, Verdict};
use serde_json::json;
use uuid::Uuid;

use super::store::{self, Entry, Request};
use super::{Subject, flow, people};
use crate::{lead, notification, opportunity};

/// A word on a request.
#[derive(Clone, Debug)]
pub struct Word {
    pub verdict: Verdict,
    /// A no says why.
    pub reason: Option<String>,
    /// The version that was read.
    pub version: Option<i64>,
    /// By which way it came, where it was not the app.
    pub via: Option<&'static str>,
}

/// What came of a word.
#[derive(Debug)]
pub struct Decided {
    /// False when it had been said already: nothing happened.
    pub counted: bool,
    pub status: Status,
    pub object: ApprovalObject,
    pub subject: Uuid,
}

/// Says yes or no to a request.
///
/// # Errors
/// 404 when it, or what it is about, is hidden; 403 `not_asked`, `own_request`, `session_required`; 409 `already_decided`,
/// `version_conflict` when what is approved has changed since it was read, `no_approver`; 422 for a no without a reason.
pub async fn decide(cx: &Context, tx: &mut Tx, id: ApprovalId, word: &Word) -> Result<Decided> {
    in_person(cx)?;
    let reason = word.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let mut request = store::hold(tx, id).await?.or_not_found("approval")?;
    let subject = subject(tx, &request).await?;
    let (org, now, me) = (tx.org().0, tx.now(), cx.actor().user.0);
    let stands_for = people::stands_in_for(tx.db(), org, me, now).await?;
    let decided = |request: &Request, counted: bool| Decided {
        counted,
        status: request.run.status,
        object: request.object,
        subject: request.subject,
    };
    let mut run = request.run.clone();
    let said = match run.decide(&request.rules, me, &stands_for, word.verdict, now) {
        // A second click is the first one.
        Err(Refused::Again(verdict)) if verdict == word.verdict => return Ok(decided(&request, false)),
        Err(refused) => return Err(refusal(refused)),
        Ok(said) => said,
    };
    if word.version.is_some_and(|version| version != request.version) {
        return Err(Error::stale(VersionConflict { version: request.version, fields: Vec::new() }));
    }
    if word.verdict == Verdict::Reject && reason.is_none() {
        return Err(Error::field("reason", "required", "say why, so that it can be mended"));
    }
    request.run = run;
    let at = (id, request.run.round);
    let kind = if word.verdict == Verdict::Approve { "approved" } else { "rejected" };
    for one in &said {
        let for_id = Some(one.seat).filter(|seat| *seat != me);
        let data = json!({ "via": word.via });
        flow::note(tx, at, Entry { kind, level: Some(one.level), for_id, text: reason, data }).await?;
    }
    let owner = subject.owner.0;
    let opened = flow::advance(tx.db(), org, &request.rules, &mut request.run, (subject.record, owner), now).await?;
    flow::note_opened(tx, at, &opened).await?;
    if request.run.status != Status::Pending {
        let data = json!({ "status": request.run.status });
        flow::note(tx, at, Entry { kind: "completed", data, ..Entry::default() }).await?;
    }
    store::save(tx.db(), org, &request, false, now).await?;
    notification::answered::approval(tx, me, request.record.1, id).await?;
    let ask = flow::told(tx.db(), org, &opened, now).await?;
    let over = request.run.status != Status::Pending;
    let tell: Vec<Uuid> = if over { request.run.barred.clone() } else { Vec::new() };
    let data = flow::data(id, &request.name, &request.rules, &request.run, &ask, &tell);
    let in_place_of: Vec<Uuid> = said.iter().map(|one| one.seat).filter(|seat| *seat != me).collect();
    let levels = said.iter().filter_map(|one| request.rules.levels.get(one.level)).map(|l| &l.name);
    let levels = json!(levels.collect::<Vec<_>>());
    let data = flow::with(
        data,
        [("for", json!(names(tx, &in_place_of).await?)), ("reason", json!(reason)), ("levels", levels)],
    );
    let event = subject.event(tx, flow::verb(request.run.status)).data(data);
    tx.emit(event);
    Ok(decided(&request, true))
}

async fn names(tx: &mut Tx, people: &[Uuid]) -> Result<Vec<String>> {
    let names = crate::change::store::names(tx, people).await?;
    Ok(people.iter().filter_map(|person| names.get(person).cloned()).collect())
}

/// A yes is a person's.
fn in_person(cx: &Context) -> Result<()> {
    if cx.actor().key.is_some() || cx.actor().stamp.kind != ActorKind::User {
        return Err(Error::forbidden("session_required", "a key can't decide on approvals; sign in"));
    }
    Ok(())
}

/// The refusal as the API reports it.
fn refusal(refused: Refused) -> Error {
    match refused {
        Refused::Over(Status::Recalled) => Error::conflict("already_decided", "this has been recalled"),
        Refused::Over(_) | Refused::Again(_) => Error::conflict("already_decided", "this has been decided already"),
        Refused::NotAsked => Error::forbidden("not_asked", "you are not among those who are asked at the moment"),
        Refused::Own => Error::forbidden("own_request", "nobody decides on what they asked for or changed themselves"),
        Refused::Seated => Error::conflict("already_asked", "this person is asked already"),
        Refused::Nobody(_) => Error::conflict("no_approver", "nobody could decide on a level"),
    }
}

/// What a request is about, as it is now.
///
/// # Errors
/// 404 when it is out of sight.
pub async fn subject(tx: &mut Tx, request: &Request) -> Result<Subject> {
    Ok(match request.object {
        ApprovalObject::Opportunity => {
            let deal = opportunity::store::find(tx, request.subject.into(), false).await?;
            Subject::deal(&deal.or_not_found("approval")?)
        }
        ApprovalObject::Lead => {
            let lead = lead::store::find(tx, request.subject.into(), false).await?;
            Subject::lead(&lead.or_not_found("approval")?)
        }
        ApprovalObject::Proposal => Subject {
            object: ApprovalObject::Proposal,
            id: request.subject,
            name: request.subject_name.clone(),
            version: None,
            record: request.record,
            owner: owner_of(tx, request.record).await?.unwrap_or(request.requested_by),
            account: None,
            contact: None,
            proposed: None,
        },
    })
}

/// Whose a record is; nothing when it is out of sight.
///
/// # Errors
/// When the database is gone.
pub async fn owner_of(tx: &mut Tx, (object, id): (&str, Uuid)) -> Result<Option<UserId>> {
    Ok(sqlx::query_scalar!(
        r#"select owner_id as "owner!: UserId" from opportunity where org_id = $1 and id = $2 and $3 = 'opportunity' and deleted_at is null
           union all select owner_id from account where org_id = $1 and id = $2 and $3 = 'account' and deleted_at is null
           union all select owner_id from contact where org_id = $1 and id = $2 and $3 = 'contact' and deleted_at is null"#,
        tx.org().0,
        id,
        object,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Ends a pending request since what it was for is no more.
///
/// # Errors
/// 409 `already_decided`.
pub async fn end(tx: &mut Tx, mut request: Request) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    request.run.recall().map_err(refusal)?;
    store::save(tx.db(), org, &request, false, now).await?;
    flow::note(tx, (request.id, request.run.round), Entry { kind: "recalled", ..Entry::default() }).await
}

/// Takes a request back: who asked, or who keeps the definitions.
///
/// # Errors
/// 404; 403; 409 `already_decided`.
pub async fn recall(cx: &Context, tx: &mut Tx, id: ApprovalId, reason: Option<&str>) -> Result<Request> {
    let mut request = store::hold(tx, id).await?.or_not_found("approval")?;
    if !may_recall(cx, &request) {
        return Err(Error::forbidden("forbidden", "only who asked may recall this"));
    }
    let subject = subject(tx, &request).await?;
    let asked: Vec<Uuid> = request.run.asked().map(|(_, person)| person).collect();
    request.run.recall().map_err(refusal)?;
    let (org, now) = (tx.org().0, tx.now());
    store::save(tx.db(), org, &request, false, now).await?;
    flow::note(tx, (id, request.run.round), Entry { kind: "recalled", text: reason, ..Entry::default() }).await?;
    let data = flow::data(id, &request.name, &request.rules, &request.run, &[], &asked);
    let data = flow::with(data, [("reason", json!(reason))]);
    let event = subject.event(tx, "recalled").data(data);
    tx.emit(event);
    Ok(request)
}

/// Whether the actor may take a request back.
#[must_use]
pub fn may_recall(cx: &Context, request: &Request) -> bool {
    request.requested_by == cx.actor().user || cx.actor().may(super::definition_http::KEEPS)
}

/// Passes what the actor is asked on to somebody else, who sees the record.
///
/// # Errors
/// 404; 403 `not_asked`, `own_request`; 409 `already_decided`, `already_asked`; 422 when they would not see it.
pub async fn delegate(cx: &Context, tx: &mut Tx, id: ApprovalId, to: UserId, note: Option<&str>) -> Result<()> {
    in_person(cx)?;
    let mut request = store::hold(tx, id).await?.or_not_found("approval")?;
    let subject = subject(tx, &request).await?;
    let (org, now, me) = (tx.org().0, tx.now(), cx.actor().user.0);
    if users::store::team_of(tx, to).await?.is_none()
        || people::who_see(tx.db(), org, subject.record, vec![to.0]).await?.is_empty()
    {
        let why = "there is no such person, or they don't see the record";
        return Err(Error::field("user_id", "unknown_reference", why));
    }
    let stands_for = people::stands_in_for(tx.db(), org, me, now).await?;
    let moved = request.run.delegate(&request.rules, me, &stands_for, to.0).map_err(refusal)?;
    store::save(tx.db(), org, &request, false, now).await?;
    for one in &moved {
        let data = json!({ "to": to });
        let entry = Entry { kind: "delegated", level: Some(one.level), for_id: Some(one.seat), text: note, data };
        flow::note(tx, (id, request.run.round), entry).await?;
    }
    let ask = people::with_stand_ins(tx.db(), org, &[to.0], now).await?;
    let data = flow::data(id, &request.name, &request.rules, &request.run, &ask, &[]);
    let data = flow::with(data, [("to", json!(names(tx, &[to.0]).await?))]);
    let event = subject.event(tx, "delegated").data(data);
    tx.emit(event);
    Ok(())
}

/// Says something about a request.
///
/// # Errors
/// 404.
pub async fn comment(tx: &mut Tx, id: ApprovalId, text: &str) -> Result<()> {
    let request = store::hold(tx, id).await?.or_not_found("approval")?;
    flow::note(tx, (id, request.run.round), Entry { kind: "commented", text: Some(text), ..Entry::default() }).await
}

/// Lays a file of the record before those who decide.
///
/// # Errors
/// 404; 422 when the record has no such file.
pub async fn attach(tx: &mut Tx, id: ApprovalId, file: FileId) -> Result<()> {
    let request = store::hold(tx, id).await?.or_not_found("approval")?;
    let (object, record) = request.record;
    let name = sqlx::query_scalar!(
        "select name from file where org_id = $1 and id = $2 and deleted_at is null
           and case $3 when 'opportunity' then opportunity_id when 'lead' then lead_id when 'account' then account_id else contact_id end = $4",
        tx.org().0,
        file.0,
        object,
        record,
    )
    .fetch_optional(tx.db())
    .await?;
    let name = name.ok_or_else(|| Error::field("file_id", "unknown_reference", "the record has no such file"))?;
    let data = json!({ "file_id": file, "name": name });
    flow::note(tx, (id, request.run.round), Entry { kind: "attached", data, ..Entry::default() }).await
}
