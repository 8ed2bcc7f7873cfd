//! SCIM 2.0 (RFC 7643, RFC 7644): a provisioning client of an identity provider keeps people and groups up to date.
//!
//! A token of a provider opens it, and shows the organisation's people. To delete is to deactivate: what somebody did
//! stays theirs. Groups stand for roles and teams by the provider's mappings. [`patch`] and [`filter`] read what Entra ID
//! and Okta send; [`bulk`] does many of the same at once.

mod bulk;
mod discovery;
pub mod filter;
pub mod group;
pub mod http;
pub mod patch;
pub mod sort;
pub mod store;
pub mod user;
mod write;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use dealwright_kernel::Error;
use dealwright_kernel::error::Outcome;
use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// The most resources of an answer.
pub const MAX_RESULTS: i64 = 200;

/// An error in SCIM's own form.
#[derive(Debug)]
pub struct Fault {
    status: StatusCode,
    /// `invalidFilter`, `uniqueness`, …
    kind: Option<&'static str>,
    detail: String,
}

impl Fault {
    pub fn new(status: StatusCode, kind: Option<&'static str>, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into() }
    }

    /// 400 with a kind of RFC 7644 §3.12.
    pub fn bad(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some(kind), detail)
    }

    /// 409 `uniqueness`.
    pub fn taken(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, Some("uniqueness"), detail)
    }

    /// 404.
    #[must_use]
    pub fn absent(what: &str, id: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, None, format!("there is no {what} {id}"))
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        if error.code == "email_taken" {
            return Self::taken(error.detail);
        }
        if error.outcome == Outcome::Internal {
            let cause = std::error::Error::source(&error).map_or_else(String::new, |s| s.to_string());
            tracing::error!(code = %error.code, cause, "internal error");
        }
        let kind = (error.outcome == Outcome::Invalid).then_some("invalidValue");
        let status = if kind.is_some() { StatusCode::BAD_REQUEST } else { error.outcome.status() };
        Self::new(status, kind, error.detail)
    }
}

impl Fault {
    /// The error as a resource.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({ "schemas": [ERROR], "status": self.status.as_str(), "detail": self.detail });
        if let (Some(kind), Some(body)) = (self.kind, body.as_object_mut()) {
            body.insert("scimType".to_owned(), json!(kind));
        }
        body
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, &self.body());
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A JSON answer of SCIM's media type.
#[must_use]
pub fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A resource with its version.
#[derive(Debug)]
pub struct Resource {
    pub status: StatusCode,
    pub version: i64,
    pub body: Value,
}

impl Resource {
    /// The version as SCIM writes it.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("W/\"{}\"", self.version)
    }
}

impl IntoResponse for Resource {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, &self.body);
        if let Ok(tag) = HeaderValue::from_str(&self.tag()) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// A page of resources.
#[must_use]
pub fn page(total: i64, start: i64, resources: Vec<Value>) -> Value {
    json!({
        "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": resources.len(), "Resources": resources,
    })
}

/// An attribute by its name, whose case does not matter.
#[must_use]
pub fn attribute<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Text of at most `most` characters that can be stored; nothing when it is empty or null.
///
/// # Errors
/// 400 `invalidValue`.
pub fn text(value: &Value, name: &str, most: usize) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => {
            let text = text.trim();
            if text.chars().count() > most || text.chars().any(char::is_control) {
                return Err(Fault::bad("invalidValue", format!("{name} has at most {most} visible characters")));
            }
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(Fault::bad("invalidValue", format!("{name} is text")))
        }
    }
}

/// A boolean; Entra ID sends the word.
///
/// # Errors
/// 400 `invalidValue`.
pub fn truth(value: &Value, name: &str) -> Result<bool, Fault> {
    match value {
        Value::Bool(yes) => Ok(*yes),
        Value::String(word) if word.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(word) if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Fault::bad("invalidValue", format!("{name} is true or false"))),
    }
}
