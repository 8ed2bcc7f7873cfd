//! Positions for committed events, and consumers that follow them.
//!
//! One sequencer at a time (an advisory lock) takes the events that have become visible and numbers them densely.
//! An event of a long transaction gets its number when it commits, so it stalls nobody and nobody skips it. A consumer
//! keeps a cursor over positions: it sees each event at least once, in order, with no gap.

use std::time::Duration;

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{EventId, OrgId};
use serde_json::Value;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::bell::Bell;
use crate::event::{Event, Origin, Stamp};
use crate::{Database, SystemTx};

const LOCK: i64 = 0x6465_616c_0001;
const BATCH: i64 = 5_000;
/// Events that come within it get their positions together.
const PACE: Duration = Duration::from_millis(20);

/// A committed event as consumers see it.
#[derive(Clone, Debug)]
pub struct Positioned {
    pub position: i64,
    pub org: OrgId,
    pub id: EventId,
    pub kind: String,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub subject_type: String,
    pub subject_id: Uuid,
    pub subject_version: Option<i64>,
    pub opportunity_id: Option<Uuid>,
    pub account_id: Option<Uuid>,
    pub contact_id: Option<Uuid>,
    pub lead_id: Option<Uuid>,
    pub changes: Value,
    pub data: Value,
}

/// Numbers the events that have become visible. Returns how many; 0 also when another sequencer is at work.
///
/// # Errors
/// When the database is gone.
pub async fn sequence_once(database: &Database) -> Result<u64> {
    let mut tx = database.derived().await?;
    let locked =
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "locked!""#, LOCK).fetch_one(tx.db()).await?;
    if !locked {
        return Ok(0);
    }
    let numbered = sqlx::query!(
        "with taken as (
             delete from event_pending where event_id in (select event_id from event_pending order by event_id limit $1)
             returning event_id, org_id
         )
         insert into event_position (position, org_id, event_id, at)
         select (select coalesce(max(position), 0) from event_position) + row_number() over (order by event_id), org_id, event_id,
                -- Never earlier than the one before: a node's clock may be behind another's.
                greatest($2, (select at from event_position order by position desc limit 1)) from taken",
        BATCH,
        database.clock().now(),
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    if numbered > 0 {
        sqlx::query!("select pg_notify('dealwright_position', '')").fetch_one(tx.db()).await?;
    }
    tx.commit().await?;
    Ok(numbered)
}

/// Runs the sequencer until `stop`: woken by commits, and by a clock in case a wake-up was lost.
pub async fn run_sequencer(database: Database, stop: CancellationToken) {
    let mut bell = Bell::new(&database, &["dealwright_event"]).paced(PACE);
    loop {
        match sequence_once(&database).await {
            Ok(n) if n == u64::try_from(BATCH).unwrap_or(u64::MAX) => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the event sequencer could not reach the database; it tries again"),
        }
        if bell.wait(&stop).await.is_break() {
            return;
        }
    }
}

/// Events after `position`, at most `limit`, in order.
///
/// # Errors
/// When the database is gone.
pub async fn after(db: &mut PgConnection, position: i64, limit: i64) -> Result<Vec<Positioned>> {
    Ok(sqlx::query_as!(
        Positioned,
        r#"select p.position, p.org_id as "org: OrgId", e.id as "id: EventId", e.type as kind, e.at, e.actor_kind, e.actor_id, e.actor_name,
                  e.subject_type, e.subject_id, e.subject_version, e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.changes, e.data
           from event_position p join event e on e.org_id = p.org_id and e.id = p.event_id
           where p.position > $1 order by p.position limit $2"#,
        position,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The last position given.
///
/// # Errors
/// When the database is gone.
pub async fn head(database: &Database) -> Result<i64> {
    let mut tx = database.system().await?;
    let head = sqlx::query_scalar!(r#"select coalesce(max(position), 0) as "head!" from event_position"#)
        .fetch_one(tx.db())
        .await?;
    tx.commit().await?;
    Ok(head)
}

/// A named reader of the event log whose cursor is in the database.
#[derive(Debug)]
pub struct Consumer {
    name: String,
    database: Database,
}

impl Consumer {
    #[must_use]
    pub fn new(database: &Database, name: &str) -> Self {
        Self { name: name.to_owned(), database: database.clone() }
    }

    /// The next events. Nothing else reads with this cursor until the batch is settled or dropped; dropping it leaves
    /// the cursor, and the same events come again. None when there is nothing new, or another process has the cursor.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn next(&self, limit: i64) -> Result<Option<Batch>> {
        let mut tx = self.database.derived().await?;
        let cursor = match self.cursor(tx.db()).await? {
            Some(cursor) => cursor,
            None if self.begin(tx.db()).await? => 0,
            None => return Ok(None),
        };
        let events = after(tx.db(), cursor, limit).await?;
        Ok(events.last().map(|e| e.position).map(|last| Batch { consumer: self.name.clone(), last, events, tx }))
    }

    async fn cursor(&self, db: &mut PgConnection) -> Result<Option<i64>> {
        let query = sqlx::query_scalar!(
            "select position from event_consumer where name = $1 for update skip locked",
            self.name
        );
        Ok(query.fetch_optional(db).await?)
    }

    /// Whether it begins here: else there is a cursor, and another process has it.
    async fn begin(&self, db: &mut PgConnection) -> Result<bool> {
        let begun =
            sqlx::query!("insert into event_consumer (name) values ($1) on conflict do nothing", self.name).execute(db);
        Ok(begun.await?.rows_affected() == 1)
    }
}

/// Events a consumer has in hand, with the transaction that holds its cursor.
#[derive(Debug)]
pub struct Batch {
    pub events: Vec<Positioned>,
    consumer: String,
    last: i64,
    tx: SystemTx,
}

impl Batch {
    /// What is written here is kept with the cursor's move, or not at all.
    pub fn db(&mut self) -> &mut PgConnection {
        self.tx.db()
    }

    /// Records what follows from these events, kept with the cursor's move. Call it last, as [`SystemTx::emit`].
    ///
    /// # Errors
    /// When PostgreSQL refuses or is gone.
    pub async fn emit(&mut self, org: OrgId, stamp: &Stamp, now: DateTime<Utc>, events: Vec<Event>) -> Result<()> {
        crate::event::insert(self.tx.db(), org, stamp, &Origin::default(), now, events).await
    }

    /// Moves the cursor behind these events.
    ///
    /// # Errors
    /// When the database is gone; the same events come again then.
    pub async fn settle(mut self) -> Result<()> {
        sqlx::query!("update event_consumer set position = $2 where name = $1", self.consumer, self.last)
            .execute(self.tx.db())
            .await?;
        self.tx.commit().await
    }
}
