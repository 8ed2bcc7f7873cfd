//! When people work: days and hours in their own time zone. Assignment rules ask whether somebody is at work.
//!
//! Here is the reckoning, `store` holds the SQL, `http` the endpoints.

pub mod http;
pub mod store;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::Texts;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkingDay)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// 1 is Monday.
    #[must_use]
    pub fn number(self) -> i16 {
        Self::ALL.into_iter().zip(1..).find(|(day, _)| *day == self).map_or(1, |(_, n)| n)
    }

    /// The day of this number; none when there is no such day.
    #[must_use]
    pub fn numbered(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.number() == number)
    }

    /// The day of the calendar's weekday.
    #[must_use]
    pub const fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

/// When somebody works, in their time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    pub days: Vec<Day>,
    /// The minute of the day at which work begins.
    pub starts: u16,
    /// The minute at which it ends, at most 1440.
    pub ends: u16,
    pub time_zone: Tz,
}

impl Hours {
    /// Of who has said nothing: Monday to Friday, nine to five.
    #[must_use]
    pub fn usual(time_zone: Tz) -> Self {
        let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
        Self { days, starts: 9 * 60, ends: 17 * 60, time_zone }
    }

    /// Whether somebody who works so is at work at `now`.
    #[must_use]
    pub fn at_work(&self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&self.time_zone);
        let minute = local.hour() * 60 + local.minute();
        self.days.contains(&Day::of(local.weekday()))
            && (u32::from(self.starts)..u32::from(self.ends)).contains(&minute)
    }

    /// When work begins next after `now`; never when there is no day of work.
    #[must_use]
    pub fn next_start(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = now.with_timezone(&self.time_zone).date_naive();
        (0..=7)
            .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
            .filter(|date| self.days.contains(&Day::of(date.weekday())))
            .filter_map(|date| self.start_on(date))
            .find(|start| *start > now)
    }

    /// Where the clocks go forward over that minute, an hour later.
    fn start_on(&self, date: NaiveDate) -> Option<DateTime<Utc>> {
        let local = date.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(i64::from(self.starts));
        let at = |local| self.time_zone.from_local_datetime(&local).earliest();
        at(local).or_else(|| at(local + TimeDelta::hours(1))).map(|at| at.with_timezone(&Utc))
    }
}

/// A time zone by its name; UTC when the name says nothing.
#[must_use]
pub fn zone(name: Option<&str>) -> Tz {
    name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// `09:30` of a minute of the day.
#[must_use]
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The instant of a minute of a day; minute 1440 is the beginning of the next. Where the clocks go back over it, the first time;
/// where they go forward over it, the instant at which they do. None beyond the calendar's end.
#[must_use]
pub fn instant(zone: Tz, date: NaiveDate, minute: u16) -> Option<DateTime<Utc>> {
    let local = date.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(i64::from(minute));
    // Minute by minute to the end of the gap: an hour nearly everywhere, half of one somewhere, and once a day.
    (0..=i64::from(DAY))
        .find_map(|ahead| zone.from_local_datetime(&(local + TimeDelta::minutes(ahead))).earliest())
        .map(|at| at.with_timezone(&Utc))
}

/// The minute of the day that `09:30` says; `24:00` is the end of it.
#[must_use]
pub fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |part: &str| (part.len() == 2).then(|| part.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let at = hours * 60 + minutes;
    (minutes < 60 && at <= DAY).then_some(at)
}

/// When somebody works, as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WorkingHours {
    pub user_id: UserId,
    pub name: String,
    /// The person's, or else the organisation's.
    pub time_zone: String,
    pub days: Vec<Day>,
    #[schema(example = "09:00")]
    pub starts: String,
    #[schema(example = "17:00")]
    pub ends: String,
    /// Nobody has said otherwise: Monday to Friday, nine to five.
    pub usual: bool,
    pub at_work: bool,
    /// Nought while they are the usual ones.
    pub version: i64,
}

/// When somebody is to work. Both hours are of one day.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWorkingHours {
    /// The version that was read, unless `If-Match` says it; nought while they are the usual ones.
    pub version: Option<i64>,
    /// None for who takes no turns by working hours.
    #[schema(max_items = 7)]
    pub days: Vec<Day>,
    #[schema(example = "09:00")]
    pub starts: String,
    /// At most `24:00`.
    #[schema(example = "17:00")]
    pub ends: String,
}

impl Validate for NewWorkingHours {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let (starts, ends) = (minute(&self.starts), minute(&self.ends));
        if starts.is_none_or(|at| at >= DAY) {
            wrong.push("starts", "invalid_value", "a time such as 09:00");
        }
        if ends.is_none() {
            wrong.push("ends", "invalid_value", "a time such as 17:00, at most 24:00");
        }
        if let (Some(starts), Some(ends)) = (starts, ends)
            && ends <= starts
        {
            wrong.push("ends", "out_of_range", "after the beginning, on the same day");
        }
        if self.days.len() > 7 {
            wrong.push("days", "too_many", "at most seven days");
        }
        wrong.finish()
    }
}

impl NewWorkingHours {
    /// Days by number, once each, and the minutes.
    ///
    /// # Errors
    /// 422 when a time is none: [`Validate`] says so before.
    fn read(&self) -> Result<(Vec<i16>, i16, i16)> {
        let mut days: Vec<i16> = self.days.iter().map(|d| d.number()).collect();
        days.sort_unstable();
        days.dedup();
        let read = |field: &str, text: &str| {
            let at = minute(text).and_then(|at| i16::try_from(at).ok());
            at.ok_or_else(|| Error::field(field, "invalid_value", "a time such as 09:00"))
        };
        Ok((days, read("starts", &self.starts)?, read("ends", &self.ends)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_those_of_the_persons_own_clock() {
        let berlin = Hours::usual(Tz::Europe__Berlin);
        let york = Hours::usual(Tz::America__New_York);
        // A Wednesday in winter.
        assert!(berlin.at_work(at("2026-01-14T08:00:00Z")) && !york.at_work(at("2026-01-14T08:00:00Z")));
        assert!(!berlin.at_work(at("2026-01-14T16:00:00Z")) && york.at_work(at("2026-01-14T16:00:00Z")));
        // In summer an hour earlier.
        assert!(berlin.at_work(at("2026-07-15T07:00:00Z")));
        assert!(!berlin.at_work(at("2026-01-17T10:00:00Z")), "a Saturday");
    }

    #[test]
    fn work_begins_next_on_a_day_of_work() {
        let berlin = Hours::usual(Tz::Europe__Berlin);
        assert_eq!(berlin.next_start(at("2026-01-16T17:00:00Z")), Some(at("2026-01-19T08:00:00Z")));
        assert_eq!(berlin.next_start(at("2026-01-14T03:00:00Z")), Some(at("2026-01-14T08:00:00Z")));
        assert_eq!(berlin.next_start(at("2026-01-14T09:00:00Z")), Some(at("2026-01-15T08:00:00Z")));
        // The clocks went forward over half past two.
        let early = Hours { days: vec![Day::Sun], starts: 150, ends: 600, time_zone: Tz::Europe__Berlin };
        assert_eq!(early.next_start(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T01:30:00Z")));
        assert_eq!(Hours { days: vec![], ..berlin }.next_start(at("2026-01-14T03:00:00Z")), None);
    }

    #[test]
    fn times_are_read_and_written() {
        assert_eq!(
            ["09:30", "24:00", "24:01", "9:30", "10:60", "x"].map(minute),
            [Some(570), Some(1440), None, None, None, None]
        );
        assert_eq!((clock(570), clock(1440)), ("09:30".into(), "24:00".into()));
    }
}
