//! `/uploads`: announcing, sending, asking how far it is, giving up. As tus 1.0 has it, with JSON for who prefers that.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dealwright_access::context::Caller;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, read_json};
use dealwright_kernel::id::UploadId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewUpload, Upload, begin, complete, receive, store, wrong_offset};
use crate::file::FileState;

const VERSION: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

/// The uploads' endpoints.
pub fn router() -> OpenApiRouter<FileState> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get, send, give_up))
}

/// What every answer about an upload says in its head.
fn head(upload: &Upload) -> HeaderMap {
    let mut head = HeaderMap::new();
    head.insert(VERSION, HeaderValue::from_static("1.0.0"));
    let expires = upload.expires_at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let said = [
        (OFFSET, upload.offset.to_string()),
        (LENGTH, upload.size.to_string()),
        (EXPIRES, expires),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    for (name, value) in said {
        if let Ok(value) = HeaderValue::from_str(&value) {
            head.insert(name, value);
        }
    }
    head
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<i64>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let number = value.to_str().ok().and_then(|v| v.trim().parse::<i64>().ok()).filter(|n| *n >= 0);
    let wrong = || Error::unreadable("invalid_header", format!("{name} is a whole number of bytes")).on(name.as_str());
    number.map(Some).ok_or_else(wrong)
}

/// What a client of tus says of a file: words and their values in base64, with commas between.
fn announced(headers: &HeaderMap, size: i64) -> Result<NewUpload> {
    let wrong = || {
        Error::unreadable("invalid_header", "Upload-Metadata is pairs of a word and base64, with commas between")
            .on(METADATA.as_str())
    };
    let text = headers.get(METADATA).map(HeaderValue::to_str).transpose().map_err(|_| wrong())?.unwrap_or_default();
    let mut said = HashMap::new();
    for pair in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (word, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value.trim()).ok().and_then(|v| String::from_utf8(v).ok()).ok_or_else(wrong)?;
        said.insert(word, value);
    }
    let name = said.remove("filename").or_else(|| said.remove("name")).unwrap_or_default();
    let mut new = NewUpload { name, size, ..NewUpload::default() };
    let id = |field: &str| {
        let of = |text: &String| text.parse::<uuid::Uuid>();
        said.get(field).map(of).transpose().map_err(|_| Error::field(field, "invalid_value", "an id"))
    };
    new.opportunity_id = id("opportunity_id")?.map(Into::into);
    new.account_id = id("account_id")?.map(Into::into);
    new.contact_id = id("contact_id")?.map(Into::into);
    new.lead_id = id("lead_id")?.map(Into::into);
    new.file_id = id("file_id")?.map(Into::into);
    Ok(new)
}

/// Announce a file
///
/// By JSON; or without a body, by the headers `Upload-Length` and `Upload-Metadata` (`filename`, and `opportunity_id`,
/// `account_id`, `contact_id`, `lead_id` or `file_id`), as clients of tus do. The file is then sent to `/uploads/{id}`.
#[utoipa::path(post, path = "/uploads", tag = "files", params(("Upload-Length" = Option<i64>, Header, description = "The file's size, where there is no body"), ("Upload-Metadata" = Option<String>, Header, description = "Its name and what it is for, where there is no body")),
    request_body = NewUpload, responses((status = 201, body = Upload), Problems))]
async fn create(
    Caller(cx): Caller,
    State(state): State<FileState>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Committed<Response>> {
    let body = body.map_err(|_| Error::too_large("what announces a file is small"))?;
    let new = match number(&headers, &LENGTH)? {
        Some(size) if body.is_empty() => announced(&headers, size)?,
        Some(_) | None => {
            let json = headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
            if !json {
                return Err(Error::unsupported_type("announce a file by application/json, or by Upload-Length"));
            }
            read_json(&body)?
        }
    };
    let mut tx = cx.begin().await?;
    let upload = begin(&cx, &mut tx, &state.files, new).await?;
    let location = [(header::LOCATION, format!("/api/v1/uploads/{}", upload.id))];
    tx.commit((StatusCode::CREATED, head(&upload), location, Json(upload)).into_response()).await
}

/// How far an upload is
///
/// `HEAD` answers the same in its headers: `Upload-Offset`, `Upload-Length`, `Upload-Expires`. One's own uploads only.
#[utoipa::path(get, path = "/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses((status = 200, body = Upload), Problems))]
async fn get(Caller(cx): Caller, Path(id): Path<UploadId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let upload = store::find(&mut tx, id).await?.or_not_found("upload")?.upload;
    tx.done((head(&upload), Json(upload))).await
}

/// The next bytes of a file, as they are.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "read as a stream; this describes it")]
struct FilePart(Vec<u8>);

/// Send the next bytes of a file
///
/// `Upload-Offset` says where they begin: where the upload is. A request that breaks off leaves what has arrived; ask with
/// `HEAD` and go on from there. With the last byte the upload becomes a file, which `Location` names.
#[utoipa::path(patch, path = "/uploads/{id}", tag = "files", params(("id" = UploadId, Path), ("Upload-Offset" = i64, Header, description = "Where these bytes begin")),
    request_body(content = FilePart, content_type = "application/offset+octet-stream"), responses((status = 204, description = "Upload-Offset says how much has arrived in all"), Problems))]
async fn send(
    Caller(cx): Caller,
    State(state): State<FileState>,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    if headers.get(header::CONTENT_TYPE).is_none_or(|v| v != "application/offset+octet-stream") {
        return Err(Error::unsupported_type("send the bytes as application/offset+octet-stream"));
    }
    let offset = number(&headers, &OFFSET)?.ok_or_else(|| {
        Error::unreadable("invalid_header", "Upload-Offset says where these bytes begin").on(OFFSET.as_str())
    })?;
    let mut tx = cx.begin().await?;
    let open = store::find(&mut tx, id).await?.or_not_found("upload")?;
    tx.done(()).await?;
    if open.upload.done {
        return Err(Error::conflict("upload_complete", "this upload is complete"));
    }
    if offset != open.upload.offset {
        return Err(wrong_offset());
    }
    if number(&headers, &header::CONTENT_LENGTH)?.is_some_and(|n| n > open.upload.size - offset) {
        let mut error = Error::too_large("this brings more than was announced");
        error.code = "upload_too_long".into();
        return Err(error);
    }
    // On its own: who hangs up in the middle leaves what has arrived.
    let taken = tokio::spawn(async move {
        let at = receive(&cx, &state.files, &open, body).await?;
        let upload = Upload { offset: at, ..open.upload };
        if at < upload.size {
            return Ok((StatusCode::NO_CONTENT, head(&upload)).into_response());
        }
        let file = complete(&cx, &state.files, id).await?;
        Ok(file
            .map(|file| {
                let location = [(header::LOCATION, format!("/api/v1/files/{file}"))];
                (StatusCode::NO_CONTENT, head(&upload), location)
            })
            .into_response())
    });
    taken.await.map_err(Error::internal)?
}

/// Give an upload up
#[utoipa::path(delete, path = "/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses((status = 204, description = "What has arrived is removed"), Problems))]
async fn give_up(Caller(cx): Caller, Path(id): Path<UploadId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    if !store::delete(&mut tx, id).await? {
        return Err(Error::not_found("upload"));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_of_tus_says_what_it_brings() {
        let mut headers = HeaderMap::new();
        let id = uuid::Uuid::from_u128(5);
        let value =
            format!("filename {},lead_id {}, is_draft", STANDARD.encode("ü.pdf"), STANDARD.encode(id.to_string()));
        headers.insert(METADATA, value.parse().unwrap());
        let new = announced(&headers, 7).unwrap();
        assert_eq!((new.name.as_str(), new.size, new.lead_id.map(|l| l.0)), ("ü.pdf", 7, Some(id)));
        for wrong in ["filename ***", "filename \u{7f}"] {
            headers
                .insert(METADATA, HeaderValue::from_bytes(wrong.as_bytes()).unwrap_or(HeaderValue::from_static("x !")));
            assert!(announced(&headers, 7).is_err(), "{wrong}");
        }
    }
}
