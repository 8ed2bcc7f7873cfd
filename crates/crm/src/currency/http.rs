//! `/currencies` and `/currency-rates`.

use axum::http::StatusCode;
use chrono::NaiveDate;
use dealwright_access::policy::{ReadOrganisation, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query, Valid};
use dealwright_kernel::{Currency, Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CurrencyInUse, NewRates, Rate, store, write};

/// The currencies' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(rates, set_rates)).routes(routes!(delete_rate))
}

/// The organisation's currencies, with the rates of today
#[utoipa::path(get, path = "/currencies", tag = "master data", responses((status = 200, body = Page<CurrencyInUse>), Problems))]
async fn list(cx: Allow<ReadOrganisation>) -> Result<Json<Page<CurrencyInUse>>> {
    let mut tx = cx.begin().await?;
    let currencies = store::currencies(&mut tx, cx.clock().today()).await?;
    tx.done(Json(Page::whole(currencies))).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfCurrency {
    currency: Option<Currency>,
}

/// Rates, latest first
#[utoipa::path(get, path = "/currency-rates", tag = "master data", params(("currency" = Option<String>, Query, description = "Of this currency alone")),
    responses((status = 200, body = Page<Rate>), Problems))]
async fn rates(cx: Allow<ReadOrganisation>, Query(of): Query<OfCurrency>) -> Result<Json<Page<Rate>>> {
    let mut tx = cx.begin().await?;
    let rates = store::rates(&mut tx, of.currency).await?;
    tx.done(Json(Page::whole(rates))).await
}

/// Set rates; those of the same currency and day are replaced
///
/// Amounts of open deals follow in the background. Closed deals keep the rate of their closing day.
#[utoipa::path(post, path = "/currency-rates", tag = "master data", request_body = NewRates, responses((status = 200, body = Page<CurrencyInUse>), Problems))]
async fn set_rates(
    cx: Allow<UpdateOrganisation>,
    Valid(new): Valid<NewRates>,
) -> Result<Committed<Json<Page<CurrencyInUse>>>> {
    let mut tx = cx.begin().await?;
    write::set(&mut tx, &new).await?;
    let currencies = store::currencies(&mut tx, cx.clock().today()).await?;
    tx.commit(Json(Page::whole(currencies))).await
}

/// Remove a rate
///
/// The last rate of a currency stays while deals are in it.
#[utoipa::path(delete, path = "/currency-rates/{currency}/{valid_from}", tag = "master data",
    params(("currency" = String, Path), ("valid_from" = String, Path, description = "YYYY-MM-DD")), responses((status = 204, description = "Gone"), Problems))]
async fn delete_rate(
    cx: Allow<UpdateOrganisation>,
    Path((currency, day)): Path<(Currency, NaiveDate)>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    write::remove(&mut tx, currency, day).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
