//! `GET /opportunities/stalled`.

use dealwright_access::policy::ReadOpportunity;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Error, Page, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Ask, StalledDeal, list};

/// The endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(stalled))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Params {
    /// `me` or an id.
    owner_id: Option<String>,
    team_id: Option<TeamId>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// Open deals that stand still
///
/// Without activity or a change of stage for longer than won deals usually take in their stage; each with the reason in words and
/// the figures behind it. The longest in their stage first.
#[utoipa::path(get, path = "/opportunities/stalled", tag = "opportunities", params(Params), responses((status = 200, body = Page<StalledDeal>), Problems))]
async fn stalled(cx: Allow<ReadOpportunity>, Query(params): Query<Params>) -> Result<Json<Page<StalledDeal>>> {
    let wrong = |on: &'static str, why: String| Error::unreadable("invalid_query", why).on(on);
    let owner = match params.owner_id.as_deref() {
        None => None,
        Some("me") => Some(cx.actor().user),
        Some(id) => Some(id.parse::<UserId>().map_err(|_| wrong("owner_id", "me, or an id".into()))?),
    };
    let limit = params.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(wrong("limit", format!("a number from 1 to {MAX_LIMIT}")));
    }
    let mut tx = cx.begin().await?;
    let ask = Ask { owner, team: params.team_id, limit, cursor: params.cursor };
    let page = list(&cx, &mut tx, &ask).await?;
    tx.done(Json(page)).await
}
