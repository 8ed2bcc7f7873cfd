//! The command line. `--help` teaches; every failure says what to do.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use dealwright_import::command::Choices;
use dealwright_store::Keyring;
use secrecy::ExposeSecret;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, Flags};
use crate::database::{Failure, Running, deep};
use crate::{evaluate, logs, openapi, seed, serve};

/// Dealwright: a self-hosted CRM whose agents ask before they change anything.
///
/// Every setting can come from a file, the environment or a flag, in rising order: PORT, HOST, DATA_DIR, DATABASE_URL,
/// SECRET_KEY, BASE_URL, SMTP_URL, MAIL_FROM, TRUSTED_PROXIES, OUTBOUND_NETWORKS, DNS_SERVERS,
/// REQUEST_RATE, REQUEST_BURST, FILES_STORE, FILES_ENDPOINT, FILES_REGION, FILES_KEY, FILES_SECRET, FILES_SCANNER,
/// FILES_MAX_SIZE, FILES_QUOTA, DEMO, AI (on or off), AI_BASE_URL, AI_API_KEY, AI_MODEL, LOG, LOG_FORMAT (text or json).
#[derive(Debug, Parser)]
#[command(name = "dealwright", version, about, long_about, after_help = "Start with:  dealwright serve --demo")]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// A configuration file (TOML, the settings' names in lower case).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where data lives: the private database, its passwords, files.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app, the API and the workers
    Serve {
        /// The port to listen on.
        #[arg(long)]
        port: Option<String>,
        /// The address to listen on; 0.0.0.0 for all.
        #[arg(long)]
        host: Option<String>,
        /// Seed a demo company the first time, and allow its logins.
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database's schema up to date, and stop
    Migrate,
    /// Add demo data, or a large organisation to measure with
    Seed {
        /// Make an organisation with this many opportunities instead of the demo company.
        #[arg(long, value_name = "N")]
        scale: Option<u64>,
    },
    /// Import files: CSV, XLSX or vCard of users, products, accounts, contacts, leads, opportunities, tasks and activities, in
    /// any order
    Import {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// As whom: the e-mail address of a user who may import.
        #[arg(long = "as", value_name = "EMAIL")]
        user: Option<String>,
        /// Show what would be created, updated and refused, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Let the assignment rules choose the owners of new leads that name none.
        #[arg(long)]
        assign: bool,
        /// What becomes of rows that probably are there already; left out when absent.
        #[arg(long, value_name = "WHAT", value_parser = ["create", "update", "skip"])]
        duplicates: Option<String>,
    },
    /// The keys of secrets at rest
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Ask the assistant the tasks of the evaluation suites and count what it gets right (docs/evaluation.md)
    ///
    /// In an organisation of its own, made for it and thrown away; AI, AI_BASE_URL, AI_MODEL and so on say which model.
    Eval(Evaluation),
    /// Check configuration, database and models, and say what to mend
    Doctor,
    /// Take the text out of a file on standard input: what the server runs for each, in a process of its own
    #[command(name = dealwright_files::READER_WORD, hide = true)]
    ExtractText { mime: String },
    /// Print the API's description (OpenAPI 3.1, JSON)
    Openapi,
}

/// Which tasks, and how good is good enough.
#[derive(Debug, Args)]
pub struct Evaluation {
    /// Suites: names of those that come with the product, or files; all of the product's when there is none.
    #[arg(value_name = "SUITE")]
    pub suites: Vec<String>,
    /// Only tasks whose ids begin with this.
    #[arg(long, value_name = "PREFIX")]
    pub only: Option<String>,
    /// Only one half of the tasks.
    #[arg(long, value_name = "HALF", value_parser = ["held-out", "tuning"])]
    pub half: Option<String>,
    /// Fail when fewer than this share are right, in percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), default_value = "0")]
    pub minimum: u8,
    /// Write the report here, as JSON; it is compared with what was there.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make a new first key and seal with it all that is stored; with SECRET_KEY set, seal with the first of that
    Rotate,
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    // Before anything else is set up: it needs nothing, and is to have nothing.
    let mut words = std::env::args().skip(1);
    if let (Some(dealwright_files::READER_WORD), Some(mime)) = (words.next().as_deref(), words.next()) {
        return if dealwright_files::read_stdin(&mime) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        eprintln!("dealwright: a TLS provider was installed before ours");
        return ExitCode::FAILURE;
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dealwright: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    if let Command::Openapi = cli.command {
        let mut json = openapi::describe().to_pretty_json()?;
        json.push('\n');
        std::io::stdout().lock().write_all(json.as_bytes())?;
        return Ok(());
    }
    let mut flags = Flags { data_dir: cli.common.data_dir.clone(), ..Flags::default() };
    if let Command::Serve { port, host, demo } = &cli.command {
        (flags.port, flags.host, flags.demo) = (port.clone(), host.clone(), *demo);
    }
    let scratch = matches!(cli.command, Command::Eval(_)).then(evaluate::Scratch::new).transpose()?;
    if let Some(scratch) = &scratch {
        (flags.data_dir, flags.demo) = (Some(scratch.path().to_owned()), true);
    }
    // An evaluation has nothing to do with anybody's database.
    let env =
        std::env::vars().filter(|(name, _)| scratch.is_none() || name.starts_with("AI") || name.starts_with("LOG"));
    let config = Config::load(cli.common.config.as_deref(), env, &flags)?;
    init_logs(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(dispatch(cli.command, config))
}

fn init_logs(config: &Config) -> Result<(), Failure> {
    logs::dispatch(&config.log, config.log_format, std::io::stderr)?.init();
    Ok(())
}

async fn dispatch(command: Command, config: Config) -> Result<(), Failure> {
    match command {
        Command::Serve { .. } => serve::serve(config).await,
        Command::Migrate => {
            let running = Running::start(&config).await?;
            println!("The schema is up to date ({}).", running.describe());
            running.stop().await;
            Ok(())
        }
        Command::Seed { scale } => {
            let files = serve::files(&config)?;
            let running = Running::start(&config).await?;
            let outcome = seed::run(&running, &files, scale).await;
            running.stop().await;
            outcome
        }
        Command::Import { files, user, dry_run, assign, duplicates } => {
            let duplicates = duplicates.map(|word| word.parse()).transpose().map_err(deep)?;
            let choices = Choices { dry_run, assign, duplicates, ..Choices::default() };
            let running = Running::start(&config).await?;
            let outcome = seed::import(&running, &files, user.as_deref(), choices).await;
            running.stop().await;
            outcome
        }
        Command::Keys { command: KeysCommand::Rotate } => {
            let running = Running::start(&config).await?;
            let outcome = rotate(&config, &running).await;
            running.stop().await;
            outcome
        }
        Command::Eval(evaluation) => evaluate::run(&config, &evaluation).await,
        Command::Doctor => crate::doctor::run(&config).await.map_err(deep_or_plain),
        Command::Openapi | Command::ExtractText { .. } => Ok(()),
    }
}

async fn rotate(config: &Config, running: &Running) -> Result<(), Failure> {
    let from_env = config.secret_key.as_ref().map(ExposeSecret::expose_secret);
    let keyring = Keyring::rotate(&config.data_dir, from_env).map_err(deep)?;
    let sealed = keyring.reseal(&running.database).await.map_err(deep)?;
    println!("Sealed {sealed} secrets with the first key. The older keys still open what backups hold.");
    Ok(())
}

fn deep_or_plain(error: Failure) -> Failure {
    match error.downcast::<dealwright_kernel::Error>() {
        Ok(ours) => deep(*ours),
        Err(other) => other,
    }
}
