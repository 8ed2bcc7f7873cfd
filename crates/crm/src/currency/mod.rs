//! The organisation's currencies: what one unit of each is worth in the organisation's own, from which day on.
//!
//! A rate holds from its day until the next. Open deals follow the rates (`job`); a closed deal keeps the rate of the day
//! on which it closed. Here are the types and the rules; `store` holds the SQL, `http` the endpoints.

pub mod http;
pub mod job;
pub mod store;
pub mod write;

use chrono::{Datelike, NaiveDate};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Currency, Result};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Texts;

/// The most rates that one request sets, and that an organisation has.
pub const MAX_AT_ONCE: usize = 5_000;
pub const MAX_RATES: i64 = 100_000;

/// A rate: units of the organisation's currency for one unit of this one, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    #[schema(value_type = String, example = "GBP")]
    pub currency: Currency,
    pub valid_from: NaiveDate,
    #[schema(value_type = String, example = "1.1734", pattern = r"^\d{1,9}(\.\d{1,10})?$")]
    pub rate: Decimal,
}

/// A currency of the organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CurrencyInUse {
    #[schema(value_type = String, example = "GBP")]
    pub code: Currency,
    /// The organisation's own, in which everything is summed.
    pub base: bool,
    /// The one that holds today; null for the organisation's own, and where the first is yet to come.
    #[schema(value_type = Option<String>)]
    pub rate: Option<Decimal>,
    pub valid_from: Option<NaiveDate>,
    /// How many rates there are.
    pub rates: i64,
}

/// Rates to be set; those of the same currency and day are replaced.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRates {
    #[schema(min_items = 1, max_items = 5000)]
    pub rates: Vec<Rate>,
}

impl Validate for NewRates {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.rates.is_empty() || self.rates.len() > MAX_AT_ONCE {
            wrong.push("rates", "too_many", format!("between 1 and {MAX_AT_ONCE} rates"));
        }
        let mut seen = std::collections::HashSet::new();
        for (i, rate) in self.rates.iter().enumerate().take(MAX_AT_ONCE) {
            if rate.rate <= Decimal::ZERO
                || rate.rate >= Decimal::from(1_000_000_000)
                || rate.rate.normalize().scale() > 10
            {
                let range = "above 0 and below 1,000,000,000, with at most 10 decimals";
                wrong.push(&format!("rates.{i}.rate"), "out_of_range", range);
            }
            if !(1900..=2200).contains(&rate.valid_from.year()) {
                wrong.push(&format!("rates.{i}.valid_from"), "out_of_range", "a date between 1900 and 2200");
            }
            if !seen.insert((rate.currency, rate.valid_from)) {
                wrong.push(&format!("rates.{i}"), "said_twice", "there is another rate of this day");
            }
        }
        wrong.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_positive_and_said_once() {
        let rate = |rate: &str, day: &str| Rate {
            currency: Currency::USD,
            valid_from: day.parse().unwrap(),
            rate: rate.parse().unwrap(),
        };
        let wrong = |rates: Vec<Rate>| {
            let fields = NewRates { rates }.validate().unwrap_err().fields;
            fields.into_iter().map(|f| f.field).collect::<Vec<_>>()
        };
        assert!(NewRates { rates: vec![rate("0.93", "2026-01-01")] }.validate().is_ok());
        assert_eq!(wrong(vec![]), ["rates"]);
        assert_eq!(
            wrong(vec![rate("0", "2026-01-01"), rate("1", "1800-01-01")]),
            ["rates.0.rate", "rates.1.valid_from"]
        );
        assert_eq!(wrong(vec![rate("1", "2026-01-01"), rate("2", "2026-01-01")]), ["rates.1"]);
    }
}
