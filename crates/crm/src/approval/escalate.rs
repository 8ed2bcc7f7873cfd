//! What the clock does: a level that has said nothing for too long comes to somebody else, once; and so does one that can't come to
//! a yes any more since people have left. Each request in a transaction of its own, held while it lasts, so that two processes do
//! it once and one that dies does it later.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Clock, Result};
use dealwright_store::job::Worker;
use dealwright_store::{ActorKind, Database, Origin, Stamp, SystemTx};
use dealwright_workflow::approval::Approver;
use serde_json::json;
use uuid::Uuid;

use super::store::{self, Entry, Request};
use super::{Subject, flow, people, subject};

const ESCALATE: &str = "approval.escalate";
/// Requests that are looked for in one transaction.
const BATCH: i64 = 200;

/// Registers the look at what is overdue, and at what nobody can decide any more.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    let worker = worker.on(ESCALATE, move |_| {
        let access = access.clone();
        async move {
            overdue(access.database()).await?;
            abandoned(access.database()).await.map(drop)
        }
    });
    worker.every(ESCALATE, TimeDelta::minutes(5))
}

/// Escalates all that is overdue; how many levels.
///
/// # Errors
/// When the database is gone: what is left follows.
pub async fn overdue(database: &Database) -> Result<usize> {
    let mut escalated = 0;
    loop {
        let now = database.clock().now();
        let mut tx = database.system().await?;
        let Some((org, mut request)) = store::hold_due(tx.db(), now).await? else { return Ok(escalated) };
        let owner = owner_of(tx.db(), org, &request).await?;
        let mut called = Vec::new();
        for n in request.run.overdue(now) {
            let Some(escalation) = request.rules.levels.get(n).and_then(|level| level.escalation) else { continue };
            let seen = who_could(tx.db(), org, &request, owner, &[escalation.to]).await?;
            called.push((n, request.run.escalate(&request.rules, n, &seen), None));
            escalated += 1;
        }
        tell(&mut tx, database.clock(), (org, owner), &request, called).await?;
        tx.commit().await?;
    }
}

/// Brings the levels that can't come to a yes any more, since people have left or don't see the record any more, to those who are
/// meant by now, or else to those who keep the definitions: they decide alone. How many levels.
///
/// # Errors
/// When the database is gone: what is left follows.
pub async fn abandoned(database: &Database) -> Result<usize> {
    let (mut brought, mut after) = (0, Uuid::nil());
    loop {
        let mut tx = database.system().await?;
        let found = store::with_absent(tx.db(), after, BATCH).await?;
        tx.commit().await?;
        let Some((_, last)) = found.last() else { return Ok(brought) };
        after = *last;
        for (org, id) in found {
            brought += bring(database, org, id).await?;
        }
    }
}

async fn bring(database: &Database, org: Uuid, id: Uuid) -> Result<usize> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    let Some(mut request) = store::hold_free(tx.db(), org, id).await? else { return Ok(0) };
    let asked: Vec<Uuid> = request.run.asked().map(|(_, person)| person).collect();
    let mut able = Vec::new();
    for person in asked {
        // Who is away has somebody who decides in their place.
        let them = people::with_stand_ins(tx.db(), org, &[person], now).await?;
        if !people::who_see(tx.db(), org, request.record, them).await?.is_empty() {
            able.push(person);
        }
    }
    let owner = owner_of(tx.db(), org, &request).await?;
    let mut called = Vec::new();
    for n in request.run.stuck(&request.rules, &able) {
        let approvers = request.rules.levels.get(n).map(|level| level.approvers.clone()).unwrap_or_default();
        let mut seen = who_could(tx.db(), org, &request, owner, &approvers).await?;
        // One of those who were asked does not become the voice of all.
        let sits = |person: &Uuid| {
            request.run.levels.get(n).is_some_and(|level| level.seats.iter().any(|s| s.person == *person))
        };
        seen.retain(|person| !sits(person));
        let mut to = request.run.call(&request.rules, n, &seen);
        if to.is_empty() {
            let keepers = who_could(tx.db(), org, &request, owner, &[]).await?;
            to = request.run.call(&request.rules, n, &keepers);
        }
        if !to.is_empty() {
            called.push((n, to, Some("Too few of those who were asked can still decide")));
        }
    }
    let levels = called.len();
    if levels > 0 {
        tell(&mut tx, database.clock(), (org, owner), &request, called).await?;
    }
    tx.commit().await?;
    Ok(levels)
}

/// Those of these approvers who see the record; those who keep the definitions where that is nobody.
async fn who_could(
    db: &mut sqlx::PgConnection,
    org: Uuid,
    request: &Request,
    owner: Uuid,
    approvers: &[Approver],
) -> Result<Vec<Uuid>> {
    let named = people::resolve(db, org, owner, approvers).await?;
    let seen = people::who_see(db, org, request.record, named).await?;
    if !seen.is_empty() {
        return Ok(seen);
    }
    let keepers = people::keepers(db, org).await?;
    people::who_see(db, org, request.record, keepers).await
}

/// Writes down to whom levels have come, and why, and has them hear of it.
async fn tell(
    tx: &mut SystemTx,
    clock: &Clock,
    (org, owner): (Uuid, Uuid),
    request: &Request,
    called: Vec<(usize, Vec<Uuid>, Option<&str>)>,
) -> Result<()> {
    let now = clock.now();
    let mut told = Vec::new();
    for (n, to, text) in called {
        let at = (request.id, request.run.round);
        let data = json!({ "people": to });
        let entry = Entry { kind: "escalated", level: Some(n), text, data, ..Entry::default() };
        store::note(tx.db(), org, clock.new_id(), at, (None, NAME), now, entry).await?;
        told.extend(to);
    }
    store::save(tx.db(), org, request, false, now).await?;
    let ask = people::with_stand_ins(tx.db(), org, &told, now).await?;
    let about = about(request, owner);
    let data = flow::data(request.id, &request.name, &request.rules, &request.run, &ask, &[]);
    let event = subject::event(clock.new_id(), "escalated", &about).data(data);
    let stamp = Stamp { kind: ActorKind::System, id: None, name: NAME.to_owned(), on_behalf_of: None };
    tx.emit(OrgId(org), &stamp, &Origin::default(), now, event).await
}

/// Who stands in the trail for what the clock did.
const NAME: &str = "Dealwright";

/// Whose the record is; who asked, where nobody owns it any more.
async fn owner_of(db: &mut sqlx::PgConnection, org: Uuid, request: &Request) -> Result<Uuid> {
    let owner = sqlx::query_scalar!(
        r#"select owner_id as "owner!" from app.owners_of($1, $2, $3)"#,
        org,
        request.record.0,
        &[request.record.1],
    )
    .fetch_optional(db)
    .await?;
    Ok(owner.unwrap_or(request.requested_by.0))
}

/// The subject as the event names it: this role sees no record.
fn about(request: &Request, owner: Uuid) -> Subject {
    Subject {
        object: request.object,
        id: request.subject,
        name: request.subject_name.clone(),
        version: None,
        record: request.record,
        owner: owner.into(),
        account: None,
        contact: None,
        proposed: None,
    }
}
