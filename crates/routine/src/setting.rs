//! How an organisation sets a routine: whether it is on, when it comes, whom it tells and how.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;
use dealwright_access::Actor;
use dealwright_crm::record::Ref;
use dealwright_crm::working_hours::{Day, instant, minute};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::kind::Kind;

/// Roles, teams and people that can be named.
const MOST: usize = 200;

/// When a routine comes, in the time zone of whom it tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoutineSchedule)]
pub struct Schedule {
    #[schema(example = "07:00")]
    pub at: String,
    /// At least one day of the week.
    #[schema(max_items = 7)]
    pub days: Vec<Day>,
}

impl Schedule {
    /// The day whose time has come at `now`, if today is one of the days and it is late enough.
    #[must_use]
    pub fn due(&self, now: DateTime<Utc>, zone: Tz) -> Option<NaiveDate> {
        let day = now.with_timezone(&zone).date_naive();
        let at = instant(zone, day, minute(&self.at)?)?;
        (self.days.contains(&Day::of(day.weekday())) && at <= now).then_some(day)
    }

    fn check(&self) -> Result<()> {
        if minute(&self.at).is_none_or(|minute| minute >= 24 * 60) {
            return Err(Error::field("schedule.at", "invalid_value", "a time of the day, such as 07:00"));
        }
        if self.days.is_empty() || self.days.len() > 7 {
            return Err(Error::field("schedule.days", "required", "name one to seven days of the week"));
        }
        Ok(())
    }
}

/// Whom a routine tells. Each is told what they may see themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RoutineAudience)]
pub struct Audience {
    /// Everybody who may use the assistant.
    pub everyone: bool,
    #[schema(max_items = 200)]
    pub role_ids: Vec<Uuid>,
    /// With the teams below them.
    #[schema(max_items = 200)]
    pub team_ids: Vec<Uuid>,
    #[schema(max_items = 200)]
    pub user_ids: Vec<Uuid>,
}

impl Audience {
    /// Everybody.
    #[must_use]
    pub fn all() -> Self {
        Self { everyone: true, ..Self::default() }
    }

    /// Whether this person is among them.
    #[must_use]
    pub fn includes(&self, person: &Actor) -> bool {
        let roles: Vec<Uuid> = person.roles.iter().map(|(role, _)| *role).collect();
        // They, their team and those above it.
        self.admits(person.user.0, &roles, &person.principals)
    }

    /// The same of somebody with these roles, and whose team and the teams above it are these.
    #[must_use]
    pub fn admits(&self, user: Uuid, roles: &[Uuid], teams: &[Uuid]) -> bool {
        self.everyone
            || self.user_ids.contains(&user)
            || roles.iter().any(|role| self.role_ids.contains(role))
            || teams.iter().any(|team| self.team_ids.contains(team))
    }

    fn check(&self) -> Result<()> {
        let named = [("role_ids", &self.role_ids), ("team_ids", &self.team_ids), ("user_ids", &self.user_ids)];
        for (field, ids) in named {
            if ids.len() > MOST {
                return Err(Error::field(format!("audience.{field}"), "too_many", "at most 200"));
            }
        }
        if !self.everyone && named.iter().all(|(_, ids)| ids.is_empty()) {
            return Err(Error::field("audience", "required", "name everybody, or at least one role, team or person"));
        }
        Ok(())
    }
}

/// A routine as an organisation has set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub kind: Kind,
    pub active: bool,
    pub schedule: Option<Schedule>,
    pub audience: Audience,
    pub by_mail: bool,
    /// 0 while nobody has changed it.
    pub version: i64,
}

impl Setting {
    /// As the product comes: off, and for everybody once it is on.
    #[must_use]
    pub fn shipped(kind: Kind) -> Self {
        let schedule = kind.usual_schedule();
        Self { kind, active: false, schedule, audience: Audience::all(), by_mail: false, version: 0 }
    }
}

/// A routine as the API shows it, with what has come of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Routine {
    pub kind: Kind,
    #[schema(example = "Daily priorities")]
    pub name: String,
    /// What it does.
    pub about: String,
    pub active: bool,
    /// Null of one that waits for something to happen.
    pub schedule: Option<Schedule>,
    /// What sets it off, of one without a schedule.
    pub event: Option<String>,
    pub audience: Audience,
    /// The roles, teams and people of the audience by name.
    pub audience_names: Vec<Ref>,
    /// Results stand on Home in any case.
    pub by_mail: bool,
    pub last_run: Option<LastRun>,
    /// Of the last 30 days.
    pub figures: Figures,
    pub version: i64,
}

/// How a routine went the last time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoutineLastRun)]
pub struct LastRun {
    pub at: DateTime<Utc>,
    pub status: crate::run::Status,
    pub reason: Option<String>,
}

/// What has come of a routine.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = RoutineFigures)]
pub struct Figures {
    pub runs: i64,
    pub failed: i64,
    /// Things that were found.
    pub found: i64,
    pub proposals: i64,
    /// Of its proposals, those that were approved.
    pub approved: i64,
    /// Of the models that were asked.
    pub tokens: i64,
    /// Millionths of a dollar; nought while no model is asked.
    pub cost_micros: i64,
    /// The mean, in milliseconds.
    pub ms: i64,
    /// The mean of people's ratings from 1 to 5, to a tenth, as decimal text; null while nobody has rated it.
    pub rating: Option<String>,
    pub ratings: i64,
}

/// What is to be changed of a routine. What is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RoutinePatch)]
pub struct Patch {
    pub active: Option<bool>,
    pub schedule: Option<Schedule>,
    pub audience: Option<Audience>,
    pub by_mail: Option<bool>,
    /// Unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for Patch {
    fn validate(&self) -> Result<()> {
        self.schedule.as_ref().map_or(Ok(()), Schedule::check)?;
        self.audience.as_ref().map_or(Ok(()), Audience::check)
    }
}

impl Patch {
    /// The setting after the patch.
    ///
    /// # Errors
    /// 422 for a schedule of a routine that waits for something to happen.
    pub fn apply(self, old: &Setting) -> Result<Setting> {
        if self.schedule.is_some() && old.schedule.is_none() {
            let why = "this routine waits for something to happen and has no schedule";
            return Err(Error::field("schedule", "not_scheduled", why));
        }
        Ok(Setting {
            kind: old.kind,
            active: self.active.unwrap_or(old.active),
            schedule: self.schedule.or_else(|| old.schedule.clone()),
            audience: self.audience.unwrap_or_else(|| old.audience.clone()),
            by_mail: self.by_mail.unwrap_or(old.by_mail),
            version: old.version,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_has_come_from_then_until_midnight_where_the_person_is() {
        let schedule = Schedule { at: "07:00".into(), days: vec![Day::Mon] };
        let due = |now, zone: &str| schedule.due(at(now), zone.parse().unwrap()).map(|day| day.to_string());
        // 30 November 2026 is a Monday.
        assert_eq!(due("2026-11-30T05:59:00Z", "Europe/Berlin"), None);
        assert_eq!(due("2026-11-30T06:00:00Z", "Europe/Berlin"), Some("2026-11-30".into()));
        assert_eq!(due("2026-11-30T22:59:00Z", "Europe/Berlin"), Some("2026-11-30".into()));
        assert_eq!(due("2026-11-30T23:00:00Z", "Europe/Berlin"), None);
        assert_eq!(due("2026-11-29T23:30:00Z", "Asia/Tokyo"), Some("2026-11-30".into()));
    }

    #[test]
    fn what_could_never_come_is_refused() {
        let of = |at: &str, days: Vec<Day>| {
            let schedule = Some(Schedule { at: at.into(), days });
            Patch { schedule, ..Patch::default() }.validate().map_err(|e| e.fields[0].field.clone())
        };
        assert_eq!(of("07:00", vec![Day::Sun]), Ok(()));
        for wrong in ["7", "24:00", "25:00", ""] {
            assert_eq!(of(wrong, vec![Day::Sun]), Err("schedule.at".into()), "{wrong}");
        }
        assert_eq!(of("07:00", Vec::new()), Err("schedule.days".into()));
        let nobody = Patch { audience: Some(Audience::default()), ..Patch::default() };
        assert!(nobody.validate().is_err());
    }
}
