//! By which identities somebody can sign in: for themselves, at `/me/identities`, and for administrators on the person.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::{IdentityProviderId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Kind, store};
use crate::context::SignedIn;
use crate::policy::ReadSingleSignOn;
use crate::session::recent;
use crate::{Access, Allow, people};

/// The endpoints of a person's identities.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(mine)).routes(routes!(unlink)).routes(routes!(of_user))
}

/// An account at an identity provider, by which somebody signs in here.
#[derive(Debug, Serialize, ToSchema)]
struct LinkedIdentity {
    id: Uuid,
    provider_id: IdentityProviderId,
    provider_name: String,
    kind: Kind,
    /// Whether people may sign in with this provider now.
    enabled: bool,
    /// As the provider last told it.
    email: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
}

async fn linked(tx: &mut Tx, user: UserId) -> Result<Page<LinkedIdentity>> {
    let view = |r: store::Linked| LinkedIdentity {
        id: r.id,
        provider_id: r.provider_id,
        provider_name: r.provider_name,
        kind: Kind::parse(&r.kind),
        enabled: r.enabled,
        email: r.email,
        created_at: r.created_at,
        last_used_at: r.last_used_at,
    };
    Ok(Page::whole(store::linked(tx, user).await?.into_iter().map(view).collect()))
}

/// By which identities I can sign in
#[utoipa::path(get, path = "/me/identities", tag = "sign-in", responses((status = 200, body = Page<LinkedIdentity>), Problems))]
async fn mine(SignedIn(cx): SignedIn) -> Result<Json<Page<LinkedIdentity>>> {
    let mut tx = cx.begin().await?;
    let page = linked(&mut tx, cx.actor().user).await?;
    tx.done(Json(page)).await
}

/// Take an identity off my account
///
/// Takes a recent authentication. Not the last way to sign in.
#[utoipa::path(delete, path = "/me/identities/{id}", tag = "sign-in", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Taken off"), Problems))]
async fn unlink(SignedIn(cx): SignedIn, Path(id): Path<Uuid>) -> Result<Committed<StatusCode>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    let provider = store::unlink_from(&mut tx, actor.user, id).await?;
    recent(&mut tx, actor).await?;
    if !store::has_way_in(&mut tx, actor.user).await? {
        let detail = "this is your only way to sign in; set a password or link another one first";
        return Err(Error::conflict("last_way_in", detail));
    }
    let subject = Subject { object: "user", id: actor.user.0, name: actor.name.clone(), version: None };
    let event = Event::with_id(tx.new_id().into(), "user.identity_unlinked", subject);
    tx.emit(event.data(json!({ "provider": provider })));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// By which identities somebody can sign in
#[utoipa::path(get, path = "/users/{id}/identities", tag = "single sign-on", params(("id" = UserId, Path)),
    responses((status = 200, body = Page<LinkedIdentity>), Problems))]
async fn of_user(cx: Allow<ReadSingleSignOn>, Path(id): Path<UserId>) -> Result<Json<Page<LinkedIdentity>>> {
    let mut tx = cx.begin().await?;
    people::user::store::find(&mut tx, id).await?.or_not_found("user")?;
    let page = linked(&mut tx, id).await?;
    tx.done(Json(page)).await
}
