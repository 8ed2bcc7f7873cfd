//! The few words that some fields take, from what other systems call them; and durations.

use super::matching::compact;

/// A closed set of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// What happened, or that it is a task: `note`, `call`, `email`, `meeting`, `task`.
    Kind,
    /// `low`, `normal`, `high`.
    Priority,
    /// `done` or `open`.
    Status,
    /// `in`, `out`; what is neither is empty.
    Direction,
}

impl Vocabulary {
    /// The word meant by `raw`.
    #[must_use]
    pub fn read(self, raw: &str) -> Option<&'static str> {
        let said = compact(raw);
        let rows: &[(&str, &[&str])] = match self {
            Self::Kind => KINDS,
            Self::Priority => PRIORITIES,
            Self::Status => STATUSES,
            Self::Direction => DIRECTIONS,
        };
        rows.iter().find(|(_, names)| names.contains(&said.as_str())).map(|(word, _)| *word)
    }
}

const KINDS: &[(&str, &[&str])] = &[
    ("note", &["note", "notes", "comment", "memo", "letter"]),
    (
        "call",
        &[
            "call",
            "calls",
            "phonecall",
            "telephone",
            "phone",
            "coldcall",
            "loggedcall",
            "outboundcall",
            "inboundcall",
            "voicemail",
        ],
    ),
    (
        "email",
        &[
            "email",
            "emails",
            "mail",
            "listemail",
            "incomingemail",
            "outgoingemail",
            "forwardedemail",
            "emailin",
            "emailout",
        ],
    ),
    (
        "meeting",
        &[
            "meeting",
            "meetings",
            "event",
            "events",
            "appointment",
            "lunch",
            "demo",
            "visit",
            "videocall",
            "presentation",
            "workshop",
        ],
    ),
    ("task", &["task", "tasks", "todo", "deadline", "reminder", "followup", "linkedintask", "linkedin", "other"]),
];

const PRIORITIES: &[(&str, &[&str])] = &[
    ("high", &["high", "highest", "urgent", "critical", "hot", "1"]),
    ("normal", &["normal", "medium", "none", "standard", "2"]),
    ("low", &["low", "lowest", "3"]),
];

const STATUSES: &[(&str, &[&str])] = &[
    (
        "done",
        &[
            "done",
            "completed",
            "complete",
            "closed",
            "finished",
            "held",
            "resolved",
            "true",
            "yes",
            "1",
            "x",
            "attended",
            "sent",
        ],
    ),
    (
        "open",
        &[
            "open",
            "todo",
            "notstarted",
            "inprogress",
            "waiting",
            "waitingonsomeoneelse",
            "waitingforinput",
            "waitingoninput",
            "deferred",
            "pending",
            "planned",
            "scheduled",
            "overdue",
            "notdone",
            "notcompleted",
            "false",
            "no",
            "0",
            "new",
        ],
    ),
];

const DIRECTIONS: &[(&str, &[&str])] = &[
    ("in", &["in", "inbound", "incoming", "received", "incomingemail", "missed"]),
    ("out", &["out", "outbound", "outgoing", "sent", "email", "dialled", "dialed", "forwardedemail"]),
    ("", &["internal", "none", "unknown"]),
];

/// What a bare number of a duration counts, by its column's folded header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Minutes,
    Seconds,
    Milliseconds,
    /// Minutes; and two numbers are minutes and seconds, as telephones show them.
    Telephone,
}

impl Unit {
    #[must_use]
    pub fn of_header(folded: &str) -> Self {
        if folded.contains("millisecond") || folded.ends_with("ms") {
            Self::Milliseconds
        } else if folded.contains("second") {
            Self::Seconds
        } else if folded.starts_with("call") {
            Self::Telephone
        } else {
            Self::Minutes
        }
    }
}

/// Whole minutes, rounded up, from `90`, `1:30`, `0:05:12`, `45 min` or `1 h 30 min`.
#[must_use]
pub fn minutes(raw: &str, unit: Unit) -> Option<i64> {
    let seconds = seconds(raw.trim(), unit)?;
    Some(seconds.checked_add(59)? / 60).filter(|minutes| (0..=100_000).contains(minutes))
}

fn seconds(raw: &str, unit: Unit) -> Option<i64> {
    if raw.contains(':') {
        let parts: Vec<i64> =
            raw.split(':').map(|part| part.trim().parse::<u32>().map(i64::from)).collect::<Result<_, _>>().ok()?;
        return match (parts.as_slice(), unit) {
            ([minutes, seconds], Unit::Telephone) => Some(minutes * 60 + seconds),
            ([hours, minutes], _) => Some(hours * 3600 + minutes * 60),
            ([hours, minutes, seconds], _) => Some(hours * 3600 + minutes * 60 + seconds),
            _ => None,
        };
    }
    if raw.chars().any(char::is_alphabetic) {
        return spelled(raw);
    }
    let number: f64 = raw.parse().ok().filter(|number| (0.0..=1e12).contains(number))?;
    let per = match unit {
        Unit::Minutes | Unit::Telephone => 60.0,
        Unit::Seconds => 1.0,
        Unit::Milliseconds => 0.001,
    };
    whole(number * per)
}

/// `1 h 30 min`, `2 hours`, `45m`.
fn spelled(raw: &str) -> Option<i64> {
    let (mut total, mut digits, mut word, mut any) = (0.0, String::new(), String::new(), false);
    for character in raw.to_lowercase().chars().chain([' ', '0']) {
        if character.is_ascii_digit() || character == '.' {
            if !word.is_empty() {
                let per = match word.as_str() {
                    "h" | "hr" | "hrs" | "hour" | "hours" | "std" => 3600.0,
                    "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
                    "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
                    _ => return None,
                };
                total += digits.parse::<f64>().ok()? * per;
                any = true;
                digits.clear();
                word.clear();
            }
            digits.push(character);
        } else if character.is_alphabetic() {
            word.push(character);
        }
    }
    if any { whole(total) } else { None }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "within bounds that a whole number has")]
fn whole(seconds: f64) -> Option<i64> {
    (0.0..=1e10).contains(&seconds).then(|| seconds.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_systems() {
        for (vocabulary, raw, word) in [
            (Vocabulary::Kind, "Call", Some("call")),
            (Vocabulary::Kind, "INCOMING_EMAIL", Some("email")),
            (Vocabulary::Kind, "Deadline", Some("task")),
            (Vocabulary::Kind, "Yodel", None),
            (Vocabulary::Priority, "Medium", Some("normal")),
            (Vocabulary::Status, "Waiting on someone else", Some("open")),
            (Vocabulary::Status, "COMPLETED", Some("done")),
            (Vocabulary::Direction, "Outbound", Some("out")),
            (Vocabulary::Direction, "Internal", Some("")),
        ] {
            assert_eq!(vocabulary.read(raw), word, "{raw}");
        }
    }

    #[test]
    fn durations_as_they_are_written() {
        for (raw, header, minutes_said) in [
            ("90", "durationinminutes", Some(90)),
            ("312", "calldurationinseconds", Some(6)),
            ("312000", "calldurationmilliseconds", Some(6)),
            ("0:05:12", "callduration", Some(6)),
            ("05:12", "callduration", Some(6)),
            ("01:30", "activityduration", Some(90)),
            ("1 h 30 min", "duration", Some(90)),
            ("45m", "duration", Some(45)),
            ("0", "duration", Some(0)),
            ("soon", "duration", None),
            ("-5", "duration", None),
            ("1:2:3:4", "duration", None),
            ("99999999999999", "duration", None),
            ("NaN", "duration", None),
        ] {
            assert_eq!(minutes(raw, Unit::of_header(header)), minutes_said, "{raw} {header}");
        }
    }
}
