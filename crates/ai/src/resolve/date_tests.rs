//! The table of readings, all relative to Wednesday 2025-11-26.

use super::*;

fn calendar(order: DateOrder) -> Calendar {
    Calendar { today: NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), order, past: false }
}

fn read(words: &str) -> String {
    read_in(words, DateOrder::DayFirst)
}

fn read_in(words: &str, order: DateOrder) -> String {
    let end = |d: Option<NaiveDate>| d.map_or("…".to_owned(), |d| d.to_string());
    match find(words, &calendar(order)) {
        None => "-".to_owned(),
        Some(w) if w.from == w.to => end(w.from),
        Some(w) => format!("{}..{}", end(w.from), end(w.to)),
    }
}

#[test]
fn single_days() {
    for (words, expected) in [
        ("today", "2025-11-26"),
        ("tomorrow", "2025-11-27"),
        ("yesterday", "2025-11-25"),
        ("the day after tomorrow", "2025-11-28"),
        ("Friday", "2025-11-28"),
        ("on Friday", "2025-11-28"),
        ("this Friday", "2025-11-28"),
        ("next Friday", "2025-12-05"),
        ("next Wednesday", "2025-12-03"),
        ("Wednesday", "2025-12-03"),
        ("Monday", "2025-12-01"),
        ("next Monday", "2025-12-01"),
        ("last Monday", "2025-11-24"),
        ("last Friday", "2025-11-21"),
        ("Friday next week", "2025-12-05"),
        ("in two weeks", "2025-12-10"),
        ("in 3 days", "2025-11-29"),
        ("in a month", "2025-12-26"),
        ("in a couple of weeks", "2025-12-10"),
        ("in a fortnight", "2025-12-10"),
        ("in 2 weeks' time", "2025-12-10"),
        ("in 5 business days", "2025-12-03"),
        ("a week from now", "2025-12-03"),
        ("10 days from today", "2025-12-06"),
        ("3 weeks ago", "2025-11-05"),
        ("end of quarter", "2025-12-31"),
        ("end of the month", "2025-11-30"),
        ("by the end of next month", "…..2025-12-31"),
        ("end of next quarter", "2026-03-31"),
        ("start of next month", "2025-12-01"),
        ("month end", "2025-11-30"),
        ("EOQ", "2025-12-31"),
        ("end of year", "2025-12-31"),
        ("end of January", "2026-01-31"),
        ("end of Q1", "2025-03-31"),
        ("2025-12-05", "2025-12-05"),
        ("30 Nov", "2025-11-30"),
        ("Nov 30", "2025-11-30"),
        ("30th of November 2024", "2024-11-30"),
        ("December 3rd, 2026", "2026-12-03"),
        ("1 March", "2026-03-01"),
        ("the 15th", "2025-12-15"),
        ("the 30th", "2025-11-30"),
        ("the 15th of next month", "2025-12-15"),
        ("5.12.2025", "2025-12-05"),
        ("31/12", "2025-12-31"),
        ("29 Feb", "2028-02-29"),
    ] {
        assert_eq!(read(words), expected, "{words}");
    }
}

#[test]
fn order_of_day_and_month_follows_the_locale() {
    assert_eq!(read_in("12/03", DateOrder::DayFirst), "2026-03-12");
    assert_eq!(read_in("12/03", DateOrder::MonthFirst), "2025-12-03");
    assert_eq!(read_in("30/11/2025", DateOrder::MonthFirst), "2025-11-30");
    assert_eq!(read_in("11/30/25", DateOrder::DayFirst), "2025-11-30");
    assert_eq!(read_in("2025/12/05", DateOrder::YearFirst), "2025-12-05");
}

#[test]
fn of_what_lies_behind() {
    let calendar = Calendar { past: true, ..calendar(DateOrder::DayFirst) };
    for (words, from) in [
        ("in October", "2025-10-01"),
        ("in December", "2024-12-01"),
        ("on Friday", "2025-11-21"),
        ("12/03", "2025-03-12"),
    ] {
        assert_eq!(find(words, &calendar).unwrap().from.unwrap().to_string(), from, "{words}");
    }
}

#[test]
fn periods() {
    for (words, expected) in [
        ("this week", "2025-11-24..2025-11-30"),
        ("next week", "2025-12-01..2025-12-07"),
        ("this month", "2025-11-01..2025-11-30"),
        ("last month", "2025-10-01..2025-10-31"),
        ("this quarter", "2025-10-01..2025-12-31"),
        ("next quarter", "2026-01-01..2026-03-31"),
        ("last year", "2024-01-01..2024-12-31"),
        ("Q1", "2025-01-01..2025-03-31"),
        ("Q3 2017", "2017-07-01..2017-09-30"),
        ("Q1 next year", "2026-01-01..2026-03-31"),
        ("first quarter of 2017", "2017-01-01..2017-03-31"),
        ("in November", "2025-11-01..2025-11-30"),
        ("in March", "2026-03-01..2026-03-31"),
        ("November 2017", "2017-11-01..2017-11-30"),
        ("last March", "2025-03-01..2025-03-31"),
        ("in 2017", "2017-01-01..2017-12-31"),
        ("the last 30 days", "2025-10-27..2025-11-26"),
        ("in the past 2 weeks", "2025-11-12..2025-11-26"),
        ("the next 14 days", "2025-11-26..2025-12-10"),
        ("within 30 days", "2025-11-26..2025-12-26"),
        ("since October", "2025-10-01..…"),
        ("since 1 October 2025", "2025-10-01..…"),
        ("from Q2 2017", "2017-04-01..2017-06-30"),
        ("from 1 October 2025", "2025-10-01..…"),
        ("before December", "…..2025-11-30"),
        ("after 2025-12-05", "2025-12-06..…"),
        ("by Friday", "…..2025-11-28"),
        ("between 1 Dec and 15 Dec", "2025-12-01..2025-12-15"),
        ("from January to March 2026", "2026-01-01..2026-03-31"),
        ("between October and December 2017", "2017-10-01..2017-12-31"),
        ("from November to January 2017", "2016-11-01..2017-01-31"),
        ("this year to date", "2025-01-01..2025-11-26"),
    ] {
        assert_eq!(read(words), expected, "{words}");
    }
}

#[test]
fn words_that_are_no_dates() {
    for words in [
        "the Isdom deal",
        "may I see",
        "more than 60 days",
        "50k",
        "we march on",
        "5 deals",
        "in Engaging",
        "GTX 500",
        "",
    ] {
        assert_eq!(read(words), "-", "{words}");
    }
}

#[test]
fn a_task_and_a_close_date_take_the_sensible_end() {
    let calendar = calendar(DateOrder::DayFirst);
    let due = |words| find(words, &calendar).unwrap().due(calendar.today).unwrap().to_string();
    assert_eq!(due("next week"), "2025-12-01");
    assert_eq!(due("this week"), "2025-11-30");
    assert_eq!(due("by Friday"), "2025-11-28");
    assert_eq!(due("next month"), "2025-12-01");
    let deadline = |words| find(words, &calendar).unwrap().deadline().unwrap().to_string();
    assert_eq!(deadline("next month"), "2025-12-31");
    assert_eq!(deadline("Q1 2026"), "2026-03-31");
    assert_eq!(deadline("tomorrow"), "2025-11-27");
}

proptest::proptest! {
    #[test]
    fn what_is_written_is_read_back(days in 0u64..3000) {
        let day = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Days::new(days);
        let month_first = calendar(DateOrder::MonthFirst);
        let day_first = calendar(DateOrder::DayFirst);
        for (form, calendar) in [("%Y-%m-%d", day_first), ("%d/%m/%Y", day_first), ("%m/%d/%Y", month_first), ("%d.%m.%Y", day_first), ("%-d %B %Y", day_first), ("%b %-d, %Y", month_first), ("%B %-d %Y", day_first)] {
            let words = day.format(form).to_string();
            proptest::prop_assert_eq!(find(&words, &calendar), Some(When::day(day)), "{}", words);
        }
    }

    #[test]
    fn never_panics_and_never_turns_a_range_around(words in "[a-z0-9 ./-]{0,40}") {
        if let Some(When { from: Some(from), to: Some(to), .. }) = find(&words, &calendar(DateOrder::DayFirst)) {
            proptest::prop_assert!(from <= to);
        }
    }
}
