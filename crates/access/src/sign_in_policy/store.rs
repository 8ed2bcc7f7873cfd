//! The SQL of sign-in policies.

use dealwright_kernel::Result;
use dealwright_kernel::id::OrgId;
use sqlx::PgConnection;

use super::{SecondFactorRule, SignInPolicy};

/// The organisation's policy. Each has one from its beginning.
pub(crate) async fn find(db: &mut PgConnection, org: OrgId) -> Result<SignInPolicy> {
    Ok(sqlx::query_as!(
        SignInPolicy,
        r#"select password_sign_in, second_factor as "second_factor: SecondFactorRule", password_min_length, session_idle_minutes,
                  session_lifetime_minutes, new_apps, version
           from sign_in_policy where org_id = $1"#,
        org.0
    )
    .fetch_one(db)
    .await?)
}

/// Writes the policy; false when its version is another by now.
pub(crate) async fn update(db: &mut PgConnection, org: OrgId, policy: &SignInPolicy) -> Result<bool> {
    let written = sqlx::query!(
        "update sign_in_policy set password_sign_in = $3, second_factor = $4, password_min_length = $5, session_idle_minutes = $6,
                session_lifetime_minutes = $7, new_apps = $8, version = version + 1
         where org_id = $1 and version = $2",
        org.0,
        policy.version,
        policy.password_sign_in,
        policy.second_factor.as_str(),
        policy.password_min_length,
        policy.session_idle_minutes,
        policy.session_lifetime_minutes,
        policy.new_apps,
    )
    .execute(db)
    .await?;
    Ok(written.rows_affected() == 1)
}
