//! `/search`: one box over opportunities, accounts, contacts, leads, activities and files.

use chrono::NaiveDate;
use dealwright_access::Access;
use dealwright_access::context::{Caller, permission};
use dealwright_access::policy::{ReadAccount, ReadActivity, ReadContact, ReadLead};
use dealwright_kernel::error::{Outcome, Problems};
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::{Error, Money, Page, Result};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{What, store};
use crate::file;

/// Of each kind so many of the records that match, the last changed, are ranked.
const CANDIDATES: i32 = 24;

/// The search's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(search))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    /// What was typed.
    #[param(max_length = 200)]
    q: String,
    /// The most hits of each kind.
    #[param(minimum = 1, maximum = 50, default = 8)]
    limit: Option<u8>,
}

/// A record that was found.
#[derive(Debug, Serialize, ToSchema)]
struct Hit {
    /// `opportunity`, `account`, `contact`, `lead`, `activity` or `file`.
    #[serde(rename = "type")]
    kind: String,
    id: Uuid,
    title: String,
    subtitle: Option<String>,
    stage_kind: Option<String>,
    probability: Option<i64>,
    amount: Option<Money>,
    /// Of an activity the day on which it happened.
    close_date: Option<NaiveDate>,
    /// The record on whose page it is; null of what has a page of its own.
    on: Option<HitOn>,
}

/// Where something is that was found and has no page of its own.
#[derive(Debug, Serialize, ToSchema)]
struct HitOn {
    /// `opportunity`, `account`, `contact` or `lead`.
    #[serde(rename = "type")]
    kind: String,
    id: Uuid,
}

fn of_file(file: file::store::Found) -> Hit {
    Hit {
        kind: "file".to_owned(),
        id: file.id.0,
        title: file.name,
        subtitle: Some(file.parent_name),
        stage_kind: None,
        probability: None,
        amount: None,
        close_date: None,
        on: Some(HitOn { kind: file.object, id: file.parent_id }),
    }
}

/// Search everything
#[utoipa::path(get, path = "/search", tag = "search", params(Params), responses((status = 200, body = Page<Hit>), Problems))]
async fn search(Caller(cx): Caller, Query(params): Query<Params>) -> Result<Json<Page<Hit>>> {
    let limit = i64::from(params.limit.unwrap_or(8));
    if !(1..=50).contains(&limit) || params.q.len() > 200 || params.q.contains('\0') {
        let mut error = Error::invalid("invalid_query", "q has at most 200 bytes, limit is between 1 and 50");
        error.outcome = Outcome::Unreadable;
        return Err(error);
    }
    let mut tx = cx.begin().await?;
    let actor = cx.actor();
    let Some(query) = super::understand(&mut tx, &params.q).await? else {
        return tx.done(Json(Page::whole(Vec::new()))).await;
    };
    let opportunities = super::opportunities_like(&mut tx, actor, &query, CANDIDATES).await?;
    let accounts = if actor.may(permission::<ReadAccount>()) {
        super::all_like(&mut tx, actor, What::Accounts, &query, CANDIDATES).await?
    } else {
        Vec::new()
    };
    let contacts = if actor.may(permission::<ReadContact>()) {
        super::all_like(&mut tx, actor, What::Contacts, &query, CANDIDATES).await?
    } else {
        Vec::new()
    };
    let leads = if actor.may(permission::<ReadLead>()) {
        super::all_like(&mut tx, actor, What::Leads, &query, CANDIDATES).await?
    } else {
        Vec::new()
    };
    let activities = if actor.may(permission::<ReadActivity>()) {
        super::activities_like(&mut tx, &query, CANDIDATES).await?
    } else {
        Vec::new()
    };
    let wanted = store::Wanted {
        opportunities: &opportunities,
        accounts: &accounts,
        contacts: &contacts,
        leads: &leads,
        activities: &activities,
    };
    let hits = store::hits(&mut tx, actor, &wanted, &params.q, limit).await?;
    let currency = actor.currency;
    let mut items: Vec<Hit> = hits
        .into_iter()
        .map(|h| Hit {
            kind: h.kind,
            id: h.id,
            title: h.title,
            subtitle: h.subtitle.filter(|s| !s.is_empty()),
            stage_kind: h.stage_kind,
            probability: h.probability,
            amount: h.amount_base.map(|m| Money::new(m, currency)),
            close_date: h.close_date,
            on: h.on_type.zip(h.on_id).map(|(kind, id)| HitOn { kind, id }),
        })
        .collect();
    // Files come after the records, with what room these leave, and a quarter of it in any case.
    let left = limit - i64::try_from(items.len()).unwrap_or(limit);
    let files = file::store::found(&mut tx, &query, CANDIDATES, left.max(limit / 4)).await?;
    items.truncate(usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(files.len()));
    items.extend(files.into_iter().map(of_file));
    tx.done(Json(Page::whole(items))).await
}
