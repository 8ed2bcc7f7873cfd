//! When a task comes round again: RFC 5545 rules (`FREQ=WEEKLY;BYDAY=MO`), counted in days.

use chrono::{Datelike, NaiveDate, NaiveTime, Utc};
use dealwright_kernel::{Error, Result};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};

/// The longest rule that is kept.
pub const MAX_LENGTH: usize = 300;

fn refused(why: impl std::fmt::Display) -> Error {
    Error::field("recurrence", "invalid_recurrence", format!("no rule of RFC 5545 that tasks can follow: {why}"))
}

/// A rule, counted from the day of its first occurrence; none when it ended before that.
#[derive(Debug)]
pub struct Recurrence(Option<RRuleSet>);

impl Recurrence {
    /// Reads a rule. Tasks come round by days or longer; times within a day mean nothing to them.
    ///
    /// # Errors
    /// 422 `invalid_recurrence` that says why.
    pub fn read(rule: &str, first: NaiveDate) -> Result<Self> {
        if rule.chars().count() > MAX_LENGTH {
            return Err(refused(format!("at most {MAX_LENGTH} characters")));
        }
        // The library cuts words by bytes.
        if !rule.chars().all(|c| c.is_ascii_alphanumeric() || "=;,+-".contains(c)) {
            return Err(refused("letters, digits and =;,+- alone"));
        }
        let rule: RRule<Unvalidated> = until_the_end_of_its_day(rule).parse().map_err(refused)?;
        let within_a_day = matches!(rule.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly);
        if within_a_day || !rule.get_by_hour().is_empty() || !rule.get_by_minute().is_empty() {
            return Err(refused("it repeats daily, weekly, monthly or yearly"));
        }
        if rule.get_interval() == 0 {
            return Err(refused("its interval is none"));
        }
        if rule.get_count() == Some(0) {
            return Err(refused("its count is none"));
        }
        let start = first.and_time(NaiveTime::MIN).and_local_timezone(Tz::UTC).single();
        let start = start.ok_or_else(|| refused("the first day is none"))?;
        if rule.get_until().is_some_and(|until| *until < start) {
            return Ok(Self(None));
        }
        Ok(Self(Some(rule.build(start).map_err(refused)?)))
    }

    /// The first day of the rule that is later than `due` and not before `today`; none when it has ended.
    #[must_use]
    pub fn next(&self, due: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
        let from = due.succ_opt()?.max(today);
        let from = from.and_time(NaiveTime::MIN).and_local_timezone(Utc).single()?.with_timezone(&Tz::UTC);
        // Bounded by the library, so that a rule without a day in it ends too.
        let found = self.0.clone()?.after(from).all(1).dates.into_iter().next()?;
        Some(found.date_naive()).filter(|day| day.year() <= 2200)
    }
}

/// A rule for tasks ends on a day (`UNTIL=20261231`), as RFC 5545 has it for what begins on one; the library wants a moment.
fn until_the_end_of_its_day(rule: &str) -> String {
    let parts = rule.split(';').map(|part| match part.split_once('=') {
        Some((name, day)) if name.eq_ignore_ascii_case("UNTIL") && day.len() == 8 => format!("UNTIL={day}T235959Z"),
        Some((name, at)) if name.eq_ignore_ascii_case("UNTIL") && at.len() == 15 => format!("UNTIL={at}Z"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

/// Says whether tasks can follow a rule, whenever they begin.
///
/// # Errors
/// 422 `invalid_recurrence`.
pub fn check(rule: &str) -> Result<()> {
    Recurrence::read(rule, NaiveDate::default()).map(|_| ())
}

/// Says whether a task that is due on a day can follow a rule from then on.
///
/// # Errors
/// 422 `invalid_recurrence`, also of a rule that is over by then.
pub fn check_from(rule: &str, first: NaiveDate) -> Result<()> {
    match Recurrence::read(rule, first)?.0 {
        Some(_) => Ok(()),
        None => Err(refused("it ends before the task is due")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_makes_it_panic(rule in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;(BYDAY|BYMONTH|BYMONTHDAY|COUNT|INTERVAL|UNTIL|BYSETPOS|WKST|BYYEARDAY|BYWEEKNO)=[-+,0-9A-Zé]{0,6}){0,3}|.{0,40})") {
            if let Ok(rule) = Recurrence::read(&rule, day("2026-11-23")) {
                let next = rule.next(day("2026-11-23"), day("2026-11-25"));
                prop_assert!(next.is_none_or(|next| next >= day("2026-11-25")));
            }
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn next(rule: &str, first: &str, due: &str, today: &str) -> Option<NaiveDate> {
        Recurrence::read(rule, day(first)).unwrap().next(day(due), day(today))
    }

    #[test]
    fn it_comes_round_by_its_rule_and_not_in_the_past() {
        // 2026-11-23 is a Monday.
        assert_eq!(next("FREQ=WEEKLY", "2026-11-23", "2026-11-23", "2026-11-23"), Some(day("2026-11-30")));
        assert_eq!(next("FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-23", "2026-11-23", "2026-11-20"), Some(day("2026-11-26")));
        assert_eq!(next("FREQ=DAILY", "2026-11-01", "2026-11-01", "2026-11-23"), Some(day("2026-11-23")));
        assert_eq!(
            next("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-11-30", "2026-11-30", "2026-11-30"),
            Some(day("2026-12-31"))
        );
        assert_eq!(next("FREQ=MONTHLY;BYDAY=1MO", "2026-11-02", "2026-11-02", "2026-11-02"), Some(day("2026-12-07")));
    }

    #[test]
    fn a_day_that_was_put_off_does_not_move_the_rest() {
        assert_eq!(next("FREQ=WEEKLY", "2026-11-23", "2026-11-25", "2026-11-25"), Some(day("2026-11-30")));
    }

    #[test]
    fn it_ends() {
        assert_eq!(next("FREQ=DAILY;COUNT=2", "2026-11-23", "2026-11-23", "2026-11-23"), Some(day("2026-11-24")));
        assert_eq!(next("FREQ=DAILY;COUNT=2", "2026-11-23", "2026-11-24", "2026-11-23"), None);
        assert_eq!(next("FREQ=WEEKLY;UNTIL=20261129T000000Z", "2026-11-23", "2026-11-23", "2026-11-23"), None);
        // The thirtieth of February.
        assert_eq!(next("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-11-23", "2026-11-23", "2026-11-23"), None);
    }

    #[test]
    fn the_day_on_which_it_ends_belongs_to_it() {
        for until in ["20261130", "20261130T000000", "20261130T000000Z", "20261130T235959Z"] {
            let rule = format!("FREQ=WEEKLY;UNTIL={until}");
            assert_eq!(next(&rule, "2026-11-23", "2026-11-23", "2026-11-23"), Some(day("2026-11-30")), "{rule}");
            assert_eq!(next(&rule, "2026-11-23", "2026-11-30", "2026-11-23"), None, "{rule}");
        }
        assert_eq!(next("freq=daily;until=20261123", "2026-11-23", "2026-11-23", "2026-11-23"), None);
    }

    #[test]
    fn a_rule_that_is_over_is_not_begun_and_keeps_nothing_from_being_finished() {
        let over = "FREQ=DAILY;UNTIL=20200101T000000Z";
        assert_eq!(next(over, "2026-11-23", "2026-11-23", "2026-11-23"), None);
        assert!(check(over).is_ok());
        let refused = check_from(over, day("2026-11-23")).unwrap_err();
        assert_eq!(refused.fields.first().map(|f| f.code.as_ref()), Some("invalid_recurrence"));
        assert!(check_from("FREQ=DAILY;UNTIL=20261123", day("2026-11-23")).is_ok());
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let wrong = [
            "",
            "weekly",
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=SOMETIMES",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=DAILY;COUNT=0",
        ];
        for rule in wrong {
            let refused = check(rule).expect_err(rule);
            assert_eq!(refused.fields.first().map(|f| f.code.as_ref()), Some("invalid_recurrence"), "{rule}");
        }
        assert!(check(&"X".repeat(301)).is_err());
    }
}
