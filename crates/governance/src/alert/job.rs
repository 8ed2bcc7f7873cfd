//! Looks what has reached its threshold, each minute.

use chrono::TimeDelta;
use dealwright_access::Access;
use dealwright_kernel::Result;
use dealwright_kernel::id::OrgId;
use dealwright_store::job::Worker;
use dealwright_store::{ActorKind, Event, Origin, Stamp, Subject};
use serde_json::json;
use uuid::Uuid;

use super::{Kind, store};

/// The job.
const LOOK: &str = "governance.alerts";

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let access = access.clone();
    worker
        .on(LOOK, move |_| {
            let access = access.clone();
            async move { look(&access).await.map(|_| ()) }
        })
        .every(LOOK, TimeDelta::minutes(1))
}

/// Begins and ends episodes, and tells of those that begin: once each. Answers how many began.
///
/// # Errors
/// When the database is gone.
pub async fn look(access: &Access) -> Result<usize> {
    let (database, clock) = (access.database(), access.clock());
    let mut tx = database.system().await?;
    store::alone(&mut tx).await?;
    let now = clock.now();
    let reached = store::reached(&mut tx, now).await?;
    let mut events: Vec<(OrgId, Event)> = Vec::new();
    for over in store::end(&mut tx, &reached, now).await? {
        let event = Event::new(clock, "ai_alert.resolved", subject(over.id, over.name));
        events.push((OrgId(over.org), event));
    }
    let mut begun = 0;
    for one in &reached {
        let kind = Kind::named(&one.kind)?;
        let name = kind.told(one.value, one.threshold, one.name.as_deref().map(budget).as_deref());
        let id = clock.new_id();
        if !store::begin(&mut tx, id, one, &name, now).await? {
            continue;
        }
        begun += 1;
        let mut people = store::administrators(&mut tx, one.org).await?;
        people.extend(one.user.filter(|user| !people.contains(user)));
        let told = json!({ "kind": one.kind, "value": one.value, "threshold": one.threshold, "notify": people });
        events.push((OrgId(one.org), Event::new(clock, "ai_alert.raised", subject(id, name)).data(told)));
    }
    // Last of all, as events want it.
    let stamp = Stamp { kind: ActorKind::System, id: None, name: "Dealwright".to_owned(), on_behalf_of: None };
    for (org, event) in events {
        tx.emit(org, &stamp, &Origin::default(), now, event).await?;
    }
    tx.commit().await?;
    Ok(begun)
}

const fn subject(id: Uuid, name: String) -> Subject {
    Subject { object: "ai_alert", id, name, version: None }
}

/// A budget in words, of its metric, period and scope.
fn budget(words: &str) -> String {
    let mut words = words.split(' ');
    let (metric, period, scope) = (words.next(), words.next(), words.next());
    let what = match metric {
        Some("requests") => "requests to the assistant",
        Some("tokens") => "AI tokens",
        _ => "AI spending",
    };
    let whose = match scope {
        Some("organisation") => "the organisation's",
        Some("role") => "a role's",
        _ => "a person's",
    };
    format!("{whose} budget of {what} for this {}", period.unwrap_or("period"))
}
