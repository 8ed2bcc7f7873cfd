//! What watchers of a run are told, as server-sent events.
//!
//! The rows are the truth: a watcher reads those after the last one it saw, so a stream that breaks off is resumed by
//! `Last-Event-ID`, on any node. The process that runs the run wakes its own watchers; others look every second.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::AgentRunId;
use futures::stream::{self, Stream};
use tokio::sync::broadcast;
use uuid::Uuid;

use super::store::{self, Told};

const LOOK_AGAIN: Duration = Duration::from_secs(1);

struct Watching {
    cx: Context,
    run: AgentRunId,
    after: i32,
    pending: VecDeque<Told>,
    over: bool,
    woken: broadcast::Receiver<Uuid>,
}

/// What is told after `after`, until the run is over and all has been told.
pub fn events(
    cx: Context,
    run: AgentRunId,
    after: i32,
    woken: broadcast::Receiver<Uuid>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let watching = Watching { cx, run, after, pending: VecDeque::new(), over: false, woken };
    stream::unfold(watching, |mut w| async move {
        loop {
            if let Some(told) = w.pending.pop_front() {
                w.after = told.n;
                let event = Event::default().id(told.n.to_string()).event(told.kind).data(told.data.to_string());
                return Some((Ok(event), w));
            }
            if w.over {
                return None;
            }
            match w.read().await {
                Ok(()) if w.pending.is_empty() && !w.over => w.wait().await,
                Ok(()) => {}
                Err(error) => {
                    // The browser connects again and goes on where it was; signed out, it is told so then.
                    tracing::info!(%error, run = %w.run, "a stream of a run ends early");
                    return None;
                }
            }
        }
    })
}

impl Watching {
    async fn read(&mut self) -> Result<()> {
        let mut tx = self.cx.begin().await?;
        let (told, over) = store::told_after(&mut tx, self.run, self.after).await?;
        tx.done(()).await?;
        self.pending = told.into();
        self.over = over;
        Ok(())
    }

    async fn wait(&mut self) {
        let mine = async {
            loop {
                match self.woken.recv().await {
                    Ok(run) if run == self.run.0 => return,
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        // Either way it is time to look.
        _ = tokio::time::timeout(LOOK_AGAIN, mine).await;
    }
}
