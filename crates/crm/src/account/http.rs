//! `/accounts`: requests, responses and handlers.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_access::policy::{CreateAccount, DeleteAccount, ReadAccount, UpdateAccount};
use dealwright_access::{Access, Allow, Object};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, etag};
use dealwright_kernel::id::AccountId;
use dealwright_kernel::{Money, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::{self, CATALOGUE};
use super::{Account, AccountPatch, NewAccount, WholeAccount, store, write};
use crate::account_tree;
use crate::custom_field;
use crate::list::{Asked, ListQuery, Names};

/// The accounts' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(get, update, delete)).routes(routes!(restore))
}

/// How lists are filtered, sorted and paged. Filters take several values by commas, and comparisons as
/// `annual_revenue.gte`, `name.contains`, `parent_id.is_null`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read as pairs by ListQuery; this describes them")]
struct ListParams {
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
    cursor: Option<String>,
    /// Up to four of name, annual_revenue, created_at and updated_at; a leading minus sorts descending.
    #[param(example = "-annual_revenue,name")]
    sort: Option<String>,
    /// A filter tree in JSON, as `POST /opportunities/query` takes it, besides the filters below.
    filter: Option<String>,
    count: Option<bool>,
    /// Words to search for.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Without case; the whole name. `name.contains` takes a part.
    name: Option<String>,
    domain: Option<String>,
    /// An id or a name.
    industry_id: Option<String>,
    /// An id or a name.
    region_id: Option<String>,
    /// An id. `parent_id.under` takes all that stand below that account.
    parent_id: Option<String>,
    /// `me` or an id.
    owner_id: Option<String>,
    /// The same as `owner_id`.
    owner: Option<String>,
    /// `my_team` or an id.
    team_id: Option<String>,
    country: Option<String>,
    employees: Option<String>,
    annual_revenue: Option<String>,
    /// A date, `today`, `-30d`, `this_quarter`, ….
    created_at: Option<String>,
    updated_at: Option<String>,
}

/// List accounts
#[utoipa::path(get, path = "/accounts", tag = "accounts", params(ListParams), responses((status = 200, body = Page<Account>), Problems))]
async fn index(cx: Allow<ReadAccount>, Query(asked): Query<Asked>) -> Result<Json<Page<Account>>> {
    let mut tx = cx.begin().await?;
    let names = Names::of_asked(&mut tx, &CATALOGUE, &asked).await?;
    let query = ListQuery::read(&asked, names, cx.actor(), cx.clock().today())?;
    let page = list::page(&cx, &mut tx, &query).await?;
    tx.done(Json(page)).await
}

/// Create an account
#[utoipa::path(post, path = "/accounts", tag = "accounts", request_body = NewAccount, responses((status = 201, body = Account), Problems))]
async fn create(cx: Allow<CreateAccount>, Valid(new): Valid<NewAccount>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut account = write::create(&cx, &mut tx, new).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut account]).await?;
    let location = [(header::LOCATION, format!("/api/v1/accounts/{}", account.id))];
    tx.commit((StatusCode::CREATED, etag(account.version), location, Json(account))).await
}

/// One account, with what is open on it
#[utoipa::path(get, path = "/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = WholeAccount), Problems))]
async fn get(cx: Allow<ReadAccount>, Path(id): Path<AccountId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let mut account = store::find_or_merged(&mut tx, id).await?.or_not_found("account")?.allowing(cx.actor());
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut account]).await?;
    let ancestors = if cx.actor().fields.hides(Object::Account, "parent_id") {
        Vec::new()
    } else {
        account_tree::store::ancestors(&mut tx, account.id).await?
    };
    let (open_opportunities, sum) = store::open_opportunities(&mut tx, account.id).await?;
    let hidden = cx.actor().fields.hides(Object::Opportunity, "amount");
    let open_amount = (!hidden).then(|| Money::new(sum, cx.actor().currency));
    tx.done((etag(account.version), Json(WholeAccount { account, ancestors, open_opportunities, open_amount }))).await
}

/// Change an account
#[utoipa::path(patch, path = "/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = AccountPatch, responses((status = 200, body = Account), Problems))]
async fn update(
    cx: Allow<UpdateAccount>,
    Path(id): Path<AccountId>,
    if_match: IfMatch,
    Valid(patch): Valid<AccountPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let mut written = write::update(&cx, &mut tx, permit, version, patch, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.account]).await?;
    tx.commit((etag(written.account.version), Json(written.account))).await
}

/// Put an account into the bin
#[utoipa::path(delete, path = "/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "In the bin, from which it can be restored"), Problems))]
async fn delete(
    cx: Allow<DeleteAccount>,
    Path(id): Path<AccountId>,
    if_match: IfMatch,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<Account>(&mut tx, id).await?;
    let version = if_match.0.unwrap_or(permit.version);
    write::delete(&mut tx, permit, version, None).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Take an account out of the bin
#[utoipa::path(post, path = "/accounts/{id}/restore", tag = "accounts", params(("id" = AccountId, Path)), responses((status = 200, body = Account), Problems))]
async fn restore(cx: Allow<DeleteAccount>, Path(id): Path<AccountId>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let mut written = write::restore(&cx, &mut tx, id, None).await?;
    custom_field::facts::work_out(cx.actor(), &mut tx, [&mut written.account]).await?;
    tx.commit((etag(written.account.version), Json(written.account))).await
}
