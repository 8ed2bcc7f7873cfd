//! `/password-resets` and `/me/password`.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Valid, Validate};
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{allowed, reset, store};
use crate::Access;
use crate::context::SignedIn;
use crate::link::http::check_token;
use crate::link::{self, Purpose};
use crate::session::device::Device;
use crate::session::{recent, store as sessions};

/// The passwords' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(complete)).routes(routes!(change))
}

/// Whose password is forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    #[schema(max_length = 320)]
    email: String,
}

impl Validate for Forgotten {
    fn validate(&self) -> Result<()> {
        if email_address::EmailAddress::is_valid(self.email.trim()) && self.email.len() <= 320 {
            return Ok(());
        }
        Err(Error::field("email", "invalid_email", "this is not an e-mail address"))
    }
}

/// Ask for a new password
///
/// Always 202, whether or not there is such a person; if there is, a letter with a link is on its way.
#[utoipa::path(post, path = "/password-resets", tag = "sign-in", security(()), request_body = Forgotten, responses((status = 202, description = "Taken"), Problems))]
async fn ask(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Forgotten>,
) -> Result<StatusCode> {
    reset::ask(&access, body.email.trim(), &Device::of(&headers, &extensions)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A new password, by a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    #[schema(max_length = 200)]
    token: String,
    #[schema(min_length = 8, max_length = 200)]
    password: String,
}

impl Validate for Reset {
    fn validate(&self) -> Result<()> {
        check_token(&self.token)
    }
}

/// Set a new password by a mailed link
///
/// Uses the link up and ends all sessions; sign in afterwards.
#[utoipa::path(post, path = "/password-resets/completion", tag = "sign-in", security(()), request_body = Reset, responses((status = 204, description = "Set"), Problems))]
async fn complete(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Reset>,
) -> Result<Committed<StatusCode>> {
    let device = Device::of(&headers, &extensions);
    let holder = link::holder(&access, &body.token, Some(Purpose::PasswordReset), &device.address).await?;
    let hashed = link::new_password(&access, &holder, body.password).await?;
    let cx = access.context_for(holder.org, holder.user).await?;
    let mut tx = cx.begin().await?;
    link::take(&mut tx, &body.token, Purpose::PasswordReset).await?;
    store::set(&mut tx, holder.user, &hashed).await?;
    sessions::revoke_others(&mut tx, holder.user, None).await?;
    link::store::forget(&mut tx, holder.user).await?;
    reset::tell(&mut tx, &access, cx.actor()).await?;
    tx.emit(reset::event(&tx, cx.actor(), "user.password_reset"));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// A new password of one's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[schema(min_length = 8, max_length = 200)]
    password: String,
}

impl Validate for NewPassword {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Change my password
///
/// Takes a recent authentication (`POST /session/confirmation`). Ends all my other sessions.
#[utoipa::path(post, path = "/me/password", tag = "sign-in", request_body = NewPassword, responses((status = 204, description = "Changed"), Problems))]
async fn change(SignedIn(cx): SignedIn, Valid(body): Valid<NewPassword>) -> Result<Committed<StatusCode>> {
    let actor = cx.actor();
    let mut tx = cx.begin().await?;
    recent(&mut tx, actor).await?;
    tx.done(()).await?;
    let hashed = allowed(&cx, body.password).await?;
    let mut tx = cx.begin().await?;
    store::set(&mut tx, actor.user, &hashed).await?;
    sessions::revoke_others(&mut tx, actor.user, actor.session).await?;
    link::store::forget(&mut tx, actor.user).await?;
    reset::tell(&mut tx, cx.access(), actor).await?;
    tx.emit(reset::event(&tx, actor, "user.password_changed"));
    tx.commit(StatusCode::NO_CONTENT).await
}
