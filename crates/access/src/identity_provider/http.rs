//! `/identity-providers`: an administrator sets up who signs people in, and tries it.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{ConflictingField, OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::id::{IdentityProviderId, RoleId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Change, Committed, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Fields, IdentityProviderPatch, Kind, Mapping, NewIdentityProvider, Provider, store};
use crate::context::InPerson;
use crate::oidc::{Reason, login};
use crate::policy::{CreateSingleSignOn, DeleteSingleSignOn, ReadSingleSignOn, UpdateSingleSignOn};
use crate::{Access, Allow};

/// The identity providers' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(check))
        .routes(routes!(identities))
        .routes(routes!(unlink))
}

/// An identity provider as an administrator sees it. Its secret is never shown.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityProvider {
    id: IdentityProviderId,
    name: String,
    kind: Kind,
    issuer: String,
    client_id: String,
    /// Whether a secret is kept.
    has_client_secret: bool,
    scopes: Vec<String>,
    tenants: Vec<String>,
    domains: Vec<String>,
    enabled: bool,
    provisions: bool,
    default_role_id: Option<RoleId>,
    email_claim: Option<String>,
    name_claim: Option<String>,
    mappings: Vec<Mapping>,
    /// Whether a provisioning client may come by SCIM.
    has_scim_token: bool,
    /// To be registered at the provider: where it sends people back to.
    redirect_uri: String,
    /// Where people come after they have signed out there.
    post_logout_redirect_uri: String,
    /// Where it tells that somebody has signed out.
    backchannel_logout_uri: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl IdentityProvider {
    fn of(access: &Access, provider: Provider, mappings: Vec<Mapping>) -> Self {
        let base = &access.settings.base_url;
        Self {
            redirect_uri: login::redirect_uri(access),
            post_logout_redirect_uri: format!("{base}/sign-in"),
            backchannel_logout_uri: format!("{base}/auth/oidc/{}/backchannel-logout", provider.id),
            id: provider.id,
            name: provider.name,
            kind: provider.kind,
            issuer: provider.issuer,
            client_id: provider.client_id,
            has_client_secret: provider.client_secret.is_some(),
            scopes: provider.scopes,
            tenants: provider.tenants,
            domains: provider.domains,
            enabled: provider.enabled,
            provisions: provider.provisions,
            default_role_id: provider.default_role,
            email_claim: provider.email_claim,
            name_claim: provider.name_claim,
            mappings,
            has_scim_token: provider.has_scim_token,
            version: provider.version,
            created_at: provider.created_at,
            updated_at: provider.updated_at,
        }
    }
}

/// The provider as it stands now.
async fn shown(tx: &mut Tx, access: &Access, id: IdentityProviderId) -> Result<(Provider, IdentityProvider)> {
    let provider = store::find(tx, id).await?.or_not_found("identity provider")?;
    let mappings = store::mappings(tx, id).await?;
    Ok((provider.clone(), IdentityProvider::of(access, provider, mappings)))
}

/// All identity providers
#[utoipa::path(get, path = "/identity-providers", tag = "single sign-on", responses((status = 200, body = Page<IdentityProvider>), Problems))]
async fn index(cx: Allow<ReadSingleSignOn>) -> Result<Json<Page<IdentityProvider>>> {
    let mut tx = cx.begin().await?;
    let mut items = Vec::new();
    for provider in store::list(&mut tx).await? {
        let mappings = store::mappings(&mut tx, provider.id).await?;
        items.push(IdentityProvider::of(cx.access(), provider, mappings));
    }
    tx.done(Json(Page::whole(items))).await
}

/// Set up an identity provider
#[utoipa::path(post, path = "/identity-providers", tag = "single sign-on", request_body = NewIdentityProvider,
    responses((status = 201, body = IdentityProvider), Problems))]
async fn create(
    cx: InPerson<CreateSingleSignOn>,
    Valid(new): Valid<NewIdentityProvider>,
) -> Result<Committed<impl IntoResponse>> {
    let fields = new.fields();
    check_issuer(cx.access(), &fields)?;
    let mut tx = cx.begin().await?;
    let id = IdentityProviderId(tx.new_id());
    let secret = new.client_secret.as_deref().map(|secret| seal(cx.access(), id, secret)).transpose()?;
    store::insert(&mut tx, id, &fields, secret.as_deref()).await?;
    let (provider, view) = shown(&mut tx, cx.access(), id).await?;
    tx.emit(provider.event(&tx, "created"));
    let location = [(header::LOCATION, format!("/api/v1/identity-providers/{id}"))];
    tx.commit((StatusCode::CREATED, etag(view.version), location, Json(view))).await
}

/// One identity provider
#[utoipa::path(get, path = "/identity-providers/{id}", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 200, body = IdentityProvider), Problems))]
async fn get(cx: Allow<ReadSingleSignOn>, Path(id): Path<IdentityProviderId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let (_, view) = shown(&mut tx, cx.access(), id).await?;
    tx.done((etag(view.version), Json(view))).await
}

/// Change an identity provider
#[utoipa::path(patch, path = "/identity-providers/{id}", tag = "single sign-on",
    params(("id" = IdentityProviderId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = IdentityProviderPatch, responses((status = 200, body = IdentityProvider), Problems))]
async fn update(
    cx: InPerson<UpdateSingleSignOn>,
    Path(id): Path<IdentityProviderId>,
    if_match: IfMatch,
    Json(patch): Json<IdentityProviderPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let old = current.fields(&store::mappings(&mut tx, id).await?);
    let new = patch.apply(old.clone())?;
    check_issuer(cx.access(), &new)?;
    let mut changes = diff(&old, &new)?;
    if current.version != version {
        return Err(stale(current.version, changes));
    }
    let secret = patch.client_secret.clone().into_option();
    if secret.is_some() {
        changes.push(Change {
            field: "client_secret".to_owned(),
            old: Value::Null,
            new: Value::Null,
            old_label: None,
            new_label: Some("changed".to_owned()),
        });
    }
    if changes.is_empty() {
        let (_, view) = shown(&mut tx, cx.access(), id).await?;
        return tx.commit((etag(view.version), Json(view))).await;
    }
    let secret = secret.map(|s| s.map(|s| seal(cx.access(), id, &s)).transpose()).transpose()?;
    if !store::update(&mut tx, id, version, &new, secret).await? {
        return Err(stale(current.version, changes));
    }
    let (provider, view) = shown(&mut tx, cx.access(), id).await?;
    tx.emit(provider.event(&tx, "updated").changes(changes));
    tx.commit((etag(view.version), Json(view))).await
}

/// Remove an identity provider
///
/// Who came in by it stays, and needs another way in. What it gave by its claims stays too.
#[utoipa::path(delete, path = "/identity-providers/{id}", tag = "single sign-on",
    params(("id" = IdentityProviderId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Removed"), Problems))]
async fn delete(
    cx: InPerson<DeleteSingleSignOn>,
    Path(id): Path<IdentityProviderId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let provider = store::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let version = if_match.0.unwrap_or(provider.version);
    if !store::delete(&mut tx, id, version).await? {
        return Err(stale(provider.version, Vec::new()));
    }
    tx.emit(provider.event(&tx, "deleted"));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What is to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectionCheck {
    #[serde(default)]
    kind: Kind,
    #[schema(max_length = 500)]
    issuer: String,
}

impl Validate for ConnectionCheck {
    fn validate(&self) -> Result<()> {
        if self.issuer.is_empty() || self.issuer.len() > 500 || self.issuer.chars().any(char::is_control) {
            return Err(Error::field("issuer", "invalid_issuer", "the issuer is a URL that begins with https://"));
        }
        Ok(())
    }
}

/// What came of trying a provider.
#[derive(Debug, Default, Serialize, ToSchema)]
struct ConnectionReport {
    ok: bool,
    /// `sso_provider_unreachable` or `sso_provider_misconfigured`.
    code: Option<String>,
    /// What is wrong, for an administrator.
    problem: Option<String>,
    authorization_endpoint: Option<String>,
    /// How it signs its tokens, of what we take.
    algorithms: Vec<String>,
    keys: usize,
    /// Whether people are signed out there too when they sign out here.
    signs_out: bool,
    /// Whether it tells when somebody has signed out there.
    back_channel_logout: bool,
}

/// Try whether an identity provider answers
///
/// Reads its discovery document and its keys, and says what is wrong.
#[utoipa::path(post, path = "/identity-providers/check", tag = "single sign-on", request_body = ConnectionCheck,
    responses((status = 200, body = ConnectionReport), Problems))]
async fn check(
    State(access): State<Access>,
    cx: Allow<UpdateSingleSignOn>,
    Valid(body): Valid<ConnectionCheck>,
) -> Result<Json<ConnectionReport>> {
    // Proves that the right is still there, before anything is asked.
    cx.begin().await?.done(()).await?;
    let provider = Provider {
        org: cx.actor().org,
        id: IdentityProviderId(Uuid::nil()),
        name: String::new(),
        kind: body.kind,
        issuer: body.issuer.trim().to_owned(),
        client_id: String::new(),
        client_secret: None,
        scopes: Vec::new(),
        tenants: Vec::new(),
        domains: Vec::new(),
        proved: Vec::new(),
        enabled: true,
        provisions: false,
        default_role: None,
        email_claim: None,
        name_claim: None,
        version: 0,
        created_at: cx.clock().now(),
        updated_at: cx.clock().now(),
        has_scim_token: false,
    };
    let report = match access.providers.discover(&provider).await {
        Ok(published) => ConnectionReport {
            ok: true,
            authorization_endpoint: Some(published.metadata.authorization_endpoint),
            algorithms: published.algorithms.iter().filter_map(|a| Some(json!(a).as_str()?.to_owned())).collect(),
            keys: published.keys.keys().len(),
            signs_out: published.metadata.end_session_endpoint.is_some(),
            back_channel_logout: published.metadata.backchannel_logout_supported,
            ..ConnectionReport::default()
        },
        Err(refusal) => ConnectionReport {
            code: Some(refusal.reason.code().to_owned()),
            problem: Some(refusal.detail).filter(|_| refusal.reason != Reason::Failed),
            ..ConnectionReport::default()
        },
    };
    Ok(Json(report))
}

/// Somebody whom a provider knows.
#[derive(Debug, Serialize, ToSchema)]
struct Identity {
    id: Uuid,
    user_id: UserId,
    user_name: String,
    subject: String,
    /// As the provider last told it.
    email: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
}

/// Whom a provider knows
#[utoipa::path(get, path = "/identity-providers/{id}/identities", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 200, body = Page<Identity>), Problems))]
async fn identities(cx: Allow<ReadSingleSignOn>, Path(id): Path<IdentityProviderId>) -> Result<Json<Page<Identity>>> {
    let mut tx = cx.begin().await?;
    store::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let rows = store::identities(&mut tx, id).await?;
    let view = |r: store::Identity| Identity {
        id: r.id,
        user_id: r.user_id,
        user_name: r.user_name,
        subject: r.subject,
        email: r.email,
        created_at: r.created_at,
        last_used_at: r.last_used_at,
    };
    tx.done(Json(Page::whole(rows.into_iter().map(view).collect()))).await
}

/// Take an identity off its account
///
/// The next one that comes with the account's address is linked to it instead.
#[utoipa::path(delete, path = "/identity-providers/{id}/identities/{identity_id}", tag = "single sign-on",
    params(("id" = IdentityProviderId, Path), ("identity_id" = Uuid, Path)), responses((status = 204, description = "Taken off"), Problems))]
async fn unlink(
    cx: InPerson<UpdateSingleSignOn>,
    Path((id, identity)): Path<(IdentityProviderId, Uuid)>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let provider = store::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let user = store::unlink(&mut tx, id, identity).await?;
    tx.emit(provider.event(&tx, "identity_unlinked").data(json!({ "user": user })));
    tx.commit(StatusCode::NO_CONTENT).await
}

fn seal(access: &Access, id: IdentityProviderId, secret: &str) -> Result<Vec<u8>> {
    access.keyring().seal(&Provider::secret_context(id), secret.as_bytes())
}

/// Whether the address may be asked at all, where it is typed in.
fn check_issuer(access: &Access, fields: &Fields) -> Result<()> {
    let checked = access.providers.outbound.check(&fields.issuer);
    checked.map(|_| ()).map_err(|why| Error::field("issuer", "invalid_issuer", why.to_string()))
}

fn diff(old: &Fields, new: &Fields) -> Result<Vec<Change>> {
    let read = |fields: &Fields| serde_json::to_value(fields).map_err(Error::internal);
    let (old, new) = (read(old)?, read(new)?);
    let fields = new.as_object().into_iter().flatten();
    let changed = fields.filter_map(|(field, new)| {
        let old = old.get(field).cloned().unwrap_or_default();
        let change =
            Change { field: field.clone(), old: old.clone(), new: new.clone(), old_label: None, new_label: None };
        (old != *new).then_some(change)
    });
    Ok(changed.collect())
}

fn stale(version: i64, changes: Vec<Change>) -> Error {
    let fields = changes.into_iter().map(|c| ConflictingField { field: c.field, theirs: c.old, yours: c.new });
    Error::stale(VersionConflict { version, fields: fields.collect() })
}
