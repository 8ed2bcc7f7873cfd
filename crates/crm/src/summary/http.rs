//! `/…/groups` and `/…/figures` of opportunities, accounts, contacts and leads.

use dealwright_access::policy::{ReadAccount, ReadContact, ReadLead, ReadOpportunity};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::Of;
use super::{Figures, MAX_FIGURES, RecordGroups, Wanted, grouped_by, store};
use crate::custom_field::FieldObject;
use crate::list::{Asked, ListQuery, Names};
use crate::selection::{candidates, catalogue, reader, reading};

/// The endpoints of what lists come to.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(opportunity_groups))
        .routes(routes!(account_groups))
        .routes(routes!(contact_groups))
        .routes(routes!(lead_groups))
        .routes(routes!(opportunity_figures))
        .routes(routes!(account_figures))
        .routes(routes!(contact_figures))
        .routes(routes!(lead_figures))
}

/// Filters are as in the list itself: fields by their names, and `filter` for a tree.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct GroupParams {
    /// The field: a stage, an owner, a team, a choice, an account, a month of a date, a custom field of choices ….
    #[param(example = "stage_id")]
    by: String,
    /// A filter tree in JSON, as `POST …/query` takes it.
    filter: Option<String>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// Filters are as in the list itself: fields by their names, and `filter` for a tree.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct FigureParams {
    /// Fields with count, empty, filled, sum, average, min or max, by commas; at most 40.
    #[param(example = "amount.sum,close_date.min")]
    of: String,
    /// A filter tree in JSON, as `POST …/query` takes it.
    filter: Option<String>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
}

/// What is asked for beside the filter; order and pages mean nothing here.
fn take(asked: &mut Asked, wanted: &str) -> Result<String> {
    let value = asked.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    asked.retain(|(name, _)| ![wanted, "sort", "cursor", "limit", "count", "totals"].contains(&name.as_str()));
    value
        .filter(|v| !v.is_empty())
        .ok_or_else(|| Error::unreadable("invalid_query", format!("{wanted} is needed")).on(wanted))
}

async fn grouped(cx: &Context, object: FieldObject, mut asked: Asked) -> Result<Json<RecordGroups>> {
    let mut tx = cx.begin_for(Some(reading(object))).await?;
    let names = Names::of_asked(&mut tx, catalogue(object), &asked).await?;
    let by = take(&mut asked, "by")?;
    let by = grouped_by(&by, &names)?;
    names.catalogue.may_read(cx.actor(), by, "by")?;
    let query = ListQuery::read_with(&asked, &names, cx.actor(), cx.clock().today())?;
    let ids = candidates(cx, &mut tx, object, &query).await?;
    let reader = reader(object, cx.actor());
    let of = Of { reader: &reader, query: &query, ids: ids.as_deref() };
    let groups = store::groups(cx, &mut tx, &of, &names, by).await?;
    tx.done(Json(groups)).await
}

async fn figured(cx: &Context, object: FieldObject, mut asked: Asked) -> Result<Json<Figures>> {
    let mut tx = cx.begin_for(Some(reading(object))).await?;
    let names = Names::of_asked(&mut tx, catalogue(object), &asked).await?;
    let wanted = take(&mut asked, "of")?;
    if wanted.split(',').count() > MAX_FIGURES {
        return Err(Error::unreadable("invalid_query", format!("at most {MAX_FIGURES} figures")).on("of"));
    }
    let wanted = wanted.split(',').map(|w| Wanted::read(w.trim(), &names)).collect::<Result<Vec<_>>>()?;
    wanted.iter().try_for_each(|w| names.catalogue.may_read(cx.actor(), w.field, "of"))?;
    let query = ListQuery::read_with(&asked, &names, cx.actor(), cx.clock().today())?;
    let ids = candidates(cx, &mut tx, object, &query).await?;
    let reader = reader(object, cx.actor());
    let of = Of { reader: &reader, query: &query, ids: ids.as_deref() };
    let figures = store::figures(cx, &mut tx, &of, &names, &wanted).await?;
    tx.done(Json(figures)).await
}

/// Opportunities in groups, with what each comes to
///
/// At most a hundred groups, the largest; the rest is told together.
#[utoipa::path(get, path = "/opportunities/groups", tag = "opportunities", params(GroupParams), responses((status = 200, body = RecordGroups), Problems))]
async fn opportunity_groups(cx: Allow<ReadOpportunity>, Query(asked): Query<Asked>) -> Result<Json<RecordGroups>> {
    grouped(&cx, FieldObject::Opportunity, asked).await
}

/// Accounts in groups, with what each comes to
#[utoipa::path(get, path = "/accounts/groups", tag = "accounts", params(GroupParams), responses((status = 200, body = RecordGroups), Problems))]
async fn account_groups(cx: Allow<ReadAccount>, Query(asked): Query<Asked>) -> Result<Json<RecordGroups>> {
    grouped(&cx, FieldObject::Account, asked).await
}

/// Contacts in groups
#[utoipa::path(get, path = "/contacts/groups", tag = "contacts", params(GroupParams), responses((status = 200, body = RecordGroups), Problems))]
async fn contact_groups(cx: Allow<ReadContact>, Query(asked): Query<Asked>) -> Result<Json<RecordGroups>> {
    grouped(&cx, FieldObject::Contact, asked).await
}

/// Leads in groups
#[utoipa::path(get, path = "/leads/groups", tag = "leads", params(GroupParams), responses((status = 200, body = RecordGroups), Problems))]
async fn lead_groups(cx: Allow<ReadLead>, Query(asked): Query<Asked>) -> Result<Json<RecordGroups>> {
    grouped(&cx, FieldObject::Lead, asked).await
}

/// Figures of a list of opportunities: sums, averages, ends
#[utoipa::path(get, path = "/opportunities/figures", tag = "opportunities", params(FigureParams), responses((status = 200, body = Figures), Problems))]
async fn opportunity_figures(cx: Allow<ReadOpportunity>, Query(asked): Query<Asked>) -> Result<Json<Figures>> {
    figured(&cx, FieldObject::Opportunity, asked).await
}

/// Figures of a list of accounts
#[utoipa::path(get, path = "/accounts/figures", tag = "accounts", params(FigureParams), responses((status = 200, body = Figures), Problems))]
async fn account_figures(cx: Allow<ReadAccount>, Query(asked): Query<Asked>) -> Result<Json<Figures>> {
    figured(&cx, FieldObject::Account, asked).await
}

/// Figures of a list of contacts
#[utoipa::path(get, path = "/contacts/figures", tag = "contacts", params(FigureParams), responses((status = 200, body = Figures), Problems))]
async fn contact_figures(cx: Allow<ReadContact>, Query(asked): Query<Asked>) -> Result<Json<Figures>> {
    figured(&cx, FieldObject::Contact, asked).await
}

/// Figures of a list of leads
#[utoipa::path(get, path = "/leads/figures", tag = "leads", params(FigureParams), responses((status = 200, body = Figures), Problems))]
async fn lead_figures(cx: Allow<ReadLead>, Query(asked): Query<Asked>) -> Result<Json<Figures>> {
    figured(&cx, FieldObject::Lead, asked).await
}
