//! Numbers and money: `1,234.50` and `1.234,50`, with spaces or apostrophes between thousands, a currency sign or code
//! on either side, a minus on either side or brackets for it.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What separates the whole from the fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    Point,
    Comma,
}

const SIGNS: [(&str, &str); 8] = [
    ("$", "USD"),
    ("US$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("Fr.", "CHF"),
    ("zł", "PLN"),
];

/// The currency that a sign most often means.
pub fn currency_of_sign(sign: &str) -> Option<&'static str> {
    SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code)
}

/// A number with its notation given; `None` when it isn't one.
pub fn parse(raw: &str, mark: DecimalMark) -> Option<Decimal> {
    let (digits, negative) = unsigned(raw.trim())?;
    let value = plain(digits, mark)?;
    Some(if negative { -value } else { value })
}

/// An amount and the currency written beside it, if there is one.
pub fn money(raw: &str, mark: DecimalMark) -> Option<(Decimal, Option<String>)> {
    let (raw, outer) = unsigned(raw.trim())?;
    let raw = raw.trim();
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ',');
    let first = raw.find(is_number)?;
    let last = raw.rfind(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | ','))?;
    let (before, rest) = raw.split_at_checked(first)?;
    let (number, after) = rest.split_at_checked(last + 1 - first)?;
    let (before, after) = (before.trim(), after.trim());
    let (negative, before) = match before.strip_prefix('-') {
        Some(rest) => (true, rest.trim()),
        None => (false, before),
    };
    // "Fr. 12" puts its point into the number's end of the text: take it back.
    let (before, number) = match number.strip_prefix('.') {
        Some(rest) if before == "Fr" => ("Fr.", rest),
        _ => (before, number),
    };
    let currency = match (before, after) {
        ("", "") => None,
        (sign, "") | ("", sign) => Some(super::currency(sign)?),
        _ => return None,
    };
    let value = parse(number, mark)?;
    Some((if negative != outer { -value } else { value }, currency))
}

fn unsigned(raw: &str) -> Option<(&str, bool)> {
    if raw.is_empty() {
        return None;
    }
    if let Some(inner) = raw.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some((inner, true));
    }
    if let Some(rest) = raw.strip_prefix(['-', '\u{2212}']) {
        return Some((rest.trim_start(), true));
    }
    if let Some(rest) = raw.strip_suffix('-') {
        return Some((rest.trim_end(), true));
    }
    Some((raw.strip_prefix('+').unwrap_or(raw), false))
}

fn plain(digits: &str, mark: DecimalMark) -> Option<Decimal> {
    let (decimal, thousands) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, fraction) = digits.split_once(decimal).unwrap_or((digits, ""));
    let has_fraction = digits.contains(decimal);
    if !fraction.chars().all(|character| character.is_ascii_digit())
        || (has_fraction && whole.len() + fraction.len() == 0)
    {
        return None;
    }
    let whole = ungroup(whole, thousands)?;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let text = match (whole.is_empty(), fraction.is_empty()) {
        (true, _) => format!("0.{fraction}"),
        (false, true) => whole,
        (false, false) => format!("{whole}.{fraction}"),
    };
    Decimal::from_str(&text).ok()
}

/// The digits without what stands between thousands; groups after the first have three digits (or, as in India, two).
fn ungroup(whole: &str, thousands: char) -> Option<String> {
    let is_separator = |c: char| c == thousands || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}');
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let all_digits = groups.iter().all(|group| group.chars().all(|character| character.is_ascii_digit()));
    if !all_digits {
        return None;
    }
    if let Some((first, rest)) = groups.split_first()
        && let Some((last, middle)) = rest.split_last()
    {
        let sizes = (1..=3).contains(&first.len())
            && last.len() == 3
            && (middle.iter().all(|group| group.len() == 3) || middle.iter().all(|group| group.len() == 2));
        if !sizes {
            return None;
        }
    }
    Some(groups.concat())
}

/// The notation in which most of `values` are numbers; `None` when they don't say (`1.234` alone could be either).
pub fn detect_mark<'a>(values: impl Iterator<Item = &'a str>) -> Option<DecimalMark> {
    let (mut point, mut comma) = (0_u32, 0_u32);
    for value in values {
        let has_point = money(value, DecimalMark::Point).is_some();
        let has_comma = money(value, DecimalMark::Comma).is_some();
        match (has_point, has_comma) {
            (true, false) => point += 1,
            (false, true) => comma += 1,
            (true, true) | (false, false) => {}
        }
    }
    match point.cmp(&comma) {
        std::cmp::Ordering::Greater => Some(DecimalMark::Point),
        std::cmp::Ordering::Less => Some(DecimalMark::Comma),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(raw: &str) -> Option<String> {
        parse(raw, DecimalMark::Point).map(|value| value.to_string())
    }

    fn comma(raw: &str) -> Option<String> {
        parse(raw, DecimalMark::Comma).map(|value| value.to_string())
    }

    #[test]
    fn both_notations() {
        assert_eq!(point("1,234.50").as_deref(), Some("1234.50"));
        assert_eq!(comma("1.234,50").as_deref(), Some("1234.50"));
        assert_eq!(comma("1 234,50").as_deref(), Some("1234.50"));
        assert_eq!(point("1'234.50").as_deref(), Some("1234.50"));
        assert_eq!(point("12,34,567").as_deref(), Some("1234567"));
        assert_eq!(point("(12.5)").as_deref(), Some("-12.5"));
        assert_eq!(point("12.5-").as_deref(), Some("-12.5"));
        assert_eq!(point(".5").as_deref(), Some("0.5"));
        for bad in ["", ".", "-", "1.2.3", "1,23", "12,3456", "abc", "1e5", "--1", "1,,000"] {
            assert_eq!(point(bad), None, "{bad}");
        }
    }

    #[test]
    fn money_names_its_currency() {
        let text =
            |raw, mark| money(raw, mark).map(|(amount, currency)| format!("{amount} {}", currency.unwrap_or_default()));
        assert_eq!(text("$4,821", DecimalMark::Point).as_deref(), Some("4821 USD"));
        assert_eq!(text("-$5.00", DecimalMark::Point).as_deref(), Some("-5.00 USD"));
        assert_eq!(text("($5.00)", DecimalMark::Point).as_deref(), Some("-5.00 USD"));
        assert_eq!(text("1.234,50 €", DecimalMark::Comma).as_deref(), Some("1234.50 EUR"));
        assert_eq!(text("EUR 12", DecimalMark::Comma).as_deref(), Some("12 EUR"));
        assert_eq!(text("Fr. 12.50", DecimalMark::Point).as_deref(), Some("12.50 CHF"));
        assert_eq!(text("12 apples", DecimalMark::Point), None);
        assert_eq!(text("open", DecimalMark::Point), None);
    }

    #[test]
    fn the_notation_is_detected_over_the_column() {
        assert_eq!(detect_mark(["1.234", "5,50"].into_iter()), Some(DecimalMark::Comma));
        assert_eq!(detect_mark(["1,234", "5.5"].into_iter()), Some(DecimalMark::Point));
        assert_eq!(detect_mark(["1234", "1,234"].into_iter()), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(whole in 0_u32..1_000_000_000, cents in 0_u32..100) {
            let mut grouped = String::new();
            let digits = whole.to_string();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index).is_multiple_of(3) { grouped.push('.'); }
                grouped.push(digit);
            }
            let expected = Decimal::from_str(&format!("{whole}.{cents:02}")).unwrap();
            prop_assert_eq!(parse(&format!("{grouped},{cents:02}"), DecimalMark::Comma), Some(expected));
            prop_assert_eq!(money(&format!("{whole}.{cents:02} USD"), DecimalMark::Point).map(|m| m.0), Some(expected));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC*") {
            let _ = money(&text, DecimalMark::Point);
            let _ = money(&text, DecimalMark::Comma);
        }
    }
}
