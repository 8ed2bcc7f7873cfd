//! The SQL of what a pass sees in a mailbox: its folders, one row for each message since the day, and what became of it.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{ActivityId, MailboxId};
use dealwright_store::Tx;

/// A message of a folder.
#[derive(Clone, Debug)]
pub struct Place {
    pub folder: String,
    pub uid: i64,
}

/// What came of a message's head.
#[derive(Debug)]
pub struct Seen {
    pub uid: i64,
    pub outcome: &'static str,
    /// Of those who do not belong to the house.
    pub digests: Vec<i64>,
}

/// Brings a folder in line with its server: under another numbering all is seen anew, and what is gone there is forgotten.
/// Says up to where it has been looked at.
pub async fn reconcile(tx: &mut Tx, mailbox: MailboxId, folder: &str, validity: i64, uids: &[i64]) -> Result<i64> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from mailbox_folder where org_id = $1 and mailbox_id = $2 and name = $3 and uid_validity <> $4",
        org,
        mailbox.0,
        folder,
        validity
    )
    .execute(tx.db())
    .await?;
    let count = i32::try_from(uids.len()).unwrap_or(i32::MAX);
    let last = sqlx::query_scalar!(
        "insert into mailbox_folder (org_id, mailbox_id, name, uid_validity, on_server) values ($1, $2, $3, $4, $5)
         on conflict (org_id, mailbox_id, name) do update set on_server = excluded.on_server returning last_uid",
        org,
        mailbox.0,
        folder,
        validity,
        count,
    )
    .fetch_one(tx.db())
    .await?;
    sqlx::query!(
        "delete from mailbox_message m where m.org_id = $1 and m.mailbox_id = $2 and m.folder = $3
           and not exists (select from unnest($4::bigint[]) as there (uid) where there.uid = m.uid)",
        org,
        mailbox.0,
        folder,
        uids,
    )
    .execute(tx.db())
    .await?;
    Ok(last)
}

/// Forgets folders that are not read any more.
pub async fn keep_folders(tx: &mut Tx, mailbox: MailboxId, folders: &[String]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from mailbox_folder where org_id = $1 and mailbox_id = $2 and not (name = any ($3))",
        org,
        mailbox.0,
        folders
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Records what came of heads, up to `last`.
pub async fn note(tx: &mut Tx, mailbox: MailboxId, folder: &str, seen: &[Seen], last: i64) -> Result<()> {
    let org = tx.org().0;
    for one in seen {
        sqlx::query!(
            "insert into mailbox_message (org_id, mailbox_id, folder, uid, digests, outcome) values ($1, $2, $3, $4, $5, $6)
             on conflict (org_id, mailbox_id, folder, uid) do update set digests = excluded.digests, outcome = excluded.outcome",
            org,
            mailbox.0,
            folder,
            one.uid,
            &one.digests,
            one.outcome,
        )
        .execute(tx.db())
        .await?;
    }
    sqlx::query!(
        "update mailbox_folder set last_uid = greatest(last_uid, $4) where org_id = $1 and mailbox_id = $2 and name = $3",
        org,
        mailbox.0,
        folder,
        last
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The addresses of contacts and leads that changed since, after `after`, in order: what unknown messages are held against.
pub async fn addresses(tx: &mut Tx, since: Option<DateTime<Utc>>, after: &str, most: i64) -> Result<Vec<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select k.email as "email!" from (
               select c.email from contact c where c.org_id = $1 and c.email > $3 and c.deleted_at is null
                   and ($2::timestamptz is null or c.updated_at > $2)
               union
               select l.email from lead l where l.org_id = $1 and l.email > $3 and l.deleted_at is null and l.converted_at is null
                   and ($2::timestamptz is null or l.updated_at > $2)) as k
           order by k.email limit $4"#,
        org,
        since,
        after,
        most,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Marks messages as to be stored whose people have become known.
pub async fn found(tx: &mut Tx, mailbox: MailboxId, digests: &[i64]) -> Result<u64> {
    let org = tx.org().0;
    Ok(sqlx::query!(
        "update mailbox_message m set outcome = 'pending', tries = 0
         where m.org_id = $1 and m.mailbox_id = $2 and m.outcome = 'unknown'
           and exists (select from unnest(m.digests) as d (value) join unnest($3::bigint[]) as k (value) on k.value = d.value)",
        org,
        mailbox.0,
        digests,
    )
    .execute(tx.db())
    .await?
    .rows_affected())
}

/// Messages that are to be stored, those first that have not been tried.
pub async fn pending(tx: &mut Tx, mailbox: MailboxId, most: i64) -> Result<Vec<Place>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Place,
        "select folder, uid from mailbox_message where org_id = $1 and mailbox_id = $2 and outcome = 'pending'
         order by tries, folder, uid limit $3",
        org,
        mailbox.0,
        most
    )
    .fetch_all(tx.db())
    .await?)
}

/// Records what became of a message.
pub async fn settle(
    tx: &mut Tx,
    mailbox: MailboxId,
    place: &Place,
    outcome: &str,
    activity: Option<ActivityId>,
) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update mailbox_message set outcome = $5, activity_id = $6, digests = case when $5 in ('unknown', 'unreadable') then digests else '{}' end
         where org_id = $1 and mailbox_id = $2 and folder = $3 and uid = $4",
        org,
        mailbox.0,
        place.folder,
        place.uid,
        outcome,
        activity.map(|a| a.0),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Records that a message could not be stored; after three tries it is left out.
pub async fn missed(tx: &mut Tx, mailbox: MailboxId, place: &Place) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "update mailbox_message set tries = tries + 1, outcome = case when tries >= 2 then 'unreadable' else outcome end
         where org_id = $1 and mailbox_id = $2 and folder = $3 and uid = $4",
        org,
        mailbox.0,
        place.folder,
        place.uid,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Forgets a message that is gone from its server.
pub async fn gone(tx: &mut Tx, mailbox: MailboxId, place: &Place) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from mailbox_message where org_id = $1 and mailbox_id = $2 and folder = $3 and uid = $4",
        org,
        mailbox.0,
        place.folder,
        place.uid,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
