//! `PATCH /me` and `POST /me/password`. `GET /me` is with the session.

use axum::extract::{FromRef, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::IntoResponse;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Valid, Validate};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, wrong_locale};
use crate::Access;
use crate::context::SignedIn;
use crate::password;
use crate::people::{none_wrong, wrong, wrong_name, wrong_text};
use crate::session::{self, http::device};

/// The endpoints of one's own profile.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(update)).routes(routes!(change_password))
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

/// The present password, and the one that follows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[schema(max_length = 200)]
    current_password: String,
    #[schema(min_length = 10, max_length = 200)]
    password: String,
}

impl Validate for NewPassword {
    fn validate(&self) -> Result<()> {
        let long = self.current_password.len() > 1000;
        none_wrong([
            password::check(&self.password).err(),
            long.then(|| wrong("current_password", "wrong_password", "this is not your present password")),
        ])
    }
}

/// Change my password
///
/// Needs the present one. Every other session of mine ends.
#[utoipa::path(post, path = "/me/password", tag = "session", request_body = NewPassword, responses((status = 204, description = "Changed"), Problems))]
async fn change_password(
    SignedIn(cx): SignedIn,
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<NewPassword>,
) -> Result<Committed<StatusCode>> {
    let (address, now) = (device(&headers, &extensions).address, access.clock().now());
    let email = &cx.actor().email;
    let mut system = access.database().system().await?;
    if session::store::throttled(&mut system, email, &address, now).await? {
        return Err(Error::too_many("too_many_attempts", 900, "too many failed attempts; wait a quarter of an hour"));
    }
    system.commit().await?;
    let mut tx = cx.begin().await?;
    let hash = session::store::password_hash(&mut tx, cx.actor().user).await?;
    tx.done(()).await?;
    if hash.is_none() {
        return Err(Error::conflict(
            "no_password",
            "you sign in without a password; ask for one by “Forgot password?”",
        ));
    }
    if !access.verify(body.current_password, hash).await? {
        let mut system = access.database().system().await?;
        session::store::record_failure(&mut system, email, &address, now).await?;
        system.commit().await?;
        return Err(Error::field("current_password", "wrong_password", "this is not your present password"));
    }
    let hash = access.hash(body.password).await?;
    let mut tx = cx.begin().await?;
    super::set_password(&mut tx, cx.actor(), &hash).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
