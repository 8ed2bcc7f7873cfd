//! `/sla/timers`, and the clocks of a record.

use chrono::{DateTime, Utc};
use dealwright_access::context::Caller;
use dealwright_access::policy::{ReadLead, ReadOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_crm::{lead, opportunity};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query};
use dealwright_kernel::id::{LeadId, OpportunityId, SlaRuleId, TeamId, UserId};
use dealwright_kernel::page::{Cursor, MAX_LIMIT};
use dealwright_kernel::{Error, Page, Result};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::SlaTimer;
use super::list::{self, Asked};
use crate::rule::definition::SlaObject;

/// The endpoints of clocks.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(of_opportunity)).routes(routes!(of_lead))
}

/// Which clocks a list is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlaTimerList {
    /// Those that run, the first that are due first; also those that have run out.
    #[default]
    Open,
    /// Those that have warned and have not run out.
    DueSoon,
    /// Those that have run out and are still open, those that have waited longest first.
    Breached,
    Paused,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    #[serde(default)]
    state: SlaTimerList,
    object: Option<SlaObject>,
    rule: Option<SlaRuleId>,
    /// An id, or `me`.
    owner: Option<String>,
    team: Option<TeamId>,
    limit: Option<u16>,
    cursor: Option<String>,
}

/// A person by id, or whoever asks.
pub(crate) fn owner(cx: &Context, text: Option<&str>) -> Result<Option<UserId>> {
    match text {
        None => Ok(None),
        Some("me") => Ok(Some(cx.actor().user)),
        Some(id) => id.parse().map(Some).map_err(|_| Error::unreadable("invalid_query", "an id, or `me`").on("owner")),
    }
}

/// Clocks that are open, of the records that you see
#[utoipa::path(get, path = "/sla/timers", tag = "service levels",
    params(("state" = Option<String>, Query, description = "`open` when absent, `due_soon`, `breached` or `paused`"), ("object" = Option<SlaObject>, Query), ("rule" = Option<SlaRuleId>, Query),
           ("owner" = Option<String>, Query, description = "An id, or `me`"), ("team" = Option<TeamId>, Query), ("limit" = Option<u16>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = Page<SlaTimer>), Problems))]
async fn index(Caller(cx): Caller, Query(params): Query<Params>) -> Result<Json<Page<SlaTimer>>> {
    let limit = params.limit.unwrap_or(50).clamp(1, MAX_LIMIT);
    let owner = owner(&cx, params.owner.as_deref())?;
    let query = format!("sla:{:?}:{:?}:{:?}:{owner:?}:{:?}", params.state, params.object, params.rule, params.team);
    let after = params.cursor.as_deref().map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &query)).transpose()?;
    let asked = Asked {
        state: params.state,
        object: params.object,
        rule: params.rule,
        owner,
        team: params.team,
        after: after.map(|cursor| cursor.keys),
        limit: i64::from(limit) + 1,
    };
    let mut tx = cx.begin().await?;
    let mut found = list::page(&mut tx, &asked).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let last = found.last().filter(|_| more).map(|(key, timer)| (*key, timer.id.0));
    let next_cursor = last.map(|keys| Cursor { query, keys }.encode()).transpose()?;
    let items = found.into_iter().map(|(_, timer)| timer).collect();
    tx.done(Json(Page { next_cursor, ..Page::whole(items) })).await
}

/// The clocks of an opportunity
///
/// Those that are open, the first that is due first, and then the last twenty that have ended.
#[utoipa::path(get, path = "/opportunities/{id}/sla", tag = "service levels", params(("id" = OpportunityId, Path)), responses((status = 200, body = Page<SlaTimer>), Problems))]
async fn of_opportunity(cx: Allow<ReadOpportunity>, Path(id): Path<OpportunityId>) -> Result<Json<Page<SlaTimer>>> {
    let mut tx = cx.begin().await?;
    opportunity::store::find(&mut tx, id, false).await?.or_not_found("opportunity")?;
    let timers = list::of_record(&mut tx, id.0).await?;
    tx.done(Json(Page::whole(timers))).await
}

/// The clocks of a lead
///
/// Those that are open, the first that is due first, and then the last twenty that have ended.
#[utoipa::path(get, path = "/leads/{id}/sla", tag = "service levels", params(("id" = LeadId, Path)), responses((status = 200, body = Page<SlaTimer>), Problems))]
async fn of_lead(cx: Allow<ReadLead>, Path(id): Path<LeadId>) -> Result<Json<Page<SlaTimer>>> {
    let mut tx = cx.begin().await?;
    lead::store::find(&mut tx, id, false).await?.or_not_found("lead")?;
    let timers = list::of_record(&mut tx, id.0).await?;
    tx.done(Json(Page::whole(timers))).await
}
