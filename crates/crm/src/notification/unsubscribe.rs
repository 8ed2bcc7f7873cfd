//! `/unsubscribe/{token}`: ends letters of a kind for whoever got one, without signing in (RFC 8058). The token says who and
//! which kind, and is tagged by the server's key; all it can do is to turn these letters off.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dealwright_access::Access;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Error, Result};
use uuid::Uuid;

use super::NotificationKind;
use super::preference::Channels;
use super::store::letters;
use super::text::Language;

const CONTEXT: &str = "unsubscribe";
const TAG: usize = 32;

/// The link that ends letters of a kind.
pub(super) fn link(access: &Access, org: OrgId, user: UserId, kind: NotificationKind) -> String {
    let message = [org.0.as_bytes().as_slice(), user.0.as_bytes(), kind.as_str().as_bytes()].concat();
    let tag = access.keyring().tag(CONTEXT, &message);
    let token = URL_SAFE_NO_PAD.encode([tag, message].concat());
    format!("{}/unsubscribe/{token}", access.settings().base_url)
}

fn read(access: &Access, token: &str) -> Option<(OrgId, UserId, NotificationKind)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (tag, message) = bytes.split_at_checked(TAG)?;
    if !access.keyring().is_tag(CONTEXT, message, tag) {
        return None;
    }
    let (org, rest) = message.split_at_checked(16)?;
    let (user, kind) = rest.split_at_checked(16)?;
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).ok();
    Some((OrgId(id(org)?), UserId(id(user)?), std::str::from_utf8(kind).ok()?.parse().ok()?))
}

/// The public page; no part of the API.
pub fn pages() -> Router<Access> {
    Router::new().route("/unsubscribe/{token}", get(show).post(submit))
}

async fn show(State(access): State<Access>, Path(token): Path<String>) -> Response {
    match known(&access, &token).await {
        Ok((_, _, _, language)) => page(
            StatusCode::OK,
            language,
            language.say("No more letters of this kind?", "Keine solchen Nachrichten mehr?"),
            Some(language.say("Unsubscribe", "Abbestellen")),
        ),
        Err(error) => absent(&error),
    }
}

async fn submit(State(access): State<Access>, Path(token): Path<String>) -> Response {
    match turn_off(&access, &token).await {
        Ok(language) => page(
            StatusCode::OK,
            language,
            language.say("You get no more letters of this kind.", "Sie erhalten keine solchen Nachrichten mehr."),
            None,
        ),
        Err(error) => absent(&error),
    }
}

async fn known(access: &Access, token: &str) -> Result<(OrgId, UserId, NotificationKind, Language)> {
    let (org, user, kind) = read(access, token).or_not_found("link")?;
    let mut tx = access.database().system().await?;
    let receiver = letters::receiver(tx.db(), org, user).await?.or_not_found("link")?;
    tx.commit().await?;
    Ok((org, user, kind, Language::of(receiver.locale.as_deref())))
}

async fn turn_off(access: &Access, token: &str) -> Result<Language> {
    let (org, user, kind, language) = known(access, token).await?;
    let usual = serde_json::to_value(Channels::usual(kind)).map_err(Error::internal)?;
    let mut tx = access.database().system().await?;
    sqlx::query!(
        r#"insert into notification_setting as s (org_id, user_id, channels)
           values ($1, $2, jsonb_build_object($3::text, $4::jsonb || '{"email": "off"}'))
           on conflict (org_id, user_id) do update set version = s.version + 1,
               channels = s.channels || jsonb_build_object($3::text, coalesce(s.channels -> $3::text, $4::jsonb) || '{"email": "off"}')"#,
        org.0,
        user.0,
        kind.as_str(),
        usual,
    )
    .execute(tx.db())
    .await?;
    tx.commit().await?;
    Ok(language)
}

fn page(status: StatusCode, language: Language, text: &str, button: Option<&str>) -> Response {
    let form =
        button.map(|button| format!("<form method=\"post\"><button>{button}</button></form>")).unwrap_or_default();
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>Dealwright</title></head><body><main><h1>{text}</h1>{form}</main></body></html>",
        language.tag()
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn absent(error: &Error) -> Response {
    page(error.outcome.status(), Language::English, "This link does not work.", None)
}
