//! `/view-as`: the app as another person sees it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::bearer::Proof;
use crate::context::OwnSession;
use crate::policy::ImpersonateUser;
use crate::{Access, Allow, session};

/// The endpoints of viewing as another person.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(start, stop))
}

/// Whom to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ViewAs {
    user_id: UserId,
}

/// View the app as another person
///
/// Until it is stopped, or the session ends, this session sees what that person sees and can change nothing: every write
/// is 403 `viewing_as`. What is private to them stays so. Start and end are in the audit log.
#[utoipa::path(post, path = "/view-as", tag = "people", request_body = ViewAs,
    responses((status = 204, description = "From the next request on"), Problems))]
async fn start(
    cx: Allow<ImpersonateUser>,
    State(access): State<Access>,
    headers: HeaderMap,
    Json(body): Json<ViewAs>,
) -> Result<Committed<StatusCode>> {
    let unknown = |_| Error::field("user_id", "unknown_reference", "there is no such person, or they are not active");
    let person = access.person(cx.actor().org, body.user_id).await.map_err(unknown)?;
    let (cx, mut tx) = cx.begin_fresh().await?;
    super::start(&mut tx, cx.actor(), &person).await?;
    let started = tx.commit(StatusCode::NO_CONTENT).await?;
    access.forget(&Proof::Session(session::http::token(&headers)?));
    Ok(started)
}

/// Stop viewing as another person
#[utoipa::path(delete, path = "/view-as", tag = "people", responses((status = 204, description = "Oneself again"), Problems))]
async fn stop(
    OwnSession(cx): OwnSession,
    State(access): State<Access>,
    headers: HeaderMap,
) -> Result<Committed<StatusCode>> {
    let session = cx.actor().session.or_not_found("view")?;
    let mut tx = cx.begin().await?;
    super::end(&mut tx, session).await?.then_some(()).or_not_found("view")?;
    let stopped = tx.commit(StatusCode::NO_CONTENT).await?;
    access.forget(&Proof::Session(session::http::token(&headers)?));
    Ok(stopped)
}
