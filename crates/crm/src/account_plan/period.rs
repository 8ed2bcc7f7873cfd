//! The time of a plan: a calendar year, or a half or a quarter of one.

use std::fmt;
use std::str::FromStr;

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `2026`, `2026-H2` or `2026-Q3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    start: NaiveDate,
    months: u32,
}

impl Period {
    /// Its first day.
    #[must_use]
    pub const fn first(self) -> NaiveDate {
        self.start
    }

    /// The day after its last.
    #[must_use]
    pub fn after(self) -> NaiveDate {
        self.start.checked_add_months(Months::new(self.months)).unwrap_or(NaiveDate::MAX)
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.after().pred_opt().unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use chrono::Datelike;
        let part = self.start.month0().checked_div(self.months).unwrap_or_default() + 1;
        match self.months {
            3 => write!(f, "{}-Q{part}", self.start.year()),
            6 => write!(f, "{}-H{part}", self.start.year()),
            _ => write!(f, "{}", self.start.year()),
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a year, a half or a quarter, such as 2026, 2026-H2 or 2026-Q3".to_owned();
        let (year, part) = text.split_once('-').map_or((text, None), |(year, part)| (year, Some(part)));
        let year: i32 = Some(year).filter(|y| y.len() == 4).and_then(|y| y.parse().ok()).ok_or_else(wrong)?;
        let (months, n) = match part {
            None => (12, 1),
            Some("H1") => (6, 1),
            Some("H2") => (6, 2),
            Some("Q1") => (3, 1),
            Some("Q2") => (3, 2),
            Some("Q3") => (3, 3),
            Some("Q4") => (3, 4),
            Some(_) => return Err(wrong()),
        };
        let start = NaiveDate::from_ymd_opt(year, (n - 1) * months + 1, 1).filter(|_| (1900..=2200).contains(&year));
        Ok(Self { start: start.ok_or_else(wrong)?, months })
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_days_and_a_name() {
        for (text, first, last) in [
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026-H2", "2026-07-01", "2026-12-31"),
            ("2024-Q1", "2024-01-01", "2024-03-31"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period.first().to_string(), period.last().to_string()), (first.to_owned(), last.to_owned()));
            assert_eq!(period.to_string(), text);
        }
        for wrong in ["", "26", "2026-", "2026-Q5", "2026-q1", "02026", "1899", "+026", "2026-Q1-Q2"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }
}
