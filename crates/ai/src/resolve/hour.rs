//! Turns words about the hour into a time: "at 3 pm", "15:30", "noon", "at 10 o'clock".
//!
//! An hour from 1 to 6 without "am" or "pm" is in the afternoon: nobody means the night when they speak of work.

use chrono::NaiveTime;

/// The time that words say; none when they say none.
#[must_use]
pub fn read(words: &str) -> Option<NaiveTime> {
    let words = words.trim().to_lowercase();
    let words = words.strip_prefix("at ").unwrap_or(&words).trim();
    match words {
        "noon" | "midday" => return NaiveTime::from_hms_opt(12, 0, 0),
        _ => {}
    }
    let (words, half) = match words.strip_suffix("pm").or_else(|| words.strip_suffix("p.m.")) {
        Some(rest) => (rest, Some(12)),
        None => match words.strip_suffix("am").or_else(|| words.strip_suffix("a.m.")) {
            Some(rest) => (rest, Some(0)),
            None => (words.strip_suffix("o'clock").unwrap_or(words), None),
        },
    };
    let (hour, minute) = match words.trim().split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute.parse().ok()?),
        Some(_) => return None,
        None => (words.trim(), 0),
    };
    let spoken = hour.len() == 1;
    let hour: u32 = hour.parse().ok()?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None if spoken && (1..=6).contains(&hour) => hour + 12,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_say_them() {
        for (words, hour, minute) in [
            ("at 3 pm", 15, 0),
            ("3pm", 15, 0),
            ("at 3", 15, 0),
            ("at 9", 9, 0),
            ("15:30", 15, 30),
            ("at 03:00", 3, 0),
            ("12 am", 0, 0),
            ("12:15 pm", 12, 15),
            ("noon", 12, 0),
            ("10 o'clock", 10, 0),
            ("8.45", 8, 45),
        ] {
            assert_eq!(read(words), NaiveTime::from_hms_opt(hour, minute, 0), "{words}");
        }
        for words in ["", "at", "25:00", "13 pm", "3:5", "soon", "at -1", "99999999999"] {
            assert_eq!(read(words), None, "{words}");
        }
    }
}
