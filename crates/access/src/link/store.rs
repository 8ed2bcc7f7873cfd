//! The SQL of one-time links.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_store::{SystemTx, Tx};

use super::Purpose;
use crate::session::TokenHash;

/// Whom a link is for.
#[derive(Debug)]
pub struct Holder {
    pub org: OrgId,
    pub user: UserId,
    pub purpose: Purpose,
    pub organisation: String,
    pub name: String,
    pub email: String,
    pub password_min_length: i32,
    /// Whether the organisation lets this person in by password.
    pub opens: bool,
}

/// Puts a link in the place of the person's former one of its kind.
pub(crate) async fn put(tx: &mut Tx, user: UserId, purpose: Purpose, token: &TokenHash) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into one_time_link (org_id, user_id, purpose, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, user_id, purpose) do update
         set token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at",
        org,
        user.0,
        purpose.as_str(),
        token.as_bytes(),
        now,
        now + purpose.life(),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

pub(crate) async fn find(tx: &mut SystemTx, token: &TokenHash, now: DateTime<Utc>) -> Result<Option<Holder>> {
    Ok(sqlx::query_as!(
        Holder,
        r#"select l.org_id as "org: OrgId", l.user_id as "user: UserId", l.purpose as "purpose: Purpose", o.name as organisation,
                  u.name, u.email, p.password_min_length, app.password_opens(l.org_id, l.user_id) as "opens!"
           from one_time_link l
           join app_user u on u.org_id = l.org_id and u.id = l.user_id and u.active
           join organisation o on o.id = l.org_id
           join sign_in_policy p on p.org_id = l.org_id
           where l.token_hash = $1 and l.expires_at > $2"#,
        token.as_bytes(),
        now,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Deletes the link; false when it is gone or too old.
pub(crate) async fn take(tx: &mut Tx, token: &TokenHash, purpose: Purpose) -> Result<bool> {
    let now = tx.now();
    let taken = sqlx::query!(
        "delete from one_time_link where token_hash = $1 and purpose = $2 and expires_at > $3",
        token.as_bytes(),
        purpose.as_str(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Ends all of a person's links.
pub(crate) async fn forget(tx: &mut Tx, user: UserId) -> Result<()> {
    sqlx::query!("delete from one_time_link where user_id = $1", user.0).execute(tx.db()).await?;
    Ok(())
}

/// A person whom a link may be sent to.
#[derive(Debug)]
pub struct Recipient {
    pub name: String,
    pub email: String,
    pub has_password: bool,
}

pub(crate) async fn recipient(tx: &mut Tx, user: UserId) -> Result<Option<Recipient>> {
    Ok(sqlx::query_as!(
        Recipient,
        r#"select name, email, password_hash is not null as "has_password!" from app_user where id = $1 and active"#,
        user.0
    )
    .fetch_optional(tx.db())
    .await?)
}
