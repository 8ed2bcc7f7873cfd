//! Turns words about quantities into numbers: "50k", "$1.2m", "under 2000", "between 10k and 20k", "1.234,50".
//!
//! An amount is a decimal in major units with the bound that was said. "1,234" follows the locale only where it must:
//! when groups of three leave both readings open. Durations and percentages are read here too, since "more than" is
//! theirs as well.

use rust_decimal::Decimal;

use super::date::{Grain, count_named, unit_named};
use super::text::{Kind, Token};

/// How a locale writes one and a half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalMark {
    Point,
    Comma,
}

/// How a quantity bounds what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound<T> {
    Exactly(T),
    MoreThan(T),
    AtLeast(T),
    LessThan(T),
    AtMost(T),
    Between(T, T),
}

/// An end of a range and whether it is included; none when it is open.
pub type End<T> = Option<(T, bool)>;

impl<T: Copy> Bound<T> {
    /// The lower and the upper end, each with whether it is included.
    #[must_use]
    pub const fn ends(self) -> (End<T>, End<T>) {
        match self {
            Self::Exactly(v) => (Some((v, true)), Some((v, true))),
            Self::MoreThan(v) => (Some((v, false)), None),
            Self::AtLeast(v) => (Some((v, true)), None),
            Self::LessThan(v) => (None, Some((v, false))),
            Self::AtMost(v) => (None, Some((v, true))),
            Self::Between(a, b) => (Some((a, true)), Some((b, true))),
        }
    }

    /// The value, when it is a single one.
    #[must_use]
    pub const fn exactly(self) -> Option<T> {
        match self {
            Self::Exactly(v) => Some(v),
            Self::MoreThan(_) | Self::AtLeast(_) | Self::LessThan(_) | Self::AtMost(_) | Self::Between(..) => None,
        }
    }

    fn map<U>(self, f: impl Fn(T) -> U) -> Bound<U> {
        match self {
            Self::Exactly(v) => Bound::Exactly(f(v)),
            Self::MoreThan(v) => Bound::MoreThan(f(v)),
            Self::AtLeast(v) => Bound::AtLeast(f(v)),
            Self::LessThan(v) => Bound::LessThan(f(v)),
            Self::AtMost(v) => Bound::AtMost(f(v)),
            Self::Between(a, b) => Bound::Between(f(a), f(b)),
        }
    }
}

/// An amount of money as said: the currency only if it was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub bound: Bound<Decimal>,
    pub currency: Option<&'static str>,
    /// Whether it can only be money: it has a currency, a "k" or a "million".
    pub certain: bool,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub count: u32,
    pub unit: Grain,
}

/// Reads one written number: "1,234.50", "1.234,50", "50k", "1.2m", "3bn".
///
/// Answers the value and whether a magnitude was glued to it.
#[must_use]
pub fn number(text: &str, mark: DecimalMark) -> Option<(Decimal, bool)> {
    let lower = text.to_lowercase();
    let digits_end = lower.find(|c: char| c.is_alphabetic()).unwrap_or(lower.len());
    let (digits, suffix) = lower.split_at(digits_end);
    let times = match suffix {
        "" => 1,
        "k" => 1_000,
        "m" | "mm" | "mn" | "mio" => 1_000_000,
        "b" | "bn" => 1_000_000_000,
        _ => return None,
    };
    let value = plain_number(digits, mark, times > 1)?;
    Some((value.checked_mul(Decimal::from(times))?.normalize(), times > 1))
}

fn plain_number(digits: &str, mark: DecimalMark, scaled: bool) -> Option<Decimal> {
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
    {
        return None;
    }
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    let grouped = |separator: char| {
        let mut parts = digits.split(separator);
        parts.next().is_some_and(|first| (1..=3).contains(&first.len()))
            && parts.all(|p| p.split(['.', ',']).next().is_some_and(|p| p.len() == 3))
    };
    let decimal = match (points, commas) {
        (0, 0) => None,
        (p, c) if p > 0 && c > 0 => Some(if digits.rfind('.') > digits.rfind(',') { '.' } else { ',' }),
        (1, 0) if scaled || !grouped('.') || mark == DecimalMark::Point => Some('.'),
        (0, 1) if mark == DecimalMark::Comma || !grouped(',') => Some(','),
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(mark) => digits.rsplit_once(mark)?,
        None => (digits, ""),
    };
    if whole.contains(['.', ',']) && !whole.split(['.', ',']).skip(1).all(|group| group.len() == 3) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    if fraction.contains(['.', ',']) {
        return None;
    }
    let text = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
    Decimal::from_str_exact(&text).ok()
}

fn currency_named(word: &str) -> Option<&'static str> {
    Some(match word {
        "$" | "usd" | "dollar" | "dollars" | "bucks" => "USD",
        "€" | "eur" | "euro" | "euros" => "EUR",
        "£" | "gbp" | "pound" | "pounds" | "quid" => "GBP",
        "¥" | "jpy" | "yen" => "JPY",
        "chf" | "francs" => "CHF",
        "₹" | "inr" | "rupees" => "INR",
        _ => return None,
    })
}

fn word(tokens: &[Token], i: usize) -> &str {
    tokens.get(i).filter(|t| t.kind != Kind::Quoted).map_or("", |t| t.lower.as_str())
}

/// What makes a bound of a value.
type Bounds = fn(Decimal) -> Bound<Decimal>;

/// The bound said at `tokens[i]` ("more than", "under", ">=") and how many tokens it takes.
fn bound_at(tokens: &[Token], i: usize) -> Option<(Bounds, usize)> {
    let two = (word(tokens, i), word(tokens, i + 1));
    Some(match two {
        ("more" | "greater" | "higher" | "larger" | "bigger" | "longer" | "older", "than") => (Bound::MoreThan, 2),
        ("less" | "fewer" | "lower" | "smaller" | "shorter" | "younger" | "cheaper", "than") => (Bound::LessThan, 2),
        ("at", "least") => (Bound::AtLeast, 2),
        ("at", "most") | ("up", "to") => (Bound::AtMost, 2),
        ("no" | "not", "more" | "less" | "longer") if word(tokens, i + 2) == "than" => {
            (if two.1 == "less" { Bound::AtLeast } else { Bound::AtMost }, 3)
        }
        ("over" | "above" | "exceeding" | ">" | "past" | "beyond", _) => (Bound::MoreThan, 1),
        ("under" | "below" | "<", _) => (Bound::LessThan, 1),
        (">=" | "minimum" | "min", _) => (Bound::AtLeast, 1),
        ("<=" | "maximum" | "max", _) => (Bound::AtMost, 1),
        ("exactly" | "=", _) => (Bound::Exactly, 1),
        _ => return None,
    })
}

/// A number below a thousand in words, and how many tokens it takes: "fifty", "a hundred and fifty", "seventy five".
fn in_words(tokens: &[Token], i: usize) -> Option<(u32, usize)> {
    let small = |at: usize| match word(tokens, at) {
        "sixteen" => Some(16),
        "eighteen" => Some(18),
        "fifty" => Some(50),
        "seventy" => Some(70),
        "eighty" => Some(80),
        named if tokens.get(at).is_some_and(|t| t.kind == Kind::Word) => count_named(named),
        _ => None,
    };
    let first = small(i);
    let (mut sum, mut n) = match (first, word(tokens, i), word(tokens, i + 1)) {
        (Some(many), _, "hundred") => (many * 100, 2),
        (None, "hundred", _) => (100, 1),
        (Some(many), ..) => (many, 1),
        _ => return None,
    };
    let and = usize::from(word(tokens, i + n) == "and" && sum >= 100);
    if let Some(rest) = small(i + n + and).filter(|rest| *rest > 1 && (sum >= 100 || sum >= 20 && *rest < 10)) {
        sum += rest;
        n += and + 1;
    }
    Some((sum, n))
}

/// One value with its currency, no bound: "$ 1.2m", "50k EUR", "2 million dollars".
fn value_at(tokens: &[Token], i: usize, mark: DecimalMark) -> Option<(Amount, usize)> {
    let before = currency_named(word(tokens, i));
    let mut at = i + usize::from(before.is_some());
    let token = tokens.get(at)?;
    let (mut value, mut certain) = match token.kind {
        Kind::Number => number(&token.text, mark)?,
        Kind::Word => {
            let (count, n) = in_words(tokens, at)?;
            if !matches!(word(tokens, at + n), "thousand" | "million" | "billion" | "grand") {
                return None;
            }
            at += n - 1;
            (Decimal::from(count), false)
        }
        Kind::Quoted | Kind::Symbol => return None,
    };
    at += 1;
    // "50 000": groups set apart by spaces.
    while !certain
        && tokens
            .get(at)
            .is_some_and(|t| t.kind == Kind::Number && t.text.len() == 3 && t.text.chars().all(|c| c.is_ascii_digit()))
        && tokens.get(at - 1).is_some_and(|t| t.text.len() <= 3)
        && before.is_some()
    {
        value =
            value.checked_mul(Decimal::ONE_THOUSAND)?.checked_add(Decimal::from_str_exact(word(tokens, at)).ok()?)?;
        at += 1;
    }
    let times = match word(tokens, at) {
        "thousand" | "grand" | "k" => 1_000,
        "million" | "mio" | "m" => 1_000_000,
        "billion" | "bn" => 1_000_000_000,
        _ => 1,
    };
    if times > 1 {
        value = value.checked_mul(Decimal::from(times))?.normalize();
        certain = true;
        at += 1;
    }
    let after = currency_named(word(tokens, at)).filter(|_| before.is_none());
    at += usize::from(after.is_some());
    let currency = before.or(after);
    Some((Amount { bound: Bound::Exactly(value), currency, certain: certain || currency.is_some() }, at - i))
}

/// Reads an amount that begins at `tokens[i]`; answers it and how many tokens it takes. A bare number counts as an
/// amount only when nothing that follows makes it a duration, a percentage or a number of deals.
#[must_use]
pub fn scan(tokens: &[Token], i: usize, mark: DecimalMark) -> Option<(Amount, usize)> {
    if word(tokens, i) == "between" || word(tokens, i) == "from" {
        // "between fifty and a hundred thousand": the first shares the magnitude of the second.
        let bare = || {
            let (count, n) = in_words(tokens, i + 1)?;
            Some((Amount { bound: Bound::Exactly(Decimal::from(count)), currency: None, certain: false }, n))
        };
        let (a, n) = value_at(tokens, i + 1, mark).or_else(bare)?;
        let joined = matches!(word(tokens, i + 1 + n), "and" | "to" | "-");
        let (b, m) = value_at(tokens, i + 2 + n, mark).filter(|_| joined)?;
        return joined_range(a, b).map(|r| (r, 2 + n + m)).filter(|(_, n)| !is_counted(tokens, i + n));
    }
    let (bound, lead) = bound_at(tokens, i).map_or((None, 0), |(b, n)| (Some(b), n));
    let (amount, n) = value_at(tokens, i + lead, mark)?;
    let mut end = i + lead + n;
    if bound.is_none()
        && matches!(word(tokens, end), "-" | "to")
        && let Some((b, m)) = value_at(tokens, end + 1, mark).filter(|(b, _)| b.certain)
        && !is_counted(tokens, end + 1 + m)
    {
        return joined_range(amount, b).map(|r| (r, end + 1 + m - i));
    }
    if is_counted(tokens, end) {
        return None;
    }
    let mut bound = bound;
    match (word(tokens, end), word(tokens, end + 1), word(tokens, end + 2)) {
        ("or", "more" | "above" | "higher" | "over", _) | ("and", "above" | "up" | "over", _) => {
            bound = Some(Bound::AtLeast);
            end += 2;
        }
        ("or", "less" | "below" | "under", _) => {
            bound = Some(Bound::AtMost);
            end += 2;
        }
        ("+", ..) => {
            bound = Some(Bound::AtLeast);
            end += 1;
        }
        _ => {}
    }
    let Bound::Exactly(value) = amount.bound else { return None };
    Some((Amount { bound: bound.map_or(amount.bound, |b| b(value)), ..amount }, end - i))
}

fn joined_range(a: Amount, b: Amount) -> Option<Amount> {
    let (low, high) = (a.bound.exactly()?, b.bound.exactly()?);
    // "10-20k" and "between 1 and 2 million" share the magnitude.
    let low = if b.certain && !a.certain && low < Decimal::ONE_THOUSAND && high >= Decimal::ONE_THOUSAND {
        let factor = if high >= Decimal::from(1_000_000) { 1_000_000 } else { 1_000 };
        low.checked_mul(Decimal::from(factor))?
    } else {
        low
    };
    let bound = if low <= high { Bound::Between(low, high) } else { Bound::Between(high, low) };
    Some(Amount { bound, currency: a.currency.or(b.currency), certain: a.certain || b.certain })
}

/// Whether what stands at `i` makes the number before it something other than money.
fn is_counted(tokens: &[Token], i: usize) -> bool {
    let next = word(tokens, i);
    unit_named(next).is_some_and(|_| next.len() > 1)
        || matches!(
            next,
            "%" | "percent"
                | "business"
                | "working"
                | "hours"
                | "minutes"
                | "deals"
                | "deal"
                | "opportunities"
                | "opportunity"
                | "tasks"
                | "accounts"
                | "contacts"
                | "employees"
                | "people"
                | "times"
                | "unit"
                | "units"
                | "pieces"
                | "pcs"
                | "seats"
                | "licences"
                | "licenses"
                | "points"
        )
}

/// Reads "more than 60 days", "for over 3 months", "60+ days", "two weeks".
#[must_use]
pub fn scan_span(tokens: &[Token], i: usize) -> Option<(Bound<Span>, usize)> {
    let lead = usize::from(word(tokens, i) == "for");
    let (bound, n) = bound_at(tokens, i + lead).map_or((None, 0), |(b, n)| (Some(b), n));
    let at = i + lead + n;
    let a = usize::from(word(tokens, at) == "a" && word(tokens, at + 1) == "couple");
    let count = count_named(word(tokens, at + a))?;
    let mut end = at + a + 1;
    let mut bound = bound;
    if word(tokens, end) == "+" {
        bound = Some(Bound::AtLeast);
        end += 1;
    }
    if word(tokens, end) == "of" || word(tokens, end) == "or" && word(tokens, end + 1) == "more" {
        end += if word(tokens, end) == "of" { 1 } else { 2 };
    }
    let unit = unit_named(word(tokens, end))?;
    end += 1;
    match (word(tokens, end), word(tokens, end + 1)) {
        ("or", "more" | "longer") => {
            bound = Some(Bound::AtLeast);
            end += 2;
        }
        ("or", "less") => {
            bound = Some(Bound::AtMost);
            end += 2;
        }
        ("ago" | "old", _) if word(tokens, end) == "old" => end += 1,
        ("ago", _) => return None,
        ("from", "now" | "today") => return None,
        _ => {}
    }
    let bound = bound.map_or(Bound::Exactly(Decimal::from(count)), |b| b(Decimal::from(count)));
    Some((bound.map(|_| Span { count, unit }), end - i))
}

/// Reads "50%", "above 60 percent".
#[must_use]
pub fn scan_percent(tokens: &[Token], i: usize, mark: DecimalMark) -> Option<(Bound<Decimal>, usize)> {
    let (bound, n) = bound_at(tokens, i).map_or((None, 0), |(b, n)| (Some(b), n));
    let token = tokens.get(i + n)?;
    let (value, scaled, m) = match token.kind {
        Kind::Number => number(&token.text, mark).map(|(value, scaled)| (value, scaled, 1))?,
        Kind::Word => in_words(tokens, i + n).map(|(count, m)| (Decimal::from(count), false, m))?,
        Kind::Quoted | Kind::Symbol => return None,
    };
    if scaled || !matches!(word(tokens, i + n + m), "%" | "percent" | "pct") {
        return None;
    }
    Some((bound.map_or(Bound::Exactly(value), |b| b(value)), n + m + 1))
}

/// Reads the first amount in `words`, in which a bare number is one.
#[must_use]
pub fn find(words: &str, mark: DecimalMark) -> Option<Amount> {
    let tokens = super::text::tokens(words);
    (0..tokens.len()).find_map(|i| scan(&tokens, i, mark).map(|(amount, _)| amount))
}

/// Reads the first percentage in `words`; a bare number is one.
#[must_use]
pub fn find_percent(words: &str, mark: DecimalMark) -> Option<Decimal> {
    let tokens = super::text::tokens(words);
    let said = (0..tokens.len()).find_map(|i| scan_percent(&tokens, i, mark)).and_then(|(bound, _)| bound.exactly());
    said.or_else(|| tokens.iter().find(|t| t.kind == Kind::Number).and_then(|t| number(&t.text, mark)).map(|(n, _)| n))
}

/// Reads the first length of time in `words`.
#[must_use]
pub fn find_span(words: &str) -> Option<Bound<Span>> {
    let tokens = super::text::tokens(words);
    (0..tokens.len()).find_map(|i| scan_span(&tokens, i).map(|(span, _)| span))
}

#[cfg(test)]
#[path = "amount_tests.rs"]
mod tests;
