//! Traces, to a collector that speaks OTLP over HTTP.
//!
//! A [`Span`] is made of what is stored, with ids that follow from it, so that work which goes on after a restart stays one trace.
//! [`Traces`] takes spans and never waits: what its queue has no room for, or the collector does not take, is dropped and counted.
//! Without a collector it is [`Traces::off`], and nobody makes spans.
//!
//! `tracing-opentelemetry` was looked at: its spans live as long as a process and choose their ids themselves.

mod otlp;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How many traces may wait for the collector.
const ROOM: usize = 256;
/// Spans of one request, as near as whole traces come to it.
const BATCH: usize = 512;
/// How long what waits is still sent when the server stops.
const GRACE: Duration = Duration::from_secs(3);

/// Where traces go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    /// The whole address, with `/v1/traces` or what else the collector wants.
    pub endpoint: String,
    /// Sent with each request: keys, mostly.
    pub headers: Vec<(String, String)>,
    pub timeout: Duration,
    /// The name of this service, and other attributes of its resource.
    pub service: String,
    pub resource: Vec<(String, String)>,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(i64),
    Real(f64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

/// Whether a span is work of our own or a call of somebody else's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Internal,
    Client,
}

/// A piece of work that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub trace: [u8; 16],
    pub id: [u8; 8],
    /// None for the first of its trace.
    pub parent: Option<[u8; 8]>,
    pub name: String,
    pub kind: Kind,
    pub start: SystemTime,
    pub end: SystemTime,
    pub attributes: Vec<(&'static str, Value)>,
    /// What went wrong, if something did: no text of people's.
    pub error: Option<String>,
}

/// What has become of spans since the server started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub sent: u64,
    /// For want of room in the queue, or since the collector did not take them.
    pub dropped: u64,
    /// Why the collector did not take the last that it did not take.
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
struct Tally {
    sent: AtomicU64,
    dropped: AtomicU64,
    last_error: Mutex<Option<String>>,
}

impl Tally {
    fn drop_spans(&self, spans: usize, why: Option<String>) {
        self.dropped.fetch_add(spans.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        if why.is_some() {
            *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = why;
        }
    }
}

/// Takes spans; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<(mpsc::Sender<Vec<Span>>, Arc<Tally>)>);

/// Sends what [`Traces`] has taken; to be run beside the rest.
#[derive(Debug)]
pub struct Sending {
    queue: mpsc::Receiver<Vec<Span>>,
    exporter: otlp::Exporter,
    tally: Arc<Tally>,
}

impl Traces {
    /// To nowhere.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// To a collector.
    ///
    /// # Errors
    /// What is wrong with its address or headers, in words for the operator.
    pub fn to(collector: &Collector) -> Result<(Self, Sending), String> {
        let (sender, queue) = mpsc::channel(ROOM);
        let tally = Arc::new(Tally::default());
        let exporter = otlp::Exporter::new(collector)?;
        Ok((Self(Some((sender, Arc::clone(&tally)))), Sending { queue, exporter, tally }))
    }

    /// Whether there is any use in making spans.
    #[must_use]
    pub const fn are_on(&self) -> bool {
        self.0.is_some()
    }

    /// Hands the spans of a trace over. Never waits and never fails.
    pub fn send(&self, spans: Vec<Span>) {
        let Some((sender, tally)) = &self.0 else { return };
        let count = spans.len();
        if sender.try_send(spans).is_err() {
            tally.drop_spans(count, None);
        }
    }

    /// None when they go nowhere.
    #[must_use]
    pub fn counts(&self) -> Option<Counts> {
        let (_, tally) = self.0.as_ref()?;
        Some(Counts {
            sent: tally.sent.load(Ordering::Relaxed),
            dropped: tally.dropped.load(Ordering::Relaxed),
            last_error: tally.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        })
    }
}

impl Sending {
    /// Sends until `stop`, and then, for a short while, what waits.
    pub async fn run(mut self, stop: CancellationToken) {
        while let Some(Some(trace)) = stop.run_until_cancelled(self.queue.recv()).await {
            self.batch(trace).await;
        }
        self.queue.close();
        let rest = async {
            while let Some(trace) = self.queue.recv().await {
                self.batch(trace).await;
            }
        };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::info!("traces were still waiting for the collector; they are dropped");
        }
    }

    /// One request, of the trace and what waits behind it.
    async fn batch(&mut self, mut spans: Vec<Span>) {
        while spans.len() < BATCH {
            let Ok(more) = self.queue.try_recv() else { break };
            spans.extend(more);
        }
        let count = spans.len();
        match self.exporter.export(spans).await {
            Ok(()) => _ = self.tally.sent.fetch_add(count.try_into().unwrap_or(u64::MAX), Ordering::Relaxed),
            Err(why) => {
                tracing::warn!(why, spans = count, "the collector of traces did not take them; they are dropped");
                self.tally.drop_spans(count, Some(why));
            }
        }
    }
}

/// Whether a collector answers, by an empty request.
///
/// # Errors
/// Why not, in words for the operator.
pub async fn probe(collector: &Collector) -> Result<(), String> {
    otlp::Exporter::new(collector)?.export(Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> Span {
        let now = SystemTime::UNIX_EPOCH;
        Span {
            trace: [1; 16],
            id: [2; 8],
            parent: None,
            name: "chat".into(),
            kind: Kind::Client,
            start: now,
            end: now,
            attributes: Vec::new(),
            error: None,
        }
    }

    #[test]
    fn what_there_is_no_room_for_is_dropped_and_counted() {
        let (sender, _queue) = mpsc::channel(1);
        let traces = Traces(Some((sender, Arc::default())));
        traces.send(vec![span()]);
        traces.send(vec![span(), span()]);
        assert_eq!(traces.counts().unwrap().dropped, 2);
        assert_eq!(Traces::off().counts(), None);
    }
}
