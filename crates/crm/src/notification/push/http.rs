//! `/push-subscriptions`: requests, responses and handlers.

use axum::extract::DefaultBodyLimit;
use axum::http::{Extensions, HeaderMap, StatusCode};
use chrono::TimeDelta;
use dealwright_access::outbound::Outbound;
use dealwright_access::session::device::Device;
use dealwright_access::{Access, Context, SignedIn};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::PushSubscriptionId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::message::Message;
use super::send::{self, Answer};
use super::vapid::Key;
use super::{NewPushSubscription, PushKey, PushSubscription, store};
use crate::notification::text::Language;

/// No subscription is as large.
const BODY_LIMIT: usize = 16 * 1024;
/// How long between trials of one browser.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// The endpoints of web push.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(key))
        .routes(routes!(index, add))
        .routes(routes!(remove))
        .routes(routes!(try_out))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
}

/// What a browser subscribes with
#[utoipa::path(get, path = "/push-subscriptions/key", tag = "notifications", responses((status = 200, body = PushKey), Problems))]
async fn key(SignedIn(cx): SignedIn) -> Result<Json<PushKey>> {
    let public_key = match cx.access().settings().push_hosts.is_empty() {
        true => None,
        false => Some(Key::load(cx.access()).await?.public),
    };
    Ok(Json(PushKey { public_key }))
}

/// The browsers that show my notifications
#[utoipa::path(get, path = "/push-subscriptions", tag = "notifications", responses((status = 200, body = Page<PushSubscription>), Problems))]
async fn index(SignedIn(cx): SignedIn) -> Result<Json<Page<PushSubscription>>> {
    let mut tx = cx.begin().await?;
    let all = store::list(&mut tx, cx.actor()).await?;
    tx.done(Json(Page::whole(all))).await
}

/// Have a browser show my notifications
///
/// What the browser's `pushManager.subscribe` made. It ends with the session; a browser that showed somebody else's shows mine
/// alone from now on. At most 20.
#[utoipa::path(post, path = "/push-subscriptions", tag = "notifications", request_body = NewPushSubscription,
    responses((status = 201, body = PushSubscription), Problems))]
async fn add(
    SignedIn(cx): SignedIn,
    headers: HeaderMap,
    extensions: Extensions,
    Json(new): Json<NewPushSubscription>,
) -> Result<Committed<(StatusCode, Json<PushSubscription>)>> {
    let session = cx.actor().session.ok_or_else(|| Error::forbidden("session_required", "a key has no browser"))?;
    let checked = new.check(cx.access().settings())?;
    let agent = Device::of(&headers, &extensions).user_agent;
    let mut tx = cx.begin().await?;
    let (kept, fresh) = store::keep(&mut tx, &cx, session, &checked, agent.as_deref()).await?;
    if fresh {
        tx.emit(event(&cx, tx.new_id(), "user.push_turned_on", &kept.device));
    }
    tx.commit((StatusCode::CREATED, Json(kept))).await
}

/// Show my notifications in a browser no more
#[utoipa::path(delete, path = "/push-subscriptions/{id}", tag = "notifications", params(("id" = PushSubscriptionId, Path)),
    responses((status = 204, description = "It shows none from now on"), Problems))]
async fn remove(SignedIn(cx): SignedIn, Path(id): Path<PushSubscriptionId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let device = store::remove(&mut tx, cx.actor(), id).await?;
    tx.emit(event(&cx, tx.new_id(), "user.push_turned_off", &device));
    tx.commit(StatusCode::NO_CONTENT).await
}

fn event(cx: &Context, id: uuid::Uuid, verb: &'static str, device: &str) -> Event {
    let actor = cx.actor();
    let subject = Subject { object: "user", id: actor.user.0, name: actor.name.clone(), version: None };
    Event::with_id(id.into(), verb, subject).data(json!({ "device": device }))
}

/// Send a notification to a browser of mine, to see whether it arrives
///
/// Every ten seconds at most. A browser that its push service knows no more is forgotten, and the answer is 409.
#[utoipa::path(post, path = "/push-subscriptions/{id}/test", tag = "notifications", params(("id" = PushSubscriptionId, Path)),
    responses((status = 204, description = "Its push service took it"), Problems))]
async fn try_out(SignedIn(cx): SignedIn, Path(id): Path<PushSubscriptionId>) -> Result<StatusCode> {
    let access = cx.access();
    let mut tx = cx.begin().await?;
    let device = store::to_try(&mut tx, cx.actor(), id, PAUSE).await?;
    tx.commit(()).await?.into_inner();
    let key = Key::load(access).await?;
    let message = Message::trial(Language::of(cx.actor().locale.as_deref()));
    super::endpoint(&device.endpoint, access.settings())?;
    let outbound = Outbound::new(&access.settings().outbound_networks);
    let answer = send::send(access, &outbound, &key, &device, &message).await?;
    match send::note(access, cx.actor().org, id, answer).await? {
        Answer::Taken => Ok(StatusCode::NO_CONTENT),
        Answer::Gone => Err(Error::conflict(
            "push_subscription_gone",
            "this browser no longer takes notifications; turn them on there again",
        )),
        Answer::Later(_) => Err(Error::unavailable(
            "push_service_unavailable",
            "the browser's push service does not answer; try again later",
        )),
        Answer::Refused(why) => {
            Err(Error::conflict("push_refused", format!("the browser's push service refused the message: {why}")))
        }
    }
}
