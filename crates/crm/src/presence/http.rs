//! `/presence/{object}/{id}`.

use axum::http::StatusCode;
use dealwright_access::context::SignedIn;
use dealwright_access::{Access, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query, Valid};
use dealwright_kernel::{Page, Result};
use dealwright_store::{Committed, Tx};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Here, Present, store};
use crate::custom_field::FieldObject;
use crate::selection::reading;

/// The endpoints of presence.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(come, leave))
}

async fn begin(cx: &Context, object: FieldObject, id: Uuid) -> Result<Tx> {
    let needs = reading(object);
    cx.actor().require(needs)?;
    let mut tx = cx.begin_for(Some(needs)).await?;
    store::sees(&mut tx, object.as_str(), id).await?.then_some(()).or_not_found(object.as_str())?;
    Ok(tx)
}

/// Say that a record is open, and read who else has it open
///
/// Again every fifteen seconds; what is not said for 45 seconds is over. The live stream tells, with the event
/// `opportunity.presence` and its like, when somebody comes, goes or begins to edit a field.
#[utoipa::path(put, path = "/presence/{object}/{id}", tag = "live", params(("object" = FieldObject, Path), ("id" = Uuid, Path)),
    request_body = Here, responses((status = 200, body = Page<Present>), Problems))]
async fn come(
    SignedIn(cx): SignedIn,
    Path((object, id)): Path<(FieldObject, Uuid)>,
    Valid(here): Valid<Here>,
) -> Result<Committed<Json<Page<Present>>>> {
    let mut tx = begin(&cx, object, id).await?;
    let user = cx.actor().user.0;
    store::come(&mut tx, object, id, user, &here).await?;
    let fields = &cx.actor().fields;
    let mut others = store::others(&mut tx, object, id, user).await?;
    for other in &mut others {
        other.field = other.field.take().filter(|field| !fields.hides(reading(object).object, field));
    }
    tx.commit(Json(Page::whole(others))).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gone {
    page: Uuid,
}

/// Say that a record is closed again
#[utoipa::path(delete, path = "/presence/{object}/{id}", tag = "live", params(("object" = FieldObject, Path), ("id" = Uuid, Path), ("page" = Uuid, Query)),
    responses((status = 204, description = "Gone"), Problems))]
async fn leave(
    SignedIn(cx): SignedIn,
    Path((object, id)): Path<(FieldObject, Uuid)>,
    Query(gone): Query<Gone>,
) -> Result<Committed<StatusCode>> {
    let mut tx = begin(&cx, object, id).await?;
    store::leave(&mut tx, object, id, cx.actor().user.0, gone.page).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
