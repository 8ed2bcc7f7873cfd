//! Outbound mail: a letter is a row, queued in the transaction of what it tells of and sent by a job with retries.
//!
//! What it says is sealed until it is sent, since it may hold a link that lets its reader in, and gone afterwards. Its
//! Message-ID is the row's, so a letter that a worker sent just before it died arrives twice under one id.

mod layout;
mod letter;
mod mailer;
mod notice;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::job::{Job, NewJob};
use crate::{Database, Keyring, SystemTx, Tx};

pub use letter::{Action, Letter};
pub use mailer::{Delivery, Mailer};
pub use notice::{Notice, NoticeItem};

/// The kind of job that sends a letter.
pub const SEND: &str = "send_mail";
/// How long it is kept that a letter was sent.
const KEPT: TimeDelta = TimeDelta::days(30);

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    mail: Uuid,
}

/// What a letter says, in both of its forms.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    text: String,
    html: String,
}

/// A letter as it goes out.
#[derive(Debug)]
struct Outgoing {
    id: Uuid,
    at: DateTime<Utc>,
    recipient: String,
    subject: String,
    body: Body,
    /// Where a click ends letters of its kind.
    unsubscribe: Option<String>,
}

/// What became of a letter that was handed to the mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    Accepted,
    /// There is no such address, as the server says for good; its code.
    Refused(String),
}

/// Sends a letter at once, for who keeps the record of it. Its Message-ID is `id`'s: a letter that is sent again arrives twice
/// under one id.
///
/// # Errors
/// 503 for whatever may go better at another time.
pub async fn post(mailer: &Mailer, id: Uuid, at: DateTime<Utc>, to: String, notice: &Notice) -> Result<Posted> {
    let outgoing = Outgoing {
        id,
        at,
        recipient: to,
        subject: notice.subject.clone(),
        body: notice.render()?,
        unsubscribe: notice.unsubscribe_url.clone(),
    };
    mailer.post(outgoing).await
}

fn context(id: Uuid) -> String {
    format!("mail:{id}")
}

/// Queues a letter, with the rows it tells of.
///
/// # Errors
/// When the database refuses it.
pub async fn queue(tx: &mut Tx, keyring: &Keyring, letter: &Letter) -> Result<()> {
    let id = tx.new_id();
    let body = serde_json::to_vec(&letter.render()?).map_err(Error::internal)?;
    let sealed = keyring.seal(&context(id), &body)?;
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into mail (org_id, id, recipient, subject, body, created_at) values ($1, $2, $3, $4, $5, $6)",
        org,
        id,
        letter.to,
        letter.subject,
        sealed,
        now,
    )
    .execute(tx.db())
    .await?;
    tx.enqueue(NewJob::new(SEND, &Payload { mail: id })?.unique(format!("mail:{id}")));
    Ok(())
}

/// Whether such a letter was queued for this address within the last minute.
///
/// # Errors
/// When the database is gone.
pub async fn sent_lately(tx: &mut Tx, to: &str, subject: &str) -> Result<bool> {
    let (org, since) = (tx.org().0, tx.now() - TimeDelta::minutes(1));
    Ok(sqlx::query_scalar!(
        r#"select exists (select from mail where org_id = $1 and recipient = $2 and subject = $3 and created_at > $4) as "lately!""#,
        org,
        to,
        subject,
        since,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Sends the letter of a job, unless it was sent.
///
/// # Errors
/// When the mail server does not take it; the job is tried again.
pub async fn send(database: &Database, keyring: &Keyring, mailer: &Mailer, job: Job) -> Result<()> {
    let Payload { mail: id } = serde_json::from_value(job.payload).map_err(Error::internal)?;
    let org = job.org.map(|org| org.0);
    let mut tx = database.system().await?;
    let row = sqlx::query!(
        r#"select recipient, subject, body as "body!", created_at from mail
           where org_id = $1 and id = $2 and sent_at is null and body is not null"#,
        org,
        id,
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(()) };
    let body = serde_json::from_slice(&keyring.open(&context(id), &row.body)?).map_err(Error::internal)?;
    let outgoing =
        Outgoing { id, at: row.created_at, recipient: row.recipient, subject: row.subject, body, unsubscribe: None };
    mailer.send(outgoing).await?;
    let mut tx = database.system().await?;
    sqlx::query!(
        "update mail set sent_at = $3, body = null where org_id = $1 and id = $2",
        org,
        id,
        database.clock().now()
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// How an organisation's mail stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub waiting: i64,
    /// Given up after every attempt, in the last 30 days.
    pub failed: i64,
    pub last_sent_at: Option<DateTime<Utc>>,
}

/// How the mail of the transaction's organisation stands.
///
/// # Errors
/// When the database is gone.
pub async fn standing(tx: &mut Tx) -> Result<Standing> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select count(*) filter (where m.sent_at is null and j.failed_at is null) as "waiting!",
                  count(*) filter (where m.sent_at is null and j.failed_at is not null) as "failed!",
                  max(m.sent_at) as last_sent_at
           from mail m left join job j on j.unique_key = 'mail:' || m.id"#
    )
    .fetch_one(tx.db())
    .await?)
}

/// Forgets letters of more than 30 days ago.
pub(crate) async fn prune(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from mail where created_at < $1", now - KEPT).execute(tx.db()).await?;
    Ok(())
}
