//! The SQL of passwords.

use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::Tx;

/// Sets a person's password.
pub(crate) async fn set(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    let now = tx.now();
    sqlx::query!(
        "update app_user set password_hash = $2, version = version + 1, updated_at = $3 where id = $1",
        user.0,
        hash,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Sets the name that a person chose.
pub(crate) async fn rename(tx: &mut Tx, user: UserId, name: &str) -> Result<()> {
    sqlx::query!("update app_user set name = $2 where id = $1 and name <> $2", user.0, name).execute(tx.db()).await?;
    Ok(())
}
