//! `/connected-apps/request` and `/connected-apps`: what the consent page shows, and a person's answer.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::id::AppClientId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::request::{AppRequest, Wrong};
use super::store::{self, NewGrant};
use super::{Client, Reach, Resource, http::event, redirect};
use crate::policy::CreateApiKey;
use crate::secret::{Kind, Secret};
use crate::{Access, InPerson};

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(shown)).routes(routes!(agree)).routes(routes!(refuse))
}

/// An app's request, as a person is shown it.
#[derive(Debug, Serialize, ToSchema)]
struct AppConsent {
    client_id: AppClientId,
    /// As the app calls itself: nobody has verified it.
    name: String,
    uri: Option<String>,
    registered_at: DateTime<Utc>,
    /// The host that gets the answer; `this computer` for a program on the person's machine.
    returns_to: String,
    /// Whether the person has it connected already.
    connected: bool,
    resource: Option<Resource>,
    /// What the person can let it do, from narrow to wide; none when the request is wrong.
    offered: Vec<Reach>,
    /// What is wrong with the request.
    wrong: Option<Wrong>,
    /// Whom the app would act for, and where.
    person: String,
    organisation: String,
}

/// Where the browser goes next: back to the app.
#[derive(Debug, Serialize, ToSchema)]
struct BackToApp {
    redirect_to: String,
}

/// What an app asks for
///
/// Of an authorization request whose parameters these are. Nothing is agreed to by asking.
#[utoipa::path(get, path = "/connected-apps/request", tag = "keys", params(AppRequest), responses((status = 200, body = AppConsent), Problems))]
async fn shown(cx: InPerson<CreateApiKey>, Query(request): Query<AppRequest>) -> Result<Json<AppConsent>> {
    let client = request.client(cx.access()).await?;
    let mut tx = cx.begin().await?;
    let connected = let_in(&mut tx, &client).await?;
    tx.done(()).await?;
    let asked = request.askable(&cx.access().settings().base_url);
    let most = asked.as_ref().ok().map(|asked| asked.reach);
    Ok(Json(AppConsent {
        client_id: client.id,
        name: client.name,
        uri: client.uri,
        registered_at: client.created_at,
        returns_to: redirect::told(&request.redirect_uri),
        connected,
        resource: asked.as_ref().ok().map(|asked| asked.resource),
        offered: Reach::ALL.into_iter().filter(|reach| most.is_some_and(|most| *reach <= most)).collect(),
        wrong: asked.err(),
        person: cx.actor().name.clone(),
        organisation: cx.actor().org_name.clone(),
    }))
}

/// Whether the organisation lets this app in; answers whether the person has it connected already.
async fn let_in(tx: &mut Tx, client: &Client) -> Result<bool> {
    let standing = store::standing(tx, client.id).await?;
    if standing.banned {
        return Err(Error::forbidden("app_sent_away", "your administrators have sent this app away"));
    }
    if !standing.open && !standing.known {
        return Err(Error::forbidden("new_apps_closed", "your administrators do not let new apps be connected"));
    }
    Ok(standing.mine)
}

/// A person's yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AppAgreement {
    request: AppRequest,
    /// No wider than the app asked for.
    reach: Reach,
}

/// Connect an app
///
/// Answers where to send the browser: to the app, with a code that it exchanges within a minute.
#[utoipa::path(post, path = "/connected-apps", tag = "keys", request_body = AppAgreement, responses((status = 201, body = BackToApp), Problems))]
async fn agree(
    cx: InPerson<CreateApiKey>,
    Json(agreement): Json<AppAgreement>,
) -> Result<Committed<(StatusCode, Json<BackToApp>)>> {
    let AppAgreement { request, reach } = agreement;
    let issuer = cx.access().settings().base_url.clone();
    let client = request.client(cx.access()).await?;
    let asked = request.askable(&issuer).map_err(|wrong| Error::invalid("invalid_request", wrong.description))?;
    if reach > asked.reach {
        return Err(Error::field("reach", "scope_too_wide", "this is wider than what the app asked for"));
    }
    let code = Secret::new(Kind::AppCode)?;
    let mut tx = cx.begin().await?;
    let_in(&mut tx, &client).await?;
    let new = NewGrant {
        user: cx.actor().user,
        client: &client,
        returns_to: redirect::told(&request.redirect_uri),
        resource: asked.resource,
        reach,
        challenge: &request.code_challenge,
        redirect_uri: &request.redirect_uri,
    };
    let id = store::insert(&mut tx, &new, &code).await?;
    let told = serde_json::json!({ "resource": asked.resource, "reach": reach, "returns_to": new.returns_to, "client_id": client.id });
    tx.emit(event(tx.new_id(), "allowed", id, &client.name).data(told));
    let redirect_to = request.back(&issuer, &[("code", &code.into_shown())])?;
    tx.commit((StatusCode::CREATED, Json(BackToApp { redirect_to }))).await
}

/// Turn an app away
///
/// Answers where to send the browser: to the app, with the error that it was refused or asked wrongly.
#[utoipa::path(post, path = "/connected-apps/refusal", tag = "keys", request_body = AppRequest, responses((status = 200, body = BackToApp), Problems))]
async fn refuse(cx: InPerson<CreateApiKey>, Json(request): Json<AppRequest>) -> Result<Json<BackToApp>> {
    request.client(cx.access()).await?;
    let issuer = &cx.access().settings().base_url;
    let (error, description) = match request.askable(issuer) {
        Ok(_) => ("access_denied", "the person said no"),
        Err(wrong) => (wrong.error, wrong.description),
    };
    let redirect_to = request.back(issuer, &[("error", error), ("error_description", description)])?;
    Ok(Json(BackToApp { redirect_to }))
}
