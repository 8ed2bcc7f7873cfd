//! Transactions. A [`Tx`] acts as somebody; events and jobs are written with the rows they speak of, at its commit.
//!
//! Nothing holds one across a network call. Only a commit makes a [`Committed`], so that a handler which forgets to
//! commit does not compile.

use std::fmt::Write;

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use dealwright_kernel::id::{EventId, OrgId, UserId};
use dealwright_kernel::{Clock, Result};
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use crate::event::{Event, Stamp};
use crate::job::NewJob;

/// As whom a transaction acts: what row-level security sees. Made by `access` alone.
#[derive(Clone, Debug)]
pub struct Scope {
    pub org: OrgId,
    pub user: Option<UserId>,
    /// The user's team and those below it.
    pub teams: Vec<Uuid>,
    /// `{"opportunity.read":"team",…}`, as JSON.
    pub scopes: String,
    /// The organisation's access epoch when this was read.
    pub epoch: i64,
    /// Who stands in the events.
    pub stamp: Stamp,
    /// The request that this is for.
    pub request_id: Option<String>,
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
        sql.push_str(", '{");
        for (i, team) in self.teams.iter().enumerate() {
            _ = write!(sql, "{}{team}", if i == 0 { "" } else { "," });
        }
        _ = write!(sql, "}}', '{}', {}); begin", self.scopes.replace('\'', "''"), self.epoch);
        sql
    }
}

/// A transaction as an actor, under row-level security.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    org: OrgId,
    user: Option<UserId>,
    stamp: Stamp,
    request_id: Option<String>,
    clock: Clock,
    now: DateTime<Utc>,
    events: Vec<Event>,
    jobs: Vec<NewJob>,
}

impl Tx {
    pub(crate) fn new(inner: Transaction<'static, Postgres>, scope: &Scope, clock: &Clock) -> Self {
        Self {
            inner,
            org: scope.org,
            user: scope.user,
            stamp: scope.stamp.clone(),
            request_id: scope.request_id.clone(),
            now: clock.now(),
            clock: clock.clone(),
            events: Vec::new(),
            jobs: Vec::new(),
        }
    }

    /// The connection, for a slice's `store.rs`.
    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.inner
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
    pub fn emit(&mut self, event: Event) -> EventId {
        let id = event.id;
        self.events.push(event);
        id
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

    /// Commits, and makes `value` an answer that may be sent.
    ///
    /// # Errors
    /// When PostgreSQL refuses a deferred constraint or is gone.
    pub async fn commit<T>(mut self, value: T) -> Result<Committed<T>> {
        let last = self.events.last().map(|e| e.id);
        for job in std::mem::take(&mut self.jobs) {
            job.insert(&mut self.inner, Some(self.org), self.clock.new_id(), self.now).await?;
        }
        let events = std::mem::take(&mut self.events);
        crate::event::insert(&mut self.inner, self.org, &self.stamp, self.request_id.as_deref(), self.now, events)
            .await?;
        self.inner.commit().await?;
        Ok(Committed { value, event: last })
    }

    /// Ends a transaction that only read.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn done<T>(self, value: T) -> Result<T> {
        debug_assert!(self.events.is_empty() && self.jobs.is_empty(), "a read emits nothing");
        self.inner.commit().await?;
        Ok(value)
    }

    /// Gives up everything written here.
    ///
    /// # Errors
    /// When PostgreSQL is gone.
    pub async fn rollback(self) -> Result<()> {
        self.inner.rollback().await?;
        Ok(())
    }
}

/// A transaction of the system role.
#[derive(Debug)]
pub struct SystemTx(Transaction<'static, Postgres>);

impl SystemTx {
    pub(crate) const fn new(inner: Transaction<'static, Postgres>) -> Self {
        Self(inner)
    }

    pub fn db(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// # Errors
    /// When PostgreSQL refuses or is gone.
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await?;
        Ok(())
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
