//! `/oauth-clients`, for administrators who are signed in.

use axum::http::StatusCode;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::{OauthClientId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ClientState, OauthClient, store};
use crate::api_key::http::{Issued, ShowsSecret, show};
use crate::api_key::{checked_name, checked_overlap, within};
use crate::policy::{
    CreateServiceAccount, DeleteServiceAccount, Matrix, ReadServiceAccount, ScopeLevel, UpdateServiceAccount,
};
use crate::secret::{Kind, Secret};
use crate::service_account::grants_of;
use crate::{Access, Context, InPerson};

/// The clients' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(rotate)).routes(routes!(revoke))
}

/// OAuth clients
#[utoipa::path(get, path = "/oauth-clients", tag = "keys", responses((status = 200, body = Page<OauthClient>), Problems))]
async fn index(cx: InPerson<ReadServiceAccount>) -> Result<Json<Page<OauthClient>>> {
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// A client to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOauthClient {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// A service account.
    owner_id: UserId,
    /// What its tokens may do at most, by object and action.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    scopes: Matrix,
}

/// Make an OAuth client
#[utoipa::path(post, path = "/oauth-clients", tag = "keys", request_body = NewOauthClient, responses((status = 201, body = Issued<OauthClient>), Problems))]
async fn create(
    cx: InPerson<CreateServiceAccount>,
    Json(new): Json<NewOauthClient>,
) -> Result<Committed<ShowsSecret<OauthClient>>> {
    let name = checked_name(&new.name)?;
    let scopes = within(&new.scopes, &grants_of(&cx, new.owner_id).await?)?;
    let secret = Secret::new(Kind::ClientSecret)?;
    let mut tx = cx.begin().await?;
    let id = store::insert(&mut tx, name, new.owner_id, cx.actor().user, &scopes, &secret).await?;
    let client = store::find(&mut tx, id).await?.or_not_found("client")?;
    tx.emit(event(&cx, "oauth_client.created", &client));
    tx.commit(show(StatusCode::CREATED, client, secret)).await
}

/// How a client's secret is replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClientRotation {
    /// For how long the former secret stays valid: 0 ends it at once, 24 at most.
    #[serde(default)]
    #[schema(maximum = 24)]
    overlap_hours: u8,
}

/// Replace a client's secret
#[utoipa::path(post, path = "/oauth-clients/{id}/rotation", tag = "keys", params(("id" = OauthClientId, Path)), request_body = ClientRotation,
    responses((status = 200, body = Issued<OauthClient>), Problems))]
async fn rotate(
    cx: InPerson<UpdateServiceAccount>,
    Path(id): Path<OauthClientId>,
    Json(how): Json<ClientRotation>,
) -> Result<Committed<ShowsSecret<OauthClient>>> {
    let former_until = checked_overlap(how.overlap_hours, cx.clock().now())?;
    let mut tx = cx.begin().await?;
    let client = store::find(&mut tx, id).await?.or_not_found("client")?;
    tx.done(()).await?;
    if client.state != ClientState::Active {
        return Err(Error::conflict("key_ended", "this client has ended; make a new one"));
    }
    // Whoever gets the secret can do what the client can.
    within(&client.scopes, &grants_of(&cx, client.owner.id).await?)?;
    let secret = Secret::new(Kind::ClientSecret)?;
    let mut tx = cx.begin().await?;
    store::rotate(&mut tx, id, &secret, former_until).await?;
    let client = store::find(&mut tx, id).await?.or_not_found("client")?;
    tx.emit(event(&cx, "oauth_client.rotated", &client));
    tx.commit(show(StatusCode::OK, client, secret)).await
}

/// Revoke a client and its tokens
#[utoipa::path(delete, path = "/oauth-clients/{id}", tag = "keys", params(("id" = OauthClientId, Path)),
    responses((status = 204, description = "Ended, from its next request on"), Problems))]
async fn revoke(cx: InPerson<DeleteServiceAccount>, Path(id): Path<OauthClientId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let client = store::find(&mut tx, id).await?.or_not_found("client")?;
    if client.revoked_at.is_none() {
        store::revoke(&mut tx, id).await?;
        tx.emit(event(&cx, "oauth_client.revoked", &client));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// The event of a client, without its secret.
fn event(cx: &Context, kind: &str, client: &OauthClient) -> Event {
    let subject = Subject { object: "oauth_client", id: client.id.0, name: client.name.clone(), version: None };
    Event::new(cx.clock(), kind, subject).data(json!({
        "owner_id": client.owner.id, "owner": client.owner.name, "hint": client.hint, "scopes": client.scopes,
        "former_until": client.former_until,
    }))
}
