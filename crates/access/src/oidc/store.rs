//! The SQL of sign-ins by a provider: those under way, whose an identity is, and what a provider has given.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{IdentityProviderId, OrgId, RoleId, SessionId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use uuid::Uuid;

use super::{LOGIN_LIFETIME, LOGINS_PER_ADDRESS};
use crate::identity_provider::{Provider, Source};
use crate::session::TokenHash;

/// A sign-in that is under way.
#[derive(Debug)]
pub struct Login {
    pub org: OrgId,
    pub id: Uuid,
    pub provider: IdentityProviderId,
    pub browser_hash: Vec<u8>,
    pub nonce: String,
    /// Sealed.
    pub verifier: Vec<u8>,
    pub return_to: String,
    pub expires_at: DateTime<Utc>,
}

/// Whether an address has begun too many of late.
pub(crate) async fn throttled(tx: &mut SystemTx, address: &str, now: DateTime<Utc>) -> Result<bool> {
    let begun = sqlx::query_scalar!(
        r#"select count(*) as "n!" from oidc_login where address = $1 and created_at > $2"#,
        address,
        now - LOGIN_LIFETIME,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(begun >= LOGINS_PER_ADDRESS)
}

pub(crate) async fn begin(
    tx: &mut SystemTx,
    login: &Login,
    state: &TokenHash,
    address: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into oidc_login (org_id, id, provider_id, state_hash, browser_hash, nonce, verifier, return_to, address, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        login.org.0,
        login.id,
        login.provider.0,
        state.as_bytes(),
        login.browser_hash,
        login.nonce,
        login.verifier,
        login.return_to,
        address,
        now,
        login.expires_at,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes the sign-in of a state: whoever comes again finds none.
pub(crate) async fn take(tx: &mut SystemTx, state: &TokenHash) -> Result<Option<Login>> {
    Ok(sqlx::query_as!(
        Login,
        r#"delete from oidc_login where state_hash = $1
           returning org_id as "org: OrgId", id, provider_id as "provider: IdentityProviderId", browser_hash, nonce, verifier, return_to, expires_at"#,
        state.as_bytes(),
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Forgets what is over: sign-ins that were not ended, logout tokens that are too old to be sent again.
///
/// # Errors
/// When the database is gone.
pub async fn prune(tx: &mut SystemTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("delete from oidc_login where expires_at < $1", now - LOGIN_LIFETIME).execute(tx.db()).await?;
    sqlx::query!("delete from oidc_logout where at < $1", now - LOGIN_LIFETIME).execute(tx.db()).await?;
    Ok(())
}

/// An account, as far as signing in is concerned.
#[derive(Debug)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub active: bool,
    pub team: Option<TeamId>,
    pub version: i64,
}

/// The account of an identity.
pub(crate) async fn by_identity(
    tx: &mut Tx,
    provider: &Provider,
    issuer: &str,
    subject: &str,
) -> Result<Option<Account>> {
    Ok(sqlx::query_as!(
        Account,
        r#"select u.id as "id: UserId", u.name, u.email, u.active, u.team_id as "team: TeamId", u.version
           from user_identity i join app_user u on u.org_id = i.org_id and u.id = i.user_id
           where i.org_id = $1 and i.provider_id = $2 and i.issuer = $3 and i.subject = $4"#,
        tx.org().0,
        provider.id.0,
        issuer,
        subject,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The account with an e-mail address, and whether this provider knows it by another identity.
pub(crate) async fn by_email(tx: &mut Tx, provider: &Provider, email: &str) -> Result<Option<(Account, bool)>> {
    let row = sqlx::query!(
        r#"select u.id as "id: UserId", u.name, u.email, u.active, u.team_id as "team: TeamId", u.version,
                  exists (select from user_identity i where i.org_id = u.org_id and i.user_id = u.id and i.provider_id = $2) as "known!"
           from app_user u where u.org_id = $1 and lower(u.email) = lower($3) and not u.service"#,
        tx.org().0,
        provider.id.0,
        email,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|r| {
        let account =
            Account { id: r.id, name: r.name, email: r.email, active: r.active, team: r.team, version: r.version };
        (account, r.known)
    }))
}

/// Makes an account; it has no role yet. None: the address is taken, in whichever organisation.
pub(crate) async fn insert_account(tx: &mut Tx, name: &str, email: &str) -> Result<Account> {
    let (org, id, now) = (tx.org().0, UserId(tx.new_id()), tx.now());
    sqlx::query!(
        "insert into app_user (org_id, id, name, email, created_at, updated_at) values ($1, $2, $3, $4, $5, $5)",
        org,
        id.0,
        name,
        email,
        now
    )
    .execute(tx.db())
    .await
    .on_constraint("app_user_email_key", || {
        Error::conflict("email_taken", "somebody signs in with this e-mail address already").on("email")
    })?;
    Ok(Account { id, name: name.to_owned(), email: email.to_owned(), active: true, team: None, version: 1 })
}

pub(crate) async fn link(
    tx: &mut Tx,
    provider: &Provider,
    user: UserId,
    issuer: &str,
    subject: &str,
    email: Option<&str>,
) -> Result<()> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    sqlx::query!(
        "insert into user_identity (org_id, id, provider_id, user_id, issuer, subject, email, created_at, last_used_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        org,
        id,
        provider.id.0,
        user.0,
        issuer,
        subject,
        email,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Remembers that an identity was used, and the address that it goes by now.
pub(crate) async fn used(
    tx: &mut Tx,
    provider: &Provider,
    issuer: &str,
    subject: &str,
    email: Option<&str>,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update user_identity set last_used_at = $5, email = coalesce($6, email)
         where org_id = $1 and provider_id = $2 and issuer = $3 and subject = $4",
        org,
        provider.id.0,
        issuer,
        subject,
        now,
        email,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Holds all changes of roles of the organisation until the transaction ends: whoever counts administrators counts right.
pub(crate) async fn hold_roles(tx: &mut Tx) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("select epoch from access_epoch where org_id = $1 for update", org).fetch_one(tx.db()).await?;
    Ok(())
}

/// A role that somebody has.
#[derive(Debug)]
pub struct Held {
    pub id: RoleId,
    pub name: String,
    pub administrator: bool,
}

pub(crate) async fn held_roles(tx: &mut Tx, user: UserId) -> Result<Vec<Held>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Held,
        r#"select r.id as "id: RoleId", r.name, coalesce(r.builtin = 'administrator', false) as "administrator!"
           from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
           where ur.org_id = $1 and ur.user_id = $2 order by r.name"#,
        org,
        user.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Whether somebody else is an active administrator.
pub(crate) async fn other_administrator(tx: &mut Tx, user: UserId) -> Result<bool> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select exists (select from user_role ur join role r on r.org_id = ur.org_id and r.id = ur.role_id
                          join app_user u on u.org_id = ur.org_id and u.id = ur.user_id
                          where ur.org_id = $1 and r.builtin = 'administrator' and u.active and u.id <> $2) as "is!""#,
        org,
        user.0,
    )
    .fetch_one(tx.db())
    .await?)
}

/// What a provider has given to somebody, from one source.
pub(crate) async fn granted(
    tx: &mut Tx,
    provider: IdentityProviderId,
    source: Source,
    user: UserId,
) -> Result<(Vec<RoleId>, Vec<TeamId>)> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select role_id as "role: RoleId", team_id as "team: TeamId" from provider_grant
           where org_id = $1 and provider_id = $2 and source = $3 and user_id = $4"#,
        org,
        provider.0,
        source.as_str(),
        user.0,
    )
    .fetch_all(tx.db())
    .await?;
    Ok((rows.iter().filter_map(|r| r.role).collect(), rows.iter().filter_map(|r| r.team).collect()))
}

/// Gives a role, and remembers who did, unless somebody has it by hand: that one is not the provider's to take away.
pub(crate) async fn grant_role(
    tx: &mut Tx,
    provider: IdentityProviderId,
    source: Source,
    user: UserId,
    role: RoleId,
) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "insert into provider_grant (org_id, user_id, provider_id, source, role_id) select $1, $2, $3, $4, $5
         where not exists (select from user_role ur where ur.org_id = $1 and ur.user_id = $2 and ur.role_id = $5)
            or exists (select from provider_grant g where g.org_id = $1 and g.user_id = $2 and g.role_id = $5)
         on conflict do nothing",
        org,
        user.0,
        provider.0,
        source.as_str(),
        role.0,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into user_role (org_id, user_id, role_id) values ($1, $2, $3) on conflict do nothing",
        org,
        user.0,
        role.0
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Takes a role back that this source gave, unless another one gives it too.
pub(crate) async fn take_role(
    tx: &mut Tx,
    provider: IdentityProviderId,
    source: Source,
    user: UserId,
    role: RoleId,
) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from provider_grant where org_id = $1 and user_id = $2 and provider_id = $3 and source = $4 and role_id = $5",
        org,
        user.0,
        provider.0,
        source.as_str(),
        role.0,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "delete from user_role where org_id = $1 and user_id = $2 and role_id = $3
         and not exists (select from provider_grant g where g.org_id = $1 and g.user_id = $2 and g.role_id = $3)",
        org,
        user.0,
        role.0,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts somebody into a team, and remembers who did.
pub(crate) async fn set_team(
    tx: &mut Tx,
    provider: IdentityProviderId,
    source: Source,
    user: UserId,
    team: Option<TeamId>,
) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "delete from provider_grant where org_id = $1 and user_id = $2 and provider_id = $3 and source = $4 and team_id is not null",
        org,
        user.0,
        provider.0,
        source.as_str(),
    )
    .execute(tx.db())
    .await?;
    if let Some(team) = team {
        sqlx::query!(
            "insert into provider_grant (org_id, user_id, provider_id, source, team_id) values ($1, $2, $3, $4, $5)",
            org,
            user.0,
            provider.0,
            source.as_str(),
            team.0,
        )
        .execute(tx.db())
        .await?;
    }
    crate::people::store::set_team(tx, user, team).await
}

/// What a session of ours hangs on at the provider.
#[derive(Debug)]
pub struct Remote {
    pub provider: IdentityProviderId,
    pub issuer: String,
    pub subject: String,
    pub sid: Option<String>,
    /// Sealed.
    pub id_token: Option<Vec<u8>>,
}

/// The session that a cookie's token opens.
pub(crate) async fn session_of(tx: &mut SystemTx, token: &TokenHash) -> Result<Option<SessionId>> {
    Ok(sqlx::query_scalar!(r#"select id as "id: SessionId" from session where token_hash = $1"#, token.as_bytes())
        .fetch_optional(tx.db())
        .await?)
}

pub(crate) async fn remember(tx: &mut SystemTx, org: OrgId, session: SessionId, remote: &Remote) -> Result<()> {
    sqlx::query!(
        "insert into oidc_session (org_id, session_id, provider_id, issuer, subject, sid, id_token) values ($1, $2, $3, $4, $5, $6, $7)",
        org.0,
        session.0,
        remote.provider.0,
        remote.issuer,
        remote.subject,
        remote.sid,
        remote.id_token,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// What one of the organisation's sessions hangs on, if it does.
pub(crate) async fn remote(tx: &mut SystemTx, org: OrgId, session: SessionId) -> Result<Option<Remote>> {
    Ok(sqlx::query_as!(
        Remote,
        r#"select provider_id as "provider: IdentityProviderId", issuer, subject, sid, id_token from oidc_session
           where org_id = $1 and session_id = $2"#,
        org.0,
        session.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Remembers a logout token; false when it has been seen.
pub(crate) async fn first_seen(
    tx: &mut SystemTx,
    provider: &Provider,
    jti: &TokenHash,
    now: DateTime<Utc>,
) -> Result<bool> {
    let added = sqlx::query!(
        "insert into oidc_logout (org_id, provider_id, jti_hash, at) values ($1, $2, $3, $4) on conflict do nothing",
        provider.org.0,
        provider.id.0,
        jti.as_bytes(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Ends the sessions of a provider's session, or else all of a subject's; returns whose they were.
pub(crate) async fn end_sessions(
    tx: &mut SystemTx,
    provider: &Provider,
    issuer: &str,
    subject: Option<&str>,
    sid: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>> {
    Ok(sqlx::query_scalar!(
        r#"update session s set revoked_at = $6 from oidc_session o
           where s.org_id = o.org_id and s.id = o.session_id and s.revoked_at is null
             and o.org_id = $1 and o.provider_id = $2 and o.issuer = $3
             and ($4::text is null or o.subject = $4) and ($5::text is null or o.sid = $5)
           returning s.user_id as "user: UserId""#,
        provider.org.0,
        provider.id.0,
        issuer,
        subject,
        sid,
        now,
    )
    .fetch_all(tx.db())
    .await?)
}

/// A team's name, for people to read.
pub(crate) async fn team_name(tx: &mut Tx, team: Option<TeamId>) -> Result<Option<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select name from team where org_id = $1 and id = $2", org, team.map(|t| t.0))
        .fetch_optional(tx.db())
        .await?)
}
