//! The pools. Each logs in as its own unprivileged role, so that no injected `RESET ROLE` climbs.

use std::sync::Arc;
use std::time::Duration;

use dealwright_kernel::{Clock, Error, Result};
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};

use crate::bell::Ear;
use crate::tx::{Scope, SystemTx, Tx};

/// How to log in as each role: the same server and database, three names.
#[derive(Clone, Debug)]
pub struct Roles {
    /// Owns the schema; used while migrating and for maintenance only.
    pub migrator: PgConnectOptions,
    /// People, keys and agents.
    pub app: PgConnectOptions,
    /// Sign-ins, jobs and the event log.
    pub system: PgConnectOptions,
}

/// How many connections a process holds.
#[derive(Clone, Copy, Debug)]
pub struct PoolSizes {
    pub app: u32,
    pub system: u32,
}

impl Default for PoolSizes {
    /// A few for each core: more would take turns on the cores and all be late; so the rest wait their turn and are quick.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let app = u32::try_from(cores * 2 + 2).unwrap_or(u32::MAX).clamp(6, 32);
        // One of the system's listens for as long as the server runs.
        Self { app, system: 8 }
    }
}

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    app: PgPool,
    system: PgPool,
    roles: Arc<Roles>,
    clock: Clock,
    ear: Arc<Ear>,
}

/// The longest a request's statement may run.
const STATEMENT_TIMEOUT: &str = "5s";

impl Database {
    /// Opens the pools; connections are made when first needed.
    #[must_use]
    pub fn open(roles: Roles, sizes: PoolSizes, clock: Clock) -> Self {
        let pool = |size: u32| {
            PgPoolOptions::new()
                .max_connections(size)
                .min_connections(0)
                .acquire_timeout(Duration::from_secs(10))
                .idle_timeout(Duration::from_secs(300))
                // One round trip less a request; a dead connection is found by its first statement.
                .test_before_acquire(false)
        };
        let app = roles
            .app
            .clone()
            .options([
                ("statement_timeout", STATEMENT_TIMEOUT),
                ("idle_in_transaction_session_timeout", "30s"),
                ("jit", "off"),
                // A page is read along an index and left early; a bitmap reads all that match before it can sort them.
                ("enable_bitmapscan", "off"),
                // A request that is given up is rolled back whether its transaction had begun or not.
                ("client_min_messages", "error"),
            ])
            .application_name("dealwright");
        let system = roles.system.clone().options([("jit", "off")]).application_name("dealwright-system");
        Self {
            app: pool(sizes.app).connect_lazy_with(app),
            system: pool(sizes.system).connect_lazy_with(system),
            roles: Arc::new(roles),
            clock,
            ear: Arc::new(Ear::new()),
        }
    }

    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Begins a transaction as the actor of `scope`, in one round trip.
    ///
    /// # Errors
    /// [`ACCESS_CHANGED`] when the actor's access was read before it last changed; 503 when no connection is free.
    ///
    /// Boxed, as is what else every handler awaits: it is compiled here, and not with each of them.
    pub fn begin<'a>(&'a self, scope: &'a Scope) -> BoxFuture<'a, Result<Tx>> {
        Box::pin(Tx::begin(&self.app, scope, &self.clock))
    }

    /// Begins a transaction that sees identity, session, event and job tables of every organisation, and no record.
    ///
    /// # Errors
    /// 503 when no connection is free.
    pub async fn system(&self) -> Result<SystemTx> {
        SystemTx::begin(&self.system).await
    }

    /// A transaction that does nothing but what follows from the event log, cursor and all: its commit does not wait for the
    /// disk. If the database dies before it is written, what followed from it is gone with it, and it is done again.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn derived(&self) -> Result<SystemTx> {
        SystemTx::begin_derived(&self.system).await
    }

    pub(crate) const fn ear(&self) -> &Arc<Ear> {
        &self.ear
    }

    /// A connection that hears `NOTIFY`. It wakes; what happened is in the tables.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub(crate) async fn listener(&self) -> Result<PgListener> {
        Ok(PgListener::connect_with(&self.system).await?)
    }

    /// A connection as the owner of the schema, outside any pool: for migrations and bulk seeding, never for requests.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn maintenance(&self) -> Result<PgConnection> {
        // Its statements are long by nature: nobody needs a warning of each.
        Ok(PgConnection::connect_with(&self.roles.migrator.clone().disable_statement_logging()).await?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// 503 when it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.system).await?;
        Ok(())
    }

    /// Closes the pools and waits for what runs.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

/// SQLSTATE by which `app.enter` refuses an actor that must be read again.
pub const ACCESS_CHANGED: &str = "DW001";

/// Whether `error` says that the actor's access must be read again.
#[must_use]
pub fn access_changed(error: &Error) -> bool {
    error.sqlstate().as_deref() == Some(ACCESS_CHANGED)
}
