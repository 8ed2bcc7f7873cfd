//! The cluster of a test run, and a database for each test.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use dealwright_kernel::Clock;
use dealwright_store::bundle::{self, Dirs};
use dealwright_store::database::PoolSizes;
use dealwright_store::migrate::{self, Passwords};
use dealwright_store::postgres::{Options, PrivatePostgres, Profile};
use dealwright_store::{Database, Roles};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

use crate::Failure;

/// Begins the name of a run's folder; its process ends it.
const FOLDER: &str = "dealwright-it-";
const TEMPLATE: &str = "template_dealwright";

struct Cluster {
    // Kept so that the server stays up; its watchdog stops it when this process ends.
    _server: PrivatePostgres,
    admin: PgConnectOptions,
    roles: Roles,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

async fn cluster() -> Result<&'static Cluster, Failure> {
    CLUSTER.get_or_try_init(start).await
}

/// Removes the folders of runs that have ended: nothing tells a test process that its last test is over.
fn forget_earlier_runs() {
    if !Path::new("/proc/self").exists() {
        return;
    }
    let Ok(entries) = std::env::temp_dir().read_dir() else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|n| n.strip_prefix(FOLDER)).filter(|pid| pid.parse::<u32>().is_ok());
        if pid.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

async fn start() -> Result<Cluster, Failure> {
    _ = std::thread::spawn(forget_earlier_runs);
    // The first test of a process gets here; a second installation would say that there is one already.
    _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let dirs = Dirs::from_env();
    let install_dir = bundle::ensure(&bundle::POSTGRES, &dirs, &|_| {}).await?;
    let data_dir = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
    let options = Options { data_dir, install_dir, state_dir: dirs.shared, profile: Profile::Test, tcp_port: None };
    let server = PrivatePostgres::start(&options).await?;
    let passwords = Passwords {
        migrator: server.password("dealwright_migrator")?,
        app: server.password("dealwright_app")?,
        system: server.password("dealwright_system")?,
    };
    let admin = server.superuser("postgres");
    let roles = migrate::bootstrap(&admin, TEMPLATE, &passwords).await?;
    migrate::migrate(&roles).await?;
    Ok(Cluster { _server: server, admin, roles })
}

/// A database of one test, with the schema and nothing in it.
#[derive(Debug)]
pub struct TestDb {
    pub database: Database,
    pub roles: Roles,
    name: String,
}

impl TestDb {
    /// Clones the template.
    ///
    /// # Panics
    /// When PostgreSQL can't be had; the message says how to get it.
    pub async fn new() -> Self {
        Self::with_clock(Clock::System).await
    }

    /// The same, with a clock of the test's.
    ///
    /// # Panics
    /// As [`Self::new`].
    pub async fn with_clock(clock: Clock) -> Self {
        match Self::try_new(clock).await {
            Ok(db) => db,
            #[expect(clippy::panic, reason = "a test that has no database has failed, and says why")]
            Err(error) => panic!("no test database: {error}"),
        }
    }

    async fn try_new(clock: Clock) -> Result<Self, Failure> {
        let cluster = cluster().await?;
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::connect_with(&cluster.admin).await?;
        let sql = format!("create database {name} template {TEMPLATE} owner dealwright_migrator");
        // Two clones at the same time wait for each other in PostgreSQL; a busy template is tried again.
        for attempt in 0.. {
            match admin.execute(sqlx::AssertSqlSafe(sql.clone())).await {
                Ok(_) => break,
                Err(error)
                    if attempt < 20
                        && error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref()
                            == Some("55006") =>
                {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        admin.close().await?;
        let inside = |options: &PgConnectOptions| options.clone().database(&name);
        let roles = Roles {
            migrator: inside(&cluster.roles.migrator),
            app: inside(&cluster.roles.app),
            system: inside(&cluster.roles.system),
        };
        let database = Database::open(roles.clone(), PoolSizes { app: 8, system: 8 }, clock);
        Ok(Self { database, roles, name })
    }

    /// A connection as the cluster's superuser, whom no privilege stops: for what somebody does to the tables from outside.
    ///
    /// # Panics
    /// When the cluster does not answer.
    pub async fn superuser(&self) -> PgConnection {
        let connected = async {
            let admin = cluster().await?.admin.clone().database(&self.name);
            Ok::<_, Failure>(PgConnection::connect_with(&admin).await?)
        };
        match connected.await {
            Ok(connection) => connection,
            #[expect(clippy::panic, reason = "a test that has no database has failed, and says why")]
            Err(error) => panic!("no superuser: {error}"),
        }
    }

    /// The database's name in the cluster.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
