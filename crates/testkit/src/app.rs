//! The real server, on a port of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use dealwright_access::organisation::{self, NewOrganisation};
use dealwright_access::people::store::{self as people, NewUser};
use dealwright_access::policy::Builtin;
use dealwright_access::session::device::Device;
use dealwright_access::{PushHosts, RequestLimit, Settings};
use dealwright_ai::Assistant;
use dealwright_app::serve::{self, Background};
use dealwright_app::{AppState, openapi, setup};
use dealwright_files::{Blobs, Files, Limits, Parts, Place, Reader, Scanner, StoreConfig};
use dealwright_kernel::id::{OrgId, TeamId, UserId};
use dealwright_kernel::{Clock, Currency};
use dealwright_knowledge::Knowledge;
use dealwright_store::Keyring;
use dealwright_store::mail::Mailer;
use ipnet::IpNet;
use tokio::net::TcpListener;

use crate::dns::NameServer;
use crate::person::Person;
use crate::{Failure, TestDb};

/// How a [`TestApp`] is started.
#[derive(Clone, Debug, Default)]
pub struct TestOptions {
    pub clock: Clock,
    /// Run sequencer, live updates and jobs, as `serve` does.
    pub background: bool,
    /// How letters leave; into a folder of the test's when absent.
    pub mailer: Option<Mailer>,
    /// Who is asked for DNS records.
    pub name_server: Option<NameServer>,
    /// The most requests of a caller; no limit when absent.
    pub request_limit: Option<RequestLimit>,
    /// Where files are kept; in a folder of the test's when absent.
    pub file_store: Option<StoreConfig>,
    /// Who looks at files; nobody when absent.
    pub scanner: Option<Scanner>,
    /// The most that is kept; as a server's when absent.
    pub file_limits: Option<Limits>,
    /// Where vectors come from; nothing makes any when it is the default.
    pub knowledge: Knowledge,
    /// Who plans and answers; the grammar alone when absent.
    pub assistant: Option<Assistant>,
    /// Reached where it says it is: for clients that follow the addresses that it names.
    pub at_its_own_address: bool,
}

/// A running server with one organisation.
#[derive(Debug)]
pub struct TestApp {
    pub db: TestDb,
    pub state: AppState,
    pub url: String,
    pub org: OrgId,
    pub admin: Person,
    /// Where letters are written.
    pub letters: std::path::PathBuf,
    background: Option<Background>,
    made: std::sync::atomic::AtomicU32,
}

impl TestApp {
    /// A server with an organisation and its administrator; nothing runs in the background.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn new() -> Self {
        Self::with(TestOptions::default()).await
    }

    /// The same, with workers.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn with_background() -> Self {
        Self::with(TestOptions { background: true, ..TestOptions::default() }).await
    }

    /// # Panics
    /// When it can't be started.
    pub async fn with(options: TestOptions) -> Self {
        match Self::try_with(options).await {
            Ok(app) => app,
            #[expect(clippy::panic, reason = "a test whose server does not start has failed")]
            Err(error) => panic!("the test server did not start: {error}"),
        }
    }

    async fn try_with(options: TestOptions) -> Result<Self, Failure> {
        let db = TestDb::with_clock(options.clock).await;
        let letters = std::env::temp_dir().join(format!("dealwright-mail-{}-{}", std::process::id(), db.name()));
        let mailer = match options.mailer {
            Some(mailer) => mailer,
            None => Mailer::folder(&letters, "Dealwright <crm@acme.test>")?,
        };
        let dns_servers = options.name_server.map(|server| server.address).into_iter().collect();
        let listener = bind().await?;
        let mut settings = Settings { dns_servers, request_limit: options.request_limit, ..settings() };
        if options.at_its_own_address {
            settings.base_url = address(&listener)?;
        }
        let folder = std::env::temp_dir().join(format!("dealwright-files-{}-{}", std::process::id(), db.name()));
        let store = options.file_store.unwrap_or_else(|| StoreConfig {
            place: Place::Folder(folder),
            endpoint: None,
            region: None,
            key: None,
            secret: None,
        });
        let files = Files::new(Parts {
            blobs: Blobs::open(&store)?,
            scanner: options.scanner.unwrap_or(Scanner::Off),
            reader: Reader { program: program()? },
            limits: options.file_limits.unwrap_or_default(),
        });
        let state = serve::state(&db.database, settings, mailer, files);
        let assistant = options.assistant.unwrap_or_else(|| state.assistant.clone());
        let state = AppState { knowledge: options.knowledge, assistant, ..state };
        let (org, user) = found(&state, "Acme", "admin@acme.test").await?;
        let url = listen(&state, listener)?;
        let background = options.background.then(|| Background::start(&state));
        let admin = sign_in(&state, &url, org, user, "admin@acme.test").await?;
        Ok(Self { db, state, url, org, admin, letters, background, made: std::sync::atomic::AtomicU32::new(0) })
    }

    /// A new user with a role, in no team, signed in.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn user(&self, role: Builtin) -> Person {
        self.user_in(role, None).await
    }

    /// A new user with a role, in a team, signed in.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn user_in(&self, role: Builtin, team: Option<TeamId>) -> Person {
        let n = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let email = format!("{}{n}@acme.test", role.key());
        unwrap(self.add_user(&email, role, team).await)
    }

    async fn add_user(&self, email: &str, role: Builtin, team: Option<TeamId>) -> Result<Person, Failure> {
        let cx = self.state.access.context_for(self.org, self.admin.id).await?;
        let id = UserId(cx.clock().new_id());
        let mut tx = cx.begin().await?;
        let user = NewUser {
            id,
            name: email.split('@').next().unwrap_or_default().to_owned(),
            email: email.to_owned(),
            password_hash: None,
            team,
            role,
            import: None,
        };
        people::insert_users(&mut tx, &[user]).await?;
        tx.commit(()).await?.into_inner();
        sign_in(&self.state, &self.url, self.org, id, email).await
    }

    /// The same person, signed in anew: sessions end as days pass.
    ///
    /// # Panics
    /// When they can't sign in.
    pub async fn again(&self, who: &Person) -> Person {
        unwrap(sign_in(&self.state, &self.url, self.org, who.id, &who.email).await)
    }

    /// A team.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn team(&self, name: &str, parent: Option<TeamId>) -> TeamId {
        let made = async {
            let cx = self.state.access.context_for(self.org, self.admin.id).await?;
            let id = TeamId(cx.clock().new_id());
            let mut tx = cx.begin().await?;
            people::insert_team(&mut tx, id, name, parent).await?;
            tx.commit(()).await?.into_inner();
            Ok::<_, Failure>(id)
        };
        unwrap(made.await)
    }

    /// The administrator of another organisation on the same server.
    ///
    /// # Panics
    /// When it can't be made.
    pub async fn stranger(&self) -> Person {
        let n = self.made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let email = format!("stranger{n}@other.test");
        let made = async {
            let (org, user) = found(&self.state, "Other", &email).await?;
            sign_in(&self.state, &self.url, org, user, &email).await
        };
        unwrap(made.await)
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn nobody(&self) -> Person {
        Person::new(&self.url, None, UserId(uuid::Uuid::nil()), "")
    }

    /// Somebody who is not signed in, at another server on the same database: it has cached nothing.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn beside(&self) -> Person {
        let (mailer, files) = (self.state.mailer.clone(), self.state.files.clone());
        let state = serve::state(&self.db.database, settings(), mailer, files);
        let listening = async { listen(&state, bind().await?) };
        Person::new(&unwrap(listening.await), None, UserId(uuid::Uuid::nil()), "")
    }

    /// Runs every job that is due, and numbers every event.
    ///
    /// # Panics
    /// When the database is gone.
    pub async fn drain(&self) {
        let drained = async {
            while dealwright_store::sequencer::sequence_once(&self.db.database).await? > 0 {}
            serve::keep_levels(&self.state).await?;
            while dealwright_store::sequencer::sequence_once(&self.db.database).await? > 0 {}
            serve::notify(&self.state).await?;
            serve::score(&self.state).await?;
            serve::worker(&self.state).drain().await?;
            serve::mail_worker(&self.state).drain().await?;
            serve::push_worker(&self.state).drain().await?;
            Ok::<_, Failure>(())
        };
        unwrap(drained.await);
    }

    /// Numbers every event, and indexes what it tells.
    ///
    /// # Panics
    /// When the database is gone.
    pub async fn index(&self) {
        let indexed = async {
            while dealwright_store::sequencer::sequence_once(&self.db.database).await? > 0 {}
            serve::index(&self.state).await?;
            Ok::<_, Failure>(())
        };
        unwrap(indexed.await);
    }

    /// Stops what runs in the background.
    pub async fn stop(self) {
        if let Some(background) = self.background {
            background.stop().await;
        }
    }
}

/// The program that is tested, which Cargo builds beside the tests.
fn program() -> Result<std::path::PathBuf, Failure> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).ok_or("a test is in a folder")?;
    Ok(folder.join("dealwright"))
}

fn settings() -> Settings {
    Settings {
        demo: false,
        secure_cookies: false,
        keyring: Keyring::for_tests(),
        base_url: "http://crm.test".into(),
        outbound_networks: vec![IpNet::from(IpAddr::from(Ipv4Addr::LOCALHOST))],
        dns_servers: Vec::new(),
        // A push service of the test's own.
        push_hosts: PushHosts::from_iter(["127.0.0.1".to_owned()]),
        push_contact: "https://crm.test".into(),
        request_limit: None,
    }
}

/// A port of its own.
async fn bind() -> Result<TcpListener, Failure> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).await?)
}

fn address(listener: &TcpListener) -> Result<String, Failure> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Serves there, and says where.
fn listen(state: &AppState, listener: TcpListener) -> Result<String, Failure> {
    let url = address(&listener)?;
    let app = openapi::router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn found(state: &AppState, name: &str, email: &str) -> Result<(OrgId, UserId), Failure> {
    let new = NewOrganisation {
        name: name.into(),
        currency: Currency::EUR,
        demo: false,
        admin_name: "Ada Admin".into(),
        admin_email: email.into(),
        admin_password: "correct horse battery".into(),
    };
    Ok(setup::found(&state.access, new, false).await?)
}

async fn sign_in(state: &AppState, url: &str, org: OrgId, user: UserId, email: &str) -> Result<Person, Failure> {
    let device = Device { address: "127.0.0.1".into(), user_agent: Some("testkit".into()) };
    let cookie = organisation::sign_in(&state.access, org, user, &device).await?;
    Ok(Person::new(url, Some(format!("{}={}", cookie.name(), cookie.value())), user, email))
}

#[expect(clippy::panic, reason = "a test whose premises can't be made has failed")]
fn unwrap<T>(made: Result<T, Failure>) -> T {
    made.unwrap_or_else(|error| panic!("the test's premises can't be made: {error}"))
}
