//! The SQL of one's own profile.

use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::Tx;

use super::Fields;

/// The profile and its version.
pub async fn find(tx: &mut Tx, user: UserId) -> Result<Option<(Fields, i64)>> {
    let org = tx.org().0;
    let row = sqlx::query!(
        "select name, locale, time_zone, version from app_user where org_id = $1 and id = $2",
        org,
        user.0
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|r| (Fields { name: r.name, locale: r.locale, time_zone: r.time_zone }, r.version)))
}

/// Whether the database knows a time zone of this name.
pub async fn is_time_zone(tx: &mut Tx, name: &str) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from pg_timezone_names where name = $1 and name !~ '^posix') as "known!""#,
        name
    )
    .fetch_one(tx.db())
    .await?)
}

/// Writes the profile if it is still at `version`; false when it is not.
pub async fn update(tx: &mut Tx, user: UserId, version: i64, fields: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update app_user set name = $4, locale = $5, time_zone = $6, updated_at = $7, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        user.0,
        version,
        fields.name,
        fields.locale,
        fields.time_zone,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
