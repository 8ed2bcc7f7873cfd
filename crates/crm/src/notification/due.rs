//! When a letter may come: quiet hours and the hours of digests, in the reader's time zone, over changes of the clocks.

use chrono::{DateTime, Datelike, Days, Utc};
use chrono_tz::Tz;

use crate::working_hours::{Day, instant};

/// When somebody wants no letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quiet {
    /// The days on which it begins.
    pub days: Vec<Day>,
    /// The minute of the day.
    pub from: u16,
    /// On the next day when it is not after the beginning.
    pub until: u16,
}

/// When quiet hours that one is in can follow each other without a pause: a week, and some.
const MOST: usize = 16;

/// The moment from `now` on at which a letter may come.
#[must_use]
pub fn loud(now: DateTime<Utc>, zone: Tz, quiet: &Quiet) -> DateTime<Utc> {
    let mut at = now;
    for _ in 0..MOST {
        match quiet_until(at, zone, quiet) {
            Some(end) => at = end,
            None => break,
        }
    }
    at
}

/// When the quiet hours end that `at` lies in; none when it lies in none.
fn quiet_until(at: DateTime<Utc>, zone: Tz, quiet: &Quiet) -> Option<DateTime<Utc>> {
    let today = at.with_timezone(&zone).date_naive();
    let yesterday = today.pred_opt()?;
    let ends =
        [yesterday, today].into_iter().filter(|day| quiet.days.contains(&Day::of(day.weekday()))).filter_map(|day| {
            let last = if quiet.until > quiet.from { day } else { day.succ_opt()? };
            let (start, end) = (instant(zone, day, quiet.from)?, instant(zone, last, quiet.until)?);
            (start <= at && at < end).then_some(end)
        });
    ends.max()
}

/// When the next digest comes: at that hour of the next day, or of the next such day of the week; after `now`.
#[must_use]
pub fn digest(now: DateTime<Utc>, zone: Tz, hour: u16, weekly: Option<Day>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    (0..=8)
        .filter_map(|ahead| today.checked_add_days(Days::new(ahead)))
        .filter(|date| weekly.is_none_or(|day| Day::of(date.weekday()) == day))
        .filter_map(|date| instant(zone, date, hour * 60))
        .find(|at| *at > now)
        .unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn nights() -> Quiet {
        let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        Quiet { days, from: 22 * 60, until: 7 * 60 }
    }

    #[test]
    fn a_letter_waits_for_the_morning_on_either_side_of_a_change_of_the_clocks() {
        let berlin = chrono_tz::Europe::Berlin;
        // Summer time ends on 25 October 2026 and begins on 28 March 2027.
        for (now, due) in [
            ("2026-10-23T21:30:00Z", "2026-10-24T05:00:00Z"),
            ("2026-10-24T21:30:00Z", "2026-10-25T06:00:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-25T06:00:00Z"),
            ("2026-10-25T01:30:00Z", "2026-10-25T06:00:00Z"),
            ("2027-03-27T22:30:00Z", "2027-03-28T05:00:00Z"),
            ("2026-10-25T06:00:00Z", "2026-10-25T06:00:00Z"),
            ("2026-10-25T12:00:00Z", "2026-10-25T12:00:00Z"),
        ] {
            assert_eq!(loud(at(now), berlin, &nights()), at(due), "{now}");
        }
    }

    #[test]
    fn quiet_days_follow_each_other() {
        // All of Saturday and Sunday, from midnight to midnight.
        let weekend = Quiet { days: vec![Day::Sat, Day::Sun], from: 0, until: 0 };
        assert_eq!(loud(at("2026-11-28T10:00:00Z"), Tz::UTC, &weekend), at("2026-11-30T00:00:00Z"));
        assert_eq!(loud(at("2026-11-27T10:00:00Z"), Tz::UTC, &weekend), at("2026-11-27T10:00:00Z"));
        // Who is never to be disturbed is written to in the end.
        let always = Quiet { from: 0, until: 0, ..nights() };
        assert!(loud(at("2026-11-28T10:00:00Z"), Tz::UTC, &always) > at("2026-12-01T00:00:00Z"));
    }

    #[test]
    fn digests_come_at_their_hour_of_the_local_clock() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(digest(at("2026-10-24T12:00:00Z"), berlin, 8, None), at("2026-10-25T07:00:00Z"));
        assert_eq!(digest(at("2026-10-24T05:00:00Z"), berlin, 8, None), at("2026-10-24T06:00:00Z"));
        assert_eq!(digest(at("2026-10-24T06:00:00Z"), berlin, 8, None), at("2026-10-25T07:00:00Z"));
        assert_eq!(digest(at("2026-11-27T12:00:00Z"), berlin, 8, Some(Day::Mon)), at("2026-11-30T07:00:00Z"));
        // Half past two does not happen on this day: the clocks have gone forward by then.
        let date = NaiveDate::from_ymd_opt(2027, 3, 28).unwrap();
        assert_eq!(instant(berlin, date, 150), Some(at("2027-03-28T01:00:00Z")));
    }
}
