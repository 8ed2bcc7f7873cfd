//! Keeps PostgreSQL running until told to stop: notices a crash, starts it again, each time after a longer pause.
//!
//! Runs in a thread with a small runtime of its own, so that it outlives whichever runtime asked for it.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::State;
use super::error::PostgresError;
use super::lock::DataLock;
use super::server::{Launch, Server};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A run this long counts as healthy: the next crash starts with a short pause again.
const HEALTHY: Duration = Duration::from_secs(60);

/// Starts the thread. `started` hears once how the first start went; the locks fall when the thread ends.
pub(super) fn spawn(
    launch: Launch,
    locks: Vec<DataLock>,
    stop: CancellationToken,
    state: watch::Sender<State>,
    started: oneshot::Sender<Result<(), PostgresError>>,
) -> Result<(), PostgresError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| PostgresError::System { doing: "start a runtime for PostgreSQL", source })?;
    std::thread::Builder::new()
        .name("postgres".to_owned())
        .spawn(move || {
            runtime.block_on(run(&launch, &stop, &state, started));
            drop(locks);
            state.send_replace(State::Stopped);
        })
        .map(|_| ())
        .map_err(|source| PostgresError::System { doing: "start a thread for PostgreSQL", source })
}

async fn run(
    launch: &Launch,
    stop: &CancellationToken,
    state: &watch::Sender<State>,
    started: oneshot::Sender<Result<(), PostgresError>>,
) {
    let mut server = match launch.start().await {
        Ok(server) => server,
        Err(error) => {
            // If nobody waits for the answer any more, there is nobody to tell.
            let _ = started.send(Err(error));
            return;
        }
    };
    state.send_replace(State::Running { pid: server.pid() });
    if started.send(Ok(())).is_err() {
        server.stop().await;
        return;
    }
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        tokio::select! {
            () = stop.cancelled() => return server.stop().await,
            status = server.ended() => match status {
                Ok(status) => tracing::error!(%status, complaint = server.lines.complaint(), "PostgreSQL ended by itself; starting it again"),
                Err(error) => tracing::error!(%error, "PostgreSQL was lost sight of; starting it again"),
            },
        }
        if began.elapsed() >= HEALTHY {
            pause = FIRST_PAUSE;
        }
        match again(launch, stop, state, &mut pause).await {
            Some(next) => server = next,
            None => return,
        }
    }
}

/// The next run, after as many attempts as it takes; None if told to stop meanwhile.
async fn again(
    launch: &Launch,
    stop: &CancellationToken,
    state: &watch::Sender<State>,
    pause: &mut Duration,
) -> Option<Server> {
    let mut attempt = 0_u32;
    loop {
        attempt = attempt.saturating_add(1);
        state.send_replace(State::Restarting { attempt });
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(*pause) => {}
        }
        *pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        match launch.start().await {
            Ok(server) => {
                tracing::info!(pid = server.pid(), attempt, "PostgreSQL runs again");
                state.send_replace(State::Running { pid: server.pid() });
                return Some(server);
            }
            Err(error) => tracing::error!(%error, attempt, "PostgreSQL does not start; trying again"),
        }
    }
}
