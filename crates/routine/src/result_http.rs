//! `/routine-results` and `/routine-subscriptions`: what routines have told the caller, what they think of it, and what they do not
//! want to hear of.

use dealwright_access::policy::UseAgent;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query, Valid, Validate};
use dealwright_kernel::id::RoutineRunId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::limit;
use crate::kind::Kind;
use crate::result::{Feedback, RoutineResult};
use crate::setting::Schedule;
use crate::store::{result, setting};

/// The endpoints of what routines have told.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index))
        .routes(routes!(rate))
        .routes(routes!(subscriptions))
        .routes(routes!(subscribe))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListParams {
    /// Also what is older than a week, was put away, or has been followed by a newer one.
    #[param(default = false)]
    all: Option<bool>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// What routines have told you, the newest first
///
/// As you may see it by now: what is about a record that you no longer see is left out.
#[utoipa::path(get, path = "/routine-results", tag = "routines", params(ListParams), responses((status = 200, body = Page<RoutineResult>), Problems))]
async fn index(cx: Allow<UseAgent>, Query(asked): Query<ListParams>) -> Result<Json<Page<RoutineResult>>> {
    let limit = limit(asked.limit)?;
    let mut tx = cx.begin().await?;
    let mut page = result::page(&mut tx, asked.all.unwrap_or(false), limit, asked.cursor.as_deref()).await?;
    for item in &mut page.items {
        item.proposals = std::mem::take(&mut item.proposals).into_iter().map(|p| p.shown_to(cx.actor())).collect();
    }
    tx.done(Json(page)).await
}

/// Say how useful a result is, or put it away
#[utoipa::path(patch, path = "/routine-results/{id}", tag = "routines", params(("id" = RoutineRunId, Path)), request_body = Feedback, responses((status = 200, body = RoutineResult), Problems))]
async fn rate(
    cx: Allow<UseAgent>,
    Path(id): Path<RoutineRunId>,
    Valid(feedback): Valid<Feedback>,
) -> Result<Committed<Json<RoutineResult>>> {
    let mut tx = cx.begin().await?;
    result::find(&mut tx, id).await?;
    result::rate(&mut tx, id, &feedback).await?;
    let mut told = result::find(&mut tx, id).await?;
    told.proposals = told.proposals.into_iter().map(|p| p.shown_to(cx.actor())).collect();
    tx.commit(Json(told)).await
}

/// A routine that tells the caller, unless they have muted it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoutineSubscription)]
struct Subscription {
    kind: Kind,
    name: String,
    about: String,
    schedule: Option<Schedule>,
    event: Option<String>,
    by_mail: bool,
    muted: bool,
}

/// The routines that are on for you
#[utoipa::path(get, path = "/routine-subscriptions", tag = "routines", responses((status = 200, body = Page<Subscription>), Problems))]
async fn subscriptions(cx: Allow<UseAgent>) -> Result<Json<Page<Subscription>>> {
    let mut tx = cx.begin().await?;
    let settings = setting::all(&mut tx).await?;
    let muted = setting::muted(&mut tx).await?;
    let mine = settings.into_iter().filter(|set| set.active && set.audience.includes(cx.actor()));
    let items = mine.map(|set| Subscription {
        kind: set.kind,
        name: set.kind.name().to_owned(),
        about: set.kind.about().to_owned(),
        schedule: set.schedule,
        event: set.kind.event().map(str::to_owned),
        by_mail: set.by_mail,
        muted: muted.iter().any(|kind| kind == set.kind.as_str()),
    });
    let page = Page::whole(items.collect());
    tx.done(Json(page)).await
}

/// Whether one wants to hear of a routine.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RoutineMuting)]
#[serde(deny_unknown_fields)]
struct Muting {
    muted: bool,
}

impl Validate for Muting {
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// Mute a routine for yourself, or hear of it again
#[utoipa::path(put, path = "/routine-subscriptions/{kind}", tag = "routines", params(("kind" = Kind, Path)), request_body = Muting, responses((status = 204, description = "As you wish"), Problems))]
async fn subscribe(
    cx: Allow<UseAgent>,
    Path(kind): Path<Kind>,
    Valid(muting): Valid<Muting>,
) -> Result<Committed<axum::http::StatusCode>> {
    let mut tx = cx.begin().await?;
    setting::mute(&mut tx, kind, muting.muted).await?;
    tx.commit(axum::http::StatusCode::NO_CONTENT).await
}
