//! Transactions. A [`Tx`] acts as somebody; events and jobs are written with the rows they speak of, at its commit.
//!
//! Nothing holds one across a network call. Only a commit makes a [`Committed`], so that a handler which forgets to
//! commit does not compile.

use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use dealwright_kernel::id::{EventId, OrgId, UserId};
use dealwright_kernel::{Clock, Result};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool, Postgres};
use uuid::Uuid;

use crate::attempt::{self, Attempt, Noted};
use crate::event::{ActorKind, Event, Origin, Stamp};
use crate::job::NewJob;

/// As whom a transaction acts: what row-level security sees. Made by `access` alone.
#[derive(Clone, Debug)]
pub struct Scope {
    pub org: OrgId,
    pub user: Option<UserId>,
    /// The user's team and those below it.
    pub teams: Vec<Uuid>,
    /// ` opportunity.read=team task.read=own `, with a space at both ends; what is not in it is `none`.
    pub scopes: String,
    /// The organisation's access epoch when this was read.
    pub epoch: i64,
    /// With whom a record is shared so that the user sees it; empty when nothing is.
    pub principals: Vec<Uuid>,
    /// Who stands in the events.
    pub stamp: Stamp,
    /// Where it comes from.
    pub origin: Origin,
    /// Nothing can be written: PostgreSQL itself refuses.
    pub read_only: bool,
}

impl Scope {
    /// The statement that begins a transaction as this actor. All parts are ids and our own words; quotes are doubled
    /// all the same. `begin` stands last, and takes what stands before it into its transaction: an actor that is refused
    /// leaves no aborted transaction behind on its connection.
    pub(crate) fn enter(&self) -> String {
        let mut sql = format!("select app.enter('{}', ", self.org);
        match self.user {
            Some(user) => _ = write!(sql, "'{user}'"),
            None => sql.push_str("null"),
        }
        sql.push_str(", ");
        array(&mut sql, &self.teams);
        _ = write!(sql, ", '{}', {}, ", self.scopes.replace('\'', "''"), self.epoch);
        array(&mut sql, &self.principals);
        sql.push_str(if self.read_only { "); begin read only" } else { "); begin" });
        sql
    }
}

/// Ids as a literal of an array.
fn array(sql: &mut String, ids: &[Uuid]) {
    sql.push_str("'{");
    for (i, id) in ids.iter().enumerate() {
        _ = write!(sql, "{}{id}", if i == 0 { "" } else { "," });
    }
    sql.push_str("}'");
}

/// A connection with an open transaction. However it is dropped, by an error or by a request that was cancelled in the
/// middle of a statement, the transaction is rolled back before anyone else gets the connection. (sqlx's own transaction
/// leaves it open when a `begin_with` fails or is cancelled half-way.)
#[derive(Debug)]
struct Open {
    connection: Option<PoolConnection<Postgres>>,
    /// What was tried in it, and in whose organisation: the refused attempts outlast it.
    attempts: Vec<Noted>,
    org: Option<OrgId>,
}

impl Open {
    /// Begins with `sql`, which may hold more than `begin`.
    async fn begin(pool: &PgPool, sql: String) -> Result<Self> {
        let mut open = Self { connection: Some(pool.acquire().await?), attempts: Vec::new(), org: None };
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(open.connection()).await?;
        Ok(open)
    }

    #[expect(clippy::expect_used, reason = "taken by `end` and `drop` alone, and both consume it")]
    fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_deref_mut().expect("an open transaction has a connection")
    }

    async fn end(mut self, how: &'static str) -> Result<()> {
        self.connection().execute(how).await?;
        // Only now may the pool have it back as it is.
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let mut refused = std::mem::take(&mut self.attempts);
        // What passed has been given up with the rest.
        refused.retain(|noted| !noted.attempt.passed);
        let org = self.org.filter(|_| !refused.is_empty());
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                let task = runtime.spawn(async move {
                    if let Err(error) = connection.execute("rollback").await {
                        tracing::info!(%error, "a connection could not be rolled back; it is closed");
                        connection.close_on_drop();
                    } else if let Some(org) = org
                        && let Err(error) = attempt::outlast(&mut connection, org, &refused).await
                    {
                        tracing::error!(%error, %org, "refused moves could not be logged");
                        connection.close_on_drop();
                    }
                });
                if org.is_some() {
                    attempt::remember(task);
                }
            }
            Err(_) => connection.close_on_drop(),
        }
    }
}

/// A transaction as an actor, under row-level security.
#[derive(Debug)]
pub struct Tx {
    inner: Open,
    org: OrgId,
    user: Option<UserId>,
    epoch: i64,
    stamp: Stamp,
    origin: Origin,
    clock: Clock,
    now: DateTime<Utc>,
    events: Vec<Event>,
    jobs: Vec<NewJob>,
    path: Option<&'static str>,
    part_of: Option<(&'static str, Uuid)>,
}

impl Tx {
    pub(crate) async fn begin(pool: &PgPool, scope: &Scope, clock: &Clock) -> Result<Self> {
        let mut inner = Open::begin(pool, scope.enter()).await?;
        inner.org = Some(scope.org);
        Ok(Self {
            inner,
            path: None,
            org: scope.org,
            user: scope.user,
            epoch: scope.epoch,
            stamp: scope.stamp.clone(),
            origin: scope.origin.clone(),
            now: clock.now(),
            clock: clock.clone(),
            events: Vec::new(),
            jobs: Vec::new(),
            part_of: None,
        })
    }

    /// The connection, for a slice's `store.rs`.
    pub fn db(&mut self) -> &mut PgConnection {
        self.inner.connection()
    }

    #[must_use]
    pub const fn org(&self) -> OrgId {
        self.org
    }

    /// The person who acts, or for whom an agent or an import acts.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The organisation's access epoch, as it was when this transaction began: what is kept under it is up to date.
    #[must_use]
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The time of everything in this transaction.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.clock.new_id()
    }

    /// Who stands in the events of this transaction.
    #[must_use]
    pub const fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// Records what happened; written at commit, last of all. Returns its id.
    pub fn emit(&mut self, mut event: Event) -> EventId {
        let id = event.id;
        if let (Some((name, of)), Some(data)) = (self.part_of, event.data.as_object_mut()) {
            data.insert(name.to_owned(), of.to_string().into());
        }
        self.events.push(event);
        id
    }

    /// Says by which way the moves of this transaction come, where that is not how the actor always comes.
    pub const fn by_way_of(&mut self, path: &'static str) {
        self.path = Some(path);
    }

    /// Notes an attempt to enter a stage. It is logged at the commit; when it was refused, also after a rollback.
    pub fn attempt(&mut self, attempt: Attempt) {
        let usual = match self.stamp.kind {
            ActorKind::User => "app",
            ActorKind::Agent => "agent",
            ActorKind::System => "system",
            ActorKind::Import => "import",
            ActorKind::Key => "api",
            ActorKind::Automation => "automation",
        };
        let path = attempt.path.or(self.path).unwrap_or(usual);
        let attempt = Attempt { path: Some(path), ..attempt };
        let noted = Noted::new(self.clock.new_id(), self.now, &self.stamp, attempt);
        self.inner.attempts.push(noted);
    }

    /// How many attempts have been noted.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.inner.attempts.len()
    }

    /// What passed its gate since then has met something else that refused it.
    pub fn attempts_failed(&mut self, since: usize, code: &str) {
        for noted in self.inner.attempts.iter_mut().skip(since).filter(|noted| noted.attempt.passed) {
            noted.attempt.passed = false;
            noted.attempt.code = Some(code.to_owned());
        }
    }

    /// From here on each event says of what it is a part, such as `bulk_id` of a change of many records.
    pub const fn part_of(&mut self, name: &'static str, id: Uuid) {
        self.part_of = Some((name, id));
    }

    /// The event recorded last.
    #[must_use]
    pub fn last_event(&self) -> Option<EventId> {
        self.events.last().map(|e| e.id)
    }

    /// Queues a job in the same transaction as the rows it is about.
    pub fn enqueue(&mut self, job: NewJob) {
        self.jobs.push(job);
    }

    /// From here to the end of the transaction prepared statements have one plan, for any values. Of a page that few rows
    /// are left of, PostgreSQL believes that a plan for its very values is cheaper, and makes one each time.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn keep_plans(&mut self) -> Result<()> {
        self.db().execute("set local plan_cache_mode = force_generic_plan").await?;
        Ok(())
    }

    /// Marks a point to go back to when one of many writes is refused.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn savepoint(&mut self) -> Result<Savepoint> {
        self.db().execute("savepoint one_of_many").await?;
        Ok(Savepoint { events: self.events.len(), jobs: self.jobs.len(), attempts: self.inner.attempts.len() })
    }

    /// Keeps what was written since the point.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn keep(&mut self, _: Savepoint) -> Result<()> {
        self.db().execute("release savepoint one_of_many").await?;
        Ok(())
    }

    /// Gives up what was written, emitted and queued since the point.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn back_to(&mut self, point: Savepoint) -> Result<()> {
        self.db().execute("rollback to savepoint one_of_many").await?;
        self.db().execute("release savepoint one_of_many").await?;
        self.events.truncate(point.events);
        self.jobs.truncate(point.jobs);
        let mut at = 0;
        self.inner.attempts.retain(|noted| {
            at += 1;
            at <= point.attempts || !noted.attempt.passed
        });
        Ok(())
    }

    /// Commits, and makes `value` an answer that may be sent.
    ///
    /// # Errors
    /// When PostgreSQL refuses a deferred constraint or is gone.
    pub async fn commit<T>(mut self, value: T) -> Result<Committed<T>> {
        let last = self.events.last().map(|e| e.id);
        for job in std::mem::take(&mut self.jobs) {
            job.insert(self.inner.connection(), Some(self.org), self.clock.new_id(), self.now).await?;
        }
        let attempts = std::mem::take(&mut self.inner.attempts);
        attempt::insert(self.inner.connection(), &attempts).await?;
        self.carry_out(last).await?;
        let events = std::mem::take(&mut self.events);
        crate::event::insert(self.inner.connection(), self.org, &self.stamp, &self.origin, self.now, events).await?;
        self.inner.end("commit").await?;
        Ok(Committed { value, event: last })
    }

    /// Marks the request's claim: a server that dies before it has answered must not do it again.
    async fn carry_out(&mut self, event: Option<EventId>) -> Result<()> {
        let Some(once) = self.origin.once.clone() else { return Ok(()) };
        let (org, now) = (self.org.0, self.now);
        sqlx::query!(
            "update idempotency set done_at = $4, event_id = coalesce($5, event_id) where org_id = $1 and user_id = $2 and key = $3 and status is null",
            org,
            once.caller,
            once.key,
            now,
            event.map(|id| id.0),
        )
        .execute(self.db())
        .await?;
        Ok(())
    }

    /// Ends a transaction that only read.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn done<T>(self, value: T) -> Result<T> {
        debug_assert!(self.events.is_empty() && self.jobs.is_empty(), "a read emits nothing");
        self.inner.end("commit").await?;
        Ok(value)
    }

    /// Gives up everything written here: it was a trial, and nothing was attempted.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn rollback(mut self) -> Result<()> {
        self.inner.attempts.clear();
        self.inner.end("rollback").await
    }
}

/// A point within a transaction.
#[derive(Debug)]
#[must_use]
pub struct Savepoint {
    events: usize,
    jobs: usize,
    attempts: usize,
}

/// A transaction of the system role.
#[derive(Debug)]
pub struct SystemTx(Open);

impl SystemTx {
    pub(crate) async fn begin(pool: &PgPool) -> Result<Self> {
        Open::begin(pool, "begin".to_owned()).await.map(Self)
    }

    pub(crate) async fn begin_derived(pool: &PgPool) -> Result<Self> {
        Open::begin(pool, "begin; set local synchronous_commit = off".to_owned()).await.map(Self)
    }

    pub fn db(&mut self) -> &mut PgConnection {
        self.0.connection()
    }

    /// Records what happened to somebody who is not signed in, or whom nobody acts for. Call it last: what the
    /// transaction still does would hold up the event's place in the log.
    ///
    /// # Errors
    /// When PostgreSQL refuses or is gone.
    pub async fn emit(
        &mut self,
        org: OrgId,
        stamp: &Stamp,
        origin: &Origin,
        now: DateTime<Utc>,
        event: Event,
    ) -> Result<()> {
        crate::event::insert(self.0.connection(), org, stamp, origin, now, vec![event]).await
    }

    /// Queues a job that belongs to no organisation, in the same transaction.
    ///
    /// # Errors
    /// When PostgreSQL refuses or is gone.
    pub async fn enqueue(&mut self, job: NewJob, clock: &Clock) -> Result<()> {
        job.insert(self.db(), None, clock.new_id(), clock.now()).await
    }

    /// # Errors
    /// When PostgreSQL refuses or is gone.
    pub async fn commit(self) -> Result<()> {
        self.0.end("commit").await
    }
}

/// An answer whose transaction has been committed.
#[derive(Debug)]
#[must_use]
pub struct Committed<T> {
    value: T,
    event: Option<EventId>,
}

/// The header that names the event of a write, for "undo".
pub const EVENT_HEADER: &str = "x-event-id";

impl<T> Committed<T> {
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The last event of the transaction.
    pub const fn event(&self) -> Option<EventId> {
        self.event
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Committed<U> {
        Committed { value: f(self.value), event: self.event }
    }
}

impl<T: IntoResponse> IntoResponse for Committed<T> {
    fn into_response(self) -> Response {
        let mut response = self.value.into_response();
        if let Some(value) = self.event.and_then(|id| id.to_string().parse().ok()) {
            response.headers_mut().insert(EVENT_HEADER, value);
        }
        response
    }
}
