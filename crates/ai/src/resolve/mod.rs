//! Turns the user's words into values: dates, amounts, durations, stages, people, records.
//!
//! The model copies words and this code reads them, because a small model copies well and computes badly. Everything
//! here is pure: today, the locale and the organisation's vocabulary are given.

pub mod amount;
pub mod date;
pub mod hour;
pub mod lex;
pub mod record;
pub mod text;
pub mod vocabulary;

use chrono::NaiveDate;

/// What words are read against: the person's day and how their locale writes dates and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub calendar: date::Calendar,
    pub mark: amount::DecimalMark,
}

impl Reading {
    /// The reading for a BCP 47 locale such as `en-US` or `de`, on the person's `today`.
    #[must_use]
    pub fn of_locale(today: NaiveDate, locale: &str) -> Self {
        let lower = locale.to_ascii_lowercase().replace('_', "-");
        let language = lower.split('-').next().unwrap_or_default();
        let order = match (lower.as_str(), language) {
            ("en" | "en-us" | "", _) => date::DateOrder::MonthFirst,
            (_, "zh" | "ja" | "ko" | "hu" | "lt" | "sv") => date::DateOrder::YearFirst,
            _ => date::DateOrder::DayFirst,
        };
        let mark = match language {
            "de" | "fr" | "es" | "it" | "nl" | "pt" | "pl" | "cs" | "da" | "nb" | "no" | "sv" | "fi" | "ru" | "tr"
            | "id" | "el" | "hu" | "ro" | "uk" | "bg" | "hr" | "sk" | "sl" | "lt" | "lv" | "et" => {
                amount::DecimalMark::Comma
            }
            _ => amount::DecimalMark::Point,
        };
        Self { calendar: date::Calendar { today, order, past: false }, mark }
    }

    /// The same, for words about what lies behind us.
    #[must_use]
    pub const fn of_the_past(self) -> Self {
        Self { calendar: date::Calendar { past: true, ..self.calendar }, ..self }
    }
}
