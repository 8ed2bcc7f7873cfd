//! Dates said relative to today: `today`, `-30d`, `+2w`, `this_quarter`, `last_month`.

use chrono::{Datelike, Days, Months, NaiveDate};

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Reads a date or a span; none when it is neither.
#[must_use]
pub fn read(text: &str, today: NaiveDate) -> Option<Span> {
    let day = |date: NaiveDate| Some(Span { from: date, to: date });
    if let Ok(date) = text.parse::<NaiveDate>() {
        return (1..=9999).contains(&date.year()).then_some(Span { from: date, to: date });
    }
    match text {
        "today" => return day(today),
        "yesterday" => return day(today.pred_opt()?),
        "tomorrow" => return day(today.succ_opt()?),
        _ => {}
    }
    if let Some((which, unit)) = text.split_once('_') {
        let shift = match which {
            "last" => -1,
            "this" => 0,
            "next" => 1,
            _ => return None,
        };
        return period(today, unit, shift);
    }
    offset(text, today).and_then(day)
}

fn offset(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let (back, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => return None,
    };
    let unit = rest.chars().last()?;
    let count: u32 = rest.strip_suffix(unit)?.parse().ok().filter(|n| *n <= 40_000)?;
    let days = |n: u32| {
        if back { today.checked_sub_days(Days::new(n.into())) } else { today.checked_add_days(Days::new(n.into())) }
    };
    let months =
        |n: u32| if back { today.checked_sub_months(Months::new(n)) } else { today.checked_add_months(Months::new(n)) };
    match unit {
        'd' => days(count),
        'w' => days(count * 7),
        'm' => months(count),
        'y' => months(count * 12),
        _ => None,
    }
}

fn period(today: NaiveDate, unit: &str, shift: i32) -> Option<Span> {
    let month = |date: NaiveDate, by: i32| {
        if by < 0 {
            date.checked_sub_months(Months::new(by.unsigned_abs()))
        } else {
            date.checked_add_months(Months::new(by.unsigned_abs()))
        }
    };
    let (from, next) = match unit {
        "week" => {
            let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
            let from = monday.checked_add_signed(chrono::TimeDelta::weeks(shift.into()))?;
            (from, from.checked_add_days(Days::new(7))?)
        }
        "month" => {
            let from = month(today.with_day(1)?, shift)?;
            (from, month(from, 1)?)
        }
        "quarter" => {
            let first = today.with_day(1)?.with_month0(today.month0() / 3 * 3)?;
            let from = month(first, shift * 3)?;
            (from, month(from, 3)?)
        }
        "year" => {
            let from = NaiveDate::from_ymd_opt(today.year() + shift, 1, 1)?;
            (from, NaiveDate::from_ymd_opt(today.year() + shift + 1, 1, 1)?)
        }
        _ => return None,
    };
    Some(Span { from, to: next.pred_opt()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_mean() {
        let today = "2026-11-23".parse().unwrap();
        let of = |text: &str| read(text, today).map(|s| format!("{}..{}", s.from, s.to)).unwrap_or_default();
        assert_eq!(of("2026-02-28"), "2026-02-28..2026-02-28");
        assert_eq!(of("-30d"), "2026-10-24..2026-10-24");
        assert_eq!(of("+2w"), "2026-12-07..2026-12-07");
        assert_eq!(of("this_week"), "2026-11-23..2026-11-29");
        assert_eq!(of("this_quarter"), "2026-10-01..2026-12-31");
        assert_eq!(of("last_month"), "2026-10-01..2026-10-31");
        assert_eq!(of("next_year"), "2027-01-01..2027-12-31");
        for bad in ["", "2026-02-30", "sometime", "-d", "+99999999999d", "this_", "+5é", "é"] {
            assert_eq!(of(bad), "", "{bad}");
        }
    }
}
