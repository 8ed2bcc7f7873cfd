//! The SQL of identity providers.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{IdentityProviderId, OrgId, RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Fields, Kind, Mapping, Provider, Source};
use crate::{domain, link};

struct Row {
    org_id: OrgId,
    id: IdentityProviderId,
    name: String,
    kind: String,
    issuer: String,
    client_id: String,
    client_secret: Option<Vec<u8>>,
    scopes: Vec<String>,
    tenants: Vec<String>,
    domains: Vec<String>,
    proved: Vec<String>,
    enabled: bool,
    provisions: bool,
    default_role_id: Option<RoleId>,
    email_claim: Option<String>,
    name_claim: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    has_scim_token: bool,
}

impl From<Row> for Provider {
    fn from(row: Row) -> Self {
        Self {
            org: row.org_id,
            id: row.id,
            name: row.name,
            kind: Kind::parse(&row.kind),
            issuer: row.issuer,
            client_id: row.client_id,
            client_secret: row.client_secret,
            scopes: row.scopes,
            tenants: row.tenants,
            domains: row.domains,
            proved: row.proved,
            enabled: row.enabled,
            provisions: row.provisions,
            default_role: row.default_role_id,
            email_claim: row.email_claim,
            name_claim: row.name_claim,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            has_scim_token: row.has_scim_token,
        }
    }
}

/// All providers of the organisation, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Provider>> {
    let org = tx.org();
    read(tx.db(), Some(org), None).await
}

/// One provider.
pub async fn find(tx: &mut Tx, id: IdentityProviderId) -> Result<Option<Provider>> {
    let org = tx.org();
    Ok(read(tx.db(), Some(org), Some(id)).await?.pop())
}

/// One provider of whichever organisation: before anybody is signed in.
pub(crate) async fn of_any(tx: &mut SystemTx, id: IdentityProviderId) -> Result<Option<Provider>> {
    Ok(read(tx.db(), None, Some(id)).await?.pop())
}

async fn read(db: &mut PgConnection, org: Option<OrgId>, id: Option<IdentityProviderId>) -> Result<Vec<Provider>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.org_id as "org_id: OrgId", p.id as "id: IdentityProviderId", p.name, p.kind, p.issuer, p.client_id, p.client_secret,
                  p.scopes, p.tenants,
                  array(select d.domain from identity_provider_domain d where d.org_id = p.org_id and d.provider_id = p.id order by 1) as "domains!",
                  array(select d.domain from identity_provider_domain d join claimed_domain c on c.org_id = d.org_id and c.domain = d.domain
                        where d.org_id = p.org_id and d.provider_id = p.id and c.verified_at is not null order by 1) as "proved!",
                  p.enabled, p.provisions, p.default_role_id as "default_role_id: RoleId", p.email_claim, p.name_claim,
                  p.version, p.created_at, p.updated_at,
                  exists (select from scim_token t where t.org_id = p.org_id and t.provider_id = p.id) as "has_scim_token!"
           from identity_provider p
           where ($1::uuid is null or p.org_id = $1) and ($2::uuid is null or p.id = $2) order by lower(p.name), p.id limit 200"#,
        org.map(|o| o.0),
        id.map(|i| i.0),
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Provider::from).collect())
}

/// A provider's button.
#[derive(Debug)]
pub struct Button {
    pub id: IdentityProviderId,
    pub name: String,
    pub kind: String,
}

/// The providers that sign in people of a domain, if it is proved to be their organisation's.
pub(crate) async fn for_domain(tx: &mut SystemTx, domain: &str) -> Result<Vec<Button>> {
    Ok(sqlx::query_as!(
        Button,
        r#"select p.id as "id: IdentityProviderId", p.name, p.kind from identity_provider p
           join identity_provider_domain d on d.org_id = p.org_id and d.provider_id = p.id
           join claimed_domain c on c.org_id = d.org_id and c.domain = d.domain
           where d.domain = $1 and p.enabled and c.verified_at is not null order by lower(p.name), p.id"#,
        domain,
    )
    .fetch_all(tx.db())
    .await?)
}

/// What a provider's values stand for, in their order.
pub async fn mappings(tx: &mut Tx, id: IdentityProviderId) -> Result<Vec<Mapping>> {
    let rows = sqlx::query!(
        r#"select source, claim, value, role_id as "role_id: RoleId", team_id as "team_id: TeamId" from claim_mapping
           where org_id = $1 and provider_id = $2 order by position, id"#,
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    let mapping =
        |r: &str, claim, value, role_id, team_id| Mapping { source: Source::parse(r), claim, value, role_id, team_id };
    Ok(rows.into_iter().map(|r| mapping(&r.source, r.claim, r.value, r.role_id, r.team_id)).collect())
}

fn name_taken() -> Error {
    Error::conflict("identity_provider_name_taken", "there is a provider of this name already").on("name")
}

/// Adds a provider at version 1.
///
/// # Errors
/// 409 `identity_provider_name_taken` or `domain_taken`; 422 `unknown_reference`.
pub async fn insert(tx: &mut Tx, id: IdentityProviderId, f: &Fields, secret: Option<&[u8]>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into identity_provider (org_id, id, name, kind, issuer, client_id, client_secret, scopes, tenants, enabled, provisions,
                                        default_role_id, email_claim, name_claim, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        org,
        id.0,
        f.name,
        f.kind.as_str(),
        f.issuer,
        f.client_id,
        secret,
        &f.scopes,
        &f.tenants,
        f.enabled,
        f.provisions,
        f.default_role_id.map(|r| r.0),
        f.email_claim,
        f.name_claim,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("identity_provider_name_key", name_taken)?;
    set_domains(tx, id, &f.domains).await?;
    set_mappings(tx, id, &f.mappings).await
}

/// Writes the fields if the provider is still at `version`; false when it is not. `secret`: none leaves, some sets or
/// clears.
///
/// # Errors
/// As [`insert`].
pub async fn update(
    tx: &mut Tx,
    id: IdentityProviderId,
    version: i64,
    f: &Fields,
    secret: Option<Option<Vec<u8>>>,
) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update identity_provider set name = $4, kind = $5, issuer = $6, client_id = $7,
             client_secret = case when $8 then $9 else client_secret end, scopes = $10, tenants = $11, enabled = $12, provisions = $13,
             default_role_id = $14, email_claim = $15, name_claim = $16, updated_at = $17, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.kind.as_str(),
        f.issuer,
        f.client_id,
        secret.is_some(),
        secret.flatten(),
        &f.scopes,
        &f.tenants,
        f.enabled,
        f.provisions,
        f.default_role_id.map(|r| r.0),
        f.email_claim,
        f.name_claim,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("identity_provider_name_key", name_taken)?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    set_domains(tx, id, &f.domains).await?;
    set_mappings(tx, id, &f.mappings).await?;
    Ok(true)
}

async fn set_domains(tx: &mut Tx, id: IdentityProviderId, domains: &[String]) -> Result<()> {
    let org = tx.org().0;
    domain::store::claim(tx, domains).await?;
    sqlx::query!(
        "delete from identity_provider_domain where org_id = $1 and provider_id = $2 and domain <> all ($3)",
        org,
        id.0,
        domains,
    )
    .execute(tx.db())
    .await?;
    sqlx::query!(
        "insert into identity_provider_domain (org_id, provider_id, domain) select $1, $2, d from unnest($3::text[]) as d
         on conflict do nothing",
        org,
        id.0,
        domains,
    )
    .execute(tx.db())
    .await?;
    domain::store::release(tx).await
}

async fn set_mappings(tx: &mut Tx, id: IdentityProviderId, mappings: &[Mapping]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from claim_mapping where org_id = $1 and provider_id = $2", org, id.0)
        .execute(tx.db())
        .await?;
    for (position, mapping) in (0_i32..).zip(mappings) {
        sqlx::query!(
            "insert into claim_mapping (org_id, id, provider_id, position, source, claim, value, role_id, team_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            org,
            tx.new_id(),
            id.0,
            position,
            mapping.source.as_str(),
            mapping.claim,
            mapping.value,
            mapping.role_id.map(|r| r.0),
            mapping.team_id.map(|t| t.0),
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}

/// Removes a provider with everything that hangs on it; false when it is not at `version` any more.
pub async fn delete(tx: &mut Tx, id: IdentityProviderId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!(
        "delete from identity_provider where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version
    )
    .execute(tx.db())
    .await?;
    domain::store::release(tx).await?;
    Ok(gone.rows_affected() == 1)
}

/// Somebody whom a provider knows.
#[derive(Debug)]
pub struct Identity {
    pub id: Uuid,
    pub user_id: UserId,
    pub user_name: String,
    pub subject: String,
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// Whom a provider knows, by name; at most 5,000.
pub async fn identities(tx: &mut Tx, provider: IdentityProviderId) -> Result<Vec<Identity>> {
    Ok(sqlx::query_as!(
        Identity,
        r#"select i.id, i.user_id as "user_id: UserId", u.name as user_name, i.subject, i.email, i.created_at, i.last_used_at
           from user_identity i join app_user u on u.org_id = i.org_id and u.id = i.user_id
           where i.org_id = $1 and i.provider_id = $2 order by lower(u.name), i.id limit 5000"#,
        tx.org().0,
        provider.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// An identity that somebody can sign in by.
#[derive(Debug)]
pub struct Linked {
    pub id: Uuid,
    pub provider_id: IdentityProviderId,
    pub provider_name: String,
    pub kind: String,
    pub enabled: bool,
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// By which identities somebody can sign in.
pub(super) async fn linked(tx: &mut Tx, user: UserId) -> Result<Vec<Linked>> {
    let org = tx.org().0;
    Ok(sqlx::query_as!(
        Linked,
        r#"select i.id, p.id as "provider_id: IdentityProviderId", p.name as provider_name, p.kind, p.enabled, i.email, i.created_at, i.last_used_at
           from user_identity i join identity_provider p on p.org_id = i.org_id and p.id = i.provider_id
           where i.org_id = $1 and i.user_id = $2 order by lower(p.name), i.id"#,
        org,
        user.0,
    )
    .fetch_all(tx.db())
    .await?)
}

/// Takes an identity off this account; answers the provider's name.
///
/// # Errors
/// 404 when there is none, or it is another's.
pub(super) async fn unlink_from(tx: &mut Tx, user: UserId, id: Uuid) -> Result<String> {
    let org = tx.org().0;
    sqlx::query_scalar!(
        "delete from user_identity i using identity_provider p
         where i.org_id = $1 and i.user_id = $2 and i.id = $3 and p.org_id = i.org_id and p.id = i.provider_id returning p.name",
        org,
        user.0,
        id,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("identity")
}

/// Whether somebody has a way to sign in.
pub(super) async fn has_way_in(tx: &mut Tx, user: UserId) -> Result<bool> {
    let org = tx.org().0;
    let has_password = link::store::recipient(tx, user).await?.is_some_and(|person| person.has_password);
    Ok(sqlx::query_scalar!(
        r#"select app.has_other_way_in($1, $2) or ($3 and app.password_opens($1, $2)) as "has!""#,
        org,
        user.0,
        has_password,
    )
    .fetch_one(tx.db())
    .await?)
}

/// Takes an identity off its account; answers whose it was.
///
/// # Errors
/// 404 when there is none.
pub async fn unlink(tx: &mut Tx, provider: IdentityProviderId, id: Uuid) -> Result<UserId> {
    sqlx::query_scalar!(
        r#"delete from user_identity where org_id = $1 and provider_id = $2 and id = $3 returning user_id as "user: UserId""#,
        tx.org().0,
        provider.0,
        id,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("identity")
}
