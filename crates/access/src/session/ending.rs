//! An administrator ends sessions: one person's, or everybody's. For a stolen device, and for a bad day.

use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::UserId;
use dealwright_store::{Committed, Event, Subject};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::http::Ended;
use super::{recent, store};
use crate::policy::{UpdateOrganisation, UpdateUser};
use crate::{Access, InPerson, link};

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(of_person)).routes(routes!(of_everybody))
}

/// End a user's sessions
///
/// From their next request on, on all devices; they may sign in again. Takes a recent authentication. Keys go on.
#[utoipa::path(delete, path = "/users/{id}/sessions", tag = "people", params(("id" = UserId, Path)),
    responses((status = 200, body = Ended), Problems))]
async fn of_person(cx: InPerson<UpdateUser>, Path(id): Path<UserId>) -> Result<Committed<Json<Ended>>> {
    let mut tx = cx.begin().await?;
    let person = link::recipient(&mut tx, id).await?;
    recent(&mut tx, cx.actor()).await?;
    // Of one's own, all but the one that this is done with.
    let ended = store::revoke_others(&mut tx, id, cx.actor().session).await?;
    let subject = Subject { object: "user", id: id.0, name: person.name, version: None };
    let event = Event::with_id(tx.new_id().into(), "user.sessions_ended", subject);
    tx.emit(event.data(json!({ "ended": ended })));
    tx.commit(Json(Ended { ended })).await
}

/// End everybody's sessions
///
/// All of the organisation but this one, from their next request on. Takes a recent authentication. Keys go on.
#[utoipa::path(delete, path = "/organisation/sessions", tag = "sign-in", responses((status = 200, body = Ended), Problems))]
async fn of_everybody(cx: InPerson<UpdateOrganisation>) -> Result<Committed<Json<Ended>>> {
    let mut tx = cx.begin().await?;
    let actor = cx.actor();
    recent(&mut tx, actor).await?;
    let ended = store::revoke_everybodys(&mut tx, actor.session).await?;
    let subject = Subject { object: "organisation", id: actor.org.0, name: actor.org_name.clone(), version: None };
    let event = Event::with_id(tx.new_id().into(), "organisation.sessions_ended", subject);
    tx.emit(event.data(json!({ "ended": ended })));
    tx.commit(Json(Ended { ended })).await
}
