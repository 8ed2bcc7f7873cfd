//! `/one-time-links`: what the page that a letter leads to shows its reader.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Purpose;
use crate::Access;
use crate::session::device::Device;

/// The links' endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(look_up))
}

/// The token of a link: what stands behind the `#` of its URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Token {
    #[schema(max_length = 200)]
    token: String,
}

impl Validate for Token {
    fn validate(&self) -> Result<()> {
        check_token(&self.token)
    }
}

/// # Errors
/// 422 on `token`.
pub(crate) fn check_token(token: &str) -> Result<()> {
    if token.is_empty() || token.len() > 200 {
        return Err(Error::field("token", "invalid_token", "between 1 and 200 characters"));
    }
    Ok(())
}

/// Whom a link is for.
#[derive(Debug, Serialize, ToSchema)]
struct LinkHolder {
    purpose: Purpose,
    organisation: String,
    name: String,
    email: String,
    password_min_length: i32,
}

/// Whom a one-time link is for
///
/// Does not use it up.
#[utoipa::path(post, path = "/one-time-links", tag = "sign-in", security(()), request_body = Token, responses((status = 200, body = LinkHolder), Problems))]
async fn look_up(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Token>,
) -> Result<Json<LinkHolder>> {
    let device = Device::of(&headers, &extensions);
    let holder = super::holder(&access, &body.token, None, &device.address).await?;
    Ok(Json(LinkHolder {
        purpose: holder.purpose,
        organisation: holder.organisation,
        name: holder.name,
        email: holder.email,
        password_min_length: holder.password_min_length,
    }))
}
