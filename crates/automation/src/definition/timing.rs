//! When a schedule comes: at a time of the day, on days of the week or the month, in a time zone.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use dealwright_crm::working_hours::{Day, instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far ahead a day is looked for: a 31st is never further.
const HORIZON: u64 = 70;

/// When a schedule comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AutomationTiming)]
pub struct Timing {
    /// Hours and minutes of the time zone. Where the clocks go forward over it, it comes once they have; where they go back over
    /// it, the first time.
    #[schema(example = "08:00")]
    pub at: String,
    /// Days of the week; every day when this and `month_days` are empty.
    #[serde(default)]
    pub days: Vec<Day>,
    /// Days of the month; 31 is the last one of shorter months too.
    #[serde(default)]
    pub month_days: Vec<u8>,
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
}

impl Timing {
    /// The minute of the day; none when `at` is no time.
    #[must_use]
    pub fn minute(&self) -> Option<u16> {
        let (hour, minute) = self.at.split_once(':')?;
        if hour.len() != 2 || minute.len() != 2 {
            return None;
        }
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    }

    /// The time zone; none when there is no such one.
    #[must_use]
    pub fn zone(&self) -> Option<Tz> {
        self.time_zone.parse().ok()
    }

    fn is_on(&self, date: NaiveDate) -> bool {
        if self.days.is_empty() && self.month_days.is_empty() {
            return true;
        }
        let last = date.checked_add_days(Days::new(1)).is_none_or(|next| next.month() != date.month());
        let day = u8::try_from(date.day()).unwrap_or(31);
        self.days.contains(&Day::of(date.weekday()))
            || self.month_days.iter().any(|wanted| *wanted == day || (last && *wanted > day))
    }

    /// The first time after `now`; none when it never comes.
    #[must_use]
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (zone, minute) = (self.zone()?, self.minute()?);
        let yesterday = now.with_timezone(&zone).date_naive().pred_opt()?;
        (0..HORIZON)
            .filter_map(|ahead| yesterday.checked_add_days(Days::new(ahead)))
            .filter(|date| self.is_on(*date))
            .filter_map(|date| instant(zone, date, minute))
            .find(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn daily(at: &str, zone: &str) -> Timing {
        Timing { at: at.to_owned(), days: Vec::new(), month_days: Vec::new(), time_zone: zone.to_owned() }
    }

    #[test]
    fn it_comes_once_a_day_on_either_side_of_a_change_of_the_clocks() {
        let berlin = daily("02:30", "Europe/Berlin");
        // 02:30 is there twice on 25 October 2026, and not at all on 28 March 2027.
        for (now, next) in [
            ("2026-10-24T00:29:00Z", "2026-10-24T00:30:00Z"),
            ("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            ("2027-03-27T01:30:00Z", "2027-03-28T01:00:00Z"),
            ("2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"),
        ] {
            assert_eq!(berlin.next(at(now)), Some(at(next)), "after {now}");
        }
    }

    #[test]
    fn the_last_day_stands_for_days_that_a_month_does_not_have() {
        let end = Timing { month_days: vec![31], ..daily("09:00", "UTC") };
        assert_eq!(end.next(at("2027-02-01T00:00:00Z")), Some(at("2027-02-28T09:00:00Z")));
        assert_eq!(end.next(at("2027-02-28T09:00:00Z")), Some(at("2027-03-31T09:00:00Z")));
        let weekly = Timing { days: vec![Day::Mon, Day::Thu], ..daily("07:15", "Asia/Kolkata") };
        assert_eq!(weekly.next(at("2026-11-27T15:00:00Z")), Some(at("2026-11-30T01:45:00Z")));
    }

    #[test]
    fn what_is_no_time_never_comes() {
        for wrong in ["8:00", "24:00", "12:60", "noon", ""] {
            assert_eq!(daily(wrong, "UTC").next(at("2026-11-27T15:00:00Z")), None, "{wrong}");
        }
        assert_eq!(daily("08:00", "Mars/Olympus").next(at("2026-11-27T15:00:00Z")), None);
    }
}
