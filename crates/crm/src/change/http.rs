//! `/undo`: takes an event back by a new change.

use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_kernel::Result;
use dealwright_kernel::error::{OnConstraint, Problems};
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::EventId;
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::undoable;
use super::undo::{Undone, already, take_back};

/// The undo endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(undo))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Undo {
    event_id: EventId,
}

/// Take a change back
///
/// A new change through the same permissions and gates. Fields edited since stay, and are named.
#[utoipa::path(post, path = "/undo", tag = "timeline", request_body = Undo, responses((status = 200, body = Undone), Problems))]
async fn undo(Caller(cx): Caller, Json(body): Json<Undo>) -> Result<Committed<Json<Undone>>> {
    let mut tx = cx.begin().await?;
    let event = undoable(&mut tx, body.event_id).await?;
    let undone = take_back(&cx, &mut tx, &event).await?;
    // Two people may press the same button: the second finds the first one's event.
    tx.commit(Json(undone)).await.on_constraint("event_undoes_key", already)
}
