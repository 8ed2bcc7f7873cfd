//! Money: an integer of the currency's minor units and an ISO 4217 code.
//!
//! On the wire it is `{"amount": "1234.50", "currency": "EUR"}`: a decimal string, never a float.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Error;

/// An ISO 4217 currency with its number of decimal places.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub const USD: Self = Self(iso_currency::Currency::USD);
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Every currency there is.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator;
        iso_currency::Currency::iter().map(Self)
    }

    /// Decimal places of the currency: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = Error;
    /// Reads an upper-case ISO 4217 code.
    fn from_str(code: &str) -> Result<Self, Error> {
        iso_currency::Currency::from_code(code)
            .map(Self)
            .ok_or_else(|| Error::field("currency", "unknown_currency", format!("{code:?} is not an ISO 4217 code")))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(|_| de::Error::custom(format!("{code:?} is not an ISO 4217 currency code")))
    }
}

/// The largest amount we keep, in minor units: far above any deal, far below where sums of a million rows overflow.
pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// In the currency's minor units: cents for EUR.
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// From a decimal number of major units, rounded half away from zero is refused: more decimals than the currency
    /// has is an error, since it would silently change what was written.
    ///
    /// # Errors
    /// `invalid_amount` when it has too many decimals or is out of range.
    pub fn from_decimal(amount: Decimal, currency: Currency) -> Result<Self, Error> {
        let invalid = |why: &str| Error::field("amount", "invalid_amount", format!("{amount} {currency}: {why}"));
        let factor = Decimal::from(10_i64.pow(currency.decimals()));
        let scaled = amount.checked_mul(factor).ok_or_else(|| invalid("is out of range"))?.normalize();
        if scaled.scale() > 0 {
            return Err(invalid("has more decimals than the currency"));
        }
        let minor = scaled.to_i64().filter(|m| m.abs() <= MAX_MINOR).ok_or_else(|| invalid("is out of range"))?;
        Ok(Self { minor, currency })
    }

    /// In major units.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.decimals())
    }
}

/// `1234.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_decimal(), self.currency)
    }
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an amount with its currency, such as {\"amount\": \"1234.50\", \"currency\": \"EUR\"}"
)]
#[schema(as = Money)]
struct Wire {
    /// Decimal string in major units.
    #[schema(example = "1234.50", pattern = r"^-?\d{1,15}(\.\d{1,4})?$")]
    amount: String,
    /// ISO 4217 code.
    #[schema(value_type = String, example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire { amount: self.to_decimal().to_string(), currency: self.currency }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let amount = Decimal::from_str_exact(&wire.amount)
            .map_err(|_| de::Error::custom(format!("{:?} is not a decimal number", wire.amount)))?;
        Self::from_decimal(amount, wire.currency).map_err(|e| de::Error::custom(e.detail))
    }
}

impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        Wire::schema()
    }
}

impl utoipa::ToSchema for Money {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_form_is_a_decimal_string() {
        let money: Money = serde_json::from_str(r#"{"amount":"1234.5","currency":"EUR"}"#).unwrap();
        assert_eq!(money, Money::new(123_450, Currency::EUR));
        assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"amount":"1234.50","currency":"EUR"}"#);
    }

    #[test]
    fn decimals_follow_the_currency() {
        let yen = Money::from_decimal(Decimal::from(500), "JPY".parse().unwrap()).unwrap();
        assert_eq!((yen.minor, yen.to_string()), (500, "500 JPY".to_owned()));
        assert!(Money::from_decimal(Decimal::new(15, 1), yen.currency).is_err());
    }

    #[test]
    fn refuses_what_it_cannot_keep() {
        for bad in [
            r#"{"amount":"1e400","currency":"EUR"}"#,
            r#"{"amount":"99999999999999999","currency":"EUR"}"#,
            r#"{"amount":"1.001","currency":"EUR"}"#,
            r#"{"amount":"1","currency":"XXQ"}"#,
            r#"{"amount":1,"currency":"EUR"}"#,
        ] {
            assert!(serde_json::from_str::<Money>(bad).is_err(), "{bad}");
        }
    }
}
