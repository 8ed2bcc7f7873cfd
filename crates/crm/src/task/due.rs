//! The day that a task made on another day is due on.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// So many days on. Of working days Saturdays and Sundays don't count, and what would be due on one is due on the Monday.
/// None where the calendar ends.
#[must_use]
pub fn days_on(from: NaiveDate, days: u16, working: bool) -> Option<NaiveDate> {
    if !working {
        return from.checked_add_days(Days::new(days.into()));
    }
    let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let first = from.iter_days().find(works)?;
    first.iter_days().filter(works).nth(days.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn working_days_leave_weekends_out() {
        let on = |from: &str, days, working| days_on(from.parse().unwrap(), days, working).unwrap().to_string();
        // 2026-03-06 is a Friday.
        assert_eq!(on("2026-03-06", 0, true), "2026-03-06");
        assert_eq!(on("2026-03-06", 1, true), "2026-03-09");
        assert_eq!(on("2026-03-06", 1, false), "2026-03-07");
        assert_eq!(on("2026-03-06", 6, true), "2026-03-16");
        assert_eq!(on("2026-03-07", 0, true), "2026-03-09");
        assert_eq!(on("2026-03-08", 2, true), "2026-03-11");
        assert_eq!(days_on(NaiveDate::MAX, 1, false), None);
    }
}
