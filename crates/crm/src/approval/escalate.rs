//! What the clock does: a level that has said nothing for too long comes to somebody else, once. Each request in a transaction of
//! its own, held while it lasts, so that two processes do it once and one that dies does it later.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_kernel::id::OrgId;
use dealwright_store::job::Worker;
use dealwright_store::{ActorKind, Database, Origin, Stamp};
use serde_json::json;
use uuid::Uuid;

use super::store::{self, Entry, Request};
use super::{Subject, flow, people, subject};

const ESCALATE: &str = "approval.escalate";

/// Registers the look at what is overdue.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    let worker = worker.on(ESCALATE, move |_| {
        let access = access.clone();
        async move { overdue(access.database()).await.map(drop) }
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
        let mut told = Vec::new();
        for n in request.run.overdue(now) {
            let Some(escalation) = request.rules.levels.get(n).and_then(|level| level.escalation) else { continue };
            let named = people::resolve(tx.db(), org, owner, &[escalation.to]).await?;
            let mut seen = people::who_see(tx.db(), org, request.record, named).await?;
            if seen.is_empty() {
                let keepers = people::keepers(tx.db(), org).await?;
                seen = people::who_see(tx.db(), org, request.record, keepers).await?;
            }
            let to = request.run.escalate(&request.rules, n, &seen);
            let at = (request.id, request.run.round);
            let data = json!({ "people": to });
            let entry = Entry { kind: "escalated", level: Some(n), data, ..Entry::default() };
            store::note(tx.db(), org, database.clock().new_id(), at, (None, NAME), now, entry).await?;
            told.extend(to);
            escalated += 1;
        }
        store::save(tx.db(), org, &request, false, now).await?;
        let ask = people::with_stand_ins(tx.db(), org, &told, now).await?;
        let about = about(&request, owner);
        let data = flow::data(request.id, &request.name, &request.rules, &request.run, &ask, &[]);
        let event = subject::event(database.clock().new_id(), "escalated", &about).data(data);
        let stamp = Stamp { kind: ActorKind::System, id: None, name: NAME.to_owned(), on_behalf_of: None };
        tx.emit(OrgId(org), &stamp, &Origin::default(), now, event).await?;
        tx.commit().await?;
    }
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
