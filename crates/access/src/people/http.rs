//! The endpoints of `/users`, `/teams`, `/roles` and one's own profile.

use utoipa_axum::router::OpenApiRouter;

use super::{profile, role, team, user};
use crate::Access;

/// The people's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .merge(user::http::router())
        .merge(team::http::router())
        .merge(role::http::router())
        .merge(profile::http::router())
}
