//! `/setup`: the first run of a server that has no organisation yet.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use dealwright_access::Access;
use dealwright_access::organisation::{self, NewOrganisation};
use dealwright_access::policy::Builtin;
use dealwright_access::session::device::Device;
use dealwright_crm::choice;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::{OrgId, UserId};
use dealwright_kernel::{Currency, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// The demo's logins, by role.
pub const DEMO_LOGINS: [(&str, Builtin); 4] = [
    ("admin@demo.test", Builtin::Administrator),
    ("manager@demo.test", Builtin::SalesManager),
    ("rep@demo.test", Builtin::SalesRep),
    ("readonly@demo.test", Builtin::ReadOnly),
];

/// Refused outside demo mode.
pub const DEMO_PASSWORD: &str = "demo-password";

/// The set-up's endpoints.
pub fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(status, set_up))
}

/// What a visitor who is not signed in may know.
#[derive(Debug, Serialize, ToSchema)]
struct SetupStatus {
    /// There is no organisation yet: make the first one.
    needed: bool,
    demo: bool,
    /// Whether one can sign in by passkey: they need a domain.
    passkeys: bool,
    /// In demo mode only.
    demo_logins: Option<Vec<DemoLogin>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct DemoLogin {
    email: &'static str,
    role: &'static str,
    password: &'static str,
}

/// Whether this server has been set up
#[utoipa::path(get, path = "/setup", tag = "setup", security(()), responses((status = 200, body = SetupStatus), Problems))]
async fn status(State(access): State<Access>) -> Result<Json<SetupStatus>> {
    let demo = access.settings().demo;
    let logins = || {
        DEMO_LOGINS
            .iter()
            .map(|(email, role)| DemoLogin { email, role: role.name(), password: DEMO_PASSWORD })
            .collect()
    };
    let needed = !organisation::exists(&access).await?;
    let passkeys = access.takes_passkeys();
    Ok(Json(SetupStatus { needed, demo, passkeys, demo_logins: demo.then(logins) }))
}

/// The first organisation and its administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Setup {
    #[schema(min_length = 1, max_length = 200)]
    organisation: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    email: String,
    #[schema(min_length = 10, max_length = 200)]
    password: String,
    /// ISO 4217: what sums are in.
    #[schema(value_type = String, example = "EUR")]
    currency: Currency,
}

/// Make the first organisation and sign in as its administrator
#[utoipa::path(post, path = "/setup", tag = "setup", security(()), request_body = Setup, responses((status = 204, description = "Made, and signed in"), Problems))]
async fn set_up(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Json(body): Json<Setup>,
) -> Result<Response> {
    let new = NewOrganisation {
        name: body.organisation,
        currency: body.currency,
        demo: false,
        admin_name: body.name,
        admin_email: body.email,
        admin_password: body.password,
    };
    let (org, user) = found(&access, new, true).await?;
    let cookie = organisation::sign_in(&access, org, user, &Device::of(&headers, &extensions)).await?;
    Ok((CookieJar::new().add(cookie), StatusCode::NO_CONTENT).into_response())
}

/// Makes an organisation with its master data; all of it or nothing.
///
/// # Errors
/// 409 `already_set_up` or `email_taken`; 422.
pub async fn found(access: &Access, new: NewOrganisation, only_first: bool) -> Result<(OrgId, UserId)> {
    let (org, user) = organisation::create(access, new, only_first).await?;
    let provisioned = async {
        let mut tx = access.context_for(org, user).await?.begin().await?;
        choice::store::provision(&mut tx).await?;
        tx.commit(()).await
    };
    if let Err(error) = provisioned.await {
        organisation::discard(access, org).await?;
        return Err(error);
    }
    Ok((org, user))
}
