//! `/currencies` and `/currency-rates`.

use axum::extract::FromRef;
use axum::http::StatusCode;
use chrono::NaiveDate;
use dealwright_access::policy::{ReadOrganisation, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Path, Query, Valid};
use dealwright_kernel::{Currency, Error, Page, Result};
use dealwright_store::{Change, Committed, Event, Subject, Tx};
use serde::Deserialize;
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CurrencyInUse, NewRates, Rate, job, store};
use crate::opportunity::store::base_currency;

/// The currencies' endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
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
    let base = base_currency(&mut tx).await?;
    if let Some(at) = new.rates.iter().position(|r| r.currency == base) {
        let why = format!("{base} is the organisation's own currency");
        return Err(Error::field(format!("rates.{at}.currency"), "invalid_currency", why));
    }
    let old = store::old_rates(&mut tx, &new.rates).await?;
    store::set_rates(&mut tx, &new.rates).await?;
    let changes: Vec<Change> = new
        .rates
        .iter()
        .filter_map(|r| {
            let before = old.get(&(r.currency.code().to_owned(), r.valid_from)).copied();
            (before != Some(r.rate.normalize())).then(|| change(r.currency, r.valid_from, json!(before), json!(r.rate)))
        })
        .collect();
    if !changes.is_empty() {
        say(&mut tx, base, changes)?;
    }
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
    let base = base_currency(&mut tx).await?;
    let (deals, rates) = store::usage(&mut tx, currency).await?;
    if deals > 0 && rates == 1 {
        let detail = format!("{deals} deals are in {currency}: it keeps at least one rate");
        return Err(Error::conflict("in_use", detail).counting(deals));
    }
    if !store::delete_rate(&mut tx, currency, day).await? {
        return Err(Error::not_found("rate"));
    }
    say(&mut tx, base, vec![change(currency, day, json!("removed"), serde_json::Value::Null)])?;
    tx.commit(StatusCode::NO_CONTENT).await
}

fn change(currency: Currency, day: NaiveDate, old: serde_json::Value, new: serde_json::Value) -> Change {
    Change { field: format!("{currency} from {day}"), old, new, old_label: None, new_label: None }
}

/// The event, and the job that lets open deals follow.
fn say(tx: &mut Tx, base: Currency, changes: Vec<Change>) -> Result<()> {
    let subject = Subject { object: "organisation", id: tx.org().0, name: format!("Rates to {base}"), version: None };
    let event = Event::with_id(tx.new_id().into(), "organisation.rates_changed", subject).changes(changes);
    tx.emit(event);
    job::queue(tx)
}
