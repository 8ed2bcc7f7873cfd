//! `/sign-in-policy`, and `/mail`: how the server's letters leave.

use axum::extract::{FromRef, State};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_kernel::error::{Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::mail::{self, Delivery, Mailer};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{SignInPolicy, SignInPolicyPatch, store};
use crate::policy::UpdateOrganisation;
use crate::session::recent;
use crate::{Access, Actor, Allow};

/// The policy's endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Mailer: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(get, update)).routes(routes!(outbound))
}

/// How people sign in
#[utoipa::path(get, path = "/sign-in-policy", tag = "sign-in", responses((status = 200, body = SignInPolicy), Problems))]
async fn get(cx: Allow<UpdateOrganisation>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let policy = store::find(tx.db(), cx.actor().org).await?;
    tx.done((etag(policy.version), Json(policy))).await
}

/// Change how people sign in
///
/// Takes a recent authentication. Reaches running sessions at their next request.
#[utoipa::path(patch, path = "/sign-in-policy", tag = "sign-in", request_body = SignInPolicyPatch,
    params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 200, body = SignInPolicy), Problems))]
async fn update(
    cx: Allow<UpdateOrganisation>,
    if_match: IfMatch,
    Json(patch): Json<SignInPolicyPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    recent(&mut tx, cx.actor()).await?;
    let org = cx.actor().org;
    let current = store::find(tx.db(), org).await?;
    let stale = |version| Error::stale(VersionConflict { version, fields: Vec::new() });
    if current.version != version {
        return Err(stale(current.version));
    }
    let new = patch.apply(&current);
    new.check()?;
    let changes = current.changes(&new)?;
    if !changes.is_empty() {
        if !store::update(tx.db(), org, &new).await? {
            return Err(stale(store::find(tx.db(), org).await?.version));
        }
        tx.emit(event(&tx, cx.actor(), version + 1).changes(changes));
    }
    let policy = store::find(tx.db(), org).await?;
    tx.commit((etag(policy.version), Json(policy))).await
}

fn event(tx: &Tx, actor: &Actor, version: i64) -> Event {
    let subject =
        Subject { object: "organisation", id: actor.org.0, name: actor.org_name.clone(), version: Some(version) };
    Event::with_id(tx.new_id().into(), "organisation.sign_in_policy_updated", subject)
}

/// How the server's letters leave.
#[derive(Debug, Serialize, ToSchema)]
struct OutboundMail {
    /// `folder`: no mail server is configured, and letters are files on the server.
    delivery: DeliveryKind,
    from: String,
    folder: Option<String>,
    waiting: i64,
    /// Given up in the last 30 days.
    failed: i64,
    last_sent_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeliveryKind {
    Smtp,
    Folder,
}

/// How mail leaves
#[utoipa::path(get, path = "/mail", tag = "sign-in", responses((status = 200, body = OutboundMail), Problems))]
async fn outbound(cx: Allow<UpdateOrganisation>, State(mailer): State<Mailer>) -> Result<Json<OutboundMail>> {
    let mut tx = cx.begin().await?;
    let standing = mail::standing(&mut tx).await?;
    let (delivery, folder) = match mailer.delivery() {
        Delivery::Smtp => (DeliveryKind::Smtp, None),
        Delivery::Folder(folder) => (DeliveryKind::Folder, Some(folder.display().to_string())),
    };
    let mail = OutboundMail {
        delivery,
        from: mailer.from(),
        folder,
        waiting: standing.waiting,
        failed: standing.failed,
        last_sent_at: standing.last_sent_at,
    };
    tx.done(Json(mail)).await
}
