//! Makes notifications: a consumer of the event log, and a look at the tasks that are due.
//!
//! Notifications are written in the transaction that moves the consumer's cursor, so each event is told of once, whenever the
//! process dies.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Access;
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Clock, Result};
use dealwright_store::Database;
use dealwright_store::bell::Bell;
use dealwright_store::job::Worker;
use dealwright_store::sequencer::{Batch, Consumer};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::due;
use super::letter;
use super::preference::{EmailMode, Setting};
use super::push::send as push;
use super::recipients::{Happened, Told};
use super::store::making::{self, New};
use super::{NotificationKind, NotifiedObject};
use crate::working_hours::instant;

/// The name of the cursor.
const CONSUMER: &str = "notifications";
/// What happens within it is followed together.
const PACE: Duration = Duration::from_millis(200);
/// Events of one transaction.
const BATCH: i64 = 500;
/// How long a letter, or a device, about many records waits for the rest of them.
const REST: TimeDelta = TimeDelta::minutes(5);
/// The kind of job that looks for tasks that are due.
const TASKS: &str = "notification.tasks";
/// The kind of job that looks for reminders whose time has come.
const REMINDERS: &str = "notification.reminders";
/// How late a reminder is still told: as long as the service may be down.
const LATE: TimeDelta = TimeDelta::days(7);
/// The hour of the assignee's day from which they are told.
const MORNING: u16 = 7 * 60;

/// Follows the event log until `stop`.
pub async fn run(database: Database, stop: CancellationToken) {
    let mut bell = Bell::new(&database, &["dealwright_position"]).paced(PACE);
    loop {
        if let Err(error) = catch_up(&database).await {
            tracing::warn!(%error, "notifications could not be made; they follow");
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Makes what is to be told of all events that have a position.
///
/// # Errors
/// When the database is gone: the same events come again then.
pub async fn catch_up(database: &Database) -> Result<()> {
    let consumer = Consumer::new(database, CONSUMER);
    while let Some(mut batch) = consumer.next(BATCH).await? {
        make(&mut batch, database.clock()).await?;
        batch.settle().await?;
    }
    Ok(())
}

/// What makes one notification: organisation, receiver, kind, source.
type Cause = (Uuid, Uuid, NotificationKind, String);

async fn make(batch: &mut Batch, clock: &Clock) -> Result<()> {
    let positions: Vec<i64> = batch.events.iter().map(|e| e.position).collect();
    let events = making::happened(batch.db(), &positions).await?;
    let known = making::known(batch.db(), &events).await?;
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut at: HashMap<Cause, (usize, HashSet<Uuid>)> = HashMap::new();
    let given = given(&events);
    for event in &events {
        let source = event.source();
        for told in event.tell(&known) {
            // Whose a new record is was looked up: if it was given away since, that is told by that event.
            if event.is_creation() && given.get(&told.record).is_some_and(|last| *last > event.position) {
                continue;
            }
            let key = (event.org, told.user, told.kind, source.clone());
            // What one person is told of the same is one notification, for so many records.
            if let Some((n, records)) = at.get_mut(&key) {
                if let Some(there) = wanted.get_mut(*n) {
                    there.count += i64::from(records.insert(told.record));
                    there.position = event.position;
                }
                continue;
            }
            at.insert(key, (wanted.len(), HashSet::from([told.record])));
            wanted.push(Wanted::of(event, told, source.clone()));
        }
    }
    write(batch.db(), clock, wanted).await
}

/// The last positions at which records were given to somebody.
fn given(events: &[Happened]) -> HashMap<Uuid, i64> {
    let gifts = events.iter().filter(|event| event.gives());
    gifts.filter_map(|event| Some((event.record()?.1, event.position))).collect()
}

/// A notification before its receiver's preferences were asked.
#[derive(Debug)]
struct Wanted {
    org: Uuid,
    told: Told,
    event: Option<Uuid>,
    source: String,
    count: i64,
    actor: Option<Uuid>,
    actor_name: String,
    position: i64,
    mass: bool,
}

impl Wanted {
    fn of(event: &Happened, told: Told, source: String) -> Self {
        Self {
            org: event.org,
            told,
            event: Some(event.event),
            source,
            count: 1,
            actor: event.actor,
            actor_name: event.actor_name.clone(),
            position: event.position,
            mass: event.is_mass(),
        }
    }

    /// As its receiver wants it; none when they do not want to hear of it at all.
    fn by(&self, setting: &Setting, now: DateTime<Utc>, id: Uuid) -> Option<New> {
        let channels = setting.of(self.told.kind);
        let push = channels.push && setting.has_device;
        if !channels.in_app && channels.email == EmailMode::Off && !push {
            return None;
        }
        let from = if self.mass { now + REST } else { now };
        let (email, due) = when(setting, channels.email, from).unzip();
        Some(New {
            org: self.org,
            id,
            user: self.told.user,
            kind: self.told.kind.as_str(),
            object: self.told.object.as_str(),
            record: self.told.record,
            activity: self.told.activity,
            event: self.event,
            source: self.source.clone(),
            count: self.count,
            actor: self.actor,
            actor_name: self.actor_name.clone(),
            position: self.position,
            in_app: channels.in_app,
            now,
            email,
            due,
            push: push.then(|| push::when(setting, from)),
        })
    }
}

/// How and when a letter goes; none when none does.
pub(super) fn when(setting: &Setting, mode: EmailMode, from: DateTime<Utc>) -> Option<(&'static str, DateTime<Utc>)> {
    let weekly = match mode {
        EmailMode::Off => return None,
        EmailMode::AtOnce => return Some(("waiting", due::loud(from, setting.zone, &setting.quiet))),
        EmailMode::Daily => None,
        EmailMode::Weekly => Some(setting.digest_day),
    };
    let at = due::digest(from, setting.zone, setting.digest_hour, weekly);
    Some(("digest", due::loud(at, setting.zone, &setting.quiet)))
}

async fn write(db: &mut PgConnection, clock: &Clock, wanted: Vec<Wanted>) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let people: Vec<(Uuid, Uuid)> = wanted.iter().map(|w| (w.org, w.told.user)).collect();
    let settings = making::settings(db, &people).await?;
    let now = clock.now();
    let mut rung = Vec::new();
    for one in &wanted {
        // Who is not active, or no person, hears of nothing.
        let Some(setting) = settings.get(&(one.org, one.told.user)) else { continue };
        let Some(new) = one.by(setting, now, clock.new_id()) else { continue };
        let Some(fresh) = making::insert(db, &new).await? else { continue };
        rung.push((one.org, one.told.user));
        if !fresh {
            continue;
        }
        if let (Some(email), Some(due)) = (new.email, new.due) {
            let job = if email == "digest" {
                letter::digest_job(OrgId(new.org), new.user.into(), due)?
            } else {
                letter::job(OrgId(new.org), new.user.into(), new.id, due)?
            };
            dealwright_store::job::enqueue(db, OrgId(new.org), job, clock).await?;
        }
        if let Some(due) = new.push {
            let job = push::job(OrgId(new.org), new.user.into(), new.id, due)?;
            dealwright_store::job::enqueue(db, OrgId(new.org), job, clock).await?;
        }
        if one.told.kind == NotificationKind::Mentioned {
            making::follow_mentioned(db, &new).await?;
        }
    }
    making::ring(db, &rung).await
}

/// Registers the looks at tasks that are due, and at reminders.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_tasks, for_reminders) = (access.clone(), access.clone());
    let worker = worker.on(TASKS, move |_| {
        let access = for_tasks.clone();
        async move { tell_of_tasks(access.database()).await }
    });
    let worker = worker.on(REMINDERS, move |_| {
        let access = for_reminders.clone();
        async move { remind(access.database()).await }
    });
    worker.every(TASKS, TimeDelta::minutes(15)).every(REMINDERS, TimeDelta::minutes(1))
}

/// Reminds of tasks whose moment has come, once for each moment.
///
/// # Errors
/// When the database is gone.
pub async fn remind(database: &Database) -> Result<()> {
    let clock = database.clock();
    let now = clock.now();
    let mut tx = database.system().await?;
    let wanted = making::reminders(tx.db(), now - LATE, now).await?.into_iter().map(|reminder| {
        let source = format!("reminder:{}:{}", reminder.id, reminder.at.timestamp());
        about_task(reminder.org, reminder.assignee, NotificationKind::TaskReminder, reminder.id, source)
    });
    let wanted = wanted.collect();
    write(tx.db(), clock, wanted).await?;
    tx.commit().await
}

/// What nobody did: a moment has come.
const fn about_task(org: Uuid, user: Uuid, kind: NotificationKind, task: Uuid, source: String) -> Wanted {
    Wanted {
        org,
        told: Told { user, kind, object: NotifiedObject::Task, record: task, activity: None },
        event: None,
        source,
        count: 1,
        actor: None,
        actor_name: String::new(),
        position: 0,
        mass: false,
    }
}

/// Tells whose tasks are due on their day, from the morning on, and once more on the day after.
///
/// # Errors
/// When the database is gone.
pub async fn tell_of_tasks(database: &Database) -> Result<()> {
    let clock = database.clock();
    let now = clock.now();
    let today = now.date_naive();
    let mut tx = database.system().await?;
    let tasks = making::tasks_due(tx.db(), today - TimeDelta::days(2), today + TimeDelta::days(1)).await?;
    let mut wanted = Vec::new();
    for task in tasks {
        let local = now.with_timezone(&task.zone).date_naive();
        let begun = instant(task.zone, local, MORNING).is_some_and(|at| at <= now);
        let kind = match (local - task.due).num_days() {
            0 => NotificationKind::TaskDue,
            1 => NotificationKind::TaskOverdue,
            _ => continue,
        };
        if !begun {
            continue;
        }
        let source = format!("task:{}:{}", task.id, task.due);
        wanted.push(about_task(task.org, task.assignee, kind, task.id, source));
    }
    write(tx.db(), clock, wanted).await?;
    tx.commit().await
}
