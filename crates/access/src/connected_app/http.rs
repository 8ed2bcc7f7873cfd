//! `/connected-apps`, one's own and for administrators everybody's; `/app-registrations`, the apps themselves.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::{AppClientId, AppGrantId, UserId};
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{ConnectedApp, State, store, token_store};
use crate::policy::{DeleteApiKey, DeleteServiceAccount, Needs, ReadApiKey, ReadServiceAccount};
use crate::{Access, InPerson};

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .merge(super::consent::router())
        .routes(routes!(index))
        .routes(routes!(disconnect))
        .routes(routes!(registrations))
        .routes(routes!(send_away))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OfPerson {
    /// What this person has connected.
    owner_id: Option<UserId>,
}

/// Connected apps
///
/// One's own; for administrators all. Ended ones are among them.
#[utoipa::path(get, path = "/connected-apps", tag = "keys", params(OfPerson), responses((status = 200, body = Page<ConnectedApp>), Problems))]
async fn index(cx: InPerson<ReadApiKey>, Query(asked): Query<OfPerson>) -> Result<Json<Page<ConnectedApp>>> {
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, asked.owner_id, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// Disconnect an app
#[utoipa::path(delete, path = "/connected-apps/{id}", tag = "keys", params(("id" = AppGrantId, Path)),
    responses((status = 204, description = "Ended, from its next request on"), Problems))]
async fn disconnect(cx: InPerson<DeleteApiKey>, Path(id): Path<AppGrantId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let app = store::find(&mut tx, id).await?.or_not_found("connected app")?;
    cx.may_assign(DeleteApiKey::PERMISSION, app.owner.id, None)?;
    let by = if app.owner.id == cx.actor().user { "person" } else { "administrator" };
    if app.state != State::Ended && store::end(&mut tx, id, by).await? {
        tx.emit(
            event(tx.new_id(), "disconnected", id, &app.name)
                .data(json!({ "owner_id": app.owner.id, "owner": app.owner.name })),
        );
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// An app that registered itself, as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppRegistration {
    /// Its `client_id`.
    pub id: AppClientId,
    /// As it calls itself; nobody has verified it.
    pub name: String,
    pub uri: Option<String>,
    pub redirect_uris: Vec<String>,
    pub created_at: DateTime<Utc>,
    /// How many people here have it connected.
    pub people: i64,
    pub last_used_at: Option<DateTime<Utc>>,
    /// When an administrator sent it away.
    pub sent_away_at: Option<DateTime<Utc>>,
}

/// Apps that registered themselves
///
/// Those that somebody here has connected or that were sent away; on a server with one organisation also those that nobody has
/// connected yet, which lapse within a day.
#[utoipa::path(get, path = "/app-registrations", tag = "keys", responses((status = 200, body = Page<AppRegistration>), Problems))]
async fn registrations(cx: InPerson<ReadServiceAccount>) -> Result<Json<Page<AppRegistration>>> {
    // As they are now: what follows is read past row-level security.
    cx.begin().await?.done(()).await?;
    let now = cx.clock().now();
    let mut tx = cx.access().database().system().await?;
    let items = token_store::registrations(&mut tx, cx.actor().org, now).await?;
    tx.commit().await?;
    Ok(Json(Page::whole(items)))
}

/// Send an app away
///
/// For everybody here, from its next request on. It can't be connected again.
#[utoipa::path(delete, path = "/app-registrations/{id}", tag = "keys", params(("id" = AppClientId, Path)),
    responses((status = 204, description = "Sent away"), Problems))]
async fn send_away(cx: InPerson<DeleteServiceAccount>, Path(id): Path<AppClientId>) -> Result<Committed<StatusCode>> {
    cx.begin().await?.done(()).await?;
    let now = cx.clock().now();
    let mut system = cx.access().database().system().await?;
    let known = token_store::registrations(&mut system, cx.actor().org, now).await?;
    system.commit().await?;
    let app = known.into_iter().find(|app| app.id == id).or_not_found("app")?;
    let mut tx = cx.begin().await?;
    if let Some(ended) = store::ban(&mut tx, id, cx.actor().user).await? {
        let subject = Subject { object: "app_registration", id: id.0, name: app.name, version: None };
        let told = Event::with_id(tx.new_id().into(), "app_registration.sent_away", subject);
        tx.emit(told.data(json!({ "ended": ended, "redirect_uris": app.redirect_uris })));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// The event of a connected app, without its tokens.
pub(super) fn event(id: Uuid, verb: &str, app: AppGrantId, name: &str) -> Event {
    let subject = Subject { object: "connected_app", id: app.0, name: name.to_owned(), version: None };
    Event::with_id(id.into(), format!("connected_app.{verb}"), subject)
}
