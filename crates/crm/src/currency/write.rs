//! The one way in which rates change: by a form, and by a configuration file.

use chrono::NaiveDate;
use dealwright_kernel::{Currency, Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde_json::{Value, json};

use super::{NewRates, job, store};
use crate::opportunity::store::base_currency;

/// Sets rates, and says whether any was other than before.
///
/// # Errors
/// 422 for a rate of the organisation's own currency, and `too_many_rates`.
pub async fn set(tx: &mut Tx, new: &NewRates) -> Result<bool> {
    let base = base_currency(tx).await?;
    if let Some(at) = new.rates.iter().position(|r| r.currency == base) {
        let why = format!("{base} is the organisation's own currency");
        return Err(Error::field(format!("rates.{at}.currency"), "invalid_currency", why));
    }
    let old = store::old_rates(tx, &new.rates).await?;
    let changes: Vec<Change> = new
        .rates
        .iter()
        .filter_map(|r| {
            let before = old.get(&(r.currency.code().to_owned(), r.valid_from)).copied();
            (before != Some(r.rate.normalize())).then(|| change(r.currency, r.valid_from, json!(before), json!(r.rate)))
        })
        .collect();
    if changes.is_empty() {
        return Ok(false);
    }
    store::set_rates(tx, &new.rates).await?;
    say(tx, base, changes)?;
    Ok(true)
}

/// Removes a rate. The last one of a currency stays while deals are in it.
///
/// # Errors
/// 404; 409 `in_use`.
pub async fn remove(tx: &mut Tx, currency: Currency, day: NaiveDate) -> Result<()> {
    let base = base_currency(tx).await?;
    if !store::delete_rate(tx, currency, day).await? {
        return Err(Error::not_found("rate"));
    }
    let (deals, rates) = store::usage(tx, currency).await?;
    if deals > 0 && rates == 0 {
        let detail = format!("{deals} deals are in {currency}: it keeps at least one rate");
        return Err(Error::conflict("in_use", detail).counting(deals));
    }
    say(tx, base, vec![change(currency, day, json!("removed"), Value::Null)])
}

fn change(currency: Currency, day: NaiveDate, old: Value, new: Value) -> Change {
    Change { field: format!("{currency} from {day}"), old, new, old_label: None, new_label: None }
}

/// The event, and the job that lets open deals follow.
fn say(tx: &mut Tx, base: Currency, changes: Vec<Change>) -> Result<()> {
    let subject = Subject { object: "organisation", id: tx.org().0, name: format!("Rates to {base}"), version: None };
    let event = Event::with_id(tx.new_id().into(), "organisation.rates_changed", subject).changes(changes);
    tx.emit(event);
    job::queue(tx)
}
