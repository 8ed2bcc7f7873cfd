//! `/contacts`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateContact, DeleteContact, ReadContact, UpdateContact};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::ContactId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::{self, CATALOGUE};
use super::{Contact, ContactPatch, NewContact, store, write};
use crate::custom_field;
use crate::list::{Asked, ListQuery, Names};

/// The contacts' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(restore))
}

/// How lists are filtered, sorted and paged. Filters take several values by commas, and comparisons as
/// `name.contains`, `email.is_null`, `updated_at.gte`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// Up to three of name, created_at and updated_at; a leading minus sorts descending.
    #[param(example = "name")]
    sort: Option<String>,
    /// A filter tree in JSON, as `POST /opportunities/query` takes it, besides the filters below.
    filter: Option<String>,
    count: Option<bool>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Without case; the whole name. `name.contains` takes a part.
    name: Option<String>,
    email: Option<String>,
    /// An id. `account_id.under` takes the accounts below that one too.
    account_id: Option<String>,
    /// `me` or an id.
    owner_id: Option<String>,
    /// The same as `owner_id`.
    owner: Option<String>,
    /// `my_team` or an id.
    team_id: Option<String>,
    /// A date, `today`, `-30d`, `this_quarter`, ….
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// List contacts
#[utoipa::path(get, path = "/contacts", tag = "contacts", params(ListParams), responses((status = 200, body = Page<Contact>), Problems))]
async fn index(cx: Allow<ReadContact>, Query(asked): Query<Asked>) -> Result<Json<Page<Contact>>> {
    let mut tx = cx.begin().await?;
    let names = Names::of_asked(&mut tx, &CATALOGUE, &asked).await?;
    let query = ListQuery::read(&asked, names, cx.actor(), cx.clock().today())?;
    let page = list::page(&cx, &mut tx, &query).await?;
    tx.done(Json(page)).await
}

/// Create a contact
#[utoipa::path(post, path = "/contacts", tag = "contacts", request_body = NewContact, responses((status = 201, body = Contact), Problems))]
async fn create(cx: Allow<CreateContact>, Valid(new): Valid<NewContact>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut contact = write::create(&cx, &mut tx, new).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut contact]).await?;
    let location = [(header::LOCATION, format!("/api/v1/contacts/{}", contact.id))];
    tx.commit((StatusCode::CREATED, etag(contact.version), location, Json(contact))).await
}

/// One contact
///
/// The id of one that was merged into another leads to that.
#[utoipa::path(get, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)), responses((status = 200, body = Contact), Problems))]
async fn get(cx: Allow<ReadContact>, Path(id): Path<ContactId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let mut contact = store::find_or_merged(&mut tx, id).await?.or_not_found("contact")?.allowing(cx.actor());
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut contact]).await?;
    tx.done((etag(contact.version), Json(contact))).await
}

/// Change a contact
#[utoipa::path(patch, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = ContactPatch, responses((status = 200, body = Contact), Problems))]
async fn update(
    cx: Allow<UpdateContact>,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
    Valid(patch): Valid<ContactPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let mut written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.contact]).await?;
    tx.commit((etag(written.contact.version), Json(written.contact))).await
}

/// Put a contact into the bin
#[utoipa::path(delete, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(
    cx: Allow<DeleteContact>,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Contact>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take a contact out of the bin
#[utoipa::path(post, path = "/contacts/{id}/restore", tag = "contacts", params(("id" = ContactId, Path)), responses((status = 200, body = Contact), Problems))]
async fn restore(cx: Allow<DeleteContact>, Path(id): Path<ContactId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut written = write::restore(&cx, &mut tx, id, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.contact]).await?;
    tx.commit((etag(written.contact.version), Json(written.contact))).await
}
