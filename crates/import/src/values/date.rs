//! Dates and times as exports write them. Three numbers can be read in three orders; which one holds is found over the
//! whole column ([`detect_order`]), never from one cell.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

/// The order of day, month and year where all three are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    Ymd,
    Dmy,
    Mdy,
}

impl DateOrder {
    pub const ALL: [DateOrder; 3] = [DateOrder::Ymd, DateOrder::Dmy, DateOrder::Mdy];

    /// How a person would write it down.
    pub fn pattern(self) -> &'static str {
        match self {
            DateOrder::Ymd => "YYYY-MM-DD",
            DateOrder::Dmy => "DD/MM/YYYY",
            DateOrder::Mdy => "MM/DD/YYYY",
        }
    }
}

/// A date, with the time of day and the offset from UTC in seconds where they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
    pub offset: Option<i32>,
}

impl Moment {
    /// The point in time; where no time is written it is midnight, where no offset is, UTC.
    pub fn utc(self) -> DateTime<Utc> {
        let local = NaiveDateTime::new(self.date, self.time.unwrap_or_default());
        self.offset
            .and_then(FixedOffset::east_opt)
            .and_then(|offset| offset.from_local_datetime(&local).single())
            .map_or_else(|| Utc.from_utc_datetime(&local), |moment| moment.to_utc())
    }
}

/// Reads a date in the given order; a month named in words settles the order itself, as does a year of four digits.
/// Years are 1900 to 2199; two-digit years from 70 on are of the last century.
pub fn parse(raw: &str, order: DateOrder) -> Option<Moment> {
    let raw = raw.trim();
    if raw.len() < 6 || raw.len() > 64 {
        return None;
    }
    let (date, rest) = split(raw);
    let date = calendar_date(date, order)?;
    let (time, offset) = clock(rest)?;
    Some(Moment { date, time, offset })
}

/// The date that a spreadsheet's day number stands for, days since 1899-12-30, between 1955 and 2119.
pub fn from_serial(raw: &str) -> Option<NaiveDate> {
    let whole = raw.trim().split('.').next()?;
    let days: i64 = whole.parse().ok().filter(|days| (20_000..80_000).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::Duration::days(days))
}

/// True when the text is a date in one of the orders, and not just a number.
pub fn looks_like_date(raw: &str) -> bool {
    !raw.chars().all(|character| character.is_ascii_digit() || character == '.')
        && DateOrder::ALL.into_iter().any(|order| parse(raw, order).is_some())
        || raw.split('.').count() == 3 && parse(raw, DateOrder::Dmy).is_some()
}

/// The order in which the most of `values` are dates, and whether another order reads just as many differently.
pub fn detect_order<'a>(values: impl Iterator<Item = &'a str>) -> Option<(DateOrder, bool)> {
    let mut fits = [0_u32; 3];
    let mut ambiguous = false;
    for value in values {
        let read = DateOrder::ALL.map(|order| parse(value, order));
        for (count, moment) in fits.iter_mut().zip(read) {
            *count += u32::from(moment.is_some());
        }
        let [_, dmy, mdy] = read;
        ambiguous |= dmy.is_some() && mdy.is_some() && dmy != mdy;
    }
    let [ymd, dmy, mdy] = fits;
    let most = ymd.max(dmy).max(mdy);
    if most == 0 {
        return None;
    }
    if dmy == mdy && dmy == most && ambiguous {
        return Some((DateOrder::Mdy, true));
    }
    let order = if ymd == most {
        DateOrder::Ymd
    } else if dmy == most {
        DateOrder::Dmy
    } else {
        DateOrder::Mdy
    };
    Some((order, false))
}

/// The date part and what follows it: at a `T` or a space before a time.
fn split(raw: &str) -> (&str, &str) {
    let cut = raw.char_indices().find(|(at, character)| {
        let next_is_digit =
            raw.get(at + character.len_utf8()..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let has_time = raw.get(*at..).is_some_and(|rest| rest.contains(':'));
        let colon_close =
            raw.get(at + character.len_utf8()..).is_some_and(|rest| rest.chars().take(3).any(|c| c == ':'));
        *at >= 6 && next_is_digit && has_time && colon_close && matches!(character, 'T' | 't' | ' ')
    });
    match cut.and_then(|(at, _)| raw.split_at_checked(at)) {
        Some((date, rest)) => (date, rest.get(1..).unwrap_or("")),
        None => (raw, ""),
    }
}

fn calendar_date(raw: &str, order: DateOrder) -> Option<NaiveDate> {
    let raw = raw.trim().trim_end_matches(['Z', 'z']);
    if raw.len() == 8 && raw.chars().all(|character| character.is_ascii_digit()) {
        let (year, month, day) = (raw.get(..4)?, raw.get(4..6)?, raw.get(6..)?);
        return date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    }
    let mut parts: Vec<&str> =
        raw.split(['-', '/', '.', ',', ' ', '\u{a0}', '\'']).filter(|part| !part.is_empty()).collect();
    if parts.len() == 4 && parts.first().is_some_and(|part| is_weekday(part)) {
        parts.remove(0);
    }
    let [first, second, third] = parts.as_slice() else { return None };
    if let Some(month) = month_named(second) {
        return date_of(first, month, third);
    }
    if let Some(month) = month_named(first) {
        return date_of(second.trim_end_matches(|character: char| character.is_alphabetic()), month, third);
    }
    let numbers = [number(first)?, number(second)?, number(third)?];
    let [a, b, c] = numbers;
    if first.len() == 4 {
        return if second.len() <= 2 && third.len() <= 2 { date(a, b, c) } else { None };
    }
    if first.len() > 2 || second.len() > 2 || !matches!(third.len(), 2 | 4) {
        return None;
    }
    match order {
        DateOrder::Ymd => (first.len() == 2 && third.len() == 2).then(|| date(full_year(a), b, c)).flatten(),
        DateOrder::Dmy => date(if third.len() == 2 { full_year(c) } else { c }, b, a),
        DateOrder::Mdy => date(if third.len() == 2 { full_year(c) } else { c }, a, b),
    }
}

/// "1", "March", "2017" and "2017", "March", "1".
fn date_of(first: &str, month: u32, third: &str) -> Option<NaiveDate> {
    let (day, year) = if first.len() == 4 { (third, first) } else { (first, third) };
    let year_number = number(year)?;
    let year = if year.len() == 2 { full_year(year_number) } else { year_number };
    date(year, month, number(day)?)
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    if !(1900..2200).contains(&year) {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn number(text: &str) -> Option<u32> {
    (text.len() <= 4 && text.chars().all(|character| character.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn full_year(short: u32) -> u32 {
    if short >= 70 { 1900 + short } else { 2000 + short }
}

fn is_weekday(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| lower.starts_with(day))
}

fn month_named(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const GERMAN: [(&str, u32); 4] = [("mär", 3), ("mai", 5), ("okt", 10), ("dez", 12)];
    let lower = text.to_lowercase();
    if lower.chars().count() < 3 || !lower.chars().all(char::is_alphabetic) {
        return None;
    }
    let english = MONTHS.iter().zip(1_u32..).find(|(name, _)| lower.starts_with(**name)).map(|(_, month)| month);
    english.or_else(|| GERMAN.iter().find(|(name, _)| lower.starts_with(name)).map(|(_, month)| *month))
}

/// `14:02`, `14:02:03.5`, `2:02 PM`, and behind them `Z`, `+0200`, `-03:00` or, as one vendor writes it, `Z-0300`.
fn clock(raw: &str) -> Option<(Option<NaiveTime>, Option<i32>)> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Some((None, None));
    }
    let end = raw
        .find(|character: char| !(character.is_ascii_digit() || matches!(character, ':' | '.')))
        .unwrap_or(raw.len());
    let (time, zone) = raw.split_at_checked(end)?;
    let mut parts = time.split(':');
    let mut hour: u32 = parts.next()?.parse().ok()?;
    let minute: u32 = parts.next()?.parse().ok()?;
    let second: u32 = parts.next().map_or(Some(0), |seconds| seconds.split('.').next()?.parse().ok())?;
    let mut zone = zone.trim();
    let half = zone.get(..2).map(str::to_ascii_uppercase);
    match half.as_deref() {
        Some("PM") if (1..=12).contains(&hour) => hour = hour % 12 + 12,
        Some("AM") if (1..=12).contains(&hour) => hour %= 12,
        _ => {}
    }
    if matches!(half.as_deref(), Some("AM" | "PM")) {
        zone = zone.get(2..).unwrap_or("").trim();
    }
    Some((Some(NaiveTime::from_hms_opt(hour, minute, second)?), offset(zone)?))
}

/// `Some(None)` when none is written.
fn offset(zone: &str) -> Option<Option<i32>> {
    let zone = zone.trim();
    if zone.is_empty() {
        return Some(None);
    }
    if ["Z", "z", "UTC", "GMT"].contains(&zone) {
        return Some(Some(0));
    }
    let zone = zone
        .strip_prefix(['Z', 'z'])
        .or_else(|| zone.strip_prefix("GMT"))
        .or_else(|| zone.strip_prefix("UTC"))
        .unwrap_or(zone);
    let (sign, digits) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (None, Some(rest)) => (-1, rest),
        (None, None) => return None,
    };
    let digits: String = digits.chars().filter(|character| *character != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.chars().all(|character| character.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    (hours <= 15 && minutes < 60).then_some(Some(sign * (hours * 3600 + minutes * 60)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str, order: DateOrder) -> Option<String> {
        parse(raw, order).map(|moment| match moment.time {
            Some(_) => moment.utc().to_rfc3339(),
            None => moment.date.to_string(),
        })
    }

    #[test]
    fn dates_in_all_orders() {
        for raw in [
            "2017-03-01",
            "2017/3/1",
            "20170301",
            "1 Mar 2017",
            "March 1, 2017",
            "Mar 1st, 2017",
            "Wed, 1 Mar 2017",
            "2017-Mar-01",
        ] {
            assert_eq!(read(raw, DateOrder::Mdy).as_deref(), Some("2017-03-01"), "{raw}");
            assert_eq!(read(raw, DateOrder::Dmy).as_deref(), Some("2017-03-01"), "{raw}");
        }
        for raw in ["01.03.2017", "1/3/17", "01-03-2017", "1.3.17"] {
            assert_eq!(read(raw, DateOrder::Dmy).as_deref(), Some("2017-03-01"), "{raw}");
            assert_eq!(read(raw, DateOrder::Mdy).as_deref(), Some("2017-01-03"), "{raw}");
        }
        for bad in [
            "",
            "2017",
            "2017-13-01",
            "31.02.2017",
            "1.234,50",
            "hello",
            "1-00000",
            "415-555-0000",
            "12.50",
            "0001-01-01",
        ] {
            assert_eq!(read(bad, DateOrder::Dmy), None, "{bad}");
        }
    }

    #[test]
    fn times_and_offsets() {
        for (raw, utc) in [
            ("07/15/2009 02:14:45+0800", "2009-07-14T18:14:45+00:00"),
            ("07/15/2009T02:14:45+0800", "2009-07-14T18:14:45+00:00"),
            ("2009-07-14 02:14:45-0800", "2009-07-14T10:14:45+00:00"),
            ("2006-04-15T03:23:15.000Z", "2006-04-15T03:23:15+00:00"),
            ("2010-10-14T12:00:00.000Z-0300", "2010-10-14T15:00:00+00:00"),
            ("2010-10-14T00:00:00.000", "2010-10-14T00:00:00+00:00"),
            ("3/1/2017 2:05 PM", "2017-03-01T14:05:00+00:00"),
            ("March 1, 2017 12:05 AM", "2017-03-01T00:05:00+00:00"),
        ] {
            assert_eq!(read(raw, DateOrder::Mdy).as_deref(), Some(utc), "{raw}");
        }
        assert_eq!(from_serial("45631.0").map(|date| date.to_string()).as_deref(), Some("2024-12-05"));
        assert_eq!(from_serial("12"), None);
    }

    #[test]
    fn the_order_is_found_over_the_column() {
        let order = |values: &[&'static str]| detect_order(values.iter().copied());
        assert_eq!(order(&["2017-03-01", "2016-12-31"]), Some((DateOrder::Ymd, false)));
        assert_eq!(order(&["03/01/2017", "25/01/2017"]), Some((DateOrder::Dmy, false)));
        assert_eq!(order(&["03/01/2017", "01/25/2017"]), Some((DateOrder::Mdy, false)));
        assert_eq!(order(&["03/01/2017", "05/06/2017"]), Some((DateOrder::Mdy, true)));
        assert_eq!(order(&["05/05/2017"]), Some((DateOrder::Dmy, false)));
        assert_eq!(order(&["hello"]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(days in 0_i64..100_000, order in 0_usize..3) {
            let date = NaiveDate::from_ymd_opt(1901, 1, 1).unwrap() + chrono::Duration::days(days);
            let order = DateOrder::ALL[order];
            let pattern = match order { DateOrder::Ymd => "%Y-%m-%d", DateOrder::Dmy => "%d.%m.%Y", DateOrder::Mdy => "%m/%d/%Y" };
            let raw = date.format(pattern).to_string();
            prop_assert_eq!(parse(&raw, order).map(|moment| moment.date), Some(date));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            for order in DateOrder::ALL {
                if let Some(moment) = parse(&text, order) { let _ = moment.utc(); }
            }
            let _ = from_serial(&text);
        }
    }
}
