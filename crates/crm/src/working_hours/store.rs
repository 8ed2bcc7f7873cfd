//! The SQL of working hours.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::{Day, Hours, WorkingHours, clock, zone};

struct Row {
    user_id: UserId,
    name: String,
    time_zone: Option<String>,
    days: Option<Vec<i16>>,
    starts: Option<i16>,
    ends: Option<i16>,
    version: Option<i64>,
}

/// Hours from their columns; the usual ones when there are none.
///
/// # Errors
/// Internal, when a column holds no hours.
pub fn hours(time_zone: Option<&str>, days: Option<&[i16]>, starts: Option<i16>, ends: Option<i16>) -> Result<Hours> {
    let time_zone = zone(time_zone);
    let (Some(days), Some(starts), Some(ends)) = (days, starts, ends) else { return Ok(Hours::usual(time_zone)) };
    let minute = |at: i16| u16::try_from(at).map_err(Error::internal);
    let days = days.iter().filter_map(|day| Day::numbered(*day)).collect();
    Ok(Hours { days, starts: minute(starts)?, ends: minute(ends)?, time_zone })
}

impl Row {
    fn into_hours(self, now: DateTime<Utc>) -> Result<WorkingHours> {
        let hours = hours(self.time_zone.as_deref(), self.days.as_deref(), self.starts, self.ends)?;
        Ok(WorkingHours {
            user_id: self.user_id,
            name: self.name,
            time_zone: hours.time_zone.name().to_owned(),
            at_work: hours.at_work(now),
            starts: clock(hours.starts),
            ends: clock(hours.ends),
            usual: self.version.is_none(),
            version: self.version.unwrap_or(0),
            days: hours.days,
        })
    }
}

/// When everyone works who may own leads and acts, by name; or one of them.
pub async fn list(tx: &mut Tx, user: Option<UserId>) -> Result<Vec<WorkingHours>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query_as!(
        Row,
        r#"select u.id as "user_id: UserId", u.name, coalesce(u.time_zone, o.time_zone) as time_zone,
                  w.days as "days?", w.starts as "starts?", w.ends as "ends?", w.version as "version?"
           from app_user u join organisation o on o.id = u.org_id
           left join working_hours w on w.org_id = u.org_id and w.user_id = u.id
           where u.org_id = $1 and u.active and not u.service and ($2::uuid is null or u.id = $2)
           order by lower(u.name), u.id limit 2000"#,
        org,
        user.map(|u| u.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_hours(now)).collect()
}

/// Writes hours that stand at `version`, nought for the usual ones; false when they do not any more.
pub async fn save(tx: &mut Tx, user: UserId, version: i64, (days, starts, ends): (&[i16], i16, i16)) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = if version == 0 {
        sqlx::query!(
            "insert into working_hours (org_id, user_id, days, starts, ends, updated_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
            org,
            user.0,
            days,
            starts,
            ends,
            now
        )
        .execute(tx.db())
        .await?
    } else {
        sqlx::query!(
            "update working_hours set days = $4, starts = $5, ends = $6, updated_at = $7, version = version + 1
             where org_id = $1 and user_id = $2 and version = $3",
            org,
            user.0,
            version,
            days,
            starts,
            ends,
            now
        )
        .execute(tx.db())
        .await?
    };
    Ok(written.rows_affected() == 1)
}
