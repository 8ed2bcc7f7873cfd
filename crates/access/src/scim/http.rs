//! `/scim/v2`: what a provisioning client asks, opened by a provider's token; and the token's endpoints for administrators.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dealwright_kernel::Result as Done;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{self, Json};
use dealwright_kernel::id::{IdentityProviderId, UserId};
use dealwright_store::{ActorKind, Committed, Origin, Stamp, Tx};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::sort::Sort;
use super::user::Shown;
use super::{Fault, MAX_RESULTS, Resource, answer, bulk, discovery, filter, group, page, store, write};
use crate::Access;
use crate::context::{InPerson, origin};
use crate::identity_provider::Provider;
use crate::identity_provider::store as providers;
use crate::oidc::login;
use crate::oidc::store as accounts;
use crate::policy::UpdateSingleSignOn;
use crate::session::{TokenHash, new_token};

/// What a provisioning client asks; it describes itself and is no part of the API's description.
pub fn endpoints() -> Router<Access> {
    let v2 = Router::new()
        .route("/ServiceProviderConfig", get(discovery::service_provider_config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/Schemas", get(discovery::schemas))
        .route("/Users", get(list_users).post(create_user))
        .route("/Users/{id}", get(read_user).put(replace_user).patch(patch_user).delete(delete_user))
        .route("/Groups", get(list_groups).post(create_group))
        .route("/Groups/{id}", get(read_group).put(replace_group).patch(patch_group).delete(delete_group))
        .route("/Bulk", post(bulk_request))
        .fallback(|| async { Fault::new(StatusCode::NOT_FOUND, None, "there is no such endpoint") });
    Router::new().nest("/scim/v2", v2)
}

/// The API's endpoints: a provider's token.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(make_token, remove_token))
}

/// A token for a provisioning client.
#[derive(Debug, Serialize, ToSchema)]
struct ScimToken {
    /// Shown this once.
    token: String,
    /// What the client is given as its base URL.
    url: String,
}

/// Make a token for provisioning by SCIM
///
/// An earlier one is over at once.
#[utoipa::path(post, path = "/identity-providers/{id}/scim-token", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 201, body = ScimToken), Problems))]
async fn make_token(
    cx: InPerson<UpdateSingleSignOn>,
    extract::Path(id): extract::Path<IdentityProviderId>,
) -> Done<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let provider = providers::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let token = format!("dws_{}", new_token()?);
    store::set_token(&mut tx, id, &TokenHash::of(&token)).await?;
    tx.emit(provider.event(&tx, "scim_token_made"));
    let url = format!("{}/scim/v2", cx.access().settings().base_url);
    tx.commit((StatusCode::CREATED, Json(ScimToken { token, url }))).await
}

/// Take the token for provisioning away
#[utoipa::path(delete, path = "/identity-providers/{id}/scim-token", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 204, description = "Over"), Problems))]
async fn remove_token(
    cx: InPerson<UpdateSingleSignOn>,
    extract::Path(id): extract::Path<IdentityProviderId>,
) -> Done<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let provider = providers::find(&mut tx, id).await?.or_not_found("identity provider")?;
    store::remove_token(&mut tx, id).await?.then_some(()).or_not_found("token")?;
    tx.emit(provider.event(&tx, "scim_token_removed"));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// A provisioning client, by its token.
pub(super) struct Client {
    access: Access,
    pub(super) provider: Provider,
    from: Origin,
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let unknown = || Fault::new(StatusCode::UNAUTHORIZED, None, "the bearer token is missing or not known");
        let access = Access::from_ref(state);
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (scheme, token) = bearer.split_once(' ').ok_or_else(unknown)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unknown());
        }
        let mut tx = access.database().system().await?;
        let id = store::by_token(&mut tx, &TokenHash::of(token.trim()), access.clock().now()).await?;
        tx.commit().await?;
        let id = id.ok_or_else(unknown)?;
        let provider = login::provider(&access, id).await.map_err(|_| unknown())?;
        let from = origin(&parts.headers, &parts.extensions);
        Ok(Self { access, provider, from })
    }
}

impl Client {
    async fn begin(&self) -> Result<Tx, Fault> {
        let name = format!("SCIM ({})", self.provider.name);
        let stamp = Stamp { kind: ActorKind::Key, id: None, name, on_behalf_of: None };
        Ok(self.access.begin_as(self.provider.org, stamp, self.from.clone()).await?)
    }

    /// For a write: what gives and takes roles goes one after the other.
    pub(super) async fn begin_write(&self) -> Result<Tx, Fault> {
        let mut tx = self.begin().await?;
        accounts::hold_roles(&mut tx).await?;
        Ok(tx)
    }

    pub(super) fn base(&self) -> &str {
        &self.access.settings().base_url
    }

    pub(super) async fn user(&self, tx: &mut Tx, id: &str) -> Result<Shown, Fault> {
        let found = match id.parse::<UserId>() {
            Ok(user) => store::user(tx, self.provider.id, user).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Fault::absent("user", id))
    }

    pub(super) async fn group(&self, tx: &mut Tx, id: &str) -> Result<store::Group, Fault> {
        let wanted = filter::Filter { id: Some(id.to_owned()), ..filter::Filter::default() };
        let found = store::groups(tx, self.provider.id, &wanted, Sort::default(), 0, 1).await?.0.pop();
        found.ok_or_else(|| Fault::absent("group", id))
    }

    pub(super) async fn shown_group(&self, tx: &mut Tx, id: Uuid, status: StatusCode) -> Result<Resource, Fault> {
        let group = self.group(tx, &id.to_string()).await?;
        let members = store::members(tx, id).await?;
        let body = group::resource(&group, Some(&members), self.base());
        Ok(Resource { status, version: group.version, body })
    }
}

type Pairs = Vec<(String, String)>;

fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What a list asks for: filter, order, first (from 1), and how many.
fn asked(pairs: &[(String, String)]) -> Result<(filter::Filter, Sort, i64, i64), Fault> {
    let number = |name: &str, usual: i64| match parameter(pairs, name) {
        None => Ok(usual),
        Some(given) => {
            given.trim().parse::<i64>().map_err(|_| Fault::bad("invalidValue", format!("{name} is a number")))
        }
    };
    let filter = parameter(pairs, "filter").map(filter::parse).transpose()?.unwrap_or_default();
    let start = number("startIndex", 1)?.clamp(1, 1_000_000_000);
    let sort = Sort::read(parameter(pairs, "sortBy"), parameter(pairs, "sortOrder"))?;
    Ok((filter, sort, start, number("count", 100)?.clamp(0, MAX_RESULTS)))
}

fn body(bytes: &Bytes) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|_| Fault::bad("invalidSyntax", "the body is not JSON"))
}

async fn list_users(client: Client, Query(pairs): Query<Pairs>) -> Result<Response, Fault> {
    let (filter, sort, start, count) = asked(&pairs)?;
    let mut tx = client.begin().await?;
    let (users, total) = store::users(&mut tx, client.provider.id, &filter, sort, start - 1, count).await?;
    tx.done(()).await?;
    let resources = users.iter().map(|u| u.resource(client.base())).collect();
    Ok(answer(StatusCode::OK, &page(total, start, resources)))
}

async fn read_user(client: Client, Path(id): Path<String>) -> Result<Resource, Fault> {
    let mut tx = client.begin().await?;
    let user = client.user(&mut tx, &id).await?;
    tx.done(()).await?;
    Ok(Resource { status: StatusCode::OK, version: user.version, body: user.resource(client.base()) })
}

async fn list_groups(client: Client, Query(pairs): Query<Pairs>) -> Result<Response, Fault> {
    let (filter, sort, start, count) = asked(&pairs)?;
    let bare = parameter(&pairs, "excludedAttributes").is_some_and(|e| e.to_ascii_lowercase().contains("members"));
    let mut tx = client.begin().await?;
    let (groups, total) = store::groups(&mut tx, client.provider.id, &filter, sort, start - 1, count).await?;
    let mut resources = Vec::with_capacity(groups.len());
    for found in groups {
        let members = if bare { None } else { Some(store::members(&mut tx, found.id).await?) };
        resources.push(group::resource(&found, members.as_deref(), client.base()));
    }
    tx.done(()).await?;
    Ok(answer(StatusCode::OK, &page(total, start, resources)))
}

async fn read_group(client: Client, Path(id): Path<String>) -> Result<Resource, Fault> {
    let mut tx = client.begin().await?;
    let found = client.group(&mut tx, &id).await?;
    let shown = client.shown_group(&mut tx, found.id, StatusCode::OK).await?;
    tx.done(()).await?;
    Ok(shown)
}

/// The version that a write was made against, if it says so.
fn read(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok())
}

async fn create_user(client: Client, bytes: Bytes) -> Result<Resource, Fault> {
    write::create_user(&client, &body(&bytes)?).await
}

async fn replace_user(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Resource, Fault> {
    write::replace_user(&client, &id, read(&headers), &body(&bytes)?).await
}

async fn patch_user(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Resource, Fault> {
    write::patch_user(&client, &id, read(&headers), &body(&bytes)?).await
}

async fn delete_user(client: Client, Path(id): Path<String>, headers: HeaderMap) -> Result<StatusCode, Fault> {
    write::delete_user(&client, &id, read(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create_group(client: Client, bytes: Bytes) -> Result<Resource, Fault> {
    write::create_group(&client, &body(&bytes)?).await
}

async fn replace_group(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Resource, Fault> {
    write::replace_group(&client, &id, read(&headers), &body(&bytes)?).await
}

async fn patch_group(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Resource, Fault> {
    write::patch_group(&client, &id, read(&headers), &body(&bytes)?).await
}

async fn delete_group(client: Client, Path(id): Path<String>, headers: HeaderMap) -> Result<StatusCode, Fault> {
    write::delete_group(&client, &id, read(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn bulk_request(client: Client, bytes: Bytes) -> Result<Response, Fault> {
    if bytes.len() > bulk::MAX_PAYLOAD {
        let most = format!("at most {} bytes", bulk::MAX_PAYLOAD);
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, None, most));
    }
    bulk::run(&client, &body(&bytes)?).await
}
