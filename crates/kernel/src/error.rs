//! The one error: an outcome, a stable code, words for a person and the fields it lands on.
//!
//! Rendered as RFC 9457 `application/problem+json`. Codes are part of the API and documented in docs/api-design.
//! Internal causes are logged and never shown.

use std::borrow::Cow;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::RuleId;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How a request ended when it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Unreadable,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
    UnsupportedType,
    Invalid,
    TooMany,
    Internal,
    Unavailable,
}

impl Outcome {
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Path in the request body, such as `amount` or `filter.and.0.value`.
    pub field: String,
    /// Stable code.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    pub message: String,
}

/// A field's error as a problem shows it; when a validation rule raised it, with the rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemField {
    #[serde(flatten)]
    pub error: FieldError,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<RuleId>,
}

/// Two versions of one field in a version conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictingField {
    pub field: String,
    /// The value as it now stands.
    pub theirs: serde_json::Value,
    /// The value that was sent.
    pub yours: serde_json::Value,
}

/// Why a write was stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionConflict {
    /// The record's present version.
    pub version: i64,
    pub fields: Vec<ConflictingField>,
}

/// A record that may be the same as what was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DuplicateCandidate)]
pub struct Similar {
    pub object: String,
    pub id: uuid::Uuid,
    pub name: String,
    /// How likely they are one, in percent.
    pub score: i32,
    pub reasons: Vec<SimilarReason>,
}

/// What speaks for or against two records being one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = DuplicateReason)]
pub struct SimilarReason {
    pub field: String,
    /// `same`, `alike`, `close`, `loose` or `different`.
    pub level: String,
    /// In bits: positive when it speaks for it. Weights add up.
    pub weight: f64,
    /// Such as "same e-mail".
    pub words: String,
}

/// An RFC 9457 problem.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    pub code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<VersionConflict>,
    /// How many records stand in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Of `duplicate_found`: what is there already, of what you may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<Similar>,
    /// Of `duplicate_found`: whether `allow_duplicates` lets it pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_override: Option<bool>,
    /// Quote it when you report the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// The error of every fallible function that a request can reach.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Error {
    pub outcome: Outcome,
    pub code: Cow<'static, str>,
    pub detail: String,
    pub fields: Vec<FieldError>,
    pub conflict: Option<Box<VersionConflict>>,
    /// What few errors have, apart: an error is returned from everywhere, and should be small.
    more: Option<Box<More>>,
    /// Seconds to wait before trying again.
    pub retry_after: Option<u32>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Debug, Default)]
struct More {
    /// The validation rules that raised the fields, in their order; empty when none did.
    rules: Vec<RuleId>,
    /// How many records stand in the way.
    count: Option<i64>,
    /// What is there already, and whether it may be there twice.
    duplicates: Option<(Vec<Similar>, bool)>,
}

impl Error {
    fn new(outcome: Outcome, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self {
            outcome,
            code: code.into(),
            detail: detail.into(),
            fields: Vec::new(),
            conflict: None,
            more: None,
            retry_after: None,
            source: None,
        }
    }

    /// 400: the request can't be read.
    pub fn unreadable(code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self::new(Outcome::Unreadable, code, detail)
    }

    /// 401: who are you?
    pub fn unauthenticated(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Outcome::Unauthenticated, code, detail)
    }

    /// 403: known, but not allowed.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Outcome::Forbidden, code, detail)
    }

    /// 404: absent or hidden, which must look the same.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Outcome::NotFound, "not_found", format!("there is no such {what}, or you may not see it"))
    }

    /// 409.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Outcome::Conflict, code, detail)
    }

    /// 409 `version_conflict`: somebody saved first. Names the fields that differ, with both values.
    #[must_use]
    pub fn stale(conflict: VersionConflict) -> Self {
        let detail = format!("the record has changed since you read it; it is now at version {}", conflict.version);
        Self { conflict: Some(Box::new(conflict)), ..Self::new(Outcome::Conflict, "version_conflict", detail) }
    }

    /// 422 with one code for the whole request.
    pub fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(Outcome::Invalid, code, detail)
    }

    /// 422 `invalid` for one field.
    pub fn field(field: impl Into<String>, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::fields("invalid", vec![FieldError { field: field.into(), code: code.into(), message: message.into() }])
    }

    /// 422 with every field that is wrong.
    #[must_use]
    pub fn fields(code: &'static str, fields: Vec<FieldError>) -> Self {
        let detail = fields.iter().map(|f| format!("{}: {}", f.field, f.message)).collect::<Vec<_>>().join("; ");
        Self { fields, ..Self::new(Outcome::Invalid, code, detail) }
    }

    /// 422 with the validation rules that the request does not meet, each on its field.
    #[must_use]
    pub fn rules(code: &'static str, broken: Vec<(RuleId, FieldError)>) -> Self {
        let (rules, fields) = broken.into_iter().unzip();
        Self { more: Some(Box::new(More { rules, ..More::default() })), ..Self::fields(code, fields) }
    }

    /// 413.
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(Outcome::TooLarge, "too_large", detail)
    }

    /// 415.
    pub fn unsupported_type(detail: impl Into<String>) -> Self {
        Self::new(Outcome::UnsupportedType, "unsupported_media_type", detail)
    }

    /// 429: try again after `seconds`.
    pub fn too_many(code: &'static str, seconds: u32, detail: impl Into<String>) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(Outcome::TooMany, code, detail) }
    }

    /// 503.
    pub fn unavailable(code: &'static str, detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(Outcome::Unavailable, code, detail) }
    }

    /// 500: our fault. The cause is logged, not shown.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = Some(source.into());
        Self {
            source,
            ..Self::new(
                Outcome::Internal,
                "internal",
                "something went wrong on our side; the request id helps us find it",
            )
        }
    }

    /// Says what was behind it: logged, not shown.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Says how many records stand in the way.
    #[must_use]
    pub fn counting(mut self, count: i64) -> Self {
        self.more.get_or_insert_default().count = Some(count);
        self
    }

    /// Says what is there already, and whether the request may insist.
    #[must_use]
    pub fn duplicates(mut self, found: Vec<Similar>, may_override: bool) -> Self {
        self.more.get_or_insert_default().duplicates = Some((found, may_override));
        self
    }

    /// Says which field the error lands on.
    #[must_use]
    pub fn on(mut self, field: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), code: self.code.clone(), message: self.detail.clone() });
        self
    }

    /// As shown to the client.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let status = self.outcome.status();
        let rules = self.more.as_ref().map(|m| &m.rules);
        Problem {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.to_string(),
            errors: self
                .fields
                .iter()
                .enumerate()
                .map(|(i, error)| ProblemField {
                    error: error.clone(),
                    rule_id: rules.and_then(|rules| rules.get(i)).copied(),
                })
                .collect(),
            conflict: self.conflict.as_deref().cloned(),
            count: self.more.as_ref().and_then(|m| m.count),
            duplicates: self.similar().map(|(found, _)| found.clone()).unwrap_or_default(),
            may_override: self.similar().map(|(_, may)| *may),
            request_id: None,
        }
    }

    fn similar(&self) -> Option<&(Vec<Similar>, bool)> {
        self.more.as_ref()?.duplicates.as_ref()
    }

    /// What went wrong below, in the words of each layer. Not their debug output: PostgreSQL's details quote whole rows.
    fn cause(&self) -> String {
        let first = self.source.as_deref().map(|source| -> &(dyn std::error::Error + 'static) { source });
        let mut told = String::new();
        for layer in std::iter::successors(first, |layer| layer.source()) {
            let words = layer.to_string();
            // Most repeat what is below them.
            if !told.ends_with(&words) {
                told = if told.is_empty() { words } else { format!("{told}: {words}") };
            }
        }
        told
    }

    /// PostgreSQL's code for what went wrong, if it was PostgreSQL.
    #[must_use]
    pub fn sqlstate(&self) -> Option<String> {
        let error = self.source.as_deref()?.downcast_ref::<sqlx::Error>()?;
        error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
    }

    /// The constraint that PostgreSQL named, if it refused the write for one.
    #[must_use]
    pub fn constraint(&self) -> Option<&str> {
        self.source.as_deref()?.downcast_ref::<sqlx::Error>()?.as_database_error()?.constraint()
    }
}

impl Problem {
    /// The response, with the media type RFC 9457 asks for.
    #[must_use]
    pub fn response(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(self).unwrap_or_else(|_| b"{}".to_vec());
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if self.outcome == Outcome::Internal {
            tracing::error!(code = %self.code, cause = self.cause(), sqlstate = self.sqlstate(), "internal error");
        }
        let problem = self.problem();
        let mut response = problem.response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The router's outermost layer adds the request id.
        response.extensions_mut().insert(problem);
        response
    }
}

/// What PostgreSQL refuses becomes the outcome a client can act on; anything unforeseen is internal.
impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let state = error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
        let mapped = match (&error, state.as_str()) {
            (sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_), _) => {
                Self::unavailable("database_unavailable", "the database does not answer; try again")
            }
            (_, "57014") => {
                Self::unavailable("query_timeout", "the query took too long; narrow it by a filter and try again")
            }
            (_, "57P01" | "57P02" | "57P03" | "08006" | "08001") => {
                Self::unavailable("database_unavailable", "the database is restarting; try again")
            }
            (_, "40001" | "40P01" | "55P03") => Self::conflict("try_again", "two changes met; try again"),
            (_, "42501") => Self::forbidden("forbidden", "your roles do not allow this change"),
            (_, "23503") => {
                Self::invalid("unknown_reference", "a record that is referred to does not exist, or you may not see it")
            }
            (_, "23505") => Self::conflict("already_exists", "there is already such a record"),
            (_, "23514" | "22003" | "22008") => Self::invalid("out_of_range", "a value is out of range"),
            (_, "22021" | "22P05") => {
                Self::invalid("unsupported_character", "text must not contain the character U+0000")
            }
            _ => return Self::internal(error),
        };
        Self { source: Some(Box::new(error)), ..mapped }
    }
}

/// Turns a violated constraint into the error that says what it means.
pub trait OnConstraint<T> {
    /// # Errors
    /// `error()` when PostgreSQL named `constraint`, otherwise the error as it was.
    fn on_constraint(self, constraint: &str, error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for Result<T, sqlx::Error> {
    fn on_constraint(self, constraint: &str, error: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(Error::from).on_constraint(constraint, error)
    }
}

impl<T> OnConstraint<T> for Result<T> {
    fn on_constraint(self, constraint: &str, error: impl FnOnce() -> Error) -> Self {
        self.map_err(|e| if e.constraint() == Some(constraint) { error() } else { e })
    }
}

/// Says aloud that an absent row is a 404.
pub trait OrNotFound<T> {
    /// # Errors
    /// 404 when there is nothing.
    fn or_not_found(self, what: &str) -> Result<T>;
}

impl<T> OrNotFound<T> for Option<T> {
    fn or_not_found(self, what: &str) -> Result<T> {
        self.ok_or_else(|| Error::not_found(what))
    }
}

/// The problems any endpoint may answer with, for the API's description.
#[derive(Debug)]
pub struct Problems;

impl utoipa::IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::Response>> {
        use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
        [
            (400, "The request can't be read"),
            (401, "Sign in first"),
            (403, "Your roles do not allow it"),
            (404, "Absent, or hidden from you"),
            (409, "Conflicts with how things are"),
            (413, "Too large"),
            (415, "Not a media type this endpoint takes"),
            (422, "Invalid, field by field"),
            (429, "Too many requests"),
            (503, "Not ready; try again"),
        ]
        .into_iter()
        .map(|(status, description)| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response =
                ResponseBuilder::new().description(description).content("application/problem+json", content).build();
            (status.to_string(), response.into())
        })
        .collect()
    }
}
