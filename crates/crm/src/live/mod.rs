//! Live updates: what has changed, as ids and versions, to whoever may see it.
//!
//! One task a process follows the event log. Subscribers with the same rights form a group; a change is checked once
//! for each group, in a batch, under its row-level security. When access changes, the group's streams end and browsers
//! connect again as who they are by then. The same stream rings for notifications, and says where somebody has come to a
//! record or gone from it (`presence`).

pub mod http;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_store::bell::Bell;
use dealwright_store::sequencer::{self, Positioned};
use dealwright_store::{Database, Tx};
use serde::Serialize;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::presence::{self, Stir};
use crate::record::Ref;

/// What happens within it is told together.
const PACE: Duration = Duration::from_millis(50);

/// A change somebody may want to see.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveChange {
    /// `opportunity`, `account`, …
    #[serde(rename = "type")]
    pub object: String,
    pub id: Uuid,
    pub version: Option<i64>,
    /// `opportunity.moved`, …
    pub event: String,
    pub actor: Option<Ref>,
}

/// Rights that see the same: an organisation, its scopes, teams, and the person where a scope is "own".
type GroupKey = (OrgId, String);

struct Group {
    /// Anyone of the group: their eyes stand for all.
    eyes: Context,
    sender: broadcast::Sender<Arc<LiveChange>>,
}

/// Who listens in this process.
#[derive(Clone, Default)]
pub struct Hub(Arc<Mutex<HashMap<GroupKey, Group>>>);

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").finish_non_exhaustive()
    }
}

impl Hub {
    /// Changes this person may see, from now on.
    ///
    /// # Errors
    /// Internal, when the rights can't be told.
    pub fn subscribe(&self, cx: &Context) -> Result<broadcast::Receiver<Arc<LiveChange>>> {
        let key = key(cx)?;
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let group = groups.entry(key).or_insert_with(|| Group { eyes: cx.clone(), sender: broadcast::channel(1024).0 });
        Ok(group.sender.subscribe())
    }

    fn listening(&self, orgs: &BTreeSet<OrgId>) -> Vec<(GroupKey, Context, broadcast::Sender<Arc<LiveChange>>)> {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.retain(|_, group| group.sender.receiver_count() > 0);
        groups
            .iter()
            .filter(|(key, _)| orgs.contains(&key.0))
            .map(|(key, g)| (key.clone(), g.eyes.clone(), g.sender.clone()))
            .collect()
    }

    /// Tells those who may see it that somebody has come to a record or gone from it.
    pub(crate) async fn stirred(&self, stirs: &[Stir]) {
        let orgs = stirs.iter().map(|stir| OrgId(stir.org)).collect();
        for (key, eyes, sender) in self.listening(&orgs) {
            let mine: Vec<&Stir> = stirs.iter().filter(|stir| stir.org == key.0.0).collect();
            if let Err(error) = stir_group(&eyes, &mine, &sender).await {
                tracing::info!(%error, "a group's live updates end; its browsers connect again");
                self.close(&key);
            }
        }
    }

    /// Tells a person's windows that they have something to hear of.
    fn ring(&self, org: OrgId, user: UserId) {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = |(key, group): &(&GroupKey, &mut Group)| key.0 == org && group.eyes.actor().user == user;
        for (_, group) in groups.iter_mut().filter(theirs) {
            let change = LiveChange {
                object: "notification".to_owned(),
                id: user.0,
                version: None,
                event: "notification.made".to_owned(),
                actor: None,
            };
            // An error means that the last listener has just left.
            _ = group.sender.send(Arc::new(change));
        }
    }

    /// Ends every stream: the server stops.
    fn close_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Ends the streams of a group whose rights are no longer what they were.
    fn close(&self, key: &GroupKey) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn key(cx: &Context) -> Result<GroupKey> {
    let actor = cx.actor();
    let scopes = serde_json::to_string(&actor.grants).map_err(dealwright_kernel::Error::internal)?;
    // Tasks and own records depend on the person; so does a private event.
    Ok((actor.org, format!("{scopes} {:?} {} {}", actor.teams, actor.user, actor.epoch)))
}

/// Follows the event log and tells the hub's listeners, until `stop`.
pub async fn run(database: Database, hub: Hub, stop: CancellationToken) {
    let mut bell =
        Bell::new(&database, &["dealwright_position", "dealwright_notification", presence::CHANNEL]).paced(PACE);
    let (mut position, mut stirred, mut rung) = (None, None, true);
    loop {
        match tell(&database, &hub, position).await {
            Ok(reached) => position = Some(reached),
            Err(error) => tracing::warn!(%error, "live updates could not be read; they follow with the next ones"),
        }
        if rung {
            match presence::tell(&database, &hub, stirred).await {
                Ok(until) => stirred = Some(until),
                Err(error) => tracing::warn!(%error, "presence could not be read; it follows with the next ring"),
            }
        }
        if bell.wait(&stop).await.is_break() {
            return hub.close_all();
        }
        // A ring that is lost is made good when the page asks again.
        let heard = bell.heard();
        rung = heard.iter().any(|word| word == presence::RING);
        for word in heard {
            let ids = word.split_once(':').and_then(|(org, user)| Some((org.parse().ok()?, user.parse().ok()?)));
            if let Some((org, user)) = ids {
                hub.ring(OrgId(org), UserId(user));
            }
        }
    }
}

async fn tell(database: &Database, hub: &Hub, from: Option<i64>) -> Result<i64> {
    let Some(mut position) = from else { return sequencer::head(database).await };
    loop {
        let mut tx = database.system().await?;
        let events = sequencer::after(tx.db(), position, 1_000).await?;
        tx.commit().await?;
        let Some(last) = events.last() else { return Ok(position) };
        position = last.position;
        let orgs = events.iter().map(|e| e.org).collect();
        for (key, eyes, sender) in hub.listening(&orgs) {
            let mine: Vec<&Positioned> = events.iter().filter(|e| e.org == key.0).collect();
            if let Err(error) = tell_group(&eyes, &mine, &sender).await {
                tracing::info!(%error, "a group's live updates end; its browsers connect again");
                hub.close(&key);
            }
        }
    }
}

async fn tell_group(eyes: &Context, events: &[&Positioned], sender: &broadcast::Sender<Arc<LiveChange>>) -> Result<()> {
    let mut tx = eyes.begin_unchanged().await?;
    let visible = visible(&mut tx, events).await?;
    tx.done(()).await?;
    for event in events.iter().filter(|e| visible.contains(&e.id.0)) {
        let actor = event.actor_id.map(|id| Ref { id, name: event.actor_name.clone() });
        let change = LiveChange {
            object: event.subject_type.clone(),
            id: event.subject_id,
            version: event.subject_version,
            event: event.kind.clone(),
            actor,
        };
        // An error means that the last listener has just left.
        _ = sender.send(Arc::new(change));
    }
    Ok(())
}

async fn stir_group(eyes: &Context, stirs: &[&Stir], sender: &broadcast::Sender<Arc<LiveChange>>) -> Result<()> {
    let mut tx = eyes.begin_unchanged().await?;
    let mut seen = Vec::new();
    for stir in stirs {
        if presence::store::sees(&mut tx, &stir.object, stir.record).await? {
            seen.push(stir);
        }
    }
    tx.done(()).await?;
    for stir in seen {
        let (object, event) = (stir.object.clone(), format!("{}.presence", stir.object));
        _ = sender.send(Arc::new(LiveChange { object, id: stir.record, version: None, event, actor: None }));
    }
    Ok(())
}

/// Which of the events the actor of `tx` may see: the event's own policy decides.
async fn visible(tx: &mut Tx, events: &[&Positioned]) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = events.iter().map(|e| e.id.0).collect();
    let org = tx.org().0;
    let seen = sqlx::query_scalar!("select id from event where org_id = $1 and id = any ($2)", org, &ids)
        .fetch_all(tx.db())
        .await?;
    Ok(seen.into_iter().collect())
}
