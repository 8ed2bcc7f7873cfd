//! Days that a heading names: "2026-03-04", "4 March 2026", "March 4, 2026".

use chrono::NaiveDate;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The first day that a heading names; none when it names none that there is.
#[must_use]
pub fn day(heading: &str) -> Option<NaiveDate> {
    let words: Vec<&str> =
        heading.split(|c: char| c.is_whitespace() || ",;:()[]".contains(c)).filter(|word| !word.is_empty()).collect();
    let written = words.iter().find_map(|word| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok());
    written
        .or_else(|| {
            words.windows(3).find_map(|three| {
                let [a, b, year] = three else { return None };
                let year: i32 = year.parse().ok().filter(|year| (1990..=2200).contains(year))?;
                let (day, month) = month(b).map(|m| (a, m)).or_else(|| month(a).map(|m| (b, m)))?;
                let day: u32 = day.trim_end_matches(|c: char| c.is_alphabetic() || c == '.').parse().ok()?;
                NaiveDate::from_ymd_opt(year, month, day)
            })
        })
        .filter(|day| (1990..=2200).contains(&chrono::Datelike::year(day)))
}

fn month(word: &str) -> Option<u32> {
    let lower = word.to_lowercase();
    let at = MONTHS.iter().position(|month| lower.starts_with(month))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_headings() {
        let day_of = |text| day(text).map(|d| d.to_string());
        assert_eq!(day_of("2026-03-04 Call with the board").as_deref(), Some("2026-03-04"));
        assert_eq!(day_of("Minutes, 4 March 2026").as_deref(), Some("2026-03-04"));
        assert_eq!(day_of("March 4th, 2026: pricing").as_deref(), Some("2026-03-04"));
        for none in ["Pricing", "31 February 2026", "Room 4 March", "1.2.3", "0001-01-01", ""] {
            assert_eq!(day_of(none), None, "{none}");
        }
    }
}
