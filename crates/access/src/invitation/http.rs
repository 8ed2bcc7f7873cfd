//! `/users/{id}/invitation`, and `/invitations/acceptance` for whoever got one.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Event, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::write_to;
use crate::link::http::check_token;
use crate::link::{self, Purpose};
use crate::password::{reset, store as passwords};
use crate::policy::UpdateUser;
use crate::session::device::Device;
use crate::session::entry::{self, Challenge};
use crate::session::{Method, store as sessions};
use crate::{Access, Allow};

/// The invitations' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(invite)).routes(routes!(accept))
}

/// An invitation that is on its way.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    email: String,
    expires_at: DateTime<Utc>,
}

/// Invite a user by mail
///
/// For somebody who has no password yet. A newer invitation ends the former.
#[utoipa::path(post, path = "/users/{id}/invitation", tag = "people", params(("id" = UserId, Path)),
    responses((status = 202, body = Invitation), Problems))]
async fn invite(cx: Allow<UpdateUser>, Path(id): Path<UserId>) -> Result<Committed<(StatusCode, Json<Invitation>)>> {
    let mut tx = cx.begin().await?;
    let person = link::recipient(&mut tx, id).await?;
    if person.has_password {
        let detail = "this person has a password already; they can ask for a new one at sign-in";
        return Err(Error::conflict("already_accepted", detail));
    }
    let url = link::issue(&mut tx, &cx.access().settings().base_url, id, Purpose::Invitation).await?;
    write_to(&mut tx, cx.access(), cx.actor(), &person, url).await?;
    let subject = Subject { object: "user", id: id.0, name: person.name, version: None };
    tx.emit(Event::with_id(tx.new_id().into(), "user.invited", subject).data(json!({ "email": person.email })));
    let expires_at = tx.now() + Purpose::Invitation.life();
    tx.commit((StatusCode::ACCEPTED, Json(Invitation { email: person.email, expires_at }))).await
}

/// Who accepts, and their password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    #[schema(max_length = 200)]
    token: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(min_length = 8, max_length = 200)]
    password: String,
}

impl Validate for Acceptance {
    fn validate(&self) -> Result<()> {
        check_token(&self.token)?;
        let length = self.name.trim().chars().count();
        if length == 0 || length > 200 || self.name.contains('\0') {
            return Err(Error::field("name", "invalid_length", "between 1 and 200 characters"));
        }
        Ok(())
    }
}

/// Accept an invitation
///
/// Uses the link up, sets name and password and signs in, as `POST /session` does.
#[utoipa::path(post, path = "/invitations/acceptance", tag = "sign-in", security(()), request_body = Acceptance,
    responses((status = 204, description = "Signed in"), (status = 200, body = Challenge, description = "The second factor is asked for"), Problems))]
async fn accept(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Acceptance>,
) -> Result<Response> {
    let device = Device::of(&headers, &extensions);
    let holder = link::holder(&access, &body.token, Some(Purpose::Invitation), &device.address).await?;
    let hashed = link::new_password(&access, &holder, body.password).await?;
    let cx = access.context_for(holder.org, holder.user).await?;
    let mut tx = cx.begin().await?;
    link::take(&mut tx, &body.token, Purpose::Invitation).await?;
    passwords::set(&mut tx, holder.user, &hashed).await?;
    passwords::rename(&mut tx, holder.user, body.name.trim()).await?;
    sessions::revoke_others(&mut tx, holder.user, None).await?;
    link::store::forget(&mut tx, holder.user).await?;
    tx.emit(reset::event(&tx, cx.actor(), "user.invitation_accepted"));
    tx.commit(()).await?.into_inner();
    entry::enter(&access, holder.org, holder.user, Method::Password, &device).await
}
