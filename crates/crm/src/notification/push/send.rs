//! Sending: soon after a notification was made, or when quiet hours end, to each browser in which its receiver is signed in.
//!
//! What is told is read in the receiver's own transaction right before it is sent. Whoever dies between a push service's
//! acceptance and the record of it sends it again; it has the same tag, and takes its own place on the device.

use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::outbound::{Failed, Outbound};
use dealwright_access::{Access, Settings};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{OrgId, PushSubscriptionId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, NewJob, Worker};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::encryption;
use super::message::Message;
use super::store::{self, Device, Waiting};
use super::vapid::Key;
use crate::notification::due;
use crate::notification::preference::Setting;
use crate::notification::store as notifications;
use crate::notification::store::{letters, making};
use crate::notification::text::Language;

const SEND: &str = "notification.push";
/// How long a push service keeps a message for a device that is off, and how long we try one that does not take it.
const LIFE: TimeDelta = TimeDelta::days(1);
/// How long we wait after the first refusal for now; twice as long after each.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// After so many refusals in a row a browser is forgotten.
const REFUSALS: i32 = 5;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    user: UserId,
    notification: Uuid,
    /// The browser whose service did not take it; none at first, for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<PushSubscriptionId>,
    /// How often it did not.
    #[serde(default)]
    tries: u32,
}

impl Payload {
    fn job(&self, org: OrgId, due: DateTime<Utc>) -> Result<NewJob> {
        let device = self.device.map_or_else(String::new, |device| format!(":{device}:{}", self.tries));
        let key = format!("push:{org}:{}:{}{device}", self.notification, due.timestamp());
        Ok(NewJob::new(SEND, self)?.unique(key).at(due))
    }
}

/// The job that tells somebody's devices of a notification.
pub(in crate::notification) fn job(org: OrgId, user: UserId, notification: Uuid, due: DateTime<Utc>) -> Result<NewJob> {
    Payload { user, notification, device: None, tries: 0 }.job(org, due)
}

/// Registers the job.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (access, outbound) = (access.clone(), Arc::new(Outbound::new(&access.settings().outbound_networks)));
    worker.on(SEND, move |job| {
        let (access, outbound) = (access.clone(), Arc::clone(&outbound));
        async move { attempt(&access, &outbound, &job).await }
    })
}

/// Runs a job; the last try that fails gives the message up.
async fn attempt(access: &Access, outbound: &Outbound, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a notification belongs to an organisation"))?;
    let id = payload.notification;
    let result = Sending { access, outbound, org, payload }.run().await;
    if result.is_err() && job.attempt >= job.max_attempts {
        store::settle(access.database(), org, id, Some("gave_up")).await?;
    }
    result
}

struct Sending<'a> {
    access: &'a Access,
    outbound: &'a Outbound,
    org: OrgId,
    payload: Payload,
}

/// Whether devices are told now.
enum Turn {
    Now(Language, Vec<Device>),
    Later(DateTime<Utc>),
    Never(&'static str),
}

impl Sending<'_> {
    async fn run(&self) -> Result<()> {
        let id = self.payload.notification;
        let mut tx = self.access.database().system().await?;
        let waiting = store::waiting(tx.db(), self.org, id, self.payload.device.is_some()).await?;
        tx.commit().await?;
        let Some(waiting) = waiting else { return Ok(()) };
        let (language, devices) = match self.turn(&waiting).await? {
            Turn::Now(language, devices) => (language, devices),
            Turn::Later(due) => return self.put_off(due).await,
            Turn::Never(reason) => return store::settle(self.access.database(), self.org, id, Some(reason)).await,
        };
        let message = match self.message(language).await? {
            Ok(message) => message,
            Err(reason) => return store::settle(self.access.database(), self.org, id, Some(reason)).await,
        };
        let key = Key::load(self.access).await?;
        let sent = devices.iter().map(|device| send(self.access, self.outbound, &key, device, &message));
        let all = devices.iter().zip(join_all(sent).await);
        self.settle(&waiting, all).await
    }

    async fn turn(&self, waiting: &Waiting) -> Result<Turn> {
        let (org, user, now) = (self.org, self.payload.user, self.access.clock().now());
        let mut tx = self.access.database().system().await?;
        let receiver = letters::receiver(tx.db(), org, user).await?;
        let setting = making::settings(tx.db(), &[(org.0, user.0)]).await?.remove(&(org.0, user.0));
        let devices = store::devices(tx.db(), org, user, self.payload.device, now).await?;
        tx.commit().await?;
        let (Some(receiver), Some(setting)) = (receiver.filter(|receiver| receiver.active), setting) else {
            return Ok(Turn::Never("inactive"));
        };
        // They may have read it, or said otherwise, since.
        if waiting.read {
            return Ok(Turn::Never("read"));
        }
        if !setting.of(waiting.kind()?).push {
            return Ok(Turn::Never("preference"));
        }
        let due = when(&setting, waiting.snoozed_until.map_or(now, |until| until.max(now)));
        if due > now {
            return Ok(Turn::Later(due));
        }
        let allowed = |device: &Device| super::endpoint(&device.endpoint, self.access.settings()).is_ok();
        let devices: Vec<Device> = devices.into_iter().filter(allowed).collect();
        if devices.is_empty() {
            return Ok(Turn::Never("no_device"));
        }
        Ok(Turn::Now(Language::of(receiver.locale.as_deref()), devices))
    }

    async fn put_off(&self, due: DateTime<Utc>) -> Result<()> {
        let mut tx = self.access.database().system().await?;
        store::put_off(tx.db(), self.org, self.payload.notification, due).await?;
        dealwright_store::job::enqueue(tx.db(), self.org, self.payload.job(self.org, due)?, self.access.clock())
            .await?;
        tx.commit().await
    }

    /// What the receiver may see of it by now; or why there is nothing.
    async fn message(&self, language: Language) -> Result<Result<Message, &'static str>> {
        let cx = match self.access.context_for(self.org, self.payload.user).await {
            Ok(cx) => cx,
            Err(error) if error.outcome == Outcome::NotFound => return Ok(Err("inactive")),
            Err(error) => return Err(error),
        };
        let mut tx = cx.begin().await?;
        let shown = notifications::shown(&mut tx, cx.actor(), &[self.payload.notification]).await?;
        let message = match shown.first() {
            Some(of) => Ok(Message::of(language, of, store::others(&mut tx, cx.actor(), of).await?)),
            None => Err("not_visible"),
        };
        tx.done(message).await
    }

    /// Writes down what became of it, and tries again later where that was asked for.
    async fn settle(&self, waiting: &Waiting, all: impl Iterator<Item = (&Device, Result<Answer>)>) -> Result<()> {
        let (database, id) = (self.access.database(), self.payload.notification);
        let (mut taken, mut later, mut reason) = (false, false, "no_device");
        for (device, answer) in all {
            match note(self.access, self.org, device.id, answer?).await? {
                Answer::Taken => taken = true,
                Answer::Gone => {}
                Answer::Refused(_) => reason = "refused",
                Answer::Later(asked) if self.again(waiting, device.id, asked).await? => later = true,
                Answer::Later(_) => reason = "gave_up",
            }
        }
        match (taken, later) {
            (true, _) => store::settle(database, self.org, id, None).await,
            (false, true) => Ok(()),
            (false, false) => store::settle(database, self.org, id, Some(reason)).await,
        }
    }

    /// Tries a browser again, unless what there is to tell is too old by then.
    async fn again(&self, waiting: &Waiting, device: PushSubscriptionId, asked: Option<TimeDelta>) -> Result<bool> {
        let tries = self.payload.tries + 1;
        let usual = PAUSE * 2_i32.saturating_pow(tries.saturating_sub(1).min(10));
        let pause = usual.min(LONGEST_PAUSE).max(asked.unwrap_or_default());
        let due = self.access.clock().now() + pause;
        if due > waiting.due_at + LIFE {
            return Ok(false);
        }
        let payload =
            Payload { user: self.payload.user, notification: self.payload.notification, device: Some(device), tries };
        let mut tx = self.access.database().system().await?;
        dealwright_store::job::enqueue(tx.db(), self.org, payload.job(self.org, due)?, self.access.clock()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// When devices are told: at once, or when quiet hours end.
pub(in crate::notification) fn when(setting: &Setting, from: DateTime<Utc>) -> DateTime<Utc> {
    due::loud(from, setting.zone, &setting.quiet)
}

/// What a push service says to a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// It knows the browser no more.
    Gone,
    /// Not now; after so long, if it said.
    Later(Option<TimeDelta>),
    Refused(String),
}

/// Writes down what a push service said of a browser.
pub(super) async fn note(access: &Access, org: OrgId, device: PushSubscriptionId, answer: Answer) -> Result<Answer> {
    let database = access.database();
    match &answer {
        Answer::Taken => store::taken(database, org, device).await?,
        Answer::Gone => store::gone(database, org, device).await?,
        Answer::Later(_) => {}
        Answer::Refused(why) => {
            tracing::warn!(%org, subscription = %device, why, "a push service refused a message");
            store::refused(database, org, device, REFUSALS).await?;
        }
    }
    Ok(answer)
}

/// Sends a message to a browser.
pub(super) async fn send(
    access: &Access,
    outbound: &Outbound,
    key: &Key,
    device: &Device,
    message: &Message,
) -> Result<Answer> {
    let settings: &Settings = access.settings();
    let url = match outbound.check(&device.endpoint) {
        Ok(url) => url,
        Err(why) => return Ok(Answer::Refused(why.to_string())),
    };
    let origin = url.origin().ascii_serialization();
    let sealed = encryption::seal(&message.bytes()?, &device.p256dh, &device.auth)?;
    let request = Request::post(&device.endpoint)
        .header(AUTHORIZATION, key.authorization(&origin, &settings.push_contact, access.clock().now())?)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm")
        .header("TTL", LIFE.num_seconds())
        .header("Urgency", message.urgency)
        .header("Topic", message.topic(device.id))
        .body(sealed)
        .map_err(Error::internal)?;
    Ok(match outbound.send(request).await {
        Ok(answer) => read(answer.status(), answer.headers()),
        Err(Failed::Refused(why)) => Answer::Refused(why),
        Err(Failed::Unreachable(why)) => {
            tracing::info!(subscription = %device.id, why, "a push service could not be reached; it is tried again");
            Answer::Later(None)
        }
    })
}

/// What an answer means (RFC 8030, sections 5 and 8.4).
fn read(status: StatusCode, headers: &HeaderMap) -> Answer {
    if status.is_success() {
        return Answer::Taken;
    }
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Answer::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Answer::Later(asked(headers)),
        status if status.is_server_error() => Answer::Later(asked(headers)),
        status => Answer::Refused(format!("it answered {status}")),
    }
}

/// How long to wait, in seconds. A date is no more than a hint that there is one: the usual pause will do.
fn asked(headers: &HeaderMap) -> Option<TimeDelta> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(TimeDelta::seconds(i64::from(seconds)))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn answers_are_read_as_the_standard_says() {
        let none = HeaderMap::new();
        let of = |status: u16| read(StatusCode::from_u16(status).unwrap(), &none);
        assert_eq!([201, 202, 200].map(of), [Answer::Taken, Answer::Taken, Answer::Taken]);
        assert_eq!([404, 410].map(of), [Answer::Gone, Answer::Gone]);
        assert_eq!([429, 500, 503].map(of), [Answer::Later(None), Answer::Later(None), Answer::Later(None)]);
        for status in [301, 400, 401, 403, 413] {
            assert!(matches!(of(status), Answer::Refused(_)), "{status}");
        }
        for (said, pause) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("-1", None),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
            ("99999999999", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(said).unwrap())]);
            assert_eq!(asked(&headers), pause.map(TimeDelta::seconds), "{said}");
        }
    }
}
