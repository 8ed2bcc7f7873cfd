//! Who is woken when something happens: one connection listens for the whole process, and passes on what it hears.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dealwright_kernel::Result;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Database;

const POLL: Duration = Duration::from_secs(2);
/// What a sleeper may miss before it is told to look for itself.
const KEPT: usize = 1024;
/// All that is listened to.
const CHANNELS: [&str; 5] =
    ["dealwright_event", "dealwright_position", "dealwright_job", "dealwright_notification", "dealwright_presence"];

#[derive(Clone, Debug)]
struct Heard {
    channel: Arc<str>,
    word: Arc<str>,
}

/// The one that listens, as long as there is a bell.
#[derive(Debug)]
pub(crate) struct Ear {
    said: Sender<Heard>,
    listening: AtomicBool,
}

impl Ear {
    pub(crate) fn new() -> Self {
        Self { said: broadcast::channel(KEPT).0, listening: AtomicBool::new(false) }
    }

    fn subscribe(self: &Arc<Self>, database: &Database) -> Receiver<Heard> {
        let receiver = self.said.subscribe();
        if !self.listening.swap(true, Ordering::AcqRel) {
            tokio::spawn(Arc::clone(self).listen(database.clone()));
        }
        receiver
    }

    /// Passes on what is said until nobody wants to hear it; while the database is gone, everybody polls.
    async fn listen(self: Arc<Self>, database: Database) {
        loop {
            tokio::select! {
                () = self.said.closed() => {}
                heard = self.pass_on(&database) => {
                    if let Err(error) = heard {
                        tracing::warn!(%error, "could not listen; polling instead");
                    }
                    tokio::time::sleep(POLL).await;
                    continue;
                }
            }
            self.listening.store(false, Ordering::Release);
            // Somebody may have come just then, and seen that there was a listener.
            if self.said.receiver_count() == 0 || self.listening.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    async fn pass_on(&self, database: &Database) -> Result<()> {
        let mut listener = database.listener().await?;
        listener.listen_all(CHANNELS).await?;
        // What rang before we listened has not been heard: everybody looks once more.
        self.ring("", "");
        while let Some(heard) = listener.try_recv().await? {
            self.ring(heard.channel(), heard.payload());
        }
        Ok(())
    }

    fn ring(&self, channel: &str, word: &str) {
        // An error means that nobody is there any more.
        _ = self.said.send(Heard { channel: channel.into(), word: word.into() });
    }
}

/// Wakes a worker on each notification of its channels, and every two seconds: a notification can be lost, a clock can't.
#[derive(Debug)]
pub struct Bell {
    database: Database,
    channels: &'static [&'static str],
    hearing: Option<Receiver<Heard>>,
    heard: Vec<String>,
    pace: Duration,
    woken: Instant,
}

impl Bell {
    #[must_use]
    pub fn new(database: &Database, channels: &'static [&'static str]) -> Self {
        debug_assert!(channels.iter().all(|channel| CHANNELS.contains(channel)), "nobody listens to {channels:?}");
        let (pace, woken) = (Duration::ZERO, Instant::now());
        Self { database: database.clone(), channels, hearing: None, heard: Vec::new(), pace, woken }
    }

    /// Wakes no more often than once in `pace`: the first ring wakes at once, and what rings soon after it wakes together.
    #[must_use]
    pub fn paced(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Waits for the next ring; breaks when it is time to stop.
    pub async fn wait(&mut self, stop: &CancellationToken) -> ControlFlow<()> {
        let Some(hearing) = &mut self.hearing else {
            self.hearing = Some(self.database.ear().subscribe(&self.database));
            // What rang before we listened has not been heard: look once more at once.
            return if stop.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        };
        tokio::select! {
            () = stop.cancelled() => return ControlFlow::Break(()),
            () = tokio::time::sleep(POLL) => {}
            word = hear(hearing, self.channels) => self.heard.extend(word),
        }
        tokio::select! {
            () = stop.cancelled() => return ControlFlow::Break(()),
            () = tokio::time::sleep_until(self.woken + self.pace) => {}
        }
        // All that has rung by now is one reason to look.
        self.heard.extend(heard_already(hearing, self.channels));
        self.woken = Instant::now();
        ControlFlow::Continue(())
    }

    /// What was said with the rings since this was last asked. A lost ring is not among them.
    pub fn heard(&mut self) -> Vec<String> {
        std::mem::take(&mut self.heard)
    }
}

/// Waits for a ring on one of the channels, and answers its word; none when there is reason to look, but no word.
async fn hear(hearing: &mut Receiver<Heard>, channels: &[&str]) -> Option<String> {
    loop {
        match hearing.recv().await {
            Ok(heard) if heard.channel.is_empty() => return None,
            Ok(heard) if channels.contains(&&*heard.channel) => return Some(heard.word.as_ref().to_owned()),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return None,
            // There is an ear as long as there is a database.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// The words of what has rung and was not listened to yet.
fn heard_already(hearing: &mut Receiver<Heard>, channels: &[&str]) -> Vec<String> {
    let mut words = Vec::new();
    loop {
        match hearing.try_recv() {
            Ok(heard) if channels.contains(&&*heard.channel) => words.push(heard.word.as_ref().to_owned()),
            Ok(_) | Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => return words,
        }
    }
}
