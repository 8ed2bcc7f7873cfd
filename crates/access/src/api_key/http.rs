//! `/api-keys`. People make, rotate and revoke keys; no key does.

use axum::Extension;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::{ApiKeyId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, NewKey};
use super::{ApiKey, KeyState, checked_expiry, checked_name, checked_overlap, within};
use crate::policy::{CreateApiKey, DeleteApiKey, Grants, Matrix, Needs, ReadApiKey, ScopeLevel, UpdateApiKey};
use crate::secret::{Kind, Secret, ShownOnce};
use crate::{Access, Context, InPerson, service_account};

/// The keys' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(scopes))
        .routes(routes!(rotate))
        .routes(routes!(revoke))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfOwner {
    /// The keys of this user only.
    owner_id: Option<UserId>,
}

/// API keys
///
/// One's own; for administrators all. Ended ones are among them.
#[utoipa::path(get, path = "/api-keys", tag = "keys", params(OfOwner), responses((status = 200, body = Page<ApiKey>), Problems))]
async fn index(cx: InPerson<ReadApiKey>, Query(asked): Query<OfOwner>) -> Result<Json<Page<ApiKey>>> {
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, asked.owner_id, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// What a key can be given.
#[derive(Debug, Serialize, ToSchema)]
struct Grantable {
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    scopes: Matrix,
}

/// The widest scopes that a key can be given
///
/// Those of the owner's roles; for a service account also no wider than the caller's own.
#[utoipa::path(get, path = "/api-keys/scopes", tag = "keys", params(OfOwner), responses((status = 200, body = Grantable), Problems))]
async fn scopes(cx: InPerson<CreateApiKey>, Query(asked): Query<OfOwner>) -> Result<Json<Grantable>> {
    let limit = limit::<CreateApiKey>(&cx, asked.owner_id.unwrap_or(cx.actor().user)).await?;
    let scopes = super::shown(serde_json::to_value(limit).map_err(Error::internal)?)?;
    Ok(Json(Grantable { scopes }))
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Oneself when absent; or a service account.
    owner_id: Option<UserId>,
    /// What it may do at most, by object and action.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    scopes: Matrix,
    /// At most a year ahead; 90 days from now when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// A key with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Issued<T> {
    #[serde(flatten)]
    of: T,
    /// Send it as `Authorization: Bearer …`. It can't be shown again.
    secret: String,
}

/// An answer that shows a secret.
pub(crate) type ShowsSecret<T> = (StatusCode, Extension<ShownOnce>, Json<Issued<T>>);

pub(crate) fn show<T>(status: StatusCode, of: T, secret: Secret) -> ShowsSecret<T> {
    (status, Extension(ShownOnce), Json(Issued { of, secret: secret.into_shown() }))
}

/// Make a key
#[utoipa::path(post, path = "/api-keys", tag = "keys", request_body = NewApiKey, responses((status = 201, body = Issued<ApiKey>), Problems))]
async fn create(cx: InPerson<CreateApiKey>, Json(new): Json<NewApiKey>) -> Result<Committed<ShowsSecret<ApiKey>>> {
    let name = checked_name(&new.name)?;
    let expires_at = checked_expiry(new.expires_at, cx.clock().now())?;
    let owner = new.owner_id.unwrap_or(cx.actor().user);
    let scopes = within(&new.scopes, &limit::<CreateApiKey>(&cx, owner).await?)?;
    let secret = Secret::new(Kind::ApiKey)?;
    let mut tx = cx.begin().await?;
    let new = NewKey { owner, name, scopes: &scopes, expires_at, made_by: cx.actor().user };
    let id = store::insert(&mut tx, &new, &secret).await?;
    let key = store::find(&mut tx, id).await?.or_not_found("key")?;
    tx.emit(event(&cx, "api_key.created", &key));
    tx.commit(show(StatusCode::CREATED, key, secret)).await
}

/// How a secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// For how long the former secret stays valid: 0 ends it at once, 24 at most.
    #[serde(default)]
    #[schema(maximum = 24)]
    overlap_hours: u8,
    /// A new end; as before when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// Replace a key's secret
#[utoipa::path(post, path = "/api-keys/{id}/rotation", tag = "keys", params(("id" = ApiKeyId, Path)), request_body = Rotation,
    responses((status = 200, body = Issued<ApiKey>), Problems))]
async fn rotate(
    cx: InPerson<UpdateApiKey>,
    Path(id): Path<ApiKeyId>,
    Json(how): Json<Rotation>,
) -> Result<Committed<ShowsSecret<ApiKey>>> {
    let now = cx.clock().now();
    let former_until = checked_overlap(how.overlap_hours, now)?;
    let expires_at = how.expires_at.map(|at| checked_expiry(Some(at), now)).transpose()?;
    let mut tx = cx.begin().await?;
    let key = store::find(&mut tx, id).await?.or_not_found("key")?;
    tx.done(()).await?;
    if matches!(key.state, KeyState::Revoked | KeyState::OwnerInactive) {
        return Err(Error::conflict("key_ended", "this key has ended; make a new one"));
    }
    // Whoever gets the secret can do what the key can.
    let limit = limit::<UpdateApiKey>(&cx, key.owner.id).await?;
    if key.owner.id != cx.actor().user {
        within(&key.scopes, &limit)?;
    }
    let secret = Secret::new(Kind::ApiKey)?;
    let mut tx = cx.begin().await?;
    store::rotate(&mut tx, id, &secret, former_until, expires_at).await?;
    let key = store::find(&mut tx, id).await?.or_not_found("key")?;
    tx.emit(event(&cx, "api_key.rotated", &key));
    tx.commit(show(StatusCode::OK, key, secret)).await
}

/// Revoke a key
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "keys", params(("id" = ApiKeyId, Path)),
    responses((status = 204, description = "Ended, from its next request on"), Problems))]
async fn revoke(cx: InPerson<DeleteApiKey>, Path(id): Path<ApiKeyId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let key = store::find(&mut tx, id).await?.or_not_found("key")?;
    cx.may_assign(DeleteApiKey::PERMISSION, key.owner.id, None)?;
    if key.revoked_at.is_none() {
        store::revoke(&mut tx, id).await?;
        tx.emit(event(&cx, "api_key.revoked", &key));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What a key of this owner can be given by the caller. People make keys for themselves alone: with one for somebody
/// else they could act in that person's name.
async fn limit<P: Needs>(cx: &Context, owner: UserId) -> Result<Grants> {
    if owner == cx.actor().user {
        return Ok(cx.actor().grants.of_keys());
    }
    cx.may_assign(P::PERMISSION, owner, None)?;
    service_account::grants_of(cx, owner).await
}

/// The event of a key, without its secret.
fn event(cx: &Context, kind: &str, key: &ApiKey) -> Event {
    let subject = Subject { object: "api_key", id: key.id.0, name: key.name.clone(), version: None };
    Event::new(cx.clock(), kind, subject).data(json!({
        "owner_id": key.owner.id, "owner": key.owner.name, "hint": key.hint, "scopes": key.scopes,
        "expires_at": key.expires_at, "former_until": key.former_until,
    }))
}
