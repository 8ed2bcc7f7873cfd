//! `dealwright eval`: a server with a demo organisation of its own, the suites' tasks asked of it, and the count.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dealwright_ai::provider::State;
use dealwright_eval::report::{Bar, Outcome, Report};
use dealwright_eval::suite::{Part, Suite};
use dealwright_eval::{Chosen, Server};
use dealwright_knowledge::index;
use dealwright_store::job::Worker;
use dealwright_store::sequencer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Evaluation;
use crate::config::{AiMode, Config};
use crate::database::{Failure, Running, deep};
use crate::setup::DEMO_PASSWORD;
use crate::{AppState, listen, openapi, seed, serve};

/// A folder that goes when it is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// # Errors
    /// When the folder can't be made.
    pub fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("dealwright-eval-{}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o755).create(&path)?;
        // The database may run as another user, and passes through.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("dealwright: {} stays: {error}", self.0.display());
        }
    }
}

/// Evaluates the model of the configuration; `config` is of a data folder of its own.
///
/// # Errors
/// What kept it from being done, or how it falls short.
pub async fn run(config: &Config, wanted: &Evaluation) -> Result<(), Failure> {
    let suites = match wanted.suites.as_slice() {
        [] => Suite::shipped()?,
        named => named.iter().map(|name| Suite::open(name)).collect::<Result<_, _>>()?,
    };
    let running = Running::start(config).await?;
    let outcome = evaluated(config, &running, &suites, wanted).await;
    running.stop().await;
    let report = outcome?;
    let last = wanted.report.as_deref().filter(|path| path.exists()).map(Report::read).transpose()?;
    if let Some(path) = &wanted.report {
        report.save(path)?;
    }
    tell(&report, last.as_ref())?;
    let demands = report.demands(Bar { right: f64::from(wanted.minimum) / 100.0 });
    let met = demands.iter().filter(|demand| demand.is_empty()).count();
    println!("eval: {met} passed, {} failed", demands.len() - met);
    let short = demands.concat();
    if short.is_empty() { Ok(()) } else { Err(short.join("\n").into()) }
}

async fn evaluated(
    config: &Config,
    running: &Running,
    suites: &[Suite],
    wanted: &Evaluation,
) -> Result<Report, Failure> {
    let (state, downloads) = serve::configured(config, running)?;
    seed::demo_once(&state.access, &state.files).await?;
    serve::index(&state).await.map_err(deep)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://localhost:{}", listener.local_addr()?.port());
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    if let Some(downloads) = downloads {
        tasks.spawn(downloads.run(stop.clone()));
    }
    work(&state, &stop, &tasks);
    tasks.spawn(listen::serve(listener, openapi::router(state.clone()), stop.clone(), listen::PATIENCE));
    let outcome = match ready(config, &state).await {
        Ok(()) => asked(running, suites, wanted, &url).await,
        Err(failure) => Err(failure),
    };
    stop.cancel();
    tasks.close();
    state.assistant.stop().await;
    tasks.wait().await;
    outcome
}

/// What answers requests. Whatever else goes on by itself does not, so that each change of a record is the assistant's.
fn work(state: &AppState, stop: &CancellationToken, tasks: &TaskTracker) {
    let database = state.access.database();
    tasks.spawn(sequencer::run_sequencer(database.clone(), stop.clone()));
    tasks.spawn(index::run(state.knowledge.clone(), database.clone(), stop.clone()));
    tasks.spawn(state.assistant.clone().on(Worker::new(database, 2), &state.access).run(stop.clone()));
}

/// Waits until the model is there, its download included.
async fn ready(config: &Config, state: &AppState) -> Result<(), Failure> {
    if config.ai == AiMode::Off {
        return Ok(());
    }
    loop {
        state.assistant.warm();
        let status = state.assistant.status();
        match status.state {
            State::Ready => return Ok(()),
            State::Off | State::Unavailable => {
                return Err(format!("there is no model to evaluate: {}", status.message.unwrap_or_default()).into());
            }
            State::Downloading | State::Starting | State::Idle => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

async fn asked(running: &Running, suites: &[Suite], wanted: &Evaluation, url: &str) -> Result<Report, Failure> {
    let part = match wanted.half.as_deref() {
        Some("held-out") => Part::HeldOut,
        Some(_) => Part::Tuning,
        None => Part::All,
    };
    let chosen = Chosen { part, only: wanted.only.clone() };
    let server = Server { url, password: DEMO_PASSWORD };
    let superuser = running.superuser().await?;
    Ok(dealwright_eval::evaluate(server, superuser, suites, &chosen, say).await?)
}

/// An outcome, as it comes.
#[expect(clippy::print_stdout, reason = "what the command is for")]
fn say(outcome: &Outcome) {
    let mark = if outcome.problem.is_some() { "FAIL" } else { "ok  " };
    let half = if outcome.held_out { "held out" } else { "tuning" };
    let (planner, whole) =
        (outcome.planner.as_deref().unwrap_or("-"), outcome.seconds.get("whole").copied().unwrap_or(0.0));
    println!("{mark} {:<12} {half:<8} {whole:5.1} s  {planner:<7} {}", outcome.id, outcome.goal);
    if let Some(problem) = &outcome.problem {
        println!("       {problem}\n       {}", outcome.answer.replace('\n', "\n       "));
    }
    if !outcome.ungrounded.is_empty() {
        println!("       says without a source: {}", outcome.ungrounded.join(", "));
    }
}

/// The count, and what differs from the last time.
fn tell(report: &Report, last: Option<&Report>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "\n{report}")?;
    if let Some(last) = last {
        let (worse, better) = report.against(last);
        writeln!(out, "against {} of {}: {} worse, {} better", last.model, last.at, worse.len(), better.len())?;
        for (mark, outcomes) in [("worse ", worse), ("better", better)] {
            for outcome in outcomes {
                writeln!(out, "  {mark} {} {}", outcome.id, outcome.goal)?;
            }
        }
    }
    Ok(())
}
