//! Our own PostgreSQL: found, initialised, tuned, started on a socket in the data folder, watched and stopped.
//!
//! One [`PrivatePostgres`] per data folder; a second one is refused and told who has it. The database runs as a child in a
//! process group of its own, never as root. It is started again when it crashes, stops when we stop, and is stopped by a
//! small watchdog when we are killed; whatever is left all the same is cleared by the next start.
//!
//! Connections use the socket and a generated password per role (SCRAM), kept under `DATA_DIR/credentials`.

mod account;
mod cluster;
mod credentials;
mod error;
mod layout;
mod lock;
mod log;
mod server;
mod settings;
mod supervise;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

pub use error::PostgresError;
pub use lock::DataLock;

use account::Account;
use credentials::Credentials;
use layout::Layout;
use server::Launch;

/// The bootstrap role: creates databases and roles, and is used for nothing else.
pub const SUPERUSER: &str = "postgres";
/// Names the socket file when there is no TCP port.
const SOCKET_PORT: u16 = 5432;

/// What the cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Durable, tuned for this machine, 100 connections.
    Serve,
    /// Throw-away: nothing is synced to disk, 300 connections.
    Test,
}

#[derive(Debug, Clone)]
pub struct Options {
    /// The server's data folder; ours is `postgres` in it.
    pub data_dir: PathBuf,
    /// The folder that holds `bin/postgres`: what `bundle::ensure(&bundle::POSTGRES, …)` answers with.
    pub install_dir: PathBuf,
    /// Where the cluster goes, as root, when the database's account can't reach `data_dir`: `bundle::Dirs::shared`.
    pub state_dir: PathBuf,
    pub profile: Profile,
    /// Also listen on 127.0.0.1 at this port, for tools; by default there is only the socket.
    pub tcp_port: Option<u16>,
}

/// What the supervisor knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Starting,
    Running {
        pid: i32,
    },
    /// It crashed; this is the n-th attempt to start it again.
    Restarting {
        attempt: u32,
    },
    Stopped,
}

/// A supervised PostgreSQL. Dropping it stops the database in the background; [`PrivatePostgres::stop`] waits for that.
#[derive(Debug)]
pub struct PrivatePostgres {
    layout: Layout,
    port: u16,
    password: String,
    credentials: Credentials,
    stop: CancellationToken,
    state: watch::Receiver<State>,
}

impl PrivatePostgres {
    /// Starts it, making the cluster first if there is none; returns once connections are taken.
    ///
    /// Fails with [`PostgresError::Held`] when another server has the data folder.
    pub async fn start(options: &Options) -> Result<Self, PostgresError> {
        let owned = options.clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(&owned)).await.map_err(|stopped| {
            PostgresError::System { doing: "prepare PostgreSQL", source: std::io::Error::other(stopped) }
        })?;
        let Prepared { launch, locks, credentials, password } = prepared?;

        let layout = launch.layout.clone();
        let stop = CancellationToken::new();
        let (state_sender, state) = watch::channel(State::Starting);
        let (started_sender, started) = oneshot::channel();
        supervise::spawn(launch, locks, stop.clone(), state_sender, started_sender)?;
        let ours = Self { layout, port: options.tcp_port.unwrap_or(SOCKET_PORT), password, credentials, stop, state };
        started.await.unwrap_or_else(|gone| {
            Err(PostgresError::System { doing: "start PostgreSQL", source: std::io::Error::other(gone) })
        })?;
        Ok(ours)
    }

    /// Disconnects everyone and waits until the database has ended and the data folder is free.
    pub async fn stop(&self) {
        self.stop.cancel();
        // An error means that the supervisor's thread is gone, and the database with it.
        let _ = self.state.clone().wait_for(|state| *state == State::Stopped).await;
    }

    /// For the readiness probe and for `doctor`.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// How to connect through the socket as this role.
    #[must_use]
    pub fn options(&self, role: &str, password: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.layout.socket)
            .port(self.port)
            .username(role)
            .password(password)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            .application_name("dealwright")
    }

    /// How to connect as the bootstrap role.
    #[must_use]
    pub fn superuser(&self, database: &str) -> PgConnectOptions {
        self.options(SUPERUSER, &self.password, database)
    }

    /// This role's password: made at the first call and kept in the data folder. The role itself is the caller's to
    /// create. Reads or writes one small file.
    pub fn password(&self, role: &str) -> Result<String, PostgresError> {
        self.credentials.password(role)
    }

    /// A DATABASE_URL for tools that want one; it holds the bootstrap role's password.
    #[must_use]
    pub fn superuser_url(&self, database: &str) -> String {
        let socket: String = self
            .layout
            .socket
            .as_os_str()
            .as_encoded_bytes()
            .iter()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect();
        format!(
            "postgres://{SUPERUSER}:{}@localhost:{}/{database}?host={socket}&sslmode=disable",
            self.password, self.port
        )
    }

    /// The folder of the socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.layout.socket
    }

    /// The log file; with `postgres.log.1` beside it once it has grown.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        log::path(&self.layout.log)
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Prepared {
    launch: Launch,
    locks: Vec<DataLock>,
    credentials: Credentials,
    password: String,
}

/// Everything before the first start. Blocking.
fn prepare(options: &Options) -> Result<Prepared, PostgresError> {
    let mut locks = vec![DataLock::acquire(&options.data_dir)?];
    let account = Account::choose()?;
    let port = options.tcp_port.unwrap_or(SOCKET_PORT);
    let layout = Layout::resolve(&options.data_dir, &options.state_dir, account.as_ref(), port)?;
    if layout.moved {
        // A copied DATA_DIR may link to the same cluster: that too must have one server only.
        locks.push(DataLock::acquire(&layout.root)?);
    }
    let credentials = Credentials::open(&options.data_dir)?;
    let password = credentials.password(SUPERUSER)?;
    cluster::prepare(&layout, &options.install_dir, account.as_ref(), options.profile, &password)?;

    let machine = settings::Machine::look();
    let conf = settings::render(&layout, &options.install_dir, options.profile, options.tcp_port, machine);
    credentials::write_private(&layout.conf, &conf).map_err(PostgresError::io("write", &layout.conf))?;
    account::give(&layout.conf, account.as_ref())?;

    let launch = Launch { layout, postgres: options.install_dir.join("bin/postgres"), account };
    Ok(Prepared { launch, locks, credentials, password })
}
