//! The SQL of which versions of prompts are in use.

use std::collections::BTreeMap;

use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;

use super::split::{Share, Splits};

/// What an organisation has said of a prompt.
#[derive(Clone, Debug)]
pub struct Setting {
    pub shares: Vec<Share>,
    pub version: i64,
}

/// What is said of each prompt, by its name.
///
/// # Errors
/// When the database is gone.
pub async fn settings(tx: &mut Tx) -> Result<BTreeMap<String, Setting>> {
    let rows = sqlx::query!("select prompt, shares, version from ai_prompt_setting where org_id = $1", tx.org().0)
        .fetch_all(tx.db())
        .await?;
    rows.into_iter()
        .map(|row| {
            let shares = serde_json::from_value(row.shares).map_err(Error::internal)?;
            Ok((row.prompt, Setting { shares, version: row.version }))
        })
        .collect()
}

/// Which versions are in use.
///
/// # Errors
/// When the database is gone.
pub async fn splits(tx: &mut Tx) -> Result<Splits> {
    let settings = settings(tx).await?;
    Ok(Splits(settings.into_iter().map(|(prompt, setting)| (prompt, setting.shares)).collect()))
}

/// Says which versions of a prompt are in use; false when what it says is not at `version` any more.
///
/// # Errors
/// When the database is gone.
pub async fn set(tx: &mut Tx, by: UserId, prompt: &str, shares: &[Share], version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "insert into ai_prompt_setting as s (org_id, prompt, shares, updated_by, updated_at) select $1, $2, $3, $4, $5
         where $6 = 0::bigint or exists (select from ai_prompt_setting where org_id = $1 and prompt = $2)
         on conflict (org_id, prompt) do update set shares = $3, updated_by = $4, updated_at = $5, version = s.version + 1 where s.version = $6",
        org,
        prompt,
        serde_json::to_value(shares).map_err(Error::internal)?,
        by.0,
        now,
        version,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}
