//! The SQL of mailboxes and of what was seen in them.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{ActivityId, MailboxId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};

use super::{Completeness, Fields, LeftOut, MAX_MAILBOXES, Mailbox, utf7};

struct Row {
    id: MailboxId,
    user_id: Option<UserId>,
    address: String,
    host: String,
    port: i32,
    security: String,
    username: String,
    folders: Vec<String>,
    since: NaiveDate,
    private: bool,
    never: Vec<String>,
    synced_at: Option<DateTime<Utc>>,
    next_sync_at: Option<DateTime<Utc>>,
    error_code: Option<String>,
    error: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_mailbox(self) -> Result<Mailbox> {
        Ok(Mailbox {
            id: self.id,
            of_organisation: self.user_id.is_none(),
            address: self.address,
            host: self.host,
            port: u16::try_from(self.port).map_err(Error::internal)?,
            security: self.security.parse()?,
            username: self.username,
            folder_labels: self.folders.iter().map(|f| utf7::decode(f)).collect(),
            folders: self.folders,
            since: self.since,
            private: self.private,
            never: self.never,
            last_sync_at: self.synced_at,
            next_sync_at: self.next_sync_at,
            error_code: self.error_code,
            error: self.error,
            completeness: Completeness::default(),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// The actor's own mailboxes and, for an administrator, the drop mailbox; or the one with this id.
pub async fn list(tx: &mut Tx, id: Option<MailboxId>) -> Result<Vec<Mailbox>> {
    let (org, user) = (tx.org().0, tx.user().map(|u| u.0));
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: MailboxId", user_id as "user_id: UserId", address, host, port, security, username, folders, since, private, never,
                  synced_at, next_sync_at, error_code, error, version, created_at, updated_at
           from mailbox where org_id = $1 and (user_id = $2 or user_id is null) and ($3::uuid is null or id = $3)
           order by user_id is null, created_at, id"#,
        org,
        user,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    let mut mailboxes = Vec::with_capacity(rows.len());
    for row in rows {
        let mut mailbox = row.into_mailbox()?;
        mailbox.completeness = completeness(tx, mailbox.id).await?;
        mailboxes.push(mailbox);
    }
    Ok(mailboxes)
}

/// One mailbox that is the actor's to look after.
pub async fn find(tx: &mut Tx, id: MailboxId) -> Result<Option<Mailbox>> {
    Ok(list(tx, Some(id)).await?.pop())
}

async fn completeness(tx: &mut Tx, id: MailboxId) -> Result<Completeness> {
    let org = tx.org().0;
    let r = sqlx::query!(
        r#"select (select coalesce(sum(f.on_server), 0) from mailbox_folder f where f.org_id = $1 and f.mailbox_id = $2) as "on_server!",
                  count(*) as "looked_at!",
                  count(*) filter (where m.outcome = 'stored' and a.id is not null) as "stored!",
                  count(*) filter (where m.outcome = 'stored' and a.id is null) as "removed!",
                  count(*) filter (where m.outcome = 'pending') as "waiting!",
                  count(*) filter (where m.outcome = 'unknown') as "unknown!",
                  count(*) filter (where m.outcome = 'internal') as "internal!",
                  count(*) filter (where m.outcome = 'never') as "never!",
                  count(*) filter (where m.outcome = 'too_large') as "too_large!",
                  count(*) filter (where m.outcome = 'unreadable') as "unreadable!",
                  count(*) filter (where m.outcome = 'unmatched') as "unmatched!",
                  count(*) filter (where m.outcome = 'no_token') as "no_address!",
                  count(*) filter (where m.outcome in ('stored', 'pending', 'too_large') or m.outcome = 'unreadable' and m.digests <> '{}') as "in_mailbox!"
           from mailbox_message m
           left join activity a on a.org_id = m.org_id and a.id = m.activity_id and a.deleted_at is null
           where m.org_id = $1 and m.mailbox_id = $2"#,
        org,
        id.0,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Completeness {
        on_server: r.on_server,
        looked_at: r.looked_at,
        in_mailbox: r.in_mailbox,
        stored: r.stored,
        waiting: r.waiting,
        removed: r.removed,
        left_out: LeftOut {
            unknown: r.unknown,
            internal: r.internal,
            never: r.never,
            too_large: r.too_large,
            unreadable: r.unreadable,
            unmatched: r.unmatched,
            no_address: r.no_address,
        },
    })
}

/// Adds a mailbox at version 1, to be looked at at once. `password` is sealed. `user` is absent of the drop mailbox.
///
/// # Errors
/// 409 `mailbox_taken`; 422 `too_many_mailboxes`.
pub async fn insert(tx: &mut Tx, id: MailboxId, user: Option<UserId>, f: &Fields, password: &[u8]) -> Result<()> {
    let (org, now, by) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    let added = sqlx::query!(
        "insert into mailbox (org_id, id, user_id, set_up_by, address, host, port, security, username, password, folders, since, private, never,
             next_sync_at, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $15
         where $3::uuid is null or (select count(*) from mailbox m where m.org_id = $1 and m.user_id = $3) < $16",
        org,
        id.0,
        user.map(|u| u.0),
        by,
        f.address,
        f.host,
        i32::from(f.port),
        f.security.as_str(),
        f.username,
        password,
        &f.folders,
        f.since,
        f.private,
        &f.never,
        now,
        MAX_MAILBOXES,
    )
    .execute(tx.db())
    .await
    .on_constraint("mailbox_account", || Error::conflict("mailbox_taken", "you have connected this mailbox already"))
    .map_err(|e| match e.constraint() {
        Some("mailbox_drop") => Error::conflict("mailbox_taken", "there is a drop mailbox already"),
        _ => e,
    })?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid("too_many_mailboxes", format!("at most {MAX_MAILBOXES} mailboxes a person")));
    }
    Ok(())
}

/// Writes the fields if the mailbox is still at `version`; false when it is not. It is looked at at once, and all anew where
/// what is stored of it could be another set.
pub async fn update(tx: &mut Tx, id: MailboxId, version: i64, f: &Fields, password: Option<&[u8]>) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update mailbox set address = $4, host = $5, port = $6, security = $7, username = $8, password = coalesce($9, password), folders = $10,
             since = $11, private = $12, never = $13, next_sync_at = $14, failures = 0, error_code = null, error = null, updated_at = $14,
             version = version + 1, set_up_by = case when user_id is null then $15 else set_up_by end
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.address,
        f.host,
        i32::from(f.port),
        f.security.as_str(),
        f.username,
        password,
        &f.folders,
        f.since,
        f.private,
        &f.never,
        now,
        tx.user().map(|u| u.0),
    )
    .execute(tx.db())
    .await
    .on_constraint("mailbox_account", || Error::conflict("mailbox_taken", "you have connected this mailbox already"))?;
    Ok(written.rows_affected() == 1)
}

/// Forgets what was seen, so that all is looked at anew; what is stored is found again and not stored twice.
pub async fn forget(tx: &mut Tx, id: MailboxId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from mailbox_folder where org_id = $1 and mailbox_id = $2", org, id.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// What this mailbox brought and no colleague takes part in.
pub async fn brought(tx: &mut Tx, id: MailboxId) -> Result<Vec<ActivityId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select m.activity_id as "id: ActivityId" from activity_message m join activity a on a.org_id = m.org_id and a.id = m.activity_id
           where m.org_id = $1 and m.mailbox_id = $2 and a.deleted_at is null and m.owner_id = app.actor()
             and not exists (select from activity_participant p where p.org_id = $1 and p.activity_id = a.id and p.user_id is not null)
           order by 1"#,
        org,
        id.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Deletes a mailbox and what was seen in it; false when it is not at `version` any more.
pub async fn delete(tx: &mut Tx, id: MailboxId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from mailbox where org_id = $1 and id = $2 and version = $3", org, id.0, version)
        .execute(tx.db())
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// Has a mailbox looked at at once, and everything in it matched anew.
pub async fn hurry(tx: &mut Tx, id: MailboxId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update mailbox set next_sync_at = $3, matched_at = null where org_id = $1 and id = $2",
        org,
        id.0,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The sealed password.
pub async fn password(tx: &mut Tx, id: MailboxId) -> Result<Option<Vec<u8>>> {
    let (org, user) = (tx.org().0, tx.user().map(|u| u.0));
    Ok(sqlx::query_scalar!(
        "select password from mailbox where org_id = $1 and id = $2 and (user_id = $3 or user_id is null)",
        org,
        id.0,
        user
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Mailboxes that are due: whose they are, or who set them up.
pub async fn due(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<Vec<(OrgId, MailboxId, UserId)>> {
    let rows = sqlx::query!(
        r#"select org_id as "org: OrgId", id as "id: MailboxId", coalesce(user_id, set_up_by) as "user!: UserId"
           from mailbox where next_sync_at <= $1 order by next_sync_at limit 500"#,
        now
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.org, r.id, r.user)).collect())
}

/// Stops a mailbox whose person is not there any more.
pub async fn stop(tx: &mut SystemTx, org: OrgId, id: MailboxId) -> Result<()> {
    sqlx::query!("update mailbox set next_sync_at = null where org_id = $1 and id = $2", org.0, id.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// How a pass ended.
#[derive(Clone, Debug)]
pub struct Ended<'a> {
    pub failed: Option<(&'a str, &'a str)>,
    pub next: Option<DateTime<Utc>>,
    /// Everything was looked at: contacts that change after this are looked for next time.
    pub matched: Option<DateTime<Utc>>,
}

/// Records how a pass ended. A mailbox that was changed or hurried meanwhile is due all the same.
pub async fn ended(
    tx: &mut Tx,
    id: MailboxId,
    version: i64,
    due: Option<DateTime<Utc>>,
    how: &Ended<'_>,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update mailbox set failures = case when $4::text is null then 0 else failures + 1 end, error_code = $4, error = $5,
             synced_at = case when $4::text is null then $3 else synced_at end,
             matched_at = case when next_sync_at is not distinct from $9 then coalesce($7, matched_at) else matched_at end,
             next_sync_at = case when version = $8 and next_sync_at is not distinct from $9 then $6 else next_sync_at end
         where org_id = $1 and id = $2",
        org,
        id.0,
        now,
        how.failed.map(|f| f.0),
        how.failed.map(|f| f.1),
        how.next,
        how.matched,
        version,
        due,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// What a pass needs to know of its mailbox beside what is shown.
#[derive(Clone, Debug)]
pub struct Progress {
    pub failures: i32,
    pub matched_at: Option<DateTime<Utc>>,
}

pub async fn progress(tx: &mut Tx, id: MailboxId) -> Result<Progress> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(Progress, "select failures, matched_at from mailbox where org_id = $1 and id = $2", org, id.0)
        .fetch_one(tx.db())
        .await?)
}
