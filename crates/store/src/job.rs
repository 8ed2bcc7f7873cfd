//! The job queue: a job is a row, queued in the transaction of the rows it is about.
//!
//! A worker claims a job with SKIP LOCKED for a lease and renews it while it works; when the worker dies, the lease
//! lapses and another takes the job. Failures are retried with exponential backoff and stay visible when they are
//! final. docs/adr/0004 says why this is ours.

use std::collections::HashMap;
use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{JobId, OrgId};
use dealwright_kernel::{Clock, Error, Result};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::Database;
use crate::bell::Bell;

/// How long a claim lasts unless it is renewed.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const RENEW: Duration = Duration::from_secs(10);

/// A job to be queued.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: &'static str,
    payload: Value,
    unique_key: Option<String>,
    run_at: Option<DateTime<Utc>>,
    max_attempts: i32,
}

impl NewJob {
    /// # Errors
    /// Internal, when the payload can't be serialised.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Result<Self> {
        let payload = serde_json::to_value(payload).map_err(Error::internal)?;
        Ok(Self { kind, payload, unique_key: None, run_at: None, max_attempts: 10 })
    }

    /// While an unfinished job has this key, queuing another is a no-op.
    #[must_use]
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    #[must_use]
    pub const fn at(mut self, at: DateTime<Utc>) -> Self {
        self.run_at = Some(at);
        self
    }

    #[must_use]
    pub const fn attempts(mut self, most: i32) -> Self {
        self.max_attempts = most;
        self
    }

    pub(crate) async fn insert(
        self,
        db: &mut PgConnection,
        org: Option<OrgId>,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query!(
            "insert into job (id, org_id, kind, payload, unique_key, run_at, max_attempts, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (unique_key) where unique_key is not null and finished_at is null and failed_at is null do nothing",
            id,
            org.map(|o| o.0),
            self.kind,
            self.payload,
            self.unique_key,
            self.run_at.unwrap_or(now),
            self.max_attempts,
            now,
        )
        .execute(db)
        .await?;
        Ok(())
    }
}

/// Queues a job of an organisation for who works as the system role, in the same transaction.
///
/// # Errors
/// When PostgreSQL refuses or is gone.
pub async fn enqueue(db: &mut PgConnection, org: OrgId, job: NewJob, clock: &Clock) -> Result<()> {
    job.insert(db, Some(org), clock.new_id(), clock.now()).await
}

/// A claimed job.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub org: Option<OrgId>,
    pub kind: String,
    pub payload: Value,
    /// 1 at the first try.
    pub attempt: i32,
    pub max_attempts: i32,
}

type Run = Arc<dyn Fn(Job) -> Pin<Box<dyn Future<Output = Result<()>> + Send>> + Send + Sync>;

struct Cron {
    kind: &'static str,
    every: TimeDelta,
    /// The period in which this worker last saw to it that the job is queued.
    looked_at: Option<i64>,
}

impl Cron {
    /// The number of the period that `now` is in.
    fn period(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp().div_euclid(self.every.num_seconds().max(1))
    }
}

/// Runs jobs with the handlers registered for their kinds.
#[must_use]
pub struct Worker {
    id: Uuid,
    database: Database,
    handlers: HashMap<&'static str, Run>,
    crons: Vec<Cron>,
    concurrency: usize,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("id", &self.id).field("kinds", &self.handlers.keys()).finish_non_exhaustive()
    }
}

impl Worker {
    pub fn new(database: &Database, concurrency: usize) -> Self {
        Self {
            id: database.clock().new_id(),
            database: database.clone(),
            handlers: HashMap::new(),
            crons: Vec::new(),
            concurrency,
        }
    }

    /// Registers what runs jobs of a kind. It must bear being run again: a worker may die after its effect and before
    /// the job is marked as finished.
    pub fn on<F, R>(mut self, kind: &'static str, run: F) -> Self
    where
        F: Fn(Job) -> R + Send + Sync + 'static,
        R: Future<Output = Result<()>> + Send + 'static,
    {
        self.handlers.insert(kind, Arc::new(move |job| Box::pin(run(job))));
        self
    }

    /// Queues a job of `kind` once in each period, over all nodes.
    pub fn every(mut self, kind: &'static str, every: TimeDelta) -> Self {
        self.crons.push(Cron { kind, every, looked_at: None });
        self
    }

    /// Works until `stop`, then waits for the jobs at hand.
    pub async fn run(mut self, stop: CancellationToken) {
        let tracker = TaskTracker::new();
        let slots = Arc::new(Semaphore::new(self.concurrency));
        let freed = Arc::new(Notify::new());
        let mut bell = Bell::new(&self.database, &["dealwright_job"]);
        loop {
            if let Err(error) = self.queue_crons().await {
                tracing::warn!(%error, "periodic jobs could not be queued; trying again");
            }
            self.take(&tracker, &slots, &freed).await;
            let woken = tokio::select! {
                rung = bell.wait(&stop) => rung,
                () = freed.notified() => ControlFlow::Continue(()),
            };
            if woken.is_break() {
                break;
            }
        }
        tracker.close();
        tracker.wait().await;
    }

    /// Takes as many jobs as there are free slots. `freed` hears when a slot is free again after none was.
    async fn take(&self, tracker: &TaskTracker, slots: &Arc<Semaphore>, freed: &Arc<Notify>) {
        while let Ok(slot) = Arc::clone(slots).try_acquire_owned() {
            match self.claim().await {
                Ok(Some(job)) => {
                    let (database, worker, run) =
                        (self.database.clone(), self.id, self.handlers.get(job.kind.as_str()).cloned());
                    let (slots, freed) = (Arc::clone(slots), Arc::clone(freed));
                    tracker.spawn(async move {
                        work(&database, worker, job, run).await;
                        let was_last = slots.available_permits() == 0;
                        drop(slot);
                        if was_last {
                            freed.notify_one();
                        }
                    });
                }
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, "jobs could not be claimed; trying again");
                    return;
                }
            }
        }
    }

    /// Runs what is due, one after the other, and returns how many jobs were run: for tests and commands.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn drain(&self) -> Result<usize> {
        let mut ran = 0;
        while let Some(job) = self.claim().await? {
            let run = self.handlers.get(job.kind.as_str()).cloned();
            work(&self.database, self.id, job, run).await;
            ran += 1;
        }
        Ok(ran)
    }

    /// Queues what is due in periods that this worker has not looked at yet. The lock makes workers look one after the
    /// other: an insert that began before another's was committed would not see it, and by the time it is made the other
    /// job may be finished and its key free.
    async fn queue_crons(&mut self) -> Result<()> {
        let now = self.database.clock().now();
        if self.crons.iter().all(|cron| cron.looked_at == Some(cron.period(now))) {
            return Ok(());
        }
        let mut tx = self.database.system().await?;
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended('dealwright periodic jobs', 0))")
            .execute(tx.db())
            .await?;
        for cron in &self.crons {
            // Finished jobs are kept for a day, so the period's key also tells that it has already run.
            sqlx::query!(
                "insert into job (id, kind, unique_key, run_at, created_at)
                 select $1, $2, $3, $4, $4 where not exists (select from job where kind = $2 and created_at >= $5 and unique_key = $3)
                 on conflict (unique_key) where unique_key is not null and finished_at is null and failed_at is null do nothing",
                self.database.clock().new_id(),
                cron.kind,
                format!("{}:{}", cron.kind, cron.period(now)),
                now,
                now - cron.every - TimeDelta::minutes(1),
            )
            .execute(tx.db())
            .await?;
        }
        tx.commit().await?;
        for cron in &mut self.crons {
            cron.looked_at = Some(cron.period(now));
        }
        Ok(())
    }

    async fn claim(&self) -> Result<Option<Job>> {
        let kinds: Vec<String> = self.handlers.keys().map(|k| (*k).to_owned()).collect();
        let now = self.database.clock().now();
        let mut tx = self.database.system().await?;
        let job = sqlx::query_as!(
            Job,
            r#"update job set attempts = attempts + 1, locked_by = $1, locked_until = $2
               where id = (select id from job
                           where run_at <= $3 and finished_at is null and failed_at is null
                             and (locked_until is null or locked_until < $3) and attempts <= max_attempts and kind = any ($4)
                           order by run_at, id limit 1 for update skip locked)
               returning id as "id: JobId", org_id as "org: OrgId", kind, payload, attempts as attempt, max_attempts"#,
            self.id,
            now + LEASE,
            now,
            &kinds,
        )
        .fetch_optional(tx.db())
        .await?;
        // A job that takes its worker with it never settles: its attempts are counted here.
        sqlx::query!(
            "update job set failed_at = $1, last_error = coalesce(last_error, 'its workers died at every attempt')
             where attempts > max_attempts and finished_at is null and failed_at is null and locked_until < $1",
            now,
        )
        .execute(tx.db())
        .await?;
        tx.commit().await?;
        Ok(job)
    }
}

async fn work(database: &Database, worker: Uuid, job: Job, run: Option<Run>) {
    let Some(run) = run else { return };
    // In a task of its own: a panic in a handler is a failed attempt, not a dead worker.
    let mut running = tokio::spawn(run(job.clone()));
    let outcome = loop {
        tokio::select! {
            ended = &mut running => break ended.unwrap_or_else(|e| Err(Error::internal(e))),
            () = tokio::time::sleep(RENEW) => match renew(database, worker, job.id).await {
                Ok(true) => {}
                Ok(false) => {
                    running.abort();
                    tracing::warn!(job = %job.id, kind = job.kind, "another worker has taken the job over");
                    return;
                }
                Err(error) => tracing::warn!(%error, job = %job.id, "the job's lease could not be renewed; trying again"),
            },
        }
    };
    if let Err(error) = settle(database, worker, &job, outcome).await {
        tracing::warn!(%error, job = %job.id, kind = job.kind, "the job's end could not be recorded; it will run again");
    }
}

async fn renew(database: &Database, worker: Uuid, job: JobId) -> Result<bool> {
    let mut tx = database.system().await?;
    let mine = sqlx::query!(
        "update job set locked_until = $3 where id = $1 and locked_by = $2 and finished_at is null",
        job.0,
        worker,
        database.clock().now() + LEASE
    )
    .execute(tx.db())
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok(mine == 1)
}

async fn settle(database: &Database, worker: Uuid, job: &Job, outcome: Result<()>) -> Result<()> {
    let now = database.clock().now();
    let (error, finished, failed, run_at) = match outcome {
        Ok(()) => (None, Some(now), None, now),
        Err(error) => {
            let last = job.attempt >= job.max_attempts;
            tracing::warn!(%error, job = %job.id, kind = job.kind, attempt = job.attempt, last, "job failed");
            let pause = TimeDelta::seconds(2_i64.saturating_pow(u32::try_from(job.attempt).unwrap_or(1)).min(3600));
            (Some(format!("{error}")), None, last.then_some(now), now + pause)
        }
    };
    let mut tx = database.system().await?;
    sqlx::query!(
        "update job set locked_by = null, locked_until = null, last_error = coalesce($3, last_error), finished_at = $4, failed_at = $5, run_at = $6
         where id = $1 and locked_by = $2",
        job.id.0,
        worker,
        error,
        finished,
        failed,
        run_at,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// Deletes jobs that finished more than a day ago, failures older than 30 days, and what else is kept for a day.
///
/// # Errors
/// When the database is gone.
pub async fn prune(database: &Database) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    sqlx::query!(
        "delete from job where finished_at < $1 or failed_at < $2",
        now - TimeDelta::days(1),
        now - TimeDelta::days(30)
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("delete from idempotency where created_at < $1", now - TimeDelta::days(1)).execute(tx.db()).await?;
    sqlx::query!("delete from login_failure where at < $1", now - TimeDelta::days(1)).execute(tx.db()).await?;
    sqlx::query!("delete from oauth_token where expires_at < $1", now - TimeDelta::days(1)).execute(tx.db()).await?;
    crate::mail::prune(&mut tx, now).await?;
    sqlx::query!(
        "delete from session_token_former f using session s
         where s.org_id = f.org_id and s.id = f.session_id and (s.revoked_at is not null or s.expires_at < $1)",
        now
    )
    .execute(tx.db())
    .await?;
    sqlx::query!("delete from web_form_receipt where at < $1", now - TimeDelta::hours(1)).execute(tx.db()).await?;
    sqlx::query!("delete from sign_in_challenge where expires_at < $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from passkey_challenge where expires_at < $1", now).execute(tx.db()).await?;
    sqlx::query!("delete from one_time_link where expires_at < $1", now).execute(tx.db()).await?;
    tx.commit().await
}

/// Folds the opportunities' totals; run by a job.
///
/// # Errors
/// When the database is gone.
pub async fn fold_totals(database: &Database) -> Result<()> {
    let mut tx = database.system().await?;
    sqlx::query!("select app.fold_rollup()").fetch_one(tx.db()).await?;
    tx.commit().await
}
