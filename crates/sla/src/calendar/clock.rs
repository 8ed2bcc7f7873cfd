//! Working time: how much of it lies between two moments, and where so much of it ends.
//!
//! A span is what really passes between its two ends: where the clocks go forward within it, an hour less than they show.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use dealwright_crm::working_hours::{Day, instant};

/// How far ahead working time is looked for: holidays can take all of a year, not of ten.
const FURTHEST: u64 = 3_660;

/// Minutes of a day, from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u16,
    /// At most 1440.
    pub until: u16,
}

/// A working week in a zone, and its exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    pub zone: Tz,
    /// From Monday; the spans of a day follow each other and do not overlap.
    pub week: [Vec<Span>; 7],
    pub holidays: BTreeMap<NaiveDate, Vec<Span>>,
}

/// What a service level counts by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Every minute.
    Always,
    Hours(Box<Hours>),
}

type Moment = DateTime<Utc>;

impl Clock {
    /// The working time between two moments; none when the second is not the later one.
    #[must_use]
    pub fn between(&self, from: Moment, until: Moment) -> TimeDelta {
        if until <= from {
            return TimeDelta::zero();
        }
        let Self::Hours(hours) = self else { return until - from };
        let last = until.with_timezone(&hours.zone).date_naive();
        hours
            .days_from(from)
            .take_while(|date| *date <= last)
            .flat_map(|date| hours.on(date))
            .map(|(start, end)| (end.min(until) - start.max(from)).max(TimeDelta::zero()))
            .fold(TimeDelta::zero(), |sum, part| sum + part)
    }

    /// The first moment by which so much working time has passed since `from`; `from` itself for none. Nothing when the
    /// calendar holds no such moment within ten years.
    #[must_use]
    pub fn after(&self, from: Moment, time: TimeDelta) -> Option<Moment> {
        if time <= TimeDelta::zero() {
            return Some(from);
        }
        let Self::Hours(hours) = self else { return from.checked_add_signed(time) };
        let mut left = time;
        for (start, end) in hours.days_from(from).flat_map(|date| hours.on(date)) {
            let start = start.max(from);
            let part = (end - start).max(TimeDelta::zero());
            if part >= left {
                return start.checked_add_signed(left);
            }
            left -= part;
        }
        None
    }

    /// A working day, in the mean of those of the week.
    #[must_use]
    pub fn day(&self) -> TimeDelta {
        let Self::Hours(hours) = self else { return TimeDelta::days(1) };
        let lengths = hours.week.iter().map(|spans| spans.iter().map(|s| i64::from(s.until - s.from)).sum::<i64>());
        let (minutes, days) =
            lengths.filter(|length| *length > 0).fold((0, 0), |(minutes, days), length| (minutes + length, days + 1));
        TimeDelta::minutes(if days == 0 { 0 } else { minutes / days })
    }
}

impl Hours {
    /// Days from the one that `from` lies in, there.
    fn days_from(&self, from: Moment) -> impl Iterator<Item = NaiveDate> {
        let first = from.with_timezone(&self.zone).date_naive();
        (0..FURTHEST).map_while(move |ahead| first.checked_add_days(Days::new(ahead)))
    }

    /// The spans of a day, as moments.
    fn on(&self, date: NaiveDate) -> impl Iterator<Item = (Moment, Moment)> {
        use chrono::Datelike as _;
        let weekday = Day::of(date.weekday());
        let usual = self.week.iter().zip(Day::ALL).find(|(_, day)| *day == weekday).map(|(spans, _)| spans);
        let spans = self.holidays.get(&date).or(usual).map(Vec::as_slice).unwrap_or_default();
        let zone = self.zone;
        spans.iter().filter_map(move |span| Some((instant(zone, date, span.from)?, instant(zone, date, span.until)?)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn nine_to_five(zone: Tz) -> Clock {
        let day = vec![Span { from: 540, until: 1020 }];
        let week = [day.clone(), day.clone(), day.clone(), day.clone(), day, vec![], vec![]];
        Clock::Hours(Box::new(Hours { zone, week, holidays: BTreeMap::new() }))
    }

    fn whole_days(zone: Tz) -> Clock {
        let day = vec![Span { from: 0, until: 1440 }];
        Clock::Hours(Box::new(Hours { zone, week: [(); 7].map(|()| day.clone()), holidays: BTreeMap::new() }))
    }

    #[test]
    fn a_working_hour_is_one_hour_on_every_side_of_a_night_and_a_weekend() {
        let berlin = nine_to_five(chrono_tz::Europe::Berlin);
        // Friday at four, in winter.
        let friday = at("2026-01-16T15:00:00Z");
        assert_eq!(berlin.after(friday, TimeDelta::hours(1)), Some(at("2026-01-16T16:00:00Z")));
        assert_eq!(berlin.after(friday, TimeDelta::hours(2)), Some(at("2026-01-19T09:00:00Z")));
        assert_eq!(berlin.between(friday, at("2026-01-19T09:00:00Z")), TimeDelta::hours(2));
        assert_eq!(berlin.between(at("2026-01-17T00:00:00Z"), at("2026-01-19T08:00:00Z")), TimeDelta::zero());
        assert_eq!(berlin.day(), TimeDelta::hours(8));
        assert_eq!(berlin.after(friday, TimeDelta::zero()), Some(friday));
    }

    #[test]
    fn holidays_are_free_or_have_hours_of_their_own() {
        let Clock::Hours(mut hours) = nine_to_five(chrono_tz::Europe::Berlin) else { panic!() };
        hours.holidays.insert("2026-12-25".parse().unwrap(), vec![]);
        hours.holidays.insert("2026-12-24".parse().unwrap(), vec![Span { from: 540, until: 720 }]);
        let clock = Clock::Hours(hours);
        // Wednesday at four: an hour, three on Christmas Eve, none on Christmas, the weekend, then Monday.
        let start = at("2026-12-23T15:00:00Z");
        assert_eq!(clock.after(start, TimeDelta::hours(4)), Some(at("2026-12-24T11:00:00Z")));
        assert_eq!(clock.after(start, TimeDelta::hours(5)), Some(at("2026-12-28T09:00:00Z")));
    }

    #[test]
    fn days_are_as_long_as_the_clocks_make_them() {
        let day = |zone: Tz, from: &str, until: &str| whole_days(zone).between(at(from), at(until));
        // Berlin, New York and Lord Howe by an hour or half of one; Kolkata never.
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(day(berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), TimeDelta::hours(23));
        assert_eq!(day(berlin, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"), TimeDelta::hours(25));
        // The same hours of the clock, as far apart as they really are.
        let cases = [
            (berlin, "2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z"),
            (berlin, "2026-10-23T15:00:00Z", "2026-10-26T08:00:00Z"),
            (chrono_tz::America::New_York, "2026-03-06T22:00:00Z", "2026-03-09T13:00:00Z"),
            (chrono_tz::America::New_York, "2026-10-30T21:00:00Z", "2026-11-02T14:00:00Z"),
            (chrono_tz::Asia::Kolkata, "2026-03-27T11:30:00Z", "2026-03-30T03:30:00Z"),
            (chrono_tz::Australia::Lord_Howe, "2026-04-03T06:00:00Z", "2026-04-05T22:30:00Z"),
            (chrono_tz::Australia::Lord_Howe, "2026-10-02T06:30:00Z", "2026-10-04T22:00:00Z"),
        ];
        for (zone, five_on_friday, nine_on_monday) in cases {
            let clock = nine_to_five(zone);
            let due = clock.after(at(five_on_friday) - TimeDelta::hours(1), TimeDelta::hours(2));
            assert_eq!(due, Some(at(nine_on_monday) + TimeDelta::hours(1)), "{zone} {five_on_friday}");
        }
        // Work that begins at half past two, on the night in which there is no such time.
        let early = vec![Span { from: 150, until: 600 }];
        let hours = Hours { zone: berlin, week: [(); 7].map(|()| early.clone()), holidays: BTreeMap::new() };
        let due = Clock::Hours(Box::new(hours)).after(at("2026-03-29T00:00:00Z"), TimeDelta::hours(1));
        assert_eq!(due, Some(at("2026-03-29T02:00:00Z")));
    }

    #[test]
    fn a_calendar_without_working_time_never_ends() {
        let hours = Hours { zone: Tz::UTC, week: [(); 7].map(|()| vec![]), holidays: BTreeMap::new() };
        let clock = Clock::Hours(Box::new(hours));
        assert_eq!(clock.after(at("2026-01-01T00:00:00Z"), TimeDelta::hours(1)), None);
        assert_eq!(clock.day(), TimeDelta::zero());
    }

    fn zones() -> impl Strategy<Value = Tz> {
        prop::sample::select(vec![
            chrono_tz::Europe::Berlin,
            chrono_tz::America::New_York,
            chrono_tz::Asia::Kolkata,
            chrono_tz::Australia::Lord_Howe,
            chrono_tz::Pacific::Apia,
            Tz::UTC,
        ])
    }

    prop_compose! {
        fn days()(cuts in prop::collection::btree_set(0u16..=1440, 0..6)) -> Vec<Span> {
            let cuts: Vec<u16> = cuts.into_iter().collect();
            cuts.chunks_exact(2).map(|pair| Span { from: pair[0], until: pair[1] }).collect()
        }
    }

    prop_compose! {
        fn clocks()(zone in zones(), week in prop::array::uniform7(days()), off in prop::collection::vec(0i64..900, 0..20)) -> Clock {
            let mut week = week;
            // There is always some working time, or nothing could be due.
            week[2].push(Span { from: 600, until: 660 });
            week[2].retain(|span| *span == Span { from: 600, until: 660 });
            let first: NaiveDate = "2026-01-01".parse().unwrap();
            let holidays = off.into_iter().map(|day| (first + TimeDelta::days(day), vec![])).collect();
            Clock::Hours(Box::new(Hours { zone, week, holidays }))
        }
    }

    proptest! {
        #[test]
        fn after_and_between_are_each_others_inverse(clock in clocks(), start in 0i64..40_000_000, seconds in 1i64..1_000_000) {
            let (from, time) = (at("2026-01-01T00:00:00Z") + TimeDelta::seconds(start), TimeDelta::seconds(seconds));
            let due = clock.after(from, time).unwrap();
            prop_assert_eq!(clock.between(from, due), time);
            // And it is the first such moment.
            prop_assert!(clock.between(from, due - TimeDelta::milliseconds(1)) < time);
        }

        #[test]
        fn time_only_grows_and_adds_up(clock in clocks(), a in 0i64..40_000_000, b in 0i64..4_000_000, c in 0i64..4_000_000) {
            let first = at("2026-01-01T00:00:00Z") + TimeDelta::seconds(a);
            let (second, third) = (first + TimeDelta::seconds(b), first + TimeDelta::seconds(b + c));
            let (left, right) = (clock.between(first, second), clock.between(second, third));
            prop_assert!(left >= TimeDelta::zero() && left <= second - first);
            prop_assert_eq!(left + right, clock.between(first, third));
        }

        #[test]
        fn around_the_clock_every_second_counts(start in 0i64..40_000_000, seconds in 0i64..2_000_000) {
            let (from, time) = (at("2026-01-01T00:00:00Z") + TimeDelta::seconds(start), TimeDelta::seconds(seconds));
            prop_assert_eq!(Clock::Always.after(from, time), Some(from + time));
            prop_assert_eq!(Clock::Always.between(from, from + time), time);
        }
    }
}
