//! What is known in a run: the numbers, dates, ids and names of the request and of the tools' results.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::resolve::text::{self, Kind};
use crate::resolve::{Reading, amount, date};

/// Everything an answer may speak of.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    numbers: BTreeSet<Decimal>,
    dates: BTreeSet<NaiveDate>,
    /// Periods that the request or a result named: from, to.
    periods: HashSet<(NaiveDate, NaiveDate)>,
    ids: HashSet<Uuid>,
    /// Names and other texts, as comparison keys.
    texts: HashSet<String>,
    words: HashSet<String>,
}

impl Facts {
    /// What the user said.
    pub fn add_request(&mut self, request: &str, reading: &Reading) {
        self.add_words(request, reading);
    }

    /// A tool's result, whole.
    pub fn add_result(&mut self, result: &Value, reading: &Reading) {
        match result {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => {
                if let Ok(number) = number.to_string().parse::<Decimal>() {
                    self.numbers.insert(number.normalize().abs());
                }
            }
            Value::String(words) => self.add_string(words, reading),
            Value::Array(items) => items.iter().for_each(|item| self.add_result(item, reading)),
            Value::Object(fields) => fields.values().for_each(|value| self.add_result(value, reading)),
        }
    }

    fn add_string(&mut self, words: &str, reading: &Reading) {
        if let Ok(id) = words.parse::<Uuid>() {
            self.ids.insert(id);
        } else if let Ok(day) = words.parse::<NaiveDate>() {
            self.dates.insert(day);
        } else if let Ok(at) = DateTime::parse_from_rfc3339(words) {
            self.dates.insert(at.date_naive());
        } else if let Ok(number) = words.parse::<Decimal>() {
            self.numbers.insert(number.normalize().abs());
        } else {
            self.add_words(words, reading);
        }
    }

    fn add_words(&mut self, words: &str, reading: &Reading) {
        let tokens = text::tokens(words);
        self.texts.insert(text::key(words));
        for token in &tokens {
            self.words.extend(text::key(&token.text).split(' ').map(str::to_owned));
            if token.kind == Kind::Word {
                let counted = date::count_named(&token.lower).filter(|n| *n > 1);
                self.numbers.extend(counted.map(Decimal::from));
            }
            if token.kind == Kind::Number {
                for mark in [amount::DecimalMark::Point, amount::DecimalMark::Comma] {
                    self.numbers.extend(amount::number(&token.text, mark).map(|(n, _)| n.normalize()));
                }
            }
        }
        let mut i = 0;
        while i < tokens.len() {
            let past = reading.of_the_past();
            for calendar in [&reading.calendar, &past.calendar] {
                if let Some((when, _)) = date::scan(&tokens, i, calendar) {
                    self.dates.extend(when.from.into_iter().chain(when.to));
                    self.periods.extend(when.from.zip(when.to));
                }
            }
            if let Some((said, _)) = amount::scan(&tokens, i, reading.mark) {
                let (low, high) = said.bound.ends();
                self.numbers.extend(low.into_iter().chain(high).map(|(n, _)| n.normalize()));
            }
            i += 1;
        }
    }

    /// A number that code computed from results.
    pub fn add_number(&mut self, number: Decimal) {
        self.numbers.insert(number.normalize().abs());
    }

    /// Whether the number is known: exactly, or within half of `unit` where rounding is said.
    #[must_use]
    pub fn knows_number(&self, number: Decimal, unit: Option<Decimal>) -> bool {
        let number = number.normalize().abs();
        if self.numbers.contains(&number) {
            return true;
        }
        let Some(half) = unit.and_then(|u| u.checked_div(Decimal::TWO)) else { return false };
        let (Some(low), Some(high)) = (number.checked_sub(half), number.checked_add(half)) else { return false };
        self.numbers.range(low..=high).next().is_some()
    }

    #[must_use]
    pub fn knows_day(&self, day: NaiveDate) -> bool {
        self.dates.contains(&day)
    }

    /// Whether a period was named, or both its ends are known, or something known falls into it and it is no longer than a
    /// quarter.
    #[must_use]
    pub fn knows_period(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.periods.contains(&(from, to))
            || (self.knows_day(from) && self.knows_day(to))
            || ((to - from).num_days() <= 92 && self.dates.range(from..=to).next().is_some())
    }

    #[must_use]
    pub fn knows_id(&self, id: Uuid) -> bool {
        self.ids.contains(&id)
    }

    /// Whether a name is within something known: "Isdom" in "Isdom – GTX Pro".
    #[must_use]
    pub fn knows_name(&self, name: &str) -> bool {
        let wanted = text::key(name);
        if wanted.is_empty() || self.texts.contains(&wanted) {
            return true;
        }
        if !wanted.contains(' ') {
            return self.words.contains(&wanted);
        }
        let within = format!(" {wanted} ");
        self.texts.iter().any(|t| format!(" {t} ").contains(&within))
    }
}
