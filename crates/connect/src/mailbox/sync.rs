//! The sync of a mailbox: a job of the queue, every ten minutes and when its person asks for it.
//!
//! A pass asks the server which messages there are since the day, looks at the heads of those that are new, holds those that
//! nobody knew against contacts that have come or changed since, and takes in the messages with somebody known, one by one.
//! What it did is recorded as it goes, each message with what became of it in one transaction: a pass that is killed is
//! carried on where it stood by the next. A pass has its measure, so that a mailbox of many years keeps no other waiting.
//! No transaction is open while a server is waited for.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::context::permission;
use dealwright_access::outbound::Outbound;
use dealwright_access::policy::{CreateActivity, DeleteActivity};
use dealwright_access::{Access, Context, Object};
use dealwright_crm::activity::{self, Activity};
use dealwright_kernel::error::{OrNotFound, Outcome};
use dealwright_kernel::id::{ActivityId, MailboxId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_store::job::{Job, NewJob, Worker};
use serde::{Deserialize, Serialize};

use super::filing::{self, Filed, Parcel};
use super::imap::{Account, Failed, Head, Server};
use super::letter::{self, Letter};
use super::seen::{self, Place, Seen};
use super::sieve::{Sieve, Sifted};
use super::{MAX_MESSAGE, Mailbox, matching, parcel, policy_http, store, unmatched};

pub const DUE: &str = "mail.due";
pub const SYNC: &str = "mail.sync";
pub const REMOVE: &str = "mail.remove";

/// Between two passes.
const INTERVAL: TimeDelta = TimeDelta::minutes(10);
/// The longest wait after failures.
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// Heads and whole messages of one pass.
const HEADS: usize = 2_000;
const MESSAGES: i64 = 300;
const HEADS_AT_ONCE: usize = 100;
/// Addresses that are held against unknown messages at once.
const ADDRESSES: i64 = 20_000;

/// Whose mailbox is to be looked at.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Task {
    pub org: OrgId,
    pub user: UserId,
    pub mailbox: MailboxId,
}

impl Task {
    /// # Errors
    /// Internal, when it can't be written.
    pub fn job(&self) -> Result<NewJob> {
        Ok(NewJob::new(SYNC, self)?.unique(format!("{SYNC}:{}", self.mailbox)).attempts(5))
    }
}

/// What is to be put into the bin after a mailbox was disconnected.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Removal {
    pub org: OrgId,
    pub user: UserId,
    pub activities: Vec<ActivityId>,
}

/// Registers the jobs of mail.
pub fn register(worker: Worker, access: &Access) -> Worker {
    let (for_due, for_sync, for_removal) = (access.clone(), access.clone(), access.clone());
    worker
        .on(DUE, move |_| {
            let access = for_due.clone();
            async move { queue_due(&access).await }
        })
        .on(SYNC, move |job: Job| {
            let access = for_sync.clone();
            async move { sync(&access, serde_json::from_value(job.payload).map_err(Error::internal)?).await }
        })
        .on(REMOVE, move |job: Job| {
            let access = for_removal.clone();
            async move { remove(&access, serde_json::from_value(job.payload).map_err(Error::internal)?).await }
        })
        .every(DUE, TimeDelta::minutes(1))
}

async fn queue_due(access: &Access) -> Result<()> {
    let mut tx = access.database().system().await?;
    for (org, mailbox, user) in store::due(&mut tx, access.clock().now()).await? {
        tx.enqueue(Task { org, user, mailbox }.job()?, access.clock()).await?;
    }
    unmatched::prune(&mut tx, access.clock().now()).await?;
    tx.commit().await
}

/// Why a pass ended before its time.
#[derive(Debug)]
enum Stopped {
    Server(Failed),
    Ours(Error),
}

impl From<Failed> for Stopped {
    fn from(failed: Failed) -> Self {
        Self::Server(failed)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// One pass over a mailbox.
async fn sync(access: &Access, task: Task) -> Result<()> {
    let cx = match access.context_for(task.org, task.user).await {
        Ok(cx) => cx,
        Err(error) if error.outcome == Outcome::NotFound => {
            let mut tx = access.database().system().await?;
            store::stop(&mut tx, task.org, task.mailbox).await?;
            return tx.commit().await;
        }
        Err(error) => return Err(error),
    };
    let mut tx = cx.begin().await?;
    let Some(mailbox) = store::find(&mut tx, task.mailbox).await? else { return tx.done(()).await };
    let progress = store::progress(&mut tx, mailbox.id).await?;
    let allowed = mailbox.of_organisation || policy_http::allows(&mut tx).await?;
    let sealed = store::password(&mut tx, mailbox.id).await?.or_not_found("mailbox")?;
    let sieve = matching::sieve(&mut tx, &mailbox.address, &mailbox.never).await?;
    tx.done(()).await?;
    let now = cx.clock().now();
    let outcome = match may(&cx, &mailbox, allowed) {
        Err(failed) => Err(Stopped::Server(failed)),
        Ok(()) => {
            let account = account(&cx, &mailbox, &sealed)?;
            let pass = Pass { cx: &cx, mailbox: &mailbox, sieve };
            pass.run(&account, progress.matched_at, now).await
        }
    };
    conclude(&cx, &mailbox, progress.failures, now, outcome).await
}

/// Whether the person may still sync.
fn may(cx: &Context, mailbox: &Mailbox, allowed: bool) -> std::result::Result<(), Failed> {
    let refuse = |code, message: &str| Err(Failed { code, message: message.to_owned(), lasting: true });
    if !allowed {
        return refuse("not_allowed", "Your administrator does not allow mailboxes to be connected.");
    }
    if !mailbox.of_organisation && !cx.actor().may(permission::<CreateActivity>()) {
        return refuse("forbidden", "Your roles do not let you log activities.");
    }
    Ok(())
}

/// # Errors
/// Internal, when the password does not open.
pub fn account(cx: &Context, mailbox: &Mailbox, sealed: &[u8]) -> Result<Account> {
    let password = cx.access().keyring().open(&format!("mailbox:{}", mailbox.id), sealed)?;
    Ok(Account {
        host: mailbox.host.clone(),
        port: mailbox.port,
        security: mailbox.security,
        username: mailbox.username.clone(),
        password: String::from_utf8(password).map_err(Error::internal)?,
    })
}

/// Records how a pass ended. What is wrong with the mailbox is told there and is no failure of the job.
async fn conclude(
    cx: &Context,
    mailbox: &Mailbox,
    failures: i32,
    began: DateTime<Utc>,
    outcome: std::result::Result<bool, Stopped>,
) -> Result<()> {
    let now = cx.clock().now();
    let wait = || {
        INTERVAL
            .checked_mul(2_i32.saturating_pow(u32::try_from(failures).unwrap_or(0).min(6)))
            .unwrap_or(LONGEST)
            .min(LONGEST)
    };
    let (failed, next, matched) = match outcome {
        Ok(more) => (None, Some(if more { now } else { now + INTERVAL }), (!more).then_some(began)),
        Err(Stopped::Server(failed)) => {
            let next = (!failed.lasting).then(|| now + wait());
            (Some((failed.code.to_owned(), letter::clean(&failed.message, 500).unwrap_or_default())), next, None)
        }
        Err(Stopped::Ours(error)) if error.outcome == Outcome::Unavailable => return Err(error),
        Err(Stopped::Ours(error)) => {
            tracing::error!(%error, mailbox = %mailbox.id, "a mailbox could not be synced");
            (Some(("internal".to_owned(), "Something went wrong on our side.".to_owned())), Some(now + wait()), None)
        }
    };
    let failed = failed.as_ref().map(|(code, message)| (code.as_str(), message.as_str()));
    let mut tx = cx.begin().await?;
    let how = store::Ended { failed, next, matched };
    store::ended(&mut tx, mailbox.id, mailbox.version, mailbox.next_sync_at, &how).await?;
    tx.commit(()).await?.into_inner();
    Ok(())
}

struct Pass<'a> {
    cx: &'a Context,
    mailbox: &'a Mailbox,
    sieve: Sieve,
}

impl Pass<'_> {
    /// Whether there is more to do at once.
    async fn run(
        &self,
        account: &Account,
        matched: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> std::result::Result<bool, Stopped> {
        let outbound = Outbound::new(&self.cx.access().settings().outbound_networks);
        let mut server = Server::open(&outbound, account).await?;
        let more = self.heads(&mut server).await?;
        if !more && !self.mailbox.of_organisation {
            self.rematch(matched).await?;
        }
        let waiting = self.messages(&mut server, now).await?;
        server.close().await;
        Ok(more || waiting)
    }

    /// Looks at what is new; whether there is more.
    async fn heads(&self, server: &mut Server) -> std::result::Result<bool, Stopped> {
        let mut tx = self.cx.begin().await?;
        seen::keep_folders(&mut tx, self.mailbox.id, &self.mailbox.folders).await?;
        tx.commit(()).await?.into_inner();
        let mut left = HEADS;
        for folder in &self.mailbox.folders {
            let validity = server.examine(folder).await?;
            let uids = server.since(self.mailbox.since).await?;
            let all: Vec<i64> = uids.iter().map(|uid| i64::from(*uid)).collect();
            let mut tx = self.cx.begin().await?;
            let last = seen::reconcile(&mut tx, self.mailbox.id, folder, i64::from(validity), &all).await?;
            tx.commit(()).await?.into_inner();
            let new: Vec<u32> = uids.into_iter().filter(|uid| i64::from(*uid) > last).collect();
            for uids in new.chunks(HEADS_AT_ONCE) {
                if left == 0 {
                    return Ok(true);
                }
                left = left.saturating_sub(uids.len());
                let heads = server.heads(uids).await?;
                self.look(folder, &heads, uids.last().copied().unwrap_or_default()).await?;
            }
        }
        Ok(false)
    }

    /// Decides by the heads of messages which ones are to be taken in.
    async fn look(&self, folder: &str, heads: &[Head], last: u32) -> Result<()> {
        let read: Vec<(&Head, Option<letter::People>)> =
            heads.iter().map(|head| (head, letter::people(&head.header))).collect();
        let addresses: Vec<String> = read
            .iter()
            .filter_map(|(_, people)| people.as_ref())
            .flat_map(|people| people.all().into_iter().map(|p| p.address.clone()))
            .collect();
        let mut tx = self.cx.begin().await?;
        let (contacts, leads) = self.shown();
        let known = matching::known(&mut tx, &addresses, contacts, leads).await?;
        let seen: Vec<Seen> = read
            .iter()
            .map(|(head, people)| {
                let (outcome, digests) = self.decide(head, people.as_ref(), &known);
                Seen { uid: i64::from(head.uid), outcome, digests }
            })
            .collect();
        seen::note(&mut tx, self.mailbox.id, folder, &seen, i64::from(last)).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Of which objects the actor may read the address.
    fn shown(&self) -> (bool, bool) {
        let hides = |object| self.cx.actor().fields.hides(object, "email");
        (!hides(Object::Contact), !hides(Object::Lead))
    }

    fn decide(
        &self,
        head: &Head,
        people: Option<&letter::People>,
        known: &[matching::Known],
    ) -> (&'static str, Vec<i64>) {
        let too_large = head.size > MAX_MESSAGE;
        if self.mailbox.of_organisation {
            return (if too_large { "too_large" } else { "pending" }, Vec::new());
        }
        let Some(people) = people else { return ("unreadable", Vec::new()) };
        match self.sieve.sift(people) {
            Sifted::Internal => ("internal", Vec::new()),
            Sifted::Never => ("never", Vec::new()),
            Sifted::With(others) => {
                let is_known = others.iter().any(|p| known.iter().any(|k| k.address == p.address));
                let digests = others.iter().map(|p| self.digest(&p.address)).collect();
                match (is_known, too_large) {
                    (false, _) => ("unknown", digests),
                    (true, true) => ("too_large", Vec::new()),
                    (true, false) => ("pending", digests),
                }
            }
        }
    }

    /// By what an address is known again, and not to be read.
    fn digest(&self, address: &str) -> i64 {
        let tag = self.cx.access().keyring().tag(&format!("mailbox-address:{}", self.mailbox.id), address.as_bytes());
        let mut bytes = [0_u8; 8];
        bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
        i64::from_be_bytes(bytes)
    }

    /// Finds earlier messages of those who have become known since.
    async fn rematch(&self, since: Option<DateTime<Utc>>) -> Result<()> {
        // What was written while the last pass looked.
        let since = since.map(|at| at - TimeDelta::minutes(5));
        let (contacts, leads) = self.shown();
        let mut after = String::new();
        if !contacts && !leads {
            return Ok(());
        }
        loop {
            let mut tx = self.cx.begin().await?;
            let addresses = seen::addresses(&mut tx, since, &after, ADDRESSES).await?;
            let Some(last) = addresses.last() else { return tx.done(()).await };
            after.clone_from(last);
            let digests: Vec<i64> = addresses.iter().map(|a| self.digest(a)).collect();
            seen::found(&mut tx, self.mailbox.id, &digests).await?;
            tx.commit(()).await?.into_inner();
        }
    }

    /// Takes messages in; whether more wait.
    async fn messages(&self, server: &mut Server, now: DateTime<Utc>) -> std::result::Result<bool, Stopped> {
        let mut tx = self.cx.begin().await?;
        let mut places = seen::pending(&mut tx, self.mailbox.id, MESSAGES).await?;
        tx.done(()).await?;
        let full = i64::try_from(places.len()).is_ok_and(|n| n >= MESSAGES);
        places.sort_by(|a, b| (&a.folder, a.uid).cmp(&(&b.folder, b.uid)));
        let mut open: Option<&str> = None;
        for place in &places {
            if open != Some(place.folder.as_str()) {
                server.examine(&place.folder).await?;
                open = Some(&place.folder);
            }
            let bytes = server.message(u32::try_from(place.uid).unwrap_or_default(), MAX_MESSAGE).await?;
            self.take(place, bytes, now).await?;
        }
        Ok(full)
    }

    /// Takes one message in, or records why not. Whatever is wrong with it is no other message's matter.
    async fn take(&self, place: &Place, bytes: Option<Vec<u8>>, now: DateTime<Utc>) -> Result<()> {
        let Some(bytes) = bytes else {
            let mut tx = self.cx.begin().await?;
            seen::gone(&mut tx, self.mailbox.id, place).await?;
            return tx.commit(()).await.map(dealwright_store::Committed::into_inner);
        };
        let stored = if self.mailbox.of_organisation {
            parcel::deliver(self.cx, self.mailbox.id, place, bytes, now).await
        } else {
            match read(bytes).await {
                Some(letter) => self.store(place, letter, now).await,
                None => self.settle(place, "unreadable").await,
            }
        };
        match stored {
            Err(error) if error.outcome == Outcome::Unavailable => Err(error),
            Err(error) => {
                tracing::warn!(%error, mailbox = %self.mailbox.id, "a message could not be stored");
                let mut tx = self.cx.begin().await?;
                seen::missed(&mut tx, self.mailbox.id, place).await?;
                tx.commit(()).await.map(dealwright_store::Committed::into_inner)
            }
            Ok(()) => Ok(()),
        }
    }

    async fn settle(&self, place: &Place, outcome: &str) -> Result<()> {
        let mut tx = self.cx.begin().await?;
        seen::settle(&mut tx, self.mailbox.id, place, outcome, None).await?;
        tx.commit(()).await.map(dealwright_store::Committed::into_inner)
    }

    async fn store(&self, place: &Place, letter: Letter, now: DateTime<Utc>) -> Result<()> {
        let people = letter.people.clone();
        let others = match self.sieve.sift(&people) {
            Sifted::Internal => return self.settle(place, "internal").await,
            Sifted::Never => return self.settle(place, "never").await,
            Sifted::With(others) => others.into_iter().cloned().collect(),
        };
        let parcel = Parcel {
            private: self.mailbox.private,
            mailbox: Some(self.mailbox.id),
            ..Parcel::of(letter, others, &self.sieve, now)
        };
        let mut tx = self.cx.begin().await?;
        let (outcome, activity) = match filing::file(self.cx, &mut tx, &parcel).await? {
            Filed::As(activity) => ("stored", Some(activity)),
            Filed::Unknown => ("unknown", None),
        };
        seen::settle(&mut tx, self.mailbox.id, place, outcome, activity).await?;
        tx.commit(()).await.map(dealwright_store::Committed::into_inner)
    }
}

/// Reads a message away from what serves requests. A parser that fails on it makes it unreadable, and nothing else.
pub async fn read(bytes: Vec<u8>) -> Option<Letter> {
    match tokio::task::spawn_blocking(move || letter::read(&bytes)).await {
        Ok(letter) => letter,
        Err(error) => {
            tracing::warn!(%error, "a message could not be read; it is left out");
            None
        }
    }
}

/// Puts what a mailbox brought into the bin, as its person.
async fn remove(access: &Access, removal: Removal) -> Result<()> {
    let cx = access.context_for(removal.org, removal.user).await?;
    for activities in removal.activities.chunks(100) {
        let mut tx = cx.begin().await?;
        for id in activities {
            drop_one(&cx, &mut tx, *id).await?;
        }
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}

/// One that is gone already, or that the person may not delete, stays as it is.
async fn drop_one(cx: &Context, tx: &mut Tx, id: ActivityId) -> Result<()> {
    let permit = match cx.permit_for::<Activity>(tx, id, permission::<DeleteActivity>()).await {
        Ok(permit) => permit,
        Err(error) if error.outcome.status().is_client_error() => return Ok(()),
        Err(error) => return Err(error),
    };
    let version = permit.version;
    activity::write::delete(tx, permit, version, None).await.map(|_| ())
}
