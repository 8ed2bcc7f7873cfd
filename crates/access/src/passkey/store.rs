//! The SQL of passkeys and of the ceremonies under way. People see and change their own; what a sign-in looks up runs as
//! the system role.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{OrgId, PasskeyId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::Purpose;
use crate::session::TokenHash;

/// A passkey, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Passkey {
    pub id: PasskeyId,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub version: i64,
}

/// The person's own, the oldest first.
pub(crate) async fn list(tx: &mut Tx, user: UserId) -> Result<Vec<Passkey>> {
    Ok(sqlx::query_as!(
        Passkey,
        r#"select id as "id: PasskeyId", name, created_at, last_used_at, version
           from passkey where user_id = $1 order by created_at, id"#,
        user.0
    )
    .fetch_all(tx.db())
    .await?)
}

/// One of the person's own.
pub(crate) async fn find(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<Option<Passkey>> {
    Ok(sqlx::query_as!(
        Passkey,
        r#"select id as "id: PasskeyId", name, created_at, last_used_at, version from passkey where user_id = $1 and id = $2"#,
        user.0,
        id.0
    )
    .fetch_optional(tx.db())
    .await?)
}

/// By what authenticators name a person's passkeys.
pub(crate) async fn credential_ids(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Vec<Vec<u8>>> {
    Ok(sqlx::query_scalar!("select credential_id from passkey where org_id = $1 and user_id = $2", org.0, user.0)
        .fetch_all(db)
        .await?)
}

/// A passkey that was just made.
#[derive(Debug)]
pub(crate) struct NewPasskey<'a> {
    pub id: PasskeyId,
    pub user: UserId,
    pub credential_id: &'a [u8],
    pub name: &'a str,
    pub credential: &'a Value,
}

/// # Errors
/// 409 `passkey_taken` when somebody has this credential already.
pub(crate) async fn insert(tx: &mut Tx, new: &NewPasskey<'_>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into passkey (org_id, id, user_id, credential_id, name, credential, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        org,
        new.id.0,
        new.user.0,
        new.credential_id,
        new.name,
        new.credential,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("passkey_credential_key", || Error::conflict("passkey_taken", "this passkey is in use already"))?;
    Ok(())
}

/// Names a passkey; false when its version is another by now.
pub(crate) async fn rename(tx: &mut Tx, user: UserId, id: PasskeyId, version: i64, name: &str) -> Result<bool> {
    let renamed = sqlx::query!(
        "update passkey set name = $4, version = version + 1 where user_id = $1 and id = $2 and version = $3",
        user.0,
        id.0,
        version,
        name
    )
    .execute(tx.db())
    .await?;
    Ok(renamed.rows_affected() == 1)
}

/// Removes one of the person's own; none when there is no such one.
pub(crate) async fn remove(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar!("delete from passkey where user_id = $1 and id = $2 returning name", user.0, id.0)
        .fetch_optional(tx.db())
        .await?)
}

/// Removes all of a person's; says how many.
pub(crate) async fn remove_all(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<u64> {
    Ok(sqlx::query!("delete from passkey where org_id = $1 and user_id = $2", org.0, user.0)
        .execute(db)
        .await?
        .rows_affected())
}

/// A ceremony that begins.
#[derive(Debug)]
pub(crate) struct NewCeremony<'a> {
    pub purpose: Purpose,
    pub who: Option<(OrgId, UserId)>,
    pub token: TokenHash,
    pub state: &'a Value,
    pub address: &'a str,
    pub expires_at: DateTime<Utc>,
}

pub(crate) async fn begin(tx: &mut SystemTx, new: &NewCeremony<'_>) -> Result<()> {
    sqlx::query!(
        "insert into passkey_challenge (org_id, user_id, token_hash, purpose, state, address, expires_at) values ($1, $2, $3, $4, $5, $6, $7)",
        new.who.map(|(org, _)| org.0),
        new.who.map(|(_, user)| user.0),
        new.token.as_bytes(),
        new.purpose.as_str(),
        new.state,
        new.address,
        new.expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// How many ceremonies that an address has begun are under way.
pub(crate) async fn under_way(tx: &mut SystemTx, address: &str, now: DateTime<Utc>) -> Result<i64> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from passkey_challenge where address = $1 and expires_at > $2"#,
        address,
        now
    )
    .fetch_one(tx.db())
    .await?)
}

/// Uses a ceremony up and answers its state; none when it is unknown, too old, of another purpose or another person's.
pub(crate) async fn take(
    tx: &mut SystemTx,
    token: &TokenHash,
    purpose: Purpose,
    who: Option<(OrgId, UserId)>,
    now: DateTime<Utc>,
) -> Result<Option<Value>> {
    Ok(sqlx::query_scalar!(
        "delete from passkey_challenge
         where token_hash = $1 and purpose = $2 and org_id is not distinct from $3 and user_id is not distinct from $4 and expires_at > $5
         returning state",
        token.as_bytes(),
        purpose.as_str(),
        who.map(|(org, _)| org.0),
        who.map(|(_, user)| user.0),
        now,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// A passkey that somebody shows.
#[derive(Debug)]
pub(crate) struct Shown {
    pub org: OrgId,
    pub user: UserId,
    pub id: PasskeyId,
    pub credential: Value,
    /// Whether the organisation lets its owner in without single sign-on.
    pub opens: bool,
}

/// The passkey of a credential, if its owner is active; held until the end of the transaction, so that its counter is
/// compared and set as one.
pub(crate) async fn shown(tx: &mut SystemTx, credential_id: &[u8], demo: bool) -> Result<Option<Shown>> {
    Ok(sqlx::query_as!(
        Shown,
        r#"select p.org_id as "org: OrgId", p.user_id as "user: UserId", p.id as "id: PasskeyId", p.credential,
                  app.password_opens(p.org_id, p.user_id) as "opens!"
           from passkey p join app_user u on u.org_id = p.org_id and u.id = p.user_id join organisation o on o.id = p.org_id
           where p.credential_id = $1 and u.active and not u.service and ($2 or not o.demo)
           for update of p"#,
        credential_id,
        demo,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// A passkey was right.
pub(crate) async fn used(
    tx: &mut SystemTx,
    shown: &Shown,
    credential: &Value,
    counter: u32,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update passkey set credential = $3, counter = $4, last_used_at = $5 where org_id = $1 and id = $2",
        shown.org.0,
        shown.id.0,
        credential,
        i64::from(counter),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
