//! One run of PostgreSQL's main process: started, waited for, stopped; and what an earlier run left behind.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

use super::account::{Account, command};
use super::error::PostgresError;
use super::layout::Layout;
use super::log::{self, Lines};

const LOOK: Duration = Duration::from_millis(10);
/// After a crash PostgreSQL replays its log first, which can take a while; it is alive all that time.
const READY_WITHIN: Duration = Duration::from_secs(300);
const FAST_STOP: Duration = Duration::from_secs(20);
const IMMEDIATE_STOP: Duration = Duration::from_secs(5);
/// How often a start is tried again while the processes of a killed run let go of their shared memory.
const LETTING_GO: u32 = 40;

/// Stops PostgreSQL when we vanish: the shell waits for a line that only a living server can send.
const WATCHDOG: &str = "read -r _ || kill -INT \"$0\"";

/// How to start one.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    pub layout: Layout,
    pub postgres: PathBuf,
    pub account: Option<Account>,
}

/// A running PostgreSQL.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    pid: Pid,
    watchdog: Option<(Child, ChildStdin)>,
    pub lines: Lines,
}

impl Launch {
    /// Clears what an earlier run left, starts, and returns once connections are taken.
    pub async fn start(&self) -> Result<Server, PostgresError> {
        let mut tries = 0;
        loop {
            self.clear()?;
            let mut server = self.spawn()?;
            match server.ready(&self.layout).await {
                Ok(()) => return Ok(server),
                Err(error) => {
                    let letting_go = server.lines.contain("shared memory block") || server.lines.contain("lock file");
                    server.kill_now().await;
                    tries += 1;
                    if !letting_go || tries > LETTING_GO {
                        return Err(error);
                    }
                    sleep(Duration::from_millis(250)).await;
                }
            }
        }
    }

    fn clear(&self) -> Result<(), PostgresError> {
        clear_left_over(&self.layout.data)?;
        let sockets = fs::read_dir(&self.layout.socket).map_err(PostgresError::io("read", &self.layout.socket))?;
        for entry in sockets.filter_map(Result::ok) {
            if entry.file_name().as_encoded_bytes().starts_with(b".s.PGSQL.") {
                let path = entry.path();
                fs::remove_file(&path).map_err(PostgresError::io("remove", &path))?;
            }
        }
        Ok(())
    }

    fn spawn(&self) -> Result<Server, PostgresError> {
        let mut postgres = Command::from(command(&self.postgres, self.account.as_ref(), &self.layout.root));
        postgres.arg("-D").arg(&self.layout.data).stdout(Stdio::null()).stderr(Stdio::piped());
        let start = |error: io::Error| PostgresError::Start {
            reason: format!("{}: {error}", self.postgres.display()),
            log: log::path(&self.layout.log),
        };
        let mut child = postgres.spawn().map_err(start)?;
        let pid = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .map(Pid::from_raw)
            .ok_or_else(|| start(io::Error::other("it ended at once")))?;
        let lines = Lines::default();
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(log::follow(stderr, self.layout.log.clone(), lines.clone()));
        }
        let watchdog = self.watchdog(pid);
        Ok(Server { child, pid, watchdog, lines })
    }

    /// PostgreSQL is safe without it (the next start finds and stops an orphan), so a failure is only logged.
    fn watchdog(&self, pid: Pid) -> Option<(Child, ChildStdin)> {
        let mut shell = Command::from(command(Path::new("/bin/sh"), self.account.as_ref(), &self.layout.root));
        shell.args(["-c", WATCHDOG]).arg(pid.to_string());
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = shell.spawn().and_then(|mut child| {
            let stdin = child.stdin.take().ok_or_else(|| io::Error::other("it has no input"))?;
            Ok((child, stdin))
        });
        match started {
            Ok(watchdog) => Some(watchdog),
            Err(error) => {
                tracing::warn!(%error, "no watchdog for PostgreSQL; after a crash of ours it runs on until the next start");
                None
            }
        }
    }
}

impl Server {
    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// As if somebody had killed it.
    #[cfg(test)]
    pub fn kill_watchdog(&self) {
        let watchdog = self.watchdog.as_ref().and_then(|(child, _)| child.id()).unwrap();
        kill(Pid::from_raw(i32::try_from(watchdog).unwrap()), Signal::SIGKILL).unwrap();
    }

    /// Until it ends by itself.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.dismiss_watchdog().await;
        Ok(status)
    }

    async fn ready(&mut self, layout: &Layout) -> Result<(), PostgresError> {
        let failed = |reason: String| PostgresError::Start { reason, log: log::path(&layout.log) };
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if let Some(status) = self.child.try_wait().map_err(|error| failed(error.to_string()))? {
                // The last lines may still be on their way through the pipe.
                sleep(Duration::from_millis(50)).await;
                return Err(failed(format!("{} ({status})", self.lines.complaint())));
            }
            if is_ready(&layout.postmaster_pid(), self.pid) {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        Err(failed(format!("it took no connections within {} s", READY_WITHIN.as_secs())))
    }

    /// Disconnects everyone, writes a checkpoint and ends; less politely if that takes too long.
    pub async fn stop(&mut self) {
        for (signal, patience) in [(Signal::SIGINT, FAST_STOP), (Signal::SIGQUIT, IMMEDIATE_STOP)] {
            self.signal(signal);
            if timeout(patience, self.child.wait()).await.is_ok() {
                self.dismiss_watchdog().await;
                return;
            }
            tracing::warn!(%signal, "PostgreSQL does not stop; trying harder");
        }
        self.kill_now().await;
    }

    async fn kill_now(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::error!(%error, pid = self.pid(), "PostgreSQL could not be killed");
        }
        self.dismiss_watchdog().await;
    }

    fn signal(&self, signal: Signal) {
        // Only while the child is unreaped is the number surely its own.
        if self.child.id().is_some()
            && let Err(error) = kill(self.pid, signal)
        {
            tracing::warn!(%error, %signal, "PostgreSQL could not be signalled");
        }
    }

    async fn dismiss_watchdog(&mut self) {
        let Some((mut child, mut stdin)) = self.watchdog.take() else { return };
        let dismissed = match stdin.write_all(b"done\n").await {
            Ok(()) => child.wait().await.map(|_| ()),
            // It is gone already: somebody killed it, and that is all we wanted.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => child.wait().await.map(|_| ()),
            Err(error) => Err(error),
        };
        if let Err(error) = dismissed {
            tracing::warn!(%error, "PostgreSQL's watchdog could not be dismissed");
        }
    }
}

/// Whether the status file is this process's and says that connections are taken (its eighth line).
fn is_ready(path: &Path, pid: Pid) -> bool {
    let Ok(text) = fs::read_to_string(path) else { return false };
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(pid.to_string().as_str()) && lines.nth(6) == Some("ready")
}

/// Stops a PostgreSQL that still serves this cluster without us, and removes a stale status file, whose process number
/// may be somebody else's by now. The caller holds the lock on the data folder. Blocking, up to half a minute.
pub(super) fn clear_left_over(data: &Path) -> Result<(), PostgresError> {
    let path = data.join("postmaster.pid");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(PostgresError::io("read", &path)(error)),
    };
    let pid = text.lines().next().and_then(|line| line.trim().parse::<i32>().ok()).filter(|pid| *pid > 1);
    if let Some(pid) = pid
        && serves(pid, data)
    {
        tracing::warn!(pid, "a PostgreSQL of an earlier run is still there; stopping it");
        stop_orphan(pid, data)?;
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PostgresError::io("remove", &path)(error)),
        _ => Ok(()),
    }
}

fn stop_orphan(pid: i32, data: &Path) -> Result<(), PostgresError> {
    let steps =
        [(Signal::SIGINT, FAST_STOP), (Signal::SIGQUIT, IMMEDIATE_STOP), (Signal::SIGKILL, Duration::from_secs(2))];
    for (signal, patience) in steps {
        if let Err(error) = kill(Pid::from_raw(pid), signal) {
            tracing::warn!(%error, %signal, pid, "the left-over PostgreSQL could not be signalled");
        }
        let began = std::time::Instant::now();
        while began.elapsed() < patience {
            if !serves(pid, data) {
                return Ok(());
            }
            std::thread::sleep(LOOK);
        }
    }
    Err(PostgresError::Orphan { pid, folder: data.to_path_buf() })
}

/// Whether this process is a PostgreSQL main process of this cluster: those work inside their data folder.
fn serves(pid: i32, data: &Path) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    if !Path::new("/proc/self").exists() {
        return ps_says_postgres(pid, data);
    }
    match (fs::read_link(process.join("cwd")), data.canonicalize()) {
        (Ok(folder), Ok(data)) => folder == data,
        _ => false,
    }
}

/// For systems without /proc.
fn ps_says_postgres(pid: i32, data: &Path) -> bool {
    std::process::Command::new("ps")
        .args(["-o", "command=", "-p"])
        .arg(pid.to_string())
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&data.display().to_string()))
}
