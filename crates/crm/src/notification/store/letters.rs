//! The SQL of letters about notifications, by the system role: what waits, and what became of it. What they say is read under
//! their receiver's own policies.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_store::Database;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::notification::{NotificationKind, push};

/// A letter that waits to be sent.
#[derive(Debug)]
pub(in crate::notification) struct Waiting {
    pub kind: String,
    pub created_at: DateTime<Utc>,
    pub read: bool,
}

impl Waiting {
    pub(in crate::notification) fn kind(&self) -> Result<NotificationKind> {
        self.kind.parse()
    }
}

/// The letter of a notification, when it waits to be sent by itself.
pub(in crate::notification) async fn waiting(db: &mut PgConnection, org: OrgId, id: Uuid) -> Result<Option<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select kind, created_at, read_at is not null as "read!" from notification where org_id = $1 and id = $2 and email = 'waiting'"#,
        org.0,
        id,
    )
    .fetch_optional(db)
    .await?)
}

/// Who a letter goes to.
#[derive(Debug)]
pub(in crate::notification) struct Receiver {
    pub email: String,
    pub active: bool,
    pub locale: Option<String>,
}

/// Who a letter goes to.
pub(in crate::notification) async fn receiver(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
) -> Result<Option<Receiver>> {
    Ok(sqlx::query_as!(
        Receiver,
        "select u.email, u.active, coalesce(u.locale, o.locale) as locale from app_user u join organisation o on o.id = u.org_id
         where u.org_id = $1 and u.id = $2",
        org.0,
        user.0,
    )
    .fetch_optional(db)
    .await?)
}

/// Writes down what became of letters.
pub(in crate::notification) async fn settle(
    database: &Database,
    org: OrgId,
    ids: &[Uuid],
    reason: Option<&'static str>,
) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    sqlx::query!(
        "update notification set email = case when $3::text is null then 'sent' else 'dropped' end, email_reason = $3,
             emailed_at = case when $3::text is null then $4::timestamptz end
         where org_id = $1 and id = any ($2) and email in ('waiting', 'digest')",
        org.0,
        ids,
        reason,
        now,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// Puts a letter off, alone or into a digest.
pub(in crate::notification) async fn put_off(
    db: &mut PgConnection,
    org: OrgId,
    id: Uuid,
    email: &'static str,
    due: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update notification set email = $3, email_due_at = $4 where org_id = $1 and id = $2 and email = 'waiting'",
        org.0,
        id,
        email,
        due,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What goes into a digest.
#[derive(Debug)]
pub(in crate::notification) struct Digested {
    pub id: Uuid,
    pub kind: String,
    pub read: bool,
}

/// Puts into a digest what is due; what is in it already stays in it, so that a digest that is sent again is the same one.
pub(in crate::notification) async fn digest(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    digest: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Digested>> {
    Ok(sqlx::query_as!(
        Digested,
        r#"update notification set digest_id = $3
           where org_id = $1 and user_id = $2 and email = 'digest' and email_due_at <= $4 and (digest_id is null or digest_id = $3)
           returning id, kind, read_at is not null as "read!""#,
        org.0,
        user.0,
        digest,
        now,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets what was told long ago, after 90 days, and after 30 when it was read; and the browsers in which nobody is signed in
/// any more.
pub(in crate::notification) async fn prune(database: &Database) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    sqlx::query!(
        "delete from notification where created_at < $1 or (created_at < $2 and (read_at is not null or not in_app))",
        now - chrono::TimeDelta::days(90),
        now - chrono::TimeDelta::days(30),
    )
    .execute(tx.db())
    .await?;
    push::store::forget_lapsed(tx.db(), now).await?;
    tx.commit().await
}
