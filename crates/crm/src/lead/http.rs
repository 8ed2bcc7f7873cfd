//! `/leads`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateLead, DeleteLead, ReadLead, UpdateLead};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::LeadId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::assigning::{self, AssignedLead};
use super::conversion::{self, ConversionPreview, ConvertLead, ConvertedLead, RevertConversion, RevertedConversion};
use super::list::{self, CATALOGUE};
use super::{Lead, LeadPatch, NewLead, store, write};
use crate::custom_field;
use crate::list::{Asked, ListQuery, Names};

/// The leads' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(restore))
        .routes(routes!(conversion_preview))
        .routes(routes!(convert))
        .routes(routes!(assign))
        .routes(routes!(revert_conversion))
}

/// How lists are filtered, sorted and paged. Filters take several values by commas, and comparisons as
/// `name.contains`, `created_at.gte`, `converted_at.is_null`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// Up to four of name, company, score, converted_at, created_at and updated_at; a leading minus sorts descending.
    #[param(example = "-created_at,name")]
    sort: Option<String>,
    /// A filter tree in JSON, as `POST /opportunities/query` takes it, besides the filters below.
    filter: Option<String>,
    count: Option<bool>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Without case; the whole name. `name.contains` takes a part.
    name: Option<String>,
    company: Option<String>,
    email: Option<String>,
    country: Option<String>,
    /// `hot`, `warm` or `cold`.
    rating: Option<String>,
    /// From 0 to 100.
    score: Option<String>,
    /// `a`, `b`, `c` or `d`.
    grade: Option<String>,
    /// An id or a name.
    status_id: Option<String>,
    /// An id or a name.
    source_id: Option<String>,
    /// An id or a name.
    industry_id: Option<String>,
    /// An id or a name.
    region_id: Option<String>,
    /// `me` or an id.
    owner_id: Option<String>,
    /// The same as `owner_id`.
    owner: Option<String>,
    /// `my_team` or an id.
    team_id: Option<String>,
    /// `open` or `converted`.
    state: Option<String>,
    /// When it was converted.
    converted_at: Option<String>,
    /// A date, `today`, `-30d`, `this_quarter`, ….
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// List leads
#[utoipa::path(get, path = "/leads", tag = "leads", params(ListParams), responses((status = 200, body = Page<Lead>), Problems))]
async fn index(cx: Allow<ReadLead>, Query(asked): Query<Asked>) -> Result<Json<Page<Lead>>> {
    let mut tx = cx.begin().await?;
    let names = Names::of_asked(&mut tx, &CATALOGUE, &asked).await?;
    let query = ListQuery::read(&asked, names, cx.actor(), cx.clock().today())?;
    let page = list::page(&cx, &mut tx, &query).await?;
    tx.done(Json(page)).await
}

/// Create a lead
#[utoipa::path(post, path = "/leads", tag = "leads", request_body = NewLead, responses((status = 201, body = Lead), Problems))]
async fn create(cx: Allow<CreateLead>, Valid(new): Valid<NewLead>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut lead = write::create(&cx, &mut tx, new).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut lead]).await?;
    let location = [(header::LOCATION, format!("/api/v1/leads/{}", lead.id))];
    tx.commit((StatusCode::CREATED, etag(lead.version), location, Json(lead))).await
}

/// One lead
#[utoipa::path(get, path = "/leads/{id}", tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = Lead), Problems))]
async fn get(cx: Allow<ReadLead>, Path(id): Path<LeadId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let mut lead = store::find_or_merged(&mut tx, id).await?.or_not_found("lead")?.allowing(cx.actor());
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut lead]).await?;
    tx.done((etag(lead.version), Json(lead))).await
}

/// Change a lead
///
/// Not one that is converted: 409 `lead_converted`.
#[utoipa::path(patch, path = "/leads/{id}", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = LeadPatch, responses((status = 200, body = Lead), Problems))]
async fn update(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    if_match: IfMatch,
    Valid(patch): Valid<LeadPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let mut written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.lead]).await?;
    tx.commit((etag(written.lead.version), Json(written.lead))).await
}

/// Put a lead into the bin
#[utoipa::path(delete, path = "/leads/{id}", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(cx: Allow<DeleteLead>, Path(id): Path<LeadId>, if_match: IfMatch) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take a lead out of the bin
#[utoipa::path(post, path = "/leads/{id}/restore", tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = Lead), Problems))]
async fn restore(cx: Allow<DeleteLead>, Path(id): Path<LeadId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut written = write::restore(&cx, &mut tx, id, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.lead]).await?;
    tx.commit((etag(written.lead.version), Json(written.lead))).await
}

/// What a lead's conversion would find and make
///
/// Accounts by domain and name, contacts by e-mail address and name, of what you may see; and the fields of new ones.
#[utoipa::path(post, path = "/leads/{id}/conversion-preview", tag = "leads", params(("id" = LeadId, Path)), responses((status = 200, body = ConversionPreview), Problems))]
async fn conversion_preview(cx: Allow<UpdateLead>, Path(id): Path<LeadId>) -> Result<Json<ConversionPreview>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let preview = conversion::preview(&cx, &mut tx, &permit).await?;
    tx.done(Json(preview)).await
}

/// Convert a lead to an account, a contact and an opportunity
///
/// Each is a record that is there or a new one, which takes the right to create it and passes its rules. Tasks and
/// activities move along. All of it or nothing.
#[utoipa::path(post, path = "/leads/{id}/convert", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ConvertLead, responses((status = 200, body = ConvertedLead), Problems))]
async fn convert(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    if_match: IfMatch,
    Valid(to): Valid<ConvertLead>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(to.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let converted = conversion::convert(&cx, &mut tx, permit, version, to).await?;
    tx.commit((etag(converted.lead.version), Json(converted))).await
}

/// The version that was read.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct AssignLead {
    version: Option<i64>,
}

/// Assign a lead by the rules
///
/// The first assignment rule that takes it chooses the owner. When none does, it stays as it is.
#[utoipa::path(post, path = "/leads/{id}/assignment", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = AssignLead, responses((status = 200, body = AssignedLead), Problems))]
async fn assign(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    if_match: IfMatch,
    Json(body): Json<AssignLead>,
) -> Result<Committed<Json<AssignedLead>>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let mut assigned = assigning::assign(&cx, &mut tx, permit, version).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, assigned.lead.as_mut()).await?;
    tx.commit(Json(assigned)).await
}

/// Take a conversion back
///
/// What it made goes to the bin unless somebody has changed or used it since, which is then named; what it moved goes back.
#[utoipa::path(post, path = "/leads/{id}/revert-conversion", tag = "leads", params(("id" = LeadId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = RevertConversion, responses((status = 200, body = RevertedConversion), Problems))]
async fn revert_conversion(
    cx: Allow<UpdateLead>,
    Path(id): Path<LeadId>,
    if_match: IfMatch,
    Json(body): Json<RevertConversion>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Lead>(&mut tx, id).await?;
    let reverted = conversion::revert(&cx, &mut tx, permit, version, None).await?;
    tx.commit((etag(reverted.lead.version), Json(reverted))).await
}
