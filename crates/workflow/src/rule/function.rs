//! The functions of rules: what each takes and gives, and how an editor offers it.

use super::eval::Function;
use super::value::Kind;

/// What a function takes.
#[derive(Clone, Copy, Debug)]
pub enum Takes {
    Any,
    Text,
    Sized,
    Number,
    Int,
    Day,
}

impl Takes {
    #[must_use]
    pub const fn accepts(self, kind: &Kind) -> bool {
        match (self, kind) {
            (_, Kind::Missing) | (Self::Any, _) => true,
            (Self::Text, kind) => matches!(kind, Kind::Text),
            (Self::Sized, kind) => matches!(kind, Kind::Text | Kind::List(_)),
            (Self::Number, kind) => kind.is_numeric(),
            (Self::Int, kind) => matches!(kind, Kind::Int),
            (Self::Day, kind) => matches!(kind, Kind::Date | Kind::Timestamp),
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "string",
            Self::Sized => "string or list",
            Self::Number => "a number",
            Self::Int => "int",
            Self::Day => "date or timestamp",
        }
    }
}

/// Name, what it does, what it takes, what it gives. `matches`, `date("…")` and the like are the checker's.
pub const FUNCTIONS: &[(&str, Function, &[Takes], Kind)] = &[
    ("size", Function::Size, &[Takes::Sized], Kind::Int),
    ("has", Function::Has, &[Takes::Any], Kind::Bool),
    ("contains", Function::Contains, &[Takes::Text, Takes::Text], Kind::Bool),
    ("startsWith", Function::StartsWith, &[Takes::Text, Takes::Text], Kind::Bool),
    ("endsWith", Function::EndsWith, &[Takes::Text, Takes::Text], Kind::Bool),
    ("lowerAscii", Function::Lower, &[Takes::Text], Kind::Text),
    ("upperAscii", Function::Upper, &[Takes::Text], Kind::Text),
    ("trim", Function::Trim, &[Takes::Text], Kind::Text),
    ("date", Function::Date, &[Takes::Day], Kind::Date),
    ("days", Function::Days, &[Takes::Int], Kind::Duration),
    ("int", Function::Int, &[Takes::Number], Kind::Int),
    ("double", Function::Number, &[Takes::Number], Kind::Number),
    ("getFullYear", Function::Year, &[Takes::Day], Kind::Int),
    ("getMonth", Function::Month, &[Takes::Day], Kind::Int),
    ("getDayOfMonth", Function::DayOfMonth, &[Takes::Day], Kind::Int),
    ("getDayOfWeek", Function::DayOfWeek, &[Takes::Day], Kind::Int),
];

/// A function as an editor offers it: name, how it is called, what it gives.
#[must_use]
pub fn functions() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("has", "has(amount)", "Whether there is a value"),
        ("size", "size(name)", "Characters of a string, items of a list"),
        ("contains", "next_step.contains(\"call\")", "Whether text holds other text"),
        ("startsWith", "phone.startsWith(\"+\")", "Whether text begins so"),
        ("endsWith", "email.endsWith(\".com\")", "Whether text ends so"),
        ("matches", "external_id.matches(\"^[A-Z]{2}-[0-9]+$\")", "Whether text matches a regular expression"),
        ("lowerAscii", "name.lowerAscii()", "The text in small letters"),
        ("upperAscii", "name.upperAscii()", "The text in capitals"),
        ("trim", "name.trim()", "The text without space around it"),
        ("exists", "tags.exists(tag, tag.startsWith(\"q\"))", "Whether it holds for some item"),
        ("all", "tags.all(tag, size(tag) > 2)", "Whether it holds for every item"),
        ("exists_one", "tags.exists_one(tag, tag == \"hot\")", "Whether it holds for exactly one item"),
        ("filter", "size(tags.filter(tag, tag != \"old\")) > 0", "The items it holds for"),
        ("map", "\"hot\" in tags.map(tag, tag.lowerAscii())", "What becomes of each item"),
        ("date", "close_date <= date(\"2026-12-31\")", "A date, or the day of a timestamp"),
        ("days", "close_date <= today + days(90)", "A number of days"),
        ("duration", "duration(\"36h\")", "Hours, minutes and seconds"),
        ("timestamp", "timestamp(\"2026-12-31T12:00:00Z\")", "A moment"),
        ("int", "int(amount)", "A number without its fraction"),
        ("double", "double(probability) / 3.0", "A number with a fraction"),
        ("getFullYear", "close_date.getFullYear()", "The year"),
        ("getMonth", "close_date.getMonth()", "The month, January being 0"),
        ("getDayOfMonth", "close_date.getDayOfMonth()", "The day of the month, the first being 0"),
        ("getDayOfWeek", "close_date.getDayOfWeek()", "The day of the week, Sunday being 0"),
    ]
}
