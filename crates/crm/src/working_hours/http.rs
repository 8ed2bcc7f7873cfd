//! `/working-hours`.

use axum::response::IntoResponse;
use dealwright_access::context::{Caller, permission};
use dealwright_access::policy::{ReadUser, UpdateRule};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, etag};
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::change::diff;
use dealwright_store::{Committed, Event, Subject};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewWorkingHours, WorkingHours, store};

/// The endpoints of working hours.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(put))
}

/// When people work, and who is at work now
#[utoipa::path(get, path = "/working-hours", tag = "rules", responses((status = 200, body = Page<WorkingHours>), Problems))]
async fn index(cx: Allow<ReadUser>) -> Result<Json<Page<WorkingHours>>> {
    let mut tx = cx.begin().await?;
    let hours = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(hours))).await
}

/// Say when somebody works
///
/// Everyone sets their own; who may change rules, everyone's.
#[utoipa::path(put, path = "/working-hours/{id}", tag = "rules", params(("id" = UserId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = NewWorkingHours, responses((status = 200, body = WorkingHours), Problems))]
async fn put(
    Caller(cx): Caller,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Valid(new): Valid<NewWorkingHours>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(new.version)?;
    let needs = (cx.actor().user != id || cx.actor().key.is_some()).then(permission::<UpdateRule>);
    if let Some(needs) = needs {
        cx.actor().require(needs)?;
    }
    let mut tx = cx.begin_for(needs).await?;
    let old = store::list(&mut tx, Some(id)).await?.pop().or_not_found("user")?;
    let stale = |version| Error::stale(VersionConflict { version, fields: Vec::new() });
    let (days, starts, ends) = new.read()?;
    if old.version != version || !store::save(&mut tx, id, version, (&days, starts, ends)).await? {
        return Err(stale(old.version));
    }
    let hours = store::list(&mut tx, Some(id)).await?.pop().or_not_found("user")?;
    let subject = Subject { object: "user", id: id.0, name: hours.name.clone(), version: None };
    let changes = diff(&told(&old), &told(&hours))?;
    tx.emit(Event::with_id(tx.new_id().into(), "user.working_hours_changed", subject).changes(changes));
    tx.commit((etag(hours.version), Json(hours))).await
}

fn told(hours: &WorkingHours) -> Value {
    json!({ "days": hours.days, "starts": hours.starts, "ends": hours.ends })
}
