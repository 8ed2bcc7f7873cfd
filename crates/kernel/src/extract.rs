//! Extractors whose rejections are our problems: a JSON body, a query string, path parameters, `If-Match`.
//!
//! A body that isn't JSON is 400 `malformed_json`; JSON of another shape is 422 and names the field.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Outcome;
use crate::{Error, Result};

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A body that checks itself beyond its types.
pub trait Validate {
    /// # Errors
    /// 422 with every field that is wrong.
    fn validate(&self) -> Result<()>;
}

/// A JSON body that has been validated.
#[derive(Debug)]
pub struct Valid<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::unsupported_type("send the body as application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Error::too_large("the body is larger than this endpoint takes")
            } else {
                Error::unreadable("unreadable_body", "the body could not be read")
            }
        })?;
        read_json(&bytes).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Validate> FromRequest<S> for Valid<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let Json(body) = Json::<T>::from_request(request, state).await?;
        body.validate()?;
        Ok(Self(body))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|value| {
        let media = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
    })
}

/// Reads JSON, and names the field that does not fit.
///
/// # Errors
/// 400 `malformed_json`, or 422 `invalid` with the field.
pub fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => shape_error(&path, &inner.to_string()),
            _ => Error::unreadable("malformed_json", format!("the body is not JSON: {inner}")),
        }
    })?;
    deserializer
        .end()
        .map_err(|e| Error::unreadable("malformed_json", format!("the body is not one JSON value: {e}")))?;
    Ok(value)
}

/// Reads an already parsed value as `T`, and names the field that does not fit.
///
/// # Errors
/// 422 `invalid` with the field.
pub fn read_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|e| shape_error(&e.path().to_string(), &e.inner().to_string()))
}

fn shape_error(path: &str, message: &str) -> Error {
    let message = message.split(" at line ").next().unwrap_or(message);
    let named = message.split('`').nth(1).unwrap_or_default();
    let inside = |name: &str| {
        if path.is_empty() || path == "." {
            name.to_owned()
        } else if path.ends_with(name) {
            path.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    if message.starts_with("unknown field") {
        Error::field(inside(named), "unknown_field", "there is no such field")
    } else if message.starts_with("missing field") {
        Error::field(inside(named), "required", "this field is required")
    } else {
        Error::field(if path == "." { "" } else { path }, "invalid_value", message)
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                let text = rejection.body_text();
                let message = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
                // What is wrong with a parameter follows its name.
                let named = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
                let parts = message.split_once(": ").filter(|(name, _)| named(name));
                let (place, message) = parts.unwrap_or(("", message));
                let mut error = shape_error(place, message);
                error.outcome = Outcome::Unreadable;
                error.code = "invalid_query".into();
                Err(error)
            }
        }
    }
}

/// A path parameter. What is not an id can't be found.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::not_found("record")),
        }
    }
}

/// The version in `If-Match: "7"`, if the header was sent.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<i64>);

impl IfMatch {
    /// The version the caller read: from the header, or else from the body.
    ///
    /// # Errors
    /// 422 `version_required` when neither says it.
    pub fn or(self, body: Option<i64>) -> Result<i64> {
        self.0.or(body).ok_or_else(|| {
            Error::field("version", "version_required", "say which version you read, in If-Match or as version")
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let version =
            value.to_str().ok().and_then(|v| v.trim().trim_start_matches("W/").trim_matches('"').parse().ok());
        version.map(|v| Self(Some(v))).ok_or_else(|| {
            Error::unreadable("invalid_if_match", "If-Match takes the record's version in quotes, such as \"7\"")
                .on("If-Match")
        })
    }
}

/// An `ETag` for a version.
#[must_use]
pub fn etag(version: i64) -> [(header::HeaderName, String); 1] {
    [(header::ETAG, format!("\"{version}\""))]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[expect(dead_code, reason = "only its shape matters")]
        amount: i64,
    }

    #[test]
    fn a_misfit_names_its_field() {
        let of = |json: &str| {
            let error = read_json::<Body>(json.as_bytes()).unwrap_err();
            let field = error.fields.first().map_or(String::new(), |f| format!("{}:{}", f.field, f.code));
            format!("{} {} {field}", error.outcome.status().as_u16(), error.code)
        };
        assert_eq!(of("{"), "400 malformed_json ");
        assert_eq!(of("{}"), "422 invalid amount:required");
        assert_eq!(of(r#"{"amount":"x"}"#), "422 invalid amount:invalid_value");
        assert_eq!(of(r#"{"amount":1,"name":2}"#), "422 invalid name:unknown_field");
        assert_eq!(of(r#"{"amount":1} 2"#), "400 malformed_json ");
    }
}
