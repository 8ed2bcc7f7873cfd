//! Reads an expression at a place in the sentence: a day, a period, a bound or a range.

use std::cmp::Ordering;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::{
    Calendar, DateOrder, Grain, When, count_named, month_named, month_of, period, quarter_of, shift, unit_named,
    weekday_named,
};
use crate::resolve::text::{Kind, Token};

#[derive(Clone, Copy)]
pub(super) struct Scanner<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) calendar: &'a Calendar,
}

impl Scanner<'_> {
    fn word(&self, i: usize) -> &str {
        self.tokens.get(i).filter(|t| t.kind != Kind::Quoted).map_or("", |t| t.lower.as_str())
    }

    fn skip(&self, i: usize, words: &[&str]) -> usize {
        usize::from(words.contains(&self.word(i)))
    }

    /// With a bound before it ("before", "since", "between … and …"), or without.
    pub(super) fn bounded(&self, i: usize) -> Option<(When, usize)> {
        let first = self.word(i);
        let two = matches!((first, self.word(i + 1)), ("no" | "not", "later") | ("on" | "up", "or" | "to"));
        let lead = match first {
            "between" => return self.between(i, "and"),
            "from" => return self.between(i, "to").or_else(|| self.of_period(i)).or_else(|| self.open(i, 1, true)),
            "before" | "until" | "till" | "by" | "after" | "since" => 1,
            "no" | "not" if two => 3,
            "in" | "on" | "during" | "at" | "for" | "within" | "due" | "around" | "over" => {
                let article = self.skip(i + 1, &["the"]);
                let inner = || self.expression(i + 1 + article).map(|(when, n)| (when, n + 1 + article));
                return self.expression(i).or_else(inner);
            }
            _ => 0,
        };
        if lead == 0 {
            return self.expression(i);
        }
        self.open(i, lead, matches!(first, "after" | "since"))
    }

    /// A range with one end, `lead` tokens of bound before the expression.
    fn open(&self, i: usize, lead: usize, from: bool) -> Option<(When, usize)> {
        let since = Calendar { past: self.calendar.past || self.word(i) == "since", ..*self.calendar };
        let (inner, n) = Scanner { calendar: &since, ..*self }.expression(i + lead)?;
        let bound = match (self.word(i), from) {
            ("after", _) => When { from: inner.to?.succ_opt(), to: None, ..inner },
            (_, true) => When { from: inner.from, to: None, ..inner },
            ("before", _) => When { from: None, to: inner.from?.pred_opt(), ..inner },
            _ => When { from: None, to: inner.to, ..inner },
        };
        Some((bound, lead + n))
    }

    /// "deals from Q2 2017" are of that quarter; "from Q2 on" is open.
    fn of_period(&self, i: usize) -> Option<(When, usize)> {
        let (when, n) = self.expression(i + 1).filter(|(w, _)| w.grain > Grain::Day)?;
        let onward = matches!(self.word(i + 1 + n), "on" | "onward" | "onwards");
        (!onward).then_some((when, n + 1))
    }

    fn between(&self, i: usize, joint: &str) -> Option<(When, usize)> {
        let (a, n) = self.expression(i + 1)?;
        let joined = self.word(i + 1 + n) == joint || matches!(self.word(i + 1 + n), "until" | "till" | "-" | "and");
        let (b, m) = self.expression(i + 2 + n).filter(|_| joined)?;
        // "between October and December 2017": the year of the end is the year of the start.
        let a = match (a.from, b.from) {
            (Some(from), Some(end)) if from > end => {
                let then = Calendar { today: end, past: true, ..*self.calendar };
                Scanner { calendar: &then, ..*self }.expression(i + 1)?.0
            }
            _ => a,
        };
        let grain = a.grain.max(b.grain);
        (a.from <= b.to).then_some((When { from: a.from, to: b.to, grain }, 2 + n + m))
    }

    /// An expression without bounds.
    fn expression(&self, i: usize) -> Option<(When, usize)> {
        let article = self.skip(i, &["the"]);
        let at = i + article;
        self.named_day(at)
            .or_else(|| self.edge(at))
            .or_else(|| self.relative_period(at))
            .or_else(|| self.offset(at))
            .or_else(|| self.absolute(at))
            .or_else(|| self.month(at))
            .or_else(|| self.quarter_or_year(at))
            .map(|(when, n)| (when, n + article))
    }

    /// today, tomorrow, Friday, next Friday, the day after tomorrow.
    fn named_day(&self, i: usize) -> Option<(When, usize)> {
        let today = self.calendar.today;
        let day = |n: i64| shift(today, n, Grain::Day).map(When::day);
        let one = |when: Option<When>, n: usize| when.map(|w| (w, n));
        match (self.word(i), self.word(i + 1), self.word(i + 2)) {
            ("today" | "tonight" | "eod", ..) => return one(day(0), 1),
            ("end", "of", "day" | "today") => return one(day(0), 3),
            ("tomorrow" | "tmrw" | "tmr", ..) => return one(day(1), 1),
            ("yesterday", ..) => return one(day(-1), 1),
            ("day", "after", "tomorrow") => return one(day(2), 3),
            ("day", "before", "yesterday") => return one(day(-2), 3),
            _ => {}
        }
        let lead = self.skip(i, &["next", "this", "coming", "last", "on"]);
        let weekday = weekday_named(self.word(i + lead))?;
        // "sat" and "sun" are also words: a bare one must look like a name.
        let bare_short =
            lead == 0 && matches!(self.word(i), "sat" | "sun" | "wed" | "mon") && !self.tokens.get(i)?.is_capitalised();
        if bare_short {
            return None;
        }
        let monday = period(today, Grain::Week)?.from?;
        let in_week = |week: NaiveDate| week.checked_add_days(Days::new(u64::from(weekday.num_days_from_monday())));
        let day = match self.word(i) {
            "next" => in_week(shift(monday, 1, Grain::Week)?)?,
            "last" => in_week(monday).filter(|d| *d < today).or_else(|| in_week(shift(monday, -1, Grain::Week)?))?,
            "this" => in_week(monday)?,
            _ if self.calendar.past => {
                in_week(monday).filter(|d| *d <= today).or_else(|| in_week(shift(monday, -1, Grain::Week)?))?
            }
            _ => in_week(monday).filter(|d| *d > today).or_else(|| in_week(shift(monday, 1, Grain::Week)?))?,
        };
        // "Friday next week"
        if (self.word(i + lead + 1), self.word(i + lead + 2)) == ("next", "week") {
            return Some((When::day(in_week(shift(monday, 1, Grain::Week)?)?), lead + 3));
        }
        Some((When::day(day), lead + 1))
    }

    /// end of the quarter, start of next month, month end, EOQ.
    fn edge(&self, i: usize) -> Option<(When, usize)> {
        let today = self.calendar.today;
        let last = |grain: Grain| period(today, grain).and_then(|p| p.to).map(When::day);
        let short = match self.word(i) {
            "eow" => last(Grain::Week),
            "eom" => last(Grain::Month),
            "eoq" => last(Grain::Quarter),
            "eoy" => last(Grain::Year),
            _ => None,
        };
        if let Some(when) = short {
            return Some((when, 1));
        }
        if self.word(i + 1) == "end" || self.word(i + 1) == "close" {
            return Some((last(unit_named(self.word(i)).filter(|g| *g != Grain::Day)?)?, 2));
        }
        // "the last day of next month", "the first day of the quarter"
        if let ("last" | "final" | "first", "day", "of") = (self.word(i), self.word(i + 1), self.word(i + 2)) {
            let the = self.skip(i + 3, &["the"]);
            let (of, n) = self.whole(i + 3 + the)?;
            let day = if self.word(i) == "first" { of.from? } else { of.to? };
            return Some((When::day(day), 3 + the + n));
        }
        let which = match self.word(i) {
            "end" => "end",
            "close" if self.word(i + 1) == "of" => "end",
            "start" | "beginning" => "start",
            "middle" | "mid" => "middle",
            _ => return None,
        };
        let of = self.skip(i + 1, &["of"]);
        let the = self.skip(i + 1 + of, &["the"]);
        let at = i + 1 + of + the;
        let (period, n) = self.whole(at)?;
        let day = match which {
            "end" => period.to?,
            "start" => period.from?,
            _ => {
                let (from, to) = (period.from?, period.to?);
                shift(from, (to - from).num_days() / 2, Grain::Day)?
            }
        };
        Some((When::day(day), 1 + of + the + n))
    }

    /// A period by its name: month (this one), next quarter, May, 2026.
    fn whole(&self, i: usize) -> Option<(When, usize)> {
        match unit_named(self.word(i)).filter(|g| *g > Grain::Day) {
            Some(grain) => Some((period(self.calendar.today, grain)?, 1)),
            None => self.relative_period(i).or_else(|| self.month(i)).or_else(|| self.quarter_or_year(i)),
        }
    }

    /// this week, next month, last quarter, the last 30 days, the past year.
    fn relative_period(&self, i: usize) -> Option<(When, usize)> {
        let today = self.calendar.today;
        let lead = self.word(i);
        if let ("last" | "past" | "previous" | "next" | "coming" | "following", Some(n), Some(grain)) =
            (lead, count_named(self.word(i + 1)), unit_named(self.word(i + 2)))
        {
            let forward = matches!(lead, "next" | "coming" | "following");
            let other = shift(today, if forward { i64::from(n) } else { -i64::from(n) }, grain)?;
            let (from, to) = if forward { (today, other) } else { (other, today) };
            return Some((When { from: Some(from), to: Some(to), grain }, 3));
        }
        let grain = match self.word(i + 1) {
            "weekend" if matches!(lead, "this" | "next") => {
                let week = shift(today, i64::from(lead == "next"), Grain::Week).and_then(|d| period(d, Grain::Week))?;
                return Some((When { from: week.to.and_then(|d| d.pred_opt()), ..week }, 2));
            }
            unit => unit_named(unit)?,
        };
        let units = match lead {
            "this" | "current" => 0,
            "next" | "coming" | "following" => 1,
            "last" | "previous" | "past" => -1,
            _ => return None,
        };
        if units == 0 && (self.word(i + 2), self.word(i + 3)) == ("to", "date") {
            let from = period(today, grain)?.from;
            return Some((When { from, to: Some(today), grain }, 4));
        }
        Some((period(shift(today, units, grain)?, grain)?, 2))
    }

    /// in two weeks, 3 days from now, two months ago, a week from today.
    fn offset(&self, i: usize) -> Option<(When, usize)> {
        let lead = self.skip(i, &["in", "within"]);
        let a = usize::from(self.word(i + lead) == "a" && matches!(self.word(i + lead + 1), "couple" | "few"));
        let at = i + lead + a;
        let number = if self.word(at) == "few" { 3 } else { count_named(self.word(at))? };
        let of = self.skip(at + 1, &["of", "more"]);
        let business = self.skip(at + 1 + of, &["business", "working"]);
        let (grain, times, glued) = match self.word(at + 1 + of + business) {
            "fortnight" | "fortnights" => (Grain::Week, 2, false),
            unit => (unit_named(unit).filter(|_| !unit.is_empty())?, 1, false),
        };
        let mut length = lead + a + 1 + of + business + usize::from(!glued);
        let after = (self.word(i + length), self.word(i + length + 1));
        let signed = i64::from(number) * times;
        let day = match after {
            ("ago" | "earlier", _) => {
                length += 1;
                shift(self.calendar.today, -signed, grain)?
            }
            ("from", "now" | "today") => {
                length += 2;
                shift(self.calendar.today, signed, grain)?
            }
            _ if lead == 1 && self.word(i) == "within" => {
                let to = shift(self.calendar.today, signed, grain)?;
                return Some((When { from: Some(self.calendar.today), to: Some(to), grain }, length));
            }
            _ if lead == 1 && business == 1 => add_working_days(self.calendar.today, signed)?,
            _ if lead == 1 => {
                length += self.skip(i + length, &["time"]);
                shift(self.calendar.today, signed, grain)?
            }
            _ => return None,
        };
        Some((When::day(day), length))
    }

    /// 2025-12-05, 12/03, 5.12.2025, 30 Nov, Nov 30th, the 15th of December, the 15th.
    fn absolute(&self, i: usize) -> Option<(When, usize)> {
        if let Some(day) = self.numeric(self.word(i)) {
            return Some((When::day(day), 1));
        }
        if let Some(month) = month_named(self.word(i)) {
            let the = self.skip(i + 1, &["the"]);
            let day = ordinal(self.word(i + 1 + the))?;
            let comma = self.skip(i + 2 + the, &[","]);
            let year = year_named(self.word(i + 2 + the + comma));
            let length = 2 + the + if year.is_some() { comma + 1 } else { 0 };
            return Some((When::day(self.complete(year, month, day)?), length));
        }
        let day = ordinal(self.word(i))?;
        let of = self.skip(i + 1, &["of"]);
        if let Some(month) = month_named(self.word(i + 1 + of)) {
            let comma = self.skip(i + 2 + of, &[","]);
            let year = year_named(self.word(i + 2 + of + comma));
            let length = 2 + of + if year.is_some() { comma + 1 } else { 0 };
            return Some((When::day(self.complete(year, month, day)?), length));
        }
        if !self.word(i).ends_with(|c: char| c.is_alphabetic()) {
            return None;
        }
        if of == 1
            && let Some((month, n)) = self.relative_period(i + 2).filter(|(w, _)| w.grain == Grain::Month)
        {
            return Some((When::day(month.from?.with_day(day)?), 2 + n));
        }
        // "the 15th": this month's, or the next month that has one.
        let first = self.calendar.today.with_day(1)?;
        if self.calendar.past {
            let day = (0..4)
                .filter_map(|n| shift(first, -n, Grain::Month)?.with_day(day))
                .find(|d| *d <= self.calendar.today)?;
            return Some((When::day(day), 1));
        }
        let day =
            (0..4).filter_map(|n| shift(first, n, Grain::Month)?.with_day(day)).find(|d| *d >= self.calendar.today)?;
        Some((When::day(day), 1))
    }

    fn numeric(&self, word: &str) -> Option<NaiveDate> {
        if word.len() == 10
            && word.get(4..5) == Some("-")
            && let Ok(day) = NaiveDate::parse_from_str(word, "%Y-%m-%d")
        {
            return Some(day);
        }
        let separator = ['/', '.', '-'].into_iter().find(|c| word.contains(*c))?;
        let parts: Vec<u32> = word.split(separator).map(|p| p.parse().ok()).collect::<Option<_>>()?;
        match *parts.as_slice() {
            [year, month, day] if year > 999 => NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day),
            [a, b, year] => {
                let year = i32::try_from(if year < 100 { year + 2000 } else { year }).ok()?;
                let (day, month) = self.day_and_month(a, b);
                NaiveDate::from_ymd_opt(year, month, day)
            }
            [a, b] if separator == '/' => {
                let (day, month) = self.day_and_month(a, b);
                self.complete(None, month, day)
            }
            _ => None,
        }
    }

    fn day_and_month(&self, a: u32, b: u32) -> (u32, u32) {
        match self.calendar.order {
            DateOrder::DayFirst if b <= 12 => (a, b),
            DateOrder::DayFirst => (b, a),
            DateOrder::MonthFirst | DateOrder::YearFirst if a <= 12 => (b, a),
            DateOrder::MonthFirst | DateOrder::YearFirst => (a, b),
        }
    }

    /// A day and month without a year is the next one to come.
    fn complete(&self, year: Option<i32>, month: u32, day: u32) -> Option<NaiveDate> {
        let today = self.calendar.today;
        match year {
            Some(year) => NaiveDate::from_ymd_opt(year, month, day),
            None if self.calendar.past => {
                (0..=4).filter_map(|n| NaiveDate::from_ymd_opt(today.year() - n, month, day)).find(|d| *d <= today)
            }
            None => (0..=4).filter_map(|n| NaiveDate::from_ymd_opt(today.year() + n, month, day)).find(|d| *d >= today),
        }
    }

    /// November, November 2017, next March, this May.
    fn month(&self, i: usize) -> Option<(When, usize)> {
        let lead = self.skip(i, &["next", "this", "last", "in", "of"]);
        let month = month_named(self.word(i + lead))?;
        let year_at = i + lead + 1 + self.skip(i + lead + 1, &["of", ","]);
        if let Some(year) = year_named(self.word(year_at)) {
            return Some((month_of(year, month)?, year_at + 1 - i));
        }
        // "may" and "march" are also verbs, "mar", "sun" and the like also names.
        let doubtful = matches!(self.word(i + lead), "may" | "march" | "mar" | "dec" | "jan") && lead == 0;
        let led = i > 0
            && matches!(
                self.word(i - 1),
                "in" | "by"
                    | "until"
                    | "till"
                    | "before"
                    | "after"
                    | "since"
                    | "for"
                    | "to"
                    | "from"
                    | "during"
                    | "and"
                    | "of"
                    | "between"
            );
        if doubtful && !led && !self.tokens.get(i)?.is_capitalised() {
            return None;
        }
        if doubtful && i == 0 && !led && self.tokens.len() > 1 {
            return None;
        }
        let today = self.calendar.today;
        let year = match (self.word(i), today.month().cmp(&month)) {
            ("this", _) => today.year(),
            ("last", Ordering::Less | Ordering::Equal) => today.year() - 1,
            ("last", Ordering::Greater) => today.year(),
            ("next", Ordering::Equal) => today.year() + 1,
            (_, Ordering::Less) if self.calendar.past => today.year() - 1,
            (_, Ordering::Greater) if !self.calendar.past => today.year() + 1,
            _ => today.year(),
        };
        Some((month_of(year, month)?, lead + 1))
    }

    /// Q1, Q3 2017, first quarter of 2017, 2017.
    fn quarter_or_year(&self, i: usize) -> Option<(When, usize)> {
        let today = self.calendar.today;
        let (quarter, n) = match (self.word(i), self.word(i + 1)) {
            ("q1", _) => (1, 1),
            ("q2", _) => (2, 1),
            ("q3", _) => (3, 1),
            ("q4", _) => (4, 1),
            ("first" | "1st", "quarter") => (1, 2),
            ("second" | "2nd", "quarter") => (2, 2),
            ("third" | "3rd", "quarter") => (3, 2),
            ("fourth" | "4th", "quarter") => (4, 2),
            (word, _) => {
                let year = year_named(word).filter(|_| word.len() == 4)?;
                let led = i == 0
                    || matches!(
                        self.word(i - 1),
                        "in" | "of"
                            | "during"
                            | "year"
                            | "since"
                            | "for"
                            | "before"
                            | "after"
                            | "and"
                            | "from"
                            | "to"
                            | "until"
                            | "by"
                            | "between"
                    );
                return led.then_some((period(NaiveDate::from_ymd_opt(year, 1, 1)?, Grain::Year)?, 1));
            }
        };
        let mut at = i + n;
        at += self.skip(at, &["of", "in"]);
        if let Some(year) = year_named(self.word(at)) {
            return Some((quarter_of(year, quarter)?, at + 1 - i));
        }
        let year = match (self.word(at), self.word(at + 1)) {
            ("next", "year") => Some(today.year() + 1),
            ("last", "year") => Some(today.year() - 1),
            ("this", "year") => Some(today.year()),
            _ => None,
        };
        if let Some(year) = year {
            return Some((quarter_of(year, quarter)?, at + 2 - i));
        }
        Some((quarter_of(today.year(), quarter)?, n))
    }
}

fn add_working_days(from: NaiveDate, days: i64) -> Option<NaiveDate> {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        day = day.succ_opt()?;
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Some(day)
}

fn ordinal(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    digits.parse().ok().filter(|d| (1..=31).contains(d))
}

fn year_named(word: &str) -> Option<i32> {
    word.parse().ok().filter(|y| word.len() == 4 && (1990..=2100).contains(y))
}
