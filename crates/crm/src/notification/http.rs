//! `/notifications`, `/notification-preferences`, `/bouncing-addresses`, `/follows`: requests, responses and handlers.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::context::{Caller, permission};
use dealwright_access::policy::UpdateUser;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::UserId;
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::diff;
use dealwright_store::mail::{self, Letter};
use dealwright_store::{Committed, Event, Subject};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::bounce::{self, BouncingAddress};
use super::follow::{self, FollowedObject, Followers};
use super::preference::{NewNotificationPreferences, NotificationPreferences};
use super::store::{self, Asked};
use super::text::Language;
use super::{Marked, Marking, Notification, NotificationCounts, NotificationKind, NotifiedObject, Snoozing};

/// The endpoints of notifications.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(counts))
        .routes(routes!(mark))
        .routes(routes!(snooze))
        .routes(routes!(preferences, put_preferences))
        .routes(routes!(test_letter))
        .routes(routes!(bouncing))
        .routes(routes!(try_again))
        .routes(routes!(followers, follow, unfollow))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// At most 200.
    limit: Option<u16>,
    cursor: Option<String>,
    /// Only those that were not read.
    #[serde(default)]
    unread: bool,
    /// Those that are put off, and no others.
    #[serde(default)]
    snoozed: bool,
    #[param(inline)]
    kind: Option<NotificationKind>,
    /// All about this record, singly; with `record_id`.
    #[param(inline)]
    object: Option<NotifiedObject>,
    record_id: Option<Uuid>,
}

/// What you ought to hear of, the newest first
///
/// The newest of those about each record, with how many others there are; all about one record with `object` and `record_id`.
/// What is about a record that you may not see any more is not among them.
#[utoipa::path(get, path = "/notifications", tag = "notifications", params(Params), responses((status = 200, body = Page<Notification>), Problems))]
async fn index(Caller(cx): Caller, Query(params): Query<Params>) -> Result<Json<Page<Notification>>> {
    let limit = params.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(
            Error::unreadable("invalid_value", format!("`limit` is a number from 1 to {MAX_LIMIT}")).on("limit")
        );
    }
    if params.object.is_some() != params.record_id.is_some() {
        return Err(Error::unreadable("invalid_value", "`object` and `record_id` go together").on("record_id"));
    }
    let asked = Asked {
        unread: params.unread,
        snoozed: params.snoozed,
        kind: params.kind,
        about: params.object.zip(params.record_id),
    };
    let mut tx = cx.begin().await?;
    let page = store::page(&mut tx, cx.actor(), &asked, limit, params.cursor.as_deref()).await?;
    tx.done(Json(page)).await
}

/// How many you have not read
#[utoipa::path(get, path = "/notifications/counts", tag = "notifications", responses((status = 200, body = NotificationCounts), Problems))]
async fn counts(Caller(cx): Caller) -> Result<Json<NotificationCounts>> {
    let mut tx = cx.begin().await?;
    let counts = store::counts(&mut tx, cx.actor()).await?;
    tx.done(Json(counts)).await
}

/// Mark notifications as read or unread: some, all about a record, or all
#[utoipa::path(post, path = "/notifications/marks", tag = "notifications", request_body = Marking, responses((status = 200, body = Marked), Problems))]
async fn mark(Caller(cx): Caller, Valid(marking): Valid<Marking>) -> Result<Committed<Json<Marked>>> {
    let mut tx = cx.begin().await?;
    let changed = store::mark(&mut tx, cx.actor(), &marking.which, marking.read).await?;
    tx.commit(Json(Marked { changed })).await
}

/// Put notifications off until later, or bring them back
///
/// They come back unread, at the top.
#[utoipa::path(post, path = "/notifications/snoozes", tag = "notifications", request_body = Snoozing, responses((status = 200, body = Marked), Problems))]
async fn snooze(Caller(cx): Caller, Valid(snoozing): Valid<Snoozing>) -> Result<Committed<Json<Marked>>> {
    let mut tx = cx.begin().await?;
    if snoozing.until.is_some_and(|until| until <= tx.now()) {
        return Err(Error::field("until", "in_the_past", "a time in the future"));
    }
    let changed = store::snooze(&mut tx, cx.actor(), &snoozing.which, snoozing.until).await?;
    tx.commit(Json(Marked { changed })).await
}

/// How you want to hear of what
#[utoipa::path(get, path = "/notification-preferences", tag = "notifications", responses((status = 200, body = NotificationPreferences), Problems))]
async fn preferences(Caller(cx): Caller) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let preferences = store::preferences(&mut tx, cx.actor()).await?;
    tx.done((etag(preferences.version), Json(preferences))).await
}

/// Say how you want to hear of what
#[utoipa::path(put, path = "/notification-preferences", tag = "notifications", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = NewNotificationPreferences, responses((status = 200, body = NotificationPreferences), Problems))]
async fn put_preferences(
    Caller(cx): Caller,
    if_match: IfMatch,
    Valid(new): Valid<NewNotificationPreferences>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(new.version)?;
    let mut tx = cx.begin().await?;
    let old = store::preferences(&mut tx, cx.actor()).await?;
    store::save(&mut tx, cx.actor(), version, &new).await?;
    let now = store::preferences(&mut tx, cx.actor()).await?;
    let subject = Subject { object: "user", id: cx.actor().user.0, name: cx.actor().name.clone(), version: None };
    let changes = diff(&told(&old), &told(&now))?;
    if !changes.is_empty() {
        let event = Event::with_id(tx.new_id().into(), "user.notification_preferences_changed", subject);
        tx.emit(event.changes(changes));
    }
    tx.commit((etag(now.version), Json(now))).await
}

fn told(preferences: &NotificationPreferences) -> Value {
    json!({ "kinds": preferences.kinds, "quiet_days": preferences.quiet_days, "quiet_from": preferences.quiet_from,
            "quiet_until": preferences.quiet_until, "digest_hour": preferences.digest_hour, "digest_day": preferences.digest_day })
}

/// Send yourself a letter, to see whether it arrives
#[utoipa::path(post, path = "/notification-preferences/test-letter", tag = "notifications", responses((status = 202, description = "It is on its way"), Problems))]
async fn test_letter(Caller(cx): Caller) -> Result<Committed<StatusCode>> {
    let actor = cx.actor();
    let language = Language::of(actor.locale.as_deref());
    let letter = Letter {
        to: actor.email.clone(),
        subject: language.say("Letters reach you", "Nachrichten erreichen Sie").to_owned(),
        paragraphs: vec![
            language
                .say(
                    "You asked for this letter. Others like it can tell you of what happens.",
                    "Sie haben um diese Nachricht gebeten. Andere wie sie können Ihnen sagen, was geschieht.",
                )
                .to_owned(),
        ],
        action: None,
        reason: language.say("You asked for it.", "Sie haben darum gebeten.").to_owned(),
    };
    let mut tx = cx.begin().await?;
    if mail::sent_lately(&mut tx, &letter.to, &letter.subject).await? {
        return Err(Error::too_many("too_many_requests", 60, "one a minute is enough to see whether they arrive"));
    }
    mail::queue(&mut tx, cx.access().keyring(), &letter).await?;
    tx.commit(StatusCode::ACCEPTED).await
}

/// Whose addresses refuse letters, so that none are sent to them
#[utoipa::path(get, path = "/bouncing-addresses", tag = "notifications", responses((status = 200, body = Page<BouncingAddress>), Problems))]
async fn bouncing(cx: Allow<UpdateUser>) -> Result<Json<Page<BouncingAddress>>> {
    let mut tx = cx.begin().await?;
    let all = bounce::list(&mut tx).await?;
    tx.done(Json(Page::whole(all))).await
}

/// Try an address again that refused letters
///
/// Everyone their own; who may change people, everyone's.
#[utoipa::path(delete, path = "/bouncing-addresses/{id}", tag = "notifications", params(("id" = UserId, Path)), responses((status = 204, description = "The next letter goes to it again"), Problems))]
async fn try_again(Caller(cx): Caller, Path(id): Path<UserId>) -> Result<Committed<StatusCode>> {
    let needs = (cx.actor().user != id || cx.actor().key.is_some()).then(permission::<UpdateUser>);
    if let Some(needs) = needs {
        cx.actor().require(needs)?;
    }
    let mut tx = cx.begin_for(needs).await?;
    bounce::try_again(&mut tx, id.0).await?.then_some(()).or_not_found("address")?;
    let subject = Subject { object: "user", id: id.0, name: String::new(), version: None };
    tx.emit(Event::with_id(tx.new_id().into(), "user.letters_resumed", subject));
    tx.commit(StatusCode::NO_CONTENT).await
}

fn followed(object: &str) -> Result<FollowedObject> {
    object.parse().map_err(|_| Error::not_found("record"))
}

/// Who follows a record, and whether you do
#[utoipa::path(get, path = "/follows/{object}/{id}", tag = "notifications", params(("object" = String, Path, description = "`opportunity`, `account`, `contact` or `lead`"), ("id" = Uuid, Path)),
    responses((status = 200, body = Followers), Problems))]
async fn followers(Caller(cx): Caller, Path((object, id)): Path<(String, Uuid)>) -> Result<Json<Followers>> {
    let object = followed(&object)?;
    let mut tx = cx.begin().await?;
    follow::sees(&mut tx, object, id).await?.then_some(()).or_not_found("record")?;
    let followers = follow::of(&mut tx, cx.actor(), object, id).await?;
    tx.done(Json(followers)).await
}

/// Follow a record: hear of its stage, owner, amount and notes
#[utoipa::path(put, path = "/follows/{object}/{id}", tag = "notifications", params(("object" = String, Path, description = "`opportunity`, `account`, `contact` or `lead`"), ("id" = Uuid, Path)),
    responses((status = 200, body = Followers), Problems))]
async fn follow(Caller(cx): Caller, Path((object, id)): Path<(String, Uuid)>) -> Result<Committed<Json<Followers>>> {
    set(&cx, &object, id, true).await
}

/// Follow a record no longer, whoever owns it
#[utoipa::path(delete, path = "/follows/{object}/{id}", tag = "notifications", params(("object" = String, Path, description = "`opportunity`, `account`, `contact` or `lead`"), ("id" = Uuid, Path)),
    responses((status = 200, body = Followers), Problems))]
async fn unfollow(Caller(cx): Caller, Path((object, id)): Path<(String, Uuid)>) -> Result<Committed<Json<Followers>>> {
    set(&cx, &object, id, false).await
}

async fn set(
    cx: &dealwright_access::Context,
    object: &str,
    id: Uuid,
    following: bool,
) -> Result<Committed<Json<Followers>>> {
    let object = followed(object)?;
    let mut tx = cx.begin().await?;
    follow::sees(&mut tx, object, id).await?.then_some(()).or_not_found("record")?;
    follow::set(&mut tx, cx.actor(), object, id, following).await?;
    let followers = follow::of(&mut tx, cx.actor(), object, id).await?;
    tx.commit(Json(followers)).await
}
