//! The SQL of calendars.

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::SlaCalendarId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;

use super::{Fields, MAX_CALENDARS, SlaCalendar, clock_of};

struct Row {
    id: SlaCalendarId,
    name: String,
    time_zone: Option<String>,
    organisation_zone: Option<String>,
    week: Value,
    holidays: Value,
    used_by: i64,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_calendar(self) -> Result<SlaCalendar> {
        let zone = self.time_zone.as_deref().or(self.organisation_zone.as_deref());
        let effective_time_zone = dealwright_crm::working_hours::zone(zone).name().to_owned();
        let week = serde_json::from_value(self.week).map_err(Error::internal)?;
        Ok(SlaCalendar {
            id: self.id,
            name: self.name,
            day_minutes: clock_of(zone, &week, &[]).day().num_minutes(),
            time_zone: self.time_zone,
            effective_time_zone,
            week,
            holidays: serde_json::from_value(self.holidays).map_err(Error::internal)?,
            used_by: self.used_by,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// All calendars by name, or one of them.
pub async fn list(tx: &mut Tx, id: Option<SlaCalendarId>) -> Result<Vec<SlaCalendar>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "id: SlaCalendarId", c.name, c.time_zone, o.time_zone as organisation_zone, c.week, c.holidays,
                  (select count(*) from sla_rule r where r.org_id = c.org_id and r.calendar_id = c.id and r.deleted_at is null) as "used_by!",
                  c.version, c.created_at, c.updated_at
           from sla_calendar c join organisation o on o.id = c.org_id
           where c.org_id = $1 and ($2::uuid is null or c.id = $2) order by lower(c.name), c.id"#,
        tx.org().0,
        id.map(|id| id.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_calendar).collect()
}

fn taken() -> Error {
    Error::conflict("calendar_name_taken", "there is a calendar of this name already").on("name")
}

fn json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// Adds a calendar at version 1.
///
/// # Errors
/// 409 `calendar_name_taken`; 422 `too_many_calendars`.
pub async fn insert(tx: &mut Tx, id: SlaCalendarId, f: &Fields) -> Result<()> {
    let (org, now, week, holidays) = (tx.org().0, tx.now(), json(&f.week)?, json(&f.holidays)?);
    let added = sqlx::query!(
        "insert into sla_calendar (org_id, id, name, time_zone, week, holidays, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $7 where (select count(*) from sla_calendar where org_id = $1) < $8",
        org,
        id.0,
        f.name,
        f.time_zone,
        week,
        holidays,
        now,
        MAX_CALENDARS,
    )
    .execute(tx.db())
    .await
    .on_constraint("sla_calendar_name_key", taken)?;
    if added.rows_affected() == 0 {
        let detail = format!("an organisation has at most {MAX_CALENDARS} calendars");
        return Err(Error::invalid("too_many_calendars", detail));
    }
    Ok(())
}

/// Writes the fields if the calendar is still at `version`; false when it is not.
///
/// # Errors
/// 409 `calendar_name_taken`.
pub async fn update(tx: &mut Tx, id: SlaCalendarId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now, week, holidays) = (tx.org().0, tx.now(), json(&f.week)?, json(&f.holidays)?);
    let written = sqlx::query!(
        "update sla_calendar set name = $4, time_zone = $5, week = $6, holidays = $7, updated_at = $8, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.time_zone,
        week,
        holidays,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("sla_calendar_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a calendar that stands at `version`; false when it does not.
///
/// # Errors
/// 409 `calendar_in_use` while a rule counts by it.
pub async fn delete(tx: &mut Tx, id: SlaCalendarId, version: i64) -> Result<bool> {
    let used = || Error::conflict("calendar_in_use", "a rule counts by this calendar; give it another one first");
    // What a deleted rule counted by is of no use to it any more.
    sqlx::query!(
        "update sla_rule set calendar_id = null where org_id = $1 and calendar_id = $2 and deleted_at is not null",
        tx.org().0,
        id.0
    )
    .execute(tx.db())
    .await?;
    let gone = sqlx::query!(
        "delete from sla_calendar where org_id = $1 and id = $2 and version = $3",
        tx.org().0,
        id.0,
        version
    )
    .execute(tx.db())
    .await
    .on_constraint("sla_rule_org_id_calendar_id_fkey", used)?;
    Ok(gone.rows_affected() == 1)
}
