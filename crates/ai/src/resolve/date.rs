//! Turns words about time into dates: "next Friday", "in two weeks", "end of quarter", "Q1", "30 Nov", "12/03".
//!
//! A reading is a closed range of days with its grain. Weeks begin on Monday and quarters follow the calendar year.
//! "Friday" and "this Friday" are the next one to come; "next Friday" is the Friday of next week. A day or month
//! without a year is the next one to come. All of it is pure: today and the order of day and month are given.

mod scan;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::text::Token;
use scan::Scanner;

/// How a locale writes `12/03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
    YearFirst,
}

/// What relative words are relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Today, where the person is.
    pub today: NaiveDate,
    pub order: DateOrder,
    /// Whether what is spoken of lies behind us: then "Friday" and "in March" are the last ones, not the next.
    pub past: bool,
}

/// The size of the unit that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A reading: both ends are included, an absent end is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub grain: Grain,
}

impl When {
    #[must_use]
    pub const fn day(day: NaiveDate) -> Self {
        Self { from: Some(day), to: Some(day), grain: Grain::Day }
    }

    /// The one day to put on a task: the day itself; the first day of a period still to come, the last day of one that
    /// has begun; the end that an open range has.
    #[must_use]
    pub fn due(self, today: NaiveDate) -> Option<NaiveDate> {
        match (self.from, self.to) {
            (Some(from), Some(_)) if from >= today => Some(from),
            (_, Some(to)) => Some(to),
            (from, None) => from,
        }
    }

    /// The one day to put on a close date: the last day of the period.
    #[must_use]
    pub fn deadline(self) -> Option<NaiveDate> {
        self.to.or(self.from)
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of the month that a word names.
#[must_use]
pub fn month_named(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let position =
        MONTHS.iter().position(|m| *m == word || (word.len() >= 3 && word.len() <= 4 && m.starts_with(word)))?;
    u32::try_from(position + 1).ok()
}

/// The weekday that a word names.
#[must_use]
pub fn weekday_named(word: &str) -> Option<Weekday> {
    Some(match word.trim_end_matches('.') {
        "monday" | "mon" => Weekday::Mon,
        "tuesday" | "tue" | "tues" => Weekday::Tue,
        "wednesday" | "wed" => Weekday::Wed,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thu,
        "friday" | "fri" => Weekday::Fri,
        "saturday" | "sat" => Weekday::Sat,
        "sunday" | "sun" => Weekday::Sun,
        _ => return None,
    })
}

/// A small number in words or digits: "two", "a", "12", "couple".
#[must_use]
pub fn count_named(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "an" | "one" => 1,
        "two" | "couple" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "fifteen" => 15,
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "forty-five" => 45,
        "sixty" => 60,
        "ninety" => 90,
        digits => digits.parse().ok().filter(|n| *n < 10_000)?,
    })
}

/// The unit of time that a word names, singular or plural.
#[must_use]
pub fn unit_named(word: &str) -> Option<Grain> {
    Some(match word {
        "day" | "days" | "d" => Grain::Day,
        "week" | "weeks" | "wk" | "wks" | "w" => Grain::Week,
        "month" | "months" | "mo" | "mos" => Grain::Month,
        "quarter" | "quarters" | "qtr" => Grain::Quarter,
        "year" | "years" | "yr" | "yrs" => Grain::Year,
        _ => return None,
    })
}

/// Moves a day by whole units; negative goes back.
#[must_use]
pub fn shift(day: NaiveDate, units: i64, grain: Grain) -> Option<NaiveDate> {
    let by = units.unsigned_abs();
    let days = |n: u64| if units < 0 { day.checked_sub_days(Days::new(n)) } else { day.checked_add_days(Days::new(n)) };
    let months = |n: u64| {
        let n = Months::new(u32::try_from(n).ok()?);
        if units < 0 { day.checked_sub_months(n) } else { day.checked_add_months(n) }
    };
    match grain {
        Grain::Day => days(by),
        Grain::Week => days(by.checked_mul(7)?),
        Grain::Month => months(by),
        Grain::Quarter => months(by.checked_mul(3)?),
        Grain::Year => months(by.checked_mul(12)?),
    }
}

/// The week, month, quarter or year that `day` is in.
#[must_use]
pub fn period(day: NaiveDate, grain: Grain) -> Option<When> {
    let from = match grain {
        Grain::Day => day,
        Grain::Week => day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))?,
        Grain::Month => day.with_day(1)?,
        Grain::Quarter => day.with_day(1)?.with_month(day.month0() / 3 * 3 + 1)?,
        Grain::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1)?,
    };
    let to = shift(from, 1, grain)?.pred_opt()?;
    Some(When { from: Some(from), to: Some(to), grain })
}

fn month_of(year: i32, month: u32) -> Option<When> {
    period(NaiveDate::from_ymd_opt(year, month, 1)?, Grain::Month)
}

fn quarter_of(year: i32, quarter: u32) -> Option<When> {
    period(NaiveDate::from_ymd_opt(year, quarter.checked_sub(1)? * 3 + 1, 1)?, Grain::Quarter)
}

/// Reads one expression that begins at `tokens[i]`; answers it and how many tokens it takes.
#[must_use]
pub fn scan(tokens: &[Token], i: usize, calendar: &Calendar) -> Option<(When, usize)> {
    Scanner { tokens, calendar }.bounded(i)
}

/// Reads the first expression in `words`.
#[must_use]
pub fn find(words: &str, calendar: &Calendar) -> Option<When> {
    let tokens = super::text::tokens(words);
    (0..tokens.len()).find_map(|i| scan(&tokens, i, calendar).map(|(when, _)| when))
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
