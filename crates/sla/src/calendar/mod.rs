//! Calendars that service levels count by: the hours of a working week in a time zone, and holidays.
//!
//! Here are the types; `clock` reckons with them, `store` holds the SQL, `http` the endpoints.

pub mod clock;
pub mod http;
pub mod store;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_crm::record::Texts;
use dealwright_crm::working_hours::{Day, minute};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::SlaCalendarId;
use dealwright_kernel::{Patch, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::clock::{Clock, Hours, Span};

/// Calendars of an organisation.
pub const MAX_CALENDARS: i64 = 50;
const MAX_HOLIDAYS: usize = 1_000;
const MAX_SPANS: usize = 6;

/// A part of a working day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaHours {
    #[schema(example = "09:00")]
    pub from: String,
    /// After `from`, on the same day; at most `24:00`.
    #[schema(example = "17:00")]
    pub until: String,
}

/// The hours of each day of the week; a day without any is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlaWeek {
    #[schema(max_items = 6)]
    pub mon: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub tue: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub wed: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub thu: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub fri: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub sat: Vec<SlaHours>,
    #[schema(max_items = 6)]
    pub sun: Vec<SlaHours>,
}

impl SlaWeek {
    /// The hours of a day.
    #[must_use]
    pub fn of(&self, day: Day) -> &[SlaHours] {
        match day {
            Day::Mon => &self.mon,
            Day::Tue => &self.tue,
            Day::Wed => &self.wed,
            Day::Thu => &self.thu,
            Day::Fri => &self.fri,
            Day::Sat => &self.sat,
            Day::Sun => &self.sun,
        }
    }
}

/// A day that is not as its day of the week is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaHoliday {
    pub date: NaiveDate,
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The hours worked all the same; none when it is free.
    #[serde(default)]
    #[schema(max_items = 6)]
    pub hours: Vec<SlaHours>,
}

/// What can be written of a calendar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fields {
    pub name: String,
    pub time_zone: Option<String>,
    pub week: SlaWeek,
    pub holidays: Vec<SlaHoliday>,
}

/// A calendar.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaCalendar {
    pub id: SlaCalendarId,
    pub name: String,
    /// Null for the organisation's.
    pub time_zone: Option<String>,
    /// The zone in which it counts.
    pub effective_time_zone: String,
    pub week: SlaWeek,
    /// By date.
    pub holidays: Vec<SlaHoliday>,
    /// Minutes of a working day, in the mean of those of the week: what a target in days means.
    pub day_minutes: i64,
    /// Rules that count by it.
    pub used_by: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl SlaCalendar {
    /// The writable part.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields {
            name: self.name.clone(),
            time_zone: self.time_zone.clone(),
            week: self.week.clone(),
            holidays: self.holidays.clone(),
        }
    }

    /// An event about this calendar.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "sla_calendar", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("sla_calendar.{verb}"), subject)
    }
}

fn spans(hours: &[SlaHours]) -> Vec<Span> {
    let read = |h: &SlaHours| Some(Span { from: minute(&h.from)?, until: minute(&h.until)? });
    let mut spans: Vec<Span> = hours.iter().filter_map(read).collect();
    spans.sort_unstable_by_key(|span| span.from);
    spans
}

/// The clock of a calendar.
#[must_use]
pub fn clock_of(time_zone: Option<&str>, week: &SlaWeek, holidays: &[SlaHoliday]) -> Clock {
    let zone = dealwright_crm::working_hours::zone(time_zone);
    let week = Day::ALL.map(|day| spans(week.of(day)));
    let holidays = holidays.iter().map(|holiday| (holiday.date, spans(&holiday.hours))).collect();
    Clock::Hours(Box::new(Hours { zone, week, holidays }))
}

/// A new calendar.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSlaCalendar {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// A name such as `Europe/Berlin`; the organisation's when absent.
    #[serde(default)]
    pub time_zone: Option<String>,
    pub week: SlaWeek,
    #[serde(default)]
    #[schema(max_items = 1000)]
    pub holidays: Vec<SlaHoliday>,
}

impl Validate for NewSlaCalendar {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 200);
        check_zone(&mut wrong, self.time_zone.as_deref());
        check_week(&mut wrong, &self.week);
        check_holidays(&mut wrong, &self.holidays);
        wrong.finish()
    }
}

impl NewSlaCalendar {
    /// The fields of the new calendar.
    #[must_use]
    pub fn fields(self) -> Fields {
        Fields {
            name: self.name.trim().to_owned(),
            time_zone: self.time_zone,
            week: self.week,
            holidays: in_order(self.holidays),
        }
    }
}

/// A change of a calendar: what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SlaCalendarPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(value_type = Option<String>)]
    pub time_zone: Patch<String>,
    pub week: Option<SlaWeek>,
    #[schema(max_items = 1000)]
    pub holidays: Option<Vec<SlaHoliday>>,
}

impl Validate for SlaCalendarPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        if let Patch::Value(zone) = &self.time_zone {
            check_zone(&mut wrong, Some(zone));
        }
        if let Some(week) = &self.week {
            check_week(&mut wrong, week);
        }
        if let Some(holidays) = &self.holidays {
            check_holidays(&mut wrong, holidays);
        }
        wrong.finish()
    }
}

impl SlaCalendarPatch {
    /// The fields after this patch.
    #[must_use]
    pub fn apply(self, old: &Fields) -> Fields {
        Fields {
            name: self.name.map_or_else(|| old.name.clone(), |name| name.trim().to_owned()),
            time_zone: self.time_zone.apply(old.time_zone.clone()),
            week: self.week.unwrap_or_else(|| old.week.clone()),
            holidays: self.holidays.map_or_else(|| old.holidays.clone(), in_order),
        }
    }
}

fn in_order(mut holidays: Vec<SlaHoliday>) -> Vec<SlaHoliday> {
    for holiday in &mut holidays {
        holiday.name = holiday.name.trim().to_owned();
    }
    holidays.sort_by_key(|holiday| holiday.date);
    holidays
}

fn check_zone(wrong: &mut Texts, zone: Option<&str>) {
    if zone.is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
        wrong.push("time_zone", "invalid_value", "a time zone such as Europe/Berlin");
    }
}

fn check_week(wrong: &mut Texts, week: &SlaWeek) {
    for day in Day::ALL {
        check_hours(wrong, "week", week.of(day));
    }
    if Day::ALL.into_iter().all(|day| week.of(day).is_empty()) {
        wrong.push("week", "required", "at least one day has working hours");
    }
}

fn check_hours(wrong: &mut Texts, field: &str, hours: &[SlaHours]) {
    if hours.len() > MAX_SPANS {
        wrong.push(field, "too_many", format!("at most {MAX_SPANS} parts a day"));
    }
    let fits = |h: &SlaHours| match (minute(&h.from), minute(&h.until)) {
        (Some(from), Some(until)) => from < until,
        (None, _) | (_, None) => false,
    };
    if !hours.iter().all(fits) {
        wrong.push(field, "invalid_value", "hours such as 09:00 to 17:00, within one day");
    }
    if spans(hours).windows(2).any(|pair| matches!(pair, [a, b] if b.from < a.until)) {
        wrong.push(field, "invalid_value", "hours of a day do not overlap");
    }
}

fn check_holidays(wrong: &mut Texts, holidays: &[SlaHoliday]) {
    if holidays.len() > MAX_HOLIDAYS {
        wrong.push("holidays", "too_many", format!("at most {MAX_HOLIDAYS} holidays"));
        return;
    }
    for holiday in holidays {
        wrong.required("holidays", &holiday.name, 200);
        wrong.date("holidays", Some(holiday.date));
        check_hours(wrong, "holidays", &holiday.hours);
    }
    let dates: std::collections::BTreeSet<NaiveDate> = holidays.iter().map(|holiday| holiday.date).collect();
    if dates.len() != holidays.len() {
        wrong.push("holidays", "invalid_value", "a day is a holiday once");
    }
}
