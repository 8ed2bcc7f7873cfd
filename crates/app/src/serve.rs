//! `dealwright serve`: database, workers and HTTP in one process, started and stopped in order.

use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use chrono::TimeDelta;
use dealwright_access::audit::sealing;
use dealwright_access::password::reset;
use dealwright_access::{Access, Settings, connected_app, oidc, viewing};
use dealwright_ai::provider::setup::{self as ai, AiChoice, AiConfig, Downloads};
use dealwright_ai::{Assistant, Consult, Tracing};
use dealwright_connect::mailbox;
use dealwright_crm::live::{self, Hub};
use dealwright_crm::{
    approval, bulk, currency, custom_field, duplicate, file, handover, notification, presence, trash,
};
use dealwright_files::{Blobs, Files, Parts, Reader};
use dealwright_knowledge::{Knowledge, index};
use dealwright_store::bundle::Dirs;
use dealwright_store::job::{self, Worker};
use dealwright_store::mail::{self, Mailer};
use dealwright_store::{Database, sequencer};
use dealwright_trace::{Sending, Traces};
use ipnet::IpNet;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{AiMode, Config};
use crate::database::{Failure, Running};
use crate::{AppState, listen, middleware, openapi, seed, setup, vectors};

/// How long open requests may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// What runs beside the requests.
#[derive(Debug)]
pub struct Background {
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What requests share; with an assistant that uses no model.
#[must_use]
pub fn state(database: &Database, settings: Settings, mailer: Mailer, files: Files) -> AppState {
    let access = Access::new(database.clone(), settings);
    let (assistant, knowledge) = (Assistant::off(), Knowledge::default());
    AppState { access, hub: Hub::default(), assistant, knowledge, mailer, files }
}

/// Where files are kept, and who looks at them.
///
/// # Errors
/// What is wrong with the place, in words for the operator.
pub fn files(config: &Config) -> Result<Files, Failure> {
    let blobs = Blobs::open(&config.files_store)?;
    if config.files_scanner.is_off() {
        tracing::warn!("no FILES_SCANNER: files can be opened without having been looked at for viruses");
    }
    let reader = Reader { program: std::env::current_exe()? };
    Ok(Files::new(Parts { blobs, scanner: config.files_scanner.clone(), reader, limits: config.files_limits }))
}

/// How letters leave, as configured: by SMTP, or into a folder.
fn mailer(config: &Config) -> Result<Mailer, Failure> {
    let Some(url) = &config.smtp_url else {
        let folder = config.data_dir.join("mail");
        tracing::warn!(folder = %folder.display(), "no SMTP_URL: letters are written to a folder, and nobody gets them");
        return Ok(Mailer::folder(&folder, &config.mail_from)?);
    };
    Ok(Mailer::smtp(url.expose_secret(), &config.mail_from)?)
}

/// The assistant as configured, and what has to be fetched for it.
fn assistant(config: &Config) -> Result<(Assistant, Option<Downloads>), Failure> {
    let mode = match (config.ai, &config.ai_base_url) {
        (AiMode::Off, _) => AiChoice::Off,
        (AiMode::On, None) => AiChoice::Local,
        (AiMode::On, Some(base_url)) => AiChoice::Remote {
            protocol: config.ai_protocol,
            fallback: config.ai_fallback,
            base_url: base_url.clone(),
            key: config.ai_api_key.as_ref().map(|k| k.expose_secret().to_owned()),
            model: config.ai_model.clone().unwrap_or_else(|| "default".to_owned()),
            embedding_model: config.ai_embedding_model.clone(),
        },
    };
    Ok(ai::assistant(
        AiConfig { mode, prices: config.ai_prices.clone(), consult: Consult::default() },
        Dirs::from_env(),
    )?)
}

/// Tells the assistant where traces go, if they go anywhere. Answers what sends them.
fn tracing(config: &Config, assistant: &Assistant) -> Result<Option<Sending>, Failure> {
    let Some(collector) = &config.traces else { return Ok(None) };
    let (traces, sending) = Traces::to(collector)?;
    assistant.traced(Tracing { traces, content: config.trace_content });
    Ok(Some(sending))
}

impl Background {
    /// Starts sequencer, live updates and jobs.
    #[must_use]
    pub fn start(state: &AppState) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let database = state.access.database();
        tasks.spawn(sequencer::run_sequencer(database.clone(), stop.clone()));
        tasks.spawn(live::run(database.clone(), state.hub.clone(), stop.clone()));
        tasks.spawn(notification::maker::run(database.clone(), stop.clone()));
        tasks.spawn(dealwright_automation::consumer::follow(database.clone(), stop.clone()));
        tasks.spawn(dealwright_routine::consumer::follow(database.clone(), stop.clone()));
        tasks.spawn(dealwright_sla::timer::follow::run(state.access.clone(), stop.clone()));
        tasks.spawn(dealwright_sla::escalation::run(state.access.clone(), stop.clone()));
        tasks.spawn(index::run(state.knowledge.clone(), database.clone(), stop.clone()));
        tasks.spawn(dealwright_insight::scoring::follow(state.access.clone(), stop.clone()));
        tasks.spawn(worker(state).run(stop.clone()));
        tasks.spawn(mail_worker(state).run(stop.clone()));
        tasks.spawn(push_worker(state).run(stop.clone()));
        Self { stop, tasks }
    }

    /// Stops all of it and waits.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The worker with all its jobs.
pub fn worker(state: &AppState) -> Worker {
    let database = state.access.database();
    let (to_fold, to_prune, to_end, to_seal, to_forget) =
        (database.clone(), database.clone(), state.access.clone(), database.clone(), state.access.clone());
    let (access, mailer) = (state.access.clone(), state.mailer.clone());
    let worker = Worker::new(database, 2);
    let worker = reset::register(worker, &state.access).on(mail::SEND, move |job| {
        let (access, mailer) = (access.clone(), mailer.clone());
        async move { mail::send(access.database(), access.keyring(), &mailer, job).await }
    });
    let worker = state.assistant.clone().on(worker, &state.access);
    let worker = handover::job::register(worker, &state.access);
    let worker = bulk::job::register(worker, &state.access);
    let worker = duplicate::sweep::register(worker, &state.access);
    let worker = currency::job::register(worker, &state.access);
    let worker = trash::job::register(worker, &state.access);
    let worker = presence::register(worker, &state.access);
    let worker = dealwright_governance::audit::retention::register(worker, &state.access);
    let worker = dealwright_governance::alert::job::register(worker, &state.access);
    let worker = file::check::register(worker, &state.access, &state.files);
    let worker = custom_field::index::register(worker, &state.access);
    let worker = approval::escalate::register(worker, &state.access);
    let worker = notification::maker::register(worker, &state.access);
    let worker = dealwright_automation::register(worker, &state.access);
    let worker = notification::letter::register(worker, &state.access, &state.mailer);
    let worker = dealwright_sla::register(worker, &state.access);
    let worker = dealwright_insight::register(worker, &state.access);
    let worker = dealwright_routine::register(worker, &state.access, &state.assistant);
    dealwright_import::job::register(worker, &state.access, &state.files)
        .on("end_views", move |_| {
            let access = to_end.clone();
            async move { viewing::end_lapsed(&access).await }
        })
        .on("fold_totals", move |_| {
            let database = to_fold.clone();
            async move { job::fold_totals(&database).await }
        })
        .on("prune", move |_| {
            let (database, access) = (to_prune.clone(), to_forget.clone());
            async move {
                job::prune(&database).await?;
                oidc::prune(&access).await?;
                connected_app::prune(&access).await
            }
        })
        .on("seal_audit", move |_| {
            let database = to_seal.clone();
            async move { sealing::seal(&database).await.map(|_| ()) }
        })
        .every("fold_totals", TimeDelta::seconds(30))
        .every("prune", TimeDelta::hours(1))
        .every("end_views", TimeDelta::minutes(10))
        // A day is sealed once it is over; asked each hour, since a server may be down at midnight.
        .every("seal_audit", TimeDelta::hours(1))
}

/// Makes the notifications of all that happened until now and sets off its automations and routines, as what runs beside the requests does at
/// once.
///
/// # Errors
/// When the database is gone.
pub async fn notify(state: &AppState) -> dealwright_kernel::Result<()> {
    dealwright_automation::consumer::catch_up(state.access.database()).await?;
    dealwright_routine::consumer::catch_up(state.access.database()).await?;
    notification::maker::catch_up(state.access.database()).await
}

/// Follows what happened with the clocks of service levels and takes what is due, as what runs beside the requests does.
///
/// # Errors
/// When the database is gone.
pub async fn keep_levels(state: &AppState) -> dealwright_kernel::Result<()> {
    dealwright_sla::catch_up(&state.access).await
}

/// Indexes what happened until now, and embeds it if anything makes vectors, as what runs beside the requests does.
///
/// # Errors
/// When the database is gone.
pub async fn index(state: &AppState) -> dealwright_kernel::Result<()> {
    index::catch_up(&state.knowledge, state.access.database()).await
}

/// Scores the leads that something has happened to, as what runs beside the requests does.
///
/// # Errors
/// When the database is gone.
pub async fn score(state: &AppState) -> dealwright_kernel::Result<()> {
    dealwright_insight::scoring::catch_up(&state.access).await
}

/// The worker for mailboxes: it waits for other servers most of the time, and keeps no other job waiting meanwhile.
pub fn mail_worker(state: &AppState) -> Worker {
    mailbox::sync::register(Worker::new(state.access.database(), 4), &state.access)
}

/// The worker for notifications on devices, which waits for push services and keeps nothing else waiting meanwhile.
pub fn push_worker(state: &AppState) -> Worker {
    notification::push::send::register(Worker::new(state.access.database(), 4), &state.access)
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// What kept it from starting.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let address = format!("{}:{}", config.host, config.port);
    let running = Running::start(&config).await?;
    let outcome = serve_on(&config, &running, &address).await;
    running.stop().await;
    outcome
}

/// What requests share, as configured, and what has to be fetched for the assistant.
///
/// # Errors
/// What is wrong with the configuration.
pub fn configured(config: &Config, running: &Running) -> Result<(AppState, Option<Downloads>), Failure> {
    let settings = Settings {
        demo: config.demo,
        secure_cookies: config.is_tls(),
        keyring: running.keyring.clone(),
        base_url: config.public_url(),
        outbound_networks: config.outbound_networks.clone(),
        dns_servers: config.dns_servers.clone(),
        push_hosts: config.push_hosts.clone(),
        push_contact: config.push_contact(),
        request_limit: config.request_limit,
    };
    let (assistant, downloads) = assistant(config)?;
    let knowledge = vectors::knowledge(&assistant);
    let shared = state(&running.database, settings, mailer(config)?, files(config)?);
    Ok((AppState { assistant, knowledge, ..shared }, downloads))
}

async fn serve_on(config: &Config, running: &Running, address: &str) -> Result<(), Failure> {
    let (state, downloads) = configured(config, running)?;
    let sending = tracing(config, &state.assistant)?;
    if config.demo {
        seed::demo_once(&state.access, &state.files).await?;
    }
    let listener = TcpListener::bind(address)
        .await
        .map_err(|e| format!("can't listen on {address}: {e}; set PORT to another one, or stop what has it"))?;
    let background = Background::start(&state);
    if let Some(downloads) = downloads {
        background.tasks.spawn(downloads.run(background.stop.clone()));
    }
    if let Some(sending) = sending {
        background.tasks.spawn(sending.run(background.stop.clone()));
    }
    let assistant = state.assistant.clone();
    greet(config, running);
    let stop = CancellationToken::new();
    let proxies: Arc<[IpNet]> = config.trusted_proxies.clone().into();
    let app = openapi::router(state).layer(from_fn_with_state(proxies, middleware::believe_proxies));
    let server = tokio::spawn(listen::serve(listener, app, stop.clone(), listen::PATIENCE));
    wait_for_signal().await?;
    tracing::info!("stopping");
    stop.cancel();
    background.stop().await;
    assistant.stop().await;
    // Streams that never end are cut when the time is up.
    match tokio::time::timeout(GRACE, server).await {
        Ok(ended) => ended?,
        Err(_) => tracing::info!("some requests were still open; they are cut"),
    }
    Ok(())
}

fn greet(config: &Config, running: &Running) {
    let url = config.public_url();
    println!("\n  Dealwright is ready on {url}");
    println!("  {}; data in {}", running.describe(), config.data_dir.display());
    if config.demo {
        println!("\n  Demo logins, password {}:", setup::DEMO_PASSWORD);
        for (email, role) in setup::DEMO_LOGINS {
            println!("    {email:<22} {}", role.name());
        }
    }
    println!("\n  API: {url}/docs   Stop: Ctrl-C\n");
}

async fn wait_for_signal() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
