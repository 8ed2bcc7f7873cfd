//! How a request begins, goes on to its next level and begins anew; and the events that tell of it.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{ApprovalId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::approval::run::Status;
use dealwright_workflow::approval::{ApprovalObject, Definition, Run};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::definition::{InForce, in_force};
use super::store::{self, Entry, New};
use super::{Subject, people};

/// Opens the levels whose turn has come; who is asked by that, and in which levels. Whoever does not see the record is not asked;
/// where that leaves nobody, those who keep the definitions are.
///
/// # Errors
/// 409 `no_approver` when a level would have nobody at all.
pub(super) async fn advance(
    db: &mut PgConnection,
    org: Uuid,
    rules: &Definition,
    run: &mut Run,
    (record, owner): ((&'static str, Uuid), Uuid),
    now: DateTime<Utc>,
) -> Result<Vec<(usize, Vec<Uuid>)>> {
    let mut opened = Vec::new();
    for n in run.to_open(rules.order) {
        let Some(level) = rules.levels.get(n) else { continue };
        let named = people::resolve(db, org, owner, &level.approvers).await?;
        let seen = people::who_see(db, org, record, named).await?;
        let mut asked: Vec<Uuid> = seen.into_iter().filter(|person| run.may_sit(rules, *person)).collect();
        if asked.is_empty() {
            let keepers = people::keepers(db, org).await?;
            let seen = people::who_see(db, org, record, keepers).await?;
            asked = seen.into_iter().filter(|person| run.may_sit(rules, *person)).collect();
        }
        run.open(rules, n, &asked, now).map_err(|_| {
            let why = format!(
                "nobody could decide on the level “{}”: they don't see the record, or asked themselves",
                level.name
            );
            Error::conflict("no_approver", why)
        })?;
        opened.push((n, asked));
    }
    Ok(opened)
}

/// Who is asked by opened levels, and those who stand in for them: who is to hear of it.
pub(super) async fn told(
    db: &mut PgConnection,
    org: Uuid,
    opened: &[(usize, Vec<Uuid>)],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let asked: Vec<Uuid> = opened.iter().flat_map(|(_, people)| people.iter().copied()).collect();
    people::with_stand_ins(db, org, &asked, now).await
}

/// What an event says, and more.
pub(super) fn with<const N: usize>(mut data: Value, more: [(&str, Value); N]) -> Value {
    if let Some(said) = data.as_object_mut() {
        said.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    data
}

/// What an event says of a request, so that whoever is to hear of it does.
pub(super) fn data(
    request: ApprovalId,
    name: &str,
    rules: &Definition,
    run: &Run,
    ask: &[Uuid],
    tell: &[Uuid],
) -> Value {
    json!({
        "approval_id": request, "approval": name, "round": run.round, "by_mail": rules.by_mail, "status": run.status,
        "ask": ask, "tell": tell,
        "waits_for": run.asked().map(|(n, _)| n).min().and_then(|n| rules.levels.get(n)).map(|level| level.name.as_str()),
        "level": run.asked().map(|(n, _)| n).min(),
    })
}

/// Begins a request, and asks its first level.
///
/// # Errors
/// 409 `no_approver`, or `approval_pending` when somebody was faster.
pub(super) async fn begin(
    tx: &mut Tx,
    known: &InForce,
    subject: &Subject,
    by: UserId,
    snapshot: Vec<Change>,
    reason: Option<String>,
) -> Result<ApprovalId> {
    let rules = &known.ready.definition;
    let (org, now, id) = (tx.org().0, tx.now(), ApprovalId(tx.new_id()));
    let mut run = Run::begin(rules, by.0);
    let opened = advance(tx.db(), org, rules, &mut run, (subject.record, subject.owner.0), now).await?;
    let new = New {
        id,
        definition: known.id,
        number: known.number,
        subject,
        requested_by: by,
        reason: reason.as_deref(),
        snapshot: &snapshot,
        run: &run,
    };
    let pending = || Error::conflict("approval_pending", format!("“{}” waits for a decision already", known.name));
    store::insert(tx, &new).await.on_constraint("approval_request_pending_key", pending)?;
    note(tx, (id, run.round), Entry { kind: "requested", text: reason.as_deref(), ..Entry::default() }).await?;
    note_opened(tx, (id, run.round), &opened).await?;
    let ask = told(tx.db(), org, &opened, now).await?;
    let event = subject.event(tx, "requested").data(data(id, &known.name, rules, &run, &ask, &[]));
    tx.emit(event);
    Ok(id)
}

/// Asks for what a new proposal needs, by every definition of proposals whose condition holds for it.
///
/// # Errors
/// 409 `no_approver`.
pub async fn ask_for_proposal(tx: &mut Tx, subject: &Subject, by: UserId, reason: &str) -> Result<()> {
    let all = in_force(tx).await?;
    for known in all.iter().filter(|known| known.active && known.object == ApprovalObject::Proposal) {
        let facts = if known.ready.asks() { subject.facts(tx).await? } else { None };
        if !known.ready.applies(facts.as_ref()) {
            continue;
        }
        let snapshot = subject.snapshot(tx, &known.ready.definition, &[]).await?;
        let reason = reason.chars().take(2_000).collect();
        begin(tx, known, subject, by, snapshot, Some(reason)).await?;
    }
    Ok(())
}

/// Begins a request anew, since what is approved has been changed by whoever acts.
///
/// # Errors
/// 409 `no_approver`.
pub(super) async fn restart(tx: &mut Tx, id: ApprovalId, subject: &Subject) -> Result<()> {
    // A part of the same change may have had it begin anew already.
    let mut request = store::hold(tx, id).await?.or_not_found("approval")?;
    let snapshot = subject.snapshot(tx, &request.rules, &[]).await?;
    if super::subject::same(&snapshot, &request.snapshot) {
        return Ok(());
    }
    let Some(by) = tx.user() else { return Err(Error::internal("somebody changes what is approved")) };
    let (org, now) = (tx.org().0, tx.now());
    // What it was before it was asked for stays what it was.
    let before = std::mem::replace(&mut request.snapshot, snapshot);
    for one in &mut request.snapshot {
        if let Some(first) = before.iter().find(|first| first.field == one.field) {
            (one.old, one.old_label) = (first.old.clone(), first.old_label.clone());
        }
    }
    request.run.restart(&request.rules, by.0).map_err(|_| Error::internal("a pending request can begin anew"))?;
    let opened =
        advance(tx.db(), org, &request.rules, &mut request.run, (subject.record, subject.owner.0), now).await?;
    store::save(tx.db(), org, &request, true, now).await?;
    let at = (request.id, request.run.round);
    note(
        tx,
        at,
        Entry { kind: "restarted", data: json!({ "fields": changed(&before, &request.snapshot) }), ..Entry::default() },
    )
    .await?;
    note_opened(tx, at, &opened).await?;
    let ask = told(tx.db(), org, &opened, now).await?;
    let told = data(request.id, &request.name, &request.rules, &request.run, &ask, &[request.requested_by.0]);
    let event = subject.event(tx, "restarted").data(told);
    tx.emit(event);
    Ok(())
}

fn changed<'a>(before: &[Change], after: &'a [Change]) -> Vec<&'a str> {
    let same = |one: &&Change| before.iter().any(|other| other.field == one.field && other.new == one.new);
    after.iter().filter(|one| !same(one)).map(|one| one.field.as_str()).collect()
}

/// Writes down what whoever acts has done.
pub(super) async fn note(tx: &mut Tx, at: (ApprovalId, i32), entry: Entry<'_>) -> Result<()> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let (actor, name) = (tx.user().map(|user| user.0), tx.stamp().name.clone());
    store::note(tx.db(), org, id, at, (actor, &name), now, entry).await
}

/// Writes down that levels were opened, and for whom.
pub(super) async fn note_opened(tx: &mut Tx, at: (ApprovalId, i32), opened: &[(usize, Vec<Uuid>)]) -> Result<()> {
    for (n, people) in opened {
        let entry = Entry { kind: "opened", level: Some(*n), data: json!({ "people": people }), ..Entry::default() };
        note(tx, at, entry).await?;
    }
    Ok(())
}

/// The verb of the event by which a request is over.
pub(super) const fn verb(status: Status) -> &'static str {
    match status {
        Status::Pending => "level_approved",
        Status::Approved => "approved",
        Status::Rejected => "rejected",
        Status::Recalled => "recalled",
    }
}
