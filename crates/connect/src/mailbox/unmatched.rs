//! What came by a drop address and is from, or to, nobody the CRM knows: its person makes a contact of somebody, or throws it
//! away. After 90 days it is forgotten.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::UnmatchedEmailId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::filing::{Parcel, thread_id};
use super::letter::{Attachment, Person};
use super::matching;
use dealwright_crm::activity::Direction;

const KEPT: TimeDelta = TimeDelta::days(90);
/// The most that waits of one person: more is not kept.
const MOST: i64 = 1_000;

/// A message that waits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnmatchedEmail {
    pub id: UnmatchedEmailId,
    pub direction: Direction,
    pub subject: Option<String>,
    pub body: Option<String>,
    /// The first is who it is from, or to.
    pub people: Vec<Person>,
    pub attachments: Vec<Attachment>,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    #[serde(skip)]
    pub key: Vec<u8>,
    #[serde(skip)]
    pub thread: uuid::Uuid,
}

impl UnmatchedEmail {
    /// To be filed, now that somebody is known.
    #[must_use]
    pub fn parcel(self) -> Parcel {
        Parcel {
            key: self.key,
            answered: Vec::new(),
            root: self.thread.to_string(),
            direction: self.direction,
            people: self.people,
            colleagues: Vec::new(),
            subject: self.subject,
            text: self.body,
            at: self.occurred_at,
            attachments: self.attachments,
            private: false,
            mailbox: None,
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}

/// Keeps a message until its person decides; the same twice is kept once.
pub async fn keep(tx: &mut Tx, parcel: &Parcel) -> Result<()> {
    let (org, id, now, user) = (tx.org().0, tx.new_id(), tx.now(), tx.user().map(|u| u.0));
    let thread = thread_id(tx, &parcel.root);
    let people = serde_json::to_value(&parcel.people).map_err(Error::internal)?;
    sqlx::query!(
        "insert into mail_unmatched (org_id, id, user_id, message_key, thread_id, direction, subject, body, people, attachments, occurred_at, received_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
         where (select count(*) from mail_unmatched u where u.org_id = $1 and u.user_id = $3) < $13
         on conflict (org_id, user_id, message_key) do nothing",
        org,
        id,
        user,
        parcel.key,
        thread,
        parcel.direction.as_str(),
        parcel.subject,
        parcel.text,
        people,
        matching::files(&parcel.attachments)?,
        parcel.at,
        now,
        MOST,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// What waits of the actor, the last first, at most a hundred; or the one with this id.
pub async fn list(tx: &mut Tx, id: Option<UnmatchedEmailId>) -> Result<Vec<UnmatchedEmail>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id as "id: UnmatchedEmailId", direction, subject, body, people, attachments, occurred_at, received_at, message_key, thread_id
           from mail_unmatched where org_id = $1 and user_id = app.actor() and ($2::uuid is null or id = $2)
           order by received_at desc, id desc limit 100"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(UnmatchedEmail {
                id: r.id,
                direction: r.direction.parse()?,
                subject: r.subject,
                body: r.body,
                people: read(r.people)?,
                attachments: read(r.attachments)?,
                occurred_at: r.occurred_at,
                received_at: r.received_at,
                key: r.message_key,
                thread: r.thread_id,
            })
        })
        .collect()
}

/// Takes a message from what waits; false when it is not there.
pub async fn take(tx: &mut Tx, id: UnmatchedEmailId) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from mail_unmatched where org_id = $1 and user_id = app.actor() and id = $2", org, id.0)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// Forgets what has waited too long.
pub async fn prune(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from mail_unmatched where received_at < $1", now - KEPT).execute(tx.db()).await?;
    Ok(())
}
