//! What is pinned to a record's timeline: for everybody who sees it, by who may update the record.

use axum::http::StatusCode;
use dealwright_access::context::{Caller, permission};
use dealwright_access::policy::{UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity};
use dealwright_access::{Access, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::Path;
use dealwright_kernel::id::EventId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::ask::Asked;
use super::look::{self, Of, Window};
use crate::account::Account;
use crate::contact::Contact;
use crate::lead::Lead;
use crate::opportunity::Opportunity;
use crate::words::words;

/// The most entries that are pinned to one record.
pub const MAX: usize = 20;

words! {
    /// What has a timeline.
    TimelineObject, "object" { Opportunity = "opportunity", Account = "account", Contact = "contact", Lead = "lead" }
}

/// The pins' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(add, remove))
}

/// The entries that are pinned to a record, the last pinned first.
///
/// # Errors
/// When the database is gone.
pub async fn of(tx: &mut Tx, of: Of) -> Result<Vec<Uuid>> {
    if matches!(of, Of::Activity(_)) {
        return Ok(Vec::new());
    }
    let (org, (_, id)) = (tx.org().0, of.parts());
    let pinned = sqlx::query_scalar!(
        "select event_id from timeline_pin where org_id = $1 and object = $2 and record_id = $3 order by pinned_at desc, event_id",
        org,
        of.object(),
        id,
    );
    Ok(pinned.fetch_all(tx.db()).await?)
}

/// The record, for whom it may be updated.
async fn permitted(cx: &Context, tx: &mut Tx, object: &str, id: Uuid) -> Result<Of> {
    let object: TimelineObject = object.parse().map_err(|_| Error::not_found("record"))?;
    Ok(match object {
        TimelineObject::Opportunity => {
            _ = cx.permit_for::<Opportunity>(tx, id.into(), permission::<UpdateOpportunity>()).await?;
            Of::Opportunity(id)
        }
        TimelineObject::Account => {
            _ = cx.permit_for::<Account>(tx, id.into(), permission::<UpdateAccount>()).await?;
            Of::Account(id)
        }
        TimelineObject::Contact => {
            _ = cx.permit_for::<Contact>(tx, id.into(), permission::<UpdateContact>()).await?;
            Of::Contact(id)
        }
        TimelineObject::Lead => {
            _ = cx.permit_for::<Lead>(tx, id.into(), permission::<UpdateLead>()).await?;
            Of::Lead(id)
        }
    })
}

fn told(tx: &Tx, of: Of, entry: EventId, verb: &str) -> Event {
    let (_, id) = of.parts();
    let subject = Subject { object: "timeline", id: entry.0, name: String::new(), version: None };
    Event::with_id(tx.new_id().into(), format!("timeline.{verb}"), subject)
        .data(json!({ "object": of.object(), "record_id": id }))
}

/// Pin an entry to the top of a record's timeline
///
/// For everybody who sees the record; by who may update it.
#[utoipa::path(put, path = "/timeline-pins/{object}/{id}/{event_id}", tag = "timeline", params(("object" = String, Path, description = "`opportunity`, `account`, `contact` or `lead`"), ("id" = Uuid, Path), ("event_id" = EventId, Path)),
    responses((status = 204, description = "Pinned"), Problems))]
async fn add(
    Caller(cx): Caller,
    Path((object, id, entry)): Path<(String, Uuid, EventId)>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let of = permitted(&cx, &mut tx, &object, id).await?;
    let window = Window { after: None, among: Some(&[entry.0]), at_most: 1 };
    let behind = look::behind(&mut tx, of).await?;
    let stands = look::look(&mut tx, of, &behind, &Asked::default(), window).await?;
    stands.first().filter(|looked| looked.event.is_some()).or_not_found("entry")?;
    let (org, user, now) = (tx.org().0, cx.actor().user.0, tx.now());
    let added = sqlx::query!(
        "insert into timeline_pin (org_id, object, record_id, event_id, pinned_by, pinned_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        org,
        of.object(),
        id,
        entry.0,
        user,
        now,
    )
    .execute(tx.db())
    .await?;
    if added.rows_affected() > 0 {
        if self::of(&mut tx, of).await?.len() > MAX {
            return Err(Error::conflict("too_many_pins", format!("at most {MAX} entries are pinned to a record")));
        }
        let event = told(&tx, of, entry, "pinned");
        tx.emit(event);
    }
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take an entry off the top of a record's timeline
#[utoipa::path(delete, path = "/timeline-pins/{object}/{id}/{event_id}", tag = "timeline", params(("object" = String, Path, description = "`opportunity`, `account`, `contact` or `lead`"), ("id" = Uuid, Path), ("event_id" = EventId, Path)),
    responses((status = 204, description = "Not pinned any more"), Problems))]
async fn remove(
    Caller(cx): Caller,
    Path((object, id, entry)): Path<(String, Uuid, EventId)>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let of = permitted(&cx, &mut tx, &object, id).await?;
    let org = tx.org().0;
    let removed = sqlx::query!(
        "delete from timeline_pin where org_id = $1 and object = $2 and record_id = $3 and event_id = $4",
        org,
        of.object(),
        id,
        entry.0,
    )
    .execute(tx.db())
    .await?;
    if removed.rows_affected() > 0 {
        let event = told(&tx, of, entry, "unpinned");
        tx.emit(event);
    }
    tx.commit(StatusCode::NO_CONTENT).await
}
