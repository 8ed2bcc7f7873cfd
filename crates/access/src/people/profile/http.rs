//! `PATCH /me`. `GET /me` is with the session, `POST /me/password` with passwords.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Valid, Validate};
use dealwright_kernel::{Patch, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, wrong_locale};
use crate::Access;
use crate::context::SignedIn;
use crate::people::{none_wrong, wrong_name, wrong_text};

/// The endpoints of one's own profile.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(update))
}

/// A change of one's profile: absent leaves, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ProfilePatch {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(value_type = Option<String>, example = "de-CH")]
    locale: Patch<String>,
    #[schema(value_type = Option<String>, example = "Europe/Zurich")]
    time_zone: Patch<String>,
}

impl Validate for ProfilePatch {
    fn validate(&self) -> Result<()> {
        let locale = match &self.locale {
            Patch::Value(locale) => wrong_locale(locale),
            Patch::Absent | Patch::Null => None,
        };
        let zone = match &self.time_zone {
            Patch::Value(zone) => wrong_text("time_zone", zone, 100),
            Patch::Absent | Patch::Null => None,
        };
        none_wrong([self.name.as_deref().and_then(|n| wrong_name("name", n, 200)), locale, zone])
    }
}

/// Change my profile
#[utoipa::path(patch, path = "/me", tag = "session", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ProfilePatch, responses((status = 204, description = "Changed; `GET /me` shows it"), Problems))]
async fn update(
    SignedIn(cx): SignedIn,
    if_match: IfMatch,
    Valid(patch): Valid<ProfilePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let change = Change { name: patch.name, locale: patch.locale, time_zone: patch.time_zone };
    let mut tx = cx.begin().await?;
    super::update(&mut tx, cx.actor(), version, change).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
