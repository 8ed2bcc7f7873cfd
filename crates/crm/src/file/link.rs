//! Links by which a version leaves: made for somebody who may open it, good for a minute, and asked again when they are
//! followed. A link is a message with our tag; nothing of it is stored.

use std::ops::Range;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Context;
use dealwright_access::context::Caller;
use dealwright_files::{Files, Kind, Preview};
use dealwright_kernel::error::{OrNotFound, Outcome, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::{FileId, FileVersionId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Keyring, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Stored};
use super::{FileState, FileVersionState};
use crate::web_form::public::PagePolicy;

/// How long a link can be followed.
const LIFE: TimeDelta = TimeDelta::seconds(60);
const CONTEXT: &str = "file-link";
/// What is shown in a page of ours; everything else is loaded, and runs nothing.
const CSP_OF_FILES: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// The browser's own viewer of PDF does not start in a sandbox.
const CSP_OF_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// The endpoint that makes links.
pub fn router() -> OpenApiRouter<FileState> {
    OpenApiRouter::new().routes(routes!(link))
}

/// Where links lead; no part of the API. The name is for who saves the file.
pub fn pages() -> Router<FileState> {
    Router::new().route("/files/{token}/{name}", get(follow))
}

/// Which version a link is to, and how it is opened.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct NewFileLink {
    /// The latest when absent.
    version_id: Option<FileVersionId>,
    /// To be shown in the app; else to be saved. Only images and PDF are ever shown.
    inline: bool,
}

/// A link to a file.
#[derive(Debug, Serialize, ToSchema)]
struct FileLink {
    /// On this server.
    url: String,
    expires_at: DateTime<Utc>,
}

/// A link to a file's bytes
///
/// It can be followed for a minute, by whoever has it, as long as the caller may see the file. 409 `file_withheld` while it
/// may not be opened.
#[utoipa::path(post, path = "/files/{id}/link", tag = "files", params(("id" = FileId, Path)), request_body = NewFileLink, responses((status = 201, body = FileLink), Problems))]
async fn link(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<FileId>,
    Json(asked): Json<NewFileLink>,
) -> Result<(StatusCode, Json<FileLink>)> {
    let mut tx = cx.begin().await?;
    let version = store::version_of(&mut tx, id, asked.version_id).await?.or_not_found("file")?;
    let stored = openable(&cx, &mut tx, &state.files, version, false).await?;
    tx.done(()).await?;
    let expires_at = cx.clock().now() + LIFE;
    let ticket = Ticket {
        org: cx.actor().org,
        user: cx.actor().user,
        version,
        inline: asked.inline && shows(&stored.mime),
        expires: expires_at.timestamp(),
    };
    let url = format!("/files/{}/{}", ticket.seal(state.access.keyring()), percent(&stored.name));
    Ok((StatusCode::CREATED, Json(FileLink { url, expires_at })))
}

fn shows(mime: &str) -> bool {
    Kind::named(mime).is_some_and(|kind| matches!(kind.preview, Preview::Image | Preview::Pdf))
}

/// A version that the actor may see and open, of a file and on a record that are not in the trash.
///
/// # Errors
/// 404; 409 `file_withheld`.
pub async fn openable(
    cx: &Context,
    tx: &mut Tx,
    files: &Files,
    version: FileVersionId,
    with_text: bool,
) -> Result<Stored> {
    let stored = store::stored(tx, version, with_text).await?.filter(|s| !s.deleted).or_not_found("file")?;
    let parent = stored.parent().ok_or_else(|| Error::internal("a file hangs on one record"))?;
    parent.seen(cx, tx).await.map_err(|error| match error.outcome {
        Outcome::NotFound => Error::not_found("file"),
        _ => error,
    })?;
    let state: FileVersionState = stored.state.parse()?;
    if !state.may_open(files) {
        let why = match state {
            FileVersionState::Infected => "the virus scanner found something in this file; it can't be opened",
            FileVersionState::Failed => "the virus scanner could not look at this file; it can't be opened",
            FileVersionState::Scanning | FileVersionState::Unscanned | FileVersionState::Clean => {
                "this file has not been checked for viruses yet; try again in a while"
            }
        };
        return Err(Error::conflict("file_withheld", why));
    }
    Ok(stored)
}

/// What a link says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticket {
    org: OrgId,
    user: UserId,
    version: FileVersionId,
    inline: bool,
    expires: i64,
}

const TICKET: usize = 16 * 3 + 1 + 8;

impl Ticket {
    fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(TICKET);
        for id in [self.org.0, self.user.0, self.version.0] {
            bytes.extend(id.as_bytes());
        }
        bytes.push(self.inline.into());
        bytes.extend(self.expires.to_be_bytes());
        bytes
    }

    fn seal(self, keys: &Keyring) -> String {
        let bytes = self.bytes();
        let tag = keys.tag(CONTEXT, &bytes);
        URL_SAFE_NO_PAD.encode([bytes, tag].concat())
    }

    /// What a token says, if it is one of ours.
    fn open(token: &str, keys: &Keyring) -> Option<Self> {
        let all = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (bytes, tag) = all.split_at_checked(TICKET)?;
        if !keys.is_tag(CONTEXT, bytes, tag) {
            return None;
        }
        let id = |n: usize| Uuid::from_slice(bytes.get(16 * n..16 * (n + 1))?).ok();
        let (flag, expires) = bytes.get(48..)?.split_first()?;
        Some(Self {
            org: OrgId(id(0)?),
            user: UserId(id(1)?),
            version: FileVersionId(id(2)?),
            inline: *flag == 1,
            expires: i64::from_be_bytes(expires.try_into().ok()?),
        })
    }
}

async fn follow(
    State(state): State<FileState>,
    Path((token, _)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let ticket = Ticket::open(&token, state.access.keyring()).or_not_found("file")?;
    if state.access.clock().now().timestamp() >= ticket.expires {
        return Err(Error::forbidden("link_expired", "this link has ended; open the file from its record again"));
    }
    // Asked again as the person is now: what was taken from them since stays taken.
    let cx = state.access.context_for(ticket.org, ticket.user).await.map_err(|_| Error::not_found("file"))?;
    let mut tx = cx.begin().await?;
    let stored = openable(&cx, &mut tx, &state.files, ticket.version, false).await?;
    tx.done(()).await?;
    send(&state.files, &stored, ticket.inline, &headers).await
}

async fn send(files: &Files, stored: &Stored, inline: bool, asked: &HeaderMap) -> Result<Response> {
    let [blob] = stored.blobs.as_slice() else {
        return Err(Error::internal("a version that may be opened is in one piece"));
    };
    let size = u64::try_from(stored.size).map_err(Error::internal)?;
    let tag = format!("\"{}\"", stored.sha256.as_deref().unwrap_or(blob));
    let text = |name: HeaderName| asked.get(name).and_then(|v| v.to_str().ok());
    // A part is good only of what the asker has the rest of.
    let range = text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|same| same == tag));
    let range = match range.map(|range| part(range, size)) {
        None | Some(Asked::Whole) => None,
        Some(Asked::Part(range)) => Some(range),
        Some(Asked::Beyond) => {
            let beyond = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, beyond).into_response());
        }
    };
    let bytes = files.blobs.get(blob, range.clone()).await?;
    let mut response = Body::from_stream(bytes).into_response();
    let (status, length) = match &range {
        Some(range) => (StatusCode::PARTIAL_CONTENT, range.end - range.start),
        None => (StatusCode::OK, size),
    };
    *response.status_mut() = status;
    let pdf = inline && stored.mime == "application/pdf";
    let kind = if inline { "inline" } else { "attachment" };
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &stored.mime);
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::ACCEPT_RANGES, "bytes");
    set(header::ETAG, &tag);
    set(header::CACHE_CONTROL, "private, no-store");
    set(header::CONTENT_DISPOSITION, &disposition(kind, &stored.name));
    if let Some(range) = range {
        set(header::CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    let csp = HeaderValue::from_static(if pdf { CSP_OF_PDF } else { CSP_OF_FILES });
    response.extensions_mut().insert(PagePolicy { csp, framed: pdf });
    Ok(response)
}

#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Beyond,
}

/// What a `Range` asks of so many bytes. Several parts, or what is no range, are answered by all there is.
fn part(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|r| r.split_once('-')) else {
        return Asked::Whole;
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..size,
        (Err(_), Ok(last)) if first.trim().is_empty() => size.saturating_sub(last)..size,
        _ => return Asked::Whole,
    };
    if range.start >= range.end { Asked::Beyond } else { Asked::Part(range) }
}

/// A name for everyone, and for those who read it (RFC 6266), as it is.
fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", percent(name))
}

/// A name as a part of an address.
fn percent(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_what_it_was_made_as() {
        let keys = Keyring::for_tests();
        let ticket = Ticket {
            org: OrgId(Uuid::from_u128(1)),
            user: UserId(Uuid::from_u128(2)),
            version: FileVersionId(Uuid::from_u128(3)),
            inline: true,
            expires: 1_800_000_000,
        };
        let token = ticket.seal(&keys);
        assert_eq!(Ticket::open(&token, &keys), Some(ticket));
        let other = Ticket { version: FileVersionId(Uuid::from_u128(4)), ..ticket };
        let mut forged = URL_SAFE_NO_PAD.decode(&token).unwrap();
        forged.splice(..TICKET, other.bytes());
        assert_eq!(Ticket::open(&URL_SAFE_NO_PAD.encode(forged), &keys), None);
        for broken in ["", "x", "AAAA", &token[..token.len() - 4]] {
            assert_eq!(Ticket::open(broken, &keys), None, "{broken}");
        }
    }

    #[test]
    fn parts_are_within_what_there_is() {
        assert_eq!(part("bytes=0-9", 100), Asked::Part(0..10));
        assert_eq!(part("bytes=90-", 100), Asked::Part(90..100));
        assert_eq!(part("bytes=90-500", 100), Asked::Part(90..100));
        assert_eq!(part("bytes=-10", 100), Asked::Part(90..100));
        assert_eq!(part("bytes=100-", 100), Asked::Beyond);
        for all in ["bytes=9-1", "items=0-1", "bytes=0-1,5-6", "bytes=x-y", "bytes=-"] {
            assert_eq!(part(all, 100), Asked::Whole, "{all}");
        }
    }

    #[test]
    fn a_name_stays_within_its_header() {
        assert_eq!(
            disposition("attachment", "a\"b\r\nü.pdf"),
            "attachment; filename=\"a_b___.pdf\"; filename*=UTF-8''a%22b%0D%0A%C3%BC.pdf"
        );
    }
}
