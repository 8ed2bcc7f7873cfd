//! What a line comes to: a period's total, what that makes in a year, and over the whole term. Exact in decimals; each sum
//! is rounded to the minor unit once, half away from zero.

use dealwright_kernel::{Money, Result};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::price_list::Billing;
use crate::record::Texts;

const MAX_QUANTITY: i64 = 1_000_000_000;
/// How long something comes again when nobody says.
pub const USUAL_TERM: i32 = 12;
const MAX_TERM: i32 = 600;

/// What a line's sums are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub quantity: Decimal,
    /// Of a period, where it comes again.
    pub unit_price: Money,
    pub discount_percent: Decimal,
    /// Off each period's total, instead of a percentage.
    pub discount_amount: Option<Money>,
    pub billing: Billing,
    /// None of what is due once.
    pub term_months: Option<i32>,
}

impl Terms {
    /// # Errors
    /// 422 that names each field.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let (quantity, percent) = (self.quantity, self.discount_percent);
        if quantity <= Decimal::ZERO || quantity > Decimal::from(MAX_QUANTITY) || quantity.normalize().scale() > 4 {
            wrong.push("quantity", "out_of_range", "above 0 and at most 1,000,000,000, with at most 4 decimals");
        }
        if self.unit_price.minor < 0 {
            wrong.push("unit_price", "out_of_range", "a price is not negative");
        }
        if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED || percent.normalize().scale() > 2 {
            wrong.push("discount_percent", "out_of_range", "from 0 to 100, with at most 2 decimals");
        }
        self.check_discount(&mut wrong);
        self.check_term(&mut wrong);
        wrong.finish()?;
        let mut wrong = Texts::default();
        if self.contract().is_none() || self.annual().is_none() {
            wrong.push("quantity", "out_of_range", "the line's total is out of range");
        }
        wrong.finish()
    }

    fn check_discount(&self, wrong: &mut Texts) {
        let Some(off) = self.discount_amount else { return };
        if !self.discount_percent.is_zero() {
            wrong.push("discount_amount", "invalid_value", "a discount is a percentage or an amount, not both");
        } else if off.currency != self.unit_price.currency {
            wrong.push("discount_amount", "invalid_value", "a discount is in the currency of the price");
        } else if off.minor < 0 || self.gross().is_some_and(|gross| Decimal::from(off.minor) > gross) {
            wrong.push("discount_amount", "out_of_range", "from 0 to what the line comes to without it");
        }
    }

    fn check_term(&self, wrong: &mut Texts) {
        match (self.billing.months(), self.term_months) {
            (None, Some(_)) => wrong.push("term_months", "invalid_value", "what is due once has no term"),
            (Some(_), Some(term)) if !(1..=MAX_TERM).contains(&term) => {
                wrong.push("term_months", "out_of_range", "from 1 to 600 months");
            }
            (Some(months), Some(term)) if term % months != 0 => {
                let why = format!("a multiple of {months}: it is due every {months} months");
                wrong.push("term_months", "invalid_value", why);
            }
            (Some(_), None) => wrong.push("term_months", "required", "what comes again has a term"),
            (None, None) | (Some(_), Some(_)) => {}
        }
    }

    fn gross(&self) -> Option<Decimal> {
        self.quantity.checked_mul(Decimal::from(self.unit_price.minor))
    }

    /// Quantity times price less the discount: what is due once, or each period. None when out of range.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        let off = self.discount_amount.map_or(0, |off| off.minor);
        let share = (Decimal::ONE_HUNDRED - self.discount_percent) / Decimal::ONE_HUNDRED;
        let minor = self.gross()?.checked_mul(share)?.checked_sub(Decimal::from(off))?;
        self.in_range(minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()?)
    }

    /// What comes again, in a year: nothing of what is due once.
    #[must_use]
    pub fn annual(&self) -> Option<Money> {
        let times = self.billing.months().map_or(0, |months| 12 / months);
        self.in_range(self.total()?.minor.checked_mul(times.into())?)
    }

    /// All that is due over the term.
    #[must_use]
    pub fn contract(&self) -> Option<Money> {
        let times = match (self.billing.months(), self.term_months) {
            (Some(months), Some(term)) => term / months,
            _ => 1,
        };
        self.in_range(self.total()?.minor.checked_mul(times.into())?)
    }

    fn in_range(&self, minor: i64) -> Option<Money> {
        (minor <= dealwright_kernel::money::MAX_MINOR).then_some(Money { minor, ..self.unit_price })
    }

    /// In words, as history shows it.
    #[must_use]
    pub fn in_words(&self, product: &str) -> String {
        let less = match self.discount_amount {
            Some(off) => format!(" less {off}"),
            None if self.discount_percent.is_zero() => String::new(),
            None => format!(" less {} %", self.discount_percent.normalize()),
        };
        let again = match (self.billing, self.term_months) {
            (Billing::OneOff, _) | (_, None) => String::new(),
            (billing, Some(term)) => format!(" {} for {term} months", billing.as_str()),
        };
        let total = self.contract().map_or_else(String::new, |total| format!(" = {total}"));
        format!("{} × {product} at {}{again}{less}{total}", self.quantity.normalize(), self.unit_price)
    }
}

/// What the lines of one currency come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineTotals {
    /// Due once.
    pub one_off: Money,
    /// What comes again, in a year.
    pub annual_recurring: Money,
    /// All that is due over the terms.
    pub contract_value: Money,
}

/// The totals by currency, in the order in which the currencies come first. None when one is out of range.
#[must_use]
pub fn totals(lines: &[Terms]) -> Option<Vec<LineTotals>> {
    let mut all: Vec<LineTotals> = Vec::new();
    for line in lines {
        let currency = line.unit_price.currency;
        let (annual, contract) = (line.annual()?, line.contract()?);
        let once = if line.billing == Billing::OneOff { contract.minor } else { 0 };
        match all.iter_mut().find(|sum| sum.contract_value.currency == currency) {
            Some(sum) => {
                sum.one_off.minor = sum.one_off.minor.checked_add(once)?;
                sum.annual_recurring.minor = sum.annual_recurring.minor.checked_add(annual.minor)?;
                sum.contract_value.minor = sum.contract_value.minor.checked_add(contract.minor)?;
            }
            None => all.push(LineTotals {
                one_off: Money::new(once, currency),
                annual_recurring: annual,
                contract_value: contract,
            }),
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use dealwright_kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn line(quantity: &str, minor: i64, billing: Billing, term_months: Option<i32>) -> Terms {
        Terms {
            quantity: quantity.parse().unwrap(),
            unit_price: Money::new(minor, Currency::EUR),
            discount_percent: Decimal::ZERO,
            discount_amount: None,
            billing,
            term_months,
        }
    }

    #[test]
    fn totals_round_to_the_minor_unit_once() {
        let of = |quantity: &str, discount: &str| {
            let discount_percent = discount.parse().unwrap();
            Terms { discount_percent, ..line(quantity, 999, Billing::OneOff, None) }.total().unwrap().minor
        };
        assert_eq!((of("3", "0"), of("1", "50"), of("0.333", "10")), (2_997, 500, 299));
        let much = line("1000000000", 1_000_000_000_000, Billing::OneOff, None);
        assert!(much.total().is_none() && much.check().is_err());
    }

    #[test]
    fn what_comes_again_counts_by_the_year_and_over_its_term() {
        let monthly = line("10", 5_000, Billing::Monthly, Some(36));
        let sums = |t: Terms| (t.total().unwrap().minor, t.annual().unwrap().minor, t.contract().unwrap().minor);
        assert_eq!(sums(monthly), (50_000, 600_000, 1_800_000));
        let off = Some(Money::new(5_000, Currency::EUR));
        assert_eq!(sums(Terms { discount_amount: off, ..monthly }), (45_000, 540_000, 1_620_000));
        assert_eq!(sums(line("2", 30_000, Billing::Quarterly, Some(6))), (60_000, 240_000, 120_000));
        assert_eq!(sums(line("1", 99, Billing::OneOff, None)), (99, 0, 99));
        let both = totals(&[monthly, line("1", 99, Billing::OneOff, None)]).unwrap();
        assert_eq!(both[0].contract_value.minor, 1_800_099);
        assert_eq!((both[0].one_off.minor, both[0].annual_recurring.minor, both.len()), (99, 600_000, 1));
        assert_eq!(monthly.in_words("GTX"), "10 × GTX at 50.00 EUR monthly for 36 months = 18000.00 EUR");
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let field = |t: Terms| t.check().unwrap_err().fields[0].field.to_string();
        let monthly = line("1", 100, Billing::Monthly, Some(12));
        let off = |minor| Some(Money::new(minor, Currency::EUR));
        assert!(monthly.check().is_ok());
        assert_eq!(field(Terms { term_months: None, ..monthly }), "term_months");
        assert_eq!(field(Terms { billing: Billing::Yearly, term_months: Some(18), ..monthly }), "term_months");
        assert_eq!(field(Terms { billing: Billing::OneOff, ..monthly }), "term_months");
        assert_eq!(field(Terms { discount_amount: off(101), ..monthly }), "discount_amount");
        assert_eq!(
            field(Terms { discount_amount: off(1), discount_percent: Decimal::ONE, ..monthly }),
            "discount_amount"
        );
        let dollars = Some(Money::new(1, Currency::USD));
        assert_eq!(field(Terms { discount_amount: dollars, ..monthly }), "discount_amount");
    }

    proptest! {
        #[test]
        fn the_term_is_so_many_periods(quantity in 1_u32..1_000, minor in 0_i64..10_000_000, years in 1_i32..20) {
            for (billing, a_year) in [(Billing::Monthly, 12), (Billing::Quarterly, 4), (Billing::Yearly, 1)] {
                let line = line(&quantity.to_string(), minor, billing, Some(12 * years));
                let total = line.total().unwrap().minor;
                prop_assert_eq!(line.annual().unwrap().minor, total * a_year);
                prop_assert_eq!(line.contract().unwrap().minor, total * a_year * i64::from(years));
            }
        }
    }
}
