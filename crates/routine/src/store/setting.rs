//! How routines are set, and who has muted them.

use std::collections::HashMap;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;

use crate::kind::Kind;
use crate::setting::{Audience, Schedule, Setting};

/// A row as it is kept.
pub(super) struct Row {
    pub kind: String,
    pub active: bool,
    pub schedule: Option<Value>,
    pub audience: Value,
    pub by_mail: bool,
    pub version: i64,
}

impl Row {
    pub(super) fn into_setting(self) -> Result<Setting> {
        let kind: Kind = self.kind.parse()?;
        let schedule: Option<Schedule> =
            self.schedule.map(serde_json::from_value).transpose().map_err(Error::internal)?;
        let audience: Audience = serde_json::from_value(self.audience).map_err(Error::internal)?;
        Ok(Setting { kind, active: self.active, schedule, audience, by_mail: self.by_mail, version: self.version })
    }
}

/// Every routine as it is set, in their order.
///
/// # Errors
/// When the database is gone.
pub async fn all(tx: &mut Tx) -> Result<Vec<Setting>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        "select kind, active, schedule, audience, by_mail, version from routine where org_id = $1",
        org
    )
    .fetch_all(tx.db())
    .await?;
    let mut set: HashMap<Kind, Setting> = HashMap::new();
    for row in rows {
        let setting = row.into_setting()?;
        set.insert(setting.kind, setting);
    }
    Ok(Kind::ALL.into_iter().map(|kind| set.remove(&kind).unwrap_or_else(|| Setting::shipped(kind))).collect())
}

/// One routine as it is set.
///
/// # Errors
/// When the database is gone.
pub async fn find(tx: &mut Tx, kind: Kind) -> Result<Setting> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        Row,
        "select kind, active, schedule, audience, by_mail, version from routine where org_id = $1 and kind = $2",
        org,
        kind.as_str()
    )
    .fetch_optional(tx.db())
    .await?;
    row.map_or_else(|| Ok(Setting::shipped(kind)), Row::into_setting)
}

/// Writes a setting if it is still at its version; false when it is not.
///
/// # Errors
/// When the database is gone.
pub async fn put(tx: &mut Tx, new: &Setting) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let by = tx.user().or_not_found("user")?.0;
    let schedule = new.schedule.as_ref().map(serde_json::to_value).transpose().map_err(Error::internal)?;
    let audience = serde_json::to_value(&new.audience).map_err(Error::internal)?;
    let written = sqlx::query!(
        "insert into routine as r (org_id, kind, active, schedule, audience, by_mail, version, updated_by, updated_at, active_since)
         values ($1, $2, $3, $4, $5, $6, $7::bigint + 1, $8, $9, case when $3 then $9::timestamptz end)
         on conflict (org_id, kind) do update set active = excluded.active, schedule = excluded.schedule, audience = excluded.audience,
             by_mail = excluded.by_mail, version = excluded.version, updated_by = excluded.updated_by, updated_at = excluded.updated_at,
             active_since = case when not excluded.active then null when r.active then r.active_since else excluded.active_since end
         where r.version = $7",
        org,
        new.kind.as_str(),
        new.active,
        schedule,
        audience,
        new.by_mail,
        new.version,
        by,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The routines that the actor has muted.
///
/// # Errors
/// When the database is gone.
pub async fn muted(tx: &mut Tx) -> Result<Vec<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select kind from routine_mute where org_id = $1 and user_id = app.actor()", org)
        .fetch_all(tx.db())
        .await?)
}

/// Mutes a routine for the actor, or hears of it again.
///
/// # Errors
/// When the database is gone.
pub async fn mute(tx: &mut Tx, kind: Kind, muted: bool) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let user = tx.user().or_not_found("user")?.0;
    if muted {
        sqlx::query!(
            "insert into routine_mute (org_id, user_id, kind, created_at) values ($1, $2, $3, $4) on conflict do nothing",
            org,
            user,
            kind.as_str(),
            now
        )
        .execute(tx.db())
        .await?;
    } else {
        sqlx::query!(
            "delete from routine_mute where org_id = $1 and user_id = $2 and kind = $3",
            org,
            user,
            kind.as_str()
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}
