//! `/contacts/{id}/accounts`, `/contacts/{id}/move` and `/accounts/{id}/people`: who works where, and since when.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::policy::{Object, ReadAccount, ReadContact, UpdateContact};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::{AccountId, AffiliationId, ContactId};
use dealwright_kernel::page::MAX_LIMIT;
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{AccountPerson, Affiliation, AffiliationPatch, NewAffiliation, NewMove, store};
use crate::account;
use crate::contact::Contact;
use crate::custom_field;

/// The endpoints of contacts' accounts over time.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, add))
        .routes(routes!(change, remove))
        .routes(routes!(change_jobs))
        .routes(routes!(people))
}

/// Where a contact works, and worked
///
/// The contact's own account first, then the others of now, then those of then. The `ETag` is the contact's version.
#[utoipa::path(get, path = "/contacts/{id}/accounts", tag = "contacts", params(("id" = ContactId, Path)), responses((status = 200, body = Page<Affiliation>), Problems))]
async fn index(cx: Allow<ReadContact>, Path(id): Path<ContactId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let (version, items) = super::list(&cx, &mut tx, id).await?;
    tx.done((etag(version), Json(Page::whole(items)))).await
}

/// Add an account to a contact's
///
/// The contact's own account stays what it is: a PATCH of the contact changes that.
#[utoipa::path(post, path = "/contacts/{id}/accounts", tag = "contacts", params(("id" = ContactId, Path)), request_body = NewAffiliation,
    responses((status = 201, body = Page<Affiliation>), Problems))]
async fn add(
    cx: Allow<UpdateContact>,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
    Valid(new): Valid<NewAffiliation>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Contact>(&mut tx, id).await?;
    let version = if_match.0.or(new.version).unwrap_or(permit.version);
    super::add(&cx, &mut tx, permit, version, new).await?;
    Ok(all(&cx, tx, id).await?.map(|answer| (StatusCode::CREATED, answer)))
}

/// Change a contact's time at an account
#[utoipa::path(patch, path = "/contacts/{id}/accounts/{affiliation_id}", tag = "contacts", params(("id" = ContactId, Path), ("affiliation_id" = AffiliationId, Path)),
    request_body = AffiliationPatch, responses((status = 200, body = Page<Affiliation>), Problems))]
async fn change(
    cx: Allow<UpdateContact>,
    Path((id, affiliation)): Path<(ContactId, AffiliationId)>,
    if_match: IfMatch,
    Valid(patch): Valid<AffiliationPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Contact>(&mut tx, id).await?;
    let version = if_match.0.or(patch.version).unwrap_or(permit.version);
    super::change(&cx, &mut tx, permit, version, affiliation, patch).await?;
    all(&cx, tx, id).await
}

/// Remove a contact's time at an account
///
/// As if it had never been; to say that it has ended, give it an end.
#[utoipa::path(delete, path = "/contacts/{id}/accounts/{affiliation_id}", tag = "contacts", params(("id" = ContactId, Path), ("affiliation_id" = AffiliationId, Path)),
    responses((status = 200, body = Page<Affiliation>), Problems))]
async fn remove(
    cx: Allow<UpdateContact>,
    Path((id, affiliation)): Path<(ContactId, AffiliationId)>,
    if_match: IfMatch,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Contact>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    super::remove(&cx, &mut tx, permit, version, affiliation).await?;
    all(&cx, tx, id).await
}

async fn all(cx: &Context, mut tx: Tx, id: ContactId) -> Result<Committed<impl IntoResponse + use<>>> {
    let (version, items) = super::list(cx, &mut tx, id).await?;
    tx.commit((etag(version), Json(Page::whole(items)))).await
}

/// Say that a contact has changed jobs
///
/// The account becomes the contact's own; at the old one they have been until that day, and are listed as former.
#[utoipa::path(post, path = "/contacts/{id}/move", tag = "contacts", params(("id" = ContactId, Path)), request_body = NewMove, responses((status = 200, body = Contact), Problems))]
async fn change_jobs(
    cx: Allow<UpdateContact>,
    Path(id): Path<ContactId>,
    if_match: IfMatch,
    Valid(asked): Valid<NewMove>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Contact>(&mut tx, id).await?;
    let version = if_match.0.or(asked.version).unwrap_or(permit.version);
    let mut written = super::change_jobs(&cx, &mut tx, permit, version, asked).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.contact]).await?;
    tx.commit((etag(written.contact.version), Json(written.contact))).await
}

/// Of whom one asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PeopleState {
    #[default]
    Current,
    /// Who was there, and is not any more.
    Former,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PeopleParams {
    #[param(inline)]
    state: Option<PeopleState>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
}

/// Who works at an account, or did
///
/// By name. The account is the own one of some, and one more of others.
#[utoipa::path(get, path = "/accounts/{id}/people", tag = "accounts", params(("id" = AccountId, Path), PeopleParams), responses((status = 200, body = Page<AccountPerson>), Problems))]
async fn people(
    cx: Allow<ReadAccount>,
    Path(id): Path<AccountId>,
    Query(asked): Query<PeopleParams>,
) -> Result<Json<Page<AccountPerson>>> {
    let limit = asked.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        let error = Error::unreadable("invalid_value", format!("a number from 1 to {MAX_LIMIT}"));
        return Err(error.on("limit"));
    }
    let state = asked.state.unwrap_or_default();
    let fingerprint = format!("people:{id}:{state:?}");
    let after = asked.cursor.map(|c| Cursor::<(String, Uuid)>::decode(&c, &fingerprint)).transpose()?;
    let mut tx = cx.begin().await?;
    account::store::find(&mut tx, id, false).await?.or_not_found("account")?;
    let former = state == PeopleState::Former;
    let after = after.map(|cursor| cursor.keys);
    let mut rows = store::people(&mut tx, id, former, after, i64::from(limit) + 1).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|(key, _)| key.clone());
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    let hides = |field| cx.actor().fields.hides(Object::Contact, field);
    let (title, email) = (hides("title"), hides("email"));
    let items = rows.into_iter().map(|(_, person)| AccountPerson {
        title: person.title.filter(|_| !title),
        email: person.email.filter(|_| !email),
        ..person
    });
    let page = Page { items: items.collect(), next_cursor, total: None.into() };
    tx.done(Json(page)).await
}
