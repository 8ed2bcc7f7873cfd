//! The database that the configuration asks for: our private PostgreSQL, or one of the operator's.

use std::str::FromStr;

use aws_lc_rs::hmac;
use dealwright_kernel::Clock;
use dealwright_store::bundle::{self, Dirs, Progress};
use dealwright_store::database::PoolSizes;
use dealwright_store::migrate::{self, Passwords};
use dealwright_store::postgres::{DataLock, Options, PrivatePostgres, Profile};
use dealwright_store::{Database, Keyring, Roles};
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};

use crate::config::Config;

const NAME: &str = "dealwright";

/// An error in words for the operator.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A running database, with what keeps it running.
#[derive(Debug)]
pub struct Running {
    pub database: Database,
    pub roles: Roles,
    pub keyring: Keyring,
    server: Server,
}

#[derive(Debug)]
enum Server {
    Private(Box<PrivatePostgres>),
    Theirs { _lock: DataLock },
}

impl Running {
    /// Finds or fetches PostgreSQL, starts it, makes roles and database, and migrates.
    ///
    /// # Errors
    /// What stands in the way, and what to do about it.
    pub async fn start(config: &Config) -> Result<Self, Failure> {
        let (roles, server) = match &config.database_url {
            Some(url) => theirs(config, url.expose_secret()).await?,
            None => private(config).await?,
        };
        let outcome = migrate::migrate(&roles).await.map_err(deep)?;
        if outcome.migrations > 0 {
            tracing::info!(migrations = outcome.migrations, "the schema has been brought up to date");
        }
        let keyring = Keyring::load(&config.data_dir, config.secret_key.as_ref().map(ExposeSecret::expose_secret))
            .map_err(deep)?;
        let database = Database::open(roles.clone(), PoolSizes::default(), Clock::System);
        Ok(Self { database, roles, keyring, server })
    }

    /// Where PostgreSQL can be reached, for the operator.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.server {
            Server::Private(private) => format!("private PostgreSQL on {}", private.socket_dir().display()),
            Server::Theirs { .. } => "the PostgreSQL of DATABASE_URL".to_owned(),
        }
    }

    /// A connection that row-level security does not bind, to the private server: for judging what others may see.
    ///
    /// # Errors
    /// When the server is not ours, or is gone.
    pub async fn superuser(&self) -> Result<PgConnection, Failure> {
        match &self.server {
            Server::Private(private) => Ok(private.superuser(NAME).connect().await?),
            Server::Theirs { .. } => Err("the server of DATABASE_URL is not ours".into()),
        }
    }

    /// Closes the pools and stops the private server.
    pub async fn stop(self) {
        self.database.close().await;
        if let Server::Private(private) = self.server {
            private.stop().await;
        }
    }
}

async fn private(config: &Config) -> Result<(Roles, Server), Failure> {
    let dirs = Dirs::from_env();
    let install_dir =
        bundle::ensure(&bundle::POSTGRES, &dirs, &|p: Progress| tracing::debug!(?p, "fetching PostgreSQL")).await?;
    let options = Options {
        data_dir: config.data_dir.clone(),
        install_dir,
        state_dir: dirs.shared,
        profile: Profile::Serve,
        tcp_port: None,
    };
    let server = PrivatePostgres::start(&options).await?;
    let passwords = Passwords {
        migrator: server.password("dealwright_migrator")?,
        app: server.password("dealwright_app")?,
        system: server.password("dealwright_system")?,
    };
    let roles = migrate::bootstrap(&server.superuser("postgres"), NAME, &passwords).await.map_err(deep)?;
    Ok((roles, Server::Private(Box::new(server))))
}

async fn theirs(config: &Config, url: &str) -> Result<(Roles, Server), Failure> {
    let lock = DataLock::acquire(&config.data_dir)?;
    let admin = PgConnectOptions::from_str(url)?;
    let database = admin.get_database().unwrap_or(NAME).to_owned();
    // The roles' passwords follow from the administrator's URL, so that every node comes to the same.
    let key = hmac::Key::new(hmac::HMAC_SHA256, url.as_bytes());
    let derived = |role: &str| hex::encode(hmac::sign(&key, role.as_bytes()).as_ref());
    let passwords = Passwords {
        migrator: derived("dealwright_migrator"),
        app: derived("dealwright_app"),
        system: derived("dealwright_system"),
    };
    let roles = migrate::bootstrap(&admin.database("postgres"), &database, &passwords).await.map_err(deep)?;
    Ok((roles, Server::Theirs { _lock: lock }))
}

/// Our errors hide their cause from clients; the operator wants it.
pub fn deep(error: dealwright_kernel::Error) -> Failure {
    match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}").into(),
        None => error.into(),
    }
}
