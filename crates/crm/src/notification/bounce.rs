//! Addresses that refuse letters: after a few refusals in a row nothing is sent to them any more, until somebody says that it
//! is to be tried again.

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_store::{Database, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// After so many refusals in a row an address counts as gone.
const MOST: i32 = 3;
/// With so much time between them they count anew.
const BETWEEN: TimeDelta = TimeDelta::days(30);
/// What is kept in the place of a code of a letter that was accepted and came back.
const RETURNED: &str = "returned";

/// Somebody whose address refuses letters.
#[derive(Debug, Serialize, ToSchema)]
pub struct BouncingAddress {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    pub since: DateTime<Utc>,
    /// The code of the last refusal; `returned` for a letter that came back.
    pub last_refusal: Option<String>,
}

/// Counts a refusal.
pub(super) async fn count(database: &Database, org: OrgId, user: UserId, code: &str) -> Result<()> {
    let now = database.clock().now();
    let mut tx = database.system().await?;
    let refusals = sqlx::query_scalar!(
        "insert into notification_setting as s (org_id, user_id, refusals, last_refusal, last_refused_at) values ($1, $2, 1, $3, $4)
         on conflict (org_id, user_id) do update
             set refusals = case when s.last_refused_at > $5 then s.refusals + 1 else 1 end,
                 last_refusal = excluded.last_refusal, last_refused_at = excluded.last_refused_at
         returning refusals",
        org.0,
        user.0,
        code,
        now,
        now - BETWEEN,
    )
    .fetch_one(tx.db())
    .await?;
    if refusals >= MOST {
        sqlx::query!(
            "update notification_setting set bouncing_since = coalesce(bouncing_since, $3) where org_id = $1 and user_id = $2",
            org.0,
            user.0,
            now,
        )
        .execute(tx.db())
        .await?;
        tracing::info!(%org, %user, "an address has refused letters too often; none are sent to it until somebody says so");
    }
    tx.commit().await
}

/// A letter of ours came back: whether it is one. It counts once, as a refusal.
///
/// # Errors
/// When the database is gone.
pub async fn returned(database: &Database, org: OrgId, letter: Uuid) -> Result<bool> {
    let mut tx = database.system().await?;
    let users = sqlx::query_scalar!(
        r#"update notification set email = 'dropped', email_reason = 'refused'
           where org_id = $1 and (id = $2 or digest_id = $2) and email = 'sent' returning user_id as "user: UserId""#,
        org.0,
        letter,
    )
    .fetch_all(tx.db())
    .await?;
    tx.commit().await?;
    let Some(user) = users.first() else { return Ok(false) };
    count(database, org, *user, RETURNED).await?;
    Ok(true)
}

/// A letter was accepted: the refusals before it count no longer. What came back had been accepted too, and counts on.
pub(super) async fn forget(database: &Database, org: OrgId, user: UserId) -> Result<()> {
    let mut tx = database.system().await?;
    sqlx::query!(
        "update notification_setting set refusals = 0, last_refusal = null where org_id = $1 and user_id = $2 and refusals > 0
         and last_refusal <> $3",
        org.0,
        user.0,
        RETURNED,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await
}

/// Whose addresses refuse letters, as far as the actor may know.
pub(super) async fn list(tx: &mut Tx) -> Result<Vec<BouncingAddress>> {
    Ok(sqlx::query_as!(
        BouncingAddress,
        r#"select s.user_id as "user_id: UserId", u.name, u.email, s.bouncing_since as "since!", s.last_refusal
           from notification_setting s join app_user u on u.org_id = s.org_id and u.id = s.user_id
           where s.org_id = $1 and s.bouncing_since is not null and u.active order by lower(u.name), u.id limit 1000"#,
        tx.org().0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Lets letters go to an address again; whether none went.
pub(super) async fn try_again(tx: &mut Tx, user: Uuid) -> Result<bool> {
    let org = tx.org().0;
    let done = sqlx::query!(
        "update notification_setting set refusals = 0, last_refusal = null, bouncing_since = null
         where org_id = $1 and user_id = $2 and bouncing_since is not null",
        org,
        user,
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() > 0)
}
