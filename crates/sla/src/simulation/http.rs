//! `/sla-simulations`.

use axum::http::StatusCode;
use chrono::{DateTime, Months, Utc};
use dealwright_access::policy::ReadSlaRule;
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Valid};
use dealwright_kernel::id::SlaSimulationId;
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewSlaSimulation, SlaSimulation, job, store};
use crate::rule::write;

/// The endpoints of simulations.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(get))
}

/// Run a rule over the past months
///
/// As if it had been in force: which clocks there would have been, which would have run out, and which steps would have been
/// taken. In the background, over the records that you see; it changes nothing. Conditions are asked of records as they are now.
#[utoipa::path(post, path = "/sla-simulations", tag = "service levels", request_body = NewSlaSimulation, responses((status = 202, body = SlaSimulation), Problems))]
async fn create(
    cx: Allow<ReadSlaRule>,
    Valid(new): Valid<NewSlaSimulation>,
) -> Result<Committed<(StatusCode, Json<SlaSimulation>)>> {
    let mut tx = cx.begin().await?;
    let fields = new.rule.clone().fields();
    write::check(&cx, &mut tx, None, &fields).await?;
    let id = SlaSimulationId(tx.new_id());
    let since = tx.now().checked_sub_months(Months::new(new.months)).unwrap_or(DateTime::<Utc>::UNIX_EPOCH);
    store::insert(&mut tx, id, cx.actor().user.0, &new.rule, since).await?;
    tx.enqueue(job::job(cx.actor().user, id)?);
    let simulation = store::find(&mut tx, id).await?;
    tx.commit((StatusCode::ACCEPTED, Json(simulation))).await
}

/// How far a simulation is, and what it has found
#[utoipa::path(get, path = "/sla-simulations/{id}", tag = "service levels", params(("id" = SlaSimulationId, Path)), responses((status = 200, body = SlaSimulation), Problems))]
async fn get(cx: Allow<ReadSlaRule>, Path(id): Path<SlaSimulationId>) -> Result<Json<SlaSimulation>> {
    let mut tx = cx.begin().await?;
    let simulation = store::find(&mut tx, id).await?;
    tx.done(Json(simulation)).await
}
