//! What a call costs: a table of prices per million tokens, by model, in the organisation's operator's own currency.
//!
//! The table is configuration, since prices change and endpoints differ. A model that is not in it costs what is not
//! known, which is recorded as nothing; a local model costs nothing.

use std::collections::BTreeMap;

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
        let price = |input, output| Price { input: Decimal::new(input, 2), output: Decimal::new(output, 2) };
        let prices =
            Prices(BTreeMap::from([("large".to_owned(), price(250, 1000)), ("large-mini".to_owned(), price(15, 60))]));
        let usage = Usage { tokens_in: 1000, tokens_out: 200 };
        assert_eq!(prices.micros("large-2026-01-01", usage), Some(4500));
        assert_eq!(prices.micros("large-mini", usage), Some(270));
        assert_eq!(prices.micros("other", usage), None);
        assert_eq!(shown(4500), "0.004500");
    }
}
