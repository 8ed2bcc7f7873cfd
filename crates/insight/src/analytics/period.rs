//! Spans of days, and the span before.

use chrono::{Datelike, Months, NaiveDate, TimeDelta};

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// The span of the same length that ends the day before: of whole months so many whole months, else so many days.
    #[must_use]
    pub fn before(self) -> Self {
        let to = self.from.pred_opt().unwrap_or(self.from);
        let next = self.to.succ_opt().unwrap_or(self.to);
        let from = if self.from.day() == 1 && next.day() == 1 {
            let months = (next.year() - self.from.year()) * 12 + i32::try_from(next.month()).unwrap_or(0)
                - i32::try_from(self.from.month()).unwrap_or(0);
            self.from.checked_sub_months(Months::new(u32::try_from(months).unwrap_or(0)))
        } else {
            self.from.checked_sub_signed(TimeDelta::days((next - self.from).num_days()))
        };
        Self { from: from.unwrap_or(self.from), to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_months_come_before_whole_months() {
        let before = |from: &str, to: &str| {
            let period = Period { from: from.parse().unwrap(), to: to.parse().unwrap() }.before();
            format!("{}..{}", period.from, period.to)
        };
        assert_eq!(before("2026-10-01", "2026-12-31"), "2026-07-01..2026-09-30");
        assert_eq!(before("2026-03-01", "2026-03-31"), "2026-02-01..2026-02-28");
        assert_eq!(before("2026-01-01", "2026-12-31"), "2025-01-01..2025-12-31");
        assert_eq!(before("2026-11-10", "2026-11-19"), "2026-10-31..2026-11-09");
    }
}
