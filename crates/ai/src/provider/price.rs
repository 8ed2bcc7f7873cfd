//! What a call costs: a table of prices per million tokens, by model, in the organisation's operator's own currency.
//!
//! The table is configuration (`AI_PRICES`), since prices change and endpoints differ: no list of ours would stay true. A
//! local model costs nothing. A model that is not in the table costs what is not known, and so does every run that used it.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Usage;

/// Prices per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub input: Decimal,
    pub output: Decimal,
}

/// Prices by model; a name also stands for its dated versions ("gpt-x" for "gpt-x-2026-01-01").
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(pub BTreeMap<String, Price>);

impl Prices {
    /// The cost of a call in millionths of the currency's unit, rounded half up; None when the price is not known.
    #[must_use]
    pub fn micros(&self, model: &str, usage: Usage) -> Option<i64> {
        let price =
            self.0.iter().filter(|(name, _)| model.starts_with(name.as_str())).max_by_key(|(name, _)| name.len())?.1;
        let input = price.input.checked_mul(Decimal::from(usage.tokens_in))?;
        let output = price.output.checked_mul(Decimal::from(usage.tokens_out))?;
        // Per million tokens, in millionths: the two cancel out.
        let micros =
            input.checked_add(output)?.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(micros.mantissa()).ok().filter(|_| micros.scale() == 0)
    }
}

/// How a table is written.
pub const FORM: &str = "MODEL=INPUT/OUTPUT in your currency per million tokens, several set apart by commas, such as \"large=2.50/10,small=0.15/0.60\"";

/// `large=2.50/10, small=0.15/0.60`: input and output per million tokens. An embedding model has one price: `embed=0.02`.
impl FromStr for Prices {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let price = |text: &str| text.trim().parse::<Decimal>().ok().filter(|p| !p.is_sign_negative());
        let mut all = BTreeMap::new();
        for row in text.split(',').map(str::trim).filter(|row| !row.is_empty()) {
            let read = row.rsplit_once('=').and_then(|(name, prices)| {
                let (input, output) = prices.split_once('/').unwrap_or((prices, "0"));
                let name = name.trim();
                (!name.is_empty()).then_some((name, Price { input: price(input)?, output: price(output)? }))
            });
            let Some((name, price)) = read else { return Err(row.to_owned()) };
            if all.insert(name.to_owned(), price).is_some() {
                return Err(format!("{name} twice"));
            }
        }
        Ok(Self(all))
    }
}

/// Millionths as a decimal, for people and the API: `0.001200`.
#[must_use]
pub fn shown(micros: i64) -> String {
    Decimal::new(micros, 6).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_that_fits_sets_the_price() {
        let prices: Prices = "large=2.50/10, large-mini=0.15/0.60,embed=0.02".parse().unwrap();
        let usage = Usage { tokens_in: 1000, tokens_out: 200 };
        assert_eq!(prices.micros("large-2026-01-01", usage), Some(4500));
        assert_eq!(prices.micros("large-mini", usage), Some(270));
        assert_eq!(prices.micros("embed", usage), Some(20));
        assert_eq!(prices.micros("other", usage), None);
        assert_eq!(shown(4500), "0.004500");
    }

    #[test]
    fn a_table_that_cannot_be_read_is_refused_with_its_row() {
        assert_eq!("".parse::<Prices>().unwrap(), Prices::default());
        for (table, row) in [
            ("large", "large"),
            ("large=x/1", "large=x/1"),
            ("a=1/2,b=-1/2", "b=-1/2"),
            ("=1/2", "=1/2"),
            ("a=1/2,a=3/4", "a twice"),
        ] {
            assert_eq!(table.parse::<Prices>().unwrap_err(), row);
        }
        // A name may hold what stands between names and prices.
        assert!("azure=eu/large=1/2".parse::<Prices>().unwrap().0.contains_key("azure=eu/large"));
    }
}
