//! The SQL of the organisation's settings.

use chrono_tz::Tz;
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::{Fields, Organisation};
use crate::working_hours;

/// The organisation.
pub async fn find(tx: &mut Tx) -> Result<Organisation> {
    let org = tx.org();
    let row = sqlx::query!(
        r#"select name, currency, locale, time_zone, fiscal_year_start, trash_days, version, app.amounts() = 0 as "open!" from organisation where id = $1"#,
        org.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(Organisation {
        id: org,
        name: row.name,
        currency: row.currency.parse()?,
        locale: row.locale,
        time_zone: row.time_zone,
        fiscal_year_start: row.fiscal_year_start,
        trash_days: row.trash_days,
        currency_is_open: row.open,
        version: row.version,
    })
}

/// The time zone that days and months of the organisation are told in.
///
/// # Errors
/// When the database is gone.
pub async fn zone(tx: &mut Tx) -> Result<Tz> {
    let name =
        sqlx::query_scalar!("select time_zone from organisation where id = $1", tx.org().0).fetch_one(tx.db()).await?;
    Ok(working_hours::zone(name.as_deref()))
}

/// How many amounts are in the organisation's currency or by rates to it; exact up to some ten thousand.
pub async fn amounts(tx: &mut Tx) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select app.amounts() as "n!""#).fetch_one(tx.db()).await?)
}

/// Writes the fields if the organisation is still at `version`; false when it is not.
pub async fn update(tx: &mut Tx, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update organisation set name = $3, currency = $4, locale = $5, time_zone = $6, fiscal_year_start = $7, updated_at = $8, trash_days = $9, version = version + 1
         where id = $1 and version = $2",
        org,
        version,
        f.name,
        f.currency.code(),
        f.locale,
        f.time_zone,
        f.fiscal_year_start,
        now,
        f.trash_days,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
