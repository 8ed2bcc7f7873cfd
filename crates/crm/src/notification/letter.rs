//! Letters about notifications: one by one, or digests.
//!
//! A letter's words are made at the moment it is sent, as what its receiver may see by then; who may not see the record gets
//! none, and the reason is kept. It waits until it is accepted: whoever dies between the mail server's acceptance and the
//! record of it sends it again, under the same Message-ID.

use chrono::{DateTime, Utc};
use dealwright_access::{Access, Context};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{ApprovalId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::job::{Job, NewJob, Worker};
use dealwright_store::mail::{self, Mailer, Notice, NoticeItem, Posted};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::details::{self, Details};
use super::preference::{EmailMode, Setting};
use super::store::letters::{self, Receiver};
use super::store::{self, making};
use super::text::Language;
use super::{Notification, NotificationKind, NotifiedApproval, bounce, due, maker, unsubscribe};
use crate::approval::link::{self, Link};

const SEND: &str = "notification.mail";
const DIGEST: &str = "notification.digest";
const PRUNE: &str = "notification.prune";
/// Over half a day, with growing pauses.
const ATTEMPTS: i32 = 20;
/// What a digest tells singly.
const MOST: usize = 50;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    user: UserId,
    /// None of a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notification: Option<Uuid>,
}

/// The job that sends the letter of a notification.
pub(super) fn job(org: OrgId, user: UserId, notification: Uuid, due: DateTime<Utc>) -> Result<NewJob> {
    let job = NewJob::new(SEND, &Payload { user, notification: Some(notification) })?;
    Ok(job.unique(format!("notify:{org}:{notification}:{}", due.timestamp())).at(due).attempts(ATTEMPTS))
}

/// The job that sends somebody's digest.
pub(super) fn digest_job(org: OrgId, user: UserId, due: DateTime<Utc>) -> Result<NewJob> {
    let job = NewJob::new(DIGEST, &Payload { user, notification: None })?;
    Ok(job.unique(format!("digest:{org}:{user}:{}", due.timestamp())).at(due).attempts(ATTEMPTS))
}

/// Registers the jobs.
pub fn register(worker: Worker, access: &Access, mailer: &Mailer) -> Worker {
    let (for_one, for_digest, for_prune) = (access.clone(), access.clone(), access.clone());
    let (one, digest) = (mailer.clone(), mailer.clone());
    worker
        .on(SEND, move |job| {
            let (access, mailer) = (for_one.clone(), one.clone());
            async move { attempt(&access, &mailer, &job).await }
        })
        .on(DIGEST, move |job| {
            let (access, mailer) = (for_digest.clone(), digest.clone());
            async move { attempt(&access, &mailer, &job).await }
        })
        .on(PRUNE, move |_| {
            let access = for_prune.clone();
            async move { letters::prune(access.database()).await }
        })
        .every(PRUNE, chrono::TimeDelta::hours(12))
}

/// Runs a job; the last try that fails gives the letter up.
async fn attempt(access: &Access, mailer: &Mailer, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("a notification belongs to an organisation"))?;
    let sending = Sending { access, mailer, org, user: payload.user };
    let result = match payload.notification {
        Some(id) => sending.one(id).await,
        None => sending.digest(job.id.0).await,
    };
    if result.is_err() && job.attempt >= job.max_attempts {
        let ids = match payload.notification {
            Some(id) => vec![id],
            None => ids_of(&sending.digested(job.id.0).await?),
        };
        sending.drop_them(&ids, "gave_up").await?;
    }
    result
}

struct Sending<'a> {
    access: &'a Access,
    mailer: &'a Mailer,
    org: OrgId,
    user: UserId,
}

/// Whether a letter goes now.
enum Turn {
    Now(Receiver, Setting),
    Never(&'static str),
}

impl Sending<'_> {
    async fn turn(&self) -> Result<Turn> {
        let mut tx = self.access.database().system().await?;
        let receiver = letters::receiver(tx.db(), self.org, self.user).await?;
        let setting = making::settings(tx.db(), &[(self.org.0, self.user.0)]).await?.remove(&(self.org.0, self.user.0));
        tx.commit().await?;
        Ok(match (receiver, setting) {
            (Some(receiver), Some(setting)) if receiver.active && !setting.bouncing => Turn::Now(receiver, setting),
            (Some(receiver), Some(_)) if receiver.active => Turn::Never("bouncing"),
            _ => Turn::Never("inactive"),
        })
    }

    async fn drop_them(&self, ids: &[Uuid], reason: &'static str) -> Result<()> {
        letters::settle(self.access.database(), self.org, ids, Some(reason)).await
    }

    /// Sends the letter of one notification, unless it was sent, is not wanted any more, or is to wait.
    async fn one(&self, id: Uuid) -> Result<()> {
        let mut tx = self.access.database().system().await?;
        let waiting = letters::waiting(tx.db(), self.org, id).await?;
        tx.commit().await?;
        let Some(waiting) = waiting else { return Ok(()) };
        let (receiver, setting) = match self.turn().await? {
            Turn::Now(receiver, setting) => (receiver, setting),
            Turn::Never(reason) => return self.drop_them(&[id], reason).await,
        };
        let kind = waiting.kind()?;
        if waiting.read {
            return self.drop_them(&[id], "read").await;
        }
        let now = self.access.clock().now();
        // They may have said otherwise since.
        match maker::when(&setting, setting.of(kind).email, now) {
            None => return self.drop_them(&[id], "preference").await,
            Some((email, due)) if due > now => return self.put_off(id, email, due).await,
            Some(_) => {}
        }
        let Some((cx, shown)) = self.shown(&[id]).await? else { return self.drop_them(&[id], "inactive").await };
        if shown.is_empty() {
            return self.drop_them(&[id], "not_visible").await;
        }
        let language = Language::of(receiver.locale.as_deref());
        let link = unsubscribe::link(self.access, self.org, self.user, kind);
        let details = details::of(&cx, language, setting.zone, &shown).await?;
        let notice = letter(&cx, language, (&shown, &details), kind, Some(link));
        self.post(id, waiting.created_at, receiver, &notice, &[id]).await
    }

    async fn put_off(&self, id: Uuid, email: &'static str, due: DateTime<Utc>) -> Result<()> {
        let mut tx = self.access.database().system().await?;
        letters::put_off(tx.db(), self.org, id, email, due).await?;
        let job =
            if email == "digest" { digest_job(self.org, self.user, due)? } else { job(self.org, self.user, id, due)? };
        dealwright_store::job::enqueue(tx.db(), self.org, job, self.access.clock()).await?;
        tx.commit().await
    }

    /// What the receiver may see of these by now; none when they are nobody any more.
    async fn shown(&self, ids: &[Uuid]) -> Result<Option<(Context, Vec<Notification>)>> {
        let cx = match self.access.context_for(self.org, self.user).await {
            Ok(cx) => cx,
            Err(error) if error.outcome == Outcome::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut tx = cx.begin().await?;
        let shown = store::shown(&mut tx, cx.actor(), ids).await?;
        tx.done(()).await?;
        Ok(Some((cx, shown)))
    }

    /// Sends what has come together. A digest that is sent again has the same id, the job's.
    async fn digest(&self, digest: Uuid) -> Result<()> {
        let now = self.access.clock().now();
        let turn = self.turn().await?;
        if let Turn::Now(_, setting) = &turn {
            let due = due::loud(now, setting.zone, &setting.quiet);
            if due > now {
                return self.digest_at(due).await;
            }
        }
        let all = self.digested(digest).await?;
        let (receiver, setting) = match turn {
            Turn::Now(receiver, setting) => (receiver, setting),
            Turn::Never(reason) => return self.drop_them(&ids_of(&all), reason).await,
        };
        let (read, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.read);
        let is_wanted = |kind: &str| kind.parse().is_ok_and(|kind| setting.of(kind).email != EmailMode::Off);
        let (wanted, unwanted): (Vec<_>, Vec<_>) = rest.into_iter().partition(|one| is_wanted(&one.kind));
        self.drop_them(&ids_of(&read), "read").await?;
        self.drop_them(&ids_of(&unwanted), "preference").await?;
        let wanted = ids_of(&wanted);
        let Some((cx, shown)) = self.shown(&wanted).await? else { return self.drop_them(&wanted, "inactive").await };
        let seen: Vec<Uuid> = shown.iter().map(|one| one.id).collect();
        let hidden: Vec<Uuid> = wanted.into_iter().filter(|id| !seen.contains(id)).collect();
        self.drop_them(&hidden, "not_visible").await?;
        let Some(first) = shown.first().map(|one| one.kind) else { return Ok(()) };
        let language = Language::of(receiver.locale.as_deref());
        let details = details::of(&cx, language, setting.zone, &shown).await?;
        let notice = letter(&cx, language, (&shown, &details), first, None);
        let notice = Notice {
            subject: digest_subject(language, shown.len(), now.with_timezone(&setting.zone).date_naive()),
            ..notice
        };
        self.post(digest, now, receiver, &notice, &seen).await
    }

    /// What this digest holds.
    async fn digested(&self, digest: Uuid) -> Result<Vec<letters::Digested>> {
        let mut tx = self.access.database().system().await?;
        let all = letters::digest(tx.db(), self.org, self.user, digest, self.access.clock().now()).await?;
        tx.commit().await?;
        Ok(all)
    }

    async fn digest_at(&self, due: DateTime<Utc>) -> Result<()> {
        let mut tx = self.access.database().system().await?;
        let job = digest_job(self.org, self.user, due)?;
        dealwright_store::job::enqueue(tx.db(), self.org, job, self.access.clock()).await?;
        tx.commit().await
    }

    async fn post(&self, id: Uuid, at: DateTime<Utc>, receiver: Receiver, notice: &Notice, ids: &[Uuid]) -> Result<()> {
        let posted = mail::post(self.mailer, id, at, receiver.email, notice).await?;
        let database = self.access.database();
        match posted {
            Posted::Accepted => {
                letters::settle(database, self.org, ids, None).await?;
                bounce::forget(database, self.org, self.user).await
            }
            Posted::Refused(code) => {
                bounce::count(database, self.org, self.user, &code).await?;
                self.drop_them(ids, "refused").await
            }
        }
    }
}

fn ids_of(all: &[letters::Digested]) -> Vec<Uuid> {
    all.iter().map(|one| one.id).collect()
}

fn digest_subject(language: Language, count: usize, day: chrono::NaiveDate) -> String {
    let day = language.date(day);
    match (language, count) {
        (Language::English, 1) => format!("One notification, {day}"),
        (Language::English, _) => format!("{count} notifications, {day}"),
        (Language::German, 1) => format!("Eine Mitteilung, {day}"),
        (Language::German, _) => format!("{count} Mitteilungen, {day}"),
    }
}

/// The letter about these notifications.
fn letter(
    cx: &Context,
    language: Language,
    (shown, details): (&[Notification], &Details),
    kind: NotificationKind,
    unsubscribe_url: Option<String>,
) -> Notice {
    let base = &cx.access().settings().base_url;
    let items: Vec<NoticeItem> = shown.iter().take(MOST).map(|one| item(cx, language, one, details)).collect();
    let rest = shown.len().saturating_sub(MOST);
    Notice {
        lang: language.tag(),
        subject: items.first().map(|item| item.title.clone()).unwrap_or_default(),
        items,
        open: language.say("Open in Dealwright", "In Dealwright öffnen"),
        more: (rest > 0).then(|| format!("+ {rest}")),
        reason: match unsubscribe_url {
            Some(_) => language.reason(kind).to_owned(),
            None => language
                .say(
                    "You get this because you asked for a digest.",
                    "Sie erhalten dies, weil Sie eine Zusammenfassung wünschen.",
                )
                .to_owned(),
        },
        settings_url: format!("{base}/notifications?tab=preferences"),
        settings: language.say("Choose what you hear of", "Mitteilungen auswählen"),
        unsubscribe_url,
        unsubscribe: language.say("No more letters of this kind", "Keine solchen Nachrichten mehr"),
    }
}

fn item(cx: &Context, language: Language, of: &Notification, details: &Details) -> NoticeItem {
    let changes = of.changes.iter().map(|change| language.change(change));
    let more = details.get(&of.id).into_iter().flatten().cloned();
    let asks = matches!(of.kind, NotificationKind::ApprovalWaiting | NotificationKind::ApprovalEscalated);
    NoticeItem {
        title: language.title(of),
        lines: changes.chain(of.excerpt.clone()).chain(more).collect(),
        url: url(cx, of),
        open: asks.then(|| language.say("Look at it and decide", "Ansehen und entscheiden")),
    }
}

/// Where a notification leads: an approval that waits, to where its reader can decide at once.
fn url(cx: &Context, of: &Notification) -> String {
    let base = &cx.access().settings().base_url;
    let asks = matches!(of.kind, NotificationKind::ApprovalWaiting | NotificationKind::ApprovalEscalated);
    match &of.approval {
        Some(NotifiedApproval { id, round, level: Some(level), by_mail: true, .. }) if asks => {
            let link = Link {
                org: cx.actor().org,
                user: cx.actor().user,
                approval: ApprovalId(*id),
                round: *round,
                level: *level,
                expires_at: DateTime::UNIX_EPOCH,
                nonce: of.id,
            };
            link::url(cx.access(), link, cx.clock().now())
        }
        _ => format!("{base}{}", of.page()),
    }
}
