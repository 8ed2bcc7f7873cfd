//! The SQL of second factors and of challenges. It runs as the system role while somebody signs in, and as the person
//! when they set one up.

use chrono::{DateTime, Utc};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_store::SystemTx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::FactorKind;
use crate::session::{Method, TokenHash};

/// What a person has set up.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Since when an authenticator app is set up.
    pub totp_since: Option<DateTime<Utc>>,
    pub recovery_codes_left: i64,
    pub passkeys: i64,
}

impl Standing {
    /// Whether there is a factor; recovery codes are none of their own.
    #[must_use]
    pub const fn has_factor(&self) -> bool {
        self.totp_since.is_some() || self.passkeys > 0
    }
}

pub(crate) async fn standing(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Standing> {
    Ok(sqlx::query_as!(
        Standing,
        r#"select (select confirmed_at from totp where org_id = $1 and user_id = $2) as totp_since,
                  (select count(*) from recovery_code where org_id = $1 and user_id = $2 and used_at is null) as "recovery_codes_left!",
                  (select count(*) from passkey where org_id = $1 and user_id = $2) as "passkeys!""#,
        org.0,
        user.0,
    )
    .fetch_one(db)
    .await?)
}

/// What a person may answer a challenge with; nothing when no factor is set up.
pub(crate) async fn kinds(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Vec<FactorKind>> {
    let standing = standing(db, org, user).await?;
    let passkey = (standing.passkeys > 0).then_some(FactorKind::Passkey);
    let totp = standing.totp_since.map(|_| FactorKind::Totp);
    let codes = (standing.has_factor() && standing.recovery_codes_left > 0).then_some(FactorKind::RecoveryCode);
    Ok([passkey, totp, codes].into_iter().flatten().collect())
}

/// The sealed secret of an app that is set up.
pub(crate) async fn secret(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!(
        "select secret from totp where org_id = $1 and user_id = $2 and confirmed_at is not null",
        org.0,
        user.0
    )
    .fetch_optional(db)
    .await?)
}

/// The sealed secret of an app that is being set up.
pub(crate) async fn unconfirmed(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<Option<Vec<u8>>> {
    Ok(sqlx::query_scalar!(
        "select secret from totp where org_id = $1 and user_id = $2 and confirmed_at is null",
        org.0,
        user.0
    )
    .fetch_optional(db)
    .await?)
}

/// Takes the code of a step; false when that step or a later one was taken before.
pub(crate) async fn use_step(db: &mut PgConnection, org: OrgId, user: UserId, step: i64) -> Result<bool> {
    let taken = sqlx::query!(
        "update totp set last_step = $3 where org_id = $1 and user_id = $2 and coalesce(last_step < $3, true)",
        org.0,
        user.0,
        step
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Begins to set up an app, in the place of one that was begun; false when one is set up already.
pub(crate) async fn begin(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    secret: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let begun = sqlx::query!(
        "insert into totp (org_id, user_id, secret, created_at) values ($1, $2, $3, $4)
         on conflict (org_id, user_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = null
         where totp.confirmed_at is null",
        org.0,
        user.0,
        secret,
        now,
    )
    .execute(db)
    .await?;
    Ok(begun.rows_affected() == 1)
}

/// The app has shown a right code: it is set up. False when it was already.
pub(crate) async fn confirm(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    let confirmed = sqlx::query!(
        "update totp set confirmed_at = $4, last_step = $3 where org_id = $1 and user_id = $2 and confirmed_at is null",
        org.0,
        user.0,
        step,
        now
    )
    .execute(db)
    .await?;
    Ok(confirmed.rows_affected() == 1)
}

/// One change of a person's factors after the other, until the end of the transaction.
pub(crate) async fn hold(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", format!("factors:{user}"))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the authenticator app away; false when there was none.
pub(crate) async fn remove_totp(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<bool> {
    let removed =
        sqlx::query!("delete from totp where org_id = $1 and user_id = $2", org.0, user.0).execute(db).await?;
    Ok(removed.rows_affected() > 0)
}

/// Ends the recovery codes of somebody who has no factor.
pub(crate) async fn drop_lone_codes(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<()> {
    if !standing(db, org, user).await?.has_factor() {
        sqlx::query!("delete from recovery_code where org_id = $1 and user_id = $2", org.0, user.0).execute(db).await?;
    }
    Ok(())
}

/// Puts a new set of recovery codes in the place of the old one.
pub(crate) async fn replace_recovery_codes(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    hashes: &[Vec<u8>],
) -> Result<()> {
    sqlx::query!("delete from recovery_code where org_id = $1 and user_id = $2", org.0, user.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into recovery_code (org_id, user_id, code_hash) select $1, $2, unnest($3::bytea[])",
        org.0,
        user.0,
        hashes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a recovery code up and says how many are left; none when it is not one, or was used.
pub(crate) async fn use_recovery_code(
    db: &mut PgConnection,
    org: OrgId,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<i64>> {
    let used = sqlx::query!(
        "update recovery_code set used_at = $4 where org_id = $1 and user_id = $2 and code_hash = $3 and used_at is null",
        org.0,
        user.0,
        hash,
        now
    )
    .execute(&mut *db)
    .await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    Ok(Some(standing(db, org, user).await?.recovery_codes_left))
}

/// A sign-in that waits for its second factor.
#[derive(Debug)]
pub(crate) struct NewChallenge {
    pub id: Uuid,
    pub org: OrgId,
    pub user: UserId,
    pub token: TokenHash,
    pub method: Method,
    pub expires_at: DateTime<Utc>,
}

pub(crate) async fn insert_challenge(tx: &mut SystemTx, new: &NewChallenge) -> Result<()> {
    sqlx::query!(
        "insert into sign_in_challenge (org_id, id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, $5, $6)",
        new.org.0,
        new.id,
        new.user.0,
        new.token.as_bytes(),
        new.method.as_str(),
        new.expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Who waits for their second factor.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub id: Uuid,
    pub org: OrgId,
    pub user: UserId,
}

/// Counts a try at a challenge; none when it is unknown, too old or was tried too often.
pub(crate) async fn try_challenge(
    tx: &mut SystemTx,
    token: &TokenHash,
    most: i32,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"update sign_in_challenge c set attempts = attempts + 1
           from app_user u
           where c.token_hash = $1 and c.expires_at > $2 and c.attempts < $3 and u.org_id = c.org_id and u.id = c.user_id and u.active
           returning c.id, c.org_id as "org: OrgId", c.user_id as "user: UserId""#,
        token.as_bytes(),
        now,
        most,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Who waits at a challenge that can still be tried; none as with [`try_challenge`], and nothing is counted.
pub(crate) async fn waiting(
    tx: &mut SystemTx,
    token: &TokenHash,
    most: i32,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>> {
    Ok(sqlx::query_as!(
        Waiting,
        r#"select c.id, c.org_id as "org: OrgId", c.user_id as "user: UserId"
           from sign_in_challenge c join app_user u on u.org_id = c.org_id and u.id = c.user_id
           where c.token_hash = $1 and c.expires_at > $2 and c.attempts < $3 and u.active"#,
        token.as_bytes(),
        now,
        most,
    )
    .fetch_optional(tx.db())
    .await?)
}

pub(crate) async fn end_challenge(tx: &mut SystemTx, org: OrgId, id: Uuid) -> Result<()> {
    sqlx::query!("delete from sign_in_challenge where org_id = $1 and id = $2", org.0, id).execute(tx.db()).await?;
    Ok(())
}

/// Ends a person's challenges: what they were begun with is no longer right.
pub(crate) async fn end_challenges(db: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("delete from sign_in_challenge where user_id = $1", user.0).execute(db).await?;
    Ok(())
}

/// Whether a person is an administrator, by the built-in role.
pub(crate) async fn is_administrator(db: &mut PgConnection, org: OrgId, user: UserId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                          where ur.org_id = $1 and ur.user_id = $2 and r.builtin = 'administrator') as "is!""#,
        org.0,
        user.0
    )
    .fetch_one(db)
    .await?)
}
